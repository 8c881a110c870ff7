"""Runs that are compared differ in their objective and seed, and in nothing else."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from vae_lib.data import FactorGrid, ImageSet, Sprites
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.zoo import rivals
from vae_lib.zoo.rivals import OBJECTIVES, RIVALS, SEEDS, published_grid
from vae_lib.zoo.scores import scores


def test_all_else_is_equal():
    names = {f"{method}_dsprites32_s{seed}" for method in OBJECTIVES for seed in SEEDS}
    assert set(RIVALS) == names
    alike = [replace(one, objective=None, test=None, seed=0) for one in RIVALS.values()]
    assert all(one == alike[0] for one in alike)


@pytest.mark.parametrize("method", OBJECTIVES)
def test_every_objective_trains_the_model(method):
    recipe = RIVALS[f"{method}_dsprites32_s0"]
    loss = recipe.objective()(recipe.model(), torch.rand(8, 1, 32, 32))
    assert torch.isfinite(loss.value)
    assert {"distortion", "rate"} <= set(loss.terms)


def test_published_images_are_put_in_the_order_of_their_factors(monkeypatch):
    """The extract is shuffled here; an index must still mean its factors' image."""
    sprites = Sprites()
    whole = torch.cartesian_prod(
        *(
            torch.arange(0, size, stride)
            for size, stride in zip(sprites.sizes, rivals.STRIDES, strict=True)
        )
    )
    shuffled = whole[torch.randperm(len(whole), generator=torch.manual_seed(0))]
    # The position in the full grid, in two bytes and a half, stands in for the image.
    place = sprites.index(shuffled)
    pixels = torch.stack([place // 256**k % 256 for k in range(3)] * 4, 1)
    pixels = pixels.byte().view(-1, 12, 1, 1).expand(-1, -1, 2, 2)

    def load(name, split):
        assert (name, split) == ("dsprites", "grid")
        return ImageSet(pixels, all_factors=shuffled)

    monkeypatch.setattr(rivals, "load", load)
    grid = published_grid()
    assert len(grid) == rivals.IMAGES == 46_080
    chosen = torch.tensor([[0, 0, 0, 0, 0], [2, 5, 9, 15, 15], [1, 3, 7, 2, 11]])
    shown = (255 * grid.images(grid.index(chosen))).round().long()[:, :3, 0, 0]
    expected = sprites.index(chosen * torch.tensor(rivals.STRIDES))
    assert torch.equal(shown @ torch.tensor([1, 256, 256**2]), expected)
    assert np.allclose(grid.values(chosen)[1], [2, 5, 36, 30, 30])


class TwoPixels(FactorGrid):
    """Images that show two of three factors, each as a pixel's grey."""

    def images(self, index: torch.Tensor) -> torch.Tensor:
        """Return images (B, 1, 1, 2)."""
        return (self.factors(index)[:, :2].float() / 6).view(-1, 1, 1, 2)


def test_scores_are_those_of_the_model_and_repeat():
    """An encoder made to copy both pixels knows two of three factors."""
    encoder = MLPEncoder((1, 1, 2), 2, hidden=())
    with torch.no_grad():
        for weight in encoder.parameters():
            weight.zero_()
        weight = next(w for w in encoder.parameters() if w.shape == (4, 2))
        weight[:2] = torch.eye(2)
    model = VAE(encoder, MLPDecoder(2, (1, 1, 2), ()), StandardNormal(2)).eval()
    grid = TwoPixels({"seen": range(4), "also seen": range(5), "unseen": range(6)})
    found = scores(model, grid)
    assert found == scores(model, grid)
    assert found["mig"] == pytest.approx(2 / 3, abs=0.01)
    # Each pixel matters for its own factor and, by chance, half for the unseen one.
    mixed = -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)) / math.log(3)
    assert found["dci_disentanglement"] == pytest.approx(1 - mixed, abs=0.01)
    assert found["modularity"] > 0.99
    # Of three factors one in three votes is a guess between them.
    assert 0.6 < found["factor_vae"] < 0.95
    assert all(0 <= value <= 1 for value in found.values())
