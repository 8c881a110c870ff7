"""Which files a page depends on."""

import pytest

from dependencies import Library


@pytest.fixture
def library(tmp_path):
    """A package that shows every kind of dependency."""
    files = {
        "__init__.py": "",
        "data/__init__.py": "from lib.data.sets import Sprites as Sprites\n"
        "from .digits import Digits\n",
        "data/sets.py": "from lib.data.drawing import draw\n",
        "data/digits.py": "",
        "data/drawing.py": "def late():\n    from lib import deep\n",
        "deep.py": "",
        "view.py": "from pathlib import Path\nJS = Path(__file__).with_name('v.js')\n",
        "v.js": "",
        "v.css": "",
        "table.py": "from pathlib import Path\nT = Path(__file__).with_name('t.csv')\n",
        "t.csv": "",
        "names.json": "",
        "zoo/__init__.py": "from lib.zoo.load import load_model\n",
        "zoo/load.py": "",
        "zoo/weights/sweep_b1.safetensors": "",
        "zoo/weights/sweep_b4.safetensors": "",
        "zoo/weights/plane.safetensors": "",
        "zoo/cards/plane.json": "",
        "zoo/cards/rival_s0.json": "",
        "zoo/cards/rival_s1.json": "",
    }
    for name, text in files.items():
        path = tmp_path / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Library(tmp_path / "lib")


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import numpy", set()),
        ("from lib.data import Digits", {"data/digits.py"}),
        (
            "from lib.data import Sprites",
            {"data/sets.py", "data/drawing.py", "deep.py"},
        ),
        ("from lib.data import digits", {"data/digits.py"}),
        (
            "import lib.data",
            {
                "data/__init__.py",
                "data/sets.py",
                "data/digits.py",
                "data/drawing.py",
                "deep.py",
            },
        ),
        ("def f():\n    import lib.deep", {"deep.py"}),
        ("import lib.table", {"table.py", "t.csv", "names.json"}),
        # Its script and style are the site's.
        ("import lib.view", {"view.py"}),
        (
            "from lib.zoo import load_model\nload_model('plane')",
            {"zoo/load.py", "zoo/weights/plane.safetensors", "zoo/cards/plane.json"},
        ),
        (
            "from lib.zoo import load_model\n[load_model(f'sweep_b{b}') for b in (1,)]",
            {
                "zoo/load.py",
                "zoo/weights/sweep_b1.safetensors",
                "zoo/weights/sweep_b4.safetensors",
            },
        ),
        (
            "from lib.zoo import load_model\nload_model(input())",
            {
                "zoo/load.py",
                "zoo/weights/sweep_b1.safetensors",
                "zoo/weights/sweep_b4.safetensors",
                "zoo/weights/plane.safetensors",
                "zoo/cards/plane.json",
                "zoo/cards/rival_s0.json",
                "zoo/cards/rival_s1.json",
            },
        ),
        (
            "from lib.zoo import load_model\nload_model('rival')",
            {"zoo/load.py", "zoo/cards/rival_s0.json", "zoo/cards/rival_s1.json"},
        ),
        (
            "from lib.zoo import load_model\nload_model('rival_s0')",
            {"zoo/load.py", "zoo/cards/rival_s0.json"},
        ),
    ],
)
def test_page_depends_on_what_its_imports_reach(library, code, files):
    found = {str(path.relative_to(library.root)) for path in library.used_by(code)}
    assert found == files


def test_cell_that_is_not_python_is_an_error(library):
    with pytest.raises(SyntaxError):
        library.used_by("from lib import")
