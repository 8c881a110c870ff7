"""What the browser tests of labs share: how to train, and what to wait for."""

from playwright.sync_api import Locator

PATIENCE = 60_000  # milliseconds for the runtime and the first steps


def wait_for_step(widget: Locator, least: int) -> None:
    """Wait until so many steps are done."""
    widget.page.wait_for_function(
        """([widget, least]) => Number(widget.querySelector(".vae-count")
          .textContent.replace(/\\D/g, "")) >= least""",
        arg=[widget.element_handle(), least],
        timeout=PATIENCE,
    )


def wait_until_still(widget: Locator) -> None:
    """Wait until the lab has paused and shows where it stands."""
    widget.get_by_role("button", name="Train", exact=True).wait_for(timeout=PATIENCE)
    widget.page.wait_for_function(
        """(w) => !w.querySelector(".vae-probe, .vae-editor").disabled
          && w.querySelector(".vae-changed")?.textContent.trim() !== "" """,
        arg=widget.element_handle(),
        timeout=PATIENCE,
    )


def step_once(widget: Locator) -> None:
    """Press Step, and wait until it is done and shown."""
    widget.get_by_role("button", name="Step").click()
    wait_for_step(widget, 1)
    wait_until_still(widget)


def train(widget: Locator, steps: int) -> None:
    """Train by the button, pause, and wait until the lab stands still."""
    widget.get_by_role("button", name="Train", exact=True).click()
    wait_for_step(widget, steps)
    widget.get_by_role("button", name="Pause").click()
    wait_until_still(widget)
