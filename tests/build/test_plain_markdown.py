"""What each construct of a page becomes in its notebook, which shows no MyST."""

import re
from collections import defaultdict

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from pybtex.database import parse_file, parse_string

from built import ROOT, toc_pages
from notebooks import notebook, plain_notebook
from plain_inline import Sources
from plain_markdown import plain_cells

WORKS = r"""
@misc{one, author={Rol{\'i}nek, Michal}, title={Axes}, year=2019}
@misc{two, author={Tipping, Michael E. and Bishop, Chris}, title={{PCA}}, year=1999}
@misc{many, author={van den Oord, A{\"a}ron and B, C and D, E}, title={Codes},
  year=2017, note={\url{https://example.org/a_b}}}
@misc{dateless, author={Nobody, N}, title={Never}}
"""
SOURCES = Sources(
    docname="book/part/page",
    glued={
        "rate": {"data": {"text/plain": "11.4362"}},
        "word": {"data": {"text/plain": "'1e-14'"}},
    },
    titles={"book/notation": "Which letter?", "book/part/other": "The other"},
    bibliography=parse_string(WORKS, "bibtex"),
)
FIGURE = {"mystnb": {"figure": {"name": "fig-a", "caption": "Two\n  lines, {eq}`e`."}}}
HEAD = """:::{chapter-head} Why?
:minutes: 45
:prerequisites: [](other.md)

- see
:::"""
PLAIN_HEAD = """> **Why?** (45 minutes)
>
> **You need:** *The other*
>
> **You will be able to**
>
> - see"""
QUIZ = """:::{quiz} Which?
Think.

- [ ] One
  or so

  No:

  less.
- [x] $b$

  Yes.
:::"""
PLAIN_QUIZ = """**Question.** Which?

Think.

1. One or so
2. $b$

<details>
<summary>Answers</summary>

1. Not this one. No:

   less.
2. **Right.** Yes.

</details>"""


def plain(text, code=()):
    """The notebook's cells, without the list of references."""
    cells = plain_cells([new_markdown_cell(text), *code], SOURCES)
    return [cell for cell in cells if not cell.source.startswith("## References")]


def text_of(text):
    return "\n---\n".join(cell.source for cell in plain(text))


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("It costs {glue:text}`rate:.1f` nats.", "It costs 11.4 nats."),
        ("{glue:text}`rate`, {glue:text}`word`", "11.4362, 1e-14"),
        ("{cite:t}`two` say", "Tipping and Bishop (1999) say"),
        ("{cite:t}`one,many`", "Rolínek (2019), van den Oord et al. (2017)"),
        ("so {cite:p}`one, two`", "so (Rolínek, 2019; Tipping and Bishop, 1999)"),
        ("{term}`rate` {term}`rates <rate>`", "rate rates"),
        ("{ref}`the\nfirst <label>`", "the first"),
        ("{class}`~lib.data.Set` {func}`f` {mod}`a.b`", "`Set` `f` `a.b`"),
        ("see [](../notation.md)", "see *Which letter?*"),
        ("see [here](other.md#part)", "see here"),
        ("[`Set` {glue:text}`rate:.0f`](label)", "`Set` 11"),
        (
            "[out](https://example.org/a) <http://b>",
            "[out](https://example.org/a) <http://b>",
        ),
    ],
)
def test_role_or_link_becomes_text(myst, markdown):
    assert text_of(myst) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "``{glue:text}`absent` ``",
        "`{% raw %}` and `[](nowhere.md)`",
        "```python\nx = '{kbd}`a`'\n\n% not a comment\n$$\n```",
        r"$\mathbb E[\log p](x)$ and $\{z\}$",
        "$$\np[q](x)\n$$",
        "a | b\n--|--\n[1, 2] | (3)",
        r"for \$5 and [x] {alone}",
    ],
)
def test_code_and_mathematics_and_plain_text_stay(text):
    assert text_of(text) == text


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("a\n\n$$ x $$ (e)\n\nby {eq}`e`", "a\n\n$$\nx\n\\tag{1}\n$$\n\nby (1)"),
        (
            "{eq}`b` {eq}`a`\n$$\nx\n$$ (a)\n```{math}\n:label: b\ny\n```",
            "(2) (1)\n$$\nx\n\\tag{1}\n$$\n$$\ny\n\\tag{2}\n$$",
        ),
        ("- item\n\n  $$x$$", "- item\n\n  $$\n  x\n  $$"),
        ("(here)=\n% why\n## Title", "## Title"),
        (
            "Name {cite:p}`one`\n: What it\n  is.",
            "- **Name (Rolínek, 2019)**  \n  What it\n  is.",
        ),
        (
            ":::{admonition} Perhaps\n:class: important\nOn $a\n= b$.\n\n- much\n:::",
            "> **Perhaps**\n>\n> On $a = b$.\n>\n> - much",
        ),
        (
            ":::{margin} Note\nSee {ref}`the\nfirst <label>`.\n:::",
            "> **Note**\n>\n> See the first.",
        ),
        (
            "By {prf:ref}`no`.\n\n:::{prf:theorem} Who, 1\n:label: no\nIt *is*.\n:::",
            "By Theorem 1.\n\n> **Theorem 1 (Who, 1)**\n>\n> It *is*.",
        ),
        (HEAD, PLAIN_HEAD),
        (QUIZ, PLAIN_QUIZ),
    ],
)
def test_block_becomes_plain(myst, markdown):
    assert text_of(myst) == markdown


def test_exercise_and_its_solution_have_cells_of_their_own():
    """A solution's code stays a cell, so its heading is what folds it."""
    text = (
        "## Exercises\n\n```{exercise-start} Turn it\n:label: turn\n```\n\nDo.\n\n"
        "```{exercise-end}\n```\n\n```{solution-start} turn\n:class: dropdown\n```\n\n"
        "Done.\n\n```{solution-end}\n```\n\n## Quiz"
    )
    assert text_of(text).split("\n---\n") == [
        "## Exercises",
        "### Exercise 1. Turn it\n\nDo.",
        "#### Solution to exercise 1\n\nDone.",
        "## Quiz",
    ]


def test_figures_are_numbered_with_captions_below():
    """In the order of the page, though the text refers to one before it comes."""
    unnamed = new_code_cell(
        "draw()", metadata={"mystnb": {"figure": {"caption": "A."}}}
    )
    named = new_code_cell("plot()", metadata={"tags": ["hide-input"], **FIGURE})
    cells = plain("{numref}`fig-a`\n$$ x $$ (e)", [unnamed, named])
    assert [cell.source for cell in cells] == [
        "Figure 2\n$$\nx\n\\tag{1}\n$$",
        "draw()",
        "**Figure 1.** A.",
        "plot()",
        "**Figure 2.** Two lines, (1).",
    ]
    assert cells[3].metadata == {"tags": ["hide-input"]}
    assert "mystnb" in named.metadata  # the cells it was given are as they were


def test_cited_works_are_listed_at_the_end():
    cells = plain_cells([new_markdown_cell("{cite:t}`two` {cite:p}`many`")], SOURCES)
    assert cells[-1].source == (
        "## References\n\n"
        "- Michael E. Tipping and Chris Bishop. PCA. 1999.\n"
        "- Aäron van den Oord, C B, and E D. Codes. 2017. https://example.org/a_b."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{glue:text}`absent:.1f`", "no cell glued 'absent'; glued were rate, word"),
        ("{kbd}`Enter`", "role {kbd} has no plain form"),
        ("{cite:t}`three`", "bibliography has no 'three'"),
        ("{cite:t}`dateless`", "'dateless' needs an author and a year"),
        ("{eq}`e`", "the page has no equation 'e'"),
        ("{numref}`fig-a`", "the page has no figure 'fig-a'"),
        ("{ref}`label`", "needs a text"),
        ("[](label)", "needs a text"),
        ("[](absent.md)", "'absent.md' leads to no page"),
        ("![](a.png)", "cannot show '!"),
        ("{{ version }}", "cannot show '{{ version }}'"),
        ("[a]{.red}", "cannot show '{.red}'"),
        ("$$ x $$ (e)\n$$ y $$ (e)", "two of equation 'e'"),
        ("$$\nx", "mathematics does not end"),
        (":::{tip}\nx\n:::", "directive {tip} has no plain form"),
        (":::{margin}\nx", "does not end: :::{margin}"),
        ("```{math}\n:nowrap: yes\nx\n```", "no plain form for ['nowrap']"),
        ("- a\n\n: b", "a definition without its term"),
        (":::{chapter-head} Why?\n- x\n:::", "states its ['minutes', 'prereq"),
        ("```{solution-start} no\n```", "solution to 'no', which is no exercise"),
        ("::::{margin} A\n:::{tip}\n:::\n::::", "directive {tip} has no plain form"),
    ],
)
def test_what_has_no_plain_form_is_an_error(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        plain(text)


def test_figure_without_caption_is_an_error():
    cell = new_code_cell("plot()", metadata={"mystnb": {"figure": {"name": "fig-a"}}})
    with pytest.raises(ValueError, match="a figure needs a caption"):
        plain("", [cell])


class Anything(defaultdict):
    """Glued values for whatever a page asks for: which they are, the build knows."""

    def __contains__(self, _name) -> bool:
        return True


BIBLIOGRAPHY = parse_file(ROOT / "book" / "references.bib")
PAGES = {
    page.removesuffix(".html"): (ROOT / page).with_suffix(".md").read_text("utf-8")
    for page in toc_pages()
}
EXECUTABLE = [page for page, text in PAGES.items() if "{code-cell}" in text]


@pytest.mark.parametrize("page", EXECUTABLE)
def test_no_page_leaks_its_source(page):
    """Nor does a page's code change on the way."""
    value = {"data": {"text/plain": "1.0"}}
    sources = Sources(
        page, Anything(lambda: value), dict.fromkeys(PAGES, "T"), BIBLIOGRAPHY
    )
    twin = plain_notebook(PAGES[page], None, sources)
    nbformat.validate(twin)
    text = "\n".join(c.source for c in twin.cells if c.cell_type == "markdown")
    leak = r"\{[\w:.+-]+\}`|:::|```\{|^\([\w-]+\)=|\$\$ *\(|\]\([^)]*\.md\b|\f"
    assert re.findall(leak, text, re.MULTILINE) == []
    codes, before = (
        [(c.source, c.metadata.get("tags")) for c in cells if c.cell_type == "code"]
        for cells in (twin.cells, notebook(PAGES[page], None).cells)
    )
    assert codes == before
    assert not any("mystnb" in cell.metadata for cell in twin.cells)
    assert len({cell.id for cell in twin.cells}) == len(twin.cells)
