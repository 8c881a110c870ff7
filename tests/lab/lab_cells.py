"""Cells of a notebook in a browser, and what a widget in one shows."""

from playwright.sync_api import Locator, Page

__all__ = ["run", "shown"]


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
