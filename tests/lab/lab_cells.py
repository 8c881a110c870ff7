"""Cells of a notebook in a browser, and what a widget in one shows."""

from typing import Any

from playwright.sync_api import Locator, Page

__all__ = ["run", "show", "shown", "told"]


def run(page: Page, number: int) -> None:
    """Run a cell; touching a widget selects its cell, so select this one first."""
    page.locator(".jp-CodeCell").nth(number).locator(".jp-InputPrompt").click()
    page.keyboard.press("Shift+Enter")


def shown(canvas: Locator, channels: int = 1) -> list[int]:
    """The levels of a canvas, 0 to 255, of its first channels."""
    return canvas.evaluate(
        """(canvas, channels) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          return [...data].filter((_, k) => k % 4 < channels);
        }""",
        channels,
    )


def show(page: Page, cell: int, name: str, event: str) -> Locator:
    """Run a cell; its widget, which keeps what it last said of itself."""
    run(page, cell)
    widget = page.locator(f".vae-widget.{name}")
    widget.wait_for()
    widget.evaluate(
        """(widget, event) => widget.addEventListener(
          event, ({ detail }) => { widget.told = detail; })""",
        event,
    )
    return widget


def told(widget: Locator, condition: str) -> Any:
    """What a widget says once the condition holds of it."""
    widget.page.wait_for_function(
        f"(widget) => widget.told && ((told) => {condition})(widget.told)",
        arg=widget.element_handle(),
    )
    return widget.evaluate("(widget) => widget.told")
