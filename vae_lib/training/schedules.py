"""Schedules: plain functions of the training step.

Each factory returns a function from the step (0, 1, ...) to a float, to be passed as
an objective's hyper-parameter: `BetaVAE(beta=linear_warmup(1_000))`.
"""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["constant", "cyclical", "linear_warmup"]


def _check_positive(name: str, steps: float) -> None:
    if not steps > 0:
        raise ValueError(f"{name} must be positive, got {steps}")


def constant(value: float) -> Callable[[int], float]:
    """The same value at every step.

    >>> constant(4.0)(123)
    4.0
    """
    return lambda _step: value


@dataclass(frozen=True)
class _Ramp:
    """What `linear_warmup` returns: unlike a lambda it can be printed and compared."""

    steps: int
    start: float
    end: float

    def __call__(self, step: int) -> float:
        return self.start + (self.end - self.start) * min(step / self.steps, 1.0)

    def __repr__(self) -> str:
        return f"linear_warmup({self.steps}, {self.start}, {self.end})"


def linear_warmup(
    steps: int, start: float = 0.0, end: float = 1.0
) -> Callable[[int], float]:
    """From start to end in a straight line over the first steps, then end.

    Args:
        steps: length of the ramp, positive.
        start: value at step 0.
        end: value from `steps` on.

    Raises:
        ValueError: if steps is not positive.

    Source: Bowman et al. (2016), arXiv:1511.06349, section 3.1; Sonderby et al. (2016),
    arXiv:1602.02282, section 2.3.

    >>> [linear_warmup(4)(step) for step in (0, 1, 4, 9)]
    [0.0, 0.25, 1.0, 1.0]
    >>> linear_warmup(4)
    linear_warmup(4, 0.0, 1.0)
    """
    _check_positive("steps", steps)
    return _Ramp(steps, start, end)


def cyclical(
    period: int, ramp: float = 0.5, start: float = 0.0, end: float = 1.0
) -> Callable[[int], float]:
    """A linear ramp followed by a plateau, again in every period.

    Args:
        period: steps in a cycle, positive.
        ramp: part of the cycle spent rising, in (0, 1].
        start: value at the beginning of each cycle.
        end: value on the plateau.

    Raises:
        ValueError: if period is not positive or ramp is outside (0, 1].

    Source: Fu et al. (2019), arXiv:1903.10145, section 4.

    >>> [cyclical(10)(step) for step in (0, 2, 5, 9, 10)]
    [0.0, 0.4, 1.0, 1.0, 0.0]
    """
    _check_positive("period", period)
    if not 0 < ramp <= 1:
        raise ValueError(f"ramp must be in (0, 1], got {ramp}")
    rise = linear_warmup(1, start, end)
    return lambda step: rise((step % period) / (ramp * period))
