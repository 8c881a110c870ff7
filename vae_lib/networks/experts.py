"""One belief from several: products and mixtures of Gaussian experts."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.distributions import (
    Categorical,
    Distribution,
    Independent,
    MixtureSameFamily,
    Normal,
)

__all__ = ["UniformMixture", "mixture_of_experts", "product_of_experts"]


def product_of_experts(
    experts: Sequence[Distribution], prior: Distribution
) -> Distribution:
    """The Gaussian proportional to the prior times every expert.

    Precisions add, and means are averaged by them:

        1 / s^2 = sum_i 1 / s_i^2,      m = s^2 sum_i m_i / s_i^2,

    the prior being one of the i. So a missing expert is one that is left out, and with
    none left the prior remains. An expert says what its view alone adds to the prior
    (in a linear-Gaussian model: its likelihood as a function of z), which is why the
    prior stands in the product once, however many views there are.

    Args:
        experts: diagonal Gaussians, batch (B,), event (D,); in any order.
        prior: diagonal Gaussian, event (D,).

    Returns:
        Independent(Normal), batch (B,) (that of the prior without experts), event (D,).

    Raises:
        ValueError: if one is not a diagonal Gaussian, or the event shapes differ.

    Source: Wu & Goodman (2018), arXiv:1802.05335, section 2.1 and equation 4; Hinton
    (2002), "Training Products of Experts", Neural Computation 14(8).

    Two opinions of equal weight meet half way, with the prior at 0 as a third:

    >>> def gaussian(mean, scale):
    ...     return Independent(Normal(torch.tensor([mean]), torch.tensor([scale])), 1)
    >>> both = [gaussian(1.0, 1.0), gaussian(2.0, 1.0)]
    >>> product = product_of_experts(both, prior=gaussian(0.0, 1.0))
    >>> product.mean, product.variance.round(decimals=4)
    (tensor([1.]), tensor([0.3333]))
    """
    if not experts:
        _check([], prior)
        return prior
    means, scales = _stacked([prior, *experts], prior)
    precisions = scales**-2
    precision = precisions.sum(0)
    mean = (precisions * means).sum(0) / precision
    return Independent(Normal(mean, precision.rsqrt(), validate_args=False), 1)


class UniformMixture(MixtureSameFamily):
    """A mixture of M Gaussians of equal weight, batch (B,), event (D,).

    Its samples carry gradients: with weights that are no parameters, choosing a
    component at random and reparameterising within it is unbiased.

    Args:
        components: Independent(Normal), batch (B, M), event (D,).
    """

    has_rsample = True

    def __init__(self, components: Independent) -> None:
        weights = Categorical(logits=components.mean.new_zeros(components.batch_shape))
        super().__init__(weights, components, validate_args=False)

    def rsample(self, sample_shape: torch.Size | Sequence[int] = ()) -> Tensor:
        """Draw (*sample_shape, B, D), differentiable in the components."""
        shape = torch.Size(sample_shape)
        # Every component is asked, and one is taken: (*shape, B, M, D).
        z = self.component_distribution.rsample(shape)
        chosen = self.mixture_distribution.sample(shape)[..., None, None]
        return z.gather(-2, chosen.expand(*chosen.shape[:-1], z.shape[-1])).squeeze(-2)


def mixture_of_experts(
    experts: Sequence[Distribution], prior: Distribution
) -> Distribution:
    """Each expert's belief in turn, with equal weights; the prior if there is none.

    An expert says here what it believes of z, the prior included. Views do not
    sharpen each other: the mixture is as wide as its parts and their distance make it.

    Args:
        experts: diagonal Gaussians, batch (B,), event (D,); in any order.
        prior: diagonal Gaussian, event (D,).

    Returns:
        `UniformMixture`, batch (B,), event (D,), or the prior.

    Raises:
        ValueError: if one is not a diagonal Gaussian, or the event shapes differ.

    Source: Shi et al. (2019), arXiv:1911.03393, section 3.1.
    """
    if not experts:
        _check([], prior)
        return prior
    means, scales = (part.movedim(0, -2) for part in _stacked(experts, prior))
    return UniformMixture(Independent(Normal(means, scales, validate_args=False), 1))


def _stacked(
    gaussians: Sequence[Distribution], prior: Distribution
) -> tuple[Tensor, Tensor]:
    """Means and scales of all, (I, B, D)."""
    _check(gaussians, prior)
    means = torch.broadcast_tensors(*(one.base_dist.loc for one in gaussians))
    scales = torch.broadcast_tensors(*(one.base_dist.scale for one in gaussians))
    return torch.stack(means), torch.stack(scales)


def _check(gaussians: Sequence[Distribution], prior: Distribution) -> None:
    for one in [*gaussians, prior]:
        if not isinstance(getattr(one, "base_dist", None), Normal):
            raise ValueError(
                f"experts and prior must be Independent(Normal), got {one}"
            )
        if one.event_shape != prior.event_shape:
            raise ValueError(
                "experts and prior must have the same event shape, got "
                f"{tuple(one.event_shape)} and {tuple(prior.event_shape)}"
            )
