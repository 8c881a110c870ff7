import re

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from vae_lib.widgets import LatentPlane
from vae_lib.widgets.scatter import scatter

CODES = np.random.default_rng(0).normal(size=(50, 2))
LABELS = np.arange(50) % 4


def characters(drawing):
    """The drawing's points, one element for each class."""
    return BeautifulSoup(drawing, "html.parser").select("svg > text")


def test_point_is_read_and_written(make_vae):
    widget = LatentPlane(make_vae(2), CODES, LABELS)
    np.testing.assert_array_equal(widget.z, [0, 0])
    widget.z = [1.5, -0.5]
    assert widget.code == [1.5, -0.5]
    widget.code = [0.25, 0.75]  # what the page's point does
    np.testing.assert_array_equal(widget.z, [0.25, 0.75])


def test_map_holds_99_in_100_codes_and_the_prior(make_vae):
    codes = np.concatenate([CODES / 3, [[40, 0]]])
    assert LatentPlane(make_vae(2), np.tile(CODES / 3, (3, 1))).reach == 3
    assert LatentPlane(make_vae(2), np.tile(codes, (1, 1))[:-1]).reach == 3
    spread = np.random.default_rng(1).uniform(-5, 5, (1000, 2))
    assert LatentPlane(make_vae(2), spread).reach == 5


def test_each_class_has_a_character_of_its_own():
    """Readers who do not tell the colours apart read the characters."""
    texts = characters(scatter(CODES, LABELS, reach=4.0))
    assert [set(text.text) for text in texts] == [{"0"}, {"1"}, {"2"}, {"3"}]
    assert sum(len(text.text) for text in texts) == 50
    for text in texts:
        assert (
            len(text.get("x").split()) == len(text.get("y").split()) == len(text.text)
        )


def test_codes_stand_where_they_are_and_z2_points_up():
    (text,) = characters(scatter(np.array([[1.0, 2.0]]), None, reach=4.0))
    assert (text.get("x"), text.get("y")) == ("250", "100")  # of 400


def test_far_codes_and_large_clouds_are_thinned():
    cloud = np.random.default_rng(0).normal(size=(6001, 2))
    cloud[0] = [100, 0]
    (text,) = characters(scatter(cloud, None, reach=3.0))
    assert 1000 < len(text.text) <= 1500
    assert all(0 <= float(x) <= 400 for x in text.get("x").split())


def test_legend_names_the_classes(make_vae):
    names = ["zero", "<one>", "two", "three"]
    legend = LatentPlane(make_vae(2), CODES, LABELS, names=names).legend
    assert re.findall(r"<b>(\w)</b> ([^<]*)<", legend) == [
        ("0", "zero"),
        ("1", "&lt;one&gt;"),
        ("2", "two"),
        ("3", "three"),
    ]


def test_poster_holds_the_map_and_the_picture(make_vae):
    poster = LatentPlane(make_vae(2), CODES, LABELS).poster()
    assert poster.count("<svg") == 1
    assert poster.count("<img") == 1
    assert "With JavaScript" in poster
    assert " id=" not in poster


@pytest.mark.parametrize(
    ("latent_dim", "arguments", "message"),
    [
        (3, {"codes": CODES}, "a plane needs 2 latents, the model has 3"),
        (2, {"codes": CODES[:, 0]}, r"shape \(N, 2\), N >= 1, got \(50,\)"),
        (2, {"codes": CODES[:0]}, r"shape \(N, 2\), N >= 1, got \(0, 2\)"),
        (2, {"codes": CODES * np.nan}, "codes must be finite"),
        (2, {"codes": CODES, "labels": LABELS[:9]}, r"50 integers, got int64 \(9,\)"),
        (2, {"codes": CODES, "labels": LABELS / 2}, "50 integers, got float64"),
        (2, {"codes": CODES, "labels": LABELS - 1}, r"\[0, 36\), got \[-1, 2\]"),
        (2, {"codes": CODES, "labels": LABELS + 40}, r"\[0, 36\), got \[40, 43\]"),
        (
            2,
            {"codes": CODES, "labels": LABELS, "names": ["a"]},
            "names must cover label 3, got 1 names",
        ),
    ],
)
def test_bad_arguments_are_named(make_vae, latent_dim, arguments, message):
    with pytest.raises(ValueError, match=message):
        LatentPlane(make_vae(latent_dim), **arguments)


def test_tensors_are_as_good_as_arrays(make_vae):
    widget = LatentPlane(make_vae(2), torch.tensor(CODES), torch.tensor(LABELS))
    assert widget.cloud == LatentPlane(make_vae(2), CODES, LABELS).cloud
