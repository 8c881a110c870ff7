import numpy as np
import pytest

from evaluation_cases import all_factors, noise, spread
from vae_lib.evaluation import mig_score

FACTORS = all_factors(100)


def test_a_dimension_for_each_factor_is_perfect():
    """I(z_k; v_k) = H(v_k), and nothing else knows anything of it."""
    assert mig_score(spread(FACTORS), FACTORS) == pytest.approx(1.0, abs=1e-12)


def test_copies_leave_no_gap():
    codes = spread(FACTORS)
    assert mig_score(np.hstack([codes, codes]), FACTORS) == pytest.approx(0, abs=1e-12)


def test_dimensions_that_know_nothing_score_nothing():
    """Of 6,000 points 20 bins and 5 values find about 76 / 12,000 nats by chance."""
    assert mig_score(noise(len(FACTORS), 10), FACTORS) < 0.01


def test_dead_dimensions_change_nothing():
    codes = spread(FACTORS)
    dead = np.hstack([codes, np.zeros_like(codes)])
    assert mig_score(dead, FACTORS) == mig_score(codes, FACTORS)


def test_a_rotation_of_two_factors_halves_what_a_dimension_knows():
    """Of v + w and v - w each knows both alike: no gap at all."""
    factors = np.stack(np.unravel_index(np.arange(16), (4, 4)), axis=1)
    codes = np.stack([factors.sum(1), factors[:, 0] - factors[:, 1]], axis=1)
    assert mig_score(codes, factors) == pytest.approx(0.0, abs=1e-12)


def test_fewer_bins_than_values_lose_some():
    """Two bins tell one bit of log2(4)."""
    factors = np.stack(np.unravel_index(np.arange(16), (4, 4)), axis=1)
    assert mig_score(factors, factors, bins=2) == pytest.approx(0.5)
