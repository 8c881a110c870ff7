"""What a card says of a multi-modal VAE."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vae_lib.data import Views
from vae_lib.evaluation import joint_log_likelihood
from vae_lib.models import MultimodalVAE
from vae_lib.training import seed_everything
from vae_lib.zoo.judges import kernel_judge, label_judge

if TYPE_CHECKING:
    from vae_lib.zoo.recipe import Recipe

__all__ = ["measure_digit_views", "measure_face_views"]

# Of q(z | views), where a rate has no closed form.
RATE_SAMPLES = 64


@torch.no_grad()
def measure_digit_views(
    model: MultimodalVAE, recipe: "Recipe", samples: int = 512
) -> dict[str, Any]:
    """Metrics of a model of "image" and "label" on the test views of its recipe.

    Returns:
        `log_p` in nats an example, joint, of each view, and of each given the other;
        accuracies in [0, 1]: of the label found from the image, of the judge on images
        made from a label, on those of the prior against the label made with them
        (coherence), and on the test images themselves; the variety of images made from
        a label, as a share of that of reconstructions; rate in nats and mean posterior
        width (1 is the prior's) by the views given; and the distortion of each view
        with both views given and with one, in nats.
    """
    seed_everything(recipe.seed)
    device = next(model.parameters()).device
    train, test = (_batch(data(), device) for data in (recipe.train, recipe.test))
    classes = int(train["label"].max()) + 1
    judge = label_judge(train["image"], train["label"], classes)
    asked = torch.arange(classes, device=device).repeat_interleave(200)
    drawn = model.fill_in({"label": asked})["image"].mean
    imagined = model.likelihoods(model.prior().sample((2_000,)))
    agree = judge(imagined["image"].mean) == imagined["label"].probs.argmax(1)
    guess = _label_probabilities(model, test.only("image"), RATE_SAMPLES).argmax(1)
    return {
        "examples": len(test),
        "log_p": _log_p(model, test, samples),
        "label_from_image": _share(guess == test["label"]),
        "image_from_label": _share(judge(drawn) == asked),
        "coherence": _share(agree),
        "judge": _share(judge(test["image"]) == test["label"]),
        "variety": _variety(model, drawn, asked, test),
        **_beliefs(model, test, {"both": test.names}),
        "distortion": {
            f"{view}_from_{given}": round(
                _distortion(model, test, view, names, RATE_SAMPLES), 3
            )
            for view in test.names
            for given, names in {"both": test.names, **_singles(test.names)}.items()
        },
    }


@torch.no_grad()
def measure_face_views(
    model: MultimodalVAE, recipe: "Recipe", limit: int = 2_000, samples: int = 64
) -> dict[str, Any]:
    """Metrics of a model of "image" and attributes on test views of its recipe.

    Returns:
        Shares of variance explained, of each attribute: read off the image by the
        model; seen by the judge in images made from that attribute alone, and in images
        made from all attributes; and by the judge in true images. The correlations of
        attributes with age in the data, and filled in from age alone. Rate in nats and
        mean posterior width by the views given. `log_p` in nats of 500 examples.
    """
    seed_everything(recipe.seed)
    device = next(model.parameters()).device
    train, test = recipe.train(), recipe.test()
    known = train.images(torch.arange(min(3_000, len(train)))).to(device)
    test = test.images(torch.arange(min(limit, len(test)))).to(device)
    names = tuple(name for name in model.names if name != "image")
    judge = kernel_judge(known["image"], _columns(known, names))
    truth = _columns(test, names)
    read = _means(model, test.only("image"), names)
    from_all = judge(_draw(model, test.only(*names)))
    alone = [judge(_draw(model, test.only(name)))[:, k] for k, name in enumerate(names)]
    filled = model.fill_in(test.only(names[0]).tensors)
    others = torch.cat([filled[name].mean for name in names[1:]], 1)
    some = Views({name: one[:500] for name, one in test.tensors.items()})
    sets = {"attributes": names, "all": model.names}
    return {
        "examples": len(test),
        "attribute_from_image": _explained(read, truth, names),
        "image_from_attribute": _explained(torch.stack(alone, 1), truth, names),
        "image_from_attributes": _explained(from_all, truth, names),
        "judge": _explained(judge(test["image"]), truth, names),
        f"with_{names[0]}": {
            "data": _correlations(truth[:, 0], truth[:, 1:], names[1:]),
            "model": _correlations(truth[:, 0], others, names[1:]),
        },
        **_beliefs(model, test, sets),
        "log_p": {
            "image": _mean(joint_log_likelihood(model, _of(some, ["image"]), samples)),
            "attributes": _mean(joint_log_likelihood(model, _of(some, names), samples)),
            "joint": _mean(joint_log_likelihood(model, some.tensors, samples)),
        },
    }


def _batch(data: Views, device: torch.device) -> Views:
    return data.images(torch.arange(len(data))).to(device)


def _of(views: Views, names: Iterable[str]) -> Mapping[str, Tensor]:
    return views.only(*names).tensors


def _columns(views: Views, names: Iterable[str]) -> Tensor:
    return torch.cat([views[name] for name in names], dim=1)


def _singles(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    return {name: (name,) for name in names}


def _share(right: Tensor) -> float:
    return round(float(right.double().mean()), 4)


def _mean(nats: Tensor) -> float:
    return round(float(nats.double().mean()), 3)


def _log_p(model: MultimodalVAE, test: Views, samples: int) -> dict[str, float]:
    joint, image, label = (
        float(joint_log_likelihood(model, _of(test, names), samples).double().mean())
        for names in (test.names, ["image"], ["label"])
    )
    found = {
        "joint": joint,
        "image": image,
        "label": label,
        "label_given_image": joint - image,
        "image_given_label": joint - label,
    }
    return {name: round(nats, 3) for name, nats in found.items()}


def _variety(model: MultimodalVAE, drawn: Tensor, asked: Tensor, test: Views) -> float:
    """How much mean images drawn from a label differ, beside reconstructed ones.

    The variance of a pixel within a class, averaged; as a share of the same of the mean
    images that the test images of the class are reconstructed as.
    """
    z = model.posterior(test.only("image").tensors).rsample()
    seen = model.decoders["image"](z).mean
    found = _within(drawn, asked)
    return round(found / _within(seen, test["label"]), 4) if found else 0.0


def _within(images: Tensor, labels: Tensor) -> float:
    """Pixel variance within a class, averaged over pixels and classes."""
    of_each = [
        images[labels == c].double().var(0, correction=0).mean()
        for c in labels.unique()
    ]
    return float(torch.stack(of_each).mean())


def _label_probabilities(model: MultimodalVAE, given: Views, samples: int) -> Tensor:
    """The mean of p(y | z) over z ~ q(z | given): (B, C)."""
    posterior = model.posterior(given.tensors)
    draws = (model.decoders["label"](posterior.rsample()) for _ in range(samples))
    return sum(one.probs for one in draws) / samples


def _distortion(
    model: MultimodalVAE, test: Views, view: str, given: Iterable[str], samples: int
) -> float:
    posterior = model.posterior(_of(test, given))
    draws = (
        model.decoders[view](posterior.rsample()).log_prob(test[view])
        for _ in range(samples)
    )
    return -float(sum(one.double().mean() for one in draws)) / samples


def _beliefs(
    model: MultimodalVAE, test: Views, sets: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, float]]:
    """Rate and width of q(z | views) by what is given: each view, and some sets."""
    rates, widths = {}, {}
    for given, names in {**sets, **_singles(test.names)}.items():
        posterior = model.posterior(_of(test, names))
        z = posterior.rsample((RATE_SAMPLES,))
        rate = posterior.log_prob(z) - model.prior().log_prob(z)
        rates[given] = _mean(rate)
        # The geometric mean: what volumes are made of.
        widths[given] = round(float(posterior.variance.log().mean().div(2).exp()), 4)
    return {"rate": rates, "width": widths}


def _means(model: MultimodalVAE, given: Views, names: Iterable[str]) -> Tensor:
    """What the model's best guess at z says of some views of one number: (B, K)."""
    z = torch.cat(
        [
            model.posterior(
                {name: x[at : at + 500] for name, x in given.tensors.items()}
            ).mean
            for at in range(0, len(given), 500)
        ]
    )
    return torch.cat([one.mean for one in model.likelihoods(z, names).values()], 1)


def _draw(model: MultimodalVAE, given: Views) -> Tensor:
    """An image for each example, of a draw of z."""
    z = model.posterior(given.tensors).rsample()
    return torch.cat([model.decoders["image"](part).mean for part in z.split(500)])


def _explained(found: Tensor, truth: Tensor, names: Iterable[str]) -> dict[str, float]:
    error = (found - truth).double().square().mean(0)
    shares = 1 - error / truth.double().var(0, correction=0)
    return {
        name: round(share, 4)
        for name, share in zip(names, shares.tolist(), strict=True)
    }


def _correlations(
    one: Tensor, others: Tensor, names: Iterable[str]
) -> dict[str, float]:
    table = torch.corrcoef(torch.cat([one[:, None], others], 1).T.double())
    return {
        name: round(value, 4)
        for name, value in zip(names, table[0, 1:].tolist(), strict=True)
    }
