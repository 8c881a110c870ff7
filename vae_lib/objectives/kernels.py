"""Kernels: how alike two codes are, from 0 to 1."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["GaussianKernel", "InverseMultiquadric", "Kernel"]


class Kernel(Protocol):
    """A positive definite function of two codes."""

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Compare every x (N, D) with every y (M, D): (N, M)."""
        ...


@dataclass(frozen=True)
class GaussianKernel:
    """exp(-|x - y|^2 / (2 scale^2)).

    Args:
        scale: distance, in units of the code; None for sqrt(D), so that two draws from
            N(0, I), 2 D apart in mean square, are about exp(-1) alike whatever D is.

    Raises:
        ValueError: if scale is not positive and finite.

    >>> GaussianKernel(scale=1.0)(torch.zeros(1, 2), torch.tensor([[1.0, 1.0]])).log()
    tensor([[-1.]])
    """

    scale: float | None = None

    def __post_init__(self) -> None:
        if self.scale is not None:
            _check_positive("scale", self.scale)

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Compare every x (N, D) with every y (M, D): (N, M)."""
        square = x.shape[1] if self.scale is None else self.scale**2
        return torch.exp(squared_distances(x, y) / (-2 * square))


@dataclass(frozen=True)
class InverseMultiquadric:
    """Mean over scales s of C / (C + |x - y|^2), C = 2 D s^2.

    2 D is the mean squared distance of two draws from N(0, I). The tails are heavy: a
    code far from all others still feels where they are.

    Args:
        scales: in units of the prior's standard deviation.

    Raises:
        ValueError: if there is no scale, or one is not positive and finite.

    Source: Tolstikhin et al. (2018), arXiv:1711.01558, section 4.

    >>> InverseMultiquadric()(torch.zeros(1, 2), torch.tensor([[2.0, 0.0]]))
    tensor([[0.5000]])
    """

    scales: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not self.scales:
            raise ValueError("scales must hold at least one scale, got none")
        for scale in self.scales:
            _check_positive("a scale", scale)

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """Compare every x (N, D) with every y (M, D): (N, M)."""
        squares = squared_distances(x, y)
        sizes = [2 * x.shape[1] * scale**2 for scale in self.scales]
        return torch.stack([size / (size + squares) for size in sizes]).mean(0)


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """|x_i - y_j|^2 of x (N, D) and y (M, D): (N, M)."""
    # By differences: |x|^2 + |y|^2 - 2 xy would lose the digits of close pairs.
    return (x[:, None] - y).square().sum(-1)


def _check_positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
