import re

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.widgets import RotationPlane

CODES = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, -4.0]])
COLUMNS = {"left": np.array([[-2.0, -3.0], [-2.0, 3.0]]), "<right>": CODES[1:]}
DEGREES = [0, 45, 90]
SCORES = {"MIG": [1.0, 0.25, 1.0], "a <b>": [0.5, 0.5, 0.5]}


def make(codes=CODES, columns=COLUMNS, degrees=DEGREES, scores=SCORES, title="Turn"):
    return RotationPlane(codes, columns, degrees=degrees, scores=scores, title=title)


def test_angle_is_read_and_written():
    widget = make()
    assert widget.angle == 0
    widget.angle = 45
    assert widget.slider.value == 45
    widget.slider.value = 90  # what the page's slider does
    assert widget.angle == 90


def test_slider_stops_at_measured_angles_only():
    """A value between two measurements would be nobody's score."""
    slider = make().slider
    assert (slider.min, slider.max, slider.step) == (0, 90, 45)


def test_no_turn_takes_a_code_out_of_the_map():
    assert make().reach > 4


def test_codes_stand_where_they_are_and_z2_points_up():
    drawing = BeautifulSoup(make(codes=[[1.0, 2.0]]).cloud, "html.parser")
    x, y = map(float, re.findall(r"[\d.]+", drawing.select_one(".vae-dots")["d"])[:2])
    assert x > 200 > y  # of 400, and y points down


def test_shadow_is_what_a_column_covers_of_the_first_latent():
    drawing = BeautifulSoup(make().cloud, "html.parser")
    upright, slanted = drawing.select(".vae-shadows rect")
    assert float(upright["width"]) == 4  # the edge that is drawn around a point
    reach = make().reach
    assert float(slanted["width"]) == pytest.approx(200 * 3 / reach + 4, abs=0.1)


def test_chart_has_a_curve_of_its_own_dash_for_each_score():
    curves = BeautifulSoup(make().chart, "html.parser").select("path[stroke-dasharray]")
    assert len({curve["stroke-dasharray"] for curve in curves}) == len(SCORES)
    heights = [float(point.split()[1]) for point in curves[0]["d"][1:].split("L")]
    assert heights[0] == heights[2] < heights[1]  # a lower score lies lower


def test_poster_shows_the_start_in_words_and_pictures():
    bundle, _ = make(title="A <b>title</b>")._repr_mimebundle_()
    poster = bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<b>title" not in poster
    assert "a &lt;b&gt;" in poster
    assert "&lt;right&gt;" in poster
    assert poster.count("<svg") == 2 + len(SCORES)
    assert "<b>1.00</b>" in poster
    assert "With JavaScript" in poster
    assert " id=" not in poster


def test_it_asks_no_function_of_page_or_kernel():
    """Everything is measured before: no model is fetched for it."""
    assert make().functions == {}


def test_tensors_are_as_good_as_arrays():
    assert make(codes=torch.tensor(CODES)).cloud == make().cloud


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"codes": CODES[:, 0]}, r"shape \(N, 2\), N >= 1, got \(3,\)"),
        ({"columns": {"a": CODES * np.nan}}, "codes must be finite"),
        ({"degrees": [0]}, r"two or more, ascending and evenly spaced, got \[0.0\]"),
        ({"degrees": [0, 45, 60]}, "ascending and evenly spaced"),
        ({"degrees": [90, 45, 0]}, "ascending and evenly spaced"),
        ({"degrees": [0, 45, np.inf]}, "degrees must be finite"),
        ({"scores": {}}, "1 to 6 scores fit, got 0"),
        ({"scores": {str(k): [0, 0, 0] for k in range(7)}}, "6 scores fit, got 7"),
        ({"scores": {"MIG": [0.0, 1.0]}}, r"MIG must be 3 numbers, got shape \(2,\)"),
        ({"scores": {"MIG": [0, 1.5, 0]}}, r"MIG must lie in \[0, 1\], got \[0, 1.5\]"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        make(**changes)
