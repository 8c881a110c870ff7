"""Views made known on the built site: pictures and guesses are the model's own."""

import numpy as np
import pytest

from vae_lib.widgets.fill_body import in_words
from vae_lib.widgets.philox import normals
from widget_pages import levels, posters, session, to_levels

pytestmark = pytest.mark.site
PATH = "book/conditional/multimodal.html"
PATIENCE = 60_000  # milliseconds for the runtime and the first answer


def place():
    """The first control of its kind on the page."""
    return next(one for one in posters("fill_in") if one.path == PATH)


def open_form(page):
    """The live control, in view; it keeps what it last showed in `shown`."""
    return place().open(page, event="vae:filled")


def wait_for(widget, known, seen=0, turn=0):
    """Wait until these views are known and drawn; returns what is shown."""
    widget.page.wait_for_function(
        """([w, known, seen, turn]) => w.shown && w.shown.seen === seen
           && w.shown.turn === turn
           && JSON.stringify(w.shown.known) === JSON.stringify(known)""",
        arg=[widget.element_handle(), known, seen, turn],
        timeout=PATIENCE,
    )
    return widget.evaluate("(w) => w.shown")


def answer(known, seen=0, turn=0):
    """What ONNX Runtime answers, by name."""
    state = place().state
    names, draws = state["names"], state["draws"]
    width = len(state["experts"][0]["mean"])
    none = {"mean": [0.0] * width, "precision": [0.0] * width}
    expert = state["experts"][seen - 1] if seen else none

    def rows(values):
        return np.tile(np.array(values, np.float32), (draws, 1))

    inputs = {
        "known": rows([name in known for name in names]),
        "values": rows([known.get(name, 0.5) for name in names]),
        "mean": rows(expert["mean"]),
        "precision": rows(expert["precision"]),
        "noise": normals(state["seed"], turn, draws * width).reshape(draws, width),
    }
    run = session(state["functions"]["fill"]["file"])
    outputs = [output.name for output in run.get_outputs()]
    return dict(zip(outputs, run.run(outputs, inputs), strict=True))


def assert_shows(widget, known, seen=0, turn=0):
    """Every picture, every guess, and the nats in words."""
    shown = wait_for(widget, known, seen, turn)
    expected = answer(known, seen, turn)
    for k, x in enumerate(expected["x"]):
        found = levels(widget.locator(".vae-draws canvas").nth(k))
        assert np.abs(found - to_levels(x)).max() <= 1
    np.testing.assert_allclose(shown["guess"], expected["guess"][0], atol=1e-4)
    words = in_words(len(known), seen > 0, shown["rate"], shown["width"])
    assert widget.locator(".vae-told").inner_text() == words


def box(widget, index):
    return widget.get_by_role("checkbox").nth(index)


def dial(widget, index):
    return widget.get_by_role("slider").nth(index)


def test_a_number_made_known_is_drawn(visit):
    """By keyboard: tick it, then move it to its end."""
    widget = open_form(visit(PATH))
    names, start = place().state["names"], place().state["known"]
    other = next(k for k, name in enumerate(names) if name not in start)
    value = float(dial(widget, other).input_value())
    box(widget, other).press("Space")
    assert_shows(widget, {**start, names[other]: value})
    dial(widget, other).press("End")
    assert_shows(widget, {**start, names[other]: 1})


def test_a_number_forgotten_is_guessed_again(visit):
    widget = open_form(visit(PATH))
    (name,) = place().state["known"]
    index = place().state["names"].index(name)
    box(widget, index).click()
    assert_shows(widget, {})
    assert dial(widget, index).is_disabled()
    guess = f"guess {answer({})['guess'][0][index]:.2f}".replace("-", "−")
    assert dial(widget, index).get_attribute("aria-valuetext") == guess
    shown = widget.evaluate("(w) => w.shown")
    assert (shown["rate"], shown["width"]) == pytest.approx((0, 1), abs=1e-6)


def test_a_picture_is_read(visit):
    """The code has more nats than any form, and the picture's button is pressed."""
    widget = open_form(visit(PATH))
    start = place().state["known"]
    widget.get_by_role("button", name="Picture 2").click()
    assert_shows(widget, start, seen=2)
    pressed = widget.get_by_role("button", name="Picture 2")
    assert pressed.get_attribute("aria-pressed") == "true"
    widget.get_by_role("button", name="None").press("Enter")
    assert_shows(widget, start)


def test_draw_again_changes_the_noise_and_nothing_else(visit):
    widget = open_form(visit(PATH))
    start = place().state["known"]
    widget.get_by_role("button", name="Draw again").press("Enter")
    assert_shows(widget, start, turn=1)
    assert np.abs(answer(start)["x"] - answer(start, turn=1)["x"]).max() > 0.05


def test_forget_all_leaves_the_prior(visit):
    widget = open_form(visit(PATH))
    widget.get_by_role("button", name="Picture 1").click()
    wait_for(widget, place().state["known"], seen=1)
    widget.get_by_role("button", name="Forget all").click()
    assert_shows(widget, {})
    assert "Nothing known: 0.0 nats" in widget.locator(".vae-told").inner_text()


def test_words_follow_what_is_known(visit):
    widget = open_form(visit(PATH))
    widget.get_by_role("button", name="Forget all").click()
    wait_for(widget, {})
    status = widget.get_by_role("status")
    guess = f"{answer({})['guess'][0][0]:.2f}".replace("-", "−")
    status.filter(has_text="Guesses: ").filter(has_text=guess).wait_for()
    label = widget.locator(".vae-draws canvas").first.get_attribute("aria-label")
    assert label.startswith("Draw 1: ")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_has_no_objection(visit, accessible, color_scheme):
    page = visit(PATH, color_scheme=color_scheme)
    widget = open_form(page)
    box(widget, 1).click()
    widget.page.wait_for_function(
        "(w) => w.shown", arg=widget.element_handle(), timeout=PATIENCE
    )
    accessible(page, ".vae-live")
