"""ImageSet: bytes in, floats in [0, 1] out, and nothing else accepted."""

import dataclasses

import numpy as np
import pytest
import torch

from vae_lib.data import ImageSet, ImageSource


def make(n: int = 4, *, labels: bool = True, factors: bool = True) -> ImageSet:
    pixels = (torch.arange(n * 12) % 256).to(torch.uint8).reshape(n, 3, 2, 2)
    return ImageSet(
        pixels,
        all_labels=torch.arange(n) if labels else None,
        all_factors=torch.arange(2 * n).reshape(n, 2) if factors else None,
    )


def test_every_byte_becomes_its_255th_part():
    """Division by 255 in float32, so that 0 and 255 are exactly 0 and 1."""
    pixels = torch.arange(256, dtype=torch.uint8).reshape(256, 1, 1, 1)
    images = ImageSet(pixels).images(range(256))
    assert images.dtype == torch.float32
    expected = torch.arange(256, dtype=torch.float32) / 255
    torch.testing.assert_close(images.flatten(), expected, rtol=0, atol=0)
    assert images.min() == 0
    assert images.max() == 1


@pytest.mark.parametrize(
    "index",
    [
        torch.tensor([2, 0, 2]),
        torch.tensor([2, 0, 2], dtype=torch.int32),
        np.array([2, 0, 2], dtype=np.uint8),
        [2, 0, 2],
        (2, 0, 2),
    ],
    ids=["int64 tensor", "int32 tensor", "uint8 array", "list", "tuple"],
)
def test_an_index_selects_rows_in_its_own_order(index):
    data = make()
    expected = data.pixels[[2, 0, 2]].float() / 255
    torch.testing.assert_close(data.images(index), expected, rtol=0, atol=0)
    assert data.labels(index).tolist() == [2, 0, 2]
    assert data.factors(index).tolist() == [[4, 5], [0, 1], [4, 5]]


def test_images_are_a_copy_so_that_a_reader_cannot_change_the_set():
    data = make()
    before = data.pixels.clone()
    data.images([0, 1]).fill_(0.5)
    assert torch.equal(data.pixels, before)


def test_an_image_set_is_an_image_source():
    assert isinstance(make(), ImageSource)
    assert not isinstance([1, 2], ImageSource)


def test_an_image_set_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make().pixels = torch.zeros(1, 1, 1, 1, dtype=torch.uint8)


def test_the_repr_says_what_is_inside():
    assert repr(make()) == "ImageSet(4 x 3 x 2 x 2, with labels and factors)"
    bare = make(labels=False, factors=False)
    assert repr(bare) == "ImageSet(4 x 3 x 2 x 2, with no labels)"


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([], r"index must not be empty, got shape \(0,\)"),
        (torch.zeros(0, dtype=torch.int64), r"index must not be empty"),
        (2, r"index must have shape \(B,\), got \(\)"),
        ([[0, 1]], r"index must have shape \(B,\), got \(1, 2\)"),
        ([0.0, 1.0], r"index must hold integers, got torch.float32"),
        ([float("nan")], r"index must hold integers, got torch.float32"),
        ([True, False, True, False], r"index must hold integers, got torch.bool"),
        ([0, 4], r"index must lie in \[0, 3\], got values from 0 to 4"),
        ([-1, 0], r"index must lie in \[0, 3\], got values from -1 to 0"),
        ("01", r"index must be a tensor, array or sequence of integers, got str"),
        ([[0], [1, 2]], r"index must be a tensor, array or sequence of integers"),
        (None, r"index must be a tensor, array or sequence of integers, got NoneType"),
    ],
)
@pytest.mark.parametrize("method", ["images", "labels", "factors"])
def test_a_bad_index_is_refused(method, index, message):
    with pytest.raises(ValueError, match=message):
        getattr(make(), method)(index)


@pytest.mark.parametrize("name", ["labels", "factors"])
def test_asking_for_what_is_not_there_says_so(name):
    with pytest.raises(ValueError, match=f"this image set has no {name}, got ImageSet"):
        getattr(make(labels=False, factors=False), name)([0])


PIXELS = torch.zeros(2, 1, 3, 3, dtype=torch.uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pixels": PIXELS.numpy()}, r"pixels must be a tensor, got ndarray"),
        ({"pixels": PIXELS.float()}, r"pixels must be torch.uint8, got torch.float32"),
        (
            {"pixels": PIXELS[:, 0]},
            r"pixels must have shape \(N, C, H, W\), got \(2, 3, 3\)",
        ),
        ({"pixels": PIXELS[:0]}, r"pixels must not be empty, got shape \(0, 1, 3, 3\)"),
        (
            {"pixels": PIXELS, "all_labels": torch.zeros(2)},
            r"all_labels must be torch.int64, got torch.float32",
        ),
        (
            {"pixels": PIXELS, "all_labels": torch.zeros(2, 1, dtype=torch.int64)},
            r"all_labels must have shape \(N,\), got \(2, 1\)",
        ),
        (
            {"pixels": PIXELS, "all_labels": torch.zeros(3, dtype=torch.int64)},
            r"all_labels must have one row for each of the 2 images, got 3",
        ),
        (
            {"pixels": PIXELS, "all_factors": torch.zeros(2, dtype=torch.int64)},
            r"all_factors must have shape \(N, K\), got \(2,\)",
        ),
        (
            {"pixels": PIXELS, "all_factors": torch.zeros(1, 5, dtype=torch.int64)},
            r"all_factors must have one row for each of the 2 images, got 1",
        ),
        ({"pixels": PIXELS, "all_factors": [0]}, r"all_factors must be a tensor"),
    ],
)
def test_a_malformed_set_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImageSet(**arguments)


def test_shrinking_averages_blocks_and_keeps_what_belongs_to_them():
    data = make()
    small = data.shrink(2)
    mean = data.pixels.double().mean((2, 3), keepdim=True)
    torch.testing.assert_close(small.pixels.double(), mean.round(), rtol=0, atol=0)
    assert small.all_labels is data.all_labels
    assert small.all_factors is data.all_factors


@pytest.mark.parametrize("factor", [0, 3])
def test_a_block_must_fit(factor):
    text = f"factor must divide the size 2 x 2, got {factor}"
    with pytest.raises(ValueError, match=text):
        make().shrink(factor)
