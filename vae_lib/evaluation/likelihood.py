"""Lower bounds on the evidence log p(x), one value per example."""

import math

import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_images, check_positive
from vae_lib.models import VAE

__all__ = ["elbo", "importance_weighted_bound"]


def elbo(model: VAE, x: Tensor, samples: int = 1, chunk: int = 256) -> Tensor:
    """E_q[log p(x, z) - log q(z | x)], estimated with samples of the posterior.

    At the true posterior every sample gives log p(x) itself; elsewhere the expectation
    lies below it by KL(q(z | x) || p(z | x)).

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        x: images (B, *event) in [0, 1].
        samples: draws of z for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, or a count is not positive.

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 2.2.
    """
    check_images("x", x)
    check_positive(samples=samples, chunk=chunk)
    parts = [
        _log_weights(model, part, samples).mean(0) for part in _parts(x, samples, chunk)
    ]
    return torch.cat(parts)


def importance_weighted_bound(
    model: VAE, x: Tensor, samples: int = 64, chunk: int = 1024
) -> Tensor:
    """E[log (1/k) sum_i p(x, z_i) / q(z_i | x)] with k = samples draws z_i ~ q(z | x).

    k = 1 is the ELBO; the bound rises with k and reaches log p(x) in the limit.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        x: images (B, *event) in [0, 1].
        samples: k, importance samples for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, or a count is not positive.

    Source: Burda et al. (2016), arXiv:1509.00519, section 3, equation 8.
    """
    check_images("x", x)
    check_positive(samples=samples, chunk=chunk)
    parts = [
        _log_weights(model, part, samples).logsumexp(0) - math.log(samples)
        for part in _parts(x, samples, chunk)
    ]
    return torch.cat(parts)


def _parts(x: Tensor, samples: int, chunk: int) -> tuple[Tensor, ...]:
    """Split x so that examples times samples stay near chunk."""
    return x.split(max(1, chunk // samples))


def _log_weights(model: VAE, x: Tensor, samples: int) -> Tensor:
    """Return log p(x, z) - log q(z | x) of z ~ q(z | x): (samples, B), in nats."""
    posterior = model.encode(x)
    z = posterior.rsample((samples,))  # (samples, B, D)
    likelihood = model.decoder(z.flatten(0, 1))
    repeated = x.expand(samples, *x.shape).flatten(0, 1)
    log_likelihood = likelihood.log_prob(repeated).unflatten(0, (samples, len(x)))
    return log_likelihood + model.prior().log_prob(z) - posterior.log_prob(z)
