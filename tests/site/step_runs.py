"""What the browser tests of views that move step by step share: press and wait."""

from typing import Any

from playwright.sync_api import Locator

PATIENCE = 60_000  # milliseconds for the runtime and the first steps


def press(widget: Locator, name: str) -> None:
    """Press a button of a widget by the keyboard."""
    widget.get_by_role("button", name=name, exact=True).press("Enter")


def wait_for_step(widget: Locator, least: int) -> Any:
    """Wait until so many steps are shown; returns what is shown."""
    return _wait(widget, f"shown.step >= {least}")


def wait_for_start(widget: Locator) -> Any:
    """Wait until no step is shown, after there were some; returns what is shown."""
    return _wait(widget, "shown.step === 0")


def reset(widget: Locator) -> None:
    """Press Reset, and wait until the start is shown."""
    press(widget, "Reset")
    widget.get_by_text("Step 0", exact=True).wait_for()


def play_and_pause(widget: Locator) -> Any:
    """Play some steps by the mouse and pause; returns what is shown.

    The count and the words say which step it is.
    """
    widget.get_by_role("button", name="Play", exact=True).click()
    wait_for_step(widget, 10)
    widget.get_by_role("button", name="Pause").click()
    widget.get_by_role("button", name="Play", exact=True).wait_for()
    shown = wait_for_step(widget, 10)
    assert widget.locator(".vae-count").inner_text() == f"Step {shown['step']}"
    words = widget.get_by_role("status")
    words.filter(has_text=f"Step {shown['step']}.").wait_for()
    return shown


def _wait(widget: Locator, condition: str) -> Any:
    widget.page.wait_for_function(
        f"({{ shown }}) => shown && {condition}",
        arg=widget.element_handle(),
        timeout=PATIENCE,
    )
    return widget.evaluate("(w) => w.shown")
