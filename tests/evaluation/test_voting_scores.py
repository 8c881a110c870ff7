import importlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from evaluation_cases import Numbers
from vae_lib.data import Sprites
from vae_lib.evaluation import beta_vae_score, factor_vae_score
from vae_lib.evaluation.vote_pool import VotePool, encode_pool

SCORES = [factor_vae_score, beta_vae_score]
both = pytest.mark.parametrize("score", SCORES, ids=lambda s: s.__name__)
SIZES = (4, 5, 6)
FEW = {"train_votes": 600, "test_votes": 300, "batch_size": 16}
SCALE = torch.tensor([3.0, 4.0, 5.0])


def ideal(images):
    """Read the factors off the pixels, each from 0 to 1."""
    return images.flatten(1) / SCALE


def noisy(images):
    """Codes that do not depend on the image."""
    generator = torch.Generator().manual_seed(int(images.sum()))
    return torch.randn(len(images), 6, generator=generator)


@both
def test_a_dimension_for_each_factor_is_perfect(score):
    assert score(ideal, Numbers(*SIZES), **FEW) == 1.0


@both
def test_copies_are_no_worse(score):
    def twice(images):
        return torch.cat([ideal(images), ideal(images)], dim=1)

    assert score(twice, Numbers(*SIZES), **FEW) == 1.0


@both
def test_codes_that_know_nothing_score_by_chance(score):
    """One in three, within three standard errors of 300 votes and a little luck."""
    assert score(noisy, Numbers(*SIZES), **FEW) == pytest.approx(1 / 3, abs=0.1)


@both
def test_the_order_and_sign_of_dimensions_do_not_matter(score):
    def moved(images):
        return -ideal(images)[:, [2, 0, 1]]

    assert score(moved, Numbers(*SIZES), **FEW) == 1.0


def test_relative_variance_forgives_the_scale_of_a_dimension():
    def scaled(images):
        return ideal(images) * torch.tensor([1.0, 100.0, 0.5])

    grid = Numbers(*SIZES)
    assert factor_vae_score(scaled, grid, **FEW) == 1.0


def test_a_rotation_confuses_the_stillest_dimension_more_than_the_regression():
    turn = torch.linalg.qr(
        torch.randn(3, 3, generator=torch.Generator().manual_seed(0))
    )

    def rotated(images):
        return (ideal(images) - 0.5) @ turn.Q

    grid = Numbers(*SIZES)
    assert factor_vae_score(rotated, grid, **FEW) < 0.9
    assert beta_vae_score(rotated, grid, **FEW) > factor_vae_score(rotated, grid, **FEW)


@both
def test_dead_codes_have_nothing_to_vote_with(score):
    def dead(images):
        return torch.ones(len(images), 4)

    assert score(dead, Numbers(*SIZES), **FEW) == 0.0


def test_a_dimension_below_the_threshold_is_pruned():
    """Two dimensions of standard deviation .3 stay; one of .003 goes, and its factor.

    Its votes fall to the others by chance: of two thirds of the votes all are right.
    """

    def faint(images):
        return ideal(images) * torch.tensor([1.0, 1.0, 0.01])

    grid = Numbers(*SIZES)
    assert factor_vae_score(faint, grid, **FEW) == pytest.approx(2 / 3, abs=0.1)
    assert factor_vae_score(faint, grid, prune=0.0, **FEW) == 1.0
    assert factor_vae_score(faint, grid, prune=10.0, **FEW) == 0.0


def test_a_still_dimension_wins_no_vote_even_unpruned():
    def still(images):
        return torch.cat([ideal(images), torch.zeros(len(images), 1)], dim=1)

    assert factor_vae_score(still, Numbers(*SIZES), prune=0.0, **FEW) == 1.0


@both
def test_every_image_of_a_grid_that_fits_is_encoded_once(score):
    grid = Numbers(*SIZES)
    score(ideal, grid, **FEW)
    assert grid.encoded == 4 * 5 * 6


@both
def test_of_a_grid_that_does_not_fit_only_the_pool_is_encoded(score):
    grid = Numbers(10, 10, 20)
    scale = torch.tensor([9.0, 9.0, 19.0])
    assert score(lambda x: x.flatten(1) / scale, grid, pool=500, **FEW) == 1.0
    assert grid.encoded == 500


@both
def test_a_factor_of_one_value_is_held(score):
    """It neither lowers the score of a perfect code nor is it voted on."""
    grid = Numbers(4, 1, 6)
    assert score(lambda x: x.flatten(1)[:, [0, 2]] / 5, grid, **FEW) == 1.0


@both
def test_arrays_are_as_good_as_tensors_and_seeds_repeat(score):
    grid = Numbers(*SIZES)
    turn = torch.tensor([[0.8, 0.6, 0.0], [-0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
    found = [
        score(encode, grid, seed=seed, **FEW)
        for encode in (
            lambda x: ideal(x) @ turn,
            lambda x: (ideal(x) @ turn).numpy(),
        )
        for seed in (0, 1)
    ]
    assert found[:2] == found[2:]


@both
def test_the_scores_run_on_sprites(score):
    """The centre of mass tells both positions, and nothing of the other factors."""
    place = torch.linspace(-1, 1, 16)

    def centre(images):
        mass = images.sum((1, 2, 3))
        across = (images.sum((1, 2)) * place).sum(1) / mass
        down = (images.sum((1, 3)) * place).sum(1) / mass
        return torch.stack([across, down], dim=1)

    found = score(centre, Sprites(16), pool=3000, **FEW)
    assert 0.35 < found < 0.85


def test_points_that_share_a_factor_are_drawn_evenly():
    """Of 12 points, 3 for each value: each of the 3 about a third of the time."""
    factors = np.stack(np.unravel_index(np.arange(12), (3, 4)), axis=1)
    pool = VotePool(np.zeros((12, 2)), factors)
    drawn = pool.alike(np.array([[5]]), 1, (1, 3000), np.random.default_rng(0))
    assert (factors[drawn[0], 1] == factors[5, 1]).all()
    counts = np.bincount(factors[drawn[0], 0])
    # Binomial: standard deviation 26.
    np.testing.assert_allclose(counts, 1000, atol=100)


@both
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_votes": 0}, "train_votes must be an integer of at least 1, got 0"),
        ({"test_votes": 1.5}, "test_votes must be an integer of at least 1, got 1.5"),
        ({"pool": 0}, "pool must be an integer of at least 1, got 0"),
        ({"pool": 95}, "must hold at least batch_size x 6 = 96 images, got 95"),
    ],
)
def test_wrong_counts_are_refused(score, changed, message):
    with pytest.raises(ValueError, match=message):
        score(ideal, Numbers(*SIZES), **(FEW | changed))


@both
@pytest.mark.parametrize(
    ("encode", "message"),
    [
        (lambda x: SimpleNamespace(mean=x), "got SimpleNamespace: of a posterior take"),
        (lambda x: x, r"encoded images must have shape \(N, D\) .* got"),
        (
            lambda x: x.flatten(1)[:1],
            r"a code for each of 120 images, got shape \(1, 3\)",
        ),
        (lambda x: x.flatten(1) / 0, "encoded images must be finite"),
    ],
)
def test_wrong_codes_are_refused(score, encode, message):
    with pytest.raises(ValueError, match=message):
        score(encode, Numbers(*SIZES), **FEW)


@both
def test_a_vote_needs_two_factors_to_choose_from(score):
    with pytest.raises(ValueError, match=r"at least 2 values, got sizes \(4, 1\)"):
        score(lambda x: x.flatten(1), Numbers(4, 1), **FEW)


def test_a_variance_needs_two_images():
    with pytest.raises(ValueError, match="batch_size >= 2, got 1"):
        factor_vae_score(ideal, Numbers(*SIZES), batch_size=1)


@pytest.mark.parametrize("prune", [-0.1, float("nan")])
def test_the_threshold_is_not_negative(prune):
    with pytest.raises(ValueError, match="prune must be non-negative"):
        factor_vae_score(ideal, Numbers(*SIZES), prune=prune)


def test_a_regression_needs_two_factors_among_its_votes():
    with pytest.raises(ValueError, match=r"train_votes must be enough .* got 1"):
        beta_vae_score(ideal, Numbers(*SIZES), train_votes=1)


@pytest.mark.parametrize("name", ["factor_vae_score", "beta_vae_score"])
def test_the_encoder_is_asked_for_no_gradients(name):
    score = getattr(importlib.import_module("vae_lib.evaluation"), name)
    asked = []

    def encode(images):
        asked.append(torch.is_grad_enabled())
        return ideal(images)

    score(encode, Numbers(*SIZES), **FEW)
    assert not any(asked)


def test_the_pool_keeps_codes_and_factors_together():
    pool = encode_pool(ideal, Numbers(*SIZES), 70, 4, np.random.default_rng(0))
    np.testing.assert_allclose(
        pool.codes, pool.factors / SCALE.numpy(), rtol=0, atol=1e-6
    )
