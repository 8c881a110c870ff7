"""What cards of conditional models say, held against what is known of tiny ones."""

import math
from functools import partial

import pytest
import torch

from vae_lib.data import (
    FACE_ATTRIBUTES,
    Conditioned,
    Faces,
    ImageSet,
    Masked,
    WithLabels,
    quadrants,
    x_and_given,
)
from vae_lib.evaluation import elbo, importance_weighted_bound
from vae_lib.objectives import NegativeELBO, RegressionLikelihood
from vae_lib.zoo import RECIPES, Recipe, posteriors
from vae_lib.zoo import conditional as zoo
from vae_lib.zoo.conditional_measures import (
    measure_completion,
    measure_faces_cvae,
    measure_labelled,
)
from vae_lib.zoo.images import GIVEN, described_faces, told

COUNT = 120


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def images():
    """Images that are black but for a stripe in the rows of their class."""
    labels = torch.arange(COUNT) % 10
    pixels = torch.zeros(COUNT, 1, 28, 28, dtype=torch.uint8)
    for row, label in enumerate(labels.tolist()):
        pixels[row, :, 2 * label + 2 : 2 * label + 5] = 255
    return ImageSet(pixels, all_labels=labels)


def recipe(model, data, objective=NegativeELBO):
    return Recipe(
        model=model,
        objective=objective,
        train=data,
        test=data,
        data="stripes",
        steps=1,
        batch_size=1,
        learning_rate=1e-3,
        learning_rate_at_end=1e-3,
    )


def labelled_recipe(latent=2):
    model = partial(zoo._classes_cvae, latent)
    return recipe(model, lambda: WithLabels(images()))


def test_the_bounds_on_a_card_are_those_of_the_evaluation():
    """With the posterior's spread at nothing, every draw of z is the same."""
    one = labelled_recipe()
    model = one.model()
    with torch.no_grad():
        model.encoder.encoder.head.linear.bias[2:] = -12.0
        model.encoder.encoder.head.linear.weight[2:] = 0.0
    found = measure_labelled(model, one, samples=3)
    batch = one.test().images(range(COUNT))
    rate_and_distortion = found["rate"] + found["distortion"]
    assert found["elbo"] == pytest.approx(-rate_and_distortion, abs=2e-3)
    # A rate's closed form against one draw of it: half a nat a dimension and its noise.
    assert elbo(model, batch).mean().item() == pytest.approx(found["elbo"], abs=1.0)
    assert found["images"] == COUNT
    assert sum(found["rate_per_dimension"]) == pytest.approx(found["rate"], abs=1e-2)


def test_a_model_without_z_leaks_nothing_and_a_mean_for_each_class_leaks_all():
    one = labelled_recipe()
    model = one.model()
    with torch.no_grad():
        head = model.encoder.encoder.head.linear
        head.weight.zero_()
        head.bias.zero_()
    nothing = measure_labelled(model, one, samples=2)
    assert nothing["posterior_probe"]["nats"] == pytest.approx(0, abs=1e-3)
    assert nothing["linear_probe"]["nats"] < 0.1
    model.encoder.encoder = _Places()
    everything = measure_labelled(model, one, samples=2)
    assert everything["posterior_probe"]["nats"] == pytest.approx(
        math.log(10), abs=0.01
    )
    assert everything["posterior_probe"]["accuracy"] == 1.0


class _Places(torch.nn.Module):
    """Ten places far apart, one for each class."""

    event_shape = (28 * 28 + 10,)

    def forward(self, x):
        """Read the class off the last ten numbers."""
        mean = torch.stack([x[:, -10:].argmax(1) * 1.0, x[:, 0] * 0], 1)
        normal = torch.distributions.Normal(10 * mean, torch.full_like(mean, 0.1))
        return torch.distributions.Independent(normal, 1)


class _Stripes(torch.nn.Module):
    """Draws what is asked for, or the class after it."""

    def __init__(self, shift) -> None:
        super().__init__()
        self.shift = shift

    def forward(self, _z, y):
        """Certain pixels."""
        all_images = images().images(range(10))
        pixels = all_images[(y + self.shift) % 10]
        bernoulli = torch.distributions.Bernoulli(probs=pixels.clamp(1e-4, 1 - 1e-4))
        return torch.distributions.Independent(bernoulli, 3)


@pytest.mark.parametrize(("shift", "share"), [(0, 1.0), (1, 0.0)])
def test_a_picture_obeys_if_it_looks_like_the_class_that_was_asked_for(shift, share):
    one = labelled_recipe()
    model = one.model()
    model.decoder = _Stripes(shift)
    found = measure_labelled(model, one, samples=2)
    assert found["obeys"] == {"changed": share, "images": 1.0}


def quadrant_recipe(model, objective=NegativeELBO):
    return recipe(model, lambda: Masked(images(), quadrants(3)), objective)


def test_of_three_quadrants_a_fair_coin_pays_for_a_quarter_of_the_pixels():
    """An untrained network with zero weights: 196 ln 2 nats, whatever is measured."""
    fair = 14 * 14 * math.log(2)
    for build, objective, numbers in (
        (
            partial(zoo._completion_network, (8,)),
            RegressionLikelihood,
            ("nats", "kept_nats", "trained_nats", "grey_nats"),
        ),
        (
            partial(zoo._completion_cvae, 2, (8,)),
            NegativeELBO,
            ("nats", "prior_sampled_nats", "distortion"),
        ),
    ):
        one = quadrant_recipe(build, objective)
        model = one.model()
        for weight in model.parameters():
            torch.nn.init.zeros_(weight)
        found = measure_completion(model, one, samples=3, kept=one.test, grey=one.test)
        for name in numbers:
            assert found[name] == pytest.approx(fair, abs=1e-3), name
        assert found["images"] == COUNT


def test_the_nats_of_a_completion_are_those_of_its_importance_weighted_bound():
    one = quadrant_recipe(partial(zoo._completion_cvae, 2, (8,)))
    model = one.model()
    found = measure_completion(model, one, samples=50, kept=one.test, grey=one.test)
    batch = one.test().images(range(COUNT))
    again = -importance_weighted_bound(model, batch, 50).mean().item()
    # Untrained weights are small: 50 draws differ by far less than a tenth of a nat.
    assert found["nats"] == pytest.approx(again, abs=0.1)
    assert found["kept_elbo"] == pytest.approx(found["elbo"], abs=0.5)


def test_models_of_faces_are_told_their_attributes_between_minus_one_and_one():
    faces = Faces(32)
    low = told(faces.usual(smile=-1, age=0, skin=0, hair_length=0, glasses=0, yaw=-1))
    high = told(faces.usual(smile=1, age=1, skin=1, hair_length=1, glasses=1, yaw=1))
    assert low.tolist() == [[-1.0] * len(GIVEN)]
    assert high.tolist() == [[1.0] * len(GIVEN)]
    assert set(GIVEN) < set(FACE_ATTRIBUTES)


def test_described_faces_are_the_drawn_faces_with_their_attributes():
    batch = described_faces(4, seed=3, size=32)
    generator = torch.Generator().manual_seed(3)
    attributes = Faces(32).sample(4, generator=generator)
    assert batch.y.equal(told(attributes))
    expected = Faces(32).render_attributes(attributes)
    assert (batch.x / 255 - expected).abs().max() <= 0.5 / 255 + 1e-6


def test_what_z_tells_of_an_attribute_is_the_share_that_is_linear_in_it():
    """The mean's first latent is the first attribute, beside the posterior's noise."""

    class Reads(torch.nn.Module):
        def forward(self, _x, y):
            mean = torch.zeros(len(y), 24)
            mean[:, 0] = 3 * y[:, 0]
            normal = torch.distributions.Normal(mean, torch.full_like(mean, 1.0))
            return torch.distributions.Independent(normal, 1)

    y = torch.randn(2_000, 6)
    data = Conditioned(torch.zeros(2_000, 3, 64, 64, dtype=torch.uint8), y)
    one = recipe(zoo._faces_cvae, lambda: data)
    model = one.model()
    model.encoder = Reads()
    found = measure_faces_cvae(model, one, limit=2_000, samples=1)["told_of_z"]
    assert found[0] == pytest.approx(0.9, abs=0.03)  # 9 / (9 + 1)
    # A fit of 25 numbers to 1,000 points explains -0.025 of what is not there.
    assert all(abs(share) < 0.08 for share in found[1:])


@pytest.mark.parametrize("name", sorted(zoo.CONDITIONAL))
def test_every_recipe_builds_a_model_that_its_objective_can_judge(name):
    """On blank images: no data set is loaded."""
    one = RECIPES[name]
    model = one.model()
    size = 64 if "faces" in name else 28
    x = torch.zeros(2, 3 if size == 64 else 1, size, size)
    if "quadrants" in name or "completion" in name:
        batch = Conditioned(x, torch.zeros(2, 2, size, size))
    elif size == 64:
        batch = Conditioned(x, torch.zeros(2, len(GIVEN)))
    else:
        batch = Conditioned(x, torch.zeros(2, dtype=torch.int64))
    loss = one.objective()(model, batch)
    loss.value.backward()
    assert torch.isfinite(loss.value)
    # What ships stays below three megabytes in half precision.
    if not one.card_only:
        assert 2 * sum(weight.numel() for weight in model.parameters()) < 3e6


def test_posteriors_of_a_conditional_model_are_those_given_the_class(
    tmp_path, monkeypatch
):
    one = labelled_recipe()
    model = one.model().eval()
    (tmp_path / "tiny.json").write_text('{"name": "tiny"}')
    monkeypatch.setattr(posteriors, "RECIPES", {"tiny": one})
    monkeypatch.setattr(posteriors, "CARDS", tmp_path)
    monkeypatch.setattr(posteriors, "POSTERIORS", tmp_path)
    read = posteriors.json.loads
    monkeypatch.setattr(
        posteriors, "card", lambda _: read((tmp_path / "tiny.json").read_text())
    )
    monkeypatch.setattr(posteriors, "load_model", lambda _: model)
    written = posteriors.write_posteriors("tiny", count=20)
    x, (labels,) = x_and_given(one.test().images(range(20)))
    torch.testing.assert_close(
        written.means, model.encode(x, labels).mean.detach(), rtol=1e-3, atol=1e-4
    )
    assert written.labels.equal(labels)
