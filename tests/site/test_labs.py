"""What both labs promise on the built site."""

import pytest

from lab_runs import step_once
from widget_pages import posters

pytestmark = pytest.mark.site
# Bytes of all functions of a lab's data and sizes, as they lie on the server.
LABS = {"beta_lab": 120e3, "vq_lab": 400e3}
each_lab = pytest.mark.parametrize("kind", LABS)


@each_lab
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_has_no_objection_to_a_trained_lab(visit, accessible, kind, color_scheme):
    (place,) = posters(kind)
    page = visit(place.path, color_scheme=color_scheme)
    step_once(place.open(page))
    accessible(page, ".vae-live")


@each_lab
def test_files_are_small(site, kind):
    (place,) = posters(kind)
    for lab in place.state["labs"].values():
        assert lab["data"]["bytes"] < 400e3
        functions = lab["functions"].values()
        assert sum(function["bytes"] for function in functions) < LABS[kind]
