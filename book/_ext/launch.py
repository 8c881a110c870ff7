"""Buttons that open a page on Binder or Colab, or in its repository: one setting.

BOOK_REPOSITORY_URL, an environment variable such as https://github.com/OWNER/NAME, is
the repository's address. The workflow that publishes the book sets it; without it no
button is shown, because none could work.
"""

import os
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

__all__ = ["repository", "setup"]

BRANCH = "main"
SITE_BRANCH = "gh-pages"  # where publish.yml puts the site, and with it the notebooks
COLAB = "https://colab.research.google.com/github"


def repository() -> str | None:
    """OWNER/NAME of the book's repository, or None where the setting is absent.

    Raises:
        ExtensionError: if the setting is no address of a GitHub repository.
    """
    url = os.environ.get("BOOK_REPOSITORY_URL", "")
    if not url:
        return None
    match = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?", url)
    if match is None:
        raise ExtensionError(
            "BOOK_REPOSITORY_URL must look like https://github.com/OWNER/NAME, "
            f"got {url!r}"
        )
    return match[1]


def _switch_on(_app: Sphinx, config: Config) -> None:
    name = repository()
    if name is None:
        return
    config.html_theme_options |= {
        "repository_url": f"https://github.com/{name}",
        "repository_branch": BRANCH,
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "notebook_interface": "jupyterlab",
            "binderhub_url": "https://mybinder.org",
            "colab_url": COLAB,
        },
    }


def _colab_opens_notebooks(
    _app: Sphinx,
    pagename: str,
    _templatename: str,
    context: dict[str, Any],
    _doctree: nodes.document | None,
) -> None:
    """Point Colab to the page's notebook on the site; it cannot open MyST pages."""
    name = repository()
    for group in context["header_buttons"]:
        for button in group.get("buttons", []):
            if button["url" if "url" in button else "type"].startswith(COLAB):
                button["url"] = (
                    f"{COLAB}/{name}/blob/{SITE_BRANCH}/_sources/{pagename}.ipynb"
                )


def setup(app: Sphinx) -> dict[str, object]:
    """Register the extension; the theme adds its buttons at priority 501."""
    app.connect("config-inited", _switch_on)
    app.connect("html-page-context", _colab_opens_notebooks, priority=502)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
