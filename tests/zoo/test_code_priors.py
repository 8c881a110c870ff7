"""Priors over codes are trained and measured on the codes of the VQ-VAE they name."""

import math

import pytest
import torch

from vae_lib.data import Digits
from vae_lib.models import CodePrior
from vae_lib.zoo import RECIPES, card, load_model, names
from vae_lib.zoo.code_grids import code_grids
from vae_lib.zoo.code_priors import CODE_PRIORS
from vae_lib.zoo.measures import measure_code_prior

SHIPPED = [name for name in names() if name in CODE_PRIORS]


def test_code_grids_are_the_models_codes_with_the_images_classes():
    digits, every = Digits("test"), torch.arange(360)
    found = code_grids("vq_vae_digits", "test")
    expected = load_model("vq_vae_digits").encode(digits.images(every))
    assert torch.equal(found.x, expected)
    assert torch.equal(found.labels, digits.labels(every))
    assert len(code_grids("vq_vae_digits", "train")) == 1437


def test_there_are_priors_to_test():
    assert "code_prior_digits" in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_prior_is_what_its_card_measured(name):
    """It saves something, each figure follows from the others, and it draws grids."""
    prior, metrics = load_model(name), card(name)["metrics"]
    assert isinstance(prior, CodePrior)
    assert (prior.num_codes, list(prior.grid)) == (metrics["codes"], metrics["grid"])
    uniform = prior.places * math.log(prior.num_codes)
    assert metrics["uniform_nats"] == pytest.approx(uniform, abs=1e-3)
    bits = metrics["nats"] / prior.places / math.log(2)
    assert metrics["bits_per_code"] == pytest.approx(bits, abs=1e-3)
    assert metrics["nats"] < metrics["independent_nats"] < metrics["uniform_nats"]
    labels = None if prior.num_classes is None else torch.tensor([0, 1])
    assert prior.sample(2 if labels is None else labels).shape == (2, *prior.grid)


def test_the_card_of_the_digits_prior_can_be_measured_again():
    """Its images need no download; the weights are those that were measured."""
    name = "code_prior_digits"
    again = measure_code_prior(load_model(name), RECIPES[name])
    found = card(name)["metrics"]
    assert again.keys() == found.keys()
    for key, value in again.items():
        assert value == pytest.approx(found[key], abs=2e-3), key


@pytest.mark.parametrize("name", CODE_PRIORS)
def test_every_recipe_fits_the_codes_of_its_vq_vae(name):
    """As many codes as the codebook has; its data name the model they come from."""
    recipe = CODE_PRIORS[name]
    vq_vae = f"vq_vae_{name.split('_')[2]}"
    assert vq_vae in RECIPES
    assert vq_vae in recipe.data
    assert recipe.model().num_codes == RECIPES[vq_vae].model().num_codes
