"""What several seeds of one recipe reached, with how sure one can be of the mean."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from vae_lib.zoo.load import runs

__all__ = ["Interval", "summary"]


class Interval(NamedTuple):
    """A mean over seeds, and an interval that holds the mean of all seeds.

    Attributes:
        mean: over the seeds that ran.
        low: lower end.
        high: upper end.
        seeds: how many ran.
    """

    mean: float
    low: float
    high: float
    seeds: int


def summary(name: str, level: float = 0.95) -> dict[str, Interval]:
    """Every number on the cards of one recipe's runs, with its interval over seeds.

    Args:
        name: of the recipe, without its seed, as for `runs`.
        level: in (0, 1): the share of such intervals that hold the mean, if the seeds'
            values are normal. Three seeds make wide ones.

    Returns:
        Metric name -> `Interval`. Numbers in a group have its name before them, with a
        dot between: "scores.mig". An interval of a single seed is infinite.

    Raises:
        ValueError: if there are no runs of that name, or level is not in (0, 1).

    Source: Student (1908), "The probable error of a mean", Biometrika 6(1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    columns: dict[str, list[float]] = {}
    for card in runs(name):
        for metric, value in _numbers(card["metrics"]):
            columns.setdefault(metric, []).append(value)
    return {metric: _interval(values, level) for metric, values in columns.items()}


def _interval(values: list[float], level: float) -> Interval:
    mean, count = float(np.mean(values)), len(values)
    if count == 1:
        return Interval(mean, -np.inf, np.inf, 1)
    error = float(np.std(values, ddof=1)) / count**0.5
    reach = float(stats.t.ppf((1 + level) / 2, count - 1)) * error
    return Interval(mean, mean - reach, mean + reach, count)


def _numbers(group: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    for name, value in group.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{before}{name}.")
        elif isinstance(value, int | float):
            yield before + name, float(value)
