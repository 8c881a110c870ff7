"""Which files of a library a page's cells depend on, read from their imports.

Nothing is imported or run. A name that a package re-exports leads to the module that
defines it, so a page that imports one data set does not depend on the others.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Library"]

# A view written by a build names its script in the page's runtime; see page_runtime.
_OF_THE_SITE = (".js", ".css")


@dataclass(frozen=True)
class Library:
    """A package on disk whose package files do nothing but re-export names.

    Args:
        root: folder of the package; its name is the package's name.
        weights: folder of the trained weights below root, one model a file stem.
    """

    root: Path
    weights: Path = field(default=Path("zoo/weights"))

    def used_by(self, code: str) -> set[Path]:
        """Files of the library that decide what the code computes.

        Args:
            code: the code cells of a page as one Python program.

        Returns:
            Modules, the data files beside them that they name, and trained weights
            (with their cards) whose names the code spells out. Of scripts and styles
            the outputs hold nothing: the site has them once for all its pages.

        Raises:
            SyntaxError: if the code is not Python.
        """
        tree = ast.parse(code)
        found: set[Path] = set()
        for module, name in _imports(tree, package=""):
            self._follow(module, name, found)
        return found | self._weights_named_in(tree, found)

    def _follow(self, module: str, name: str | None, found: set[Path]) -> None:
        if module.split(".")[0] != self.root.name:
            return
        path = self._locate(module)
        if path is None:  # the page itself fails on this import, with a better message
            return
        if name is not None and path.name == "__init__.py":
            if self._locate(f"{module}.{name}") is not None:
                self._follow(f"{module}.{name}", None, found)
                return
            origin = self._origin(path, module, name)
            if origin is not None:
                self._follow(*origin, found)
                return
        if path in found:
            return
        found.add(path)
        tree = ast.parse(path.read_text("utf-8"))
        found |= _neighbours(path, tree)
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for imported, imported_name in _imports(tree, package):
            self._follow(imported, imported_name, found)

    def _locate(self, module: str) -> Path | None:
        folder = self.root.parent.joinpath(*module.split("."))
        for path in (folder / "__init__.py", folder.with_suffix(".py")):
            if path.is_file():
                return path
        return None

    def _origin(self, init: Path, package: str, name: str) -> tuple[str, str] | None:
        """Where a package's file imports the name from, if it does."""
        for node in ast.parse(init.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return _absolute(node, package), alias.name
        return None

    def _weights_named_in(self, tree: ast.AST, modules: set[Path]) -> set[Path]:
        folder = self.root / self.weights
        # Of a model that was trained with several seeds only the first's weights ship.
        files = (*folder.glob("*.safetensors"), *folder.parent.glob("cards/*.json"))
        models = sorted({path.stem for path in files})
        patterns = [re.compile(pattern) for pattern in _strings(tree)]
        named = [
            model
            for model in models
            # A page that names a recipe without a seed reads the cards of all seeds.
            for plain in [re.sub(r"_s\d+$", "", model)]
            if any(p.fullmatch(model) or p.fullmatch(plain) for p in patterns)
        ]
        if not named and any(folder.parent in path.parents for path in modules):
            named = models  # the page chooses by other means: any of them
        return {
            path
            for path in folder.parent.rglob("*")
            if path.stem in named and path.suffix in {".safetensors", ".json"}
        }


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            for alias in node.names:
                yield base, None if alias.name == "*" else alias.name


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    parents = parents[: len(parents) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def _strings(tree: ast.AST) -> Iterator[str]:
    """Each string of a program as a pattern; what an f-string fills in matches all."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            yield "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and id(node) not in inside:
            yield re.escape(str(node.value))


def _neighbours(module: Path, tree: ast.AST) -> set[Path]:
    """Data files in a module's folder, if it names one or one bears its name.

    All of them: which of them one names, the others may need.
    """
    data = {
        path
        for path in module.parent.iterdir()
        if path.is_file() and path.suffix not in {".py", ".pyc", *_OF_THE_SITE}
    }
    named = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = any(path.name in named or path.stem == module.stem for path in data)
    return data if used else set()
