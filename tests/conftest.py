"""What all tests share."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly when the browser was missing: a quiet skip looks like a pass."""
    skipped = terminalreporter.stats.get("skipped", [])
    silent = [report for report in skipped if "THE SITE IS NOT TESTED" in str(report)]
    if silent:
        message = f"{len(silent)} TESTS OF THE SITE DID NOT RUN: no Chromium"
        terminalreporter.section(message, sep="!", red=True)
