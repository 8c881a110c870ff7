"""Two levels against one, and what the card of two levels says, counted by hand."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

import vae_lib.zoo.load as loading
from vae_lib.data import ImageSet
from vae_lib.evaluation import perplexity
from vae_lib.models import VQVAE2, CodePrior
from vae_lib.networks import Gaussian, IndependentCodes, VectorQuantizer
from vae_lib.zoo import RECIPES, card, load_model, names
from vae_lib.zoo.code_grids import level_grids
from vae_lib.zoo.measures import measure_code_prior
from vae_lib.zoo.train import train
from vae_lib.zoo.vq_vae_2 import (
    ALONE,
    ONE_LEVEL,
    TWO_LEVELS,
    VQ_VAE_2,
    measure_vq_vae_2,
)

SCALE = 0.5
SHIPPED = [name for name in names() if name in VQ_VAE_2]


class Sum(nn.Module):
    """What both levels say, added up."""

    def __init__(self) -> None:
        super().__init__()
        self.likelihood = Gaussian(SCALE)

    def forward(self, both: torch.Tensor) -> torch.distributions.Distribution:
        """Describe (B, 1, H, W) by (B, 2, H, W)."""
        return self.likelihood(both.sum(1, keepdim=True))


def residual():
    """The top says what the block's mean rounds to, the bottom what is missing."""
    difference = nn.Conv2d(2, 1, 1, bias=False)
    top, bottom = VectorQuantizer(2, 1), VectorQuantizer(3, 1)
    with torch.no_grad():
        difference.weight.copy_(torch.tensor([1.0, -1.0]).view(1, 2, 1, 1))
        top.codebook.copy_(torch.tensor([[0.0], [1.0]]))
        bottom.codebook.copy_(torch.tensor([[-1.0], [0.0], [1.0]]))
    return VQVAE2(
        encoder=nn.Identity(),
        top_encoder=nn.AvgPool2d(2),
        top_quantizer=top,
        top_decoder=nn.Upsample(scale_factor=2),
        bottom_encoder=difference,
        bottom_quantizer=bottom,
        decoder=Sum(),
    ).eval()


# Ten white images, ten black ones with a white pixel and another of 0.2.
PIXELS = torch.zeros(20, 1, 2, 2, dtype=torch.uint8)
PIXELS[::2] = 255
PIXELS[1::2, :, 0, 0] = 255
PIXELS[1::2, :, 0, 1] = 51
RECIPE = replace(
    VQ_VAE_2[TWO_LEVELS],
    model=residual,
    train=lambda: ImageSet(PIXELS),
    test=lambda: ImageSet(PIXELS),
    steps=2,
    batch_size=4,
)


def test_a_card_of_two_levels_says_what_counting_says():
    found = measure_vq_vae_2(residual(), RECIPE)
    images = PIXELS / 255
    variance = float(images.var(correction=0))
    constant = 4 * math.log(SCALE * math.sqrt(2 * math.pi))
    assert found["images"] == 20
    assert found["reconstruction_mse"] == pytest.approx(0.04 / 8)
    assert found["normalised_mse"] == pytest.approx(0.04 / 8 / variance, abs=1e-4)
    missed = 0.04 / 2 / (2 * SCALE**2)
    assert found["distortion"] == pytest.approx(constant + missed, abs=1e-3)
    uniform = math.log(2) + 4 * math.log(3)
    assert found["uniform_rate"] == pytest.approx(uniform, abs=2e-3)
    top, bottom = found["top"], found["bottom"]
    assert (top["codes"], top["grid"]) == (2, [1, 1])
    assert (bottom["codes"], bottom["grid"]) == (3, [2, 2])
    assert (top["perplexity"], top["codebook_usage"]) == (2, 1)
    # Of 80 codes 10 say "one more", 70 "nothing"; none says "one less".
    assert bottom["codebook_usage"] == pytest.approx(2 / 3, abs=1e-4)
    ones = torch.tensor([2] * 10 + [1] * 70)
    assert bottom["perplexity"] == round(perplexity(ones, 3), 1)


def test_a_shuffled_level_costs_what_another_images_codes_get_wrong():
    """Every image's neighbour is of the other kind.

    The other's top turns white 0 to 1 or 1 to 0 in all four pixels; what lies outside
    [0, 1] is clamped. The other's bottom moves one pixel only.
    """
    found = measure_vq_vae_2(residual(), RECIPE)
    # White as black: four errors of 1. The other: pixels 2, 1, 1, 1 for 1, 0.2, 0, 0.
    top = (4 * 1 + 0.64 + 1 + 1) / 2 / 4
    assert found["top_shuffled"]["reconstruction_mse"] == pytest.approx(top, abs=1e-6)
    # White with one pixel of 2: clamped to 1. The other: its white pixel is missing.
    bottom = (0 + 1 + 0.04) / 2 / 4
    shuffled = found["bottom_shuffled"]
    assert shuffled["reconstruction_mse"] == pytest.approx(bottom, abs=1e-6)
    # Nats are not clamped: one pixel off by 1 in each image.
    nats = shuffled["distortion"] - found["distortion"]
    assert nats == pytest.approx(1 / (2 * SCALE**2), abs=2e-3)


def test_the_top_alone_is_measured_if_the_model_has_learned_to_use_it_so():
    """White is all top; of the other kind the pixels of 1 and 0.2 are missing."""
    model = residual()
    assert "top_alone" not in measure_vq_vae_2(model, RECIPE)
    model.top_alone = 0.1
    found = measure_vq_vae_2(model, RECIPE)["top_alone"]
    assert found["reconstruction_mse"] == pytest.approx(1.04 / 8, abs=1e-6)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A zoo of one model with two levels, in a folder of its own."""
    monkeypatch.setitem(RECIPES, "tiny", RECIPE)
    train("tiny", tmp_path)
    monkeypatch.setattr(loading, "WEIGHTS", tmp_path)
    monkeypatch.setattr(loading, "CARDS", tmp_path)
    level_grids.cache_clear()
    yield tmp_path
    level_grids.cache_clear()


def test_level_grids_are_the_models_codes_each_bottom_with_its_top(tiny):
    found = level_grids("tiny", "test")
    top, bottom = load_model("tiny").encode(PIXELS / 255)
    assert torch.equal(found.x, bottom)
    assert torch.equal(found.labels, top)


def test_a_prior_given_the_top_is_measured_against_codes_that_know_nothing(tiny):
    """Independent codes are counted place by place, whatever lies above."""
    codes, grid = 3, (2, 2)
    network = RECIPES["vq_vae_2_prior_bottom"].model().network
    small = type(network)(codes, grid, 2, class_grid=(1, 1), width=8, heads=2)
    prior = CodePrior(small, codes, grid, 2).eval()
    recipe = replace(
        RECIPES["vq_vae_2_prior_bottom"],
        train=lambda: level_grids("tiny", "train"),
        test=lambda: level_grids("tiny", "test"),
    )
    found = measure_code_prior(prior, recipe)
    grids = level_grids("tiny", "test")
    nats = -prior.log_prob(grids.x, grids.labels).mean().item()
    assert found["nats"] == pytest.approx(nats, abs=1e-3)
    counted = IndependentCodes(codes, grid)
    counted.count(grids.x)
    alone = -CodePrior(counted, codes, grid).log_prob(grids.x).mean().item()
    assert found["independent_nats"] == pytest.approx(alone, abs=1e-3)


def test_both_models_may_use_as_many_bits_and_about_as_many_weights():
    two, one = (RECIPES[name].model() for name in (TWO_LEVELS, ONE_LEVEL))
    x = torch.rand(1, 3, 64, 64)
    bits = [
        codes.numel() * math.log2(count)
        for codes, count in zip(two.eval().encode(x), two.num_codes, strict=True)
    ]
    assert bits == [512, 1536]
    assert one.eval().encode(x).numel() * math.log2(one.num_codes) == sum(bits)
    counts = [
        sum(w.numel() for w in model.state_dict().values()) for model in (two, one)
    ]
    assert counts[1] == pytest.approx(counts[0], rel=0.05)


@pytest.mark.parametrize(
    ("name", "model", "level"),
    [
        ("vq_vae_2_prior_top", ALONE, 0),
        ("vq_vae_2_prior_bottom", ALONE, 1),
        ("vq_vae_one_level_prior", ONE_LEVEL, None),
    ],
)
def test_every_prior_fits_the_codes_of_its_level(name, model, level):
    recipe, vq_vae = RECIPES[name], RECIPES[model].model().eval()
    codes, count = vq_vae.encode(torch.rand(2, 3, 64, 64)), vq_vae.num_codes
    assert model in recipe.data
    prior = recipe.model()
    grids = codes if level is None else codes[level]
    assert prior.num_codes == (count if level is None else count[level])
    labels = codes[0] if prior.num_classes is not None else None
    nats = -prior.log_prob(grids, labels)
    # Untrained, it knows next to nothing.
    uniform = torch.full((2,), prior.places * math.log(prior.num_codes))
    torch.testing.assert_close(nats.detach(), uniform, rtol=0.3, atol=0)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_card_of_these_adds_up(name):
    """Priors save, and less than all there is; shuffled codes are worse than none."""
    metrics = card(name)["metrics"]
    if "nats" in metrics:
        assert metrics["nats"] < metrics["independent_nats"] < metrics["uniform_nats"]
        return
    if "top" not in metrics:
        return
    levels = metrics["top"], metrics["bottom"]
    total = sum(level["uniform_rate"] for level in levels)
    assert metrics["uniform_rate"] == pytest.approx(total, abs=1e-2)
    for shuffled in ("top_shuffled", "bottom_shuffled"):
        assert metrics[shuffled]["distortion"] > metrics["distortion"]
        assert metrics[shuffled]["psnr"] < metrics["psnr"]
