"""A book of two pages with a library of its own, built by the real configuration."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[2]
HEADER = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
# Prints what differs between two executions, and is the same when taken from the cache.
STAMP = "import time\n\nprint(time.time_ns())"


def cell(code: str) -> str:
    """The code as a cell of a page."""
    return f"```{{code-cell}} ipython3\n{code}\n```\n"


@dataclass(frozen=True)
class SmallBook:
    """A book in an empty folder, with the repository's settings and extensions.

    Args:
        root: an empty folder.
    """

    root: Path

    def __post_init__(self) -> None:
        settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
        settings["sphinx"]["config"]["freshness_library"] = "tinylib"
        self.write("_config.yml", yaml.safe_dump(settings))
        self.write("book/index.md", "# Small book\n\nIt has two pages.\n")
        self.write("book/references.bib", "")
        self.write("requirements.txt", "something==1.0\n")
        for part in ("_ext", "_runtime", "_static", "_templates"):
            (self.root / "book" / part).symlink_to(ROOT / "book" / part)

    def write(self, path: str, text: str) -> None:
        """Put a file into the book."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")

    def write_page(self, name: str, *cells: str) -> None:
        """Add an executable page of those cells, each a piece of Python."""
        body = f"# {name}\n\n" + "\n".join(map(cell, cells))
        self.write(f"book/{name}.md", HEADER + body)

    def build(
        self, *, repository: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Build as `make book` does, with every page that was written."""
        pages = sorted((self.root / "book").glob("*.md"))
        chapters = [{"file": f"book/{p.stem}"} for p in pages if p.stem != "index"]
        toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
        self.write("_toc.yml", yaml.safe_dump(toc))
        environment = dict(os.environ, PYTHONPATH=str(self.root))
        environment.pop("BOOK_REPOSITORY_URL", None)
        if repository is not None:
            environment["BOOK_REPOSITORY_URL"] = repository
        jupyter_book = Path(sys.executable).with_name("jupyter-book")
        return subprocess.run(
            [jupyter_book, "build", ".", "-W", "-n", "--keep-going"],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def printed(self, page: str) -> str:
        """What the page's cells printed, as it stands in the built book."""
        path = self.root / "_build" / "jupyter_execute" / "book" / f"{page}.ipynb"
        return "".join(
            output.get("text", "")
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", [])
        )

    def html(self, page: str) -> str:
        """The built page."""
        return (self.root / "_build/html/book" / f"{page}.html").read_text("utf-8")
