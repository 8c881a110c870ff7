"""The book's controls on the built site: touched as readers touch them, no kernel."""

import numpy as np
import pytest
import torch

from vae_lib.models import VAE, SpriteDecoder
from vae_lib.zoo import load_model, names
from widget_pages import (
    decoding_places,
    finger_drag,
    levels,
    mouse_drag,
    picture,
    places,
    slider,
    to_levels,
    value_of,
    wait_for_any_frame,
)

pytestmark = pytest.mark.site
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
each_widget = pytest.mark.parametrize("place", places(), ids=str)
each_traversal = pytest.mark.parametrize("place", places("traversal"), ids=str)
NAMED = [place for place in decoding_places() if place.state.get("names")]
UNNAMED = [place for place in decoding_places() if not place.state.get("names")]
each_named = pytest.mark.parametrize("place", NAMED, ids=str)
each_unnamed = pytest.mark.parametrize("place", UNNAMED, ids=str)
each_plane = pytest.mark.parametrize("place", places("latent_plane"), ids=str)


def test_book_has_all_controls(site):
    """Else every test below would pass by having nothing to test."""
    assert places("traversal")
    assert places("latent_plane")
    assert places("rate_prices")
    assert places("rotation_plane")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@each_widget
def test_axe_has_no_objection_to_live_controls(visit, accessible, place, color_scheme):
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page)
    slider(widget).press("ArrowRight")
    wait_for_any_frame(widget)
    accessible(page, ".vae-live")


@each_traversal
def test_keyboard_moves_a_latent(visit, place):
    """Each arrow is one step of 0.05."""
    widget = place.open(visit(place.path))
    for _ in range(4):
        slider(widget).press("ArrowLeft")
    code = place.start
    code[place.state["latents"][0]] -= 0.2
    place.assert_shows(widget, code)


@each_traversal
def test_typed_number_moves_a_latent(visit, place):
    widget = place.open(visit(place.path))
    field = widget.get_by_role("textbox").nth(1)
    field.fill("1.25")
    field.press("Enter")
    code = place.start
    code[place.state["latents"][1]] = 1.25
    place.assert_shows(widget, code)


@each_traversal
def test_mouse_drags_a_latent(visit, place):
    widget = place.open(visit(place.path))
    code, latent = place.start, place.state["latents"][1]
    mouse_drag(slider(widget, 1), across=-80 if code[latent] > 0 else 80)
    moved = value_of(widget, 1)
    assert abs(moved - code[latent]) > 0.5
    code[latent] = moved
    place.assert_shows(widget, code)


@each_traversal
def test_finger_drags_a_latent(visit, place):
    widget = place.open(visit(place.path, **PHONE))
    code, latent = place.start, place.state["latents"][0]
    finger_drag(slider(widget), across=-50 if code[latent] > 0 else 50)
    moved = value_of(widget, 0)
    assert abs(moved - code[latent]) > 0.5
    code[latent] = moved
    place.assert_shows(widget, code)


@each_traversal
def test_buttons_set_the_whole_code(visit, place):
    widget = place.open(visit(place.path))
    slider(widget).press("ArrowRight")  # one that starts at 0 would not move
    widget.get_by_role("button", name="Reset to 0").click()
    place.assert_shows(widget, np.zeros(len(place.state["latents"])))
    for number, example in enumerate(place.state["examples"], 1):
        choice = widget.get_by_role("button", name=f"Encode example {number}")
        choice.click()
        place.assert_shows(widget, example["code"])
        assert choice.get_attribute("aria-pressed") == "true"
    before = wait_for_any_frame(widget)
    widget.get_by_role("button", name="Random").click()
    widget.page.wait_for_function(
        "([w, z]) => w.shown.some((value, k) => value !== z[k])",
        arg=[widget.element_handle(), before.tolist()],
    )
    place.assert_shows(widget, wait_for_any_frame(widget))


@each_traversal
def test_strip_follows_the_focused_latent(visit, place):
    """Nine answers of the model, from -span to span along the latent in hand."""
    widget = place.open(visit(place.path))
    latent, span = place.state["latents"][1], place.state["span"]
    slider(widget, 1).press("ArrowRight")
    code = place.start
    code[latent] += 0.05
    place.assert_shows(widget, code)
    widget.page.wait_for_timeout(1000)  # the strip is painted after the frame
    found = levels(widget.locator(".vae-strip canvas"))
    width = place.state["shape"][2]
    stride = width + place.state["gap"]
    for k, value in enumerate(np.linspace(-span, span, 9)):
        code[latent] = value
        part = found[:, k * stride : k * stride + width]
        assert np.abs(part - place.expected(code)).max() <= 1


@each_traversal
def test_strip_can_be_clicked(visit, place):
    """A click on a picture of the strip goes to that picture's code."""
    widget = place.open(visit(place.path))
    strip = widget.locator(".vae-strip canvas")
    box = strip.bounding_box()
    strip.click(position={"x": box["width"] * 8.5 / 9, "y": box["height"] / 2})
    moved = wait_for_any_frame(widget)[place.state["latents"][0]]
    assert abs(moved - place.state["span"]) < 0.2


@each_plane
def test_keys_move_the_point(visit, place):
    """Arrows go 0.1, with Shift 0.5, and Home goes back to the origin."""
    widget = place.open(visit(place.path))
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        slider(widget).press(key)
    place.assert_shows(widget, [0.2, 0.5])
    slider(widget).press("Home")
    place.assert_shows(widget, [0.0, 0.0])


@each_plane
def test_mouse_drags_the_point(visit, place):
    widget = place.open(visit(place.path))
    side = widget.locator(".vae-map").bounding_box()["width"]
    mouse_drag(slider(widget), across=side / 4, down=side / 8)
    reach = place.state["reach"]
    widget.page.wait_for_function(
        "([w, x]) => Math.abs(w.shown?.[0] - x) < 0.1",
        arg=[widget.element_handle(), reach / 2],
    )
    code = wait_for_any_frame(widget)
    np.testing.assert_allclose(code, [reach / 2, -reach / 4], atol=0.1)
    place.assert_shows(widget, code)


@each_plane
def test_finger_drags_the_point(visit, place):
    widget = place.open(visit(place.path, **PHONE))
    finger_drag(slider(widget), across=60)
    handle = widget.element_handle()
    widget.page.wait_for_function("(w) => w.shown?.[0] > 0.5", arg=handle)
    place.assert_shows(widget, wait_for_any_frame(widget))


@each_named
def test_only_named_latents_have_sliders_to_see(visit, place):
    widget = place.open(visit(place.path))
    handles = widget.get_by_role("slider").all()
    labels = [handle.get_attribute("aria-label") for handle in handles]
    assert labels == place.state["names"]
    assert "along " + labels[0] in widget.locator(".vae-caption").inner_text()
    slider(widget, 1).press("ArrowRight")
    wait_for_any_frame(widget)
    caption = widget.locator(".vae-caption").inner_text()
    assert caption.startswith(f"along {labels[1]}, from")


@each_named
def test_named_start_is_pytorchs_reconstruction(place):
    """Naming coordinates changes no picture, beyond the sliders' steps of 0.05."""
    start = picture(place.state["frame"])
    assert np.abs(place.expected(place.start) - start).max() <= 1
    example = picture(place.state["examples"][0]["picture"])
    x = torch.tensor(example / 255, dtype=torch.float32).permute(2, 0, 1)[None]
    with torch.no_grad():
        model = load_model("vae_faces_smooth")
        answer = to_levels(model.decode(model.encode(x).mean)[0].numpy())
    assert np.abs(answer - start).mean() < 3


@each_unnamed
def test_start_is_pytorchs_answer(place):
    """The first picture is PyTorch's answer of a known model, and the page's own.

    All rotations of the sprite decoder agree at 0, where its widgets start.
    """
    start = picture(place.state["frame"])
    z = torch.tensor(place.start[None], dtype=torch.float32)
    known = [SpriteDecoder(), *map(load_model, names())]
    vaes = [model for model in known if isinstance(model, VAE | SpriteDecoder)]
    models = [model for model in vaes if model.latent_dim == len(z[0])]
    with torch.no_grad():
        answers = [to_levels(model.decode(z)[0].numpy()) for model in models]
    assert any(np.array_equal(start, answer) for answer in answers)
    assert np.abs(place.expected(place.start) - start).max() <= 1
