"""A model whose marginal and posterior are known exactly, to check everything else."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.distributions import Independent, MultivariateNormal, Normal

__all__ = ["LinearEncoder", "LinearGaussian"]


@dataclass(frozen=True, eq=False)
class LinearEncoder:
    """The exact posterior as a map, N(z; weight (x - centre), covariance).

    Args:
        weight: shape (D, P), takes data to the posterior mean.
        centre: shape (P,), the mean of the data.
        covariance: shape (D, D), the same for every x.
    """

    weight: Tensor
    centre: Tensor
    covariance: Tensor


@dataclass(frozen=True, eq=False)
class LinearGaussian:
    """p(z) = N(0, I) and p(x | z) = N(W z + b, s^2 I): probabilistic PCA.

    Everything that a variational autoencoder approximates has a closed form here:

        p(x)     = N(b, W W' + s^2 I)
        p(z | x) = N(M^-1 W' (x - b), s^2 M^-1),   M = W' W + s^2 I

    so that the evidence lower bound at the true posterior must equal log p(x).

    Args:
        weight: W, shape (P, D), real; its dtype is that of all results.
        bias: b, shape (P,), of the same dtype.
        noise: s, standard deviation of the observation noise, positive.

    Raises:
        ValueError: if a shape or dtype does not fit, a number is not finite, or the
            noise is not positive.

    Source: Tipping & Bishop (1999), "Probabilistic Principal Component Analysis",
    Journal of the Royal Statistical Society B 61(3), sections 3.1 and 3.2.

    With one latent and one observed number, W = 1, b = 0 and s = 1, the data have
    variance 2, and half of an observation is believed to come from z:

    >>> one = torch.ones(1, 1, dtype=torch.float64)
    >>> model = LinearGaussian(weight=one, bias=torch.zeros_like(one[0]), noise=1.0)
    >>> x = torch.tensor([[0.0], [2.0]], dtype=torch.float64)
    >>> model.log_marginal(x).diff().round(decimals=9)
    tensor([-1.], dtype=torch.float64)
    >>> posterior = model.posterior(x)
    >>> [m.round(decimals=9).tolist() for m in (posterior.mean, posterior.variance)]
    [[[0.0], [1.0]], [[0.5], [0.5]]]
    """

    weight: Tensor
    bias: Tensor
    noise: float

    def __post_init__(self) -> None:
        for name, shape, ndim in (("weight", "(P, D)", 2), ("bias", "(P,)", 1)):
            values = getattr(self, name)
            if not isinstance(values, Tensor):
                raise ValueError(
                    f"{name} must be a tensor, got {type(values).__name__}"
                )
            if not values.is_floating_point():
                raise ValueError(f"{name} must be real, got {values.dtype}")
            if values.ndim != ndim or values.numel() == 0:
                raise ValueError(
                    f"{name} must have shape {shape} and not be empty, "
                    f"got {tuple(values.shape)}"
                )
            if not values.isfinite().all():
                raise ValueError(f"{name} must be finite, got NaN or infinity")
        if len(self.bias) != len(self.weight):
            raise ValueError(
                f"bias must have shape ({len(self.weight)},) to fit the weight, "
                f"got {tuple(self.bias.shape)}"
            )
        if self.bias.dtype != self.weight.dtype:
            raise ValueError(
                f"bias must be {self.weight.dtype} as the weight is, "
                f"got {self.bias.dtype}"
            )
        if not (math.isfinite(self.noise) and self.noise > 0):
            raise ValueError(f"noise must be positive and finite, got {self.noise}")

    @classmethod
    def random(
        cls,
        latent_dim: int = 2,
        data_dim: int = 5,
        noise: float = 0.5,
        *,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
    ) -> LinearGaussian:
        """Return a model with standard normal W and b, the same for the same seed.

        Args:
            latent_dim: D, at least 1.
            data_dim: P, at least 1.
            noise: s, positive.
            seed: of a generator of its own; the global one is left alone.
            dtype: of the parameters and of all results.

        Raises:
            ValueError: if a dimension is below 1, or the noise is not positive.

        >>> LinearGaussian.random(latent_dim=1, data_dim=3).weight.shape
        torch.Size([3, 1])
        """
        for name, dim in (("latent_dim", latent_dim), ("data_dim", data_dim)):
            if dim < 1:
                raise ValueError(f"{name} must be at least 1, got {dim}")
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(data_dim, latent_dim, generator=generator, dtype=dtype)
        bias = torch.randn(data_dim, generator=generator, dtype=dtype)
        return cls(weight, bias, noise)

    @property
    def latent_dim(self) -> int:
        """D, the number of latent variables."""
        return self.weight.shape[1]

    @property
    def data_dim(self) -> int:
        """P, the number of observed variables."""
        return self.weight.shape[0]

    def prior(self) -> Independent:
        """Return p(z): batch (), event (D,)."""
        zero = self.weight.new_zeros(self.latent_dim)
        return Independent(Normal(zero, torch.ones_like(zero)), 1)

    def likelihood(self, z: Tensor) -> Independent:
        """Return p(x | z) for z (..., D): batch (...), event (P,).

        Raises:
            ValueError: if z has another last dimension or dtype, is empty, or not
                finite.
        """
        self._check("z", z, self.latent_dim)
        mean = z @ self.weight.T + self.bias
        return Independent(Normal(mean, torch.full_like(mean, self.noise)), 1)

    def marginal(self) -> MultivariateNormal:
        """Return p(x): batch (), event (P,)."""
        noise = self.noise**2 * self._identity(self.data_dim)
        return MultivariateNormal(self.bias, self.weight @ self.weight.T + noise)

    def encoder(self) -> LinearEncoder:
        """Return the optimal encoder: the linear map and covariance of p(z | x)."""
        precision = self.weight.T @ self.weight / self.noise**2
        covariance = torch.linalg.inv(precision + self._identity(self.latent_dim))
        covariance = (covariance + covariance.T) / 2
        return LinearEncoder(
            weight=covariance @ self.weight.T / self.noise**2,
            centre=self.bias,
            covariance=covariance,
        )

    def posterior(self, x: Tensor) -> MultivariateNormal:
        """Return p(z | x) for x (B, P): batch (B,), event (D,).

        Raises:
            ValueError: if x has another last dimension or dtype, is empty, or not
                finite.
        """
        self._check("x", x, self.data_dim)
        encoder = self.encoder()
        mean = (x - encoder.centre) @ encoder.weight.T
        return MultivariateNormal(mean, encoder.covariance)

    def log_marginal(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, shape (B,), for x (B, P).

        Raises:
            ValueError: if x has another last dimension or dtype, is empty, or not
                finite.
        """
        self._check("x", x, self.data_dim)
        return self.marginal().log_prob(x)

    def sample(self, n: int) -> Tensor:
        """Return n draws from p(x), shape (n, P), from the global generator.

        Raises:
            ValueError: if n is below 1.
        """
        if n < 1:
            raise ValueError(f"n must be at least 1, got {n}")
        return self.likelihood(self.prior().sample((n,))).sample()

    def _identity(self, dim: int) -> Tensor:
        return torch.eye(dim, dtype=self.weight.dtype, device=self.weight.device)

    def _check(self, name: str, values: Tensor, dim: int) -> None:
        if not isinstance(values, Tensor):
            raise ValueError(f"{name} must be a tensor, got {type(values).__name__}")
        if values.dtype != self.weight.dtype:
            raise ValueError(
                f"{name} must be {self.weight.dtype} as the weight is, "
                f"got {values.dtype}"
            )
        if values.ndim == 0 or values.shape[-1] != dim or values.numel() == 0:
            raise ValueError(
                f"{name} must have shape (..., {dim}) and not be empty, "
                f"got {tuple(values.shape)}"
            )
        if not values.isfinite().all():
            raise ValueError(f"{name} must be finite, got NaN or infinity")
