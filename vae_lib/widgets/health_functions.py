"""A codebook that learns beside a moving encoder, step by step, as tensor functions.

All of it is `vae_lib.networks.codebook`'s. The number of codes K is the first axis of
what belongs to a codebook, so that one exported file serves every size.
"""

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

__all__ = ["BATCH", "Path", "health_functions"]

BATCH = 256  # latents in a step
# An output may not be called as an input is.
# What is found of latents and a codebook: `measured`.
FOUND = ("counts", "perplexity", "error")
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
        least: uses below which a code restarts, (1,); 0 for never.

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
    first: Tensor,
    second: Tensor,
    latents: Tensor,
    decay: Tensor,
    least: Tensor,
    done: Tensor,
    learning_rate: Tensor,
) -> tuple[Tensor, ...]:
    """Codes take a step of Adam down the codebook loss, and restart.

    Args:
        codebook: (K, D).
        uses: as of `follow`.
        chosen: as of `follow`.
        first: Adam's mean of the gradient, (K, D).
        second: Adam's mean of its square, (K, D).
        latents: a batch, (B, D).
        decay: of the uses, (1,).
        least: as of `follow`.
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
    counts, sums = tally(latents, nearest_codes(latents, codebook), codebook.shape[0])
    memory = torch.ones_like(counts)
    return moving_average(codebook, memory, counts, sums, 0.0)[0]


def measure(_: nn.Module, codebook: Tensor, latents: Tensor) -> tuple[Tensor, ...]:
    """What is `measured` of a codebook (K, D) on all latents (N, D)."""
    return measured(codebook, latents)[0]


def measured(
    codebook: Tensor, latents: Tensor
) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor, Tensor]:
    """Counts (K,), perplexity (1,) and error (1,); then the tally: counts and sums.

    The error is the mean squared distance from a latent to its code, as a share of the
    latents' variance.
    """
    indices = nearest_codes(latents, codebook)
    counts, sums = tally(latents, indices, codebook.shape[0])
    shares = counts / len(latents)
    perplexity = torch.special.entr(shares).sum().exp()
    squared = (latents - codebook[indices]).square().sum(1).mean()
    error = squared / latents.var(0, correction=0).sum()
    return (counts, perplexity.reshape(1), error.reshape(1)), counts, sums


def health_functions(latents: Tensor, num_codes: int) -> list[TensorFunction]:
    """All of them.

    Args:
        latents: as of `Path`, (T, N, D), N >= BATCH.
        num_codes: of the examples' codebook.
    """
    moments, many, _ = latents.shape
    half = torch.full((moments,), 1 / moments)
    cloud = latents[-1]
    batch = cloud[:BATCH]
    start = cloud[torch.arange(num_codes) * many // num_codes] * 1.1
    one = torch.ones(1)
    common = {
        "codebook": start,
        "uses": torch.linspace(0.05, 4, num_codes),
        "chosen": torch.arange(num_codes).float() % BATCH,
    }
    given = {"latents": batch, "decay": 0.9 * one, "least": 0.1 * one}
    memory = {
        "first": 0.1 * torch.ones_like(start),
        "second": torch.ones_like(start),
    }
    pace = {"done": 3 * one, "learning_rate": 0.02 * one}
    nothing = nn.Identity()
    return [
        TensorFunction(
            "encode",
            Path(latents),
            Path.__call__,
            {"places": torch.arange(BATCH).float(), "shares": half},
            ("latents",),
            ("shares",),
        ),
        TensorFunction(
            "follow",
            nothing,
            follow,
            common | given,
            ("codes", "used", *FOUND),
            tuple(given),
        ),
        TensorFunction(
            "descend",
            nothing,
            descend,
            common | memory | given | pace,
            ("codes", "used", "first_after", "second_after", *FOUND),
            (*given, *pace),
        ),
        TensorFunction(
            "centre",
            nothing,
            centre,
            {"codebook": start, "latents": cloud},
            ("codes",),
            ("latents",),
        ),
        TensorFunction(
            "measure",
            nothing,
            measure,
            {"codebook": start, "latents": cloud},
            FOUND,
            ("latents",),
        ),
    ]
