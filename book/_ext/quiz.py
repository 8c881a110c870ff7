r"""A question with choices that answers at once, in the page, without a server.

```
:::{quiz} Which of the two does $\beta$ multiply?
- [ ] The distortion

  That is the other one: it says how badly the image comes back.
- [x] The rate

  Each nat of the code costs $\beta$ nats of the objective.
:::
```

Anything before the list belongs to the question. Each choice carries its reason: a
learner who erred needs it most. Without JavaScript and in print, the choices stand
there with the answers folded below them.
"""

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

__all__ = ["QuizDirective", "setup"]

STATIC = Path(__file__).parent / "static"


class Quiz(nodes.General, nodes.Element):
    """The whole question: a Legend, blocks, Choices and the Answers."""


class Legend(nodes.General, nodes.TextElement):
    """The question itself."""


class Choice(nodes.General, nodes.TextElement):
    """One choice; attributes `group` and `key` tie it to its answer."""


class Answers(nodes.General, nodes.Element):
    """Folded list of Answer."""


class Answer(nodes.General, nodes.Element):
    """One choice again with its reason; attributes `key` and `right`."""


class QuizDirective(SphinxDirective):
    """Parses the question, its choices and their reasons."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Build the nodes; a choice without a mark or a reason is an error."""
        content = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, content)
        if not content.children or not isinstance(content[-1], nodes.bullet_list):
            raise self.error("a quiz ends with a list of choices, found none")
        group = f"quiz-{self.env.new_serialno('quiz')}"
        question, _ = self.state.inline_text(self.arguments[0], self.lineno)
        legend = Legend("", "", *question)
        quiz = Quiz("", legend, *content[:-1])
        answers = Answers("")
        for number, item in enumerate(content[-1].children):
            right, choice, reason = self._choice(item)
            key = f"{group}-{number}"
            quiz += Choice("", "", *choice.children, group=group, key=key)
            answers += Answer("", choice.deepcopy(), *reason, key=key, right=right)
        if sum(answer["right"] for answer in answers.children) != 1:
            raise self.error("a quiz has exactly one choice marked [x]")
        quiz += answers
        return [quiz]

    def _choice(
        self, item: nodes.Node
    ) -> tuple[bool, nodes.paragraph, list[nodes.Node]]:
        paragraph, *reason = item.children
        mark = paragraph.next_node(nodes.Text)
        if mark is None or mark[:4] not in ("[ ] ", "[x] "):
            raise self.error(f"a choice starts with [ ] or [x]: {item.astext()!r}")
        if not reason:
            raise self.error(f"a choice needs its reason below it: {item.astext()!r}")
        mark.parent.replace(mark, nodes.Text(mark[4:]))
        return mark[:4] == "[x] ", paragraph, reason


def _visit_quiz(self: HTML5Translator, _node: Quiz) -> None:
    self.body.append('<fieldset class="quiz">\n')


def _depart_quiz(self: HTML5Translator, _node: Quiz) -> None:
    self.body.append("</fieldset>\n")


def _visit_legend(self: HTML5Translator, _node: Legend) -> None:
    self.body.append("<legend>")


def _depart_legend(self: HTML5Translator, _node: Legend) -> None:
    self.body.append("</legend>\n")


def _visit_choice(self: HTML5Translator, node: Choice) -> None:
    self.body.append(
        f'<div class="quiz-choice"><input type="radio" name="{node["group"]}" '
        f'id="{node["key"]}"><label for="{node["key"]}">'
    )


def _depart_choice(self: HTML5Translator, _node: Choice) -> None:
    self.body.append("</label></div>\n")


def _visit_answers(self: HTML5Translator, _node: Answers) -> None:
    self.body.append(
        '<div class="quiz-feedback" aria-live="polite"></div>\n'
        '<details class="quiz-answers"><summary>Answers</summary>\n'
    )


def _depart_answers(self: HTML5Translator, _node: Answers) -> None:
    self.body.append("</details>\n")


def _visit_answer(self: HTML5Translator, node: Answer) -> None:
    kind, word = ("right", "Right") if node["right"] else ("wrong", "Not this one")
    self.body.append(
        f'<div class="quiz-answer quiz-{kind}" data-choice="{node["key"]}">'
        f'<p class="quiz-verdict">{word}</p>\n'
    )


def _depart_answer(self: HTML5Translator, _node: Answer) -> None:
    self.body.append("</div>\n")


def _add_script(
    app: Sphinx,
    _pagename: str,
    _templatename: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    if doctree is not None and next(doctree.findall(Quiz), None) is not None:
        app.add_js_file("quiz.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive; its script goes only to pages that have a quiz."""
    app.add_node(Quiz, html=(_visit_quiz, _depart_quiz))
    app.add_node(Legend, html=(_visit_legend, _depart_legend))
    app.add_node(Choice, html=(_visit_choice, _depart_choice))
    app.add_node(Answers, html=(_visit_answers, _depart_answers))
    app.add_node(Answer, html=(_visit_answer, _depart_answer))
    app.add_directive("quiz", QuizDirective)
    app.connect("html-page-context", _add_script)
    app.connect(
        "builder-inited", lambda app: app.config.html_static_path.append(str(STATIC))
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
