"""The second player: a network that tells two kinds of examples apart.

An objective with an adversary is minimised by the model and depends on the adversary's
answers; `adversary_loss` is minimised by the adversary and depends on what the model
makes. `fit` lets the two take turns; neither moves the other's weights.
"""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from torch import Tensor, nn
from torch.nn import functional as F

from vae_lib.objectives.loss import Loss

__all__ = ["Adversary", "TwoPlayerObjective", "tell_apart"]


@dataclass(frozen=True)
class Adversary:
    """A network that answers with a logit, and how fast it learns.

    Args:
        network: maps examples (B, *event) to logits (B,), positive for "real".
        learning_rate: Adam's step size.
        betas: Adam's decay rates of the first and second moment, each in [0, 1).

    Raises:
        ValueError: if the network has no weights, the step size is not positive and
            finite, or a decay rate is outside [0, 1).

    The step size and decay rates are those of Kim & Mnih (2018), arXiv:1802.05983,
    appendix A.
    """

    network: nn.Module
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.9)

    def __post_init__(self) -> None:
        if not isinstance(self.network, nn.Module):
            raise ValueError(
                f"network must be a module, got {type(self.network).__name__}"
            )
        if not any(weight.requires_grad for weight in self.network.parameters()):
            raise ValueError(
                f"network must have weights to train, got {type(self.network).__name__}"
            )
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(
                f"learning_rate must be positive and finite, got {self.learning_rate}"
            )
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas must be two numbers in [0, 1), got {self.betas}")

    def logits(self, x: Tensor) -> Tensor:
        """The network's answers (B,) to x (B, *event).

        Raises:
            ValueError: if they have another shape, which broadcasting would hide.
        """
        logits = self.network(x)
        if logits.shape != x.shape[:1]:
            raise ValueError(
                f"the adversary must answer with shape {tuple(x.shape[:1])}, "
                f"got {tuple(logits.shape)}"
            )
        return logits


@runtime_checkable
class TwoPlayerObjective(Protocol):
    """An objective whose value depends on an adversary that `fit` trains beside it."""

    adversary: Adversary

    def __call__(self, model: nn.Module, x: Tensor, step: int = 0) -> Loss:
        """Judge the model on x (B, *event)."""
        ...

    def adversary_loss(self, model: nn.Module, x: Tensor, step: int = 0) -> Loss:
        """Judge the adversary on x (B, *event), a minibatch of its own."""
        ...


def tell_apart(real: Tensor, fake: Tensor) -> Loss:
    """The adversary's task: real or fake, both equally likely beforehand.

    Args:
        real: logits of real examples, (B,).
        fake: logits of fake examples, (B,), or (K, B) for K kinds that share the half
            of the fakes.

    Returns:
        The cross-entropy in nats, ln 2 at chance, and the share of right answers of
        each example as the term "adversary_accuracy" (B,).

    The best answer is log p_real - log p_fake, and its cross-entropy is ln 2 minus the
    two densities' Jensen-Shannon divergence.

    Source: Goodfellow et al. (2014), arXiv:1406.2661, section 4.1.

    An adversary that does not know says 0, and is right about half:

    >>> import torch
    >>> loss = tell_apart(torch.zeros(2), torch.tensor([0.0, -9.0]))
    >>> loss.terms["adversary_accuracy"]
    tensor([0.5000, 0.7500])
    """
    fake = fake.reshape(-1, len(real))
    value = (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2
    # A logit of 0 is no answer; it counts half.
    right = (_share(real) + _share(-fake).mean(0)) / 2
    return Loss(value, {"adversary_accuracy": right})


def _share(logits: Tensor) -> Tensor:
    """1 where the logit is positive, 0 where negative, 1/2 where it is 0."""
    return (logits.detach().sign() + 1) / 2
