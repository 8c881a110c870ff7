"""Execute a page again when the library, a weight or a pinned package changes.

jupyter-cache finds a page's outputs by its cells and its kernel's description alone.
This extension adds a fingerprint of everything else that the cells depend on to that
description, and tells Sphinx to read again the pages whose fingerprint has changed.
Pages that do not depend on the change keep their outputs.
"""

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import jupytext
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from dependencies import Library

__all__ = ["fingerprint", "setup", "with_fingerprint"]


def fingerprint(page: str, library: Library, requirements: Path) -> str:
    """Digest of everything outside a page that its outputs depend on.

    Args:
        page: source of a MyST notebook.
        library: package whose modules and weights the page may use.
        requirements: file of pinned versions; comments in it do not count.

    Returns:
        SHA-256 in hexadecimal.

    Raises:
        SyntaxError: if the page's cells are not Python.
    """
    notebook = jupytext.reads(page, fmt="md:myst")
    plain = TransformerManager().transform_cell  # magics become Python
    code = "\n".join(
        plain(cell.source) for cell in notebook.cells if cell.cell_type == "code"
    )
    digest = hashlib.sha256(platform.python_version().encode())
    pins = (line.partition("#")[0].strip() for line in _lines(requirements))
    digest.update("\n".join(pin for pin in pins if pin).encode())
    for path in sorted(library.used_by(code)):
        digest.update(path.relative_to(library.root).as_posix().encode())
        digest.update(_digest(path, path.stat().st_mtime_ns))
    return digest.hexdigest()


def with_fingerprint(page: str, value: str) -> str:
    """The page with the fingerprint in its kernel's description, line for line.

    Args:
        page: source of a MyST notebook, with its YAML header.
        value: the fingerprint.
    """
    _, header, body = page.split("---\n", maxsplit=2)
    metadata = yaml.safe_load(header)
    metadata.setdefault("kernelspec", {})["fingerprint"] = value
    # JSON is YAML on one line; blank lines keep every later line at its number.
    padding = "\n" * header.count("\n")
    return f"---\n{json.dumps(metadata, default=str)}{padding}---\n{body}"


@cache
def _digest(path: Path, _modified: int) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def _current(app: Sphinx, docname: str, page: str) -> str:
    root = Path(app.confdir)
    library = Library(root / app.config.freshness_library)
    try:
        return fingerprint(page, library, root / "requirements.txt")
    except SyntaxError as error:
        raise ExtensionError(f"{docname}: a cell is not Python: {error}") from error


def _start(app: Sphinx) -> None:
    if not hasattr(app.env, "page_fingerprints"):
        app.env.page_fingerprints = {}


def _outdated(
    app: Sphinx,
    env: BuildEnvironment,
    _added: set[str],
    _changed: set[str],
    _removed: set[str],
) -> list[str]:
    return [
        docname
        for docname, known in env.page_fingerprints.items()
        if (path := Path(env.doc2path(docname))).is_file()
        and known != _current(app, docname, path.read_text("utf-8"))
    ]


def _stamp(app: Sphinx, docname: str, source: list[str]) -> None:
    if is_myst_markdown_notebook(source[0]):
        value = _current(app, docname, source[0])
        app.env.page_fingerprints[docname] = value
        source[0] = with_fingerprint(source[0], value)


def _forget(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    env.page_fingerprints.pop(docname, None)


def _merge(
    _app: Sphinx,
    env: BuildEnvironment,
    docnames: Iterable[str],
    other: BuildEnvironment,
) -> None:
    for docname in set(docnames) & set(other.page_fingerprints):
        env.page_fingerprints[docname] = other.page_fingerprints[docname]


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension."""
    app.add_config_value("freshness_library", "vae_lib", "env", [str])
    app.connect("builder-inited", _start)
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _stamp)
    app.connect("env-purge-doc", _forget)
    app.connect("env-merge-info", _merge)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
