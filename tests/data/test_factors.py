"""FactorGrid: three names of one image that can be turned into each other."""

import itertools

import numpy as np
import pytest
import torch

from vae_lib.data import FactorGrid


@pytest.fixture
def grid():
    return FactorGrid({"a": [0.0, 1.0], "b": [10.0, 20.0, 30.0], "c": [0.5, 0.25]})


def test_positions_run_in_c_order(grid):
    """The last factor changes fastest, as in NumPy's ravel and itertools' product."""
    everything = torch.tensor(list(itertools.product(range(2), range(3), range(2))))
    assert torch.equal(grid.factors(range(len(grid))), everything)
    positions = np.ravel_multi_index(tuple(everything.numpy().T), (2, 3, 2))
    assert grid.index(everything).tolist() == positions.tolist()


def test_index_undoes_factors(grid):
    index = torch.tensor([11, 0, 7, 7, 3])
    assert torch.equal(grid.index(grid.factors(index)), index)


def test_values_are_looked_up_factor_by_factor(grid):
    values = grid.values([[1, 2, 0], [0, 0, 1]])
    assert values.dtype == torch.float64
    assert values.tolist() == [[1.0, 30.0, 0.5], [0.0, 10.0, 0.25]]


def test_arrays_lists_and_small_integers_are_indices_too(grid):
    expected = grid.factors([4, 2])
    for index in (np.array([4, 2], np.int16), (4, 2), torch.tensor([4, 2]).byte()):
        assert torch.equal(grid.factors(index), expected)
    assert grid.index(expected.numpy().astype(np.uint8)).tolist() == [4, 2]


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({}, "levels must name at least one factor, got none"),
        ({"a": []}, r"factor 'a' must have values of shape \(n,\) .* got \(0,\)"),
        ({"a": [[1.0]]}, r"factor 'a' must have values of shape .* got \(1, 1\)"),
        ({"a": [0.0, float("nan")]}, r"factor 'a' must have finite values, got .*nan"),
        ({"a": [float("inf")]}, r"factor 'a' must have finite values, got .*inf"),
    ],
)
def test_a_grid_needs_finite_values(levels, message):
    with pytest.raises(ValueError, match=message):
        FactorGrid(levels)


@pytest.mark.parametrize("method", ["index", "values", "check"])
@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([[0, 3, 0]], r"factor 'b' must lie in \[0, 2\], got values from 3 to 3"),
        ([[0, 0, 0], [-1, 0, 0]], r"factor 'a' must lie in \[0, 1\], .* from -1 to 0"),
        ([0, 0, 0], r"factors must have shape \(N, 3\), got \(3,\)"),
        ([[0, 0]], r"factors must have shape \(N, 3\), got \(1, 2\)"),
        ([], r"factors must not be empty, got shape \(0,\)"),
        (torch.zeros(0, 3, dtype=torch.int64), r"factors must not be empty"),
        ([[0.0, 0.0, 0.0]], r"factors must hold integers, got torch.float32"),
        ([[float("nan")] * 3], r"factors must hold integers, got torch.float32"),
        ("abc", r"factors must be a tensor, array or sequence of integers, got str"),
    ],
)
def test_bad_factors_are_refused(grid, method, factors, message):
    with pytest.raises(ValueError, match=message):
        getattr(grid, method)(factors)


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([12], r"index must lie in \[0, 11\], got values from 12 to 12"),
        ([-1], r"index must lie in \[0, 11\], got values from -1 to -1"),
        ([], r"index must not be empty"),
        ([1.0], r"index must hold integers, got torch.float32"),
    ],
)
def test_a_bad_index_is_refused(grid, index, message):
    with pytest.raises(ValueError, match=message):
        grid.factors(index)
