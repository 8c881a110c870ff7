"""The two levels of codes on the built site: swapped by mouse, finger and keyboard."""

import numpy as np
import pytest

from widget_pages import levels, posters, session, shown_when, to_levels

pytestmark = pytest.mark.site
each_swap = pytest.mark.parametrize("place", posters("code_swap"), ids=str)


def expected(place, codes):
    """What ONNX Runtime decodes from both levels, as pixels."""
    grids = {
        level: np.array(codes[level], np.float32).reshape(1, side, side)
        for level, side in zip(("top", "bottom"), place.state["sides"], strict=True)
    }
    model = session(place.state["functions"]["decode"]["file"])
    return to_levels(model.run(["x"], grids)[0][0])


def codes_of(place, top, bottom):
    """One picture's top codes with one's bottom codes."""
    return {"top": place.state["tops"][top], "bottom": place.state["bottoms"][bottom]}


@each_swap
def test_the_start_is_the_first_picture(visit, place):
    widget = place.open(visit(place.path))
    shown = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(shown - expected(place, codes_of(place, 0, 0))).max() <= 1


@each_swap
@pytest.mark.parametrize("level", ["top", "bottom"])
def test_a_button_swaps_a_level_as_a_whole(visit, place, level):
    widget = place.open(visit(place.path))
    widget.get_by_role("button", name=f"All {level} codes").click()
    wanted = codes_of(place, int(level == "top"), int(level == "bottom"))
    joined = ",".join(map(str, wanted[level]))
    codes = shown_when(widget, f"s.{level}.join() === '{joined}'")
    assert codes["top"] == wanted["top"]
    assert codes["bottom"] == wanted["bottom"]
    shown = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(shown - expected(place, codes)).max() <= 1
    widget.get_by_role("status").get_by_text("Its squared distance to A").wait_for()
    widget.get_by_role("button", name="Back to A").click()
    own = ",".join(map(str, codes_of(place, 0, 0)[level]))
    assert shown_when(widget, f"s.{level}.join() === '{own}'")["far"][0] == 0


@each_swap
def test_a_click_swaps_one_cell_and_a_second_one_swaps_it_back(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_label("both", exact=True).check()
    cell = widget.locator(".vae-frame button").nth(9)
    cell.click()
    widget.page.wait_for_function(
        "(w) => w.shown", arg=widget.element_handle(), timeout=60_000
    )
    assert "top B, bottom B" in cell.get_attribute("aria-label")
    assert widget.locator(".vae-top-of-b").count() == 1
    cell.click()
    assert "top A, bottom A" in cell.get_attribute("aria-label")
    assert widget.locator(".vae-top-of-b, .vae-bottom-of-b").count() == 0


@each_swap
def test_keyboard_walks_over_cells_and_swaps_one(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    cells = widget.locator(".vae-frame button")
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    side = place.state["sides"][0]
    assert "top B, bottom A" in cells.nth(side).get_attribute("aria-label")
    codes = shown_when(widget, "true")
    assert codes["top"][side] == place.state["tops"][1][side]


@each_swap
def test_a_drag_swaps_a_row(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    side = place.state["sides"][0]
    cells = widget.locator(".vae-frame button")
    cells.nth(side).scroll_into_view_if_needed()
    first, last = (cells.nth(k).bounding_box() for k in (side, 2 * side - 1))
    page.mouse.move(first["x"] + 6, first["y"] + 6)
    page.mouse.down()
    page.mouse.move(last["x"] + 6, last["y"] + 6, steps=24)
    page.mouse.up()
    row = slice(side, 2 * side)
    joined = ",".join(map(str, place.state["tops"][1][row]))
    shown_when(widget, f"s.top.slice({side}, {2 * side}).join() === '{joined}'")
    assert widget.locator(".vae-top-of-b").count() == side


@each_swap
def test_other_pictures_can_be_chosen(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_role("button", name="Picture A: example 3").click()
    own = ",".join(map(str, place.state["tops"][2]))
    codes = shown_when(widget, f"s.top.join() === '{own}'")
    shown = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(shown - expected(place, codes)).max() <= 1


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_swap
def test_axe_has_no_objection_to_a_mixture(visit, accessible, place, color_scheme):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    widget.get_by_role("button", name="All top codes").click()
    shown_when(widget, "true")
    accessible(page, ".vae-live")
