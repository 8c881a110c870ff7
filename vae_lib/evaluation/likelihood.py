"""Lower bounds on the evidence log p(x), one value per example."""

import math

import torch
from torch import Tensor, nn

from vae_lib.evaluation.checks import check_images, check_positive
from vae_lib.evaluation.log_weights import log_weights

__all__ = ["elbo", "importance_weighted_bound"]

# Examples that share one draw of noise. It is fixed, so that `chunk` governs memory
# alone: the same seed gives the same bound whatever the chunk.
BLOCK = 128


def elbo(model: nn.Module, x: Tensor, samples: int = 1, chunk: int = 256) -> Tensor:
    """E_q[log p(x, z) - log q(z | x)], estimated with samples of the posterior.

    At the true posterior every sample gives log p(x) itself; elsewhere the expectation
    lies below it by KL(q(z | x) || p(z | x)).

    Args:
        model: a `VAE` or a `LadderVAE`, judged as it is; call `model.eval()` first if
            that matters.
        x: images (B, *event) in [0, 1].
        samples: draws of z for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, a count is not positive, the model is
            of another kind, or its distributions do not fit x.

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 2.2.
    """
    check_images("x", x)
    check_positive(samples=samples, chunk=chunk)
    parts = [
        log_weights(model, part, samples, chunk).mean(0) for part in x.split(BLOCK)
    ]
    return torch.cat(parts)


def importance_weighted_bound(
    model: nn.Module, x: Tensor, samples: int = 64, chunk: int = 1024
) -> Tensor:
    """E[log (1/k) sum_i p(x, z_i) / q(z_i | x)] with k = samples draws z_i ~ q(z | x).

    k = 1 is the ELBO; the bound rises with k and reaches log p(x) in the limit.

    Args:
        model: a `VAE` or a `LadderVAE`, judged as it is; call `model.eval()` first if
            that matters.
        x: images (B, *event) in [0, 1].
        samples: k, importance samples for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, a count is not positive, the model is
            of another kind, or its distributions do not fit x.

    Source: Burda et al. (2016), arXiv:1509.00519, section 3, equation 8.
    """
    check_images("x", x)
    check_positive(samples=samples, chunk=chunk)
    parts = [
        log_weights(model, part, samples, chunk).logsumexp(0) - math.log(samples)
        for part in x.split(BLOCK)
    ]
    return torch.cat(parts)
