"""What the browser tests of labs share: how long to wait, and for what."""

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


def step_once(widget: Locator) -> None:
    """Press Step, and wait until it is done."""
    widget.get_by_role("button", name="Step").click()
    wait_for_step(widget, 1)
