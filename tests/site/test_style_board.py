"""The style board on the built site: by example, mouse, finger and keyboard."""

import numpy as np
import pytest

from widget_pages import (
    assert_fetched_at_the_first_touch,
    levels,
    posters,
    session,
    to_levels,
)

pytestmark = pytest.mark.site
each_board = pytest.mark.parametrize("place", posters("style_board"), ids=str)


def expected(place, code):
    """What ONNX Runtime draws of a code in every class, as pixels."""
    count = len(place.state["names"])
    inputs = {
        "z": np.tile(np.float32(code), (count, 1)),
        "kind": np.eye(count, dtype=np.float32),
    }
    model = session(place.state["functions"]["decode"]["file"])
    return [to_levels(one) for one in model.run(["x"], inputs)[0]]


def assert_shows(place, widget, code):
    """Every class's canvas holds the model's answer to 1/255."""
    widget.page.wait_for_function(
        """([widget, code]) => widget.shown?.every(
          (value, k) => Math.abs(value - code[k]) < 1e-6)""",
        arg=[widget.element_handle(), list(code)],
        timeout=60_000,
    )
    canvases = widget.locator(".vae-styled canvas").all()
    for canvas, picture in zip(canvases, expected(place, code), strict=True):
        assert np.abs(levels(canvas) - picture).max() <= 1


@each_board
def test_an_example_lends_its_style_to_every_class(visit, place):
    widget = place.open(visit(place.path))
    first, second = place.state["examples"][:2]
    assert widget.get_by_role("button", name="Style of example 1").get_attribute(
        "aria-pressed"
    ) == ("true")
    widget.get_by_role("button", name="Style of example 2").click()
    assert_shows(place, widget, second["code"])
    own = widget.locator(".vae-own figcaption")
    assert own.all_inner_texts() == [place.state["names"][second["label"]]]
    assert first["code"] != second["code"]
    status = widget.get_by_role("status")
    status.get_by_text("In the style of example 2").wait_for()


@each_board
def test_the_keyboard_moves_the_style_and_leaves_the_example(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    widget.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    assert_shows(place, widget, [0.5, 0.1])
    assert widget.locator(".vae-own").count() == 0
    assert widget.locator(".vae-example[aria-pressed=true]").count() == 0
    assert "0.50" in widget.get_by_role("slider").get_attribute("aria-valuetext")


@each_board
def test_a_click_on_the_map_puts_the_style_there(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    box = widget.locator(".vae-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    reach = place.state["reach"]
    widget.page.wait_for_function(
        "(w) => w.shown", arg=widget.element_handle(), timeout=60_000
    )
    code = widget.evaluate("(w) => w.shown")
    # A pixel of a map some 300 wide.
    assert np.abs(np.array(code) - [-reach / 2, 0]).max() < 0.05
    assert_shows(place, widget, code)


@each_board
def test_nothing_is_fetched_before_the_first_touch(visit, place):
    assert_fetched_at_the_first_touch(visit(place.path), place, ".vae-example")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_board
def test_axe_has_no_objection_to_another_style(visit, accessible, place, color_scheme):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    widget.locator(".vae-example").nth(1).click()
    assert_shows(place, widget, place.state["examples"][1]["code"])
    accessible(page, ".vae-live .vae-styles")
