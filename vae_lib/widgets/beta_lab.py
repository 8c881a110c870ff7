"""BetaLab: train a beta-VAE where you read, beside its twin at beta = 1."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets

from vae_lib.models import VAE
from vae_lib.widgets.assets import asset_folder
from vae_lib.widgets.lab_body import ANNEALING, BETAS, LATENTS, lab_body
from vae_lib.widgets.lab_data import LabData, lab_data
from vae_lib.widgets.lab_functions import (
    BATCH_SIZE,
    EPSILON,
    lab_functions,
    lab_model,
    spread,
)
from vae_lib.widgets.lab_view import LabView, describe, store_data
from vae_lib.widgets.learner import LEARNING_RATE, Learner, Settings
from vae_lib.widgets.training_state import StateLayout

__all__ = ["BetaLab"]


class BetaLab(LabView):
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

    betas = traitlets.List().tag(sync=True)

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
        described = {name: describe(one) for name, one in sets.items()}
        pictures = described[data[0]]["pictures"]
        folder = asset_folder()
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
        learner = self._trained()
        made = lab_model(learner.data, learner.settings.latents)
        state = torch.from_numpy(learner.states[int(twin)])
        StateLayout.of(made).load(made, state)
        return made.eval()

    def _begin(self, given: dict[str, Any]) -> Learner:
        return Learner(Settings(**given))

    def _answers(self, learner: Learner) -> dict[str, Callable[..., dict]]:
        return {
            "advance": lambda count: dict(
                zip(("distortion", "rates"), learner.advance(count), strict=True)
            ),
            "examine": lambda: _stacked(learner.examine()),
            "decode": lambda which, z: {
                "x": learner.decode(which, np.asarray(z, np.float32))
            },
            "state": lambda which: {"state": learner.states[which]},
        }


def _stacked(both: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """What the two models showed, the reader's first."""
    return {name: np.stack([one[name] for one in both]) for name in both[0]}


def _publish(
    sets: dict[str, LabData], latents: Sequence[int], folder: Path
) -> dict[str, Any]:
    """Export every combination of data and latents into folder."""
    # Imported here: only the build needs the exporter and its packages.
    from vae_lib.widgets.onnx_export import publish

    labs = {}
    for name, data in sets.items():
        described = store_data(data, folder)
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
