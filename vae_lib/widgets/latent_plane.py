"""LatentPlane: a point in a two-dimensional latent space, and the decoder's answer."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import traitlets
from torch import Tensor

from vae_lib.widgets import poster
from vae_lib.widgets.checks import check_codes, check_labels, finite_numbers
from vae_lib.widgets.program import decode_function
from vae_lib.widgets.scatter import GLYPHS, PALETTE, scatter
from vae_lib.widgets.view import EngineView

__all__ = ["LatentPlane"]


class LatentPlane(EngineView):
    """Drag a point over a model's two latents and watch the decoded picture.

    Args:
        model: with two latents and `decode`, e.g. a `vae_lib.models.VAE`.
        codes: posterior means of data, (N, 2); the cloud under the point.
        labels: class of each code, (N,), integers in [0, 36); each class has a colour
            and a character.
        names: what the classes are called, one for each label; the characters stand for
            themselves if not given.
        title: the widget's heading.

    Raises:
        ValueError: if the model has not two latents, its output is not an image, or
            codes, labels and names do not fit together.

    In a notebook `widget.z` is the point as it stands, after any move.
    """

    title = traitlets.Unicode().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    code = traitlets.List().tag(sync=True)
    cloud = traitlets.Unicode().tag(sync=True)
    legend = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        model: Any,
        codes: np.ndarray | Tensor,
        labels: np.ndarray | Tensor | None = None,
        *,
        names: Sequence[str] | None = None,
        title: str = "Latent plane",
    ) -> None:
        if model.latent_dim != 2:
            raise ValueError(
                f"a plane needs 2 latents, the model has {model.latent_dim}"
            )
        codes = check_codes(codes)
        if labels is not None:
            labels = check_labels(labels, len(codes), len(GLYPHS), names)
        # A few far codes must not shrink the rest: 99 in 100 lie inside the map.
        farthest = np.quantile(np.abs(codes).max(axis=1), 0.99)
        reach = max(3.0, float(np.ceil(2 * farthest) / 2))
        decode = decode_function(model, reach)
        decoded = decode.run({"z": np.zeros((1, 2))})["x"]
        super().__init__(
            "latent_plane",
            [decode],
            title=title,
            shape=list(decoded.shape[1:]),
            reach=reach,
            code=[0.0, 0.0],
            cloud=scatter(codes, labels, reach),
            legend=_legend(labels, names),
            frame=poster.picture_address(decoded[0]),
        )

    @property
    def z(self) -> np.ndarray:
        """The point as it stands, (2,) float64; assign to it to move the point."""
        return np.array(self.code)

    @z.setter
    def z(self, code: Sequence[float]) -> None:
        self.code = finite_numbers("z", code, 2).tolist()

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        _, height, width = self.shape
        frame = poster.image(self.frame, "Decoded picture", width, height)
        return poster.figure(
            "vae-plane",
            self.title,
            [
                poster.part("map", self.cloud, '<span class="vae-point"></span>'),
                poster.part("frame", frame),
                poster.part("legend", self.legend),
            ],
            "The decoder's picture of the point. With JavaScript the point can be "
            "dragged; in a notebook the kernel answers it.",
        )


def _legend(labels: np.ndarray | None, names: Sequence[str] | None) -> str:
    rings = "<em>Circles: standard deviations of the prior.</em>"
    if labels is None:
        return rings
    return rings + "".join(
        f'<span class="vae-class-{k % PALETTE}"><b>{GLYPHS[k]}</b>'
        f"{' ' + escape(names[k]) if names else ''}</span>"
        for k in np.unique(labels)
    )
