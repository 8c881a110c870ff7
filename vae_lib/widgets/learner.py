"""Two models in training, step by step: what the beta lab asks of a kernel.

The page has the same learner in JavaScript (`learner.js` of the page runtime). Both
draw the same numbers (`philox.py`) and run the same functions (`lab_functions.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from vae_lib.training import linear_warmup
from vae_lib.widgets import philox
from vae_lib.widgets.lab_data import LabData, lab_data
from vae_lib.widgets.lab_functions import (
    BATCH_SIZE,
    EPSILON,
    lab_functions,
    spread,
)

__all__ = ["Learner", "Settings", "check_seed", "drawn_weights", "minibatch"]

LEARNING_RATE = 1e-3  # fit's own
TWIN_BETA = 1.0


def check_seed(seed: int) -> None:
    """Raise ValueError unless seed is in [0, 2**32)."""
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie in [0, 2**32), got {seed}")


def drawn_weights(seed: int, bounds: Sequence[tuple[int, float]]) -> np.ndarray:
    """Weights at the start, float32: each within its bound, as `spread` tells them."""
    reach = np.concatenate([np.full(count, bound) for count, bound in bounds])
    drawn = philox.uniforms(seed, philox.WEIGHTS, 0, len(reach))
    return ((2 * drawn - 1) * reach).astype(np.float32)


def minibatch(data: LabData, seed: int, step: int) -> np.ndarray:
    """The images of a step, float32 (64, C, H, W)."""
    rows = philox.indices(seed, step, BATCH_SIZE, len(data))
    return data.images(torch.from_numpy(rows)).numpy()


@dataclass(frozen=True)
class Settings:
    """What a reader chooses before training.

    Args:
        data: "digits" or "sprites".
        latents: number of latents, at least 2.
        beta: price of a nat of rate, non-negative.
        anneal: steps over which beta rises from 0; 0 for none.
        seed: in [0, 2**32).

    Raises:
        ValueError: if a number is outside its range.
    """

    data: str = "digits"
    latents: int = 4
    beta: float = 4.0
    anneal: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.latents < 2:
            raise ValueError(f"latents must be at least 2, got {self.latents}")
        if not 0 <= self.beta < float("inf"):
            raise ValueError(f"beta must be non-negative and finite, got {self.beta}")
        if self.anneal < 0:
            raise ValueError(f"anneal must be at least 0 steps, got {self.anneal}")
        check_seed(self.seed)

    def price(self, step: int) -> float:
        """Beta at a step."""
        if not self.anneal:
            return self.beta
        return linear_warmup(self.anneal, end=self.beta)(step)


class Learner:
    """The reader's model and its twin at beta = 1, on the same start and draws.

    Args:
        settings: of the run; equal settings give equal runs.

    >>> learner = Learner(Settings(latents=2))
    >>> distortion, rates = learner.advance(3)
    >>> distortion.shape, rates.shape, learner.step
    ((3, 2), (3, 2, 2), 3)
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.data = lab_data(settings.data)
        self.step = 0
        functions = lab_functions(self.data, settings.latents)
        self._functions = {function.name: function for function in functions}
        weights = drawn_weights(settings.seed, spread(self._functions["step"].module))
        start = np.zeros(3 * len(weights) + 1, np.float32)
        start[: len(weights)] = weights
        self.states = [start, start]

    def advance(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Train both models by count steps.

        Returns:
            Distortion (count, 2) and rate of each latent (count, 2, D) of every step's
            minibatch, before the step, in nats; the reader's model first.
        """
        distortions, rates = [], []
        for _ in range(count):
            found = [self._step(which) for which in range(2)]
            self.step += 1
            distortions.append([distortion for distortion, _ in found])
            rates.append([rate for _, rate in found])
        return np.array(distortions), np.array(rates)

    def examine(self) -> list[dict[str, np.ndarray]]:
        """Means (N, D), rates (D,) and gaps (K,) of both models on all data."""
        x = self.data.images(torch.arange(len(self.data))).numpy()
        factors = self.data.factors.numpy()
        run = self._functions["examine"].run
        return [run({"state": s, "x": x, "factors": factors}) for s in self.states]

    def decode(self, which: int, z: np.ndarray) -> np.ndarray:
        """Images (B, C, H, W) of codes z (B, D): 0 the reader's model, 1 the twin."""
        return self._functions["decode"].run({"state": self.states[which], "z": z})["x"]

    def _step(self, which: int) -> tuple[float, np.ndarray]:
        settings, step = self.settings, self.step
        count = BATCH_SIZE * settings.latents
        noise = philox.normals(settings.seed, step, count)
        found = self._functions["step"].run(
            {
                "state": self.states[which],
                "x": minibatch(self.data, settings.seed, step),
                "noise": noise.reshape(BATCH_SIZE, settings.latents),
                "beta": np.float32(TWIN_BETA if which else settings.price(step)),
                "learning_rate": np.float32(LEARNING_RATE),
                "epsilon": np.float32(EPSILON),
            }
        )
        self.states[which] = found["after"]
        return float(found["distortion"]), found["rates"]
