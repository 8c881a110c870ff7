"""A VQ-VAE in training, step by step: what the VQ lab asks of a kernel.

The page has the same learner in JavaScript (`vq_learner.js` of the page runtime). Both
draw the same numbers (`philox.py`) and run the same functions (`vq_functions.py`).
"""

from dataclasses import dataclass

import numpy as np
import torch

from vae_lib.models import VQVAE
from vae_lib.networks.quantizer import USES_DECAY
from vae_lib.widgets import philox
from vae_lib.widgets.lab_data import lab_data
from vae_lib.widgets.lab_functions import BATCH_SIZE, EPSILON, spread
from vae_lib.widgets.learner import (
    LEARNING_RATE,
    check_seed,
    drawn_weights,
    minibatch,
)
from vae_lib.widgets.training_state import StateLayout
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
    vq_model,
)

__all__ = ["RESTART_BELOW", "VQLearner", "VQSettings"]

# A code that a batch of 1,024 latents uses less than once in two batches moves.
RESTART_BELOW = 0.5


@dataclass(frozen=True)
class VQSettings:
    """What a reader chooses before training.

    Args:
        data: "digits" or "sprites".
        codes: K, in [1, 256].
        dim: D, numbers in a code, at least 1.
        commitment: price of the squared distance from a latent to its code.
        decay: of the moving average that moves the codes, in (0, 1); 0 moves them by
            the gradient.
        k_means: whether k-means on the first minibatch starts the codebook.
        restarts: whether codes that are used less than once in two batches restart.
        seed: in [0, 2**32).

    Raises:
        ValueError: if a number is outside its range.
    """

    data: str = "digits"
    codes: int = 64
    dim: int = 2
    commitment: float = 0.25
    decay: float = 0.99
    k_means: bool = False
    restarts: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.codes <= MOST_CODES:
            raise ValueError(
                f"codes must lie between 1 and {MOST_CODES}, got {self.codes}"
            )
        if self.dim < 1:
            raise ValueError(f"dim must be at least 1, got {self.dim}")
        if not 0 <= self.commitment < float("inf"):
            raise ValueError(
                f"commitment must be non-negative and finite, got {self.commitment}"
            )
        if not 0 <= self.decay < 1:
            raise ValueError(f"decay must lie in [0, 1), got {self.decay}")
        check_seed(self.seed)


class VQLearner:
    """The reader's VQ-VAE.

    Args:
        settings: of the run; equal settings give equal runs.

    >>> learner = VQLearner(VQSettings(codes=8))
    >>> learner.advance(2).shape, learner.step
    ((2, 3), 2)
    """

    def __init__(self, settings: VQSettings) -> None:
        self.settings = settings
        self.data = lab_data(settings.data)
        self.step = 0
        functions = vq_functions(self.data, settings.dim)
        self._functions = {function.name: function for function in functions}
        model = self._functions["step"].module
        self.layout = StateLayout.of(model)
        weights = drawn_weights(settings.seed, spread(model, apart=(CODEBOOK,)))
        self.state = self.layout.start(torch.from_numpy(weights)).numpy()
        drawn = philox.normals(
            settings.seed, 0, settings.codes * settings.dim, philox.FIRST_CODES
        )
        codebook = np.full((SLOTS, settings.dim), FAR, np.float32)
        codebook[: settings.codes] = drawn.reshape(settings.codes, settings.dim)
        codebook[: settings.codes] /= np.float32(settings.dim**0.5)
        self._set(CODEBOOK, codebook)
        self._set(USES, np.ones(SLOTS))
        if settings.k_means:
            self._start_from_clusters()

    def advance(self, count: int) -> np.ndarray:
        """Train by count steps.

        Returns:
            Distortion, codebook and commitment term of every step's minibatch, before
            the step, each at its price: (count, 3).
        """
        return np.array([self._step() for _ in range(count)])

    def examine(self) -> dict[str, np.ndarray]:
        """Of all data: latents, indices and error; and the codebook (K, D)."""
        x = self.data.images(torch.arange(len(self.data))).numpy()
        found = self._functions["examine"].run({"state": self.state, "x": x})
        codebook = self.layout.weights(torch.from_numpy(self.state))[CODEBOOK]
        return {**found, "codebook": codebook[: self.settings.codes].numpy()}

    def decode(self, indices: np.ndarray) -> np.ndarray:
        """Images (B, C, H, W) of indices (B, 4, 4) in [0, K)."""
        return self._functions["decode"].run({"state": self.state, "indices": indices})[
            "x"
        ]

    def model(self) -> VQVAE:
        """The model as trained so far, without the codes that are far away."""
        settings = self.settings
        made = vq_model(
            self.data,
            settings.dim,
            settings.codes,
            commitment=settings.commitment,
            decay=settings.decay or None,
            restart_below=RESTART_BELOW if settings.restarts else 0.0,
        )
        state = torch.from_numpy(self.state)
        values = self.layout.weights(state) | self.layout.kept(state)
        for name in (CODEBOOK, USES):
            values[name] = values[name][: settings.codes]
        made.load_state_dict(values | {"quantizer.started": torch.tensor(True)})
        return made.eval()

    def _set(self, name: str, values: np.ndarray) -> None:
        start = self.layout.place(name)
        self.state[start : start + values.size] = values.reshape(-1)

    def _start_from_clusters(self) -> None:
        """Clusters of the first minibatch's latents start the codebook."""
        settings = self.settings
        latents = self.examine()["latents"]
        batch = philox.indices(settings.seed, 0, BATCH_SIZE, len(self.data))
        rows = latents[batch].transpose(0, 2, 3, 1).reshape(ROWS, settings.dim)
        first = philox.some(settings.seed, philox.CLUSTERS, 0, settings.codes, ROWS)
        chosen = [self._places(philox.CLUSTERS, 1 + turn) for turn in range(ROUNDS)]
        given = {"rows": rows, "first": self._padded(first), "chosen": chosen}
        found = k_means_function(settings.dim).run(
            {name: np.asarray(value, np.float32) for name, value in given.items()}
        )
        self._set(CODEBOOK, found["codebook"])
        self._set(USES, found["uses"])

    def _places(self, purpose: int, step: int) -> np.ndarray:
        """A row of the latents for each of the reader's codes, nowhere for the rest."""
        settings = self.settings
        return self._padded(
            philox.indices(settings.seed, step, settings.codes, ROWS, purpose)
        )

    def _padded(self, places: np.ndarray) -> np.ndarray:
        padded = np.full(SLOTS, ROWS, np.float32)
        padded[: len(places)] = places
        return padded

    def _step(self) -> np.ndarray:
        settings = self.settings
        numbers = {
            "commitment": settings.commitment,
            "averaged": settings.decay > 0,
            "decay": settings.decay or USES_DECAY,
            "least": RESTART_BELOW if settings.restarts else 0,
            "learning_rate": LEARNING_RATE,
            "epsilon": EPSILON,
        }
        found = self._functions["step"].run(
            {
                "state": self.state,
                "x": minibatch(self.data, settings.seed, self.step),
                "chosen": self._places(philox.RESTARTS, self.step),
                **{name: np.float32(number) for name, number in numbers.items()},
            }
        )
        self.state = found["after"]
        self.step += 1
        return found["terms"]
