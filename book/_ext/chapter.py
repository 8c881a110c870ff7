r"""The box at the head of a chapter: its question, its aims, what it asks of a reader.

```
:::{chapter-head} What does $\beta$ buy, and what does it cost?
:minutes: 45
:prerequisites: [](../foundations/elbo.md), the plain VAE

- predict which nats a dearer code gives up first
- say which part of the model breaks the symmetry
:::
```
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["ChapterHead", "setup"]


class ChapterHead(SphinxDirective):
    """An admonition whose title is the question and whose list are the aims."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "minutes": directives.positive_int,
        "prerequisites": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the box; minutes, prerequisites and aims are all required."""
        for option in self.option_spec:
            if option not in self.options:
                raise self.error(f"a chapter's head states its {option}")
        aims = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, aims)
        if not any(isinstance(aim, nodes.bullet_list) for aim in aims):
            raise self.error("a chapter's head lists what a reader will be able to do")
        question, _ = self.state.inline_text(self.arguments[0], self.lineno)
        needs, _ = self.state.inline_text(self.options["prerequisites"], self.lineno)
        minutes = f"{self.options['minutes']} minutes"
        time = nodes.paragraph("", minutes, classes=["time"])
        before = nodes.paragraph("", "", nodes.strong("", "You need: "), *needs)
        after = nodes.paragraph("", "", nodes.strong("", "You will be able to"))
        return [
            nodes.admonition(
                "",
                nodes.title("", "", *question),
                time,
                before,
                after,
                *aims.children,
                classes=["chapter-head"],
            )
        ]


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive."""
    app.add_directive("chapter-head", ChapterHead)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
