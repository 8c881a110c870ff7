"""Explicitness: closed forms, invariances, and an independent implementation."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evaluation_cases import all_factors, noise, spread
from vae_lib.evaluation import explicitness_score
from vae_lib.evaluation.logistic import fit_logistic

FACTORS = all_factors()
ONE_HOT = np.hstack([np.eye(column.max() + 1)[column] for column in FACTORS.T])
SPIN, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))


def seen(codes, factors=FACTORS):
    """The score on the very points that the machines learned from."""
    return explicitness_score(codes, factors, test=(codes, factors))


def test_a_dimension_for_each_value_is_perfect():
    assert explicitness_score(ONE_HOT, FACTORS) == 1


@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_values_along_a_line_have_explicit_ends_and_a_hidden_middle(count):
    """A plane puts value v above the v below it, or below the others.

    Of count - 1 others it is right on v and wrong on the rest, or the other way round;
    of a value in the middle the area is a half. The second factor is binary, and 1.
    """
    factors = np.stack(np.unravel_index(np.arange(40 * count), (20 * count, 2)), axis=1)
    factors[:, 0] %= count
    ends = np.abs(2 * np.arange(count) / (count - 1) - 1).mean()
    assert seen(factors, factors) == pytest.approx((ends + 1) / 2, abs=1e-12)


def test_rotations_and_copies_cost_nothing():
    """Only the ridge feels them; it moves a few of thousands of pairs."""
    codes = spread(FACTORS) + 0.3 * noise(len(FACTORS), 3)
    expected = seen(codes)
    assert seen(codes @ SPIN) == pytest.approx(expected, abs=2e-3)
    assert seen(np.hstack([codes, codes])) == pytest.approx(expected, abs=2e-3)


def test_noise_lowers_it_to_nothing():
    perfect = ONE_HOT - ONE_HOT.mean(0)
    static = noise(*perfect.shape)
    found = [explicitness_score(perfect + s * static, FACTORS) for s in (0, 0.5, 2, 99)]
    assert found == sorted(found, reverse=True)
    # 400 points in five classes: the areas of noise are within 0.1 of a half.
    assert abs(found[-1]) < 0.15


def test_a_dead_dimension_changes_nothing():
    codes = spread(FACTORS) + noise(len(FACTORS), 3)
    dead = np.hstack([codes, np.full((len(codes), 1), 7.0)])
    assert explicitness_score(dead, FACTORS) == explicitness_score(codes, FACTORS)


def test_a_constant_code_scores_zero():
    assert explicitness_score(np.ones((len(FACTORS), 2)), FACTORS) == 0


def test_a_factor_that_only_pairs_of_dimensions_know_is_not_explicit():
    """Exclusive or: both codes together hold it, and no plane reads it."""
    factors = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]] * 25)
    found = seen(factors[:, :2], factors)
    assert found == pytest.approx(2 / 3, abs=1e-12)


def test_areas_are_those_of_scikit_learn():
    """Machines agree to 1e-5 of a slope, which swaps next to no pairs."""
    codes = spread(FACTORS) + noise(len(FACTORS), 3)
    standard = (codes - codes.mean(0)) / codes.std(0)
    areas = []
    for column in FACTORS.T:
        each = []
        for value in np.unique(column):
            machine = LogisticRegression(tol=1e-10, max_iter=1000)
            machine.fit(standard, column == value)
            scores = machine.decision_function(standard)
            each.append(2 * roc_auc_score(column == value, scores) - 1)
        areas.append(np.mean(each))
    assert seen(codes) == pytest.approx(np.mean(areas), abs=1e-5)


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_machines_are_where_the_slope_vanishes(penalty):
    """The gradient of the convex objective, written out class by class."""
    x = noise(200, 2)
    labels = np.random.default_rng(1).integers(3, size=200)
    slopes, intercepts = fit_logistic(x, labels, 3, penalty)
    for c, (w, b) in enumerate(zip(slopes, intercepts, strict=True)):
        error = 1 / (1 + np.exp(-(x @ w + b))) - (labels == c)
        np.testing.assert_allclose(w + penalty * x.T @ error, 0, atol=1e-6)
        assert abs(penalty * error.sum()) < 1e-6


def test_a_value_missing_on_one_side_is_left_out():
    """Trained on three values, held out two: what is left is as told as before."""
    codes = ONE_HOT[:, :3].repeat(2, axis=0)
    factors = FACTORS[:, :1].repeat(2, axis=0)
    known = factors[:, 0] < 3
    some = known & (factors[:, 0] != 1)
    found = explicitness_score(
        codes[known], factors[known], test=(codes[some], factors[some])
    )
    assert found == 1


def test_held_out_points_of_one_value_have_no_curve():
    one = FACTORS[:, 0] == 0
    with pytest.raises(ValueError, match="points of another; factor 0 has none"):
        explicitness_score(ONE_HOT, FACTORS, test=(ONE_HOT[one], FACTORS[one]))
