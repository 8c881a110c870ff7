"""Sphinx extension: widgets that work in the built site, with no kernel and no CDN.

It copies the page runtime (`book/_runtime/dist`) into the site as `runtime/`, has
MyST-NB load it on pages that hold widgets, keeps each widget's poster in front of its
view, and copies the models that the pages name. Executed pages may come from the cache,
so a named model that is missing stops the build. When the runtime changes, pages that
load it are written again, not executed: their addresses of it carry its checksum.
"""

import hashlib
import os
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from vae_lib.widgets.assets import ASSETS_VARIABLE

MODEL = re.compile(r"\b[0-9a-f]{64}\.(?:onnx|bin)\b")
VIEW = "application/vnd.jupyter.widget-view+json"
# Sphinx puts `_static/` before a script's path. The runtime stays out of that folder,
# because Jupyter Book adds every script in `_static/` to every page. Relative addresses
# keep working when the site is served from a sub-path.
BESIDE_STATIC = "../runtime"
LOADED = ("host.js", "host.css")  # by pages with widgets; what else there is, by these


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("page_runtime", "book/_runtime/dist", "html", [str])
    app.connect("config-inited", _configure)
    app.connect("builder-inited", _prepare)
    app.connect("env-updated", _check_models)
    app.connect("env-updated", _pages_of_another_runtime)
    app.connect("html-page-context", _add_stylesheet)
    app.connect("build-finished", _copy_models)
    app.add_post_transform(PosterFirst)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class PosterFirst(SphinxPostTransform):
    """Show a widget's text/html as well as its view; MyST-NB would choose the view."""

    default_priority = 3  # before MyST-NB selects one mime type
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Move the poster of each mime bundle in front of the bundle's view."""
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            outputs = {child["mime_type"]: child for child in bundle.children}
            view, poster = outputs.get(VIEW), outputs.get("text/html")
            if view is not None and poster is not None:
                for node in poster.children:
                    node["classes"] = []  # no wrapper that themes paint as an output
                view[:0] = poster.children


def model_folder(app: Sphinx) -> Path:
    """Where executing pages leave their models; it lives as long as the cache does."""
    return Path(app.outdir).parent / ".models"


def _configure(_: Sphinx, config: Config) -> None:
    config.nb_ipywidgets_js = {f"{BESIDE_STATIC}/host.js": {"type": "module"}}
    config.mathjax_path = f"{BESIDE_STATIC}/mathjax/tex-chtml.js"


def _prepare(app: Sphinx) -> None:
    # Kernels inherit the environment of the process that starts them.
    os.environ[ASSETS_VARIABLE] = str(model_folder(app))
    if app.builder.format != "html":
        return
    built = Path(app.confdir) / app.config.page_runtime
    if not (built / "host.js").exists():
        raise ExtensionError(
            f"the page runtime is not built: {built / 'host.js'} is missing. "
            "Run `npm ci` and `npm run build` in book/_runtime (make book does)."
        )
    # Before any page is written: Sphinx adds checksums to addresses that it can find.
    shutil.copytree(built, _runtime_folder(app), dirs_exist_ok=True)


def _runtime_folder(app: Sphinx) -> Path:
    return Path(app.outdir) / "runtime"


def _widget_state(env: BuildEnvironment, page: str) -> str | None:
    """The widget state that MyST-NB puts into page; None if it holds no widget."""
    scripts = getattr(env, "nb_metadata", {}).get(page, {}).get("js_files", {})
    if "ipywidgets_state" not in scripts:
        return None
    _, attributes = scripts["ipywidgets_state"]
    return attributes["body"]


def _models_by_page(env: BuildEnvironment) -> dict[str, set[str]]:
    states = {page: _widget_state(env, page) for page in env.found_docs}
    return {page: set(MODEL.findall(state)) for page, state in states.items() if state}


def _check_models(app: Sphinx, env: BuildEnvironment) -> None:
    folder = model_folder(app)
    missing = [
        f"{page} names {name}"
        for page, names in sorted(_models_by_page(env).items())
        for name in sorted(names)
        if not (folder / name).exists()
    ]
    if missing:
        raise ExtensionError(
            f"models are missing from {folder}: {'; '.join(missing)}. The pages came "
            "from the cache of an earlier build: run `make clean`, then build again."
        )


def _pages_of_another_runtime(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Pages to write again, because the runtime is not the one of the last build."""
    if app.builder.format != "html":
        return []
    files = ((_runtime_folder(app) / name).read_bytes() for name in LOADED)
    digests = [hashlib.sha256(content).hexdigest() for content in files]
    known, env.page_runtime_digests = (
        getattr(env, "page_runtime_digests", None),
        digests,
    )
    if known in (None, digests):
        return []
    return [page for page in env.found_docs if _widget_state(env, page)]


def _add_stylesheet(app: Sphinx, page: str, *_: Any) -> None:
    if _widget_state(app.env, page):
        app.add_css_file(f"{BESIDE_STATIC}/host.css")


def _copy_models(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    wanted = set().union(*_models_by_page(app.env).values())
    target = _runtime_folder(app) / "models"
    target.mkdir(exist_ok=True)
    for file in target.iterdir():
        if file.name not in wanted:
            file.unlink()
    for name in wanted:
        if not (target / name).exists():
            shutil.copyfile(model_folder(app) / name, target / name)
