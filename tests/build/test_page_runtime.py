"""Widgets in a small book: what a build publishes, keeps, prunes and refuses."""

import shutil

import pytest
from bs4 import BeautifulSoup

from small_book import ROOT, STAMP, SmallBook

pytestmark = pytest.mark.build

MODEL = """
import torch
from vae_lib.models import VAE, StandardNormal
from vae_lib.networks import MLPDecoder, MLPEncoder
from vae_lib.widgets import LatentPlane, Traversal

torch.manual_seed({seed})
shape = (1, 8, 8)
model = VAE(MLPEncoder(shape, 2, (8,)), MLPDecoder(2, shape, (8,)), StandardNormal(2))
"""


def write_widgets(book, *, seed):
    """One page without a widget, and one with two that share a model."""
    book.write_page("plain", "1 + 1")
    book.write_page(
        "widgets",
        MODEL.format(seed=seed),
        "Traversal(model)",
        "LatentPlane(model, torch.randn(9, 2))",
    )


def build(book):
    run = book.build()
    assert run.returncode == 0, run.stdout + run.stderr
    return book.root / "_build" / "html"


def parse(site, page):
    return BeautifulSoup((site / "book" / page).read_text("utf-8"), "html.parser")


def runtime_files(page):
    """What the page loads from the runtime, by its address on the page."""
    loaded = [tag.get("src") or tag.get("href") for tag in page.select("script, link")]
    return sorted(
        path.split("?")[0] for path in loaded if path and "runtime/host" in path
    )


def test_widgets_are_published_with_their_model_and_survive_the_cache(tmp_path):
    book = SmallBook(tmp_path)
    write_widgets(book, seed=0)
    site = build(book)

    page = parse(site, "widgets.html")
    addresses = ["../_static/../runtime/host.css", "../_static/../runtime/host.js"]
    assert runtime_files(page) == addresses
    assert runtime_files(parse(site, "plain.html")) == []
    views = page.select('script[type="application/vnd.jupyter.widget-view+json"]')
    posters = page.select(".vae-poster")
    assert [view.find_previous_sibling() for view in views] == posters
    assert len(posters) == 2
    published = list((site / "runtime" / "models").iterdir())
    assert len(published) == 1

    # Built again from nothing but the cache, no cell runs and the model is still there.
    shutil.rmtree(site)
    shutil.rmtree(book.root / "_build" / ".doctrees")
    assert [file.name for file in (build(book) / "runtime" / "models").iterdir()] == [
        published[0].name
    ]

    # Another model takes the place of the first.
    write_widgets(book, seed=1)
    (renewed,) = (build(book) / "runtime" / "models").iterdir()
    assert renewed.name != published[0].name

    # A page must not be published without its model, whoever lost it.
    (book.root / "_build" / ".models" / renewed.name).unlink()
    run = book.build()
    assert run.returncode != 0
    assert "book/widgets names" in run.stdout + run.stderr
    assert "make clean" in run.stdout + run.stderr


def test_new_style_reaches_pages_with_widgets_and_executes_none(tmp_path):
    """Their address of it changes, so that no browser shows the one that it kept."""
    book = SmallBook(tmp_path)
    runtime = tmp_path / "book" / "_runtime"
    runtime.unlink()
    shutil.copytree(ROOT / "book" / "_runtime" / "dist", runtime / "dist")
    book.write_page("plain", "1 + 1")
    book.write_page("widgets", MODEL.format(seed=0), "Traversal(model)", STAMP)
    style = "link[href*='runtime/host.css']"
    site = build(book)
    (before,) = parse(site, "widgets.html").select(style)
    printed = book.printed("widgets")
    written = (site / "book" / "plain.html").stat().st_mtime_ns
    with (runtime / "dist" / "host.css").open("a") as file:
        file.write(".vae-new { color: red }")
    build(book)
    page = parse(site, "widgets.html")
    (after,) = page.select(style)
    assert after["href"] != before["href"]
    assert ".vae-new" in (site / "runtime" / "host.css").read_text("utf-8")
    assert book.printed("widgets") == printed
    assert (site / "book" / "plain.html").stat().st_mtime_ns == written
    # Written again, it still holds its widget.
    assert page.select_one(".vae-poster") is not None
    assert page.select('script[type="application/vnd.jupyter.widget-view+json"]')


def test_runtime_that_is_not_built_is_said_at_once(tmp_path):
    book = SmallBook(tmp_path)
    book.write_page("plain", "1 + 1")
    (tmp_path / "book" / "_runtime").unlink()
    run = book.build()
    assert run.returncode != 0
    assert "the page runtime is not built" in run.stdout + run.stderr
