"""The built site in a real browser, served as GitHub Pages serves it."""

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from built import AXE, SITE

# Pages of a project lie below the host's root: an address that starts with / is broken.
PREFIX = "/advanced-vae/"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site below PREFIX and nothing anywhere else."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
    }

    def translate_path(self, path: str) -> str:
        """Map an address to a file; those outside PREFIX lead nowhere."""
        if not path.startswith(PREFIX):
            return str(Path(self.directory) / "nowhere")
        return super().translate_path(path.removeprefix(PREFIX.rstrip("/")))

    def log_message(self, *_: object) -> None:
        """Stay silent: what fails is reported by the browser."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of the built site's root, with a slash at its end."""
    if not (SITE / "index.html").is_file():
        pytest.fail(f"{SITE} has no site: run `make book` first")
    handler = functools.partial(Handler, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
        server.shutdown()
        thread.join()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Open pages of the site; whatever goes wrong in them fails the test at its end.

    `visit("book/index.html", width=390, color_scheme="dark")` returns the page, loaded
    and idle. Further keywords go to playwright's `new_context`. An error in the
    console, a request to another server and an answer of 400 or more are failures.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def watch(page: Page, path: str) -> None:
        def request(url: str) -> None:
            if not url.startswith((site, "data:", "blob:")):
                problems.append(f"{path} asks for {url}")

        page.on("request", lambda it: request(it.url))
        page.on("pageerror", lambda error: problems.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda it: it.type == "error" and problems.append(f"{path}: {it.text}"),
        )
        page.on(
            "response",
            lambda it: it.status >= 400 and problems.append(f"{it.status} {it.url}"),
        )

    def open_page(
        path: str, *, width: int = 1280, height: int = 900, **options: Any
    ) -> Page:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, path)
        page.goto(site + path, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def accessible() -> Callable[..., None]:
    """Assert that axe finds nothing to object to in a page, or in a part of it."""

    def check(page: Page, part: str = "html") -> None:
        page.evaluate(AXE.read_text("utf-8"))
        violations = page.evaluate(
            "(part) => axe.run(part).then((result) => result.violations)", part
        )
        report = [
            f"{rule['id']}: {rule['help']}\n    {node['html']}\n    "
            + node["failureSummary"].replace("\n", "\n    ")
            for rule in violations
            for node in rule["nodes"]
        ]
        assert not report, "\n".join(report)

    return check
