"""A picture as codes, on the built site: what is shown, and what it is said to cost."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from widget_pages import (
    finger_drag,
    levels,
    mouse_drag,
    places,
    session,
    slider,
    to_levels,
    wait_for_any_frame,
)

pytestmark = pytest.mark.site
each_board = pytest.mark.parametrize("place", places("code_size"), ids=str)


def reached(widget, kind, side, shown=0):
    """Wait until that many kinds and codes of that picture are shown."""
    widget.page.wait_for_function(
        "([widget, wanted]) => String(widget.shown) === wanted",
        arg=[widget.element_handle(), f"{kind},{side},{shown}"],
        timeout=60_000,
    )


def known(place, kind, side, shown=0):
    """What the state says of a picture."""
    return place.state["sizes"][f"decode_{kind}_{side}"][shown]


def assert_shows(place, widget, kind, side, shown=0):
    """The picture is ONNX Runtime's to 1/255; all else is as the state says."""
    reached(widget, kind, side, shown)
    picture = known(place, kind, side, shown)
    codes = np.array(picture["codes"], np.float32).reshape(1, side, side)
    model = session(place.state["functions"][f"decode_{kind}_{side}"]["file"])
    expected = to_levels(model.run(["x"], {"codes": codes})[0][0])
    squares, decoded = widget.locator(".vae-tile canvas").all()
    assert np.abs(levels(decoded) - expected).max() <= 1
    colours = [place.state["palette"][code] for code in picture["codes"]]
    rows = levels(squares).reshape(-1, 3).tolist()
    painted = ["#" + "".join(f"{level:02x}" for level in row) for row in rows]
    assert painted == colours
    rival = widget.locator(".vae-tile img").nth(1)
    assert rival.get_attribute("src") == picture["jpeg"]
    cells = [row.locator("th, td") for row in widget.locator("tbody tr").all()]
    assert [row.all_inner_texts() for row in cells] == picture["rows"]


@each_board
def test_start_is_what_the_poster_shows(visit, place):
    page = visit(place.path)
    widget = place.open(page)
    poster = place.poster(page)
    shown = poster.locator(".vae-tile img").nth(2).get_attribute("src")
    data = base64.b64decode(shown.split(",")[1])
    expected = np.asarray(Image.open(io.BytesIO(data)))
    found = levels(widget.locator(".vae-tile canvas").nth(1))
    assert np.abs(found - expected).max() == 0
    assert poster.locator("tbody").inner_html() == widget.locator("tbody").inner_html()


@each_board
def test_keyboard_walks_through_every_kind_and_side(visit, place):
    widget = place.open(visit(place.path))
    for k in range(2):
        slider(widget, k).press("Home")
    kinds, sides = place.state["kinds"], place.state["sides"]
    for up, side in enumerate(sides):
        if up:
            slider(widget, 1).press("ArrowRight")
        for kind in kinds if up % 2 == 0 else kinds[::-1]:
            assert_shows(place, widget, kind, side)
            if kind != (kinds if up % 2 == 0 else kinds[::-1])[-1]:
                slider(widget, 0).press("ArrowRight" if up % 2 == 0 else "ArrowLeft")
    said = slider(widget, 1).get_attribute("aria-valuetext")
    assert said == f"{sides[-1]} × {sides[-1]}"


@each_board
def test_mouse_moves_a_slider_and_picks_a_picture(visit, place):
    widget = place.open(visit(place.path))
    mouse_drag(slider(widget, 0), across=400)
    kind = place.state["kinds"][-1]
    wait_for_any_frame(widget)
    side = int(widget.evaluate("(w) => w.shown[1]"))
    reached(widget, kind, side)
    choice = widget.get_by_role("button", name="Picture 2")
    choice.click()
    assert_shows(place, widget, kind, side, shown=1)
    assert choice.get_attribute("aria-pressed") == "true"


@each_board
def test_a_finger_moves_a_slider(visit, place):
    widget = place.open(visit(place.path, width=390, has_touch=True))
    finger_drag(slider(widget, 1), across=300)
    wait_for_any_frame(widget)
    kind = int(widget.evaluate("(w) => w.shown[0]"))
    assert_shows(place, widget, kind, place.state["sides"][-1])


@each_board
def test_words_follow_the_pictures(visit, place):
    """Canvases and the polite status say what is chosen, in bytes and decibels."""
    widget = place.open(visit(place.path))
    for k in range(2):
        slider(widget, k).press("End")
    kind, side = place.state["kinds"][-1], place.state["sides"][-1]
    reached(widget, kind, side)
    widget.page.wait_for_timeout(1500)  # announcements are 600 ms apart
    picture = known(place, kind, side)
    (_, (_, size, worth), (_, least, rival)) = picture["rows"]
    words = f"{side} × {side} codes of {kind} kinds: {size} bytes, {worth} dB"
    said = widget.get_by_role("status").inner_text()
    assert said == f"{words}; JPEG {least} bytes, {rival} dB."
    squares, decoded = widget.locator(".vae-tile canvas").all()
    assert decoded.get_attribute("aria-label") == f"Decoded from {words}"
    used = len(set(picture["codes"]))
    expected = f"{side} by {side} codes, {used} of {kind} kinds among them"
    assert squares.get_attribute("aria-label") == expected


@each_board
def test_readouts_are_no_tab_stops(visit, place):
    """The handles say the same, and nobody types into a choice."""
    widget = place.open(visit(place.path))
    readouts = widget.locator(".widget-readout")
    assert readouts.count() == 2
    for readout in readouts.all():
        assert not readout.evaluate("(it) => it.isContentEditable || it.tabIndex >= 0")
