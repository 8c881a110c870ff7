"""BetaLab: train a beta-VAE where you read, beside its twin at beta = 1."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import torch
import traitlets

from vae_lib.models import VAE
from vae_lib.widgets import poster
from vae_lib.widgets.assets import asset_folder, store_asset
from vae_lib.widgets.lab_body import ANNEALING, BETAS, LATENTS, lab_body
from vae_lib.widgets.lab_data import LabData, lab_data
from vae_lib.widgets.lab_functions import (
    BATCH_SIZE,
    EPSILON,
    lab_functions,
    lab_model,
    spread,
)
from vae_lib.widgets.learner import LEARNING_RATE, Learner, Settings
from vae_lib.widgets.training_state import StateLayout
from vae_lib.widgets.view import EngineView

__all__ = ["BetaLab"]


class BetaLab(EngineView):
    """Choose beta, press train, and watch both terms, the latents and the codes.

    The page trains by itself, with the book's own step exported to ONNX; in a notebook
    the kernel trains with the PyTorch functions that were exported. Either way a run
    is decided by its settings and seed.

    Args:
        data: which data sets a reader may choose; the first is shown at the start.
        latents: which numbers of latents, at least 2 each.
        beta: price of a nat at the start, one of the slider's values.
        title: the widget's heading.

    Raises:
        ValueError: if a data set is unknown, a number of latents is below 2 or above
            36, nothing is to choose from, or beta is not on the slider.

    In a notebook `widget.model()` is the reader's model as trained so far.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    betas = traitlets.List().tag(sync=True)
    sets = traitlets.Dict().tag(sync=True)
    labs = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        data: Sequence[str] = ("digits", "sprites"),
        latents: Sequence[int] = LATENTS,
        *,
        beta: float = 0.3,
        title: str = "The beta lab",
    ) -> None:
        if not data or not latents:
            raise ValueError(
                f"data and latents must not be empty, got {data}, {latents}"
            )
        if not all(2 <= count <= 36 for count in latents):
            raise ValueError(f"latents must lie between 2 and 36, got {tuple(latents)}")
        if beta not in BETAS:
            raise ValueError(f"beta must be one of {BETAS}, got {beta}")
        sets = {name: lab_data(name) for name in data}
        start = {
            "data": data[0],
            "latents": 4 if 4 in latents else latents[0],
            "beta": beta,
            "anneal": ANNEALING[0],
            "seed": 0,
        }
        described = {name: _describe(one) for name, one in sets.items()}
        pictures = described[data[0]]["pictures"]
        folder = asset_folder()
        self._learner: Learner | None = None
        super().__init__(
            "beta_lab",
            [],
            title=title,
            body=lab_body(sets, latents, start, pictures),
            betas=list(BETAS),
            sets=described,
            labs={} if folder is None else _publish(sets, latents, folder),
        )

    def model(self, *, twin: bool = False) -> VAE:
        """The reader's model, or its twin at beta = 1, as the kernel has trained it.

        Raises:
            ValueError: if nothing has been trained in this kernel.
        """
        learner = self._learner
        if learner is None:
            raise ValueError(
                "expected a run: press Train in the widget first, got none"
            )
        made = lab_model(learner.data, learner.settings.latents)
        state = torch.from_numpy(learner.states[int(twin)])
        StateLayout.of(made).load(made, state)
        return made.eval()

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
        if method == "begin":
            self._learner = Learner(Settings(**given))
            return {}
        learner = self._learner
        if learner is None:
            raise ValueError(f"expected 'begin' before anything else, got {method!r}")
        if method == "advance":
            distortion, rates = learner.advance(given["count"])
            return {"distortion": distortion, "rates": rates}
        if method == "examine":
            first, second = learner.examine()
            return {name: np.stack([first[name], second[name]]) for name in first}
        if method == "decode":
            z = np.asarray(given["z"], np.float32)
            return {"x": learner.decode(given["which"], z)}
        if method == "state":
            return {"state": learner.states[given["which"]]}
        raise ValueError(
            "a learner is asked to begin, advance, examine, decode or tell its state, "
            f"got {method!r}"
        )


def _describe(data: LabData) -> dict[str, Any]:
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


def _publish(
    sets: dict[str, LabData], latents: Sequence[int], folder: Path
) -> dict[str, Any]:
    """Export every combination of data and latents into folder."""
    # Imported here: only the build needs the exporter and its packages.
    from vae_lib.widgets.onnx_export import publish

    labs = {}
    for name, data in sets.items():
        pixels = data.pixels.numpy().tobytes()
        stored = pixels + data.factors.to(torch.uint8).numpy().tobytes()
        described = {
            "file": store_asset(folder, stored, ".bin"),
            "bytes": len(stored),
            "count": len(data),
            "shape": list(data.pixels.shape[1:]),
            "factors": data.factors.shape[1],
            "levels": data.levels,
        }
        for count in latents:
            functions = lab_functions(data, count)
            labs[f"{name} {count}"] = {
                "learner": "twins",
                "functions": {f.name: publish(f, folder) for f in functions},
                "data": described,
                "latents": count,
                "spread": spread(functions[0].module),
                "batchSize": BATCH_SIZE,
                "learningRate": LEARNING_RATE,
                "epsilon": EPSILON,
            }
    return labs
