"""Adversaries in place of a divergence, and in place of a distance between images."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence
from torch.nn import functional as F

from vae_lib.models import VAE
from vae_lib.objectives.adversary import Adversary, tell_apart
from vae_lib.objectives.checks import check_events
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = ["VAEGAN", "AdversarialAutoencoder"]


@dataclass(frozen=True)
class AdversarialAutoencoder:
    """Distortion plus the price of codes that an adversary knows from the prior's.

    The adversary tells z ~ p(z), "real", from z ~ q(z). The encoder is charged the
    surprise of being taken for real, -log D(z), which has a slope also where the
    adversary is sure (Goodfellow et al. 2014, arXiv:1406.2661, section 3).

    Args:
        adversary: answers to codes (B, D) with logits (B,).
        weight: price of a nat of surprise, dimensionless; a number or a function of
            the step.

    Raises:
        ValueError: if weight is negative or not finite.

    Source: Makhzani et al. (2015), arXiv:1511.05644, section 2; the encoder is their
    "Gaussian posterior".
    """

    adversary: Adversary
    weight: Schedule = 1.0

    def __post_init__(self) -> None:
        check_weight("weight", self.weight)

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats.

        "surprise" is ln 2 for codes that could come from the prior.
        "aggregate_divergence" is minus the logit: at the adversary's best answer its
        mean is KL(q(z) || p(z)). It and the rate are reported and not charged.
        """
        output = model(x)
        terms = distortion_and_rate(output, x)
        logits = self.adversary.logits(output.z)
        terms["surprise"] = F.softplus(-logits)
        terms["aggregate_divergence"] = -logits
        weight = at_step(self.weight, step)
        return Loss((terms["distortion"] + weight * terms["surprise"]).mean(), terms)

    def adversary_loss(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the adversary on the codes of x (B, *event): cross-entropy in nats."""
        with torch.no_grad():
            z = model.encode(x).sample()
            draws = model.prior().sample((len(x),))
        real, fake = self.adversary.logits(draws), self.adversary.logits(z)
        return tell_apart(real, fake)


@dataclass(frozen=True)
class VAEGAN:
    """A VAE that measures distortion in an adversary's features, and must deceive it.

    The adversary tells images x, "real", from reconstructions and from images decoded
    from the prior. With features f, a hidden layer of the adversary, the distortion
    charged is -log N(f(x); f(x~), s^2 I) of the reconstruction x~. Who is charged what:

        encoder    feature distortion + rate
        decoder    gamma feature distortion + surprise
        adversary  its cross-entropy alone

    The surprise -log D is that of made images being taken for real.

    Args:
        adversary: its network has `features(x) -> (B, F)` besides logits (B,).
        gamma: price of feature distortion for the decoder, dimensionless, positive; a
            number or a function of the step.
        scale: s, the features' standard deviation, 1 in the paper. Where features
            differ little from image to image only a small one outweighs the rate.

    Raises:
        ValueError: if the network has no features, or gamma or scale is not positive
            and finite.

    Source: Larsen et al. (2016), arXiv:1512.09300, algorithm 1.

    >>> from vae_lib.networks import MLPDiscriminator
    >>> VAEGAN(Adversary(MLPDiscriminator((1, 8, 8), (64,)))).gamma
    1.0
    """

    adversary: Adversary
    gamma: Schedule = 1.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_weight("gamma", self.gamma)
        if not callable(self.gamma):
            _check_positive(self.gamma)
        if not 0 < self.scale < math.inf:
            raise ValueError(f"scale must be positive and finite, got {self.scale}")
        network = self.adversary.network
        if not callable(getattr(network, "features", None)):
            raise ValueError(
                "the adversary's network must have features(x), "
                f"got {type(network).__name__}"
            )

    def __call__(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge model on x (B, *event): scalar value, terms (B,), all in nats.

        The value's slopes are those of the table above. "distortion" is that of the
        pixels, for comparison; it is not charged.
        """
        gamma = at_step(self.gamma, step)
        _check_positive(gamma)
        posterior, prior = model.encode(x), model.prior()
        z = posterior.rsample()
        # The decoder pays gamma times what the encoder pays for the same distortion.
        likelihood = model.decoder(_with_slope(z, 1 / gamma))
        check_events(x, posterior, likelihood, prior)
        # The adversary's verdict moves the decoder alone.
        codes = torch.cat([z.detach(), prior.sample((len(x),))])
        surprise = F.softplus(-self.adversary.logits(model.decode(codes)))
        network = self.adversary.network
        seen, made = network.features(x), network.features(likelihood.mean)
        features = Independent(Normal(made, torch.full_like(made, self.scale)), 1)
        terms = {
            "distortion": -likelihood.log_prob(x).detach(),
            "rate": kl_divergence(posterior, prior),
            "feature_distortion": -features.log_prob(seen),
            "surprise": surprise.view(2, -1).mean(0),
        }
        value = terms["rate"] + gamma * terms["feature_distortion"] + terms["surprise"]
        return Loss(value.mean(), terms)

    def adversary_loss(self, model: VAE, x: Tensor, step: int = 0) -> Loss:
        """Judge the adversary on x (B, *event): cross-entropy in nats."""
        with torch.no_grad():
            z = model.encode(x).sample()
            made = model.decode(torch.cat([z, model.prior().sample((len(x),))]))
        real, fake = self.adversary.logits(x), self.adversary.logits(made)
        return tell_apart(real, fake.view(2, -1))


def _check_positive(gamma: float) -> None:
    # The encoder is charged 1 / gamma of what the decoder is.
    if not gamma > 0:
        raise ValueError(f"gamma must be positive, got {gamma}")


def _with_slope(z: Tensor, slope: float) -> Tensor:
    """The same z, whose gradient counts slope times."""
    return z.detach() + slope * (z - z.detach())
