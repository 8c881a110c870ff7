"""The code sampler on the built site: played by hand, changed, compared with ONNX."""

import numpy as np
import pytest

from step_runs import PATIENCE, press
from vae_lib.widgets.sampler_body import veiled
from vae_lib.widgets.sampler_functions import draw_code
from widget_pages import levels, posters, session, to_levels

pytestmark = pytest.mark.site
PATH = "book/discrete/priors.html"


def place():
    """The first sampler of the page."""
    return next(one for one in posters("code_sampler") if one.path == PATH)


def open_sampler(page):
    """The live sampler, in view; it keeps what it last showed in `shown`."""
    return place().open(page, event="vae:codes")


def wait_for(widget, count):
    """Wait until so many codes are drawn; returns what is shown."""
    widget.page.wait_for_function(
        "([w, count]) => w.shown?.codes.length === count",
        arg=[widget.element_handle(), count],
        timeout=PATIENCE,
    )
    return widget.evaluate("(w) => w.shown")


def answer(name, codes, kind=None, temperature=1.0):
    """What ONNX Runtime answers, for codes padded as the page pads them."""
    state = place().state
    grid, setup = state["grid"], state["setup"]
    blank = (grid[0] * grid[1] - len(codes)) * [setup["blank"]]
    inputs = {"codes": np.array([*codes, *blank], np.float32).reshape(1, *grid)}
    if name == "chances":
        kinds = np.eye(setup["classes"], dtype=np.float32)
        inputs |= {"kind": kinds[[kind]], "temperature": np.full((1, 1), temperature)}
    inputs = {key: value.astype(np.float32) for key, value in inputs.items()}
    return session(state["functions"][name]["file"]).run(None, inputs)[0][0]


def chosen(widget):
    return int(widget.locator("[name=kind]").input_value())


def test_a_step_draws_the_code_that_python_draws(visit):
    """The page's chances are ONNX Runtime's, and its number is the place's own."""
    widget = open_sampler(visit(PATH))
    start = place().state["codes"]
    press(widget, "Step")
    shown = wait_for(widget, len(start) + 1)
    chances = answer("chances", start, chosen(widget))[len(start)]
    seed = place().state["setup"]["seed"]
    assert shown["codes"] == [*start, draw_code(chances, seed, len(start))]


def test_play_fills_the_grid_and_the_picture_is_the_decoders(visit):
    widget = open_sampler(visit(PATH))
    places = int(np.prod(place().state["grid"]))
    widget.get_by_role("button", name="Play", exact=True).click()
    codes = wait_for(widget, places)["codes"]
    expected = to_levels(answer("picture", codes))
    assert np.abs(levels(widget.locator(".vae-frame canvas")) - expected).max() <= 1
    widget.get_by_text("All codes are drawn").wait_for()
    assert widget.get_by_role("button", name="Step").is_disabled()
    assert widget.locator(".vae-cell.vae-patch").count() == places


def test_places_to_come_are_veiled(visit):
    widget = open_sampler(visit(PATH))
    start = place().state["codes"]
    press(widget, "Step")
    codes = wait_for(widget, len(start) + 1)["codes"]
    picture = veiled(answer("picture", codes), len(codes), place().state["grid"])
    found = levels(widget.locator(".vae-frame canvas"))
    assert np.abs(found - to_levels(picture)).max() <= 1


def test_a_chosen_code_stands_and_the_bits_are_the_chains(visit):
    """The third of the list, by keyboard; its price is the logarithm of its chance."""
    widget = open_sampler(visit(PATH))
    start = place().state["codes"]
    widget.locator(".vae-choice").nth(2).press("Enter")
    shown = wait_for(widget, len(start) + 1)
    kind = chosen(widget)
    chances = answer("chances", start, kind)[len(start)]
    assert shown["codes"][-1] == np.argsort(-chances, kind="stable")[2]
    every = answer("chances", shown["codes"], kind)
    bits = -sum(np.log2(every[k, code]) for k, code in enumerate(shown["codes"]))
    assert shown["bits"] == pytest.approx(bits, abs=1e-3)
    assert f"{bits:.0f} bits" in widget.locator(".vae-bits").inner_text()


def test_a_changed_cell_changes_what_follows_and_nothing_before(visit):
    widget = open_sampler(visit(PATH))
    places = int(np.prod(place().state["grid"]))
    press(widget, "Play")
    before = wait_for(widget, places)["codes"]
    widget.locator(".vae-cell").nth(2).click()
    assert wait_for(widget, 2)["codes"] == before[:2]
    chances = widget.evaluate("(w) => w.shown.chances")
    other = next(c for c in np.argsort(chances)[::-1][:8] if c != before[2])
    widget.get_by_role("button", name=f"code {other}", exact=False).last.click()
    wait_for(widget, 3)
    press(widget, "Play")
    after = wait_for(widget, places)["codes"]
    assert after[:3] == [*before[:2], other]
    assert after[3:] != before[3:]


def test_start_over_repeats_and_new_draws_differ(visit):
    widget = open_sampler(visit(PATH))
    places = int(np.prod(place().state["grid"]))
    grids = []
    for button in ("Start over", "Start over", "New draws"):
        press(widget, button)
        wait_for(widget, 0)
        press(widget, "Play")
        grids.append(wait_for(widget, places)["codes"])
    assert grids[0] == grids[1]
    assert grids[2] != grids[0]


def test_class_and_temperature_change_what_may_come(visit):
    widget = open_sampler(visit(PATH))
    start = place().state["codes"]
    widget.locator("[name=kind]").select_option("1")
    first = wait_for(widget, len(start))["chances"]
    np.testing.assert_allclose(
        first, answer("chances", start, 1)[len(start)], atol=1e-5
    )
    slider = widget.locator("[name=temperature]")
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "0.2"
    widget.page.wait_for_function(
        "([w, most]) => Math.max(...w.shown.chances) > most",
        arg=[widget.element_handle(), max(first)],
        timeout=PATIENCE,
    )
    cold = widget.evaluate("(w) => w.shown.chances")
    expected = answer("chances", start, 1, 0.2)[len(start)]
    np.testing.assert_allclose(cold, expected, atol=1e-4)


def test_arrows_walk_over_the_cells(visit):
    widget = open_sampler(visit(PATH))
    count = len(place().state["codes"])
    width = place().state["grid"][1]
    cells = widget.locator(".vae-cell")
    cells.nth(count).focus()
    widget.page.keyboard.press("ArrowUp")
    above = cells.nth(count - width)
    assert above.evaluate("(cell) => cell === document.activeElement")
    widget.page.keyboard.press("Enter")
    assert len(wait_for(widget, count - width)["codes"]) == count - width
    assert above.get_attribute("aria-label").endswith("next")


def test_words_follow_the_codes(visit):
    widget = open_sampler(visit(PATH))
    count = len(place().state["codes"]) + 1
    press(widget, "Step")
    wait_for(widget, count)
    status = widget.get_by_role("status")
    status.filter(has_text=f"{count} of").wait_for()
    assert "likeliest code" in status.inner_text()
    label = widget.locator(".vae-frame canvas").get_attribute("aria-label")
    assert f"from {count} of" in label


def test_less_motion_shows_the_end_only(visit):
    page = visit(PATH, reduced_motion="reduce")
    page.get_by_role("button", name="Show the controls").first.click()
    widget = open_sampler(page)
    widget.evaluate(
        """(widget) => {
          widget.pictures = 0;
          widget.addEventListener("vae:codes", () => { widget.pictures += 1; });
        }"""
    )
    press(widget, "Play")
    wait_for(widget, int(np.prod(place().state["grid"])))
    assert widget.evaluate("(w) => w.pictures") == 1


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_has_no_objection_to_a_drawn_grid(visit, accessible, color_scheme):
    page = visit(PATH, color_scheme=color_scheme)
    widget = open_sampler(page)
    press(widget, "Step")
    wait_for(widget, len(place().state["codes"]) + 1)
    accessible(page, ".vae-live")
