"""Experts dragged on the built site: the product is the library's."""

import numpy as np
import pytest

from vae_lib.widgets.expert_board import told
from vae_lib.widgets.expert_plane import PRESETS, plane_product
from widget_pages import finger_drag, mouse_drag, posters

pytestmark = pytest.mark.site
PATH = "book/conditional/multimodal.html"


def open_plane(page):
    """The live control, in view; it keeps what it last showed in `shown`."""
    place = next(one for one in posters("expert_plane") if one.path == PATH)
    return place.open(page, event="vae:product")


def assert_shows(widget, experts):
    """The product of those that speak: drawn, told, and said."""
    widget.page.wait_for_function(
        """([w, experts]) =>
           JSON.stringify(w.shown?.experts) === JSON.stringify(experts)""",
        arg=[widget.element_handle(), experts],
    )
    shown = widget.evaluate("(w) => w.shown")
    mean, scale = plane_product([one for one in experts if one])
    np.testing.assert_allclose([*shown["mean"], *shown["scale"]], [*mean, *scale])
    drawn = widget.locator(".vae-product").evaluate(
        "(e) => ['cx', 'cy', 'rx', 'ry'].map((name) => +e.getAttribute(name))"
    )
    np.testing.assert_allclose(drawn, [*mean, *scale], atol=1e-4)
    assert widget.locator(".vae-told").inner_text() == told(experts, (mean, scale))


def start():
    return [list(one) for one in PRESETS["agree"]]


def test_arrows_move_an_expert(visit):
    widget = open_plane(visit(PATH))
    slider = widget.get_by_label("Expert A, right", exact=True)
    for _ in range(3):
        slider.press("ArrowRight")
    experts = start()
    experts[0][0] = 1.3
    assert_shows(widget, experts)
    assert slider.get_attribute("aria-valuetext") == "1.3"


def test_a_silent_expert_is_left_out(visit):
    widget = open_plane(visit(PATH))
    box = widget.get_by_role("checkbox")
    box.nth(1).press("Space")
    assert_shows(widget, [start()[0], None])
    box.nth(0).press("Space")
    assert_shows(widget, [None, None])
    words = widget.locator(".vae-told").inner_text()
    assert words == "The product: at (0.0, 0.0), widths 1.00 and 1.00."


@pytest.mark.parametrize("name", PRESETS)
def test_a_button_puts_both_experts_in_their_places(visit, name):
    """And lets a silent one speak again."""
    widget = open_plane(visit(PATH))
    widget.get_by_role("checkbox").nth(0).click()
    widget.get_by_role("button", name=name).press("Enter")
    assert_shows(widget, [list(one) for one in PRESETS[name]])


@pytest.mark.parametrize("drag", [mouse_drag, finger_drag])
def test_a_letter_is_dragged(visit, drag):
    page = visit(PATH, has_touch=True) if drag is finger_drag else visit(PATH)
    widget = open_plane(page)
    drag(widget.locator(".vae-letter.vae-of-B"), -60)
    widget.page.wait_for_function(
        "(w) => w.shown?.experts[1][0] < 1", arg=widget.element_handle()
    )
    experts = widget.evaluate("(w) => w.shown.experts")
    assert experts[0] == start()[0]
    assert experts[1][2:] == start()[1][2:]
    assert_shows(widget, experts)


def test_words_follow_the_product(visit):
    widget = open_plane(visit(PATH))
    widget.get_by_role("button", name="contradict").click()
    words = told(PRESETS["contradict"], plane_product(PRESETS["contradict"]))
    sentence = "The product stands where neither expert would look."
    widget.get_by_role("status").filter(has_text=sentence).wait_for()
    assert widget.locator("svg").get_attribute("aria-label") == words


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_has_no_objection(visit, accessible, color_scheme):
    page = visit(PATH, color_scheme=color_scheme)
    widget = open_plane(page)
    widget.get_by_role("button", name="contradict").click()
    widget.page.wait_for_function("(w) => w.shown", arg=widget.element_handle())
    accessible(page, ".vae-live")
