"""The Voronoi stepper on the built site: played by hand, compared with PyTorch."""

import re

import numpy as np
import pytest
import torch

from step_runs import PATIENCE, play_and_pause, press, reset, wait_for_step
from vae_lib.networks import VectorQuantizer
from vae_lib.networks.codebook import moving_average, nearest_codes, tally
from vae_lib.widgets import philox
from vae_lib.widgets.voronoi_functions import CODE_SPEED, DECAY, LATENT_SPEED
from widget_pages import finger_drag, mouse_drag, posters

pytestmark = pytest.mark.site
PATH = "book/discrete/vq_vae.html"


def open_stepper(page):
    """The live stepper, in view; it keeps what it last showed in `shown`."""
    (place,) = posters("voronoi_stepper")
    return place.open(page, event="vae:voronoi")


def start():
    """Points (N, 2) and codes (K, 2) that the page starts from."""
    (place,) = posters("voronoi_stepper")
    numbers = (torch.tensor(place.state["start"][k]) for k in ("points", "codebook"))
    return [values.view(-1, 2) for values in numbers]


def handle(widget, letter):
    return widget.get_by_role("slider", name=f"Code {letter}")


def wait_for_codebook(widget, expected):
    """Wait until the codes shown are those expected."""
    widget.page.wait_for_function(
        """([w, codes]) => w.shown?.codebook.every(
          (value, k) => Math.abs(value - codes[k]) < 1e-4)""",
        arg=[widget.element_handle(), expected.flatten().tolist()],
        timeout=PATIENCE,
    )


def corners(cells):
    """The polygons' corners, cell by cell, one row of numbers."""
    texts = cells.evaluate_all("(all) => all.map((it) => it.getAttribute('points'))")
    return [np.array(re.findall(r"[-\d.]+", text), float) for text in texts]


def test_live_cells_are_the_posters(visit):
    """JavaScript and Python divide the plane alike; to a tenth of a unit of 400."""
    widget = open_stepper(visit(PATH))
    poster = widget.page.locator(".vae-poster.vae-stepper .vae-regions polygon")
    live = widget.locator(".vae-regions polygon")
    for found, expected in zip(corners(live), corners(poster), strict=True):
        np.testing.assert_allclose(found, expected, atol=0.15)


@pytest.mark.parametrize("mover", ["gradient", "average", "k_means"])
def test_step_of_the_codes_is_pytorchs(visit, mover):
    points, codebook = start()
    grid = points[:, :, None, None]
    if mover == "gradient":
        quantizer = VectorQuantizer(*codebook.shape)
        with torch.no_grad():
            quantizer.codebook.copy_(codebook)
        quantizer(grid).codebook_loss.mean().backward()
        expected = codebook - CODE_SPEED * quantizer.codebook.grad
    else:
        decay = DECAY if mover == "average" else 0.0
        counts, sums = tally(points, nearest_codes(points, codebook), len(codebook))
        uses = torch.ones(len(codebook))
        expected, _ = moving_average(codebook, uses, counts, sums, decay)
    widget = open_stepper(visit(PATH))
    widget.locator("[name=mover]").select_option(mover)
    press(widget, "Step")
    found = wait_for_step(widget, 1)
    np.testing.assert_allclose(found["codebook"], expected.flatten(), atol=1e-5)
    assert found["latents"] == pytest.approx(points.flatten().tolist())


def test_step_of_the_latents_is_pytorchs(visit):
    """Twice, since at first latent and point are one; with the commitment as set."""
    points, codebook = start()
    latents, codes = points.clone(), codebook.clone()
    uses = torch.ones(len(codes))
    for _ in range(2):
        indices = nearest_codes(latents, codes)
        pull = 2 * (points - codes[indices]) + 2 * 0.5 * (codes[indices] - latents)
        counts, sums = tally(latents, indices, len(codes))
        codes, uses = moving_average(codes, uses, counts, sums, 0.0)
        latents = latents + LATENT_SPEED * pull
    widget = open_stepper(visit(PATH))
    widget.locator("[name=mover]").select_option("k_means")
    price = widget.locator("[name=commitment]")
    assert price.is_disabled()
    widget.locator("[name=follow]").press("Space")
    for _ in range(5):
        price.press("ArrowRight")
    assert widget.get_by_text("Commitment 0.50").is_visible()
    for step in (1, 2):
        press(widget, "Step")
        found = wait_for_step(widget, step)
    np.testing.assert_allclose(found["latents"], latents.flatten(), atol=1e-5)
    np.testing.assert_allclose(found["codebook"], codes.flatten(), atol=1e-5)


def test_codes_restart_where_python_would_put_them(visit):
    """The page and Python draw the same latents."""
    points, codebook = start()
    rows = philox.indices(0, 0, len(codebook), len(points))
    counts, _ = tally(points, nearest_codes(points, codebook), len(codebook))
    widget = open_stepper(visit(PATH))
    widget.locator("[name=restart]").check()
    press(widget, "Step")
    found = np.array(wait_for_step(widget, 1)["codebook"]).reshape(-1, 2)
    unused = (counts == 0).nonzero().flatten().tolist()
    assert len(unused) >= 3
    for code in unused:
        np.testing.assert_allclose(found[code], points[rows[code]], atol=1e-6)


def test_mouse_plays_pauses_and_resets(visit):
    widget = open_stepper(visit(PATH))
    cells = widget.locator(".vae-regions polygon")
    before = corners(cells)
    shown = play_and_pause(widget)
    assert sum(shown["counts"]) == len(start()[0])
    assert f"Step {shown['step']}." in widget.get_by_role("img").first.get_attribute(
        "aria-label"
    )
    reset(widget)
    for found, expected in zip(corners(cells), before, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_page_tells_the_truth_of_the_lone_code(visit):
    """Code h lies behind the crowd: no k-means ever moves it, a restart does."""
    widget = open_stepper(visit(PATH))
    widget.locator("[name=mover]").select_option("k_means")
    press(widget, "Play")
    shown = wait_for_step(widget, 200)
    _, codebook = start()
    assert shown["counts"][7] == 0
    np.testing.assert_allclose(shown["codebook"][-2:], codebook[7], atol=1e-6)
    assert "vae-empty" in widget.locator(".vae-regions polygon").nth(7).get_attribute(
        "class"
    )
    widget.get_by_role("button", name="Play", exact=True).wait_for()
    widget.locator("[name=restart]").check()
    press(widget, "Play")
    assert min(wait_for_step(widget, 400)["counts"]) > 0


def test_keyboard_moves_a_code(visit):
    widget = open_stepper(visit(PATH))
    _, codebook = start()
    code = handle(widget, "h")
    code.focus()
    code.press("Shift+ArrowRight")
    code.press("ArrowDown")
    codebook[7] += torch.tensor([0.5, -0.1])
    wait_for_codebook(widget, codebook)
    across, up = (f"{v:.2f}".replace("-", "−") for v in codebook[7].tolist())
    assert code.get_attribute("aria-valuetext").startswith(f"{across}, {up};")


def test_mouse_drags_a_code_and_its_cell_follows(visit):
    widget = open_stepper(visit(PATH))
    before = corners(widget.locator(".vae-regions polygon"))
    mouse_drag(handle(widget, "h"), across=90, down=90)
    widget.page.wait_for_function(
        "(w) => w.shown?.counts[7] > 0", arg=widget.element_handle(), timeout=PATIENCE
    )
    codes = torch.tensor(widget.evaluate("(w) => w.shown.codebook")).view(-1, 2)
    counts = nearest_codes(start()[0], codes).bincount(minlength=len(codes))
    assert widget.evaluate("(w) => w.shown.counts") == counts.tolist()
    after = corners(widget.locator(".vae-regions polygon"))
    assert any(
        len(a) != len(b) or not np.allclose(a, b)
        for a, b in zip(after, before, strict=True)
    )


def test_finger_drags_a_code(visit):
    page = visit(PATH, width=390, height=844, has_touch=True)
    widget = open_stepper(page)
    left = start()[1][7, 0]
    finger_drag(handle(widget, "h"), across=60)
    page.wait_for_function(
        "([w, left]) => w.shown?.codebook[14] > left + 0.5",
        arg=[widget.element_handle(), float(left)],
        timeout=PATIENCE,
    )


def test_arrows_are_those_of_the_latent_picked(visit):
    widget = open_stepper(visit(PATH))
    arrow = widget.locator("svg g .vae-taught")
    first = arrow.get_attribute("d")
    slider = widget.locator("[name=latent]")
    slider.press("ArrowRight")
    second = arrow.get_attribute("d")
    assert second != first
    label = re.compile(r"Arrows at latent 2, code [a-h]")
    assert widget.get_by_text(label).is_visible()
    box = widget.locator(".vae-map").bounding_box()
    widget.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    points, _ = start()
    nearest = int(points.square().sum(1).argmin())
    # The click may be half a pixel off the middle: the second nearest is as good.
    picked = int(slider.input_value()) - 1
    assert points[picked].norm() < points[nearest].norm() + 0.05


def test_run_repeats_bit_for_bit(visit):
    widget = open_stepper(visit(PATH))
    widget.locator("[name=restart]").check()
    widget.locator("[name=follow]").check()
    ends = []
    for _ in range(2):
        for step in range(1, 6):
            press(widget, "Step")
            shown = wait_for_step(widget, step)
        ends.append((shown["codebook"], shown["latents"]))
        reset(widget)
    assert ends[0] == ends[1]
