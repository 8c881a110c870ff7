"""What a code is worth to a classifier that is shown a few labels."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import Tensor

__all__ = ["few_label_errors"]


def few_label_errors(
    codes: Tensor, labels: Tensor, test_codes: Tensor, test_labels: Tensor
) -> dict[str, float]:
    """Errors on test codes of three classifiers that learn from a few codes.

    They are the nearest neighbour, a logistic regression and a support vector machine
    with Gaussian kernels, as scikit-learn has them but for C = 10 of the last: with a
    label for each of ten corners of the space there is little to be wary of.

    Args:
        codes: what they learn from, (N, D), or images (N, *event).
        labels: the class of each, (N,), at least two of them taken.
        test_codes: (M, D) or (M, *event).
        test_labels: (M,).

    Returns:
        Percent of the M that are classified wrongly by "nearest", "logistic" and "svm".

    Raises:
        ValueError: if the lengths or widths differ, or there is only one class.

    Source: Kingma, Mohamed, Rezende & Welling (2014), arXiv:1406.5298, section 2.1: M1
    is a VAE with a classifier on its codes.

    One code a class suffices where the classes lie apart:

    >>> import torch
    >>> corners = torch.tensor([[0.0, 0.0], [9.0, 9.0]])
    >>> labels = torch.tensor([0, 1])
    >>> few_label_errors(corners, labels, corners + 1, labels)
    {'nearest': 0.0, 'logistic': 0.0, 'svm': 0.0}
    """
    train, test = codes.flatten(1), test_codes.flatten(1)
    for name, x, y in (("codes", train, labels), ("test_codes", test, test_labels)):
        if y.shape != x.shape[:1]:
            raise ValueError(
                f"{name} and their labels must be as many, got {len(x)} and "
                f"{tuple(y.shape)}"
            )
    if train.shape[1] != test.shape[1]:
        raise ValueError(
            f"codes and test_codes must be as wide, got {train.shape[1]} and "
            f"{test.shape[1]}"
        )
    if len(labels.unique()) < 2:
        raise ValueError("there must be two classes to tell apart, got one")
    classifiers = {
        "nearest": KNeighborsClassifier(1),
        "logistic": LogisticRegression(max_iter=5_000),
        "svm": SVC(C=10.0),
    }
    x, y = train.double().cpu().numpy(), labels.cpu().numpy()
    points, truth = test.double().cpu().numpy(), test_labels.cpu().numpy()
    return {
        name: float(100 * np.mean(one.fit(x, y).predict(points) != truth))
        for name, one in classifiers.items()
    }
