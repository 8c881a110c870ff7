"""Posteriors that ship: those of the model, and refused when they are not."""

import json

import pytest
import torch
from safetensors.torch import save
from torch.distributions import Independent, Normal, kl_divergence

from vae_lib.data import Digits, ImageSet
from vae_lib.evaluation import rate_per_dimension
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.objectives import NegativeELBO
from vae_lib.zoo import Recipe, posteriors

NAME = "tiny"


def first_digits(count):
    """The first digits of the test set, as bytes."""
    digits = Digits("test")
    pixels = (digits.images(range(count)) * 255).round().to(torch.uint8)
    return ImageSet(pixels, all_labels=digits.labels(range(count)))


def tiny_model():
    torch.manual_seed(0)
    shape = (1, 8, 8)
    encoder, decoder = MLPEncoder(shape, 2, (16,)), MLPDecoder(2, shape, (16,))
    return VAE(encoder, decoder, StandardNormal(2)).eval().requires_grad_(False)


@pytest.fixture
def zoo(tmp_path, monkeypatch):
    """A zoo of one untrained model with ten test images, in a folder of its own."""
    recipe = Recipe(
        model=tiny_model,
        objective=NegativeELBO,
        train=lambda: first_digits(10),
        test=lambda: first_digits(10),
        data="ten digits",
        steps=1,
        batch_size=1,
        learning_rate=1e-3,
        learning_rate_at_end=0.0,
    )
    path = tmp_path / f"{NAME}.json"
    path.write_text(json.dumps({"name": NAME}))
    monkeypatch.setattr(posteriors, "RECIPES", {NAME: recipe})
    monkeypatch.setattr(posteriors, "CARDS", tmp_path)
    monkeypatch.setattr(posteriors, "POSTERIORS", tmp_path / "posteriors")
    monkeypatch.setattr(posteriors, "card", lambda _: json.loads(path.read_text()))
    monkeypatch.setattr(posteriors, "load_model", lambda _: tiny_model())
    return tmp_path


def test_what_is_written_comes_back_as_the_models_own(zoo):
    """Rounded to half precision, they give the model's rate and the data's labels."""
    written = posteriors.write_posteriors(NAME, count=8)
    loaded = posteriors.load_posteriors(NAME)
    images = first_digits(8).images(range(8))
    expected = tiny_model().encode(images)
    torch.testing.assert_close(loaded.means, expected.mean, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(loaded.scales, expected.stddev, rtol=1e-3, atol=1e-4)
    assert torch.equal(loaded.labels, Digits("test").labels(range(8)))
    assert torch.equal(written.means, loaded.means)
    shipped = Independent(Normal(loaded.means, loaded.scales), 1)
    rate = kl_divergence(shipped, tiny_model().prior()).mean()
    expected_rate = rate_per_dimension(tiny_model(), images).sum()
    torch.testing.assert_close(rate, expected_rate, rtol=1e-2, atol=1e-4)


def test_the_card_says_how_many_and_by_which_command(zoo):
    """What the card said before stays on it."""
    posteriors.write_posteriors(NAME, count=8)
    card = json.loads((zoo / f"{NAME}.json").read_text())
    assert card["name"] == NAME
    assert card["posteriors"]["images"] == 8
    assert card["posteriors"]["command"] == "python -m vae_lib.zoo --posteriors tiny"


def test_a_model_trained_again_has_none(zoo):
    """Its new card does not name the old model's posteriors."""
    posteriors.write_posteriors(NAME, count=8)
    (zoo / f"{NAME}.json").write_text(json.dumps({"name": NAME}))
    with pytest.raises(
        ValueError, match=r"names no posteriors; write them with .*tiny"
    ):
        posteriors.load_posteriors(NAME)


def test_a_file_that_is_not_the_cards_is_refused(zoo):
    """Whole but different, or cut short: the text names both checksums."""
    posteriors.write_posteriors(NAME, count=8)
    path = zoo / "posteriors" / f"{NAME}.safetensors"
    content = path.read_bytes()
    for damaged in (content[:-1], save({"means": torch.zeros(8, 2)})):
        path.write_bytes(damaged)
        with pytest.raises(
            ValueError, match=r"is damaged: expected sha256 \w+, got \w+"
        ):
            posteriors.load_posteriors(NAME)


@pytest.mark.parametrize("count", [0, -1, 11])
def test_a_count_beyond_the_images_is_refused(zoo, count):
    """There are ten images, and no card is touched."""
    with pytest.raises(ValueError, match=rf"count must be in \[1, 10\], got {count}"):
        posteriors.write_posteriors(NAME, count=count)
    assert not (zoo / "posteriors").exists()
