"""Steps of latents and codes in a plane, as tensor functions.

Each point of the data owns a latent that may go anywhere: an encoder with no limits.
The decoder returns the code that it is given, under a Gaussian of variance 1/2, so that
a distortion is the squared distance from code to point, and a constant.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad

from vae_lib.networks import Gaussian, Quantized, VectorQuantizer
from vae_lib.networks.codebook import (
    moving_average,
    nearest_codes,
    restart_rare_codes,
    tally,
)
from vae_lib.widgets.program import TensorFunction

__all__ = [
    "DECAY",
    "LATENT_SPEED",
    "LEAST_USES",
    "MOVERS",
    "average_step",
    "gradient_step",
    "latent_step",
    "look",
    "restart_step",
    "slopes",
    "voronoi_functions",
]

LATENT_SPEED = 0.1  # of a gradient step on one point's loss
CODE_SPEED = 0.4  # of a gradient step on the mean codebook loss
DECAY = 0.9  # of the moving average, and of the memory of uses
LEAST_USES = 1.0  # a code with fewer in a step, on average, is restarted
MOVERS = ("gradient", "average", "k_means")

_LIKELIHOOD = Gaussian(math.sqrt(0.5))


def slopes(
    quantizer: VectorQuantizer,
    latents: Tensor,
    points: Tensor,
    codebook: Tensor,
    commitment: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Downhill by each of the three terms of the loss.

    Args:
        quantizer: of commitment 1; its own codes play no part.
        latents: (N, 2).
        points: the data, (N, 2).
        codebook: (K, 2).
        commitment: its price, (1,).

    Returns:
        Minus three gradients, (N, 2) each: of a latent's distortion, as it stands at
        the code and is copied to the latent; of its commitment loss at the latent; of
        its codebook loss at the code.
    """

    def distortion(latents: Tensor) -> Tensor:
        codes = _quantize(quantizer, latents, codebook).latents.flatten(1)
        return -_LIKELIHOOD(codes).log_prob(points).sum()

    def held(latents: Tensor) -> Tensor:
        return _quantize(quantizer, latents, codebook).commitment_loss.sum()

    away = grad(held)(latents)
    # The codebook loss is the same distance seen from its other end.
    return -grad(distortion)(latents), -commitment * away, away


def latent_step(
    quantizer: VectorQuantizer,
    latents: Tensor,
    points: Tensor,
    codebook: Tensor,
    commitment: Tensor,
) -> Tensor:
    """One gradient step of every latent on its point's loss, (N, 2)."""
    decoder, held, _ = slopes(quantizer, latents, points, codebook, commitment)
    return latents + LATENT_SPEED * (decoder + held)


def gradient_step(
    quantizer: VectorQuantizer, latents: Tensor, codebook: Tensor, uses: Tensor
) -> tuple[Tensor, Tensor]:
    """One gradient step of the codes on the mean codebook loss.

    Returns:
        The codebook (K, 2), and the uses (K,) of a step on a moving average.
    """

    def loss(codebook: Tensor) -> Tensor:
        return _quantize(quantizer, latents, codebook).codebook_loss.mean()

    counts, _ = tally(latents, nearest_codes(latents, codebook), len(codebook))
    moved = codebook - CODE_SPEED * grad(loss)(codebook)
    return moved, uses.lerp(counts, 1 - DECAY)


def average_step(
    decay: float, latents: Tensor, codebook: Tensor, uses: Tensor
) -> tuple[Tensor, Tensor]:
    """One step of the moving average; with a decay of 0, one round of k-means.

    Returns:
        The codebook (K, 2) and the uses (K,).
    """
    indices = nearest_codes(latents, codebook)
    counts, sums = tally(latents, indices, len(codebook))
    return moving_average(codebook, uses, counts, sums, decay)


def restart_step(
    _: nn.Module, latents: Tensor, codebook: Tensor, uses: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor]:
    """Codes that are used too rarely go to the latents chosen, (K,) rows as floats."""
    return restart_rare_codes(codebook, uses, latents, LEAST_USES, chosen.long())


def look(
    quantizer: VectorQuantizer,
    latents: Tensor,
    points: Tensor,
    codebook: Tensor,
    commitment: Tensor,
) -> tuple[Tensor, ...]:
    """What there is to see.

    Returns:
        The code of each latent, (N,), as floats; uses of each code, (K,); three numbers
        (3,): mean squared error, mean squared distance from latent to code, perplexity;
        the three slopes, (N, 2) each.
    """
    indices = nearest_codes(latents, codebook)
    counts, _ = tally(latents, indices, len(codebook))
    error = (codebook[indices] - points).square().sum(1).mean()
    gap = _quantize(quantizer, latents, codebook).commitment_loss.mean()
    perplexity = torch.special.entr(counts / len(latents)).sum().exp()
    pulls = slopes(quantizer, latents, points, codebook, commitment)
    measures = torch.stack([error, gap, perplexity])
    return indices.float(), counts, measures, *pulls


def voronoi_functions(points: Tensor, codebook: Tensor) -> list[TensorFunction]:
    """All steps and the look, of points (N, 2) and as many codes as in codebook (K, 2).

    The latents start where their points are.
    """
    with torch.random.fork_rng():  # the reader's random numbers stay where they are
        quantizer = VectorQuantizer(*codebook.shape, commitment=1.0)
    uses = torch.ones(len(codebook))
    codes = {"latents": points.clone(), "codebook": codebook, "uses": uses}
    # Distinct tensors: a traced graph would take equal ones for one.
    held = {
        "latents": points.clone(),
        "points": points,
        "codebook": codebook,
        "commitment": torch.ones(1),
    }

    def function(
        name: str,
        call: Callable[..., Tensor | tuple[Tensor, ...]],
        inputs: dict[str, Tensor],
        outputs: tuple[str, ...] = ("moved", "used"),
    ) -> TensorFunction:
        return TensorFunction(name, quantizer, call, inputs, outputs, tuple(inputs))

    seen = ("indices", "counts", "measures", "decoder", "held", "taught")
    chosen = {"chosen": torch.arange(float(len(codebook)))}
    return [
        function("gradient", gradient_step, codes),
        function("average", _averaging(DECAY), codes),
        function("k_means", _averaging(0.0), codes),
        function("restart", restart_step, codes | chosen),
        function("follow", latent_step, held, ("moved",)),
        function("look", look, held, seen),
    ]


def _averaging(decay: float) -> Callable[..., tuple[Tensor, Tensor]]:
    def call(_: nn.Module, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        return average_step(decay, *inputs)

    return call


def _quantize(
    quantizer: VectorQuantizer, latents: Tensor, codebook: Tensor
) -> Quantized:
    return functional_call(
        quantizer, {"codebook": codebook}, (latents[:, :, None, None],)
    )
