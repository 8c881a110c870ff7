"""The turned code on the built site: what it shows is what the page measured."""

import re

import pytest

from widget_pages import mouse_drag, places, slider, wait_for_any_frame

pytestmark = pytest.mark.site
each_rotation = pytest.mark.parametrize("place", places("rotation_plane"), ids=str)


def assert_shows(widget, place, at):
    """Bars, numbers, words and map are those of the angle number `at`."""
    angle = place.state["degrees"][at]
    expected = [f"{score['values'][at]:.2f}" for score in place.state["scores"]]
    numbers = widget.locator(".vae-score b")
    assert numbers.all_inner_texts() == expected
    widths = widget.locator(".vae-score i").evaluate_all(
        "(bars) => bars.map((bar) => bar.style.getPropertyValue('--vae-score'))"
    )
    assert [f"{float(width):.2f}" for width in widths] == expected
    turned = widget.locator(".vae-turning").get_attribute("transform")
    assert float(re.findall(r"-?[\d.]+", turned)[0]) == -angle
    status = widget.get_by_role("status")
    status.filter(has_text=f"Turned by {angle:g}°").wait_for()
    assert all(number in status.inner_text() for number in expected)


@each_rotation
def test_keyboard_turns_the_code(visit, place):
    """Each arrow is one measured angle."""
    widget = place.open(visit(place.path))
    for _ in range(3):
        slider(widget).press("ArrowRight")
    assert wait_for_any_frame(widget).tolist() == [place.state["degrees"][3]]
    assert_shows(widget, place, 3)


@each_rotation
def test_mouse_turns_the_code(visit, place):
    widget = place.open(visit(place.path))
    mouse_drag(slider(widget), across=200)
    (angle,) = wait_for_any_frame(widget)
    assert angle > place.state["degrees"][1]
    widget.page.wait_for_timeout(1500)  # announcements are 600 ms apart
    (angle,) = wait_for_any_frame(widget)
    assert_shows(widget, place, place.state["degrees"].index(angle))


@each_rotation
def test_shadows_are_what_the_turned_lines_cover(visit, place):
    """The browser's own account of where the lines are, edges of strokes apart."""
    widget = place.open(visit(place.path))
    for _ in range(5):
        slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)
    boxes = """(parts) => parts.map((part) => {
      const { left, right } = part.getBoundingClientRect();
      return [left, right];
    })"""
    lines = widget.locator(".vae-turning path[class^=vae-class]").evaluate_all(boxes)
    shadows = widget.locator(".vae-shadows rect").evaluate_all(boxes)
    assert len(lines) == len(shadows) > 0
    for line, shadow in zip(lines, shadows, strict=True):
        assert line == pytest.approx(shadow, abs=6)


@each_rotation
def test_nothing_is_fetched_for_it(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)
    page.wait_for_timeout(300)
    # The chapter's own figures come when they are near, at any time.
    assert [url for url in asked if "/_images/" not in url] == []
