"""The flow on the built site: played by hand, repeated, compared with PyTorch."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from step_runs import play_and_pause, press, reset, wait_for_step
from vae_lib.objectives import InverseMultiquadric, squared_mmd
from vae_lib.widgets import philox
from vae_lib.widgets.flow_functions import KERNEL_SPEED, RATE_SPEED
from widget_pages import posters

pytestmark = pytest.mark.site
PATH = "book/disentanglement/matching.html"


def open_flow(page):
    """The live flow, in view; it keeps what it last showed in `shown`."""
    (place,) = posters("divergence_flow")
    return place.open(page, event="vae:flow")


def start():
    """The numbers that the page starts from: state (N, 4) and noise (N, 2)."""
    (place,) = posters("divergence_flow")
    numbers = {k: torch.tensor(place.state["start"][k]) for k in ("state", "noise")}
    return numbers["state"].view(-1, 4), numbers["noise"].view(-1, 2)


def characters(widget):
    """Where the map's characters stand, class by class."""
    texts = widget.locator("svg > text")
    return texts.evaluate_all(
        """(texts) => texts.map((text) =>
          ["x", "y"].map((side) => text.getAttribute(side).split(" ").map(Number)))"""
    )


def test_mouse_plays_pauses_and_resets(visit):
    widget = open_flow(visit(PATH))
    before = characters(widget)
    play_and_pause(widget)
    assert characters(widget) != before
    assert "Information" in widget.get_by_role("status").inner_text()
    reset(widget)
    assert characters(widget) == before


def test_rate_forgets_and_mmd_does_not(visit):
    """What the page says of the two, in the page."""
    widget = open_flow(visit(PATH))
    press(widget, "Play")
    forgotten = wait_for_step(widget, 300)["measures"]
    assert forgotten[0] < 0.05
    assert forgotten[2] < 0.2  # alike by chance: a tenth
    widget.get_by_role("button", name="Play", exact=True).wait_for()
    reset(widget)
    widget.locator("[name=pull]").select_option("multiquadric")
    slider = widget.locator("[name=scale]")
    for _ in range(3):
        slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "3"
    press(widget, "Play")
    kept = wait_for_step(widget, 300)["measures"]
    assert kept[0] > 3
    assert kept[1] < 1.5
    assert kept[2] > 0.5


def test_step_of_the_rate_is_pytorchs(visit):
    widget = open_flow(visit(PATH))
    press(widget, "Step")
    found = wait_for_step(widget, 1)["state"]
    state = start()[0].requires_grad_()
    kl_divergence(Normal(state[:, :2], state[:, 2:]), Normal(0.0, 1.0)).sum().backward()
    expected = (state - RATE_SPEED * state.grad).detach().flatten()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_step_of_mmd_is_pytorchs(visit):
    """The page and Python draw the prior's codes alike."""
    widget = open_flow(visit(PATH))
    widget.locator("[name=pull]").select_option("multiquadric")
    press(widget, "Step")
    found = wait_for_step(widget, 1)["state"]
    state, noise = start()
    draws = torch.from_numpy(philox.normals(0, 0, noise.numel())).view_as(noise)
    means = state[:, :2].clone().requires_grad_()
    codes = means + state[:, 2:] * noise
    squared_mmd(codes, draws, InverseMultiquadric()).sum().backward()
    state[:, :2] -= KERNEL_SPEED * means.grad
    np.testing.assert_allclose(found, state.flatten(), atol=1e-5)


@pytest.mark.parametrize("pull", ["gaussian", "adversary"])
def test_run_repeats_bit_for_bit(visit, pull):
    widget = open_flow(visit(PATH))
    widget.locator("[name=pull]").select_option(pull)
    ends = []
    for _ in range(2):
        for step in range(1, 6):
            press(widget, "Step")
            shown = wait_for_step(widget, step)
        ends.append(shown["state"])
        reset(widget)
    assert ends[0] == ends[1]


def test_scale_belongs_to_kernels(visit):
    widget = open_flow(visit(PATH))
    slider, mark = widget.locator("[name=scale]"), widget.locator(".vae-width")
    assert slider.is_disabled()
    assert not mark.is_visible()
    widget.locator("[name=pull]").select_option("gaussian")
    assert slider.is_enabled()
    before = mark.bounding_box()["width"]
    slider.press("End")
    assert mark.bounding_box()["width"] > 3 * before


def test_measures_start_as_python_measured_them(visit):
    widget = open_flow(visit(PATH))
    written = widget.locator(".vae-of-information b").inner_text()
    assert 0 < float(written) < math.log(len(start()[0]))
    poster = widget.page.locator(".vae-poster.vae-flow .vae-of-information b")
    assert poster.text_content() == written
