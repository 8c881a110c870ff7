import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import vae_lib

APPENDIX = Path(__file__).parents[2] / "book" / "appendix"
PACKAGES = sorted(
    f"vae_lib.{module.name}"
    for module in pkgutil.iter_modules(vae_lib.__path__)
    if module.ispkg
)


def test_every_package_is_on_the_page():
    """A package that the page forgets has no documentation at all."""
    page = (APPENDIX / "api.md").read_text("utf-8")
    listed = re.findall(r"\.\. automodule:: (\S+)", page)
    assert len(set(listed)) == len(listed)
    assert set(PACKAGES) <= set(listed)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_is(package: str):
    """Sphinx leaves out, silently, a name without a docstring of its own."""
    module = importlib.import_module(package)
    assert module.__doc__
    silent = [
        name
        for name in module.__all__
        if (inspect.isclass(thing := getattr(module, name)) or callable(thing))
        and not (thing.__doc__ or "").strip()
    ]
    assert silent == []


def test_glossary_is_in_order_and_defines_a_term_once():
    """Readers look terms up by eye, as in a dictionary."""
    page = (APPENDIX / "glossary.md").read_text("utf-8")
    body = re.search(r"^:::\{glossary\}\n(.*?)^:::$", page, re.DOTALL | re.MULTILINE)
    assert body is not None
    terms = [line for line in body[1].splitlines() if line and not line.startswith(" ")]
    assert len(terms) > 30
    assert terms == sorted(set(terms), key=str.casefold)


def test_a_term_of_the_glossary_is_defined_in_a_few_lines():
    """One to three sentences: what is longer belongs in a chapter."""
    page = (APPENDIX / "glossary.md").read_text("utf-8")
    body = page[page.index(":::{glossary}") :]
    for entry in re.split(r"\n\n", body):
        assert len(entry.splitlines()) <= 6, entry
