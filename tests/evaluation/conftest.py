"""Linear-Gaussian models, whose evidence is known exactly, as VAEs."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Distribution

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
def as_vae() -> Callable[..., VAE]:
    """Make a VAE of an oracle; q(z | x) is the true posterior or the one given."""

    def build(
        oracle: LinearGaussian,
        posterior: Callable[[Tensor], Distribution] | None = None,
    ) -> VAE:
        return VAE(
            Function(oracle.posterior if posterior is None else posterior),
            Function(oracle.likelihood),
            Function(oracle.prior),
        )

    return build


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Every test starts from the same random numbers."""
    torch.manual_seed(0)
