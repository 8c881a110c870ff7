"""CodebookHealth: a codebook learns beside a moving encoder; watch its codes die."""

from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from vae_lib.widgets import philox, poster
from vae_lib.widgets.health_body import SIZES, SPEEDS, health_body
from vae_lib.widgets.health_functions import BATCH, CODES, FAR, health_functions
from vae_lib.widgets.view import EngineView

__all__ = ["CodebookHealth"]

MOST = 4_096  # latents; they all choose a code every few steps
MOST_NUMBERS = 64  # in a latent
DRAWN = 400  # latents on the map
SEED = 0
# A step's own: how long the average remembers, Adam's rate, and when a code restarts.
PACE = {"decay": 0.97, "learning_rate": 0.02, "least": 0.1}


class CodebookHealth(EngineView):
    """A codebook that learns from an encoder's latents while the encoder learns too.

    The latents are real and their way is: an encoder's answers to the same images at
    some moments of its training, a straight line between two of them. The codebook
    learns online as `VectorQuantizer` does, by the same functions. The encoder does
    not answer: nothing here pulls a latent to its code. The page runs the functions
    exported, a notebook's kernel as they are; the draws are the page's own and start
    anew at Reset, so that a run repeats.

    Args:
        latents: at each moment those of the same places, (T, N, D): 1 to 16 moments,
            256 to 4,096 latents of 2 to 64 numbers.
        codes: K at the start: 32, 64, 128 or 256.
        steps: in which the encoder learns, at the start: 600, 300, 100, or 0 if it
            has learned already.
        title: the widget's heading.

    Raises:
        ValueError: if the latents are not as above or not finite, or K or the steps are
            none of these.
    """

    title = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)
    shape = traitlets.List().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    speeds = traitlets.List().tag(sync=True)
    pace = traitlets.Dict().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        latents: np.ndarray | Tensor,
        *,
        codes: int = 128,
        steps: int = 300,
        title: str = "Will your codes live?",
    ) -> None:
        latents = _checked(latents)
        if codes not in SIZES:
            raise ValueError(f"codes must be one of {SIZES}, got {codes}")
        if steps not in SPEEDS:
            raise ValueError(f"steps must be one of {tuple(SPEEDS)}, got {steps}")
        moments, many, dim = latents.shape
        view = _View(latents.double().numpy())
        functions = health_functions(latents)
        first = latents[0 if steps else -1].numpy()
        codebook = np.full((CODES, dim), FAR, np.float32)
        codebook[:codes] = philox.normals(SEED, 0, codes * dim).reshape(codes, dim)
        codebook[:codes] /= dim**0.5
        found = functions[-1].run({"codebook": codebook, "latents": first})
        counts = found["counts"][:codes].astype(int)
        health = {
            "perplexity": float(np.exp(found["entropy"][0])),
            "error": float(found["error"][0]),
        }
        super().__init__(
            "codebook_health",
            functions,
            title=title,
            body=health_body(
                view.place(first[:: -(-many // DRAWN)]),
                view.place(codebook[:codes]),
                counts,
                speed=steps,
                **health,
            ),
            shape=[moments, many, dim],
            view={
                "axes": view.axes.flatten().round(4).tolist(),
                "middle": view.middle.round(4).tolist(),
                "every": -(-many // DRAWN),
            },
            speeds=[[steps, words] for steps, words in SPEEDS.items()],
            pace=PACE | {"batch": BATCH, "seed": SEED, "rows": CODES, "far": FAR},
            start=health | {"counts": counts.tolist()},
        )

    def poster(self) -> str:
        """The widget at its start as HTML, for a page without a script."""
        return poster.figure(
            "vae-lab vae-flow vae-health",
            self.title,
            [self.body],
            "A codebook before its first step. With JavaScript it learns in the page; "
            "in a notebook the kernel computes the steps.",
        )


class _View:
    """A plane through latents, scaled so that all moments fit in [-1, 1]^2.

    Its axes are the two along which the last moment's latents vary most.
    """

    def __init__(self, latents: np.ndarray) -> None:
        last = latents[-1] - latents[-1].mean(0)
        axes = np.linalg.svd(last, full_matrices=False)[2][:2].T
        # A singular vector's sign is arbitrary.
        axes = axes * np.sign(axes[np.abs(axes).argmax(0), [0, 1]])
        flat = latents.reshape(-1, latents.shape[-1]) @ axes
        # The origin too: there random codes start.
        low = np.minimum(np.quantile(flat, 0.01, axis=0), -0.5)
        high = np.maximum(np.quantile(flat, 0.99, axis=0), 0.5)
        reach = 0.55 * (high - low).max()
        self.axes = axes / reach
        self.middle = (low + high) / 2 / reach

    def place(self, points: np.ndarray) -> np.ndarray:
        """Points (M, D) in the plane, (M, 2)."""
        return points @ self.axes - self.middle


def _checked(latents: Any) -> Tensor:
    array = torch.as_tensor(np.asarray(latents), dtype=torch.float32)
    shape = tuple(array.shape)
    if (
        len(shape) != 3
        or not 1 <= shape[0] <= 16
        or not BATCH <= shape[1] <= MOST
        or not 2 <= shape[2] <= MOST_NUMBERS
    ):
        raise ValueError(
            f"latents must have shape (T, N, D), T at most 16, N in [{BATCH}, {MOST}], "
            f"D in [2, {MOST_NUMBERS}], got {shape}"
        )
    if not array.isfinite().all():
        raise ValueError("latents must be finite, got NaN or infinity")
    # What the exported file holds, so that page and kernel compute with one cloud.
    return array.half().float()
