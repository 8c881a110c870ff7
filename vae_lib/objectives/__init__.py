"""Objectives: what a model is judged by. Each is a frozen, callable dataclass."""

from vae_lib.objectives.elbo import (
    BetaVAE,
    CapacityVAE,
    FreeBits,
    NegativeELBO,
    distortion_and_rate,
    rate_of_each_dimension,
)
from vae_lib.objectives.loss import Loss, Objective, Schedule, at_step

__all__ = [
    "BetaVAE",
    "CapacityVAE",
    "FreeBits",
    "Loss",
    "NegativeELBO",
    "Objective",
    "Schedule",
    "at_step",
    "distortion_and_rate",
    "rate_of_each_dimension",
]
