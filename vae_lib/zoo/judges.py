"""Judges: plain regressions that say what a generated image shows."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, one_hot

__all__ = ["kernel_judge", "label_judge"]

Judge = Callable[[Tensor], Tensor]


def kernel_judge(
    images: Tensor, targets: Tensor, *, shrink: int = 1, ridge: float = 1e-2
) -> Judge:
    """Kernel ridge regression from images to numbers, in closed form.

    The kernel is exp(-|x - x'|^2 / w) with w the mean squared distance of two of the
    images. No network of the kind to be judged takes part.

    Args:
        images: (N, C, H, W), N >= 2.
        targets: what they show, (N, K).
        shrink: blocks of so many pixels are averaged first.
        ridge: added to the kernel's diagonal of ones, positive.

    Returns:
        A function from images (B, C, H, W) to targets (B, K), on their device.

    Raises:
        ValueError: if the rows differ or are fewer than 2, or ridge is not positive.

    Source: Saunders, Gammerman & Vovk (1998), "Ridge Regression Learning Algorithm in
    Dual Variables", ICML, section 3.
    """
    if len(images) != len(targets) or len(images) < 2:
        raise ValueError(
            "images and targets must have the same number of rows, at least 2, "
            f"got {len(images)} and {len(targets)}"
        )
    if not ridge > 0:
        raise ValueError(f"ridge must be positive, got {ridge}")

    def features(x: Tensor) -> Tensor:
        return avg_pool2d(x, shrink).flatten(1).double()

    known = features(images)
    centre = targets.double().mean(0)
    # Of independent pairs the mean squared distance is twice the variance.
    width = 2 * known.var(0, correction=0).sum()

    def kernel(x: Tensor) -> Tensor:
        return torch.exp(-torch.cdist(x, known).square() / width)

    gram = kernel(known)
    gram.diagonal().add_(ridge)
    weights = torch.linalg.solve(gram, targets.double() - centre)

    def judge(x: Tensor) -> Tensor:
        return (kernel(features(x)) @ weights + centre).to(x.dtype)

    return judge


def label_judge(images: Tensor, labels: Tensor, classes: int) -> Judge:
    """The class that kernel ridge regression on indicators finds most likely.

    Args:
        images: (N, C, H, W), N >= 2.
        labels: (N,), int64 in [0, classes).
        classes: how many there are.

    Returns:
        A function from images (B, C, H, W) to classes (B,), int64.

    Raises:
        ValueError: if the rows differ or are fewer than 2.
    """
    judge = kernel_judge(images, one_hot(labels, classes))
    return lambda x: judge(x).argmax(1)
