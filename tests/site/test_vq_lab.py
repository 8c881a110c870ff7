"""The VQ lab on the built site: trained by hand, repeated, compared with PyTorch."""

import numpy as np
import pytest
import torch

from lab_runs import step_once, train, wait_for_step, wait_until_still
from vae_lib.evaluation import perplexity
from vae_lib.widgets.vq_learner import VQLearner, VQSettings
from widget_pages import posters

pytestmark = pytest.mark.site
PATH = "book/discrete/exercise_9_2.html"


def open_lab(page):
    """The live lab, in view."""
    (place,) = posters("vq_lab")
    return place.open(page)


def run_exactly(widget, steps, settings):
    """Train so many steps by the worker itself: the terms, the state, and a look."""
    return widget.evaluate(
        """async (widget, [steps, settings]) => {
          const { ask } = widget.learner;
          await ask("begin", settings);
          const { terms } = await ask("advance", { count: steps });
          const { state } = await ask("state");
          const { indices, error } = await ask("examine");
          return [terms, state, indices, error].map(({ data }) => [...data]);
        }""",
        [steps, vars(settings)],
    )


def shown(canvas):
    """What a canvas shows, to be compared."""
    return canvas.evaluate("(canvas) => canvas.toDataURL()")


def test_mouse_trains_and_changes_a_code(visit):
    """Train, pause, choose a cell and another code: curves, map and picture answer."""
    widget = open_lab(visit(PATH))
    train(widget, 200)
    assert widget.locator(".vae-chart-of-distortion path").first.get_attribute("d")
    assert widget.locator(".vae-voronoi path").count() == 4
    assert widget.locator(".vae-a-cell").get_attribute("d").count("Z") > 10
    assert "64 codes used, perplexity" in widget.locator(".vae-used").inner_text()
    assert "64 codes have latents" in widget.locator(".vae-voronoi").get_attribute(
        "aria-label"
    )
    picture = widget.locator(".vae-frame canvas")
    before = shown(picture)
    widget.locator(".vae-frame button").nth(5).click()
    for code in range(3):  # one of them may be its own
        widget.locator(".vae-palette button").nth(code).click()
    widget.page.wait_for_function(
        "(w) => w.querySelector('.vae-changed').textContent.startsWith('1 of 16')",
        arg=widget.element_handle(),
    )
    assert shown(picture) != before
    assert "1 of 16 codes changed" in picture.get_attribute("aria-label")
    widget.get_by_role("button", name="Original codes").click()
    widget.get_by_text("0 of 16 codes changed").first.wait_for()
    assert shown(picture) == before


def test_keyboard_chooses_trains_and_changes_a_code(visit):
    page = visit(PATH)
    widget = open_lab(page)
    commitment = widget.locator("[name=commitment]")
    commitment.focus()
    page.keyboard.press("ArrowRight")
    assert commitment.get_attribute("aria-valuetext") == "0.5"
    widget.get_by_role("button", name="Step").press("Enter")
    wait_for_step(widget, 1)
    wait_until_still(widget)
    assert widget.locator(".vae-count").inner_text() == "Step 1"
    first = widget.locator(".vae-frame button").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    pressed = widget.locator(".vae-frame button[aria-pressed=true]")
    assert "Row 2, column 2" in pressed.get_attribute("aria-label")
    palette = widget.locator(".vae-palette button")
    palette.nth(3).focus()
    page.keyboard.press("Enter")
    widget.get_by_text("1 of 16 codes changed").first.wait_for()
    assert "code" in pressed.get_attribute("aria-label")


def test_another_setting_starts_anew_and_codes_of_eight_have_no_map(visit):
    widget = open_lab(visit(PATH))
    step_once(widget)
    widget.locator("[name=dim]").select_option("8")
    widget.get_by_text("Step 0", exact=True).wait_for()
    widget.get_by_text("Cells are drawn for codes of two numbers.").wait_for()
    assert widget.locator(".vae-editor").evaluate("(editor) => editor.disabled")
    assert not widget.locator(".vae-voronoi path").count()
    assert not widget.locator(".vae-voronoi").is_visible()
    label = widget.locator(".vae-voronoi").get_attribute("aria-label")
    assert label == "Latents and codes: Cells are drawn for codes of two numbers."
    widget.locator("[name=dim]").select_option("2")
    widget.locator(".vae-voronoi").wait_for(state="visible")


def test_training_stops_by_itself_where_runs_are_compared(visit):
    widget = open_lab(visit(PATH))
    widget.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(widget, 400)
    wait_until_still(widget)
    assert widget.locator(".vae-count").inner_text() == "Step 400"


def test_run_repeats_bit_for_bit(visit):
    widget = open_lab(visit(PATH))
    settings = VQSettings(codes=16, k_means=True, restarts=True, decay=0.9, seed=7)
    first, again = (run_exactly(widget, 30, settings) for _ in range(2))
    assert first == again
    assert run_exactly(widget, 30, VQSettings(codes=16, seed=8)) != first


@pytest.mark.parametrize(
    "settings",
    [
        VQSettings(codes=16, decay=0.0),
        VQSettings(codes=64, dim=8, decay=0.9, k_means=True, restarts=True, seed=1),
        VQSettings(data="sprites", codes=256, commitment=1.0, seed=1),
    ],
    ids=["gradient", "cured", "sprites"],
)
def test_page_trains_as_the_kernel_does(visit, settings):
    """100 steps from the same seed and draws; how far that holds: see test_vq_step."""
    widget = open_lab(visit(PATH))
    terms, state, indices, error = run_exactly(widget, 100, settings)
    learner = VQLearner(settings)
    expected = learner.advance(100)
    count = learner.layout.count
    differences = np.abs(np.array(state)[:count] - learner.state[:count])
    assert np.quantile(differences, 0.999) < 1e-5
    assert (
        np.abs(np.array(terms).reshape(-1, 3) - expected).max() < 1e-5 * expected.max()
    )
    seen = learner.examine()
    assert (np.array(indices) != seen["indices"].ravel()).mean() < 1e-3
    assert error[0] == pytest.approx(float(seen["error"]), rel=1e-3)


def test_page_says_the_perplexity_that_the_library_computes(visit):
    widget = open_lab(visit(PATH))
    widget.evaluate(
        "(w) => w.addEventListener('vae:trained', (e) => { w.run = e.detail; })"
    )
    train(widget, 100)
    indices, (value, _) = widget.evaluate(
        "(w) => [[...w.run.indices.data], w.run.scores.at(-1).values]"
    )
    expected = perplexity(torch.tensor(indices).long(), 64)
    assert value == pytest.approx(expected, rel=1e-9)
    assert f"perplexity {expected:.1f}" in widget.locator(".vae-used").inner_text()


def test_less_motion_draws_only_when_still(visit):
    page = visit(PATH, reduced_motion="reduce")
    for button in page.get_by_role("button", name="Show the controls").all()[::-1]:
        button.press("Enter")
    widget = open_lab(page)
    widget.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(widget, 150)
    assert not widget.locator(".vae-voronoi path").count()
    widget.get_by_role("button", name="Pause").click()
    wait_until_still(widget)
    assert widget.locator(".vae-voronoi path").count() == 4
