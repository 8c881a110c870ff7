"""The codebook editor on the built site: by mouse, finger and keyboard."""

import numpy as np
import pytest

from widget_pages import (
    assert_fetched_at_the_first_touch,
    levels,
    posters,
    session,
    shown_when,
    to_levels,
)

pytestmark = pytest.mark.site
each_editor = pytest.mark.parametrize("place", posters("codebook_editor"), ids=str)


def expected(place, codes):
    """What ONNX Runtime decodes from codes, as pixels."""
    side = round(len(codes) ** 0.5)
    indices = np.array(codes, np.float32).reshape(1, side, side)
    model = session(place.state["functions"]["decode"]["file"])
    return to_levels(model.run(["x"], {"indices": indices})[0][0])


@each_editor
def test_mouse_exchanges_a_code_and_takes_it_back(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    picture = widget.locator(".vae-frame canvas")
    start = place.state["grids"][0]
    assert np.abs(levels(picture) - expected(place, start)).max() <= 1
    order = place.state["order"]
    other = next(k for k, code in enumerate(order) if code != start[9])
    widget.locator(".vae-frame button").nth(9).click()
    widget.locator(".vae-palette button").nth(other).click()
    codes = shown_when(widget, f"s[9] === {order[other]}")
    assert codes == [*start[:9], order[other], *start[10:]]
    assert np.abs(levels(picture) - expected(place, codes)).max() <= 1
    changed = (levels(picture) != expected(place, start)).any(2).sum()
    status = widget.get_by_role("status")
    status.get_by_text("1 of").wait_for()
    assert 0 < int(status.inner_text().split("them ")[1].split()[0]) <= changed
    widget.get_by_role("button", name="Undo").click()
    assert shown_when(widget, f"s[9] === {start[9]}") == start
    assert widget.get_by_role("button", name="Undo").is_disabled()


@each_editor
def test_keyboard_moves_over_cells_and_codes(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    cells = widget.locator(".vae-frame button")
    assert cells.and_(page.locator("[tabindex='0']")).count() == 1
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    side = round(len(place.state["grids"][0]) ** 0.5)
    palette = widget.locator(".vae-palette button")
    palette.first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    last = place.state["order"][-1]
    assert shown_when(widget, f"s[{side + 1}] === {last}")
    assert f"code {last}" in cells.nth(side + 1).get_attribute("aria-label")


@each_editor
def test_drag_paints_a_row(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    widget.locator(".vae-palette button").first.click()
    widget.get_by_label("Paint with the chosen code").check()
    code = place.state["order"][0]
    side = round(len(place.state["grids"][0]) ** 0.5)
    cells = widget.locator(".vae-frame button")
    widget.locator(".vae-palette button").first.click()
    cells.nth(side).scroll_into_view_if_needed()
    first, last = (cells.nth(k).bounding_box() for k in (side, 2 * side - 1))
    page.mouse.move(first["x"] + 6, first["y"] + 6)
    page.mouse.down()
    page.mouse.move(last["x"] + 6, last["y"] + 6, steps=24)
    page.mouse.up()
    row = f"s.slice({side}, {2 * side}).every((k) => k === {code})"
    assert shown_when(widget, row)


@each_editor
def test_another_picture_brings_its_own_codes(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_role("button", name="Edit example 2").click()
    grid = place.state["grids"][1]
    codes = shown_when(widget, f"s.join() === '{','.join(map(str, grid))}'")
    picture = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(picture - expected(place, codes)).max() <= 1


@each_editor
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_every_code_is_a_target_that_a_finger_meets(visit, place, width):
    """24 pixels each way: WCAG 2.2, criterion 2.5.8; a thousandth is rounding."""
    widget = place.open(visit(place.path, width=width))
    for part in (".vae-frame", ".vae-palette"):
        sizes = widget.locator(f"{part} button").evaluate_all(
            """(all) => all.map((one) => one.getBoundingClientRect())
              .flatMap(({ width, height }) => [width, height])"""
        )
        assert len(sizes) >= 32
        assert min(sizes) >= 23.999


@each_editor
def test_nothing_is_fetched_before_the_first_touch(visit, place):
    assert_fetched_at_the_first_touch(visit(place.path), place, ".vae-frame button")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_editor
def test_axe_has_no_objection_to_an_edited_picture(
    visit, accessible, place, color_scheme
):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    widget.locator(".vae-frame button").first.click()
    widget.locator(".vae-palette button").last.click()
    shown_when(widget, "true")
    accessible(page, ".vae-live")
