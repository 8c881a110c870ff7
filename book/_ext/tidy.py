"""Takes out of each page what Jupyter Book and its theme put there and nobody uses.

- Thebe, which would run cells on a remote server: its settings come twice (the second
  is an error in the browser's console), with a script, a stylesheet and two nodes.
- Scripts that are registered twice.
- Roles that docutils gives to a bibliography and that ARIA has withdrawn, and a name
  for the folded cells that hides from a screen reader what their summaries say.

What is left asks nothing of any other server.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

__all__ = ["setup"]

UNWANTED = re.compile(
    r' role="doc-biblioentry"'
    r'| role="list"(?= class="citation-list")|(?<=class="citation-list") role="list"'
    r'|(?<=<summary) aria-label="Toggle hidden content"'
)


def _is_thebe(asset: Any) -> bool:
    body = getattr(asset, "attributes", {}).get("body") or ""
    return "sphinx-thebe" in str(getattr(asset, "filename", asset)) or (
        "THEBE_JS_URL" in body
    )


def _key(asset: Any) -> tuple[str, str]:
    body = getattr(asset, "attributes", {}).get("body") or ""
    return str(getattr(asset, "filename", asset)), body


def _keep_what_is_used(
    _app: Sphinx,
    _pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    for kind in ("script_files", "css_files"):
        wanted = [asset for asset in context[kind] if not _is_thebe(asset)]
        context[kind] = list({_key(asset): asset for asset in wanted}.values())
    if "body" in context:
        context["body"] = UNWANTED.sub("", context["body"])


def _without_thebe(_app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    for raw in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in raw.astext() or "kernelName =" in raw.astext():
            raw.parent.remove(raw)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension, to run after all others."""
    app.connect("doctree-resolved", _without_thebe, priority=900)
    app.connect("html-page-context", _keep_what_is_used, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
