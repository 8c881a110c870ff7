"""The linear readout: perfect, noisy, useless and degenerate codes."""

import numpy as np
import pytest
import torch

from vae_lib.evaluation import linear_readout

GENERATOR = np.random.default_rng(0)
FACTORS = GENERATOR.normal(size=(2_000, 3))


def normal(*shape: int):
    return np.random.default_rng(1).normal(size=shape)


@pytest.mark.parametrize("seed", range(3))
def test_a_rotated_and_shifted_code_reads_as_well_as_the_factors(seed):
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    found = linear_readout(FACTORS @ rotation + 7, FACTORS, seed)
    np.testing.assert_allclose(found, 1, atol=1e-6)


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
def test_noise_leaves_the_share_of_the_signal(noise):
    """R^2 = 1 / (1 + noise^2); of 500 points its standard error is about 0.03."""
    found = linear_readout(FACTORS + noise * normal(2_000, 3), FACTORS)
    np.testing.assert_allclose(found, 1 / (1 + noise**2), atol=0.1)


@pytest.mark.parametrize("dim", [3, 400])
def test_a_code_of_something_else_says_nothing_however_long_it_is(dim):
    """Many useless numbers would fit the points by heart; the penalty forbids it."""
    found = linear_readout(normal(2_000, dim), FACTORS)
    assert (found < 0.03).all()
    assert (found > -0.1).all()


def test_what_is_not_linear_is_not_found():
    found = linear_readout(FACTORS**2, FACTORS)
    assert np.abs(found).max() < 0.1


def test_each_factor_has_a_share_of_its_own():
    codes = np.stack([FACTORS[:, 0], normal(2_000)], axis=1)
    found = linear_readout(codes, FACTORS)
    assert found[0] > 0.999
    assert np.abs(found[1:]).max() < 0.1


def test_scales_do_not_matter():
    expected = linear_readout(FACTORS + normal(2_000, 3), FACTORS)
    found = linear_readout(1e3 * (FACTORS + normal(2_000, 3)), 1e-3 * FACTORS)
    np.testing.assert_allclose(found, expected)


def test_constant_and_repeated_numbers_of_a_code_do_no_harm():
    codes = np.concatenate([FACTORS, FACTORS, np.ones((2_000, 2))], axis=1)
    np.testing.assert_allclose(linear_readout(codes, FACTORS), 1, atol=1e-6)
    found = linear_readout(np.zeros((2_000, 2)), FACTORS)
    assert np.abs(found).max() < 0.02


def test_tensors_are_taken():
    found = linear_readout(torch.from_numpy(FACTORS), torch.from_numpy(FACTORS))
    np.testing.assert_allclose(found, 1, atol=1e-6)


@pytest.mark.parametrize(
    ("codes", "factors", "message"),
    [
        (FACTORS[:, 0], FACTORS, r"got \(2000,\) and \(2000, 3\)"),
        (FACTORS, FACTORS[:, 0], r"got \(2000, 3\) and \(2000,\)"),
        (FACTORS[:99], FACTORS, r"got \(99, 3\) and \(2000, 3\)"),
        (FACTORS[:39], FACTORS[:39], "at least 40 points, got 39"),
        (FACTORS * np.nan, FACTORS, "must be finite"),
        (FACTORS, FACTORS * np.inf, "must be finite"),
        (FACTORS, FACTORS * 0, "factors must vary, got a constant one"),
    ],
)
def test_bad_input_is_refused(codes, factors, message):
    with pytest.raises(ValueError, match=message):
        linear_readout(codes, factors)
