"""Vector quantisation: each latent is replaced by the nearest code of a codebook."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from vae_lib.networks.checks import check_sizes
from vae_lib.networks.code_spaces import CodeSpace, whole_space
from vae_lib.networks.codebook import (
    k_means,
    moving_average,
    nearest_codes,
    restart_rare_codes,
    tally,
)
from vae_lib.networks.gradient_routes import GradientRoute, straight_through

__all__ = ["Quantized", "VectorQuantizer", "check_grid", "check_indices"]

# The memory of how often codes are used, when only restarts need it.
USES_DECAY = 0.99


class Quantized(NamedTuple):
    """Latents (B, D, H, W) after quantisation.

    Attributes:
        latents: the codes that were chosen, (B, D, H, W); the gradient that arrives
            here goes on to the latents that came in.
        indices: which codes, (B, H, W), int64 in [0, K).
        codebook_loss: squared distance from codes to latents, summed over D, H and W:
            (B,). Its gradient reaches the codebook only.
        commitment_loss: `commitment` times the same distance, (B,). Its gradient
            reaches the latents only.
    """

    latents: Tensor
    indices: Tensor
    codebook_loss: Tensor
    commitment_loss: Tensor


class VectorQuantizer(nn.Module):
    """Replaces each of H x W latents by the nearest of K codes.

    Three gradients pass, each along a way of its own: what the decoder says goes to the
    latents along `route`, the codebook loss to the codes, the commitment loss to the
    latents. With a decay there is no codebook loss: in training mode each call then
    moves the codes, after they were used, to a moving average of the latents that chose
    them.

    Args:
        num_codes: K.
        dim: D, numbers in a latent and in a code.
        commitment: price of the squared distance from a latent to its code.
        decay: of the moving average, in [0, 1); None learns the codes by gradient.
        route: how the decoder's gradient crosses: `straight_through` or
            `rotation_trick`.
        space: where latents and codes are put before they are compared: `whole_space`
            leaves them where they are; on the `unit_sphere` the nearest code is the one
            of the largest cosine similarity.
        k_means_iterations: rounds of k-means on the first batch in training mode, which
            starts the codebook; 0 starts it with random codes of about unit length.
        restart_below: in training mode, a code used less often than this in a batch, on
            a moving average, is put where a latent of the batch is. 0 lets codes die.

    Raises:
        ValueError: if a number is outside its range, latents are not (B, D, H, W) of
            the codebook's dtype, or k-means meets fewer latents than codes.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3 and appendix A.1;
    k-means as in Zeghidour et al. (2021), arXiv:2107.03312, section III.C.

    >>> quantizer = VectorQuantizer(num_codes=8, dim=2)
    >>> quantized = quantizer(torch.zeros(5, 2, 4, 4))
    >>> quantized.indices.shape, quantized.codebook_loss.shape
    (torch.Size([5, 4, 4]), torch.Size([5]))
    """

    codebook: Tensor
    uses: Tensor
    started: Tensor

    def __init__(
        self,
        num_codes: int,
        dim: int,
        commitment: float = 0.25,
        decay: float | None = None,
        *,
        route: GradientRoute = straight_through,
        space: CodeSpace = whole_space,
        k_means_iterations: int = 0,
        restart_below: float = 0.0,
    ) -> None:
        super().__init__()
        check_sizes(num_codes=num_codes, dim=dim)
        _check_numbers(
            commitment=commitment,
            k_means_iterations=k_means_iterations,
            restart_below=restart_below,
        )
        if decay is not None and not 0 <= decay < 1:
            raise ValueError(f"decay must be None or in [0, 1), got {decay}")
        self.num_codes = num_codes
        self.dim = dim
        self.commitment = commitment
        self.decay = decay
        self.route = route
        self.space = space
        self.k_means_iterations = k_means_iterations
        self.restart_below = restart_below
        codebook = torch.randn(num_codes, dim) / dim**0.5
        if decay is None:
            self.codebook = nn.Parameter(codebook)
        else:
            self.register_buffer("codebook", codebook)
        self.register_buffer("uses", torch.ones(num_codes))
        self.register_buffer("started", torch.tensor(k_means_iterations == 0))

    def extra_repr(self) -> str:
        """What makes this quantiser another than the next."""
        usual = self.space is whole_space
        space = "" if usual else f"space={self.space.__name__}, "
        return (
            f"{self.num_codes}, {self.dim}, commitment={self.commitment}, "
            f"decay={self.decay}, route={self.route.__name__}, {space}"
            f"k_means_iterations={self.k_means_iterations}, "
            f"restart_below={self.restart_below}"
        )

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise latents (B, D, H, W)."""
        check_grid(latents, self.dim, self.codebook.dtype)
        examples, _, height, width = latents.shape
        rows = self.space(latents.permute(0, 2, 3, 1).reshape(-1, self.dim))
        if self.training and not self.started:
            self._start(rows.detach())
        codebook = self.space(self.codebook)
        indices = nearest_codes(rows.detach(), codebook.detach())
        codes, to_code, to_latent = _Replace.apply(rows, codebook, indices, self.route)
        if self.training:
            self._follow(rows.detach(), indices)
        codebook_loss = to_code.view(examples, -1).sum(1)
        return Quantized(
            codes.view(examples, height, width, self.dim).permute(0, 3, 1, 2),
            indices.view(examples, height, width),
            codebook_loss if self.decay is None else torch.zeros_like(codebook_loss),
            self.commitment * to_latent.view(examples, -1).sum(1),
        )

    def lookup(self, indices: Tensor) -> Tensor:
        """The codes (B, D, H, W) at indices (B, H, W), int64 in [0, K).

        Raises:
            ValueError: if indices have another shape or dtype, or are outside.
        """
        check_indices(indices, self.num_codes)
        return self.space(self.codebook)[indices].permute(0, 3, 1, 2)

    @torch.no_grad()
    def _start(self, rows: Tensor) -> None:
        codebook, counts = k_means(rows, self.num_codes, self.k_means_iterations)
        self.codebook.copy_(self.space(codebook))
        # The average must start as heavy as what it has seen: started at nothing, its
        # first step would throw the clusters away.
        self.uses.copy_(counts.clamp(min=1))
        self.started.fill_(True)

    @torch.no_grad()
    def _follow(self, rows: Tensor, indices: Tensor) -> None:
        """Move codes and their uses by one step; this batch was quantised before."""
        if self.decay is None and not self.restart_below:
            return
        counts, sums = tally(rows, indices, self.num_codes)
        if self.decay is None:
            self.uses.lerp_(counts, 1 - USES_DECAY)
        else:
            codebook = self.space(self.codebook)
            self._keep(*moving_average(codebook, self.uses, counts, sums, self.decay))
        if self.restart_below:
            least = self.restart_below
            self._keep(*restart_rare_codes(self.codebook, self.uses, rows, least))

    def _keep(self, codebook: Tensor, uses: Tensor) -> None:
        self.codebook.copy_(self.space(codebook))
        self.uses.copy_(uses)


class _Replace(torch.autograd.Function):
    """Codes (N, D) for rows (N, D), and their squared distance (N,), given twice.

    The two equal distances differ in where their gradient goes: that of the first to
    the codebook, that of the second to the rows. One function, because one difference
    serves all three gradients.
    """

    @staticmethod
    def forward(
        rows: Tensor,
        codebook: Tensor,
        indices: Tensor,
        route: GradientRoute,  # noqa: ARG004 - for the way back
    ) -> tuple[Tensor, Tensor, Tensor]:
        codes = codebook.index_select(0, indices)
        distance = (rows - codes).square().sum(1)
        return codes, distance, distance.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        rows, codebook, indices, ctx.route = inputs
        ctx.num_codes = len(codebook)
        ctx.save_for_backward(rows, output[0], indices)

    @staticmethod
    def backward(ctx: Any, at_codes: Tensor, to_code: Tensor, to_row: Tensor) -> Any:
        rows, codes, indices = ctx.saved_tensors
        gap = rows - codes
        for_rows = for_codebook = None
        if ctx.needs_input_grad[1]:
            pull = gap * (-2 * to_code[:, None])
            for_codebook = pull.new_zeros(ctx.num_codes, pull.shape[1])
            for_codebook = for_codebook.index_add(0, indices, pull)
        if ctx.needs_input_grad[0]:
            carried = ctx.route(at_codes, rows, codes)
            for_rows = torch.addcmul(carried, gap, to_row[:, None], value=2)
        return for_rows, for_codebook, None, None


def check_grid(latents: Tensor, dim: int, dtype: torch.dtype) -> None:
    """Raise ValueError unless latents are a batch (B, dim, H, W) of this dtype."""
    shape = tuple(latents.shape)
    if len(shape) != 4 or shape[1] != dim or 0 in shape:
        raise ValueError(f"latents must have shape (B, {dim}, H, W), got {shape}")
    if latents.dtype != dtype:
        raise ValueError(
            f"latents must be {dtype}, as the codes are, got {latents.dtype}"
        )


def check_indices(indices: Tensor, num_codes: int) -> None:
    """Raise ValueError unless indices are (B, H, W), int64 in [0, num_codes)."""
    if indices.dtype != torch.int64 or indices.dim() != 3:
        raise ValueError(
            f"indices must be int64 of shape (B, H, W), "
            f"got {indices.dtype} of shape {tuple(indices.shape)}"
        )
    if indices.numel() == 0:
        return
    least, most = int(indices.min()), int(indices.max())
    if least < 0 or most >= num_codes:
        raise ValueError(f"indices must lie in [0, {num_codes}), got {least} to {most}")


def _check_numbers(**numbers: float) -> None:
    for name, number in numbers.items():
        if not 0 <= number < float("inf"):
            raise ValueError(f"{name} must be non-negative and finite, got {number}")
