"""Each executable page as a Jupyter notebook, for download and for Colab.

The notebooks carry no outputs: whoever opens one is about to run it. Their text is
plain Markdown with the numbers that the page computed. Where the book knows its
repository, the first cell installs what the machine lacks.
"""

from pathlib import Path
from typing import Any

import jupytext
import nbformat
from docutils import nodes
from myst_nb.ext.glue.crossref import read_glue_cache
from pybtex.database import BibliographyData
from pybtex.database.input.bibtex import Parser
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from launch import repository
from plain_inline import Sources
from plain_markdown import plain_cells

__all__ = ["notebook", "plain_notebook", "setup"]


def notebook(page: str, repository: str | None) -> nbformat.NotebookNode:
    """The page as a notebook without outputs, its text as it was written.

    Args:
        page: source of a MyST notebook.
        repository: OWNER/NAME on GitHub to install vae_lib from, if known.
    """
    twin = jupytext.reads(page, fmt="md:myst")
    twin.metadata.pop("jupytext", None)
    if repository is not None:
        install = nbformat.v4.new_code_cell(
            "from importlib.util import find_spec\n\n"
            'if find_spec("vae_lib") is None or find_spec("myst_nb") is None:\n'
            "    %pip install -q myst-nb "
            f'"vae_lib @ git+https://github.com/{repository}"'
        )
        twin.cells.insert(0, install)
    return _numbered(twin)


def plain_notebook(
    page: str, repository: str | None, sources: Sources
) -> nbformat.NotebookNode:
    """The page as a notebook without outputs, its text as any program shows it.

    Args:
        page: source of a MyST notebook.
        repository: OWNER/NAME on GitHub to install vae_lib from, if known.
        sources: what the page's text takes from elsewhere.

    Raises:
        ValueError: if something in the text has no plain form.
    """
    twin = notebook(page, repository)
    twin.cells = plain_cells(twin.cells, sources)
    return _numbered(twin)


def _numbered(twin: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for number, cell in enumerate(twin.cells):
        cell.id = f"cell-{number}"  # random ones would make each build another
    return twin


def _bibliography(app: Sphinx) -> BibliographyData:
    files = [Path(app.confdir, name) for name in app.config.bibtex_bibfiles]
    return Parser(encoding="utf-8").parse_files(files)


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
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    bibliography = _bibliography(app)
    for docname in app.env.found_docs:
        if "kernelspec" in app.env.metadata.get(docname, {}):
            glued = read_glue_cache(app.env.mystnb_config.output_folder, docname)
            sources = Sources(docname, glued, titles, bibliography)
            page = Path(app.env.doc2path(docname)).read_text("utf-8")
            try:
                twin = plain_notebook(page, repository(), sources)
            except ValueError as error:
                raise ExtensionError(f"{docname} as a notebook: {error}") from error
            target = Path(app.outdir, "_sources", f"{docname}.ipynb")
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(twin, target)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension."""
    app.connect("html-page-context", _offer)
    app.connect("build-finished", _write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
