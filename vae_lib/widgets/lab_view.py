"""What the labs share: the view of a learner, in a page or in a kernel."""

from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import torch
import traitlets

from vae_lib.widgets import poster
from vae_lib.widgets.assets import store_asset
from vae_lib.widgets.lab_data import LabData
from vae_lib.widgets.view import EngineView

__all__ = ["LabView", "describe", "store_data"]


class LabView(EngineView):
    """A view that trains: it asks a learner, which the page or the kernel has.

    A subclass answers as the kernel in `_answer(method, given)`.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    sets = traitlets.Dict().tag(sync=True)
    labs = traitlets.Dict().tag(sync=True)

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab",
            self.title,
            [self.body],
            "A lab that trains a model in this page. With JavaScript the controls "
            "work; in a notebook the kernel trains.",
        )

    @anywidget.experimental.command
    def _learn(self, message: dict, _: list[bytes]) -> tuple[dict, list[bytes]]:
        """Answer one question of the view, with named float32 tensors."""
        answers = self._answer(message["method"], message["given"])
        arrays = {k: np.ascontiguousarray(v, np.float32) for k, v in answers.items()}
        specs = [{"name": k, "shape": list(v.shape)} for k, v in arrays.items()]
        return {"outputs": specs}, [array.tobytes() for array in arrays.values()]

    def _answer(self, method: str, given: dict[str, Any]) -> dict[str, np.ndarray]:
        raise NotImplementedError


def describe(data: LabData) -> dict[str, Any]:
    """What the view needs to know of a data set."""
    return {
        "shape": list(data.pixels.shape[1:]),
        "examples": list(data.examples),
        "pictures": [
            poster.picture_address(picture)
            for picture in data.images(data.examples).numpy()
        ],
        "names": list(data.names),
        "ordered": list(data.ordered),
        "factors": data.factors.T.tolist(),
    }


def store_data(data: LabData, folder: Path) -> dict[str, Any]:
    """Store pixels and factors in folder, and say how a page reads them."""
    pixels = data.pixels.numpy().tobytes()
    stored = pixels + data.factors.to(torch.uint8).numpy().tobytes()
    return {
        "file": store_asset(folder, stored, ".bin"),
        "bytes": len(stored),
        "count": len(data),
        "shape": list(data.pixels.shape[1:]),
        "factors": data.factors.shape[1],
        "levels": data.levels,
    }
