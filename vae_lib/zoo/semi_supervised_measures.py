"""What the cards of M1, M2 and their rivals say: errors on images of unknown class."""

from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vae_lib.data import Labelled, few_of_each_class, load
from vae_lib.evaluation import few_label_errors
from vae_lib.models import M2, VAE
from vae_lib.networks import MLPClassifier
from vae_lib.objectives import bound_of_each_class
from vae_lib.training import seed_everything

if TYPE_CHECKING:
    from vae_lib.zoo.recipe import Recipe

__all__ = [
    "grey_images",
    "labelled_images",
    "measure_classifier",
    "measure_m1",
    "measure_m2",
    "measure_network",
]


@cache
def grey_images(split: str) -> Labelled:
    """All of MNIST's training or test images with their classes."""
    images = load("mnist", split=split)
    every = torch.arange(len(images))
    return Labelled(images.images(every), images.labels(every))


def labelled_images(count: int, seed: int) -> Labelled:
    """The `count` training images of MNIST whose class runs of a seed are told."""
    images = grey_images("train")
    chosen = few_of_each_class(images.labels, count, seed)
    return Labelled(images.x[chosen], images.labels[chosen])


@torch.no_grad()
def measure_m1(
    model: VAE, recipe: "Recipe", counts: tuple[int, ...] = (100,)
) -> dict[str, Any]:
    """Errors of classifiers that are told the class of a few images' codes.

    Args:
        model: in evaluation mode.
        recipe: its seed chooses the images whose class is told.
        counts: how many are told, in turn.

    Returns:
        The number of test images, and percent of them classified wrongly: for each
        count, by each classifier of `few_label_errors`.
    """
    test = grey_images("test")
    codes = _means(model, test.x)
    errors = {}
    for count in counts:
        told = labelled_images(count, recipe.seed)
        found = few_label_errors(_means(model, told.x), told.labels, codes, test.labels)
        errors[str(count)] = _rounded(found)
    return {"images": len(test), "errors_percent": errors}


@torch.no_grad()
def measure_m2(model: M2, recipe: "Recipe", few: int = 1_000) -> dict[str, Any]:
    """What the classifier of an M2 gets wrong, and what its decoder makes of a class.

    Args:
        model: in evaluation mode, of images or of codes.
        recipe: its test set is `Labelled`.
        few: images for what takes a pass a class.

    Returns:
        The number of test images; percent of them classified wrongly, in all and of
        each class; the mean entropy of q(y | x) in nats; the percent of test images
        that each class is given; and, of `few` images, how many nats the bound L(x, y)
        falls, on average, if y is another class than the image's.
    """
    seed_everything(recipe.seed)
    test, device = recipe.test(), next(model.parameters()).device
    parts = [model.classify(part.to(device)) for part in test.x.split(1_000)]
    given = torch.cat([one.logits.argmax(1).cpu() for one in parts])
    entropy = torch.cat([one.entropy().cpu() for one in parts])
    bounds = torch.cat(
        [
            bound_of_each_class(model, part.to(device)).cpu()
            for part in test.x[:few].split(100)
        ]
    )
    own = bounds.gather(1, test.labels[:few, None])[:, 0]
    others = (bounds.sum(1) - own) / (bounds.shape[1] - 1)
    shares = torch.bincount(given, minlength=model.num_classes) / len(given)
    return {
        **_mistakes(given, test.labels),
        "entropy_nats": round(float(entropy.mean()), 4),
        "percent_given_each_class": [round(100 * one, 2) for one in shares.tolist()],
        "nats_of_a_wrong_class": round(float((own - others).mean()), 3),
    }


@torch.no_grad()
def measure_network(model: MLPClassifier, recipe: "Recipe") -> dict[str, Any]:
    """Percent of the recipe's `Labelled` test images that a classifier gets wrong.

    Returns:
        The number of test images, and the percent in all and of each class.
    """
    test, device = recipe.test(), next(model.parameters()).device
    parts = [model(part.to(device)).logits for part in test.x.split(1_000)]
    return _mistakes(torch.cat(parts).argmax(1).cpu(), test.labels)


def measure_classifier(model: MLPClassifier, recipe: "Recipe") -> dict[str, Any]:
    """What a classifier of images gets wrong, and what simpler ones do.

    Returns:
        What `measure_network` says; and percent of the same test images classified
        wrongly by each classifier of `few_label_errors`, told the same images' class.
    """
    test, told = recipe.test(), recipe.train()
    others = few_label_errors(told.x, told.labels, test.x, test.labels)
    return {**measure_network(model, recipe), "errors_percent": _rounded(others)}


def _mistakes(given: Tensor, labels: Tensor) -> dict[str, Any]:
    wrong = (given != labels).double()
    by_class = [float(wrong[labels == label].mean()) for label in labels.unique()]
    return {
        "images": len(labels),
        "error_percent": round(100 * float(wrong.mean()), 2),
        "error_percent_of_each_class": [round(100 * one, 2) for one in by_class],
    }


def _means(model: VAE, x: Tensor) -> Tensor:
    device = next(model.parameters()).device
    parts = [model.encode(part.to(device)).mean for part in x.split(1_000)]
    return torch.cat(parts).cpu()


def _rounded(errors: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in errors.items()}
