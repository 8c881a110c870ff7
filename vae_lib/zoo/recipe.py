"""What was trained, on what, for how long: everything but the command to do it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from vae_lib.data import Batch, ImageSource
from vae_lib.evaluation.vote_pool import FactorDataset
from vae_lib.objectives import Objective
from vae_lib.zoo.measures import measure_vae

__all__ = ["Recipe"]


@dataclass(frozen=True)
class Recipe:
    """A model, its objective, its data and its schedule.

    Attributes:
        model: builds the model with fresh weights.
        objective: builds what it is trained with; an adversary has weights of its own.
        train: the images it is trained on, or whatever else `fit` takes.
        test: what its card's metrics are measured on.
        data: the two sets in words, for the card.
        steps: updates.
        batch_size: examples an update.
        learning_rate: of Adam, at the first update.
        learning_rate_at_end: after the last; between them a straight line.
        seed: of the weights, the minibatches and the noise.
        grid: images by factors, which the card's scores of disentanglement are
            measured on; None for a card without.
        measure: the card's metrics of the trained model, in evaluation mode, on the
            device it was trained on.
        card_only: the weights do not come with the library, as of any seed but 0.
    """

    model: Callable[[], nn.Module]
    objective: Callable[[], Objective]
    train: Callable[[], ImageSource | Batch]
    test: Callable[[], ImageSource | Batch]
    data: str
    steps: int
    batch_size: int
    learning_rate: float
    learning_rate_at_end: float
    seed: int = 0
    grid: Callable[[], FactorDataset] | None = None
    measure: Callable[[Any, "Recipe"], dict[str, Any]] = measure_vae
    card_only: bool = False
