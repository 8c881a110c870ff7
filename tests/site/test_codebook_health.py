"""The codebook dashboard on the built site: run by hand, repeated, held to PyTorch."""

import re

import numpy as np
import pytest
import torch

from step_runs import play_and_pause, press, reset, wait_for_start, wait_for_step
from vae_lib.networks import VectorQuantizer
from vae_lib.networks.codebook import nearest_codes
from vae_lib.widgets import philox
from widget_pages import posters, session

pytestmark = pytest.mark.site
PATH = "book/discrete/codebooks.html"


def open_dashboard(page):
    """The live dashboard, in view; it keeps what it last showed in `shown`."""
    (place,) = posters("codebook_health")
    return place.open(page, event="vae:health")


def encoded(places, step):
    """The page's latents (B, D) at a step of an encoder that learns in 300."""
    (place,) = posters("codebook_health")
    moments, *_ = place.state["shape"]
    at = np.clip(step / 300, 0, 1) * (moments - 1)
    shares = np.maximum(0, 1 - np.abs(at - np.arange(moments))).astype(np.float32)
    model = session(place.state["functions"]["encode"]["file"])
    given = {"places": np.asarray(places, np.float32), "shares": shares}
    return torch.from_numpy(model.run(["latents"], given)[0])


def alive(shown):
    return sum(count > 0 for count in shown["counts"])


def numbers(path):
    """What a drawing's path is made of."""
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]


def test_steps_are_the_quantisers_own(visit):
    """Three steps in the page and of `VectorQuantizer`, from the page's own draws."""
    widget = open_dashboard(visit(PATH))
    for step in range(1, 4):
        press(widget, "Step")
        found = wait_for_step(widget, step)
    (place,) = posters("codebook_health")
    _, many, dim = place.state["shape"]
    quantizer = VectorQuantizer(128, dim, decay=place.state["pace"]["decay"])
    start = torch.from_numpy(philox.normals(0, 0, 128 * dim)).view(128, dim)
    quantizer.codebook.copy_(start / dim**0.5)
    for step in range(3):
        latents = encoded(philox.indices(0, step, 256, many), step)
        quantizer(latents[:, :, None, None])
    expected = quantizer.codebook.flatten().numpy()
    np.testing.assert_allclose(found["codebook"], expected, atol=1e-5)
    indices = nearest_codes(encoded(range(many), 3), quantizer.codebook)
    assert found["counts"] == torch.bincount(indices, minlength=128).tolist()


def test_codes_die_when_the_encoder_learns_and_restarts_wake_them(visit):
    """What the page says of its first and its fourth run, in the page."""
    widget = open_dashboard(visit(PATH))
    press(widget, "Play")
    assert alive(wait_for_step(widget, 600)) < 20
    widget.get_by_role("button", name="Play", exact=True).wait_for()
    widget.get_by_label("Restart dead codes").check()
    press(widget, "Play")
    assert alive(wait_for_step(widget, 1200)) > 120


def test_k_means_keeps_codes_alive_only_where_the_encoder_stands(visit):
    """The second run and the third."""
    widget = open_dashboard(visit(PATH))
    widget.locator("[name=start]").select_option("kmeans")
    assert alive(wait_for_start(widget)) == 128
    press(widget, "Play")
    assert alive(wait_for_step(widget, 600)) < 20
    widget.get_by_role("button", name="Play", exact=True).wait_for()
    slider = widget.locator("[name=speed]")
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "has learned, stands still"
    wait_for_start(widget)
    press(widget, "Play")
    assert alive(wait_for_step(widget, 600)) == 128


def test_mouse_plays_pauses_and_resets(visit):
    widget = open_dashboard(visit(PATH))
    drawn = widget.locator(".vae-alive, .vae-dead, .vae-bar")
    paths = "(paths) => paths.map((path) => path.getAttribute('d'))"
    before = drawn.evaluate_all(paths)
    shown = play_and_pause(widget)
    assert drawn.evaluate_all(paths) != before
    words = f"128 codes: {alive(shown)} in use, {128 - alive(shown)} dead"
    widget.get_by_role("status").filter(has_text=words).wait_for()
    assert words in widget.locator(".vae-map svg").get_attribute("aria-label")
    reset(widget)
    for again, poster in zip(drawn.evaluate_all(paths), before, strict=True):
        # The poster was written by Python, which rounds halves another way.
        np.testing.assert_allclose(numbers(again), numbers(poster), atol=0.2)


@pytest.mark.parametrize("codes", [32, 256])
def test_gradient_and_every_size_repeat_bit_for_bit(visit, codes):
    widget = open_dashboard(visit(PATH))
    widget.locator("[name=mover]").select_option("descend")
    widget.locator("[name=codes]").select_option(str(codes))
    wait_for_start(widget)
    ends = []
    for _ in range(2):
        for step in range(1, 5):
            press(widget, "Step")
            shown = wait_for_step(widget, step)
        ends.append(shown["codebook"])
        reset(widget)
        wait_for_start(widget)
    assert ends[0] == ends[1]
    assert len(shown["counts"]) == codes
