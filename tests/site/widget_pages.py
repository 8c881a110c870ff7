"""What the browser tests ask of widgets: where they are, what they should show."""

import base64
import io
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import onnxruntime
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Locator, Page

from built import SITE, toc_pages

MIME = "application/vnd.jupyter.widget-{}+json"
CLASSES = {
    "beta_lab": "vae-lab",
    "beta_sweep": "vae-sweep",
    "codebook_health": "vae-health",
    "code_sampler": "vae-sampler",
    "codebook_editor": "vae-codes-edited",
    "code_size": "vae-sizes",
    "code_swap": "vae-codes-swapped",
    "divergence_flow": "vae-flow",
    "expert_plane": "vae-experts",
    "fill_in": "vae-fill",
    "label_slider": "vae-labels",
    "latent_plane": "vae-plane",
    "level_resampler": "vae-resampler",
    "mask_brush": "vae-brush",
    "rate_prices": "vae-prices",
    "rotation_plane": "vae-rotation",
    "style_board": "vae-styles",
    "traversal": "vae-traversal",
    "voronoi_stepper": "vae-stepper",
    "vq_lab": "vae-vq",
}
# What moves these is a button or a price, not a code's slider.
NO_CODE_SLIDER = (
    "beta_lab",
    "beta_sweep",
    "codebook_health",
    "code_sampler",
    "codebook_editor",
    "code_swap",
    "divergence_flow",
    "label_slider",
    "level_resampler",
    "mask_brush",
    "style_board",
    "expert_plane",
    "fill_in",
    "voronoi_stepper",
    "vq_lab",
)


@dataclass(frozen=True)
class Place:
    """One widget of the book: its page, its kind, which of its kind, its state."""

    path: str
    kind: str
    index: int
    state: dict

    def __str__(self) -> str:
        return f"{self.path}:{self.kind}:{self.index}"

    @property
    def start(self) -> np.ndarray:
        """The code that the widget starts at."""
        if self.kind == "latent_plane":
            return np.array(self.state["code"])
        if self.kind == "rotation_plane":
            return np.array(self.state["degrees"][:1])
        examples = self.state["examples"]
        zero = [0.0] * len(self.state["latents"])
        return np.array(examples[0]["code"] if examples else zero)

    def poster(self, page: Page) -> Locator:
        """The widget's poster."""
        return page.locator(f".vae-poster.{CLASSES[self.kind]}").nth(self.index)

    def live(self, page: Page) -> Locator:
        """The live widget, which may not be there."""
        return page.locator(f".vae-live .{CLASSES[self.kind]}").nth(self.index)

    def open(self, page: Page, event: str = "vae:frame") -> Locator:
        """The live widget, in view; it keeps the detail of its last event in `shown`.

        That of a frame is the code.
        """
        widget = self.live(page)
        widget.wait_for()
        widget.scroll_into_view_if_needed()
        widget.evaluate(
            """(widget, event) => widget.addEventListener(event, ({ detail }) => {
              widget.shown = detail;
            })""",
            event,
        )
        return widget

    def expected(self, code: np.ndarray) -> np.ndarray:
        """What ONNX Runtime answers to code, as pixels."""
        z = np.asarray(code, np.float32)[None]
        model = session(self.state["functions"]["decode"]["file"])
        return to_levels(model.run(["x"], {"z": z})[0][0])

    def assert_shows(self, widget: Locator, code: np.ndarray) -> None:
        """Wait for the frame of this code; it is the model's answer to 1/255."""
        widget.page.wait_for_function(
            """([widget, code]) => widget.shown?.every(
              (value, k) => Math.abs(value - code[k]) < 1e-6)""",
            arg=[widget.element_handle(), [float(value) for value in code]],
        )
        found = levels(widget.locator(".vae-frame canvas"))
        assert np.abs(found - self.expected(code)).max() <= 1


def assert_fetched_at_the_first_touch(page: Page, place: Place, touch: str) -> None:
    """No model is asked for before a control, a CSS selector in the widget, is used."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    widget = place.open(page)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/runtime/models/" in url]
    with page.expect_event("requestfinished", lambda it: it.url.endswith(".onnx")):
        widget.locator(touch).first.click()


def posters(kind: str | None = None) -> list[Place]:
    """Every widget of the book, or every one of a kind, in reading order."""
    found = [place for page in toc_pages() for place in _places_on(page)]
    return [place for place in found if kind in (None, place.kind)]


def places(kind: str | None = None) -> list[Place]:
    """Those of them that a slider moves."""
    return [place for place in posters(kind) if place.kind not in NO_CODE_SLIDER]


def decoding_places() -> list[Place]:
    """Every widget that shows a model's picture."""
    return [place for place in places() if "decode" in place.state["functions"]]


def fetching_places() -> list[Place]:
    """Every widget that fetches a function at the first touch."""
    return [place for place in places() if place.state["functions"]]


@cache
def _places_on(path: str) -> tuple[Place, ...]:
    if not (SITE / path).is_file():  # said by the fixture `site`, not at collection
        return ()
    soup = BeautifulSoup((SITE / path).read_text("utf-8"), "html.parser")
    script = soup.find("script", type=MIME.format("state"))
    if script is None:
        return ()
    models = json.loads(script.string)["state"]
    found: list[Place] = []
    for view in soup.find_all("script", type=MIME.format("view")):
        state = models[json.loads(view.string)["model_id"]]["state"]
        if "functions" not in state:
            continue
        kind = state["_esm"].split("views.")[1].rstrip(";")
        index = sum(place.kind == kind for place in found)
        found.append(Place(path, kind, index, state))
    return tuple(found)


def slider(widget: Locator, index: int = 0) -> Locator:
    """What moves the code: a latent's handle, or the point in the plane."""
    return widget.get_by_role("slider").nth(index)


def value_of(widget: Locator, index: int) -> float:
    """The number beside a latent's slider, as the reader sees it."""
    text = widget.get_by_role("textbox").nth(index).inner_text()
    return float(text.replace("−", "-"))


def wait_for_any_frame(widget: Locator) -> np.ndarray:
    """The code of the last frame, as soon as there is one."""
    handle = widget.element_handle()
    widget.page.wait_for_function("(w) => w.shown", arg=handle, timeout=60_000)
    return np.array(widget.evaluate("(w) => w.shown"))


def shown_when(widget: Locator, condition: str) -> Any:
    """What a widget shows, `s`, as soon as it fulfils a condition, in JavaScript."""
    widget.page.wait_for_function(
        f"(w) => w.shown && ((s) => {condition})(w.shown)",
        arg=widget.element_handle(),
        timeout=60_000,
    )
    return widget.evaluate("(w) => w.shown")


def levels(canvas: Locator) -> np.ndarray:
    """A canvas's pixels, (H, W, 3), 0 to 255."""
    width, height, data = canvas.evaluate(
        """(canvas) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return [width, height, [...data]];
        }"""
    )
    return np.array(data).reshape(height, width, 4)[..., :3]


def picture(address: str) -> np.ndarray:
    """The pixels (H, W, 3), 0 to 255, of a data address."""
    data = io.BytesIO(base64.b64decode(address.split(",")[1]))
    return np.asarray(Image.open(data).convert("RGB")).astype(int)


@cache
def session(file: str) -> onnxruntime.InferenceSession:
    """The model that the page fetches, run by ONNX Runtime."""
    path = SITE / "runtime" / "models" / file
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def to_levels(picture: np.ndarray) -> np.ndarray:
    """A picture (C, H, W) in [0, 1] as pixels (H, W, 3)."""
    rgb = np.broadcast_to(picture, (3, *picture.shape[1:])).transpose(1, 2, 0)
    return np.rint(255 * np.clip(rgb, 0, 1)).astype(int)


def mouse_drag(handle: Locator, across: float = 60, down: float = 0) -> None:
    """Drag with a mouse, in steps, as a hand does."""
    x, y = _middle(handle)
    mouse = handle.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + across, y + down, steps=6)
    mouse.up()


def finger_drag(handle: Locator, across: float) -> None:
    """Drag with a finger: playwright only taps, the browser's own protocol drags."""
    handle.scroll_into_view_if_needed()
    x, y = _middle(handle)
    devtools = handle.page.context.new_cdp_session(handle.page)
    steps = [("touchStart", 0.0), *(("touchMove", k / 5) for k in range(1, 6))]
    for kind, share in steps:
        point = {"x": x + across * share, "y": y}
        devtools.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]}
        )
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _middle(handle: Locator) -> tuple[float, float]:
    box = handle.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
