"""log p(x, z) - log q(z | x) of draws from the posterior, for each kind of model."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from vae_lib.models import CVAE, VAE, LadderVAE
from vae_lib.models.ladder import check_gaussian
from vae_lib.objectives.checks import check_events

__all__ = ["by_chunks", "log_likelihoods", "log_weights"]


def log_weights(
    model: nn.Module, x: Tensor, samples: int, chunk: int, *given: Tensor
) -> Tensor:
    """Log weights of z ~ q(z | x), several draws an example.

    Their mean is the ELBO, and the log of the mean of their exponentials approaches
    log p(x).

    Args:
        model: a `VAE`, a `CVAE` or a `LadderVAE`.
        x: images (B, *event).
        samples: draws of z for each example.
        chunk: at most this many decoded examples at once. All noise is drawn before,
            so that it governs memory and not the result.
        given: conditions (B, ...), for a conditional model.

    Returns:
        Nats, (samples, B); differentiable.

    Raises:
        ValueError: if the model is of another kind, or its distributions do not fit x.

    Source: Burda et al. (2016), arXiv:1509.00519, section 3.
    """
    if isinstance(model, LadderVAE):
        return _of_ladder(model, x, samples, chunk)
    if not isinstance(model, VAE | CVAE):
        raise ValueError(
            "model must be of a kind whose posterior can be weighed, as a VAE or a "
            f"LadderVAE, got {type(model).__name__}"
        )
    posterior, prior = model.encode(x, *given), model.prior(*given)
    z = posterior.rsample((samples,))  # (samples, B, D)
    log_ratio = prior.log_prob(z) - posterior.log_prob(z)
    return log_likelihoods(model, x, z, posterior, chunk, *given) + log_ratio


def log_likelihoods(
    model: VAE | CVAE,
    x: Tensor,
    z: Tensor,
    source: Distribution,
    chunk: int,
    *given: Tensor,
) -> Tensor:
    """Log p(x | z) of several codes (samples, B, D) an example: (samples, B), nats.

    The codes were drawn from `source`, the posterior or the prior.

    Raises:
        ValueError: if the model's distributions do not fit x.
    """
    prior = model.prior(*given)

    def likelihoods(codes: Tensor, rows: Tensor) -> Tensor:
        likelihood = model.decoder(codes, *(one[rows] for one in given))
        check_events(x, source, likelihood, prior)
        return likelihood.log_prob(x[rows])

    return by_chunks(likelihoods, len(x), len(z), chunk, z.flatten(0, 1))


def _of_ladder(model: LadderVAE, x: Tensor, samples: int, chunk: int) -> Tensor:
    """The bottom-up pass once an example, the top-down pass once a draw."""
    messages = [check_gaussian("message", one) for one in model.climb(x)]
    noise = [
        one.loc.new_empty(samples * len(x), *one.loc.shape[1:]) for one in messages
    ]
    noise = [one.normal_() for one in noise]

    def weights(*noise_and_rows: Tensor) -> Tensor:
        *parts, rows = noise_and_rows

        def draw(level: int, posterior: Distribution) -> Tensor:
            base = posterior.base_dist
            return base.loc + base.scale * parts[level]

        posteriors, z, priors = model.infer(
            [_rows(one, rows) for one in messages], draw
        )
        likelihood, target = model.decoder(*z), x[rows]
        total = likelihood.log_prob(target)
        for one, posterior, prior in zip(z, posteriors, priors, strict=True):
            check_events(target, posterior, likelihood, prior)
            total = total + prior.log_prob(one) - posterior.log_prob(one)
        return total

    return by_chunks(weights, len(x), samples, chunk, *noise)


def by_chunks(
    function: Callable[..., Tensor],
    count: int,
    samples: int,
    chunk: int,
    *draws: Tensor,
) -> Tensor:
    """Ask a function chunk by chunk, since all draws at once may not fit into memory.

    Args:
        function: of some of the draws and the rows they are of, one number each.
        count: number of rows.
        samples: draws a row.
        chunk: at most this many at once.
        draws: arrays (samples * count, ...), all rows' first draws first.

    Returns:
        What the function answered, (samples, count).
    """
    rows = torch.arange(count, device=draws[0].device).repeat(samples)
    parts = zip(*(one.split(chunk) for one in (*draws, rows)), strict=True)
    found = torch.cat([function(*part) for part in parts])
    return found.unflatten(0, (samples, count))


def _rows(message: Normal, rows: Tensor) -> Distribution:
    events = message.loc.dim() - 1
    chosen = Normal(message.loc[rows], message.scale[rows], validate_args=False)
    return Independent(chosen, events)
