"""Each executable page as a Jupyter notebook, for download and for Colab.

The notebooks carry no outputs: whoever opens one is about to run it. Where the book
knows its repository, the first cell installs vae_lib if the machine lacks it.
"""

from pathlib import Path
from typing import Any

import jupytext
import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from launch import repository

__all__ = ["notebook", "setup"]


def notebook(page: str, repository: str | None) -> nbformat.NotebookNode:
    """The page as a notebook without outputs.

    Args:
        page: source of a MyST notebook.
        repository: OWNER/NAME on GitHub to install vae_lib from, if known.
    """
    twin = jupytext.reads(page, fmt="md:myst")
    twin.metadata.pop("jupytext", None)
    if repository is not None:
        install = nbformat.v4.new_code_cell(
            "from importlib.util import find_spec\n\n"
            'if find_spec("vae_lib") is None:\n'
            f'    %pip install -q "vae_lib @ git+https://github.com/{repository}"'
        )
        twin.cells.insert(0, install)
    for number, cell in enumerate(twin.cells):
        cell.id = f"cell-{number}"  # jupytext draws random ones; builds are repeatable
    return twin


def _offer(
    app: Sphinx,
    pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        context["ipynb_source"] = f"{pagename}.ipynb"


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for docname in app.env.found_docs:
        if "kernelspec" in app.env.metadata.get(docname, {}):
            page = Path(app.env.doc2path(docname)).read_text("utf-8")
            target = Path(app.outdir, "_sources", f"{docname}.ipynb")
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook(page, repository()), target)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension."""
    app.connect("html-page-context", _offer)
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
