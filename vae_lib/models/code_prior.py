"""A prior over grids of code indices, written and drawn code by code."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent
from torch.func import functional_call

from vae_lib.networks.checks import check_range

__all__ = ["CodePrior"]

# Counts that share out a probability of one: see CodePrior.conditional.
TOTAL = 2**20


class CodePrior(nn.Module):
    """p(codes) = product over places of p(code | codes before it), in raster order.

    Args:
        network: maps indices (B, H, W) int64 and classes, int64 or None, to logits
            (B, K, H, W). Those of a place must not depend on its own code or on any
            that follows it. If it has a method `steps`, as `CodeTransformer` has, grids
            are drawn by that, in one pass; otherwise it is asked anew for every place.
        num_codes: size K of the codebook, at least 2.
        grid: height H and width W.
        num_classes: classes Y to condition on; None for none. Wherever labels are
            (B,), a network that conditions on a coarser grid of codes takes labels
            (B, H', W').

    Raises:
        ValueError: if num_codes is less than 2, grid or num_classes is not positive,
            or indices, labels, place, temperature or the network's logits do not fit.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3.3.

    Without training, independent codes are equally likely, and each costs ln K nats:

    >>> from vae_lib.networks import IndependentCodes
    >>> prior = CodePrior(IndependentCodes(4, (1, 2)), 4, (1, 2))
    >>> prior.log_prob(torch.tensor([[[3, 0]]])) + 2 * math.log(4)
    tensor([0.], grad_fn=<AddBackward0>)
    """

    def __init__(
        self,
        network: nn.Module,
        num_codes: int,
        grid: tuple[int, int],
        num_classes: int | None = None,
    ) -> None:
        super().__init__()
        if num_codes < 2:
            raise ValueError(f"num_codes must be at least 2, got {num_codes}")
        if len(grid) != 2 or min(grid) < 1:
            raise ValueError(f"grid must be a height and a width, got {grid}")
        if num_classes is not None and num_classes < 1:
            raise ValueError(f"num_classes must be at least 1, got {num_classes}")
        self.network = network
        self.num_codes = num_codes
        self.grid = tuple(grid)
        self.num_classes = num_classes

    @property
    def places(self) -> int:
        """Number of places H W of a grid."""
        return math.prod(self.grid)

    def forward(self, indices: Tensor, labels: Tensor | None = None) -> Distribution:
        """Each code's distribution given those of indices (B, H, W) before it.

        Returns:
            Batch (B,), event (H, W). Its `log_prob` at these same indices is the
            grid's; its samples are one code of each grid at a time, not a grid.
        """
        self._check(indices, labels)
        logits = self._logits(self.network(indices, labels), len(indices))
        codes = Categorical(logits=logits, validate_args=False)
        return Independent(codes, 2)

    def log_prob(self, indices: Tensor, labels: Tensor | None = None) -> Tensor:
        """The grids' log p(indices | labels): (B,), nats, at most 0."""
        return self(indices, labels).log_prob(indices)

    @torch.no_grad()
    def sample(
        self,
        count: int | Tensor,
        *,
        generator: torch.Generator | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        """Draw grids, code by code.

        Args:
            count: how many; with classes, the class of each, (B,), int64.
            generator: of the random numbers; by default PyTorch's own.
            temperature: divides the logits: below 1 likely codes get likelier still.

        Returns:
            Indices (B, H, W), int64.
        """
        labels = count if isinstance(count, Tensor) else None
        number = count if labels is None else len(labels)
        if number < 1:
            raise ValueError(f"count must be at least 1, got {number}")
        device = next(self.network.parameters()).device
        blank = torch.zeros(number, *self.grid, dtype=torch.int64, device=device)
        return self.complete(
            blank, 0, labels, generator=generator, temperature=temperature
        )

    @torch.no_grad()
    def complete(
        self,
        indices: Tensor,
        place: int,
        labels: Tensor | None = None,
        *,
        generator: torch.Generator | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        """Keep the codes before a place and draw it and all that follow.

        Args:
            indices: grids (B, H, W), int64; what they hold from place on is ignored.
            place: the first one to draw, in raster order, 0 to H W.
            labels: classes (B,), int64, if there are classes.
            generator: as in `sample`.
            temperature: as in `sample`.

        Returns:
            Indices (B, H, W), int64; a copy.
        """
        if not (temperature > 0 and math.isfinite(temperature)):
            raise ValueError(
                f"temperature must be positive and finite, got {temperature}"
            )
        if not 0 <= place <= self.places:
            raise ValueError(f"place must lie in [0, {self.places}], got {place}")
        codes = indices.clone(memory_format=torch.contiguous_format)
        flat = codes.view(len(codes), -1)
        flat[:, place:] = 0
        self._check(codes, labels)
        ask = self._steps(codes, labels)
        previous = None
        for k in range(self.places):
            logits = ask(previous)
            _check_logits(logits, (len(codes), self.num_codes))
            if k >= place:
                chances = (logits / temperature).softmax(-1)
                flat[:, k] = torch.multinomial(chances, 1, generator=generator)[:, 0]
            previous = flat[:, k]
        return codes

    def _steps(
        self, codes: Tensor, labels: Tensor | None
    ) -> Callable[[Tensor | None], Tensor]:
        """Answers the logits (B, K) of one place after the other."""
        if hasattr(self.network, "steps"):
            return self.network.steps(len(codes), labels)
        places = iter(range(self.places))

        def whole(_previous: Tensor | None) -> Tensor:
            logits = self._logits(self.network(codes, labels), len(codes))
            return logits.flatten(1, 2)[:, next(places)]

        return whole

    @torch.no_grad()
    def conditional(
        self, indices: Tensor, place: int, labels: Tensor | None = None
    ) -> Tensor:
        """Probabilities of one place's code, for an entropy coder.

        Who decodes has not the codes from place on, and must compute the very bits
        that whoever encoded computed from all of them. Three things see to it:

        - The network is shown zeros from place on, whoever calls, so that both compute
          the same on the same numbers in arrays of the same shape. On one machine, for
          the same batch, the answers are therefore the same bits, always.
        - It computes in float64, and the answer is rounded to whole counts in about
          2^20. Sums in another order, as another batch size, number of threads or
          processor has them, move a probability p by some 1e-15 p; that all of a
          grid's places together straddle a rounding once has a chance below 1e-6.
          A file needs a checksum for that case all the same.
        - One count is added to each, so that no code is impossible: K / 2^20 nats a
          place at most.

        Args:
            indices: grids (B, H, W), int64; what they hold from place on is ignored.
            place: in raster order, 0 to H W - 1.
            labels: classes (B,), int64, if there are classes.

        Returns:
            Probabilities (B, K), float64, all positive; they sum to 1 to rounding.
        """
        if not 0 <= place < self.places:
            raise ValueError(f"place must lie in [0, {self.places - 1}], got {place}")
        seen = indices.clone(memory_format=torch.contiguous_format)
        seen.view(len(seen), -1)[:, place:] = 0
        self._check(seen, labels)
        weights = (*self.network.named_parameters(), *self.network.named_buffers())
        exact = {
            name: value.double() if value.is_floating_point() else value
            for name, value in weights
        }
        logits = functional_call(self.network, exact, (seen, labels))
        # One place of a view: logits of all of a large grid are not worth a copy.
        row, column = divmod(place, self.grid[1])
        logits = self._logits(logits, len(seen))[:, row, column]
        counts = (logits.softmax(-1) * TOTAL).round() + 1
        # Whole numbers: their sum is exact in any order, and a quotient of two is too.
        return counts / counts.sum(-1, keepdim=True)

    def _check(self, indices: Tensor, labels: Tensor | None) -> None:
        """Shapes and dtypes are the network's to check; here are the values."""
        check_range("indices", indices, self.num_codes)
        if labels is not None and self.num_classes is not None:
            check_range("labels", labels, self.num_classes)

    def _logits(self, logits: Tensor, count: int) -> Tensor:
        """Logits (B, H, W, K) of what the network answered."""
        _check_logits(logits, (count, self.num_codes, *self.grid))
        return logits.permute(0, 2, 3, 1)


def _check_logits(logits: Tensor, expected: tuple[int, ...]) -> None:
    if tuple(logits.shape) != expected:
        raise ValueError(
            f"the network must return logits of shape {expected}, "
            f"got {tuple(logits.shape)}"
        )
