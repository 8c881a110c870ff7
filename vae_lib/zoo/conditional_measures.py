"""What the cards of conditional models say."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vae_lib.data import Batch, Conditioned, ImageSource, Labelled, x_and_given
from vae_lib.evaluation import (
    Probe,
    importance_weighted_bound,
    linear_probe,
    mse,
    posterior_probe,
    prior_sampled_bound,
    rate_per_dimension,
)
from vae_lib.models import CVAE, Regression
from vae_lib.objectives import NegativeELBO
from vae_lib.training import seed_everything

if TYPE_CHECKING:
    from vae_lib.zoo.recipe import Recipe

__all__ = ["measure_completion", "measure_faces_cvae", "measure_labelled"]

# Pictures whose class is changed, and codes that are compared with one another.
CHANGED, COMPARED = 1_000, 4_000
# Examples at a time: memory, not result.
PART = 500


@torch.no_grad()
def measure_labelled(
    model: CVAE, recipe: "Recipe", limit: int = 10_000, samples: int = 64
) -> dict[str, Any]:
    """Metrics of a model of classes on labelled test images.

    Returns:
        Rate, distortion and both bounds in nats an image; what a linear probe and the
        posteriors themselves know of the class, from one sample of z an image; and how
        often a picture whose class was changed looks most like the images of the new
        class, beside how often an image looks most like those of its own.
    """
    seed_everything(recipe.seed)
    test = _some(recipe.test(), limit, _device(model))
    found = _bounds(model, test, samples)
    codes = [model.encode(part.x, part.labels).sample() for part in _parts(test)]
    few = _rows(test, slice(COMPARED))
    own = model.encode(few.x, few.labels)
    return found | {
        "linear_probe": _rounded(linear_probe(torch.cat(codes), test.labels)),
        "posterior_probe": _rounded(posterior_probe(own, own.sample(), few.labels)),
        "obeys": _obedience(model, test),
    }


@torch.no_grad()
def measure_faces_cvae(
    model: CVAE, recipe: "Recipe", limit: int = 2_000, samples: int = 64
) -> dict[str, Any]:
    """Metrics of a model of faces that is told some attributes, on test faces.

    Returns:
        Rate, distortion and both bounds in nats a face; the squared error a pixel of
        the reconstructed mean; and the share of each given attribute's variance that a
        linear map of z explains, on faces that it was not fitted to.
    """
    seed_everything(recipe.seed)
    test = _some(recipe.test(), limit, _device(model))
    found = _bounds(model, test, samples)
    means, error = [], 0.0
    for part in _parts(test):
        posterior = model.encode(part.x, part.y)
        error += float(mse(part.x, model.decode(posterior.mean, part.y)).sum())
        means.append(posterior.sample())
    found["reconstruction_mse"] = round(error / len(test), 6)
    found["told_of_z"] = [
        round(share, 4) for share in _explained(torch.cat(means), test.y)
    ]
    return found


@torch.no_grad()
def measure_completion(
    model: CVAE | Regression,
    recipe: "Recipe",
    limit: int = 10_000,
    samples: int = 100,
    *,
    kept: Callable[[], ImageSource],
    grey: Callable[[], ImageSource],
) -> dict[str, Any]:
    """Nats that the missing pixels of test images cost, given what is seen of them.

    Args:
        model: in evaluation mode.
        recipe: of the model.
        limit: test images.
        samples: importance samples, and draws from the prior, an image.
        kept: training images that it was not trained on.
        grey: test images as they are, not binarised.

    Returns:
        Of a network without z, exact: "nats". Of a CVAE the rate and distortion, the
        ELBO, the importance-weighted bound, "nats" with its sign turned, and the bound
        with draws from p(z | y). All on test images. Also the ELBO, or the nats, of
        training images and of those kept, which say how far it has learned the former
        by heart; and of grey test images, the cross-entropies that tutorials report,
        which are no likelihoods.
    """
    seed_everything(recipe.seed)
    test = _some(recipe.test(), limit, _device(model))
    seen = _some(recipe.train(), limit, _device(model))
    held = _some(kept(), limit, _device(model))
    greys = _some(grey(), limit, _device(model))
    if isinstance(model, Regression):
        return {
            "images": len(test),
            "nats": round(_charged(model, test), 3),
            "trained_nats": round(_charged(model, seen), 3),
            "kept_nats": round(_charged(model, held), 3),
            "grey_nats": round(_charged(model, greys), 3),
        }
    found = _bounds(model, test, samples)
    drawn = [prior_sampled_bound(model, part, samples) for part in _parts(test)]
    return found | {
        "nats": round(-found["importance_weighted_bound"]["nats"], 3),
        "prior_sampled_nats": round(-float(torch.cat(drawn).double().mean()), 3),
        "trained_elbo": round(-sum(_terms(model, seen).values()), 3),
        "kept_elbo": round(-sum(_terms(model, held).values()), 3),
        "grey_elbo": round(-sum(_terms(model, greys).values()), 3),
        "samples": samples,
    }


def _bounds(model: CVAE, batch: Batch, samples: int) -> dict[str, Any]:
    terms = _terms(model, batch)
    tight = [importance_weighted_bound(model, part, samples) for part in _parts(batch)]
    return {
        "images": len(batch),
        **{name: round(value, 3) for name, value in terms.items()},
        "elbo": round(-sum(terms.values()), 3),
        "importance_weighted_bound": {
            "images": len(batch),
            "samples": samples,
            "nats": round(float(torch.cat(tight).double().mean()), 3),
        },
        "rate_per_dimension": [
            round(rate, 4) for rate in rate_per_dimension(model, batch).tolist()
        ],
    }


def _terms(model: CVAE, batch: Batch) -> dict[str, float]:
    found = {"distortion": 0.0, "rate": 0.0}
    for part in _parts(batch):
        for name, term in NegativeELBO()(model, part).terms.items():
            found[name] += float(term.double().sum()) / len(batch)
    return found


def _charged(model: Regression, batch: Conditioned) -> float:
    parts = [-model(part.x, part.y).log_prob(part.x) for part in _parts(batch)]
    return float(torch.cat(parts).double().mean())


def _obedience(model: CVAE, test: Labelled) -> dict[str, float]:
    """Share of pictures whose nearest image is of the class that was asked for."""
    few = _rows(test, slice(CHANGED))
    other = (few.labels + torch.randint_like(few.labels, 1, 10)) % 10
    pictures = model.change(few.x, few.labels, other)
    everything = test.x.flatten(1)
    nearest = torch.cdist(pictures.flatten(1), everything).argmin(1)
    apart = torch.cdist(few.x.flatten(1), everything)
    apart.fill_diagonal_(torch.inf)
    read = test.labels[nearest] == other
    own = test.labels[apart.argmin(1)] == few.labels
    return {
        "changed": round(float(read.double().mean()), 4),
        "images": round(float(own.double().mean()), 4),
    }


def _explained(z: Tensor, y: Tensor) -> list[float]:
    """Share of each column's variance that a linear map of z explains, held out."""
    half = len(z) // 2
    design = torch.cat([z, torch.ones_like(z[:, :1])], 1).double()
    target = y.double()
    weights = torch.linalg.lstsq(design[:half], target[:half]).solution
    left = (target[half:] - design[half:] @ weights).square().mean(0)
    return (1 - left / target[half:].var(0, correction=0)).tolist()


def _rounded(probe: Probe) -> dict[str, float]:
    return {name: round(value, 4) for name, value in probe._asdict().items()}


def _device(model: torch.nn.Module) -> torch.device:
    return next(model.parameters()).device


def _some(data: ImageSource | Batch, limit: int, device: torch.device) -> Batch:
    """At most so many examples with what they are given with, evenly spread."""
    count = min(limit, len(data))
    index = torch.arange(count) * len(data) // count
    if isinstance(data, Labelled | Conditioned):
        batch = _rows(data, index)
        if batch.x.dtype == torch.uint8:
            batch = type(batch)(batch.x.float() / 255, *x_and_given(batch)[1])
        return batch.to(device)
    parts = [data.images(rows) for rows in index.split(1_000)]
    columns = zip(*((x, *given) for x, given in map(x_and_given, parts)), strict=True)
    return type(parts[0])(*map(torch.cat, columns)).to(device)


def _parts(batch: Batch) -> list[Batch]:
    starts = range(0, len(batch), PART)
    return [_rows(batch, slice(start, start + PART)) for start in starts]


def _rows(batch: Batch, rows: slice | Tensor) -> Batch:
    x, given = x_and_given(batch)
    return type(batch)(x[rows], *(y[rows] for y in given)) if given else x[rows]
