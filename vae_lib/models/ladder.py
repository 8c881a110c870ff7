"""The ladder VAE: levels of latents, inferred from the top down."""

from collections.abc import Callable, Collection, Sequence

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from vae_lib.models.outputs import LadderCode, LadderOutput

__all__ = ["LadderVAE", "check_gaussian", "merge"]


def check_gaussian(name: str, distribution: Distribution) -> Normal:
    """Return the Normal of an Independent(Normal), batch (B, *event).

    Raises:
        ValueError: if the distribution is another one.
    """
    base = getattr(distribution, "base_dist", None)
    if not isinstance(base, Normal):
        raise ValueError(
            f"{name} must be a diagonal Gaussian (Independent(Normal)), "
            f"got {distribution}"
        )
    return base


def merge(message: Distribution, prior: Distribution) -> Distribution:
    """The normalised product of two diagonal Gaussians of one level.

    Precisions add, and means are weighed by them: who is surer is heard more.

    Args:
        message: what the image says of z, batch (B,), event (*event).
        prior: what the levels above say, of the same shapes.

    Returns:
        Independent(Normal) of the same shapes, narrower than either.

    Raises:
        ValueError: if one is no diagonal Gaussian, or their shapes differ.

    Source: Sonderby et al. (2016), arXiv:1602.02282, section 2.

    Two that are equally sure meet halfway, and are surer together:

    >>> one, other = (
    ...     Independent(Normal(torch.tensor([[mean]]), 1.0), 1) for mean in (0.0, 4.0)
    ... )
    >>> both = merge(one, other)
    >>> float(both.mean), round(float(both.variance), 6)
    (2.0, 0.5)
    """
    bottom, top = check_gaussian("message", message), check_gaussian("prior", prior)
    shapes = [tuple(one.batch_shape + one.event_shape) for one in (message, prior)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"message and prior must have the same shape, got {shapes[0]} "
            f"and {shapes[1]}"
        )
    heard, believed = bottom.scale**-2, top.scale**-2
    variance = 1 / (heard + believed)
    mean = variance * (heard * bottom.loc + believed * top.loc)
    # Reshaped as the event is, whatever dimensions the two fold into it.
    events = len(message.event_shape)
    return Independent(Normal(mean, variance.sqrt(), validate_args=False), events)


class LadderVAE(nn.Module):
    """p(x | z_1 .. z_L) prod_l p(z_l | z_l+1 .. z_L), with inference from the top down.

    Level 1 is next to the image; sequences of levels begin with it. A bottom-up pass
    without randomness gives each level a message about x. From the top down, each
    level's message is merged with its prior given the levels already drawn. With one
    level it is the VAE.

    Args:
        rungs: L modules. The first maps x (B, *event) to features, each other one the
            features of the rung below to its own.
        messages: L modules, each from its rung's features to a diagonal Gaussian of
            z_l, batch (B,).
        priors: L - 1 modules, that of level 1 first. Each is called with the levels
            above its own, the nearest first, and returns a diagonal Gaussian of z_l. A
            chain, as in the source, reads the nearest only.
        decoder: is called with z_1 .. z_L and returns p(x | z), event (*event).
        prior: called without arguments, returns p(z_L), batch ().

    Raises:
        ValueError: if the numbers of modules do not fit; on call if a distribution is
            no diagonal Gaussian, or shapes or the number of levels do not fit.

    Source: Sonderby et al. (2016), arXiv:1602.02282, section 2. There p(x | z) reads
    z_1 alone and each prior the next level alone.
    """

    def __init__(
        self,
        rungs: Sequence[nn.Module],
        messages: Sequence[nn.Module],
        priors: Sequence[nn.Module],
        decoder: nn.Module,
        prior: nn.Module,
    ) -> None:
        super().__init__()
        counts = len(rungs), len(messages), len(priors) + 1
        if len(rungs) < 1 or len(set(counts)) > 1:
            raise ValueError(
                "a ladder of L >= 1 levels needs L rungs, L messages and L - 1 priors, "
                f"got {len(rungs)}, {len(messages)} and {len(priors)}"
            )
        self.rungs = nn.ModuleList(rungs)
        self.messages = nn.ModuleList(messages)
        self.priors = nn.ModuleList(priors)
        self.decoder = decoder
        self.prior = prior

    @property
    def levels(self) -> int:
        """Number of levels L."""
        return len(self.rungs)

    def forward(self, x: Tensor) -> LadderOutput:
        """Return the distributions and draws of one pass of x (B, *event)."""
        code = self.infer(self.climb(x))
        return LadderOutput(*code, self.decoder(*code.z))

    def encode(self, x: Tensor) -> LadderCode:
        """All levels of x (B, *event), each posterior given the means above it."""
        return self.infer(self.climb(x), lambda _level, posterior: posterior.mean)

    def decode(self, z: Sequence[Tensor]) -> Tensor:
        """The mean image E[x | z] of levels z_1 .. z_L: shape (B, *event)."""
        self._check_levels("z", z)
        return self.decoder(*z).mean

    def climb(self, x: Tensor) -> tuple[Distribution, ...]:
        """The bottom-up pass: each level's message about x (B, *event)."""
        features, found = x, []
        for rung, message in zip(self.rungs, self.messages, strict=True):
            features = rung(features)
            found.append(message(features))
        return tuple(found)

    def infer(
        self,
        messages: Sequence[Distribution],
        draw: Callable[[int, Distribution], Tensor] | None = None,
    ) -> LadderCode:
        """The top-down pass: merge each message with the prior, and go on from a draw.

        Args:
            messages: of each level, batch (B,), as `climb` gives them.
            draw: takes a level's index from 0 and its posterior to z_l; by default a
                reparameterised sample.
        """
        self._check_levels("messages", messages)

        def settle(level: int, prior: Distribution) -> tuple[Distribution, Tensor]:
            top = level == self.levels - 1
            posterior = messages[level] if top else merge(messages[level], prior)
            z = posterior.rsample() if draw is None else draw(level, posterior)
            return posterior, z

        return LadderCode(*self._descend(settle))

    def sample(
        self, count: int, generator: torch.Generator | None = None
    ) -> tuple[Tensor, ...]:
        """Draw z_1 .. z_L of `count` images from the prior."""
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")

        def settle(_level: int, prior: Distribution) -> tuple[None, Tensor]:
            base = check_gaussian("prior", prior)
            mean = base.loc.expand(count, *prior.event_shape)
            return None, mean + base.scale * _normal_like(mean, generator)

        return self._descend(settle)[1]

    def innovations(self, z: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What each level adds to those above: (z_l - mean) / scale of its prior.

        Under the prior these are independent standard normals, whatever the level.
        """
        self._check_levels("z", z)

        def settle(level: int, prior: Distribution) -> tuple[Tensor, Tensor]:
            base = check_gaussian("prior", prior)
            return (z[level] - base.loc) / base.scale, z[level]

        return self._descend(settle)[0]

    def compose(self, innovations: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Levels z_1 .. z_L of innovations: the inverse of `innovations`."""
        self._check_levels("innovations", innovations)

        def settle(level: int, prior: Distribution) -> tuple[None, Tensor]:
            base = check_gaussian("prior", prior)
            return None, base.loc + base.scale * innovations[level]

        return self._descend(settle)[1]

    def resample(
        self,
        z: Sequence[Tensor],
        frozen: Collection[int],
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, ...]:
        """Draw some levels anew from their priors; the frozen ones keep what they add.

        A frozen level below one that is drawn anew keeps its innovation, not its z:
        it adds the same to another base, which the prior knows how to do.

        Args:
            z: levels z_1 .. z_L, e.g. of an image.
            frozen: numbers of the levels that keep their innovations, 1 to L.
            generator: of random numbers; None is PyTorch's global one.
        """
        wrong = sorted(set(frozen) - set(range(1, self.levels + 1)))
        if wrong:
            raise ValueError(f"frozen must hold levels 1 to {self.levels}, got {wrong}")
        kept = [
            one if level in frozen else _normal_like(one, generator)
            for level, one in enumerate(self.innovations(z), start=1)
        ]
        return self.compose(kept)

    def _descend(
        self, settle: Callable[[int, Distribution], tuple[object, Tensor]]
    ) -> tuple[tuple, tuple[Tensor, ...], tuple[Distribution, ...]]:
        """Go down the levels and let each settle on something and its z by its prior.

        Returns:
            What the levels settled on, their z, and their priors, level 1 first.
        """
        found, z, priors = [], [], []
        for level in reversed(range(self.levels)):
            prior = self.priors[level](*z) if z else self.prior()
            one, drawn = settle(level, prior)
            found.insert(0, one)
            z.insert(0, drawn)
            priors.insert(0, prior)
        return tuple(found), tuple(z), tuple(priors)

    def _check_levels(self, name: str, values: Sequence[object]) -> None:
        if len(values) != self.levels:
            raise ValueError(
                f"{name} must have {self.levels} levels, got {len(values)}"
            )


def _normal_like(like: Tensor, generator: torch.Generator | None) -> Tensor:
    # A generator lives on one device: its numbers are drawn there and moved.
    device = like.device if generator is None else generator.device
    noise = torch.randn(
        like.shape, generator=generator, dtype=like.dtype, device=device
    )
    return noise.to(like.device)
