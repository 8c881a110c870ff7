"""The beta lab's tensor functions: a model and what may be asked of a state of it."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import rate_of_each_dimension
from vae_lib.widgets.information_gap import information_gaps
from vae_lib.widgets.lab_data import LabData
from vae_lib.widgets.program import TensorFunction
from vae_lib.widgets.training_state import StateLayout
from vae_lib.widgets.training_step import training_step

__all__ = ["BATCH_SIZE", "EPSILON", "HIDDEN", "lab_functions", "lab_model", "spread"]

HIDDEN = 128
BATCH_SIZE = 64
_WITH_FAN_IN = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
EPSILON = 1e-8  # as in torch.optim.Adam, and so in fit


def lab_model(data: LabData, latents: int) -> VAE:
    """The lab's VAE: one hidden layer of 128 on either side."""
    shape = tuple(data.pixels.shape[1:])
    return VAE(
        MLPEncoder(shape, latents, (HIDDEN,)),
        MLPDecoder(latents, shape, (HIDDEN,)),
        StandardNormal(latents),
    )


def spread(model: nn.Module, apart: Sequence[str] = ()) -> list[tuple[int, float]]:
    """How PyTorch starts the weights: (how many, bound), in the order of a state.

    Linear layers and convolutions draw both weights and biases from U(-b, b), where
    b = 1 / sqrt(fan in).

    Args:
        model: made of such layers.
        apart: parameters that start in another way; their bound is 0.

    Raises:
        ValueError: if the model has other weights.

    >>> spread(nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 1)))
    [(8, 0.5), (2, 0.5), (2, 0.707...), (1, 0.707...)]
    >>> spread(nn.Conv2d(1, 3, 2))
    [(12, 0.5), (3, 0.5)]
    """
    layers = [m for m in model.modules() if isinstance(m, _WITH_FAN_IN)]
    bounds = {
        weight: 1 / math.sqrt(layer.weight[0].numel())
        for layer in layers
        for weight in layer.parameters()
    }
    bounds |= {model.get_parameter(name): 0.0 for name in apart}
    unknown = [name for name, w in model.named_parameters() if w not in bounds]
    if unknown:
        raise ValueError(
            f"weights must belong to linear layers or convolutions, got {unknown}"
        )
    return [(weight.numel(), bounds[weight]) for weight in model.parameters()]


def lab_functions(data: LabData, latents: int) -> list[TensorFunction]:
    """The three functions that a lab runs on a state.

    step: (state, x, noise, beta, learning_rate, epsilon) -> state after, distortion,
        rates; see `training_step`.
    examine: (state, x (N, ...), factors (N, K)) -> means (N, D), rates (D,), gaps (K,).
    decode: (state, z (B, D)) -> x (B, C, H, W).
    """
    with torch.random.fork_rng(devices=[]):  # the reader's random numbers stay theirs
        torch.manual_seed(0)
        model = lab_model(data, latents)
        noise = torch.randn(BATCH_SIZE, latents)
        codes = torch.randn(16, latents)
    layout = StateLayout.of(model)
    weights = nn.utils.parameters_to_vector(model.parameters()).detach()
    state = layout.start(weights)
    every = torch.arange(len(data))
    return [
        TensorFunction(
            "step",
            model,
            training_step,
            {
                "state": state,
                "x": data.images(every[:BATCH_SIZE]),
                "noise": noise,
                "beta": torch.tensor(4.0),
                "learning_rate": torch.tensor(1e-3),
                "epsilon": torch.tensor(EPSILON),
            },
            ("after", "distortion", "rates"),
            whole=("state", "x", "noise", "beta", "learning_rate", "epsilon"),
        ),
        TensorFunction(
            "examine",
            model,
            _Examine(data.values),
            {
                "state": state,
                "x": data.images(every),
                "factors": data.factors.float(),
            },
            ("means", "rates", "gaps"),
            whole=("state", "x", "factors"),
        ),
        TensorFunction(
            "decode",
            model,
            _decode_from,
            {"state": state, "z": codes},
            ("x",),
            whole=("state",),
        ),
    ]


class _Encoding(nn.Module):
    """The model's way from images to posterior and prior, as one call."""

    def __init__(self, model: VAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> tuple[Any, Any]:
        return self.model.encode(x), self.model.prior()


class _Decoding(nn.Module):
    def __init__(self, model: VAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        return self.model.decode(z)


def _given(model: VAE, state: Tensor) -> dict[str, Tensor]:
    weights = StateLayout.of(model).weights(state)
    return {f"model.{name}": weight for name, weight in weights.items()}


class _Examine:
    """What a state's code knows: means, rates and the gaps of the factors."""

    def __init__(self, levels: int) -> None:
        self.levels = levels

    def __call__(
        self, model: VAE, state: Tensor, x: Tensor, factors: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        posterior, prior = functional_call(_Encoding(model), _given(model, state), (x,))
        rates = rate_of_each_dimension(posterior, prior).mean(0)
        gaps = information_gaps(posterior.mean, factors, self.levels)
        return posterior.mean, rates, gaps


def _decode_from(model: VAE, state: Tensor, z: Tensor) -> Tensor:
    return functional_call(_Decoding(model), _given(model, state), (z,))
