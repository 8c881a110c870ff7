"""RotationPlane: two latents turned by hand, and what each score says of them."""

from collections.abc import Mapping, Sequence

import ipywidgets
import numpy as np
import traitlets
from torch import Tensor

from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_codes, finite_numbers
from vae_lib.widgets.score_chart import (
    DASHES,
    curve_chart,
    score_rows,
    turning_map,
)
from vae_lib.widgets.view import EngineView

__all__ = ["RotationPlane"]

MOST_SCORES = len(DASHES)


class RotationPlane(EngineView):
    """Turn a code's two latents and watch its scores, measured at each angle.

    Args:
        codes: the two latents before the turn, (N, 2).
        columns: name -> codes (M, 2), in order along a line: points that share the
            value of a factor. Their shadows on z_1 show what z_1 says of it.
        degrees: angles at which the scores were measured, (A,), ascending and evenly
            spaced, A >= 2; the slider stops at these and nowhere else.
        scores: name -> score in [0, 1] of the code turned by each angle, (A,), turned
            counter-clockwise; at most six.
        title: the widget's heading.

    Raises:
        ValueError: if codes, columns or angles are not as above, there is no score or
            more than six, or one has not a value in [0, 1] for each angle.

    In a notebook `widget.angle` is the angle as it stands, in degrees.
    """

    title = traitlets.Unicode().tag(sync=True)
    degrees = traitlets.List().tag(sync=True)
    scores = traitlets.List().tag(sync=True)
    rows = traitlets.Unicode().tag(sync=True)
    columns = traitlets.List().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    slider = traitlets.Any().tag(sync=True, **ipywidgets.widget_serialization)
    cloud = traitlets.Unicode().tag(sync=True)
    chart = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        codes: np.ndarray | Tensor,
        columns: Mapping[str, np.ndarray | Tensor],
        *,
        degrees: Sequence[float] | np.ndarray,
        scores: Mapping[str, Sequence[float]],
        title: str = "Turn the code",
    ) -> None:
        codes = check_codes(codes)
        lines = {name: check_codes(points) for name, points in columns.items()}
        degrees = _check_degrees(degrees)
        values = {name: _check_score(name, it, degrees) for name, it in scores.items()}
        if not 1 <= len(values) <= MOST_SCORES:
            raise ValueError(f"1 to {MOST_SCORES} scores fit, got {len(values)}")
        # No turn takes a code out of the map.
        reach = 1.04 * float(np.linalg.norm(codes, axis=1).max())
        super().__init__(
            "rotation_plane",
            [],
            title=title,
            degrees=degrees.tolist(),
            scores=[
                {"name": name, "values": np.round(it, 4).tolist()}
                for name, it in values.items()
            ],
            rows=score_rows({name: it[0] for name, it in values.items()}),
            columns=[
                {"name": name, "ends": it[[0, -1]].tolist()}
                for name, it in lines.items()
            ],
            reach=reach,
            slider=ipywidgets.FloatSlider(
                value=degrees[0],
                min=degrees[0],
                max=degrees[-1],
                step=degrees[1] - degrees[0],
                description="turned by (°)",
                readout_format=".0f",
            ),
            cloud=turning_map(codes, lines, reach),
            chart=curve_chart(degrees, values),
        )

    @property
    def angle(self) -> float:
        """The angle as it stands, in degrees; assign to it to turn the code."""
        return self.slider.value

    @angle.setter
    def angle(self, degrees: float) -> None:
        self.slider.value = float(finite_numbers("angle", [degrees], 1)[0])

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        half = (self.degrees[-1] - self.degrees[0]) / 2
        track = poster.row(
            self.slider.description,
            -half,
            half,
            share=0,
            quiet=False,
            readout=f"{self.degrees[0]:.0f}",
        )
        return poster.figure(
            "vae-rotation",
            self.title,
            [
                poster.part("turn", self.cloud),
                poster.part("scores", self.rows),
                poster.part("chart", self.chart),
                poster.part("angle", track),
            ],
            "Scores of this code at each angle of a turn. With JavaScript, or in a "
            "notebook, the row becomes a slider that turns it.",
        )


def _check_degrees(degrees: Sequence[float] | np.ndarray) -> np.ndarray:
    count = np.size(degrees)
    angles = finite_numbers("degrees", degrees, count)
    steps = np.diff(angles)
    if count < 2 or not (steps > 0).all() or not np.allclose(steps, steps[0]):
        raise ValueError(
            "degrees must be two or more, ascending and evenly spaced, "
            f"got {angles.tolist()}"
        )
    return angles


def _check_score(name: str, values: Sequence[float], degrees: np.ndarray) -> np.ndarray:
    score = finite_numbers(name, values, len(degrees))
    if score.min() < 0 or score.max() > 1:
        raise ValueError(
            f"{name} must lie in [0, 1], got [{score.min():g}, {score.max():g}]"
        )
    return score
