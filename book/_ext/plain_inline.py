r"""The roles and links of a page's text, in plain words that any notebook shows.

`{glue:text}` becomes the number that the page computed, `{cite:t}` authors and year,
`{eq}` and `{numref}` the number on the page, and what Sphinx would link becomes text:
a notebook is read alone, and its links would lead nowhere.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from myst_nb.core.variables import format_plain_text
from pybtex.backends.markdown import Backend
from pybtex.database import BibliographyData, Entry
from pybtex.style.formatting.plain import Style

__all__ = ["Inline", "Sources"]

# Code and mathematics are spans of their own: nothing in them is a role or a link.
SPAN = re.compile(
    r"""
    ^[> ]*(?P<fence>`{3,}|~{3,}) .*? ^[> ]*(?P=fence)[`~]*[ ]*$
    | (?<!\\) \$\$ .*? \$\$
    | (?: \{(?P<role>[a-z][\w:.+-]*)\} )?
      (?<!`) (?P<ticks>`+) (?!`) (?P<code>(?: (?!\n\s*\n) . )+?) (?<!`) (?P=ticks) (?!`)
    | (?<!\\) \$ (?: (?!\n\s*\n) [^$] )+ \$
    | (?P<image>!)? \[ (?P<text>[^\[\]]*) \] \( (?P<target>[^()\s]*) \)
    | (?P<strange> \{\{ .*? \}\} | (?<=[\])`]) \{ [.\#\w] [^{}]* \} )
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
TARGETED = re.compile(r"(?P<text>.*?)\s*<(?P<target>[^<>]+)>", re.DOTALL)


class _Unescaped(Backend):
    """Markdown without a backslash before each full stop."""

    def format_str(self, str_: str) -> str:
        return str_


@dataclass(frozen=True)
class Sources:
    """What a page's text takes from elsewhere.

    Args:
        docname: the page, as Sphinx calls it.
        glued: the outputs that the page's cells glued, by name.
        titles: of all pages, by docname.
        bibliography: the works that a page may cite.
    """

    docname: str
    glued: Mapping[str, Any]
    titles: Mapping[str, str]
    bibliography: BibliographyData

    def number(self, reference: str) -> str:
        """The glued value, as NAME or NAME:FORMAT asks for it."""
        name, _, form = reference.partition(":")
        if name not in self.glued:
            known = ", ".join(sorted(self.glued)) or "nothing"
            raise ValueError(f"no cell glued {name!r}; glued were {known}")
        return format_plain_text(self.glued[name]["data"]["text/plain"], form)

    def title(self, target: str) -> str:
        """The title of the page that a relative link leads to."""
        path = posixpath.join(posixpath.dirname(self.docname), target)
        docname = posixpath.normpath(path).removesuffix(".md")
        if docname not in self.titles:
            raise ValueError(f"{target!r} leads to no page of the book")
        return self.titles[docname]

    def work(self, key: str) -> Entry:
        """The bibliography's entry."""
        if key not in self.bibliography.entries:
            raise ValueError(f"the bibliography has no {key!r}")
        return self.bibliography.entries[key]


@dataclass(frozen=True)
class Inline:
    """Replaces the roles and links in a piece of Markdown.

    Args:
        sources: what the text takes from elsewhere.
        numbers: of the page's equations and figures, by kind and label.
        cited: keys of the works that were cited so far.

    Raises:
        ValueError: if called with a role that it does not know, or one whose target
            does not exist.
    """

    sources: Sources
    numbers: Mapping[tuple[str, str], int]
    cited: set[str] = field(default_factory=set)

    def __call__(self, text: str) -> str:
        """The text without roles and local links."""
        return SPAN.sub(self._span, text)

    def references(self) -> str:
        """The works cited so far, as a list in alphabetical order."""
        formatted = Style().format_bibliography(
            self.sources.bibliography, sorted(self.cited)
        )
        works = (work.text.render(_Unescaped()).split() for work in formatted)
        # pybtex reads LaTeX's accents, but leaves the \url before an address.
        return "\n".join(
            " ".join(["-", *(word for word in words if word != r"\url")])
            for words in works
        )

    def _span(self, match: re.Match[str]) -> str:
        if match["strange"] or match["image"]:
            raise ValueError(f"a notebook cannot show {match[0]!r}")
        if match["target"] is not None:
            return self._link(match["text"], match["target"], match[0])
        if match["role"] is None:
            return match[0]
        if match["role"] not in ROLES:
            raise ValueError(f"role {{{match['role']}}} has no plain form: {match[0]}")
        # A role may run over a line's end, and in a quotation the next starts with >.
        return ROLES[match["role"]](self, re.sub(r"\s*\n[> ]*", " ", match["code"]))

    def _link(self, text: str, target: str, whole: str) -> str:
        if re.match(r"https?://", target):
            return f"[{self(text)}]({target})"
        page = target.partition("#")[0]
        if not page.endswith(".md"):  # a label on this page
            if not text:
                raise ValueError(f"a link to a label needs a text: {whole}")
            return self(text)
        title = self.sources.title(page)
        return self(text) or f"*{title}*"

    def _glued(self, text: str) -> str:
        return self.sources.number(text)

    def _equation(self, label: str) -> str:
        return f"({self._number('equation', label)})"

    def _figure(self, label: str) -> str:
        return f"Figure {self._number('figure', label)}"

    def _theorem(self, label: str) -> str:
        return f"Theorem {self._number('theorem', label)}"

    def _number(self, kind: str, label: str) -> int:
        if (kind, label) not in self.numbers:
            raise ValueError(f"the page has no {kind} {label!r}")
        return self.numbers[kind, label]

    def _titled(self, text: str) -> str:
        match = TARGETED.fullmatch(text)
        if match is None:
            raise ValueError(f"a reference needs a text, {{ref}}`text <{text}>`")
        return match["text"]

    def _term(self, text: str) -> str:
        match = TARGETED.fullmatch(text)
        return text if match is None else match["text"]

    def _object(self, text: str) -> str:
        """A library name as Sphinx shows it: ~ leaves only its last part."""
        return f"`{text[1:].rpartition('.')[2] if text.startswith('~') else text}`"

    def _textual(self, keys: str) -> str:
        cited = [self._author_and_year(key) for key in keys.split(",")]
        return ", ".join(f"{author} ({year})" for author, year in cited)

    def _parenthetical(self, keys: str) -> str:
        cited = [self._author_and_year(key) for key in keys.split(",")]
        return f"({'; '.join(f'{author}, {year}' for author, year in cited)})"

    def _author_and_year(self, key: str) -> tuple[str, str]:
        key = key.strip()
        work = self.sources.work(key)
        if "author" not in work.persons or "year" not in work.fields:
            raise ValueError(f"{key!r} needs an author and a year to be cited by")
        self.cited.add(key)
        names = [
            " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
            for person in work.persons["author"]
        ]
        if len(names) > 2:
            return f"{names[0]} et al.", work.fields["year"]
        return " and ".join(names), work.fields["year"]


ROLES: dict[str, Callable[[Inline, str], str]] = {
    "cite:p": Inline._parenthetical,
    "cite:t": Inline._textual,
    "class": Inline._object,
    "eq": Inline._equation,
    "func": Inline._object,
    "glue:text": Inline._glued,
    "mod": Inline._object,
    "numref": Inline._figure,
    "prf:ref": Inline._theorem,
    "ref": Inline._titled,
    "term": Inline._term,
}
