"""Runs of a seed share their labelled images, and cards say what was counted."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.distributions import Categorical

from vae_lib.data import Binarized, ImageSet, Labelled, few_of_each_class
from vae_lib.evaluation import few_label_errors
from vae_lib.models import M2, VAE, StandardNormal, UniformClasses
from vae_lib.networks import (
    DiagonalGaussian,
    LabelledMLPDecoder,
    LabelledMLPEncoder,
    MLPDecoder,
    MLPEncoder,
)
from vae_lib.objectives import NegativeELBO
from vae_lib.zoo import RECIPES, Recipe, semi_supervised_measures
from vae_lib.zoo.latents import latents
from vae_lib.zoo.semi_supervised import (
    LABEL_COUNTS,
    SEMI_SUPERVISED,
    m1_name,
    seeds_of,
)
from vae_lib.zoo.semi_supervised_measures import (
    labelled_images,
    measure_classifier,
    measure_m1,
    measure_m2,
    measure_network,
)

SHAPE = (1, 3, 4)


@pytest.fixture
def two_digits(monkeypatch):
    """Sixty images of two classes in MNIST's place: dark ones, and bright ones."""
    torch.manual_seed(0)
    labels = torch.arange(60) % 2
    grey = 0.4 * torch.rand(60, *SHAPE) + 0.6 * labels.view(-1, 1, 1, 1)
    images = ImageSet((255 * grey).round().byte(), all_labels=labels)
    monkeypatch.setattr(semi_supervised_measures, "load", lambda *_, **__: images)
    semi_supervised_measures.grey_images.cache_clear()
    yield images
    semi_supervised_measures.grey_images.cache_clear()


def recipe(measure, test, seed=0):
    return Recipe(
        model=nn.Identity,
        objective=NegativeELBO,
        train=lambda: test,
        test=lambda: test,
        data="made up",
        steps=1,
        batch_size=2,
        learning_rate=1.0,
        learning_rate_at_end=1.0,
        seed=seed,
        measure=measure,
    )


class ByBrightness(nn.Module):
    """Class 1 for a bright image, surely; it has a weight, so that it has a device."""

    def __init__(self) -> None:
        super().__init__()
        self.sureness = nn.Parameter(torch.tensor(1e3))

    def forward(self, x):
        """Return q(y | x)."""
        bright = x.flatten(1).mean(1) - 0.5
        return Categorical(logits=self.sureness * torch.stack([-bright, bright], 1))


def test_a_classifiers_card_counts_its_mistakes(two_digits):
    """Six of thirty images of class 1 are called 0 on purpose."""
    test = semi_supervised_measures.grey_images("test")
    wrong = test.labels.clone()
    wrong[1:12:2] = 0
    made = recipe(measure_classifier, Labelled(test.x, wrong))
    found = measure_classifier(ByBrightness(), replace(made, train=lambda: test))
    assert found == measure_network(ByBrightness(), made) | {
        "errors_percent": found["errors_percent"]
    }
    assert found["images"] == 60
    assert found["error_percent"] == 10
    assert found["error_percent_of_each_class"] == [round(100 * 6 / 36, 2), 0]
    assert found["errors_percent"] == {"nearest": 10, "logistic": 10, "svm": 10}


def test_an_m2s_card_says_what_its_classifier_and_its_decoder_do(two_digits):
    test = semi_supervised_measures.grey_images("test")
    head = DiagonalGaussian(4, 12)
    model = M2(
        ByBrightness(),
        LabelledMLPEncoder((12,), 2, 2, (4,)),
        LabelledMLPDecoder(2, 2, head, (4,)),
        UniformClasses(2),
        StandardNormal(2),
    ).eval()
    with torch.no_grad():
        # A decoder deaf to its class: no class is worse than another.
        model.decoder.trunk.of_class.weight.zero_()
        model.encoder.trunk.of_class.weight.zero_()
        model.encoder.head.linear.weight.zero_()
        model.encoder.head.linear.bias[2:] = -12
    codes = Labelled(test.x.flatten(1), test.labels)
    found = measure_m2(model, recipe(measure_m2, codes), few=20)
    assert found["error_percent"] == 0
    assert found["entropy_nats"] == 0
    assert found["percent_given_each_class"] == [50, 50]
    # Draws of z with a scale of exp(-12) still differ in the fourth digit.
    assert found["nats_of_a_wrong_class"] == pytest.approx(0, abs=1e-3)


def test_nats_of_a_wrong_class_are_counted_over_the_others(monkeypatch):
    """Bounds of -3 for the own class, -5 and -6 for the others: 2.5 nats."""
    labels = torch.tensor([0, 1, 2, 1])
    bounds = torch.tensor([[-5.0, -6.0], [-5.0, -6.0], [-5.0, -6.0], [-5.0, -6.0]])
    full = torch.full((4, 3), -3.0)
    full[torch.arange(3) != labels[:, None]] = bounds.flatten()

    class Model(nn.Module):
        num_classes = 3
        weight = nn.Parameter(torch.zeros(()))

        def classify(self, _x):
            return Categorical(probs=torch.eye(3)[[0, 1, 2, 2]])

    monkeypatch.setattr(
        semi_supervised_measures, "bound_of_each_class", lambda *_: full
    )
    model = Model()
    model.register_parameter("one", nn.Parameter(torch.zeros(())))
    found = measure_m2(model, recipe(measure_m2, Labelled(torch.zeros(4, 1), labels)))
    assert found["nats_of_a_wrong_class"] == 2.5
    assert found["error_percent"] == 25
    assert found["percent_given_each_class"] == [25, 25, 50]


@torch.no_grad()
def test_an_m1s_card_has_errors_of_codes(two_digits):
    torch.manual_seed(0)
    model = VAE(MLPEncoder(SHAPE, 2), MLPDecoder(2, SHAPE), StandardNormal(2)).eval()
    found = measure_m1(model, recipe(measure_m1, two_digits), counts=(2, 10))
    assert found["images"] == 60
    codes, labels = (
        model.encode(two_digits.images(range(60))).mean,
        torch.arange(60) % 2,
    )
    for count in (2, 10):
        chosen = few_of_each_class(labels, count, 0)
        expected = few_label_errors(codes[chosen], labels[chosen], codes, labels)
        rounded = {name: round(value, 2) for name, value in expected.items()}
        assert found["errors_percent"][str(count)] == rounded


def test_latents_are_the_models_posteriors_drawn_anew(monkeypatch, two_digits):
    torch.manual_seed(0)
    model = VAE(MLPEncoder(SHAPE, 2), MLPDecoder(2, SHAPE), StandardNormal(2)).eval()
    made = recipe(measure_m1, Binarized(two_digits))
    monkeypatch.setitem(RECIPES, "made", made)
    monkeypatch.setattr("vae_lib.zoo.load.load_model", lambda _name: model)
    found = latents("made", "train")
    posterior = model.encode(two_digits.images(range(60)))
    assert torch.equal(found.means, posterior.mean)
    assert torch.equal(found.scales, posterior.stddev)
    assert torch.equal(found.labels(range(60)), two_digits.all_labels)
    draws = torch.stack([found.images([3, 5]) for _ in range(2_000)])
    # Five standard errors of 2,000 draws with scales near 1.
    torch.testing.assert_close(draws.mean(0), found.means[[3, 5]], atol=0.12, rtol=0)
    assert len(found) == 60


def test_runs_of_a_seed_are_told_the_same_images(two_digits):
    """And its fewer labels are among its more."""
    few, again = labelled_images(4, 1), labelled_images(4, 1)
    assert torch.equal(few.x, again.x)
    assert few.labels.bincount().tolist() == [2, 2]
    more = labelled_images(20, 1)
    assert all(any(torch.equal(x, other) for other in more.x) for x in few.x)
    assert not torch.equal(few.x, labelled_images(4, 2).x)


def test_shifted_images_are_those_told_with_their_classes(two_digits):
    train = SEMI_SUPERVISED["shifted_mnist_l10_s0"].train
    told, moved = labelled_images(10, 0), train()
    assert len(moved) == 25 * 10
    assert torch.equal(moved.x.view(25, 10, *SHAPE)[12], told.x)
    assert torch.equal(moved.labels.view(25, 10), told.labels.expand(25, 10))


def test_there_is_a_run_of_each_kind_for_each_count_and_seed():
    """Of M2, which takes longest, for a hundred labels only."""
    names = {m1_name(seed) for seed in range(5)}
    for kind in ("classifier", "shifted", "m2", "m1_m2"):
        for count in LABEL_COUNTS if kind != "m2" else (100,):
            names |= {f"{kind}_mnist_l{count}_s{k}" for k in seeds_of(count)}
    assert set(SEMI_SUPERVISED) == names
    # The page draws with M1 and M1+M2, and tells of the others.
    ship = {name for name, one in SEMI_SUPERVISED.items() if not one.card_only}
    assert {name.split("_mnist")[0] for name in ship} == {"m1", "m1_m2"}
    assert len(seeds_of(100)) == 5
    assert all(one.seed == int(name[-1]) for name, one in SEMI_SUPERVISED.items())


@pytest.mark.parametrize("kind", ["classifier", "shifted", "m2", "m1_m2"])
def test_runs_of_a_kind_differ_in_their_labels_and_seed_alone(kind):
    free = {"train": None, "test": None, "data": "", "seed": 0, "objective": None}
    runs = [
        one for name, one in SEMI_SUPERVISED.items() if name.startswith(kind + "_m")
    ]
    alike = [replace(one, **free) for one in runs]
    assert all(one == alike[0] for one in alike)
    assert len({repr(one.objective()) for one in runs}) == 1


@pytest.mark.parametrize("kind", ["m2", "m1_m2"])
def test_every_model_trains(kind):
    made = SEMI_SUPERVISED[f"{kind}_mnist_l100_s0"]
    model = made.model()
    event = (1, 28, 28) if kind == "m2" else (50,)
    batch = Labelled(torch.rand(4, *event), torch.tensor([-1, 3, -1, 9]))
    loss = made.objective()(model, batch)
    loss.value.backward()
    assert torch.isfinite(loss.value)
    assert all(w.grad is not None for w in model.parameters())
