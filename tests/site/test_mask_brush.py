"""The mask brush on the built site: by mouse, finger and keyboard."""

import numpy as np
import pytest

from vae_lib.widgets.philox import normals
from widget_pages import (
    assert_fetched_at_the_first_touch,
    levels,
    posters,
    session,
    shown_when,
    to_levels,
)

pytestmark = pytest.mark.site
each_brush = pytest.mark.parametrize("place", posters("mask_brush"), ids=str)


def assert_completed(place, widget, shown):
    """Every canvas holds what ONNX Runtime answers, and keeps what is seen."""
    canvases = widget.locator(".vae-answers canvas").all()
    count, latents = len(canvases), place.state["latents"]
    height, width = place.state["grid"]
    mask = 1 - np.array(shown["hidden"], np.float32).reshape(height, width)
    picture = np.array(place.state["pictures"][shown["picture"]], np.float32)
    picture = picture.reshape(height, width)
    y = np.tile(np.stack([picture * mask, mask]), (count, 1, 1, 1))
    noise = normals(place.state["seed"], shown["draws"], count * latents)
    model = session(place.state["functions"]["complete"]["file"])
    inputs = {"y": y, "noise": noise.reshape(count, latents)}
    for canvas, answer in zip(canvases, model.run(["x"], inputs)[0], strict=True):
        found = levels(canvas)
        assert np.abs(found - to_levels(answer)).max() <= 1
        seen = np.abs(found[..., 0] - 255 * picture)[mask == 1]
        assert seen.size == 0 or seen.max() <= 1


def hidden_pixels(widget):
    """How many pixels the easel says are hidden."""
    label = widget.get_by_role("application").get_attribute("aria-label")
    return int(label.split(", ")[1].split(" of ")[0])


@each_brush
def test_the_mouse_paints_and_the_model_completes(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    widget.get_by_role("button", name="Show everything").click()
    assert hidden_pixels(widget) == 0
    assert "vae-stale" in widget.locator(".vae-answers").get_attribute("class")
    easel = widget.get_by_role("application")
    easel.scroll_into_view_if_needed()
    box = easel.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(
        box["x"] + 3 * box["width"] / 4, box["y"] + box["height"] / 2, steps=5
    )
    page.mouse.up()
    painted = hidden_pixels(widget)
    # A stroke 14 pixels long and 4.4 wide, with round ends.
    assert 55 <= painted <= 90
    widget.get_by_role("button", name="Complete", exact=True).click()
    shown = shown_when(widget, "true")
    assert sum(shown["hidden"]) == painted
    assert_completed(place, widget, shown)
    assert "vae-stale" not in widget.locator(".vae-answers").get_attribute("class")


@each_brush
def test_other_completions_are_other_draws_of_the_same_mask(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_role("button", name="Other completions").click()
    first = shown_when(widget, "s.draws === 1")
    before = levels(widget.locator(".vae-answers canvas").first)
    assert_completed(place, widget, first)
    widget.get_by_role("button", name="Other completions").click()
    second = shown_when(widget, "s.draws === 2")
    assert second["hidden"] == first["hidden"] == place.state["hidden"]
    after = levels(widget.locator(".vae-answers canvas").first)
    assert np.abs(before - after).max() > 1


@each_brush
def test_the_keyboard_paints_and_shows_again(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    widget.get_by_role("button", name="Show everything").press("Enter")
    widget.get_by_role("application").focus()
    page.keyboard.press("Space")
    once = hidden_pixels(widget)
    assert 12 <= once <= 18  # a disc of radius 2.2
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    assert once < hidden_pixels(widget) <= 2 * once
    widget.get_by_label("Show again").check()
    widget.get_by_role("application").focus()
    page.keyboard.press("Space")
    assert hidden_pixels(widget) <= once


@each_brush
def test_another_picture_is_completed_under_the_same_mask(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_role("button", name="Paint on picture 2").click()
    widget.get_by_role("button", name="Complete", exact=True).click()
    shown = shown_when(widget, "s.picture === 1")
    assert shown["hidden"] == place.state["hidden"]
    assert_completed(place, widget, shown)


@each_brush
def test_nothing_is_fetched_before_the_first_touch(visit, place):
    assert_fetched_at_the_first_touch(visit(place.path), place, ".vae-tools .vae-train")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_brush
def test_axe_has_no_objection_to_a_painted_picture(
    visit, accessible, place, color_scheme
):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    widget.get_by_role("application").focus()
    page.keyboard.press("Space")
    widget.get_by_role("button", name="Complete", exact=True).click()
    shown_when(widget, "true")
    accessible(page, ".vae-live .vae-brush")
