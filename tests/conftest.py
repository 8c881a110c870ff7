"""What all tests share."""

import os
import shutil
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Browser, sync_playwright

# The tests' tensors are small: threads would wait for each other, for minutes where
# other programs want the processor too.
torch.set_num_threads(1)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
)
SKIPPED = "no Chromium was found: THE SITE IS NOT TESTED (name one in BOOK_BROWSER)"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly when the browser was missing: a quiet skip looks like a pass."""
    skipped = terminalreporter.stats.get("skipped", [])
    silent = [report for report in skipped if "THE SITE IS NOT TESTED" in str(report)]
    if silent:
        message = f"{len(silent)} TESTS OF THE SITE DID NOT RUN: no Chromium"
        terminalreporter.section(message, sep="!", red=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    program = os.environ.get("BOOK_BROWSER") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    if program is None:
        if os.environ.get("BOOK_BROWSER_REQUIRED"):
            pytest.fail(SKIPPED)
        pytest.skip(SKIPPED)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*FLAGS])
        yield chromium
        chromium.close()
