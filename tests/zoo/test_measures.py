"""What a card says of a VQ-VAE, against the same counted by hand."""

import math

import pytest
import torch
from torch import nn

from vae_lib.data import ImageSet
from vae_lib.evaluation import codebook_usage, perplexity
from vae_lib.models import VQVAE
from vae_lib.networks import Gaussian, VectorQuantizer
from vae_lib.objectives import VectorQuantized
from vae_lib.zoo import Recipe
from vae_lib.zoo.measures import measure_vq_vae, spread_images

SCALE = 0.5


def black_and_white():
    """Latents are pixels, and pixels latents; codes 0, 1 and 2, of which two do."""
    quantizer = VectorQuantizer(3, 1)
    with torch.no_grad():
        quantizer.codebook.copy_(torch.tensor([[0.0], [1.0], [2.0]]))
    return VQVAE(nn.Identity(), quantizer, Gaussian(SCALE)).eval()


def recipe(pixels):
    return Recipe(
        model=black_and_white,
        objective=VectorQuantized,
        train=lambda: ImageSet(pixels),
        test=lambda: ImageSet(pixels),
        data="made up",
        steps=1,
        batch_size=2,
        learning_rate=1.0,
        learning_rate_at_end=1.0,
        measure=measure_vq_vae,
    )


def test_a_card_says_what_counting_says():
    """Pixels 0 and 1 but for one grey of 0.2: an error of 0.04 in 80 pixels."""
    pixels = torch.zeros(20, 1, 2, 2, dtype=torch.uint8)
    pixels[::4] = 255
    pixels[1, 0, 0, 0] = 51
    found = measure_vq_vae(black_and_white(), recipe(pixels))
    images = pixels / 255
    codes = images.round().long()
    assert found["images"] == 20
    assert found["reconstruction_mse"] == pytest.approx(0.04 / 80)
    variance = float(images.var(correction=0))
    assert found["normalised_mse"] == pytest.approx(0.04 / 80 / variance, abs=1e-4)
    constant = 4 * math.log(SCALE * math.sqrt(2 * math.pi))
    assert found["distortion"] == pytest.approx(
        constant + 0.04 / (2 * SCALE**2) / 20, abs=1e-3
    )
    assert found["uniform_rate"] == pytest.approx(4 * math.log(3), abs=1e-3)
    assert (found["codes"], found["grid"]) == (3, [2, 2])
    assert found["codebook_usage"] == round(codebook_usage(codes, 3), 4)
    assert found["perplexity"] == round(perplexity(codes, 3), 1)
    # The first tenth of the images is the one batch of two.
    assert found["perplexity_of_a_batch"] == round(perplexity(codes[:2], 3), 1)


@pytest.mark.parametrize("limit", [1, 3, 10, 99])
def test_images_are_spread_over_the_set(limit):
    pixels = torch.arange(10, dtype=torch.uint8).view(10, 1, 1, 1)
    found = (255 * spread_images(ImageSet(pixels), limit)).round().flatten().tolist()
    assert len(found) == min(limit, 10)
    assert found == sorted(set(found))
    assert found[0] == 0
    assert found[-1] >= 10 - 10 / len(found) - 1
