"""What each level of a ladder carries, and what it adds to those above."""

import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_images, check_positive
from vae_lib.models import LadderVAE
from vae_lib.models.ladder import check_gaussian
from vae_lib.objectives import rate_of_each_level

__all__ = ["active_units_per_level", "level_codes", "level_draws", "rate_per_level"]


@torch.no_grad()
def rate_per_level(model: LadderVAE, images: Tensor, chunk: int = 512) -> Tensor:
    """KL(q(z_l | x, above) || p(z_l | above)), averaged over images and one draw each.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        images: (B, *event) in [0, 1].
        chunk: images encoded at once (memory, not result but for the draws).

    Returns:
        Rates in nats, (L,), level 1 first, non-negative; their sum is the model's rate.

    Raises:
        ValueError: if images are empty or not finite.
    """
    check_images("images", images)
    check_positive(chunk=chunk)
    parts = images.split(chunk)
    total = sum(rate_of_each_level(model(part), part).sum(0) for part in parts)
    return total / len(images)


@torch.no_grad()
def level_codes(
    model: LadderVAE, images: Tensor, chunk: int = 512
) -> tuple[Tensor, ...]:
    """What each level adds: its posterior's mean as an innovation, (mean - m) / s.

    m and s are its prior's, given the means above. The posterior's mean itself would
    not do: it repeats what the prior has from above, so that a level that carries
    nothing at all would seem to know what those above it know.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        images: (B, *event) in [0, 1].
        chunk: images encoded at once (memory, not result).

    Returns:
        Codes of each level, (B, D_l), flattened, level 1 first.

    Raises:
        ValueError: if images are empty or not finite, or a prior is no diagonal
            Gaussian.
    """
    check_images("images", images)
    check_positive(chunk=chunk)
    parts = []
    for part in images.split(chunk):
        code = model.encode(part)
        priors = [check_gaussian("prior", one) for one in code.priors]
        parts.append(
            [
                ((mean - prior.loc) / prior.scale).flatten(1)
                for mean, prior in zip(code.z, priors, strict=True)
            ]
        )
    return tuple(torch.cat(level) for level in zip(*parts, strict=True))


@torch.no_grad()
def level_draws(
    model: LadderVAE, images: Tensor, chunk: int = 512
) -> tuple[Tensor, ...]:
    """What each level adds in one draw of the posterior: the innovations of z.

    This is what the decoder gets. A mean may point somewhere with great precision and
    be drowned by the posterior's own noise: of an untrained ladder, whose rate is next
    to nothing, means tell much and draws nothing.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        images: (B, *event) in [0, 1].
        chunk: images encoded at once (memory, not result but for the draws).

    Returns:
        Innovations of each level, (B, D_l), flattened, level 1 first.

    Raises:
        ValueError: if images are empty or not finite, or a prior is no diagonal
            Gaussian.
    """
    check_images("images", images)
    check_positive(chunk=chunk)
    parts = [model.innovations(model(part).z) for part in images.split(chunk)]
    return tuple(torch.cat(level).flatten(1) for level in zip(*parts, strict=True))


def active_units_per_level(
    model: LadderVAE, images: Tensor, threshold: float = 0.01, chunk: int = 512
) -> tuple[int, ...]:
    """Latents of each level that move with x beyond what the levels above do.

    A latent is active if the variance over images of its `level_codes` exceeds the
    threshold. At the top, and for one level, that is Burda et al.'s count.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        images: (B, *event) in [0, 1], B >= 2.
        threshold: variance above which a unit counts as active.
        chunk: images encoded at once (memory, not result).

    Returns:
        Counts in [0, D_l], level 1 first.

    Raises:
        ValueError: if there are fewer than two images, they are not finite, or the
            threshold is negative.

    Source: the count is Burda et al.'s (2016), arXiv:1509.00519, section 5.2.
    """
    check_images("images", images)
    if len(images) < 2:
        raise ValueError(f"a variance needs at least two images, got {len(images)}")
    if not threshold >= 0:
        raise ValueError(f"threshold must be non-negative, got {threshold}")
    codes = level_codes(model, images, chunk)
    return tuple(int((code.var(0) > threshold).sum()) for code in codes)
