"""Bounds for examples whose class is known, and for those whose class is not."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from vae_lib.data import Labelled
from vae_lib.models import M2
from vae_lib.networks import MLPClassifier
from vae_lib.objectives.elbo import distortion_and_rate
from vae_lib.objectives.loss import Loss, Schedule, at_step, check_weight

__all__ = [
    "Classification",
    "SemiSupervised",
    "bound_of_each_class",
    "labelled_bound",
    "unlabelled_bound",
]


def labelled_bound(model: M2, x: Tensor, labels: Tensor) -> Tensor:
    """L(x, y) = E_q(z|x,y)[log p(x|z,y)] + log p(y) - KL(q(z|x,y) || p(z)).

    Args:
        model: describes x.
        x: examples, (B, *event).
        labels: the class of each, (B,), int64.

    Returns:
        A lower bound on log p(x, y) from one draw of z, (B,), in nats.

    Raises:
        ValueError: if x is empty, or the distributions' event shapes do not match.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, equation 6.
    """
    terms = distortion_and_rate(model.given(x, labels), x)
    return model.class_prior().log_prob(labels) - terms["distortion"] - terms["rate"]


def bound_of_each_class(model: M2, x: Tensor) -> Tensor:
    """L(x, y) of x (B, *event) with each of K classes y in turn: (B, K), in nats.

    Raises:
        ValueError: as for `labelled_bound`.
    """
    count, classes = len(x), model.num_classes
    labels = torch.arange(classes, device=x.device).repeat(count)
    return labelled_bound(model, x.repeat_interleave(classes, 0), labels).view(
        count, classes
    )


def unlabelled_bound(model: M2, x: Tensor) -> Tensor:
    """U(x) = sum_y q(y|x) L(x, y) + H(q(y|x)): the class is summed out, not drawn.

    Args:
        model: describes x.
        x: examples, (B, *event).

    Returns:
        A lower bound on log p(x) from one draw of z a class, (B,), in nats.

    Raises:
        ValueError: if x is empty, or the distributions' event shapes do not match.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, equation 7.
    """
    classes = model.classify(x)
    expected = (classes.probs * bound_of_each_class(model, x)).sum(-1)
    return expected + classes.entropy()


@dataclass(frozen=True)
class SemiSupervised:
    """Each example's negative bound, and alpha times the classifier's mistake if known.

    A labelled example costs -L(x, y) - alpha log q(y|x), an unlabelled one -U(x). The
    classifier learns from the labels by the last term of the first alone, for L does
    not ask it.

    The paper minimises the sum over all N examples, with 0.1 N times the mean over the
    labelled ones for the last term. In a batch whose labelled half is drawn from N_l
    examples and whose other half from N, that is alpha = 0.1, with a weight of N_l / N
    for L.

    Args:
        alpha: weight of the last term, dimensionless; a number or a function of the
            step.
        unlabelled: weight of U, dimensionless; a number or a function of the step.
        labelled: weight of L, dimensionless; a number or a function of the step.

    Raises:
        ValueError: if a weight is negative or not finite.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, equation 9.
    """

    alpha: Schedule = 0.1
    unlabelled: Schedule = 1.0
    labelled: Schedule = 1.0

    def __post_init__(self) -> None:
        for name in ("alpha", "unlabelled", "labelled"):
            check_weight(name, getattr(self, name))

    def __call__(self, model: M2, batch: Labelled, step: int = 0) -> Loss:
        """Judge model on x (B, *event) and labels (B,), -1 where the class is unknown.

        Returns:
            A scalar value; "nats", the negative bound of each example, and
            "classification", -log q(y|x) where y is known and 0 elsewhere: both (B,).

        Raises:
            ValueError: if the batch has no labels, or they lie outside [-1, K - 1].
        """
        x, labels = _parts(batch, -1, model.num_classes)
        known = labels >= 0
        nats, mistakes = x.new_zeros(len(x)), x.new_zeros(len(x))
        if known.any():
            seen, classes = x[known], labels[known]
            nats[known] = -labelled_bound(model, seen, classes)
            mistakes[known] = F.cross_entropy(
                model.classify(seen).logits, classes, reduction="none"
            )
        if not known.all():
            nats[~known] = -unlabelled_bound(model, x[~known])
        weight = torch.full_like(nats, at_step(self.unlabelled, step))
        weight[known] = at_step(self.labelled, step)
        value = (weight * nats + at_step(self.alpha, step) * mistakes).mean()
        return Loss(value, {"nats": nats, "classification": mistakes})


@dataclass(frozen=True)
class Classification:
    """-log q(y|x) of labelled examples: a classifier without a generative model."""

    def __call__(self, model: MLPClassifier, batch: Labelled, step: int = 0) -> Loss:
        """Judge model on x (B, *event) and labels (B,), all of them known.

        Returns:
            The batch's mean, and "classification" (B,), both in nats.

        Raises:
            ValueError: if the batch has no labels, or they lie outside [0, K - 1].
        """
        x, labels = _parts(batch, 0, model.num_classes)
        mistakes = F.cross_entropy(model(x).logits, labels, reduction="none")
        return Loss(mistakes.mean(), {"classification": mistakes})


def _parts(batch: Labelled, lowest: int, classes: int) -> tuple[Tensor, Tensor]:
    if not isinstance(batch, Labelled):
        raise ValueError(f"expected a Labelled batch, got {type(batch).__name__}")
    if len(batch) == 0:
        raise ValueError("a batch must hold at least one example, got none")
    low, high = (int(bound) for bound in torch.aminmax(batch.labels))
    if low < lowest or high >= classes:
        raise ValueError(
            f"labels must lie in [{lowest}, {classes - 1}], got values from {low} to "
            f"{high}"
        )
    return batch.x, batch.labels
