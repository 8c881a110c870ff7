"""A codebook that learns beside a moving encoder, step by step, as tensor functions.

All of it is `vae_lib.networks.codebook`'s. The number of codes K is the first axis of
what belongs to a codebook, so that one exported file serves every size.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from vae_lib.networks.codebook import (
    moving_average,
    nearest_codes,
    restart_rare_codes,
    tally,
)
from vae_lib.widgets.adam import adam_step
from vae_lib.widgets.program import TensorFunction

__all__ = ["BATCH", "CODES", "FAR", "Path", "health_functions"]

BATCH = 256  # latents in a step
CODES = 256
FAR = 1e4
# An output may not be called as an input is.
# What is found of latents and a codebook: `measured`.
FOUND = ("counts", "entropy", "error")
EPSILON = 1e-6  # of Adam; a smaller one would not survive the export


class Path(nn.Module):
    """The way of an encoder's latents, given at some moments of its training.

    Args:
        latents: of the same places of the same images at each moment, (T, N, D).
    """

    def __init__(self, latents: Tensor) -> None:
        super().__init__()
        self.register_buffer("latents", latents)

    def forward(self, places: Tensor, shares: Tensor) -> Tensor:
        """Latents (B, D) at places (B,), between two moments by shares (T,)."""
        seen = self.latents[:, places.long()]  # (T, B, D)
        return (shares[:, None, None] * seen).sum(0)


def follow(
    _: nn.Module,
    codebook: Tensor,
    uses: Tensor,
    chosen: Tensor,
    latents: Tensor,
    decay: Tensor,
    least: Tensor,
) -> tuple[Tensor, ...]:
    """Codes move to a moving average of the latents that chose them, and restart.

    Args:
        codebook: (K, D).
        uses: how often codes were used in a batch, on average, (K,).
        chosen: the latent for each code, should it restart, (K,), in [0, B).
        latents: a batch, (B, D).
        decay: of the average, (1,).
        least: uses below which each code restarts, (K,); 0 for never.

    Returns:
        Codebook and uses after the step, and what was `measured` before it.
    """
    found, counts, sums = measured(codebook, latents)
    moved = moving_average(codebook, uses, counts, sums, decay)
    return *restart_rare_codes(*moved, latents, least, chosen.long()), *found


def descend(
    _: nn.Module,
    codebook: Tensor,
    uses: Tensor,
    chosen: Tensor,
    latents: Tensor,
    decay: Tensor,
    least: Tensor,
    first: Tensor,
    second: Tensor,
    done: Tensor,
    learning_rate: Tensor,
) -> tuple[Tensor, ...]:
    """Codes take a step of Adam down the codebook loss, and restart.

    Args:
        codebook: (K, D).
        uses: as of `follow`.
        chosen: as of `follow`.
        latents: a batch, (B, D).
        decay: of the uses, (1,).
        least: as of `follow`.
        first: Adam's mean of the gradient, (K, D).
        second: Adam's mean of its square, (K, D).
        done: steps, this one included, (1,).
        learning_rate: of Adam, (1,).

    Returns:
        Codebook, uses, first and second after the step, and what was `measured` before.
    """
    found, counts, sums = measured(codebook, latents)
    # Of the batch's summed squared distances.
    gradient = 2 * (counts[:, None] * codebook - sums)
    codebook, first, second = adam_step(
        codebook, gradient, (first, second), done, learning_rate, EPSILON
    )
    uses = counts + decay * (uses - counts)
    codebook, uses = restart_rare_codes(codebook, uses, latents, least, chosen.long())
    return codebook, uses, first, second, *found


def centre(_: nn.Module, codebook: Tensor, latents: Tensor) -> Tensor:
    """One round of k-means: a moving average (K, D) of all latents, with no memory."""
    counts, sums = tally(latents, nearest_codes(latents, codebook), len(codebook))
    memory = torch.ones_like(counts)
    return moving_average(codebook, memory, counts, sums, 0.0)[0]


def measure(_: nn.Module, codebook: Tensor, latents: Tensor) -> tuple[Tensor, ...]:
    """What is `measured` of a codebook (K, D) on all latents (N, D)."""
    return measured(codebook, latents)[0]


def measured(
    codebook: Tensor, latents: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor, Tensor]:
    """Counts (K,), entropy (1,) and error (1,); then the tally: counts and sums.

    The entropy is that of the codes' shares, in nats: the perplexity is its exp. The
    error is the mean squared distance from a latent to its code, as a share of the
    latents' variance.
    """
    indices = nearest_codes(latents, codebook)
    counts, sums = tally(latents, indices, len(codebook))
    shares = counts / len(latents)
    entropy = torch.special.entr(shares).sum()
    squared = (latents - codebook[indices]).square().sum(1).mean()
    error = squared / latents.var(0, correction=0).sum()
    return (counts, entropy.reshape(1), error.reshape(1)), counts, sums


def health_functions(latents: Tensor) -> list[TensorFunction]:
    """All of them.

    Args:
        latents: as of `Path`, (T, N, D), N >= BATCH.
    """
    moments, many, _ = latents.shape
    cloud, one = latents[-1], torch.ones(1)
    codebook = 1.1 * cloud[torch.arange(CODES) * many // CODES]
    chosen = torch.arange(CODES).float() % BATCH
    step = {
        "codebook": codebook,
        "uses": torch.linspace(0.05, 4, CODES),
        "chosen": chosen,
        "latents": cloud[:BATCH],
        "decay": 0.9 * one,
        "least": torch.full((CODES,), 0.1),
    }
    adam = {
        "first": 0.1 * torch.ones_like(codebook),
        "second": torch.ones_like(codebook),
        "done": 3 * one,
        "learning_rate": 0.02 * one,
    }
    everything = {"codebook": codebook, "latents": cloud}
    places, shares = torch.arange(BATCH).float(), torch.full((moments,), 1 / moments)
    encode = TensorFunction(
        "encode",
        Path(latents),
        Path.__call__,
        {"places": places, "shares": shares},
        ("latents",),
        ("shares",),
    )
    return [
        encode,
        _whole(follow, step, ("codes", "used", *FOUND)),
        _whole(
            descend,
            step | adam,
            ("codes", "used", "first_after", "second_after", *FOUND),
        ),
        _whole(centre, everything, ("codes",)),
        _whole(measure, everything, FOUND),
    ]


def _whole(
    call: Callable[..., Tensor | tuple[Tensor, ...]],
    inputs: dict[str, Tensor],
    outputs: tuple[str, ...],
) -> TensorFunction:
    return TensorFunction(
        call.__name__, nn.Identity(), call, inputs, outputs, tuple(inputs)
    )
