"""When a page is executed, and what happens if it fails."""

import pytest

from small_book import STAMP, SmallBook

pytestmark = pytest.mark.build


def assert_built(result):
    assert result.returncode == 0, result.stdout + result.stderr


def test_failing_cell_fails_the_build(tmp_path):
    """Jupyter Book alone would only warn."""
    book = SmallBook(tmp_path)
    book.write_page("page", "raise RuntimeError('the sum is wrong')")
    result = book.build()
    assert result.returncode != 0
    assert "the sum is wrong" in result.stdout + result.stderr


def test_dead_reference_fails_the_build(tmp_path):
    """A page that points nowhere is as broken as one that does not run."""
    book = SmallBook(tmp_path)
    book.write("book/page.md", "# Page\n\nSee {numref}`nowhere`.\n")
    result = book.build()
    assert result.returncode != 0
    assert "nowhere" in result.stderr


def test_page_is_executed_again_when_what_it_uses_changes(tmp_path):
    """Only then, and only that page: a module, a weight, a pinned version."""
    book = SmallBook(tmp_path)
    book.write(
        "tinylib/__init__.py",
        "from tinylib.adding import add\nfrom tinylib.scaling import scale\n",
    )
    book.write("tinylib/adding.py", "def add(a, b):\n    return a + b\n")
    book.write("tinylib/scaling.py", "def scale(a):\n    return 2 * a\n")
    book.write("tinylib/zoo/__init__.py", "from tinylib.zoo.load import load\n")
    book.write("tinylib/zoo/load.py", "def load(name):\n    return name\n")
    book.write("tinylib/zoo/weights/plane.safetensors", "1")
    book.write("tinylib/zoo/weights/other.safetensors", "1")
    book.write_page("adds", "from tinylib import add", STAMP)
    book.write_page("loads", "from tinylib.zoo import load\n\nload('plane')", STAMP)
    assert_built(book.build())

    def executed_again_after(path, text):
        before = {page: book.printed(page) for page in ("adds", "loads")}
        book.write(path, text)
        assert_built(book.build())
        return {page for page, text in before.items() if book.printed(page) != text}

    unused = "def scale(a):\n    return 3 * a\n"
    assert executed_again_after("tinylib/scaling.py", unused) == set()
    assert executed_again_after("tinylib/zoo/weights/other.safetensors", "2") == set()
    used = "def add(a, b):\n    return b + a\n"
    assert executed_again_after("tinylib/adding.py", used) == {"adds"}
    weight = "tinylib/zoo/weights/plane.safetensors"
    assert executed_again_after(weight, "2") == {"loads"}
    pins = "something==2.0  # why\n"
    assert executed_again_after("requirements.txt", pins) == {"adds", "loads"}
