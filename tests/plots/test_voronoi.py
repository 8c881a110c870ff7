import numpy as np
import pytest

from vae_lib.plots import code_cells, voronoi_cells


def area(polygon):
    """The shoelace formula: positive for corners in counter-clockwise order."""
    x, y = polygon.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


@pytest.mark.parametrize("seed", range(5))
def test_cells_tile_the_square(seed):
    codes = np.random.default_rng(seed).uniform(-1, 1, (20, 2))
    areas = [area(cell) for cell in voronoi_cells(codes, 1.0)]
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(4, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_place_lies_in_the_cell_of_its_nearest_code(seed):
    """Inside means to the left of every side, corners going counter-clockwise."""
    rng = np.random.default_rng(seed)
    codes, places = rng.uniform(-1, 1, (12, 2)), rng.uniform(-1, 1, (200, 2))
    cells = voronoi_cells(codes, 1.0)
    nearest = ((places[:, None] - codes) ** 2).sum(2).argmin(1)
    for place, k in zip(places, nearest, strict=True):
        sides, start = np.roll(cells[k], -1, axis=0) - cells[k], place - cells[k]
        assert (sides[:, 0] * start[:, 1] - sides[:, 1] * start[:, 0] > -1e-12).all()


def test_of_codes_in_one_place_the_first_has_the_cell():
    first, second = voronoi_cells([[0.0, 0.0], [0.0, 0.0]], 1.0)
    assert area(first) == 4
    assert second.shape == (0, 2)


def test_a_code_far_outside_can_be_left_with_nothing():
    inside, outside = voronoi_cells([[0.9, 0.0], [9.0, 0.0]], 1.0)
    assert area(inside) == 4
    assert outside.shape == (0, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.0, 1.0], 1.0), r"finite of shape \(K, 2\), got \(2,\)"),
        (([[0.0, np.nan]], 1.0), "codes must be finite"),
        (([[0.0, 0.0]], 0.0), "reach must be positive, got 0.0"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        voronoi_cells(*arguments)


def test_empty_cells_are_hatched():
    latents, codes = np.array([[-1.0, 0.0]] * 3), [[-1.0, 0.0], [1.0, 0.0]]
    (axes,) = code_cells({"a": (latents, codes)}, reach=2.0).axes
    assert [cell.get_hatch() for cell in axes.patches] == [None, "///"]
    assert axes.get_title(loc="left") == "a"


def test_latents_beyond_a_panel_stay_at_its_edge():
    (axes,) = code_cells({"a": ([[9.0, -9.0]], [[0.0, 0.0]])}, reach=2.0).axes
    assert axes.collections[0].get_offsets().tolist() == [[2.0, -2.0]]


def test_panels_must_hold_latents():
    with pytest.raises(ValueError, match="at least one panel, got none"):
        code_cells({}, reach=1.0)
    with pytest.raises(ValueError, match=r"latents of 'a' .* got \(3,\)"):
        code_cells({"a": (np.zeros(3), np.zeros((1, 2)))}, reach=1.0)
