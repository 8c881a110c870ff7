"""Published sets: real files load; damaged and missing copies are named."""

import hashlib

import pytest
import torch

from vae_lib.data import (
    binarized_mnist,
    celeba,
    cifar10,
    dsprites,
    load,
    mnist,
    shapes3d_file,
)

SETS = [
    ("mnist", "test"),
    ("binarized_mnist", "valid"),
    ("dsprites", "train"),
    ("shapes3d", "train"),
    ("celeba", "train"),
    ("cifar10", "test"),
]


@pytest.mark.parametrize(("name", "split"), SETS)
def test_a_tampered_copy_is_refused_with_both_checksums(tmp_path, name, split):
    files = {
        "mnist": mnist.FILES["t10k-images-idx3-ubyte.gz"],
        "binarized_mnist": binarized_mnist.FILES["binarized_mnist_valid.amat"],
        "dsprites": dsprites.FILES["train"],
        "shapes3d": shapes3d_file.FILES["train"],
        "celeba": celeba.FILES["attributes"],
        "cifar10": cifar10.FILES[cifar10.ARCHIVE],
    }
    path = tmp_path / files[name].path
    path.parent.mkdir()
    path.write_bytes(b"tampered")
    kind, _, expected = files[name].checksum.partition(":")
    found = hashlib.new(kind, b"tampered", usedforsecurity=False).hexdigest()
    message = f"{path.name} is damaged .* expected {kind} {expected}, found {found}"
    with pytest.raises(ValueError, match=message):
        load(name, tmp_path, split)


@pytest.mark.parametrize(("name", "split"), SETS)
def test_a_missing_copy_is_named(tmp_path, name, split):
    with pytest.raises(FileNotFoundError, match=rf"expected {name}/.*\(.*:[0-9a-f]+\)"):
        load(name, tmp_path, split)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"name": "mnits"},
            "must be one of 'mnist', .*, 'celeba', 'cifar10', got 'mnits'",
        ),
        ({"name": None}, "name must be one of .* got None"),
        (
            {"name": "mnist", "split": "valid"},
            "MNIST's split must be 'train' or 'test'",
        ),
        ({"name": "binarized_mnist", "split": "all"}, "'valid' or 'test', got 'all'"),
        ({"name": "dsprites", "split": None}, "'grid' or 'subset', got None"),
    ],
)
def test_an_unknown_set_or_split_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        load(**arguments)


PUBLISHED = [
    ("mnist", "train", (60_000, 1, 28, 28)),
    ("mnist", "test", (10_000, 1, 28, 28)),
    ("binarized_mnist", "train", (50_000, 1, 28, 28)),
    ("binarized_mnist", "valid", (10_000, 1, 28, 28)),
    ("binarized_mnist", "test", (10_000, 1, 28, 28)),
    ("cifar10", "train", (50_000, 3, 32, 32)),
    ("dsprites", "grid", (46_080, 1, 64, 64)),
    ("dsprites", "subset", (20_000, 1, 64, 64)),
]


@pytest.mark.parametrize(("name", "split", "shape"), PUBLISHED)
def test_the_real_files_load(published, name, split, shape):
    data = load(name, published, split)
    assert data.pixels.shape == shape
    if name in ("mnist", "cifar10"):
        assert data.all_labels.bincount().min() > 800 * len(data) / 10_000
        assert data.pixels[:1000].unique().numel() == 256
    else:
        # As booleans, two comparisons a byte: sorting for unique values takes minutes.
        white = data.pixels == 255
        assert torch.equal(white, data.pixels != 0)
        assert 0 < white[:1000].float().mean() < 0.5
