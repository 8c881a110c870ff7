"""What an objective returns, and the hyper-parameters that may follow the step."""

import math
from collections.abc import Callable
from numbers import Real
from typing import NamedTuple, Protocol

from torch import Tensor, nn

from vae_lib.data import Batch

__all__ = ["Loss", "Objective", "Schedule", "at_step", "check_weight"]

Schedule = float | Callable[[int], float]


class Loss(NamedTuple):
    """A judgement of one batch, in nats.

    Attributes:
        value: the scalar to minimise.
        terms: named quantities per example, each (B,).
    """

    value: Tensor
    terms: dict[str, Tensor]


class Objective(Protocol):
    """Anything that judges a model on a batch at a training step.

    The batch is x (B, *event), or `Labelled` or `Conditioned` if the data are.
    """

    def __call__(self, model: nn.Module, x: Batch, step: int = 0) -> Loss:
        """Judge the model on x (B, *event)."""
        ...


def at_step(schedule: Schedule, step: int) -> float:
    """The value of a constant or a function of the step, at this step.

    >>> at_step(4.0, 100), at_step(lambda step: step / 200, 100)
    (4.0, 0.5)
    """
    return schedule(step) if callable(schedule) else schedule


def check_weight(name: str, weight: Schedule) -> None:
    """Raise ValueError unless a constant weight is a finite number from 0 on.

    A schedule is a promise about steps to come and cannot be checked beforehand.
    """
    if callable(weight):
        return
    if not isinstance(weight, Real):
        raise ValueError(
            f"{name} must be a number or a function of the step, "
            f"got {type(weight).__name__}"
        )
    # Written so that NaN, for which every comparison is false, is refused as well.
    if not 0 <= weight < math.inf:
        raise ValueError(f"{name} must be non-negative and finite, got {weight}")
