"""VQLab: train a VQ-VAE where you read, and watch its codebook live or die."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from vae_lib.models import VQVAE
from vae_lib.networks.quantizer import USES_DECAY
from vae_lib.widgets.assets import asset_folder
from vae_lib.widgets.lab_data import LabData, lab_data
from vae_lib.widgets.lab_functions import BATCH_SIZE, EPSILON, spread
from vae_lib.widgets.lab_view import LabView, describe, store_data
from vae_lib.widgets.learner import LEARNING_RATE
from vae_lib.widgets.training_state import StateLayout
from vae_lib.widgets.vq_body import CODES, COMMITMENTS, DIMS, vq_body
from vae_lib.widgets.vq_functions import (
    CODEBOOK,
    FAR,
    MOST_CODES,
    ROUNDS,
    ROWS,
    SLOTS,
    USES,
    k_means_function,
    vq_functions,
)
from vae_lib.widgets.vq_learner import RESTART_BELOW, VQLearner, VQSettings

__all__ = ["VQLab"]


class VQLab(LabView):
    """Choose codebook, commitment and cures, press train, then edit the codes.

    The page trains by itself, with the book's own step exported to ONNX; in a notebook
    the kernel trains with the PyTorch functions that were exported. Either way a run
    is decided by its settings and seed.

    Args:
        data: which data sets a reader may choose; the first is shown at the start.
        codes: which sizes of codebook, each from 2 to 256.
        dims: which numbers in a code, each from 1 to 16; cells are drawn for 2.
        commitment: price at the start, one of the slider's values.
        title: the widget's heading.

    Raises:
        ValueError: if a data set is unknown, a size is out of range, nothing is to
            choose from, or the commitment is not on the slider.

    In a notebook `widget.model()` is the reader's model as trained so far.
    """

    kind = "vae-lab vae-vq"
    commitments = traitlets.List().tag(sync=True)

    def __init__(
        self,
        data: Sequence[str] = ("digits", "sprites"),
        codes: Sequence[int] = CODES,
        dims: Sequence[int] = DIMS,
        *,
        commitment: float = 0.25,
        title: str = "The VQ lab",
    ) -> None:
        if not data or not codes or not dims:
            raise ValueError(
                f"data, codes and dims must not be empty, got {data}, {codes}, {dims}"
            )
        if not all(2 <= count <= MOST_CODES for count in codes):
            raise ValueError(
                f"codes must lie between 2 and {MOST_CODES}, got {tuple(codes)}"
            )
        if not all(1 <= dim <= 16 for dim in dims):
            raise ValueError(f"dims must lie between 1 and 16, got {tuple(dims)}")
        if commitment not in COMMITMENTS:
            raise ValueError(
                f"commitment must be one of {COMMITMENTS}, got {commitment}"
            )
        sets = {name: lab_data(name) for name in data}
        start = {
            "data": data[0],
            "codes": 64 if 64 in codes else codes[0],
            "dim": dims[0],
            "commitment": commitment,
            "decay": 0.99,
            "k_means": 0,
            "restarts": 0,
            "seed": 0,
        }
        described = {name: describe(one) for name, one in sets.items()}
        pictures = described[data[0]]["pictures"]
        folder = asset_folder()
        super().__init__(
            "vq_lab",
            [],
            title=title,
            body=vq_body(sets, codes, dims, start, pictures),
            commitments=list(COMMITMENTS),
            sets=described,
            labs={} if folder is None else _publish(sets, dims, folder),
        )

    def model(self) -> VQVAE:
        """The reader's model, as the kernel has trained it.

        Raises:
            ValueError: if nothing has been trained in this kernel.
        """
        return self._trained().model()

    def _begin(self, given: dict[str, Any]) -> VQLearner:
        return VQLearner(VQSettings(**given))

    def _answers(self, learner: VQLearner) -> dict[str, Callable[..., dict]]:
        return {
            "advance": lambda count: {"terms": learner.advance(count)},
            "examine": learner.examine,
            "decode": lambda indices: {"x": learner.decode(_grids(indices))},
            "state": lambda: {"state": learner.state},
        }


def _grids(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Grids of codes that come as rows, as a view gives them."""
    grids = np.asarray(rows, np.float32)
    side = round(grids.shape[1] ** 0.5)
    return grids.reshape(-1, side, side)


def _publish(
    sets: dict[str, LabData], dims: Sequence[int], folder: Path
) -> dict[str, Any]:
    """Export every combination of data and numbers in a code into folder."""
    # Imported here: only the build needs the exporter and its packages.
    from vae_lib.widgets.onnx_export import publish

    clusters = {dim: publish(k_means_function(dim), folder) for dim in dims}
    labs = {}
    for name, data in sets.items():
        described = store_data(data, folder)
        for dim in dims:
            functions = vq_functions(data, dim)
            model = functions[0].module
            layout = StateLayout.of(model)
            labs[f"{name} {dim}"] = {
                "learner": "vq",
                "functions": {
                    **{f.name: publish(f, folder) for f in functions},
                    "k_means": clusters[dim],
                },
                "data": described,
                "dim": dim,
                "slots": SLOTS,
                "far": FAR,
                "latents": ROWS,
                "rounds": ROUNDS,
                "size": layout.size,
                "codebookAt": layout.place(CODEBOOK),
                "usesAt": layout.place(USES),
                "usesDecay": USES_DECAY,
                "restartBelow": RESTART_BELOW,
                "spread": spread(model, apart=(CODEBOOK,)),
                "batchSize": BATCH_SIZE,
                "learningRate": LEARNING_RATE,
                "epsilon": EPSILON,
            }
    return labs
