"""What was measured during training."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["History"]


class History:
    """Named series of batch means, recorded at some of the steps.

    >>> history = History()
    >>> history.record(0, {"rate": 3.0})
    >>> history.record(10, {"rate": 2.0})
    >>> history.steps, history["rate"]
    (array([ 0, 10]), array([3., 2.]))
    """

    def __init__(self) -> None:
        self._steps: list[int] = []
        self._series: dict[str, list[float]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the series, "loss" first."""
        return tuple(self._series)

    @property
    def steps(self) -> NDArray[np.int64]:
        """Steps at which values were recorded, (R,)."""
        return np.array(self._steps, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._steps)

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """The series of that name, (R,).

        Raises:
            KeyError: if there is no such series; the message lists those there are.
        """
        if name not in self._series:
            raise KeyError(f"no series {name!r}; recorded: {', '.join(self.names)}")
        return np.array(self._series[name])

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Append one value to every series.

        Raises:
            ValueError: if the names differ from those recorded before, or one is
                "step", which is what they are recorded at.
        """
        if "step" in values:
            raise ValueError('a series must not be called "step"')
        if self._steps and set(values) != set(self._series):
            raise ValueError(
                f"expected values for {sorted(self._series)}, got {sorted(values)}"
            )
        self._steps.append(int(step))
        for name, value in values.items():
            self._series.setdefault(name, []).append(float(value))

    def to_dict(self) -> dict[str, Sequence[float]]:
        """Plain lists, "step" among them, that `from_dict` turns back exactly."""
        return {"step": list(self._steps), **self._series}

    @classmethod
    def from_dict(cls, series: Mapping[str, Sequence[float]]) -> "History":
        """Undo `to_dict`."""
        history = cls()
        history._steps = [int(step) for step in series["step"]]
        history._series = {
            name: [float(value) for value in values]
            for name, values in series.items()
            if name != "step"
        }
        return history

    def __repr__(self) -> str:
        return f"History({len(self)} records of {', '.join(self.names) or 'nothing'})"
