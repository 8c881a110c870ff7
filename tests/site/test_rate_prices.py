"""Three prices on the built site: what the code comes to, against the exact answers."""

import numpy as np
import pytest

from widget_pages import mouse_drag, places, session, slider, wait_for_any_frame

pytestmark = pytest.mark.site
each_board = pytest.mark.parametrize("place", places("rate_prices"), ids=str)


def settled(place, prices, narrow=False):
    """Distortion and the three parts where ONNX Runtime's own descent ends."""
    model = session(place.state["functions"]["relax"]["file"])
    free = np.array(place.state["free"][narrow], np.float32)
    knobs = np.array(place.state["start"], np.float32) * (free if narrow else 1)
    for _ in range(2000):
        given = {"knobs": knobs, "prices": np.array(prices, np.float32), "free": free}
        knobs, parts = model.run(["rest", "parts"], given)
    return parts


def rested(widget):
    """Prices and parts of the last picture, once no other follows."""
    last = None
    while True:
        frame = wait_for_any_frame(widget)
        if last is not None and np.array_equal(frame, last):
            return frame[:3], frame[3:]
        last = frame
        widget.page.wait_for_timeout(500)


def shown(widget):
    """The numbers beside the bars."""
    return [float(text) for text in widget.locator(".vae-nats b").all_inner_texts()]


@each_board
def test_keyboard_prices_correlation_and_the_ellipse_turns(visit, place):
    """The exact answers: nothing of information, all of the correlation."""
    widget = place.open(visit(place.path))
    before = shown(widget)
    for _ in range(4):
        slider(widget, 1).press("ArrowRight")
    prices, parts = rested(widget)
    assert prices == pytest.approx([1, 1, 0])
    np.testing.assert_allclose(parts, settled(place, prices), atol=0.01)
    assert shown(widget) == pytest.approx(parts.tolist(), abs=0.006)
    assert parts[2] < 0.01 < 0.3 < before[2]
    assert abs(parts[1] - before[1]) < 0.02


@each_board
def test_mouse_prices_information_and_it_shrinks(visit, place):
    widget = place.open(visit(place.path))
    before = shown(widget)
    mouse_drag(slider(widget, 0), across=70)
    prices, parts = rested(widget)
    assert prices[0] > 2
    np.testing.assert_allclose(parts[:2], settled(place, prices)[:2], atol=0.02)
    assert parts[1] < before[1] - 0.5


@each_board
def test_prices_move_together_when_asked(visit, place):
    widget = place.open(visit(place.path))
    widget.get_by_label("Move all three together").check()
    slider(widget, 2).press("ArrowRight")
    prices, parts = rested(widget)
    assert prices == pytest.approx([1.25] * 3)
    np.testing.assert_allclose(parts, settled(place, prices), atol=0.01)


@each_board
def test_narrow_code_gives_up_a_latent_and_starts_again(visit, place):
    widget = place.open(visit(place.path))
    before = shown(widget)
    widget.get_by_label("one pixel only").check()
    slider(widget, 1).press("End")
    prices, parts = rested(widget)
    np.testing.assert_allclose(parts, settled(place, prices, narrow=True), atol=0.02)
    assert parts[1] < before[1] - 0.4
    widget.get_by_label("one pixel only").uncheck()
    slider(widget, 1).press("Home")
    widget.get_by_role("button", name="Start again").press("Enter")
    rested(widget)
    assert shown(widget) == pytest.approx(before, abs=0.02)


@each_board
def test_less_motion_shows_only_where_the_code_rests(visit, place):
    page = visit(place.path, reduced_motion="reduce")
    for button in page.get_by_role("button", name="Show the controls").all()[::-1]:
        button.press("Enter")
    widget = place.open(page)
    widget.evaluate(
        """(widget) => { widget.frames = 0;
          widget.addEventListener("vae:frame", () => { widget.frames += 1; }); }"""
    )
    slider(widget, 1).press("ArrowRight")
    prices, parts = rested(widget)
    assert widget.evaluate("(widget) => widget.frames") == 1
    np.testing.assert_allclose(parts, settled(place, prices), atol=0.02)
