"""Do the distributions of one pass through a model fit each other?"""

from torch import Tensor
from torch.distributions import Distribution, Normal

__all__ = ["check_diagonal_gaussian", "check_events"]


def check_events(
    x: Tensor, posterior: Distribution, likelihood: Distribution, prior: Distribution
) -> None:
    """Raise ValueError unless x is a non-empty batch that the distributions fit.

    Broadcasting would make numbers even of a decoder with one channel and an image
    with three, or of a prior with one dimension and a posterior with ten.
    """
    if len(x) == 0:
        raise ValueError(
            f"x must hold at least one example, got shape {tuple(x.shape)}"
        )
    if likelihood.event_shape != x.shape[1:]:
        raise ValueError(
            f"the decoder must describe x with event shape {tuple(x.shape[1:])}, "
            f"got {tuple(likelihood.event_shape)}"
        )
    if posterior.event_shape != prior.event_shape:
        raise ValueError(
            "posterior and prior must have the same event shape, "
            f"got {tuple(posterior.event_shape)} and {tuple(prior.event_shape)}"
        )


def check_diagonal_gaussian(name: str, distribution: Distribution) -> None:
    """Raise ValueError unless the distribution is Independent(Normal)."""
    if not isinstance(getattr(distribution, "base_dist", None), Normal):
        raise ValueError(
            f"the rate splits over dimensions only for a diagonal Gaussian {name} "
            f"(Independent(Normal)), got {distribution}"
        )
