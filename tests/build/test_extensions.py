"""What the book's own directives and buttons put into a page."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from launch import repository
from small_book import HEADER, SmallBook, cell

pytestmark = pytest.mark.build

PAGE = r"""# Page

:::{chapter-head} What does $\beta$ buy?
:minutes: 45
:prerequisites: [](index.md), the plain VAE

- predict which nats go first
:::

:::{quiz} Which of the two does $\beta$ multiply?
Think of the objective.

- [ ] The distortion

  That is the *other* one.
- [x] The rate

  Each nat of the code costs $\beta$.
:::
"""
GLUES = 'from myst_nb import glue\n\nglue("answer", 42, display=False)'
TELLS = "It is {glue:text}`answer:.1f`, by [](runs.md).\n"
ADDRESS = "https://github.com/someone/vae-book"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A book that knows its repository."""
    book = SmallBook(tmp_path_factory.mktemp("published"))
    book.write("book/page.md", PAGE)
    book.write_page("runs", "answer = 42", "answer")
    book.write("book/tells.md", f"{HEADER}# Tells\n\n{cell(GLUES)}\n{TELLS}")
    result = book.build(repository=ADDRESS)
    assert result.returncode == 0, result.stdout + result.stderr
    return book


def parse(book, page):
    return BeautifulSoup(book.html(page), "html.parser")


def links(page):
    return {a["href"] for a in page.find_all("a", href=True)}


def test_head_states_question_time_needs_and_aims(published):
    head = parse(published, "page").select_one(".chapter-head").get_text(" ", True)
    for part in ("buy?", "45 minutes", "Small book", "the plain VAE", "go first"):
        assert part in head


def test_quiz_is_readable_without_a_script(published):
    """A legend, a label for each choice, and each reason in the folded answers."""
    quiz = parse(published, "page").select_one("fieldset.quiz")
    assert "multiply?" in quiz.legend.get_text()
    choices = quiz.select("input[type=radio]")
    assert len({choice["name"] for choice in choices}) == 1
    labels = {label["for"]: label.get_text() for label in quiz.find_all("label")}
    assert [labels[choice["id"]] for choice in choices] == [
        "The distortion",
        "The rate",
    ]
    answers = quiz.select("details .quiz-answer")
    assert [answer["data-choice"] for answer in answers] == [c["id"] for c in choices]
    assert [answer.p.get_text() for answer in answers] == ["Not this one", "Right"]
    assert "That is the other one." in answers[0].get_text()


def test_incomplete_boxes_fail_the_build(tmp_path):
    """All in one build: it goes on after an error, and reports each."""
    boxes = {
        ":::{quiz} Why?\n- [x] Yes\n:::": "needs its reason",
        ":::{quiz} Why?\n- Yes\n\n  So.\n:::": "starts with [ ] or [x]",
        ":::{quiz} Why?\n- [ ] Yes\n\n  So.\n:::": "exactly one choice",
        ":::{quiz} Why?\nBecause.\n:::": "ends with a list of choices",
        ":::{chapter-head} Why?\n:minutes: 5\n\n- see\n:::": "states its prereq",
        ":::{chapter-head} Why?\n:minutes: 5\n:prerequisites: no\n:::": "lists what",
    }
    book = SmallBook(tmp_path)
    book.write("book/page.md", "# Page\n\n" + "\n\n".join(boxes) + "\n")
    result = book.build()
    assert result.returncode != 0
    assert [text for text in boxes.values() if text not in result.stderr] == []


def test_quiz_answers_at_once(published, browser):
    """The reason for the chosen answer is read aloud, and told by more than colour."""
    page = browser.new_page()
    page.goto((published.root / "_build/html/book/page.html").as_uri())
    feedback = page.locator(".quiz-feedback")
    assert feedback.get_attribute("aria-live") == "polite"
    page.get_by_label("The distortion").check()
    assert "That is the other one." in feedback.inner_text()
    assert "Not this one" in feedback.inner_text()
    page.keyboard.press("ArrowDown")
    assert "Right" in feedback.inner_text()
    assert "other one" not in feedback.inner_text()
    page.close()


def test_quiz_prints_its_answers(published, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto((published.root / "_build/html/book/page.html").as_uri())
    page.emulate_media(media="print")
    assert page.get_by_text("That is the other one.").is_visible()
    page.close()


def test_buttons_open_the_page_where_it_can_run(published):
    """Binder opens the page itself, Colab the notebook on the site's branch."""
    found = links(parse(published, "runs"))
    binder = "https://mybinder.org/v2/gh/someone/vae-book/main?urlpath=lab/tree/"
    assert f"{binder}book/runs.md" in found
    colab = "https://colab.research.google.com/github/someone/vae-book/blob/gh-pages/"
    assert f"{colab}_sources/book/runs.ipynb" in found
    assert ADDRESS in found


def test_notebook_of_a_page_runs_anywhere(published):
    """It has the page's cells, no outputs, and installs the library where it must."""
    path = published.root / "_build/html/_sources/book/runs.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    install, *cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert f"git+{ADDRESS}" in install.source
    assert "-q myst-nb " in install.source  # the pages glue with it
    assert [cell.source for cell in cells] == ["answer = 42", "answer"]
    assert not any(cell.outputs for cell in notebook.cells if "outputs" in cell)


def test_notebook_tells_what_the_page_computed(published):
    """It has no outputs yet, so the text says the numbers itself."""
    path = published.root / "_build/html/_sources/book/tells.ipynb"
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.source == "It is 42.0, by *runs*."


def test_text_that_a_notebook_cannot_show_fails_the_build(tmp_path):
    """Sphinx knows this role; Colab would show its source."""
    book = SmallBook(tmp_path)
    book.write("book/page.md", f"{HEADER}# Page\n\nPress {{kbd}}`Enter`.\n")
    result = book.build()
    assert result.returncode != 0
    assert "book/page as a notebook: role {kbd}" in result.stdout + result.stderr


def test_no_button_is_dead_without_a_repository(tmp_path):
    book = SmallBook(tmp_path)
    book.write_page("runs", "answer = 42")
    result = book.build()
    assert result.returncode == 0, result.stdout + result.stderr
    outside = {link for link in links(parse(book, "runs")) if link.startswith("http")}
    assert not outside
    notebook = (tmp_path / "_build/html/_sources/book/runs.ipynb").read_text("utf-8")
    assert "pip install" not in json.dumps(json.loads(notebook))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("", None),
        (ADDRESS, "someone/vae-book"),
        (f"{ADDRESS}.git", "someone/vae-book"),
        (f"{ADDRESS}/", "someone/vae-book"),
    ],
)
def test_setting_names_the_repository(monkeypatch, address, name):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", address)
    assert repository() == name


@pytest.mark.parametrize("address", ["someone/vae-book", "https://github.com/someone"])
def test_setting_that_names_none_is_an_error(monkeypatch, address):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", address)
    with pytest.raises(ExtensionError, match=f"must look like .*, got '{address}'"):
        repository()
