"""The VQ lab's tensor functions: a small VQ-VAE, its step, and what may be asked of it.

One file serves every size of codebook: there are always `SLOTS` codes, and those beyond
the reader's choice lie so far away that no latent finds them. What starts or restarts a
code draws rows of the latents; one row more, the last, is that far place.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value

from vae_lib.models import VQVAE
from vae_lib.networks import Bernoulli, GridDecoder, GridEncoder, VectorQuantizer
from vae_lib.networks.codebook import (
    k_means,
    moving_average,
    restart_rare_codes,
    tally,
)
from vae_lib.objectives import VectorQuantized
from vae_lib.widgets.lab_data import LabData
from vae_lib.widgets.lab_functions import BATCH_SIZE, EPSILON
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.training_state import StateLayout, adam

__all__ = [
    "CODEBOOK",
    "FAR",
    "GRID",
    "MOST_CODES",
    "ROUNDS",
    "ROWS",
    "SLOTS",
    "USES",
    "k_means_function",
    "vq_functions",
    "vq_model",
    "vq_step",
]

WIDTH, BLOCKS = 16, 1
GRID = 4  # cells along a side, for digits and sprites alike
ROWS = BATCH_SIZE * GRID**2  # latents in a minibatch
MOST_CODES = 256
SLOTS = MOST_CODES + 1  # one at least is far away, where k-means meets the far row
FAR = 1e6
ROUNDS = 5  # of k-means
CODEBOOK, USES = "quantizer.codebook", "quantizer.uses"


def vq_model(
    data: LabData, dim: int, num_codes: int = SLOTS, **quantizer: Any
) -> VQVAE:
    """The lab's VQ-VAE: 16 maps, one residual block, a grid of 4 x 4 codes.

    Args:
        data: images whose sides are four times a power of 2.
        dim: D, numbers in a code.
        num_codes: K.
        **quantizer: further arguments of `VectorQuantizer`.
    """
    halvings = (data.pixels.shape[-1] // GRID).bit_length() - 1
    shape = {"halvings": halvings, "width": WIDTH, "blocks": BLOCKS}
    return VQVAE(
        GridEncoder(1, dim, **shape),
        VectorQuantizer(num_codes, dim, **quantizer),
        GridDecoder(dim, 1, **shape, likelihood=Bernoulli()),
    )


def vq_functions(data: LabData, dim: int) -> list[TensorFunction]:
    """The functions of a state that depend on data and dim.

    step: see `vq_step`.
    examine: (state, x (N, C, H, W)) -> latents (N, D, 4, 4), indices (N, 4, 4) and the
        mean squared error of the reconstructions, ().
    decode: (state, indices (B, 4, 4)) -> x (B, C, H, W).
    """
    with torch.random.fork_rng(devices=[]):  # the reader's random numbers stay theirs
        torch.manual_seed(0)
        # Both losses at a price of 1: the step prices them.
        model = vq_model(data, dim, commitment=1.0)
        chosen = torch.randint(ROWS, (SLOTS,)).float()
        indices = torch.randint(MOST_CODES, (16, GRID, GRID)).float()
        # As any trained decoder, it knows how bright images are: else the slope of this
        # bias, a sum over all pixels, has few digits left behind the point.
        images = data.images(torch.arange(len(data)))
        nn.init.constant_(model.decoder.trunk[-1].bias, float(images.mean().logit()))
    layout = StateLayout.of(model)
    state = layout.start(nn.utils.parameters_to_vector(model.parameters()).detach())
    # Not the first step, which turns a gradient of rounding errors into a whole step.
    state[2 * layout.count : 3 * layout.count] = 0.1
    state[3 * layout.count] = 100
    uses = layout.place(USES)
    state[uses : uses + SLOTS] = 1
    numbers = {
        "commitment": 0.25,
        "averaged": 1.0,
        "decay": 0.9,
        "least": 0.5,
        "learning_rate": 1e-3,
        "epsilon": EPSILON,
    }
    given = {
        "state": state,
        "x": images[:BATCH_SIZE],
        "chosen": chosen,
        **{name: torch.tensor(number) for name, number in numbers.items()},
    }
    return [
        TensorFunction(
            "step", model, vq_step, given, ("after", "terms"), whole=tuple(given)
        ),
        TensorFunction(
            "examine",
            model,
            _examine,
            {"state": state, "x": images},
            ("latents", "indices", "error"),
            whole=("state", "x"),
        ),
        TensorFunction(
            "decode",
            model,
            _decode,
            {"state": state, "indices": indices},
            ("x",),
            whole=("state",),
        ),
    ]


def k_means_function(dim: int) -> TensorFunction:
    """k_means: (rows (N, D), first (K,), chosen (5, K)) -> codebook (K, D), uses (K,).

    N and K are `ROWS` and `SLOTS`; first and chosen are places among the rows, or
    N for nowhere.
    """
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(ROWS, dim, generator=generator)
    some = torch.randperm(ROWS, generator=generator)[:SLOTS]
    first = torch.where(torch.arange(SLOTS) < MOST_CODES // 2, some, ROWS)
    given = {
        "rows": rows,
        "first": first.float(),
        "chosen": first.expand(ROUNDS, -1).float(),
    }
    return TensorFunction(
        "k_means", nn.Identity(), _k_means, given, ("codebook", "uses"), tuple(given)
    )


def vq_step(
    model: VQVAE,
    state: Tensor,
    x: Tensor,
    chosen: Tensor,
    commitment: Tensor,
    averaged: Tensor,
    decay: Tensor,
    least: Tensor,
    learning_rate: Tensor,
    epsilon: Tensor,
) -> tuple[Tensor, Tensor]:
    """One step on `VectorQuantized`: what `fit` does to a model, without its objects.

    The order is that of a `VectorQuantizer` in training: quantise, move the codes to
    the average, restart the rare ones; then Adam moves all that has a gradient.

    Args:
        model: says how weights become distributions; its own weights play no part, and
            its commitment is 1.
        state: of the layout `StateLayout.of(model)`.
        x: a minibatch (B, C, H, W).
        chosen: row of the latents for each code that restarts, (K,), in [0, N], where N
            = B H' W' is nowhere.
        commitment: price of the squared distance, ().
        averaged: 1 if a moving average moves the codes, 0 if the gradient does, ().
        decay: of the average, and of the memory of uses, ().
        least: uses a batch below which a code restarts, (); 0 for never.
        learning_rate: Adam's step size, ().
        epsilon: Adam's, ().

    Returns:
        The state after the step; distortion, codebook and commitment term (3,), each
        the batch's mean before the step and at its price.

    Source: van den Oord et al. (2017), arXiv:1711.00937, section 3 and appendix A.1.
    """
    layout = StateLayout.of(model)
    prices = {"distortion": 1.0, "codebook": 1 - averaged, "commitment": commitment}

    def loss(weights: dict[str, Tensor]) -> tuple[Tensor, Any]:
        passes = []

        def watched(batch: Tensor) -> Any:
            passes.append(functional_call(model, weights, (batch,)))
            return passes[-1]

        terms = VectorQuantized()(watched, x).terms
        (seen,) = passes
        priced = [price * terms[name].mean() for name, price in prices.items()]
        return sum(priced), (torch.stack(priced), seen.latents, seen.quantized.indices)

    weights = layout.weights(state)
    gradients, (_, (terms, latents, indices)) = grad_and_value(loss, has_aux=True)(
        weights
    )
    codebook, uses = weights[CODEBOOK], layout.kept(state)[USES]
    rows = latents.permute(0, 2, 3, 1).reshape(-1, codebook.shape[1])
    counts, sums = tally(rows, indices.flatten(), len(codebook))
    followed, uses = moving_average(codebook, uses, counts, sums, decay)
    codebook = torch.where(averaged > 0, followed, codebook)
    codebook, uses = restart_rare_codes(
        codebook, uses, _with_nowhere(rows), least, chosen.long()
    )
    moved = {CODEBOOK: codebook, USES: uses}
    return adam(layout, state, gradients, learning_rate, epsilon, moved), terms


def _k_means(
    _: nn.Module, rows: Tensor, first: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor]:
    codebook, counts = k_means(
        _with_nowhere(rows), len(first), ROUNDS, first.long(), chosen.long()
    )
    return codebook, counts.clamp(min=1)  # as `VectorQuantizer` starts its average


def _with_nowhere(rows: Tensor) -> Tensor:
    return torch.cat([rows, torch.full_like(rows[:1], FAR)])


def _examine(model: VQVAE, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    output = functional_call(model, StateLayout.of(model).weights(state), (x,))
    error = (output.likelihood.mean - x).square().mean()
    return output.latents, output.quantized.indices.float(), error


def _decode(model: VQVAE, state: Tensor, indices: Tensor) -> Tensor:
    weights = StateLayout.of(model).weights(state)
    # As `model.decode`, which looks at the indices' values first; a graph cannot.
    latents = weights[CODEBOOK][indices.long()].permute(0, 3, 1, 2)
    decoder = {
        name.removeprefix("decoder."): weight
        for name, weight in weights.items()
        if name.startswith("decoder.")
    }
    return functional_call(model.decoder, decoder, (latents,)).mean
