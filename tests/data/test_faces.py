"""Faces as a data set: the grid, the samples, and what is refused."""

import numpy as np
import pytest
import torch

from vae_lib.data import FACE_ATTRIBUTES, Faces, ImageSource

SIZE = 48
NAMES = list(FACE_ATTRIBUTES)


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(SIZE)


def test_the_grid_has_every_attribute_and_fits_64_bits(faces):
    assert faces.names == tuple(NAMES)
    assert len(faces.names) == 16
    assert faces.sizes == (5,) * 16
    assert len(faces) == 5**16
    assert isinstance(faces, ImageSource)
    ends = faces.attributes([0, len(faces) - 1])
    assert ends[0].tolist() == [a.low for a in FACE_ATTRIBUTES.values()]
    expected = torch.tensor([a.high for a in FACE_ATTRIBUTES.values()])
    torch.testing.assert_close(ends[1], expected)


def test_index_undoes_factors_over_the_whole_grid(faces):
    generator = torch.Generator().manual_seed(0)
    index = torch.randint(len(faces), (5000,), generator=generator)
    assert index.max() > 2**32
    assert torch.equal(faces.index(faces.factors(index)), index)


def test_images_are_rendered_factors_and_attributes(faces):
    generator = torch.Generator().manual_seed(0)
    index = torch.randint(len(faces), (70,), generator=generator)
    images = faces.images(index)
    assert images.shape == (70, 3, SIZE, SIZE)
    assert images.dtype == torch.float32
    assert images.isfinite().all()
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.equal(images, faces.render(faces.factors(index)))
    assert torch.equal(images, faces.render_attributes(faces.attributes(index)))
    assert torch.equal(
        images, faces.render_attributes(faces.attributes(index).double().numpy())
    )


def test_a_grid_of_some_attributes_holds_the_others_at_their_usual_values():
    few = Faces(SIZE, levels={"age": 3, "smile": 2})
    assert few.names == ("smile", "age")
    assert few.sizes == (2, 3)
    expected = few.usual(smile=1.0, age=0.5)
    assert torch.equal(few.attributes([4]), expected)
    assert few.values([[1, 1]]).tolist() == [[1.0, 0.5]]
    assert torch.equal(few.images([4]), few.render_attributes(expected))


def test_sampled_attributes_cover_their_ranges(faces):
    attributes = faces.sample(4000, generator=torch.Generator().manual_seed(0))
    for column, (name, known) in enumerate(FACE_ATTRIBUTES.items()):
        values = attributes[:, column]
        assert known.low <= values.min(), name
        assert values.max() <= known.high, name
        assert values.max() - values.min() > 0.98 * (known.high - known.low), name


def test_signs_of_age_come_together_only_if_correlated(faces):
    """Independent samples of 4,000 correlate by less than 0.05 (three deviations)."""
    pair = [NAMES.index("age"), NAMES.index("grey")]
    together, alone = (
        faces.sample(
            4000, correlated=correlated, generator=torch.Generator().manual_seed(0)
        )[:, pair].T.corrcoef()[0, 1]
        for correlated in (True, False)
    )
    assert together > 0.6
    assert alone.abs() < 0.05


@pytest.mark.parametrize("name", ["beard", "glasses", "grey", "mouth_open"])
def test_half_of_all_samples_go_without(faces, name):
    attributes = faces.sample(4000, generator=torch.Generator().manual_seed(0))
    without = (attributes[:, NAMES.index(name)] == 0).float().mean()
    assert abs(without - 0.5) < 0.03


def test_sampling_is_repeatable(faces):
    torch.manual_seed(3)
    first = faces.sample(5)
    torch.manual_seed(3)
    assert torch.equal(first, faces.sample(5))


def test_the_repr_names_size_and_factors():
    assert repr(Faces(32)) == "Faces(size=32, 16 factors)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 7}, "size must be at least 8 pixels, got 7"),
        ({"size": 64.0}, "size must be an integer, got 64.0"),
        ({"levels": 1}, "levels must be at least 2 levels, got 1"),
        ({"levels": 2.0}, "levels must be an integer, got 2.0"),
        ({"levels": 16}, r"the grid must have fewer than 2\^63 faces"),
        ({"levels": {"smile": 1}}, "levels of 'smile' must be at least 2 levels"),
        ({"levels": {"simle": 2}}, "attribute must be one of smile, .* got 'simle'"),
        ({"levels": {}}, "levels must name at least one factor, got none"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Faces(**arguments)


def wrong(column: int, value: float) -> torch.Tensor:
    attributes = Faces().usual().repeat(3, 1)
    attributes[1, column] = value
    return attributes


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (torch.zeros(2, 15), r"attributes must have shape \(N, 16\) .* got \(2, 15\)"),
        (torch.zeros(16), r"attributes must have shape \(N, 16\) .* got \(16,\)"),
        (torch.zeros(0, 16), r"with N >= 1, got \(0, 16\)"),
        (np.zeros((1, 16), np.int64), "must be floating point, got torch.int64"),
        (wrong(0, 1.5), r"smile must lie in \[-1, 1\], got 1.5 in row 1"),
        (wrong(2, -0.1), r"age must lie in \[0, 1\], got -0.1 in row 1"),
        (wrong(3, float("nan")), r"skin must lie in \[0, 1\], got nan in row 1"),
    ],
)
def test_bad_attributes_are_refused(faces, attributes, message):
    with pytest.raises(ValueError, match=message):
        faces.render_attributes(attributes)


def test_an_unknown_or_extreme_attribute_is_refused(faces):
    with pytest.raises(ValueError, match=r"attribute must be one of smile, .*'wink'"):
        faces.usual(wink=1.0)
    with pytest.raises(ValueError, match=r"smile must lie in \[-1, 1\], got 2"):
        faces.usual(smile=2.0)
    with pytest.raises(ValueError, match="count must be at least 1 face, got 0"):
        faces.sample(0)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([[5] + [0] * 15], r"factor 'smile' must lie in \[0, 4\], got .* 5 to 5"),
        ([[0] * 15], r"factors must have shape \(N, 16\), got \(1, 15\)"),
        (torch.zeros(1, 16), "factors must hold integers, got torch.float32"),
    ],
)
@pytest.mark.parametrize("method", ["render", "index", "values"])
def test_bad_factors_are_refused(faces, method, factors, message):
    with pytest.raises(ValueError, match=message):
        getattr(faces, method)(factors)


def test_a_bad_index_is_refused(faces):
    with pytest.raises(ValueError, match=r"index must lie in \[0, 152587890624\]"):
        faces.images([5**16])
