"""Lower bounds on the evidence log p(x), or log p(x | y), one value per example."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from vae_lib.data import Batch, x_and_given
from vae_lib.evaluation.checks import check_images, check_positive
from vae_lib.evaluation.log_weights import log_likelihoods, log_weights
from vae_lib.models import CVAE, VAE

__all__ = ["elbo", "importance_weighted_bound", "prior_sampled_bound"]

# Examples that share one draw of noise. It is fixed, so that `chunk` governs memory
# alone: the same seed gives the same bound whatever the chunk.
BLOCK = 128


def elbo(model: nn.Module, x: Batch, samples: int = 1, chunk: int = 256) -> Tensor:
    """E_q[log p(x, z) - log q(z | x)], estimated with samples of the posterior.

    At the true posterior every sample gives log p(x) itself; elsewhere the expectation
    lies below it by KL(q(z | x) || p(z | x)).

    Args:
        model: a `VAE`, a `CVAE` or a `LadderVAE`, judged as it is; call `model.eval()`
            first if that matters.
        x: images (B, *event) in [0, 1]; for log p(x | y) a conditioned batch.
        samples: draws of z for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, a count is not positive, or the
            model's distributions do not fit x.

    Source: Kingma & Welling (2014), arXiv:1312.6114, section 2.2.
    """
    parts = [
        log_weights(model, part, samples, chunk, *known).mean(0)
        for part, known in _blocks(x, samples, chunk)
    ]
    return torch.cat(parts)


def importance_weighted_bound(
    model: nn.Module, x: Batch, samples: int = 64, chunk: int = 1024
) -> Tensor:
    """E[log (1/k) sum_i p(x, z_i) / q(z_i | x)] with k = samples draws z_i ~ q(z | x).

    k = 1 is the ELBO; the bound rises with k and reaches log p(x) in the limit.

    Args:
        model: a `VAE`, a `CVAE` or a `LadderVAE`, judged as it is; call `model.eval()`
            first if that matters.
        x: images (B, *event) in [0, 1]; for log p(x | y) a conditioned batch.
        samples: k, importance samples for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, a count is not positive, or the
            model's distributions do not fit x.

    Source: Burda et al. (2016), arXiv:1509.00519, section 3, equation 8.
    """
    parts = [
        log_weights(model, part, samples, chunk, *known).logsumexp(0)
        for part, known in _blocks(x, samples, chunk)
    ]
    return torch.cat(parts) - math.log(samples)


def prior_sampled_bound(
    model: VAE | CVAE, x: Batch, samples: int = 64, chunk: int = 1024
) -> Tensor:
    """E[log (1/k) sum_i p(x | z_i)] with k = samples draws z_i from the prior.

    Nobody has to know x to draw them, and few of them explain it: for the same k this
    lies far below `importance_weighted_bound`, unless the prior knows what x is like,
    as p(z | y) may. With k it rises to the same log p(x).

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        x: images (B, *event) in [0, 1]; for log p(x | y) a conditioned batch.
        samples: k, draws for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Bound in nats, (B,); differentiable.

    Raises:
        ValueError: if x is empty or not finite, a count is not positive, or the
            model's distributions do not fit x.

    Source: Sohn, Lee & Yan (2015), section 4.2, Monte Carlo sampling.
    """
    parts = []
    for part, known in _blocks(x, samples, chunk):
        prior = model.prior(*known)
        shape = (samples,) if prior.batch_shape else (samples, len(part))
        z = prior.rsample(shape)
        found = log_likelihoods(model, part, z, prior, chunk, *known)
        parts.append(found.logsumexp(0))
    return torch.cat(parts) - math.log(samples)


def _blocks(
    batch: Batch, samples: int, chunk: int
) -> Iterator[tuple[Tensor, tuple[Tensor, ...]]]:
    """Yield the examples that share one draw of noise, with their conditions."""
    x, given = x_and_given(batch)
    check_images("x", x)
    check_positive(samples=samples, chunk=chunk)
    for part, *known in zip(*(one.split(BLOCK) for one in (x, *given)), strict=True):
        yield part, tuple(known)
