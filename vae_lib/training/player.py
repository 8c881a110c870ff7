"""Who takes part in training: a network and the optimiser that moves its weights."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

__all__ = ["Player", "enter"]


@dataclass(frozen=True)
class Player:
    """A network and the optimiser of its weights.

    Attributes:
        network: what answers.
        optimizer: holds those of its weights that are trained.
    """

    network: nn.Module
    optimizer: Optimizer

    @property
    def parameters(self) -> list[Tensor]:
        """The weights that the optimiser moves."""
        return [
            weight
            for group in self.optimizer.param_groups
            for weight in group["params"]
        ]

    def set_learning_rate(self, rate: float) -> None:
        """Let the next updates take steps of this size."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def update(self, value: Tensor) -> None:
        """Take one step down the slope of value; no other player's weight sees it."""
        # As the optimiser's zero_grad, without the profiler's label that it costs.
        parameters = self.parameters
        for weight in parameters:
            weight.grad = None
        value.backward(inputs=parameters)
        self.optimizer.step()


def enter(
    network: nn.Module, learning_rate: float, betas: tuple[float, float] = (0.9, 0.999)
) -> Player:
    """Make a network ready to be trained with Adam.

    Raises:
        ValueError: if the network has no parameters to train.

    Source: Kingma & Ba (2015), arXiv:1412.6980.
    """
    network.train()
    # Convolutions on the CPU and on tensor cores read channels-last weights faster.
    network.to(memory_format=torch.channels_last)
    parameters = [weight for weight in network.parameters() if weight.requires_grad]
    if not parameters:
        raise ValueError(f"{type(network).__name__} has no parameters to train")
    # Fused: one pass over all weights an update instead of a dozen, the same update.
    optimizer = torch.optim.Adam(parameters, lr=learning_rate, betas=betas, fused=True)
    return Player(network, optimizer)
