"""Digits: a fixed, stratified split of the digits that come with scikit-learn."""

import pytest
import torch
from sklearn.datasets import load_digits

from vae_lib.data import Digits, ImageSource


def everything(data):
    index = range(len(data))
    return data.images(index), data.labels(index)


def test_the_splits_are_disjoint_and_together_hold_every_digit():
    """As multisets: sorting the rows of both gives the rows of scikit-learn's copy."""
    parts = [everything(Digits(split)) for split in ("train", "test")]
    rows = torch.cat(
        [
            torch.cat([labels[:, None], (images * 16).flatten(1).long()], dim=1)
            for images, labels in parts
        ]
    )
    source = load_digits()
    expected = torch.cat(
        [
            torch.from_numpy(source.target)[:, None],
            torch.from_numpy(source.data).long(),
        ],
        dim=1,
    )
    assert sorted(rows.tolist()) == sorted(expected.tolist())


def test_pixels_are_sixteenths_in_the_unit_interval():
    images, _ = everything(Digits())
    assert images.dtype == torch.float32
    assert images.shape == (1437, 1, 8, 8)
    assert torch.equal((images * 16).round() / 16, images)
    assert (images.min(), images.max()) == (0, 1)


def test_each_class_keeps_its_share():
    train, test = (everything(Digits(split))[1] for split in ("train", "test"))
    share = train.bincount() / len(train) - test.bincount() / len(test)
    assert share.abs().max() < 1 / len(test)


def test_the_seed_fixes_the_split():
    for split in ("train", "test"):
        first, again = (everything(Digits(split, seed=3))[0] for _ in range(2))
        other = everything(Digits(split, seed=4))[0]
        assert torch.equal(first, again)
        assert not torch.equal(first, other)


def test_labels_belong_to_their_images():
    """Digits of a class resemble its mean: nearest-mean is right far above chance."""
    images, labels = everything(Digits("train"))
    means = torch.stack([images[labels == k].mean(0) for k in range(10)])
    test_images, test_labels = everything(Digits("test"))
    nearest = torch.cdist(test_images.flatten(1), means.flatten(1)).argmin(1)
    assert (nearest == test_labels).float().mean() > 0.85


def test_an_image_cannot_be_changed_through_what_is_returned():
    data = Digits("test")
    before = data.images([0])
    data.images([0]).fill_(0.5)
    assert torch.equal(data.images([0]), before)


def test_digits_are_an_image_source_that_says_what_it_is():
    assert isinstance(Digits(), ImageSource)
    assert repr(Digits("test", seed=2)) == "Digits(split='test', seed=2)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split": "valid"}, "split must be 'train' or 'test', got 'valid'"),
        ({"split": None}, "split must be 'train' or 'test', got None"),
        ({"seed": -1}, r"seed must lie in \[0, 2\*\*32 - 1\], got -1"),
        ({"seed": 2**32}, r"seed must lie in \[0, 2\*\*32 - 1\], got 4294967296"),
        ({"seed": 0.5}, "seed must be an integer, got 0.5"),
        ({"seed": None}, "seed must be an integer, got None"),
        ({"seed": True}, "seed must be an integer, got True"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Digits(**arguments)


@pytest.mark.parametrize("method", ["images", "labels"])
@pytest.mark.parametrize(
    ("index", "message"),
    [
        ([360], r"index must lie in \[0, 359\], got values from 360 to 360"),
        ([], "index must not be empty"),
        ([0.0], "index must hold integers"),
        (0, r"index must have shape \(B,\), got \(\)"),
    ],
)
def test_a_bad_index_is_refused(method, index, message):
    with pytest.raises(ValueError, match=message):
        getattr(Digits("test"), method)(index)
