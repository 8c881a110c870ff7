"""What the labs share: the view of a learner, in a page or in a kernel."""

from collections.abc import Callable
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

    A subclass says what a run begins with, and what its learner is asked.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    sets = traitlets.Dict().tag(sync=True)
    labs = traitlets.Dict().tag(sync=True)
    kind = "vae-lab"  # the widget's classes, as its script has them
    _learner: Any = None

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            self.kind,
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
        if method == "begin":
            self._learner = self._begin(given)
            return {}
        if self._learner is None:
            raise ValueError(f"expected 'begin' before anything else, got {method!r}")
        answers = self._answers(self._learner)
        if method not in answers:
            known = ", ".join(("begin", *answers))
            raise ValueError(f"a learner is asked to {known}, got {method!r}")
        return answers[method](**given)

    def _trained(self) -> Any:
        """The learner of the run that this kernel has begun.

        Raises:
            ValueError: if there is none.
        """
        if self._learner is None:
            raise ValueError(
                "expected a run: press Train in the widget first, got none"
            )
        return self._learner

    def _begin(self, given: dict[str, Any]) -> Any:
        """The learner of these settings."""
        raise NotImplementedError

    def _answers(self, learner: Any) -> dict[str, Callable[..., dict]]:
        """What a learner is asked, by the name of the question."""
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
