"""Figures are fetched late and keep their place."""

import pytest
from PIL import Image

from lazy_images import lazy


def test_a_figure_is_fetched_late_at_its_own_size(tmp_path):
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    body = '<p>Why</p><img alt="x" src="../_images/a.png" /><img src="logo.png" />'
    assert lazy(body, {"a.png": tmp_path / "a.png"}) == (
        '<p>Why</p><img loading="lazy" width="30" height="20" alt="x" '
        'src="../_images/a.png" /><img src="logo.png" />'
    )


def test_an_unknown_figure_is_an_error():
    with pytest.raises(KeyError, match=r"a\.png"):
        lazy('<img src="_images/a.png" />', {})
