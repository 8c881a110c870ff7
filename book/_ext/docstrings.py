r"""Shows the library's docstrings as they are written: plain text in Google's style.

Sphinx reads docstrings as reStructuredText, where `(B, *event)` opens an emphasis and
`|rate - capacity|` names a substitution. Here they mean what they say; only single
backticks are markup, for code. Doctest blocks pass unchanged.
"""

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

__all__ = ["escaped", "setup"]

CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
MARKUP = re.compile(r"([*|\\]|(?<=\w)_(?=\W|$))")


def escaped(lines: list[str]) -> Iterator[str]:
    """The docstring's lines as reStructuredText that reads the same.

    Args:
        lines: a docstring without its indentation.
    """
    in_doctest = False
    for line in lines:
        # A doctest block starts with a prompt and ends with an empty line.
        in_doctest = bool(line.strip()) and (in_doctest or ">>> " in line)
        if in_doctest:
            yield line
            continue
        text, code = CODE.split(line)[::2], CODE.split(line)[1::2]
        parts = [MARKUP.sub(r"\\\1", part) for part in text]
        for number, snippet in enumerate(code):
            parts[number] += f"``{snippet}``"
        yield "".join(parts)


def _escape(
    _app: Sphinx, _what: str, _name: str, _obj: Any, _options: Any, lines: list[str]
) -> None:
    lines[:] = escaped(lines)


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension, to run before napoleon (priority 500)."""
    app.connect("autodoc-process-docstring", _escape, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
