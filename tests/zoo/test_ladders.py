"""The ladders' recipes and cards."""

from dataclasses import replace

import pytest
import torch

from vae_lib.data import Faces, ImageSet
from vae_lib.data.face_attributes import FACE_ATTRIBUTES
from vae_lib.evaluation import (
    active_units_per_level,
    importance_weighted_bound,
    rate_per_level,
)
from vae_lib.models import chain_ladder, grid_ladder
from vae_lib.training import seed_everything
from vae_lib.zoo import RECIPES, card, load_model, names
from vae_lib.zoo.face_ladders import FACE_LADDERS, known_from_the_top, loose_faces
from vae_lib.zoo.ladder_measures import measure_ladder
from vae_lib.zoo.ladders import LADDERS
from vae_lib.zoo.train import in_words

SHAPE = (1, 4, 4)
PIXELS = (torch.arange(30 * 16) * 5 % 256).to(torch.uint8).view(30, *SHAPE)
ALL = LADDERS | FACE_LADDERS
SHIPPED = [name for name in names() if name in ALL]


def recipe():
    return replace(
        LADDERS["ladder_mnist_s0"],
        test=lambda: ImageSet(PIXELS),
        measure=measure_ladder,
        seed=3,
    )


def ladder():
    torch.manual_seed(0)
    return chain_ladder(SHAPE, (5, 3), (9, 8)).eval().requires_grad_(False)


def test_a_card_says_what_the_measures_say():
    model = ladder()
    found = measure_ladder(model, recipe(), samples=4, weighted=10)
    images = PIXELS / 255
    assert found["images"] == 30
    # Draws differ: a rate of a hundredth of a nat, thirty images.
    expected = rate_per_level(model, images).tolist()
    assert found["rate_per_level"] == pytest.approx(expected, abs=0.02)
    assert sum(found["rate_per_level"]) == pytest.approx(found["rate"], abs=2e-3)
    assert found["elbo"] == pytest.approx(
        -found["distortion"] - found["rate"], abs=2e-3
    )
    assert found["units_per_level"] == [5, 3]
    units = list(active_units_per_level(model, images))
    assert found["active_units_per_level"] == units
    mean = model.decode(model.encode(images).z)
    error = float((mean - images).square().mean())
    assert found["reconstruction_mse"] == pytest.approx(error, abs=1e-6)
    assert found["elbo_beside"] == {}


def test_the_weighted_bound_of_a_card_is_that_of_the_images_spread_over_the_set():
    model = ladder()
    # The posterior is the prior: weights are likelihoods, none of which is large.
    for message in model.messages:
        message.linear.weight.zero_()
        message.linear.bias.zero_()
    model.messages[0].linear.bias[5:] = 6
    bound = measure_ladder(model, recipe(), samples=2_000, weighted=10)
    bound = bound["importance_weighted_bound"]
    assert (bound["images"], bound["samples"]) == (10, 2_000)
    seed_everything(3)
    again = importance_weighted_bound(model, PIXELS[::3] / 255, 2_000).mean()
    # Two means over ten images of 2,000 draws each, which differ by a nat or so.
    assert bound["nats"] == pytest.approx(float(again), abs=0.05)


def test_sets_beside_are_measured_each_with_its_own_images():
    black = {"train": lambda: ImageSet(PIXELS), "dark": lambda: ImageSet(PIXELS * 0)}
    model = ladder()
    found = measure_ladder(model, recipe(), samples=1, beside=black)
    assert found["elbo_beside"]["train"] == pytest.approx(found["elbo"], abs=0.1)
    dark = measure_ladder(model, replace(recipe(), test=black["dark"]), samples=1)
    assert found["elbo_beside"]["dark"] == pytest.approx(dark["elbo"], abs=0.1)
    assert found["elbo_beside"]["dark"] != pytest.approx(found["elbo"], abs=0.1)


def test_the_flat_model_has_as_many_latents_and_weights_as_the_ladder():
    ladder, flat = (
        LADDERS[f"{name}_mnist_s0"].model().eval() for name in ("ladder", "flat")
    )
    latents = [sum(z.numel() for z in model.sample(1)) for model in (ladder, flat)]
    assert latents == [56, 56]
    weights = [sum(w.numel() for w in model.parameters()) for model in (ladder, flat)]
    assert weights[1] == pytest.approx(weights[0], rel=1e-3)
    assert (ladder.levels, flat.levels) == (3, 1)


@pytest.mark.parametrize("name", ALL)
def test_every_ladder_names_its_prices_so_that_a_card_can(name):
    """No address of a function in the objective's words; as many prices as levels."""
    assert RECIPES[name] is ALL[name]
    objective = ALL[name].objective()
    assert "0x" not in in_words(objective)
    model = ALL[name].model().eval()
    shape = (2, 3, 32, 32) if "faces" in name else (2, 1, 28, 28)
    terms = objective(model, torch.rand(shape)).terms
    assert f"rate_{model.levels}" in terms


@pytest.mark.parametrize("name", SHIPPED)
def test_every_ladder_is_what_its_card_measured(name):
    model, metrics = load_model(name), card(name)["metrics"]
    assert metrics["units_per_level"] == [z[0].numel() for z in model.sample(1)]
    assert len(metrics["rate_per_level"]) == model.levels
    assert sum(metrics["rate_per_level"]) == pytest.approx(metrics["rate"], abs=5e-3)
    bound = metrics["importance_weighted_bound"]
    assert bound["nats"] > metrics["elbo"]
    for active, units in zip(
        metrics["active_units_per_level"], metrics["units_per_level"], strict=True
    ):
        assert 0 <= active <= units
    assert torch.isfinite(model.decode(model.sample(2))).all()


def test_what_is_known_grows_from_the_top_down_and_is_told_by_attribute():
    """Here only the lowest level hears anything: what is above knows nothing."""
    torch.manual_seed(0)
    model = grid_ladder((3, 32, 32), ((1, 8), (4, 1)), width=4).eval()
    bottom, top = (message.convolution for message in model.messages)
    with torch.no_grad():
        top.weight.zero_()
        top.bias.zero_()
        # Loud and exact: a posterior's own noise would drown an untrained message.
        bottom.weight[:1].mul_(100)
        bottom.bias[1:] = -6
    attributes = loose_faces(400, seed=0)
    top, both = known_from_the_top(
        model.requires_grad_(False), Faces(32).render_attributes(attributes), attributes
    )
    assert list(top) == list(both) == list(FACE_ATTRIBUTES)
    # A code that is constant predicts the mean: of 100 faces, 0 within a tenth.
    assert max(map(abs, top.values())) < 0.1
    assert both["background"] > 0.5
    assert both["skin"] > 0.5


def test_loose_faces_have_attributes_that_tell_nothing_of_each_other():
    """Correlations of 10,000 faces: five standard errors are 0.05."""
    attributes = loose_faces(10_000, seed=0)
    off = torch.corrcoef(attributes.T) - torch.eye(16)
    assert off.abs().max() < 0.05
    assert torch.equal(attributes[:5], loose_faces(10_000, seed=0)[:5])
