"""Where the built site lies, and which pages it should have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build" / "html"
AXE = ROOT / "book" / "_runtime" / "node_modules" / "axe-core" / "axe.min.js"


def toc_pages() -> list[str]:
    """Every page of the table of contents, as its address below the site's root."""

    def files(node: Any) -> Iterator[str]:
        if isinstance(node, list):
            for item in node:
                yield from files(item)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key in ("root", "file"):
                    yield value
                else:
                    yield from files(value)

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [f"{page}.html" for page in files(toc)]
