"""Log likelihoods of several views, joint and conditional, by importance sampling."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_positive
from vae_lib.evaluation.log_weights import by_chunks
from vae_lib.models import MultimodalVAE

__all__ = ["conditional_log_likelihood", "joint_log_likelihood"]

# Examples that share one draw of noise, so that `chunk` governs memory alone.
BLOCK = 128


def joint_log_likelihood(
    model: MultimodalVAE,
    views: Mapping[str, Tensor],
    samples: int = 64,
    chunk: int = 1024,
) -> Tensor:
    """Log p(views) of any views of a model: of one, its marginal; of all, the joint.

        log 1/k sum_i p(z_i) prod_v p(x_v | z_i) / q(z_i | views),   z_i ~ q(z | views)

    is on average a lower bound, which rises with k = samples and reaches log p(views)
    in the limit. The other views need not be summed out: given z, they do not matter.

    Args:
        model: judged as it is; call `model.eval()` first if that matters.
        views: name -> x (B, *event); at least one view.
        samples: importance samples for each example.
        chunk: at most this many decoded examples at once (memory, not result).

    Returns:
        Estimate in nats, (B,).

    Raises:
        ValueError: if no view is given, a view is not known, the numbers of rows differ
            or are 0, or a count is not positive.

    Source: Burda et al. (2016), arXiv:1509.00519, section 3; for several views, Wu &
    Goodman (2018), arXiv:1802.05335, section 5.
    """
    check_positive(samples=samples, chunk=chunk)
    if not views or not all(len(x) for x in views.values()):
        raise ValueError("at least one view with at least one row must be given")
    rows = len(next(iter(views.values())))
    parts = [
        _log_weights(
            model, {v: x[at : at + BLOCK] for v, x in views.items()}, samples, chunk
        )
        for at in range(0, rows, BLOCK)
    ]
    return torch.cat([part.logsumexp(0) for part in parts]) - math.log(samples)


def conditional_log_likelihood(
    model: MultimodalVAE,
    views: Mapping[str, Tensor],
    given: Sequence[str],
    samples: int = 64,
    chunk: int = 1024,
) -> Tensor:
    """Log p(the other views | those in given) = log p(views) - log p(given).

    Both sides are estimated, each with its own posterior, so that the difference is no
    bound: take enough samples that it no longer moves.

    Args:
        model: judged as it is.
        views: name -> x (B, *event); the views given and those to predict.
        given: names of the views that are known, some of `views` and not all.
        samples: importance samples for each example and side.
        chunk: at most this many decoded examples at once.

    Returns:
        Estimate in nats, (B,).

    Raises:
        ValueError: as `joint_log_likelihood`, or if `given` is not as above.

    Source: Wu & Goodman (2018), arXiv:1802.05335, section 5.
    """
    if not given or not set(given) < set(views):
        raise ValueError(
            f"given must be some of {', '.join(views)} and not all, got {list(given)}"
        )
    joint = joint_log_likelihood(model, views, samples, chunk)
    known = {name: views[name] for name in given}
    return joint - joint_log_likelihood(model, known, samples, chunk)


def _log_weights(
    model: MultimodalVAE, views: Mapping[str, Tensor], samples: int, chunk: int
) -> Tensor:
    """Return log p(views, z) - log q(z | views) of z ~ q: (samples, B), in nats."""
    posterior, prior = model.posterior(views), model.prior()
    z = posterior.rsample((samples,))  # (samples, B, D)

    def likelihood(codes: Tensor, rows: Tensor) -> Tensor:
        found = model.likelihoods(codes, views)
        return sum(p.log_prob(views[v][rows]) for v, p in found.items())

    found = by_chunks(likelihood, z.shape[1], samples, chunk, z.flatten(0, 1))
    return found + prior.log_prob(z) - posterior.log_prob(z)
