"""What holds on every page of the book."""

from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from built import SITE, toc_pages

pytestmark = pytest.mark.site
PAGES = toc_pages()
ALL_PAGES = [*PAGES, "search.html"]


@cache
def parse(page):
    return BeautifulSoup((SITE / page).read_text("utf-8"), "html.parser")


@cache
def anchors(page):
    return {element["id"] for element in parse(page).find_all(id=True)}


@pytest.mark.parametrize("path", ALL_PAGES)
def test_page_loads_from_its_own_server_without_an_error(visit, path):
    """Every answer and every message is watched while the page is read to its end."""
    page = visit(path)
    page.keyboard.press("End")
    page.wait_for_load_state("networkidle")
    assert page.title()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ALL_PAGES)
def test_axe_has_no_objection(visit, accessible, path, color_scheme):
    """Transitions are off: axe measures the colours that stay."""
    page = visit(path, color_scheme=color_scheme, reduced_motion="reduce")
    assert page.evaluate("document.documentElement.dataset.theme") == color_scheme
    accessible(page)


@pytest.mark.parametrize("path", ALL_PAGES)
def test_phone_never_scrolls_sideways(visit, path):
    """At 390 px, what is wider scrolls inside a box of its own."""
    page = visit(path, width=390, height=844)
    sticking_out = page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return [];
          const wide = (e) => e.getBoundingClientRect().right > innerWidth + 1;
          const clips = (e) => e && (getComputedStyle(e).overflowX !== "visible"
            || clips(e.parentElement));
          return [...document.querySelectorAll("main *")]
            .filter((e) => wide(e) && !clips(e.parentElement))
            .map((e) => e.outerHTML.slice(0, 120));
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, sticking_out


@pytest.mark.parametrize("path", PAGES)
def test_page_reads_without_javascript(visit, path):
    """Nothing in the text waits for a script; what is folded is a <details>."""
    page = visit(path, java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    hidden = page.evaluate(
        """() => [...document.querySelectorAll("article :is(p, li, pre, img)")]
          .filter((e) => !e.closest(
            "details:not([open]), .onlyprint, .MathJax, [hidden], .vae-widget"))
          .filter((e) => !e.checkVisibility({ opacityProperty: true }))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert not hidden


def leads_somewhere(path, link):
    """Whether the link's file exists and has the anchor; other servers are theirs."""
    address, anchor = urldefrag(urljoin(f"/{path}", link))
    if urlsplit(address).scheme:
        return True
    target = unquote(address).lstrip("/")
    if not (SITE / target).is_file():
        return False
    no_anchor = not anchor or not target.endswith(".html")
    return no_anchor or unquote(anchor) in anchors(target)


@pytest.mark.parametrize("path", PAGES)
def test_links_inside_the_book_lead_somewhere(path):
    links = [link["href"] for link in parse(path).find_all("a", href=True)]
    assert [link for link in links if not leads_somewhere(path, link)] == []


@pytest.mark.parametrize("path", PAGES)
def test_images_say_what_they_show(path):
    """Sphinx writes the file's name where an author gives no text (`image: alt:`)."""
    speechless = [
        image["src"]
        for image in parse(path).select("article img")
        if not image.get("alt", "").strip() or image["alt"] == image["src"]
    ]
    assert not speechless


def test_search_finds_a_page(visit, accessible):
    """The index is made and read without a server."""
    page = visit("search.html?q=notation")
    page.locator("#search-results li a").first.wait_for()
    accessible(page)


def test_reader_chooses_the_colours(visit):
    """The choice outlives the page."""
    page = visit("book/index.html", color_scheme="light")
    button = page.locator(".theme-switch-button:visible")
    root = page.locator("html")
    while root.get_attribute("data-theme") != "dark":
        button.click()
    page.reload()
    assert root.get_attribute("data-theme") == "dark"
