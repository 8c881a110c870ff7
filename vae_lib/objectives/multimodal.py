"""Bounds on the evidence of several views: all together, each alone, some of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real

import torch
from torch import Tensor
from torch.distributions import Distribution, Normal, kl_divergence

from vae_lib.data import Views
from vae_lib.models import MultimodalVAE
from vae_lib.networks import UniformMixture
from vae_lib.objectives.loss import Loss

__all__ = ["MixtureELBO", "MultimodalELBO"]


@dataclass(frozen=True)
class MultimodalELBO:
    """Negative ELBOs of the full set of views, of each view alone, of random sets.

    For a set S of views, and z from q(z | x_S), the product of their experts,

        bound(S) = sum_{v in S} weight_v (-log p(x_v | z)) + KL(q(z | x_S) || p(z))

    and the value is bound(all) + singles sum_v bound({v}) + the random sets' bounds.
    With weights of 1, bound(S) is on average at least -log p(x_S). That of the full
    set alone does not say what an expert is to believe when it is asked alone.

    Args:
        weights: view -> price of a nat of its distortion, dimensionless; 1 for those
            that are not named.
        singles: weight of every single view's bound, dimensionless; 0 leaves them out.
        subsets: how many random sets, neither full nor single, are added each step.
        warmup: steps over which the price of the rate rises from 0 to 1. An expert
            that has become as wide as can be hardly feels its gradient: it must learn
            something before it is charged for it.

    Raises:
        ValueError: if a weight or `singles` is negative or not finite, or subsets or
            warmup is not an integer from 0 on.

    Source: Wu & Goodman (2018), arXiv:1802.05335, section 2.2.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    singles: float = 1.0
    subsets: int = 0
    warmup: int = 0

    def __post_init__(self) -> None:
        _check_weights(self.weights)
        _check_number("singles", self.singles)
        _check_counts(subsets=self.subsets, warmup=self.warmup)

    def __call__(self, model: MultimodalVAE, views: Views, step: int = 0) -> Loss:
        """Judge model on views: scalar value, terms (B,), all in nats.

        The terms are "distortion_VIEW" and "rate" of the full set, and of each view
        alone its distortion "alone_VIEW" and its rate "rate_VIEW".

        Raises:
            ValueError: if the views are not the model's, a weight names none of them,
                a posterior is no Gaussian, or random sets are asked of two views.
        """
        _check_views(model, views, self.weights)
        names, prior = model.names, model.prior()
        singles = [(name,) for name in names] if self.singles and len(names) > 1 else []
        sets = [names, *singles, *_random_sets(names, self.subsets)]
        shares = [1.0, *[self.singles] * len(singles), *[1.0] * self.subsets]
        experts = model.experts(views.tensors)
        posteriors = [model.combine([experts[v] for v in s], prior) for s in sets]
        _check_gaussian(posteriors)
        rates = [kl_divergence(q, prior) for q in posteriors]
        distortions = _distortions(model, views, sets, posteriors)
        price = _price(step, self.warmup)
        value = torch.zeros_like(rates[0])
        for share, rate, distortion in zip(shares, rates, distortions, strict=True):
            value = value + share * (_weighted(self.weights, distortion) + price * rate)
        terms = {f"distortion_{v}": nats for v, nats in distortions[0].items()}
        terms["rate"] = rates[0]
        for k, (v,) in enumerate(singles, start=1):
            terms |= {f"alone_{v}": distortions[k][v], f"rate_{v}": rates[k]}
        return Loss(value.mean(), terms)


@dataclass(frozen=True)
class MixtureELBO:
    """Negative ELBO under a mixture of experts: each explains every view in turn.

        1/M sum_m E[ sum_v weight_v (-log p(x_v | z_m)) + log q(z_m) / p(z_m) ]

    with z_m from q_m, and q the mixture of the M experts q_m. One reparameterised
    sample of each expert is taken, so that none waits for its turn.

    Args:
        weights: view -> price of a nat of its distortion, dimensionless; 1 for those
            that are not named.
        warmup: steps over which the price of the rate rises from 0 to 1.

    Raises:
        ValueError: if a weight is negative or not finite, or warmup is not an integer
            from 0 on.

    Source: Shi et al. (2019), arXiv:1911.03393, section 3.2, whose importance-weighted
    bound with one sample of each expert this is.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    warmup: int = 0

    def __post_init__(self) -> None:
        _check_weights(self.weights)
        _check_counts(warmup=self.warmup)

    def __call__(self, model: MultimodalVAE, views: Views, step: int = 0) -> Loss:
        """Judge model on views: scalar value, terms (B,), all in nats.

        The terms are "distortion_VIEW", a mean over the experts, and "rate", the same
        of log q(z) / p(z); "cross_VIEW" is the distortion under the other experts.

        Raises:
            ValueError: if the views are not the model's, a weight names none of them,
                or the posterior is no mixture.
        """
        _check_views(model, views, self.weights)
        posterior, prior = model.posterior(views.tensors), model.prior()
        if not isinstance(posterior, UniformMixture):
            raise ValueError(
                "MixtureELBO needs a model that combines experts by "
                f"mixture_of_experts, got {type(posterior).__name__}"
            )
        z = posterior.component_distribution.rsample()  # (B, M, D)
        by_expert = z.movedim(1, 0)  # (M, B, D)
        rate = (posterior.log_prob(by_expert) - prior.log_prob(by_expert)).mean(0)
        count = len(model.names)
        nats = {
            name: -one.log_prob(views[name].repeat_interleave(count, 0)).unflatten(
                0, (len(views), count)
            )
            for name, one in model.likelihoods(z.flatten(0, 1)).items()
        }
        distortions = {name: each.mean(1) for name, each in nats.items()}
        terms = {f"distortion_{name}": mean for name, mean in distortions.items()}
        terms["rate"] = rate
        for own, name in enumerate(model.names if count > 1 else ()):
            others = [expert for expert in range(count) if expert != own]
            terms[f"cross_{name}"] = nats[name][:, others].mean(1)
        value = _weighted(self.weights, distortions) + _price(step, self.warmup) * rate
        return Loss(value.mean(), terms)


def _random_sets(names: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
    """Sets of at least two views that are not all, each size as likely as another."""
    if count and len(names) < 3:
        raise ValueError(
            f"random sets need at least three views, got {', '.join(names)}"
        )
    found = []
    for _ in range(count):
        size = int(torch.randint(2, len(names), ()))
        chosen = set(torch.randperm(len(names))[:size].tolist())
        found.append(tuple(name for k, name in enumerate(names) if k in chosen))
    return found


def _distortions(
    model: MultimodalVAE,
    views: Views,
    sets: Sequence[tuple[str, ...]],
    posteriors: Sequence[Distribution],
) -> list[dict[str, Tensor]]:
    """For every set, -log p(x_v | z) of its views for one z of its posterior."""
    codes = [posterior.rsample() for posterior in posteriors]
    found: list[dict[str, Tensor]] = [{} for _ in sets]
    for v in model.names:
        asked = [k for k, s in enumerate(sets) if v in s]
        # One call of the decoder for all sets: small networks cost mostly their call.
        likelihood = model.decoders[v](torch.cat([codes[k] for k in asked]))
        x = views[v]
        nats = -likelihood.log_prob(x.repeat(len(asked), *[1] * (x.dim() - 1)))
        for k, part in zip(asked, nats.split(len(x)), strict=True):
            found[k][v] = part
    return found


def _weighted(weights: Mapping[str, float], distortions: dict[str, Tensor]) -> Tensor:
    return sum(weights.get(v, 1.0) * nats for v, nats in distortions.items())


def _check_views(
    model: MultimodalVAE, views: Views, weights: Mapping[str, float]
) -> None:
    if set(views.names) != set(model.names):
        raise ValueError(
            f"views must be {', '.join(model.names)}, got {', '.join(views.names)}"
        )
    unknown = [name for name in weights if name not in model.names]
    if unknown:
        raise ValueError(
            f"weights must name views among {', '.join(model.names)}, "
            f"got {', '.join(unknown)}"
        )


def _check_gaussian(posteriors: Sequence[Distribution]) -> None:
    for posterior in posteriors:
        if not isinstance(getattr(posterior, "base_dist", None), Normal):
            raise ValueError(
                "MultimodalELBO needs Gaussian posteriors, as product_of_experts "
                f"makes them, got {type(posterior).__name__}"
            )


def _check_weights(weights: Mapping[str, float]) -> None:
    if not isinstance(weights, Mapping):
        raise ValueError(
            f"weights must be a mapping from views to numbers, got {weights!r}"
        )
    for name, weight in weights.items():
        _check_number(f"weight of {name!r}", weight)


def _price(step: int, warmup: int) -> float:
    """What a nat of rate costs at a step."""
    return min(1.0, step / warmup) if warmup else 1.0


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or count < 0:
            raise ValueError(f"{name} must be a non-negative integer, got {count!r}")


def _check_number(name: str, value: float) -> None:
    if not isinstance(value, Real) or not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a non-negative number, got {value!r}")
