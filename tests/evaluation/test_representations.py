"""What all scores of codes and factors have in common: invariances and refusals."""

import numpy as np
import pytest
import torch

from evaluation_cases import all_factors, noise, spread
from vae_lib.evaluation import (
    dci_scores,
    explicitness_score,
    mig_score,
    modularity_score,
    sap_score,
)

FACTORS = all_factors()
CODES = spread(FACTORS) + noise(len(FACTORS), 3)
SCORES = [mig_score, modularity_score, sap_score, dci_scores, explicitness_score]
every_score = pytest.mark.parametrize("score", SCORES, ids=lambda s: s.__name__)


# Learners break ties between equal splits, or equally likely values, in the order in
# which they meet them: a few of 200 held-out points. The other scores count alike.
SLACK = {dci_scores: 0.02, sap_score: 1e-9, explicitness_score: 1e-9}


@every_score
def test_the_order_of_dimensions_and_of_factors_does_not_matter(score):
    expected = np.array(score(CODES, FACTORS))
    close = {"rtol": 0, "atol": SLACK.get(score, 1e-12)}
    np.testing.assert_allclose(score(CODES[:, [2, 0, 1]], FACTORS), expected, **close)
    np.testing.assert_allclose(score(CODES, FACTORS[:, [1, 2, 0]]), expected, **close)


@pytest.mark.parametrize(
    "score",
    [mig_score, modularity_score, dci_scores, explicitness_score],
    ids=lambda s: s.__name__,
)
def test_scale_and_shift_of_a_dimension_do_not_matter(score):
    """Exactly: sums of eighths, and powers of two, are without rounding."""
    codes = (8 * CODES).round() / 8
    moved = codes * [2.0, 0.25, 4.0] + [8.0, -16.0, 0.5]
    assert score(moved, FACTORS) == score(codes, FACTORS)


@every_score
def test_names_of_the_values_do_not_matter(score):
    renamed = np.array([70, -3, 11, 5, 8])[FACTORS]
    np.testing.assert_allclose(
        score(CODES, renamed),
        score(CODES, FACTORS),
        rtol=0,
        atol=SLACK.get(score, 1e-12),
    )


@every_score
def test_a_score_repeats_and_leaves_the_global_generators_alone(score):
    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    assert score(CODES, FACTORS) == score(CODES, FACTORS)
    assert (np.random.get_state()[1] == before[0]).all()  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])


@every_score
def test_tensors_and_arrays_score_the_same(score):
    codes = CODES.astype(np.float32)
    tensors = torch.from_numpy(codes).requires_grad_(), torch.from_numpy(FACTORS)
    assert score(*tensors) == score(codes, FACTORS)


@every_score
@pytest.mark.parametrize(
    ("codes", "factors", "message"),
    [
        (CODES[:-1], FACTORS, "same number of rows, got 599 and 600"),
        (CODES[:, 0], FACTORS, r"codes must have shape \(N, D\) .* got \(600,\)"),
        (CODES[:0], FACTORS[:0], r"not be empty, got \(0, 3\)"),
        (CODES, FACTORS[:, 0], r"factors must have shape \(N, K\) .* got \(600,\)"),
        (CODES, FACTORS * 1.0, "factors must hold integers, got float64"),
        (CODES, FACTORS > 1, "factors must hold integers, got bool"),
        (CODES > 1, FACTORS, "codes must hold real numbers, got bool"),
        (CODES * 1j, FACTORS, "codes must hold real numbers, got complex128"),
        (CODES * [1, np.nan, 1], FACTORS, "codes must be finite, got NaN or infinity"),
        (CODES * [1, np.inf, 1], FACTORS, "codes must be finite, got NaN or infinity"),
        (CODES[:, :1], FACTORS, r"needs at least 2, got codes of shape \(600, 1\)"),
        (
            CODES,
            FACTORS * [1, 0, 1],
            r"at least two values, got constant columns \[1\]",
        ),
        ([[1.0, 2.0], [3.0]], FACTORS, "codes must be a table of numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_representation_is_refused(score, codes, factors, message):
    with pytest.raises(ValueError, match=message):
        score(codes, factors)


held_out = pytest.mark.parametrize("score", [sap_score, dci_scores, explicitness_score])


@held_out
@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, float("nan")])
def test_the_held_out_share_is_a_share(score, fraction):
    with pytest.raises(ValueError, match=r"test_fraction must lie in \(0, 1\), got"):
        score(CODES, FACTORS, test_fraction=fraction)


@held_out
def test_somebody_must_be_left_to_train(score):
    with pytest.raises(ValueError, match=r"0.9 of 2 points leaves none to train on"):
        score(CODES[[0, -1]], FACTORS[[0, -1]], test_fraction=0.9)


@held_out
@pytest.mark.parametrize(
    ("test", "message"),
    [
        ((CODES[:, :2], FACTORS), "test codes must have 3 columns .* got 2"),
        ((CODES, FACTORS[:, :2]), "test factors must have 3 columns .* got 2"),
        ((CODES[:9], FACTORS), "test codes and test factors .* got 9 and 600"),
        ((CODES * np.nan, FACTORS), "test codes must be finite"),
    ],
)
def test_a_test_set_must_fit(score, test, message):
    with pytest.raises(ValueError, match=message):
        score(CODES, FACTORS, test=test)


@held_out
def test_another_seed_holds_out_other_points(score):
    assert score(CODES, FACTORS, seed=0) != score(CODES, FACTORS, seed=1)
