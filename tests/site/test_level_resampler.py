"""Levels frozen and drawn anew on the built site, compared with ONNX Runtime."""

import numpy as np
import pytest

from vae_lib.widgets.level_functions import level_noise
from widget_pages import levels, picture, posters, session, to_levels

pytestmark = pytest.mark.site
PATH = "book/hierarchy/ladder.html"
PATIENCE = 60_000  # milliseconds for the runtime and the first pictures


def place():
    """The resampler of the page."""
    return next(one for one in posters("level_resampler") if one.path == PATH)


def press(widget, name):
    widget.get_by_role("button", name=name).press("Enter")


def toggle(widget, level):
    return widget.locator(f".vae-level[data-level='{level}']")


def wait_for(widget, **wanted: object):
    """Wait until that draw, those frozen levels or that picture are shown."""
    widget.page.wait_for_function(
        """([w, wanted]) => w.shown && Object.entries(wanted).every(
          ([name, value]) => String(w.shown[name]) === String(value))""",
        arg=[widget.element_handle(), wanted],
        timeout=PATIENCE,
    )
    return widget.evaluate("(w) => w.shown")


def expected(shown):
    """What ONNX Runtime draws: the picture, and the others that share frozen levels."""
    state = place().state
    shapes = [tuple(shape) for shape in state["shapes"]]
    setup = state["setup"]
    inputs = level_noise(setup["seed"], shown["draw"], setup["shown"], shapes)
    for level, shape in enumerate(shapes, start=1):
        name = f"level_{level}"
        code = np.array(state["codes"][shown["chosen"]][level - 1], np.float32)
        own = code.reshape(1, *shape)
        others = inputs[name]
        if level in shown["frozen"]:
            others = own.repeat(setup["shown"], axis=0)
        inputs[name] = np.concatenate([own, others])
    file = state["functions"]["draw"]["file"]
    return session(file).run(["x"], inputs)[0]


def assert_shows(widget, shown):
    """Nine canvases are ONNX Runtime's pictures to 1/255, and the words fit them."""
    x = expected(shown)
    canvases = widget.locator(".vae-frame canvas, .vae-tile canvas").all()
    assert len(canvases) == len(x) == 9
    for canvas, one in zip(canvases, x, strict=True):
        assert np.abs(levels(canvas) - to_levels(one)).max() <= 1
        assert "bright" in canvas.get_attribute("aria-label")
    share = 100 * np.abs(x[1:] - x[0]).mean()
    words = widget.locator(".vae-spread").inner_text()
    assert abs(float(words.split("by ")[1].split(" %")[0]) - share) < 0.1


def test_the_poster_shows_what_onnx_runtime_draws(visit):
    state = place().state
    shown = {"frozen": state["frozen"], "draw": 0, "chosen": 0}
    poster = place().poster(visit(PATH, java_script_enabled=False))
    images = poster.locator(".vae-frame img, .vae-tile img").all()
    for image, one in zip(images, expected(shown), strict=True):
        found = picture(image.get_attribute("src"))
        assert np.abs(found - to_levels(one)).max() <= 1


def test_resample_draws_others_that_share_the_frozen_levels(visit):
    widget = place().open(visit(PATH))
    press(widget, "Resample")
    first = wait_for(widget, draw=1)
    assert_shows(widget, first)
    assert first["frozen"] == place().state["frozen"]
    press(widget, "Resample")
    assert_shows(widget, wait_for(widget, draw=2))


def test_freezing_keeps_the_draw_and_says_so(visit):
    """By mouse; the button's state, its words and its border tell of it."""
    widget = place().open(visit(PATH))
    (top,) = place().state["frozen"]
    toggle(widget, 1).click()
    shown = wait_for(widget, frozen=f"1,{top}")
    assert shown["draw"] == 0
    assert_shows(widget, shown)
    assert toggle(widget, 1).get_attribute("aria-pressed") == "true"
    assert "frozen" in toggle(widget, 1).inner_text()
    toggle(widget, top).click()
    assert_shows(widget, wait_for(widget, frozen="1"))
    assert "drawn anew" in toggle(widget, top).inner_text()


def test_with_everything_frozen_nothing_changes(visit):
    widget = place().open(visit(PATH))
    for level in (2, 1):
        toggle(widget, level).press("Space")
    wait_for(widget, frozen="1,2,3")
    assert "by 0.0 %" in widget.locator(".vae-spread").inner_text()
    widget.get_by_text("Everything is frozen").wait_for()


def test_another_picture_can_be_the_start(visit):
    widget = place().open(visit(PATH))
    example = widget.locator(".vae-example").nth(2)
    example.click()
    assert_shows(widget, wait_for(widget, chosen=2))
    assert example.get_attribute("aria-pressed") == "true"


def test_a_finger_can_do_it_on_a_small_screen(visit):
    page = visit(PATH, width=390, has_touch=True)
    widget = place().open(page)
    toggle(widget, 2).tap()
    wait_for(widget, frozen="2,3")
    widget.get_by_role("button", name="Resample").tap()
    assert_shows(widget, wait_for(widget, draw=1))
    boxes = [one.bounding_box() for one in widget.locator("button").all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_control_is_accessible(visit, accessible, scheme):
    page = visit(PATH, color_scheme=scheme)
    widget = place().open(page)
    press(widget, "Resample")
    wait_for(widget, draw=1)
    accessible(page, ".vae-live .vae-resampler")
