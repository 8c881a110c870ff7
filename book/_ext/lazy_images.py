"""A page's figures are fetched when the reader comes near them, and nothing moves then.

A chapter's figures weigh more than all its text. Their size is written beside their
address, so that the browser keeps their place before it has them.
"""

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx

__all__ = ["lazy", "setup"]

IMAGE = re.compile(r'<img (?=[^>]*src="[^"]*_images/(?P<name>[^"/]+\.png)")')


def lazy(body: str, files: dict[str, Path]) -> str:
    """The page with every figure fetched late, at its own size in pixels.

    Args:
        body: HTML in which figures lie in a folder `_images`.
        files: where each of them is to be read, by its name there.

    Raises:
        KeyError: if the page shows a figure that is not among the files.
    """

    def sized(match: re.Match[str]) -> str:
        with Image.open(files[match["name"]]) as image:
            width, height = image.size
        return f'<img loading="lazy" width="{width}" height="{height}" '

    return IMAGE.sub(sized, body)


def _make_lazy(
    app: Sphinx,
    _pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    if "body" in context:
        images = app.builder.images.items()
        files = {name: Path(app.srcdir, source) for source, name in images}
        context["body"] = lazy(context["body"], files)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension."""
    app.connect("html-page-context", _make_lazy)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
