"""A VAE whose every distribution is given, to hold the objectives against."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, Normal

from vae_lib.data import LinearGaussian
from vae_lib.models import VAE


class Function(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function: Callable[..., Distribution]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Distribution:
        """Call the function."""
        return self.function(*inputs)


@pytest.fixture
def diagonal_vae() -> Callable[..., VAE]:
    """Build a VAE whose q(z | x) has given means and log scales (B, D) for every x.

    Its likelihood is N(weight z + bias, 0.5^2), its prior N(0, I), in float64.
    """

    def build(mean: Tensor, log_scale: Tensor, weight: Tensor, bias: Tensor) -> VAE:
        oracle = LinearGaussian(weight, bias, 0.5)
        posterior = Independent(Normal(mean, log_scale.exp()), 1)
        return VAE(
            Function(lambda _x: posterior),
            Function(oracle.likelihood),
            Function(oracle.prior),
        )

    return build


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Every test starts from the same random numbers."""
    torch.manual_seed(0)
