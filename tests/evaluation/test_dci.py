import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from evaluation_cases import all_factors, noise, spread
from vae_lib.evaluation import (
    completeness,
    dci_scores,
    disentanglement,
    gradient_boosting,
)
from vae_lib.evaluation.boosting import BinnedBoosting

FACTORS = all_factors(10)


def test_one_dimension_for_one_factor_is_disentangled_and_complete():
    matrix = np.diag([3.0, 1.0, 2.0])
    assert disentanglement(matrix) == 1.0
    assert completeness(matrix) == 1.0


def test_copies_are_disentangled_and_less_complete():
    """Each of five factors in two of ten dimensions: 1 - log 2 / log 10."""
    matrix = np.vstack([np.eye(5), np.eye(5)])
    assert disentanglement(matrix) == 1.0
    expected = 1 - np.log(2) / np.log(10)
    assert completeness(matrix) == pytest.approx(expected, abs=1e-12)


def test_importance_that_is_equal_everywhere_scores_nothing():
    assert disentanglement(np.ones((4, 3))) == pytest.approx(0.0, abs=1e-12)
    assert completeness(np.ones((4, 3))) == pytest.approx(0.0, abs=1e-12)


def test_rows_count_by_what_they_matter():
    """A row of weight 3 on one factor, one of weight 1 on both: (3 * 1 + 1 * 0) / 4."""
    assert disentanglement(np.array([[3.0, 0.0], [0.5, 0.5]])) == pytest.approx(0.75)


def test_dead_dimensions_do_not_count_and_nothing_at_all_is_zero():
    assert disentanglement(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])) == 1.0
    assert disentanglement(np.zeros((3, 2))) == completeness(np.zeros((3, 2))) == 0.0


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones(3), r"importance must have shape \(D, K\) .* got \(3,\)"),
        (np.ones((3, 1)), r"got \(3, 1\)"),
        (np.array([[1.0, -1.0]]), "importance must be finite and non-negative"),
        (np.array([[1.0, np.nan]]), "importance must be finite and non-negative"),
    ],
)
def test_what_is_no_importance_is_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        disentanglement(matrix)


def test_dci_needs_two_factors():
    with pytest.raises(ValueError, match="needs at least 2, got 1"):
        dci_scores(spread(FACTORS), FACTORS[:, :1])


def test_a_dimension_for_each_factor_is_perfect():
    assert dci_scores(spread(FACTORS), FACTORS) == pytest.approx((1, 1, 1), abs=1e-6)


def test_copies_share_importance():
    """Ties between copies are drawn by lot: completeness is 1 - log 2 / log 6."""
    codes = np.hstack([spread(FACTORS), spread(FACTORS)])
    scores = dci_scores(codes, FACTORS)
    assert scores.disentanglement == pytest.approx(1, abs=1e-6)
    # A lot falls unevenly: a third against two thirds is still within .03.
    assert scores.completeness == pytest.approx(1 - np.log(2) / np.log(6), abs=0.05)


def test_dimensions_that_know_nothing_score_nothing():
    """Importance is spread evenly, and accuracy is chance: (1/3 + 1/4 + 1/5) / 3."""
    scores = dci_scores(noise(len(FACTORS), 6), FACTORS)
    assert scores.disentanglement < 0.05
    assert scores.completeness < 0.05
    assert scores.informativeness == pytest.approx(0.261, abs=0.06)


def test_all_codes_dead_matter_for_nothing():
    scores = dci_scores(np.zeros((len(FACTORS), 3)), FACTORS)
    assert scores[:2] == (0.0, 0.0)


@pytest.mark.parametrize("classes", [2, 4])
def test_boosting_is_scikit_learns_where_no_bin_holds_two_values(classes):
    """The same trees, found in another order; float32 sums leave about 1e-6.

    The number of stages is small enough that no two features tie in a node, where
    either library draws lots.
    """
    rng = np.random.default_rng(0)
    codes = rng.integers(20, size=(600, 4)).astype(float)
    labels = (codes[:, 0] // 5 + (codes[:, 1] > 9) + (rng.random(600) < 0.2)).astype(
        int
    )
    labels = labels % classes
    ours = BinnedBoosting(np.random.RandomState(0), stages=10).fit(codes, labels)
    theirs = GradientBoostingClassifier(n_estimators=10, random_state=0)
    theirs.fit(codes, labels)
    np.testing.assert_allclose(
        ours.feature_importances_, theirs.feature_importances_, atol=1e-5
    )
    held = rng.integers(20, size=(300, 4)).astype(float)
    np.testing.assert_array_equal(ours.predict(held), theirs.predict(held))


def test_bins_are_equally_full_where_values_are_many():
    codes = noise(1000, 2)
    ours = BinnedBoosting(np.random.RandomState(0), stages=1, bins=8)
    ours.fit(codes, codes[:, 0] > 0)
    counts = np.bincount(ours._bin(codes)[:, 0])
    assert len(counts) == 8
    assert np.ptp(counts) <= 1


def test_a_code_at_an_edge_goes_where_training_put_it():
    codes = np.array([[0.0], [1.0]] * 50)
    labels = codes[:, 0].astype(int)
    ours = BinnedBoosting(np.random.RandomState(0)).fit(codes, labels)
    found = ours.predict(np.array([[-9.0], [0.49], [0.51], [9.0]]))
    assert found.tolist() == [0, 0, 1, 1]


def test_the_learner_may_be_chosen():
    """One source of random numbers serves one factor after another."""
    factors = FACTORS[:180, :2] // 2
    codes = spread(FACTORS[:180]) + noise(180, 3)
    codes = codes.astype(np.float32)  # as scikit-learn's trees have them
    train, held = slice(0, 120), slice(120, None)
    random_state, matrix, accuracy = np.random.RandomState(5), [], []
    for factor in factors.T:
        plain = GradientBoostingClassifier(random_state=random_state)
        plain.fit(codes[train], factor[train])
        matrix.append(plain.feature_importances_)
        accuracy.append(plain.score(codes[held], factor[held]))
    matrix = np.stack(matrix, axis=1)
    expected = disentanglement(matrix), completeness(matrix), np.mean(accuracy)
    found = dci_scores(
        codes[train],
        factors[train],
        seed=5,
        learner=gradient_boosting,
        test=(codes[held], factors[held]),
    )
    assert found == pytest.approx(expected, abs=1e-12)
