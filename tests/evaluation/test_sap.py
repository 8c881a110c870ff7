import numpy as np
import pytest
from sklearn.svm import LinearSVC

from evaluation_cases import all_factors, noise, spread
from vae_lib.evaluation import sap_score, separability
from vae_lib.evaluation.linear_svm import fit_lines

FACTORS = all_factors(100)


@pytest.mark.parametrize("classes", [2, 3, 9])
@pytest.mark.parametrize(("shift", "scale"), [(0, 1), (5, 1), (-1, 0.01), (3, 50)])
def test_lines_are_those_of_the_converged_machine(classes, shift, scale):
    """The objective is strictly convex: its minimum is one, however it is found.

    Scikit-learn's solver stops within about 1e-7 of it, whatever it is asked for.
    """
    rng = np.random.default_rng(0)
    labels = np.concatenate([np.arange(classes), rng.integers(classes, size=400)])
    labels[labels > 1] = labels[labels > 1] // 2 + 1  # classes of different sizes
    labels = np.unique(labels, return_inverse=True)[1]
    x = shift + scale * (labels + rng.normal(size=len(labels)))
    (lines,) = fit_lines(x, labels[:, None], penalty=0.01)
    machine = LinearSVC(
        C=0.01, class_weight="balanced", dual=False, tol=1e-12, max_iter=10**6
    ).fit(x[:, None], labels)
    slope, intercept = machine.coef_[:, 0], machine.intercept_
    if len(slope) == 1:
        slope, intercept = (np.array([-v[0], v[0]]) for v in (slope, intercept))
    np.testing.assert_allclose(lines.slope, slope, atol=1e-6 / scale)
    np.testing.assert_allclose(lines.intercept, intercept, atol=1e-6)
    np.testing.assert_array_equal(lines.predict(x), machine.predict(x[:, None]))


def test_each_column_of_labels_has_its_own_machines():
    x = noise(len(FACTORS), 1)[:, 0] + FACTORS[:, 1]
    together = fit_lines(x, FACTORS, penalty=0.01)
    for k, lines in enumerate(together):
        (alone,) = fit_lines(x, FACTORS[:, k : k + 1], penalty=0.01)
        np.testing.assert_allclose(lines.slope, alone.slope, rtol=1e-12)
        np.testing.assert_allclose(lines.intercept, alone.intercept, rtol=1e-12)


def test_a_constant_feature_has_no_slope():
    for lines in fit_lines(np.zeros(len(FACTORS)), FACTORS, penalty=0.01):
        np.testing.assert_allclose(lines.slope, 0, atol=1e-12)


def test_the_matrix_is_that_of_the_plain_loop():
    codes = spread(FACTORS) + noise(len(FACTORS), 3)
    train, held = slice(0, 4000), slice(4000, None)
    test = codes[held], FACTORS[held]
    found = separability(codes[train], FACTORS[train], test=test)
    for d, column in enumerate(codes.T):
        for k, factor in enumerate(FACTORS.T):
            machine = LinearSVC(C=0.01, class_weight="balanced", dual=False, tol=1e-10)
            machine.fit(column[train, None], factor[train])
            assert found[d, k] == machine.score(column[held, None], factor[held])
    runner_up, best = np.sort(found, axis=0)[-2:]
    expected = float(np.mean(best - runner_up))
    assert sap_score(codes[train], FACTORS[train], test=test) == expected


def test_two_values_and_a_dimension_each_lead_by_a_half():
    """The right dimension is always right, the wrong one half the time."""
    factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 100)
    codes = 10.0 * factors - 5
    assert sap_score(codes, factors, test=(codes, factors)) == pytest.approx(0.5)


def test_copies_have_no_lead():
    codes = spread(FACTORS)
    assert sap_score(np.hstack([codes, codes]), FACTORS) == 0.0


def test_dimensions_that_know_nothing_have_hardly_a_lead():
    """Accuracies differ by their own error: sqrt(.25 / 2000) = .011 at most."""
    assert sap_score(noise(len(FACTORS), 10), FACTORS) < 0.03


def test_a_value_that_training_never_met_counts_as_wrong():
    factors = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    codes = 10.0 * factors - 5
    unknown = codes, factors + 7
    assert (separability(codes, factors, test=unknown) == 0).all()
