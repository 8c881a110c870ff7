"""VoronoiStepper: codes and latents in a plane, moved step by step."""

import math
from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_codes, check_labels
from vae_lib.widgets.scatter import GLYPHS
from vae_lib.widgets.view import EngineView
from vae_lib.widgets.voronoi_body import LETTERS, MOST_COMMITMENT, voronoi_body
from vae_lib.widgets.voronoi_functions import voronoi_functions

__all__ = ["VoronoiStepper"]

MOST = 400  # points; more would hide the cells
DIGITS = 3  # of what the page is told; the engine computes with just these numbers
MARGIN = 1.5  # of the map around the points: latents may run away


class VoronoiStepper(EngineView):
    """Points in a plane, codes with their Voronoi cells, and what moves them.

    Each point owns a latent, which starts there; the decoder returns the code that the
    latent chose. A step moves the codes by a gradient step, a moving average or a round
    of k-means, and the latents too if the reader wants it. Every step is the book's own
    function: the page runs it exported, a notebook's kernel as it is.

    Args:
        points: the data, (N, 2), 2 to 400 of them.
        codebook: where the codes start, (K, 2), 2 to 10 of them.
        labels: class of each point, (N,), integers in [0, 36); drawn as characters.
        commitment: at the start, in [0, 2].
        title: the widget's heading.

    Raises:
        ValueError: if points, codes or labels are not as above or all points lie at
            the origin, or the commitment is outside its range.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        points: np.ndarray | Tensor,
        codebook: np.ndarray | Tensor,
        labels: np.ndarray | Tensor | None = None,
        *,
        commitment: float = 0.25,
        title: str = "Who moves the codes?",
    ) -> None:
        points = check_codes(points).round(DIGITS)
        codebook = check_codes(codebook).round(DIGITS)
        if not 2 <= len(points) <= MOST:
            raise ValueError(f"2 to {MOST} points fit, got {len(points)}")
        if not points.any():
            raise ValueError("points must not all lie at the origin")
        if not 2 <= len(codebook) <= len(LETTERS):
            raise ValueError(f"2 to {len(LETTERS)} codes fit, got {len(codebook)}")
        if labels is not None:
            labels = check_labels(labels, len(points), len(GLYPHS), None)
        if not 0 <= commitment <= MOST_COMMITMENT:
            raise ValueError(
                f"commitment must lie in [0, {MOST_COMMITMENT:g}], got {commitment}"
            )
        functions = voronoi_functions(
            *(torch.tensor(it, dtype=torch.float32) for it in (points, codebook))
        )
        seen = _look(functions[-1], points, codebook, commitment)
        reach = math.ceil(10 * MARGIN * np.abs(points).max()) / 10
        super().__init__(
            "voronoi_stepper",
            functions,
            title=title,
            body=voronoi_body(
                points,
                labels,
                codebook,
                reach,
                commitment=commitment,
                counts=seen["counts"],
                measures=seen["measures"],
            ),
            reach=reach,
            start={
                name: np.round(values.astype(float), DIGITS).flatten().tolist()
                for name, values in {
                    "points": points,
                    "codebook": codebook,
                    **seen,
                }.items()
            },
        )

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-flow vae-stepper",
            self.title,
            [self.body],
            "Latents, codes, and the cell of each code. With JavaScript the buttons "
            "work; in a notebook the kernel computes the steps.",
        )


def _look(
    function: Any, points: np.ndarray, codebook: np.ndarray, commitment: float
) -> dict[str, np.ndarray]:
    return function.run(
        {
            "latents": points,
            "points": points,
            "codebook": codebook,
            "commitment": np.array([commitment]),
        }
    )
