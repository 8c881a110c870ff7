"""Linear-Gaussian views of one code, whose every evidence and posterior is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal

from vae_lib.data import LinearGaussian, Views
from vae_lib.models import MultimodalVAE
from vae_lib.networks import product_of_experts


class Function(nn.Module):
    """A function of tensors as a module."""

    def __init__(self, function: Callable[..., Distribution]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Tensor) -> Distribution:
        """Call the function."""
        return self.function(*inputs)


def gaussian(mean: Tensor, scale: Tensor) -> Independent:
    """A diagonal Gaussian, event (D,)."""
    return Independent(Normal(mean, scale), 1)


@dataclass(frozen=True, eq=False)
class LinearViews:
    """p(x_v | z) = N(W_v z, s_v^2 I) with W_v' W_v diagonal, and p(z) = N(0, I).

    As a function of z a likelihood is then proportional to a diagonal Gaussian: the
    expert that a product needs to be the true posterior, of any of the views.
    """

    weights: dict[str, Tensor]
    noises: dict[str, float]

    @classmethod
    def random(cls, latent: int = 2, seed: int = 0, **rows: int) -> "LinearViews":
        """Views with so many rows each, at least as many as latents."""
        generator = torch.Generator().manual_seed(seed)
        weights = {}
        for name, count in rows.items():
            columns, _ = torch.linalg.qr(
                torch.randn(count, latent, generator=generator, dtype=torch.float64)
            )
            weights[name] = columns * (
                torch.rand(latent, generator=generator, dtype=torch.float64) + 0.5
            )
        noises = {name: 0.5 + 0.2 * k for k, name in enumerate(rows)}
        return cls(weights, noises)

    @property
    def latent_dim(self) -> int:
        """D."""
        return next(iter(self.weights.values())).shape[1]

    def sample(self, count: int) -> Views:
        """Draw examples of all views."""
        z = torch.randn(count, self.latent_dim, dtype=torch.float64)
        return Views(
            {
                name: z @ w.T
                + self.noises[name] * torch.randn(count, len(w), dtype=torch.float64)
                for name, w in self.weights.items()
            }
        )

    def prior(self) -> Distribution:
        """p(z)."""
        zero = torch.zeros(self.latent_dim, dtype=torch.float64)
        return gaussian(zero, torch.ones_like(zero))

    def likelihood(self, name: str, z: Tensor) -> Distribution:
        """p(x_v | z)."""
        mean = z @ self.weights[name].T
        return gaussian(mean, torch.full_like(mean, self.noises[name]))

    def expert(self, name: str, x: Tensor) -> Distribution:
        """p(x_v | z) as a function of z, normalised."""
        w, noise = self.weights[name], self.noises[name]
        gram = (w * w).sum(0)
        mean = x @ w / gram
        return gaussian(mean, (noise / gram.sqrt()).expand_as(mean))

    def posterior(self, views: Mapping[str, Tensor]) -> MultivariateNormal:
        """p(z | views), by stacking the views, each divided by its noise."""
        oracle, x = self._stacked(views)
        return oracle.posterior(x)

    def log_p(self, views: Mapping[str, Tensor]) -> Tensor:
        """Log p(views), (B,), in nats."""
        oracle, x = self._stacked(views)
        volume = sum(
            len(self.weights[name]) * math.log(self.noises[name]) for name in views
        )
        return oracle.log_marginal(x) - volume

    def model(
        self,
        expert: Callable[[str, Tensor], Distribution] | None = None,
        combine: Callable[..., Distribution] = product_of_experts,
    ) -> MultimodalVAE:
        """A model with these likelihoods, and the true experts or those given."""
        expert = self.expert if expert is None else expert
        return MultimodalVAE(
            {n: Function(lambda x, n=n: expert(n, x)) for n in self.weights},
            {n: Function(lambda z, n=n: self.likelihood(n, z)) for n in self.weights},
            Function(self.prior),
            combine,
        )

    def _stacked(self, views: Mapping[str, Tensor]) -> tuple[LinearGaussian, Tensor]:
        weight = torch.cat([self.weights[name] / self.noises[name] for name in views])
        x = torch.cat([x / self.noises[name] for name, x in views.items()], 1)
        return LinearGaussian(weight, torch.zeros_like(weight[:, 0]), 1.0), x
