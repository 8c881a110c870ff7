"""Adam as a pure function of tensors: `torch.optim.Adam` without its objects."""

import math

from torch import Tensor

__all__ = ["adam_step"]

FIRST_DECAY, SECOND_DECAY = 0.9, 0.999  # torch.optim.Adam's defaults


def adam_step(
    weights: Tensor,
    gradient: Tensor,
    memory: tuple[Tensor, Tensor],
    done: Tensor,
    learning_rate: Tensor,
    epsilon: Tensor | float,
) -> tuple[Tensor, Tensor, Tensor]:
    """One step down the gradient.

    Args:
        weights: of any shape.
        gradient: theirs.
        memory: the means of the gradient and of its square before this step.
        done: steps, this one included, () or (1,).
        learning_rate: () or (1,).
        epsilon: 1e-8 in `fit`. An optimiser of graphs takes a constant so small for
            zero: give it as a tensor, or larger.

    Returns:
        Weights, mean of the gradient, mean of its square.

    Source: Kingma & Ba (2015), arXiv:1412.6980, algorithm 1.
    """
    first, second = memory
    first = first + (1 - FIRST_DECAY) * (gradient - first)
    second = SECOND_DECAY * second + (1 - SECOND_DECAY) * gradient * gradient
    # As torch.optim.Adam orders it: the square root before its correction.
    scale = second.sqrt() / _decayed(SECOND_DECAY, done).sqrt() + epsilon
    step = learning_rate / _decayed(FIRST_DECAY, done)
    return weights - step * first / scale, first, second


def _decayed(decay: float, done: Tensor) -> Tensor:
    """1 - decay^done; the plain formula loses four of float32's digits at 0.999.

    expm1(y) = 2 t / (1 - t) with t = tanh(y / 2), which keeps them, and which ONNX has.
    """
    half = (0.5 * math.log(decay) * done).tanh()
    return -2 * half / (1 - half)
