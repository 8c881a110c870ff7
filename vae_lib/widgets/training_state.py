"""A model in training as one flat vector, and Adam's step on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from vae_lib.widgets.adam import adam_step

__all__ = ["StateLayout", "adam"]


@dataclass(frozen=True)
class StateLayout:
    """How a model and Adam's memory lie in one vector (3 P + 1 + B,).

    First the P weights, then the P means of the gradient, then the P means of its
    square, each in the order of `named_parameters`; then the number of steps done; last
    the B numbers in buffers, such as a quantiser's count of uses.

    Args:
        shapes: shape of each parameter by name.
        buffers: shape of each buffer that belongs to the model's state, by name.

    >>> layout = StateLayout.of(nn.Linear(3, 2))
    >>> layout.count, layout.size
    (8, 25)
    >>> {name: tuple(weight.shape) for name, weight in
    ...  layout.weights(torch.zeros(layout.size)).items()}
    {'weight': (2, 3), 'bias': (2,)}
    >>> layout.place("bias")
    6
    """

    shapes: dict[str, torch.Size]
    buffers: dict[str, torch.Size] = field(default_factory=dict)

    @classmethod
    def of(cls, model: nn.Module) -> "StateLayout":
        """The layout of a model's parameters and of the buffers that it saves."""
        shapes = {name: weight.shape for name, weight in model.named_parameters()}
        saved = {name: value.shape for name, value in model.state_dict().items()}
        return cls(shapes, {n: s for n, s in saved.items() if n not in shapes})

    @property
    def count(self) -> int:
        """The number P of weights."""
        return sum(shape.numel() for shape in self.shapes.values())

    @property
    def size(self) -> int:
        """The length of a state, 3 P + 1 + B."""
        kept = sum(shape.numel() for shape in self.buffers.values())
        return 3 * self.count + 1 + kept

    def weights(self, state: Tensor) -> dict[str, Tensor]:
        """The weights in a state, by name, as views of it."""
        return _parts(self.shapes, state[: self.count])

    def kept(self, state: Tensor) -> dict[str, Tensor]:
        """The buffers in a state, by name, as views of it."""
        return _parts(self.buffers, state[3 * self.count + 1 :])

    def place(self, name: str) -> int:
        """Where in a state a parameter's or buffer's first number lies.

        Raises:
            ValueError: if there is none of this name.
        """
        for shapes, place in ((self.shapes, 0), (self.buffers, 3 * self.count + 1)):
            for known, shape in shapes.items():
                if known == name:
                    return place
                place += shape.numel()
        names = (*self.shapes, *self.buffers)
        raise ValueError(f"name must be one of {names}, got {name!r}")

    def start(self, weights: Tensor) -> Tensor:
        """The state before the first step: weights (P,), no memory, no step done.

        Buffers are zero.

        Raises:
            ValueError: if there is another number of weights.
        """
        if weights.shape != (self.count,):
            raise ValueError(
                f"weights must have shape ({self.count},), got {tuple(weights.shape)}"
            )
        return torch.cat([weights, weights.new_zeros(self.size - self.count)])

    def load(self, model: nn.Module, state: Tensor) -> None:
        """Copy the weights and buffers in a state into a model of this layout."""
        model.load_state_dict({**self.weights(state), **self.kept(state)}, strict=True)


def adam(
    layout: StateLayout,
    state: Tensor,
    gradients: Mapping[str, Tensor],
    learning_rate: Tensor,
    epsilon: Tensor,
    moved: Mapping[str, Tensor] | None = None,
) -> Tensor:
    """The state after one step of Adam.

    Args:
        layout: of the state.
        state: before the step.
        gradients: of the loss at the state's weights, by name.
        learning_rate: the step's size, ().
        epsilon: added to the gradient's size, ().
        moved: weights and buffers, by name, that something else has moved before Adam
            does, e.g. a codebook by a moving average.
    """
    kept_count = layout.size - 3 * layout.count - 1
    counts = [layout.count] * 3 + [1] + [kept_count] * bool(kept_count)
    weights, first, second, done, *kept = state.split(counts)
    done = done + 1
    if moved:
        weights = torch.cat(_ordered(layout.weights(state) | moved, layout.shapes))
        kept = _ordered(layout.kept(state) | moved, layout.buffers)
    gradient = torch.cat([gradients[name].flatten() for name in layout.shapes])
    weights, first, second = adam_step(
        weights, gradient, (first, second), done, learning_rate, epsilon
    )
    return torch.cat([weights, first, second, done, *kept])


def _parts(shapes: Mapping[str, torch.Size], vector: Tensor) -> dict[str, Tensor]:
    if not shapes:
        return {}
    parts = vector.split([shape.numel() for shape in shapes.values()])
    named = zip(shapes.items(), parts, strict=True)
    return {name: part.view(shape) for (name, shape), part in named}


def _ordered(values: Mapping[str, Tensor], names: Iterable[str]) -> list[Tensor]:
    return [values[name].flatten() for name in names]
