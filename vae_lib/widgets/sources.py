"""The widgets' JavaScript, as one self-contained module for a notebook."""

import re
from functools import cache
from pathlib import Path

__all__ = ["joined_module", "stylesheet"]

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<file>\w+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@cache
def joined_module(name: str) -> str:
    """One ES module holding name and everything it imports, dependencies first.

    A notebook imports a widget's code from a blob, where relative imports do not
    resolve. Names at the top level of the files must therefore differ (tested).

    Args:
        name: a file beside this one, e.g. "traversal.js".
    """
    ordered: dict[str, str] = {}

    def visit(file: str) -> None:
        if file in ordered:
            return
        source = (HERE / file).read_text(encoding="utf-8")
        for match in IMPORT.finditer(source):
            visit(match["file"])
        ordered[file] = IMPORT.sub("", source)

    visit(name)
    *needed, entry = ordered.values()
    return "\n".join([*(EXPORT.sub("", source) for source in needed), entry])


@cache
def stylesheet() -> str:
    """The widgets' CSS, which the page runtime also bundles, in the same order."""
    names = (
        "widgets",
        "traversal",
        "plane",
        "lab",
        "lab_models",
        "code_editor",
        "swap",
        "vq",
        "rotation",
        "prices",
        "flow",
        "health",
        "sweep",
        "voronoi",
        "sampler",
        "sizes",
        "resampler",
        "conditional",
        "experts",
        "fill",
        "labels",
    )
    return "\n".join(
        (HERE / f"{name}.css").read_text(encoding="utf-8") for name in names
    )
