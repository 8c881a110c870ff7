"""A two-level linear-Gaussian ladder whose evidence and posterior are known exactly."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal

from vae_lib.models import LadderVAE, StandardNormal

LATENTS = (3, 2)
DATA = 5
SCALES = (0.6, 0.4)  # of z_1 given z_2, of x given z_1


class Affine(nn.Module):
    """N(weight z + bias, scale^2) of the nearest level, or of x."""

    def __init__(self, weight: Tensor, bias: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.weight, self.bias, self.scale = weight, bias, scale

    def forward(self, nearest: Tensor, *_farther: Tensor) -> Distribution:
        """Return the Gaussian."""
        mean = nearest @ self.weight.T + self.bias
        return Independent(Normal(mean, self.scale.expand_as(mean)), 1)


@dataclass(frozen=True, eq=False)
class LadderOracle:
    """z_2 ~ N(0, 1), z_1 ~ N(A z_2, s_1^2), x ~ N(W z_1 + b, s^2), all in float64.

    W has orthogonal columns, so that p(x | z_1) as a function of z_1 is a diagonal
    Gaussian: a message. A is such that the posterior of z_2 is diagonal as well.
    """

    weight: Tensor
    bias: Tensor
    matrix: Tensor

    @classmethod
    def random(cls, seed: int = 0) -> "LadderOracle":
        """An oracle of its own for every seed."""
        generator = torch.Generator().manual_seed(seed)

        def columns(rows: int, count: int) -> Tensor:
            normal = torch.randn(rows, count, generator=generator, dtype=torch.float64)
            return torch.linalg.qr(normal).Q * torch.linspace(0.8, 1.6, count).double()

        weight = columns(DATA, LATENTS[0])
        spread = SCALES[0] ** 2 + SCALES[1] ** 2 / weight.square().sum(0)
        matrix = spread.sqrt()[:, None] * columns(*LATENTS)
        bias = torch.randn(DATA, generator=generator, dtype=torch.float64)
        return cls(weight, bias, matrix)

    def joint(self) -> MultivariateNormal:
        """p(z_1, z_2), event (5,)."""
        one, two = (torch.eye(size, dtype=torch.float64) for size in LATENTS)
        top = self.matrix @ self.matrix.T + SCALES[0] ** 2 * one
        rows = torch.cat([top, self.matrix], 1), torch.cat([self.matrix.T, two], 1)
        return MultivariateNormal(torch.zeros(5, dtype=torch.float64), torch.cat(rows))

    def marginal(self) -> MultivariateNormal:
        """p(x)."""
        level = self.matrix @ self.matrix.T + SCALES[0] ** 2 * torch.eye(3).double()
        noise = SCALES[1] ** 2 * torch.eye(DATA, dtype=torch.float64)
        return MultivariateNormal(
            self.bias, self.weight @ level @ self.weight.T + noise
        )

    def posterior(self, x: Tensor) -> MultivariateNormal:
        """p(z_1, z_2 | x) by conditioning the joint."""
        prior = self.joint().covariance_matrix
        reads = torch.cat([self.weight, torch.zeros(DATA, LATENTS[1]).double()], 1)
        gain = prior @ reads.T @ torch.linalg.inv(self.marginal().covariance_matrix)
        covariance = prior - gain @ reads @ prior
        return MultivariateNormal(
            (x - self.bias) @ gain.T, (covariance + covariance.T) / 2
        )

    def model(self, shift: float = 0.0, widen: float = 1.0) -> LadderVAE:
        """The ladder: exact, or with messages moved and widened."""
        squares = self.weight.square().sum(0)
        of_one = self.weight / squares
        message_scale = SCALES[1] / squares.sqrt()
        exact = self.posterior(self.bias[None]).covariance_matrix[0]
        top = exact.diagonal()[LATENTS[0] :].sqrt()
        # p(z_2 | x) reads x as any linear posterior does.
        to_two = torch.stack(
            [
                self.posterior((self.bias + unit)[None]).mean[0, LATENTS[0] :]
                for unit in torch.eye(DATA, dtype=torch.float64)
            ],
            dim=1,
        )
        messages = [
            Affine(of_one.T, shift - of_one.T @ self.bias, widen * message_scale),
            Affine(to_two, shift - to_two @ self.bias, widen * top),
        ]
        scales = torch.tensor(SCALES, dtype=torch.float64)
        prior = Affine(self.matrix, torch.zeros(3).double(), scales[0])
        decoder = Affine(self.weight, self.bias, scales[1])
        rungs = [nn.Identity(), nn.Identity()]
        return LadderVAE(
            rungs, messages, [prior], decoder, StandardNormal(LATENTS[1]).double()
        )
