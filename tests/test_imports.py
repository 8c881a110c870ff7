"""Data flows one way: an import in vae_lib may only point to the left."""

import ast
from pathlib import Path

import pytest

import vae_lib

ROOT = Path(vae_lib.__file__).parent
LINE = (
    "data",
    "networks",
    "models",
    "objectives",
    "training",
    "evaluation",
    "codec",
    "plots",
    "widgets",
)
# The zoo branches off before the plots; only widgets, which may use all, build on it.
ALLOWED = {part: {part, *LINE[:place]} for place, part in enumerate(LINE)}
ALLOWED["zoo"] = {"zoo", *LINE[: LINE.index("plots")]}
ALLOWED["widgets"] |= {"zoo"}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)


def parts_imported(source: str, module: str) -> set[str]:
    """Parts of vae_lib that the source imports anywhere, also inside functions."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            names += [f"{base}.{alias.name}" for alias in node.names]
    inside = [name.split(".") for name in names if name.split(".")[0] == "vae_lib"]
    return {name[1] for name in inside if len(name) > 1}


def test_every_part_has_its_place():
    """A new part must be put somewhere in the line before it can import anything."""
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(ALLOWED)


@pytest.mark.parametrize(
    "path", MODULES, ids=[str(path.relative_to(ROOT)) for path in MODULES]
)
def test_imports_point_to_the_left(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(["vae_lib", *parts])
    imported = parts_imported(path.read_text("utf-8"), module)
    assert imported <= ALLOWED[parts[0]]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import numpy", set()),
        ("import vae_lib.zoo.load", {"zoo"}),
        ("from vae_lib import plots", {"plots"}),
        ("def f():\n    from vae_lib.widgets import Traversal", {"widgets"}),
        ("from ..training.fit import fit", {"training"}),
        ("from .sprites import Sprites", {"data"}),
    ],
)
def test_rule_sees_every_kind_of_import(source, parts):
    """Else the test above could pass because it is blind."""
    assert parts_imported(source, "vae_lib.data.faces") == parts
