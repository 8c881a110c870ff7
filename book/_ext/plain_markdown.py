r"""A page's text as CommonMark and TeX, which every notebook program shows.

Colab, VS Code and GitHub know nothing of MyST: a directive would stand there as its
source. Each one that the pages use has a plain form here; one that has none is an
error, so that no page leaks its source.
"""

import copy
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from plain_inline import Inline, Sources

__all__ = ["plain_cells"]

FENCE = re.compile(
    r"(?P<indent> *)(?P<mark>`{3,}|:{3,}|~{3,})"
    r"(?:\{(?P<name>[^{}]+)\} *)?(?P<argument>.*)"
)
OPTION = re.compile(r":(?P<name>\w[\w-]*):(?: +(?P<value>.*))?")
EQUATION = re.compile(
    r" *\$\$(?P<tex>.*?)\$\$(?: *\((?P<label>[^()\s]+)\))? *(?:\n|$)", re.DOTALL
)
TARGET_OR_COMMENT = re.compile(r"\([^()\s]+\)= *|%.*")
CHOICE = re.compile(r"- \[(?P<mark>[ x])\] (?P<text>.*)")
INLINE_MATH = re.compile(r"\$[^$]+\$")
CELL_BREAK = "\f"  # between two cells in a text, where no page has one


def plain_cells(cells: Iterable[NotebookNode], sources: Sources) -> list[NotebookNode]:
    """The cells with plain text; code as it was, figures with a caption below.

    Args:
        cells: of a MyST notebook; they are left as they are.
        sources: what the page's text takes from elsewhere.

    Raises:
        ValueError: if the text has a directive or role without a plain form, or
            refers to something that does not exist.
    """
    blocks = _Blocks()
    plain = []
    for cell in map(copy.deepcopy, cells):
        if cell.cell_type == "code":
            shown = cell.metadata.pop("mystnb", {})  # of which notebooks know nothing
            plain.append(cell)
            if "figure" in shown:
                plain.append(new_markdown_cell(blocks.caption(shown["figure"])))
        else:
            parts = blocks(cell.source).split(CELL_BREAK)
            plain += [new_markdown_cell(p.strip()) for p in parts if p.strip()]
    # Only now is every number known: a text may refer to what comes after it.
    inline = Inline(sources, blocks.numbers)
    for cell in plain:
        if cell.cell_type == "markdown":
            cell.source = inline(cell.source)
    if inline.cited:
        plain.append(new_markdown_cell(f"## References\n\n{inline.references()}"))
    return plain


class _Blocks:
    """Replaces the blocks of a page, and numbers what the page numbers."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], int] = {}
        self._counts: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        rest = deque(text.split("\n"))
        lines: list[str] = []
        while rest:
            line = rest.popleft()
            if match := FENCE.fullmatch(line):
                body = _body(match, rest)
                if match["name"] is None:
                    lines += [line, *body, match["indent"] + match["mark"]]
                else:
                    lines += self._directive(match, body)
            elif line.lstrip().startswith("$$"):
                match = EQUATION.match("\n".join([line, *rest]))
                if match is None:
                    raise ValueError(f"mathematics does not end, or not a line: {line}")
                for _ in range(match[0].rstrip("\n").count("\n")):
                    rest.popleft()
                indent = line[: len(line) - len(line.lstrip())]
                lines += _indented(self._equation(match["tex"], match["label"]), indent)
            elif rest and line.strip() and rest[0].startswith(": "):
                # A bulleted term, and its definition below in the same item.
                lines += [f"- **{line.strip()}**  ", f"  {rest.popleft()[2:]}"]
            elif line.startswith(": "):
                raise ValueError(f"a definition without its term above it: {line}")
            elif TARGET_OR_COMMENT.fullmatch(line) is None:
                lines.append(line)
        return "\n".join(lines)

    def caption(self, figure: dict[str, str]) -> str:
        """What stands below a figure: its number and its caption on one line."""
        if "caption" not in figure:
            raise ValueError(f"a figure needs a caption, got {figure}")
        number = self._number("figure", figure.get("name"))
        return f"**Figure {number}.** {' '.join(figure['caption'].split())}"

    def _number(self, kind: str, label: str | None) -> int:
        self._counts[kind] += 1
        if label is not None:
            if (kind, label) in self.numbers:
                raise ValueError(f"the page has two of {kind} {label!r}")
            self.numbers[kind, label] = self._counts[kind]
        return self._counts[kind]

    def _directive(self, match: re.Match[str], body: list[str]) -> list[str]:
        name = match["name"]
        if name not in DIRECTIVES:
            raise ValueError(f"directive {{{name}}} has no plain form: {match[0]}")
        form, known = DIRECTIVES[name]
        body = [line.removeprefix(match["indent"]) for line in body]
        options = {}
        while body and (option := OPTION.fullmatch(body[0])):
            options[option["name"]] = option["value"] or ""
            body.pop(0)
        if unknown := options.keys() - known:
            raise ValueError(f"{{{name}}} has no plain form for {sorted(unknown)}")
        content = "\n".join(body).strip("\n")
        plain = form(self, match["argument"].strip(), options, content)
        return _indented(plain, match["indent"])

    def _equation(self, tex: str, label: str | None) -> str:
        tag = "" if label is None else f"\n\\tag{{{self._number('equation', label)}}}"
        return f"$$\n{tex.strip()}{tag}\n$$"

    def _math(self, _argument: str, options: dict[str, str], content: str) -> str:
        return self._equation(content, options.get("label"))

    def _box(self, title: str, _options: dict[str, str], content: str) -> str:
        return _quoted("\n\n".join(filter(None, [_bold(title), self(content)])))

    def _theorem(self, title: str, options: dict[str, str], content: str) -> str:
        number = self._number("theorem", options.get("label"))
        return self._box(f"Theorem {number} ({title})", options, content)

    def _head(self, question: str, options: dict[str, str], content: str) -> str:
        if missing := {"minutes", "prerequisites"} - options.keys():
            raise ValueError(f"a chapter's head states its {sorted(missing)}")
        return _quoted(
            f"{_bold(question)} ({options['minutes']} minutes)\n\n"
            f"**You need:** {options['prerequisites']}\n\n"
            f"**You will be able to**\n\n{self(content)}"
        )

    def _quiz(self, question: str, _options: dict[str, str], content: str) -> str:
        before, *items = re.split(r"(?m)^(?=- \[[ x]\] )", self(content))
        choices, answers = [], []
        for number, item in enumerate(items, start=1):
            head, _, reason = item.partition("\n\n")
            choice = CHOICE.fullmatch(" ".join(head.split()))
            if choice is None:
                raise ValueError(f"a choice starts with - [ ] or - [x], got {head!r}")
            choices.append(f"{number}. {choice['text']}")
            verdict = "**Right.**" if choice["mark"] == "x" else "Not this one."
            answers.append(f"{number}. {verdict} {_hanging(reason)}")
        parts = [
            f"**Question.** {question}",
            before.strip(),
            "\n".join(choices),
            "<details>\n<summary>Answers</summary>",
            "\n".join(answers),
            "</details>",
        ]
        return "\n\n".join([CELL_BREAK, *filter(None, parts), CELL_BREAK])

    def _exercise(self, title: str, options: dict[str, str], _content: str) -> str:
        number = self._number("exercise", options.get("label"))
        return f"{CELL_BREAK}\n### Exercise {number}. {title}"

    def _solution(self, label: str, _options: dict[str, str], _content: str) -> str:
        if ("exercise", label) not in self.numbers:
            raise ValueError(f"a solution to {label!r}, which is no exercise above it")
        number = self.numbers["exercise", label]
        return f"{CELL_BREAK}\n#### Solution to exercise {number}"

    def _end(self, _argument: str, _options: dict[str, str], _content: str) -> str:
        return CELL_BREAK


def _body(start: re.Match[str], rest: deque[str]) -> list[str]:
    """Take the lines of a fenced block from the rest, and its end."""
    mark = start["mark"]
    end = re.compile(rf" *{mark[0]}{{{len(mark)},}} *")
    body = []
    while rest:
        line = rest.popleft()
        if end.fullmatch(line):
            return body
        body.append(line)
    raise ValueError(f"a block does not end: {start[0]}")


def _bold(text: str) -> str:
    return f"**{text}**" if text else ""


def _indented(text: str, indent: str) -> list[str]:
    return [indent + line if line else line for line in text.split("\n")]


def _hanging(text: str) -> str:
    """The text as it continues in an item of a numbered list."""
    lines = (line.strip() for line in text.strip().split("\n"))
    return "\n".join(_indented("\n".join(lines), "   ")).lstrip()


def _quoted(text: str) -> str:
    """The text as a quotation; mathematics in it must not run over a line's end."""
    text = INLINE_MATH.sub(lambda match: " ".join(match[0].split()), text)
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


Form = Callable[[_Blocks, str, dict[str, str], str], str]
DIRECTIVES: dict[str, tuple[Form, set[str]]] = {
    "admonition": (_Blocks._box, {"class"}),
    "chapter-head": (_Blocks._head, {"minutes", "prerequisites"}),
    "exercise-end": (_Blocks._end, set()),
    "exercise-start": (_Blocks._exercise, {"class", "label"}),
    "margin": (_Blocks._box, {"class"}),
    "math": (_Blocks._math, {"label"}),
    "prf:theorem": (_Blocks._theorem, {"label"}),
    "quiz": (_Blocks._quiz, set()),
    "solution-end": (_Blocks._end, set()),
    "solution-start": (_Blocks._solution, {"class", "label"}),
}
