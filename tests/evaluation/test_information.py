import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from vae_lib.evaluation import (
    discretize,
    entropy,
    mig_score,
    modularity_score,
    mutual_information,
)

HERE = Path(__file__).parent
VALUES = json.loads((HERE / "reference_values.json").read_text("utf-8"))
FACTORS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


@pytest.fixture(scope="module")
def bins():
    """Codes of two representations, already cut into 20 bins, and their factors."""
    with np.load(HERE / "reference_bins.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("name", VALUES)
def test_information_and_entropy_are_those_of_a_reference_implementation(bins, name):
    """Sums of the same 10,000 frequencies in another order: 1e-12 is rounding."""
    found = mutual_information(bins[name], bins["factors"])
    expected = VALUES[name]
    np.testing.assert_allclose(found, expected["information"], rtol=0, atol=1e-12)
    nats = entropy(bins["factors"])
    np.testing.assert_allclose(nats, expected["entropy"], rtol=0, atol=1e-12)
    runner_up, best = np.sort(found, axis=0)[-2:]
    gap = float(np.mean((best - runner_up) / nats))
    assert gap == pytest.approx(expected["score"], abs=1e-12)


@pytest.mark.parametrize("name", VALUES)
def test_numbers_of_bins_fall_into_the_bins_of_their_numbers(bins, name):
    """Numbers 0 to 19, cut into 20 equal widths: so the score can be met as well."""
    codes = bins[name].astype(np.float32)
    np.testing.assert_array_equal(discretize(codes), bins[name])
    found = mig_score(codes, bins["factors"])
    assert found == pytest.approx(VALUES[name]["score"], abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [2, 7, 20])
def test_bins_and_information_are_those_of_the_plain_loop(dtype, count):
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 3)).astype(dtype)
    factors = rng.integers(4, size=(500, 2))
    found = discretize(codes, count)
    for d, column in enumerate(codes.T):
        edges = np.histogram(column, count)[1]
        np.testing.assert_array_equal(found[:, d], np.digitize(column, edges[:-1]) - 1)
    expected = [[mutual_info_score(v, c) for v in factors.T] for c in found.T]
    np.testing.assert_allclose(
        mutual_information(codes, factors, count), expected, rtol=0, atol=1e-12
    )


def test_an_edge_belongs_to_the_bin_above_but_for_the_last():
    codes = np.array([[0.0], [0.5], [1.0], [1.5], [2.0]])
    assert discretize(codes, 4).T.tolist() == [[0, 1, 2, 3, 3]]


def test_a_constant_code_falls_into_one_bin_and_tells_nothing():
    codes = np.full((4, 1), 0.3)
    assert len(np.unique(discretize(codes))) == 1
    np.testing.assert_array_equal(mutual_information(codes, FACTORS), [[0.0, 0.0]])


def test_a_code_tells_the_whole_entropy_of_what_it_copies():
    """I(v; v) = H(v), and the other factor is independent of it."""
    found = mutual_information(FACTORS.astype(float), FACTORS)
    np.testing.assert_allclose(found, np.log(2) * np.eye(2), atol=1e-15)


def test_labels_may_be_any_integers():
    codes = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_array_equal(
        mutual_information(codes, FACTORS),
        mutual_information(codes, np.array([-7, 10**12])[FACTORS]),
    )


def test_tensors_are_as_good_as_arrays():
    codes = torch.randn(50, 3)
    factors = torch.randint(3, (50, 2))
    expected = mutual_information(codes.numpy(), factors.numpy())
    np.testing.assert_array_equal(mutual_information(codes, factors), expected)
    half = codes.bfloat16()
    np.testing.assert_array_equal(
        mutual_information(half, factors), mutual_information(half.float(), factors)
    )


def test_modularity_is_one_minus_the_share_of_the_others():
    """A code that knows two of three factors equally: 1 - 1 / 2."""
    factors = np.stack(np.unravel_index(np.arange(8), (2, 2, 2)), axis=1)
    both = 2 * factors[:, :1] + factors[:, 1:2]
    assert modularity_score(np.hstack([both, both]), factors) == pytest.approx(0.5)
    assert modularity_score(factors, factors) == pytest.approx(1.0)


def test_a_dimension_that_knows_nothing_has_no_modularity():
    codes = np.hstack([FACTORS, np.zeros_like(FACTORS)])
    assert modularity_score(codes, FACTORS) == pytest.approx(0.5)


def test_modularity_needs_two_factors():
    with pytest.raises(ValueError, match=r"at least 2, got factors of shape \(4, 1\)"):
        modularity_score(FACTORS, FACTORS[:, :1])


@pytest.mark.parametrize("bins", [0, -1, 2.5])
def test_bins_must_be_a_positive_integer(bins):
    for score in (mutual_information, mig_score, modularity_score):
        with pytest.raises(ValueError, match="bins must be an integer of at least 1"):
            score(FACTORS, FACTORS, bins)
