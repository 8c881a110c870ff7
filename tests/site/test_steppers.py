"""What all views that move step by step promise on the built site."""

import pytest

from step_runs import press, wait_for_step
from widget_pages import posters

pytestmark = pytest.mark.site
# The event that shows a step, and the steps at a press of Play.
STEPPERS = {
    "codebook_health": ("vae:health", 600),
    "divergence_flow": ("vae:flow", 300),
    "voronoi_stepper": ("vae:voronoi", 200),
}
each_stepper = pytest.mark.parametrize("kind", STEPPERS)


@each_stepper
def test_less_motion_shows_the_end_only(visit, kind):
    event, leg = STEPPERS[kind]
    (place,) = posters(kind)
    page = visit(place.path, reduced_motion="reduce")
    page.get_by_role("button", name="Show the controls").click()
    widget = place.open(page, event=event)
    widget.evaluate(
        """(widget, event) => {
          widget.pictures = 0;
          widget.addEventListener(event, () => { widget.pictures += 1; });
        }""",
        event,
    )
    press(widget, "Play")
    wait_for_step(widget, leg)
    assert widget.evaluate("(w) => w.pictures") == 1


@each_stepper
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_has_no_objection_after_a_step(visit, accessible, kind, color_scheme):
    event, _ = STEPPERS[kind]
    (place,) = posters(kind)
    page = visit(place.path, color_scheme=color_scheme)
    widget = place.open(page, event=event)
    press(widget, "Step")
    wait_for_step(widget, 1)
    accessible(page, ".vae-live")
