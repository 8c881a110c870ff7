"""Each executable page on its own, as a reader runs it: same numbers, small, quick."""

import json

import nbformat
import pytest
from nbclient import NotebookClient

from built import ROOT, toc_pages
from notebooks import notebook

pytestmark = pytest.mark.build

PAGES = [page.removesuffix(".html") for page in toc_pages()]
EXECUTABLE = [
    page for page in PAGES if "{code-cell}" in (ROOT / f"{page}.md").read_text("utf-8")
]
# The kernel's own account: processor seconds of all threads, and its peak in bytes.
ACCOUNT = """
import json, resource, sys, time
_unit = 1 if sys.platform == "darwin" else 1024
_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _unit
print(json.dumps({"seconds": time.process_time(), "bytes": _peak}))
"""


def glued(outputs):
    """Every text that a page's prose takes from its cells, by name."""
    return {
        output["metadata"]["scrapbook"]["name"]: text
        for output in outputs
        if "scrapbook" in output.get("metadata", {})
        for kind, text in output["data"].items()
        if kind.endswith("text/plain")
    }


@pytest.mark.parametrize("page", EXECUTABLE)
def test_page_runs_alone_and_repeats_its_numbers(tmp_path, page):
    """In an empty folder, within a minute of two cores, below 1 GB."""
    again = notebook((ROOT / f"{page}.md").read_text("utf-8"), repository=None)
    again.cells.append(nbformat.v4.new_code_cell(ACCOUNT))
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(again, timeout=900, resources=resources).execute()
    account = json.loads(again.cells.pop().outputs[0].text)
    outputs = [out for cell in again.cells for out in cell.get("outputs", [])]
    built = ROOT / "_build" / "jupyter_execute" / f"{page}.glue.json"
    known = json.loads(built.read_text("utf-8")) if built.is_file() else {}
    assert glued(outputs) == glued(known.values())
    assert account["bytes"] < 1e9
    assert account["seconds"] < 2 * 60
    assert list(tmp_path.iterdir()) == []  # and leaves nothing behind
