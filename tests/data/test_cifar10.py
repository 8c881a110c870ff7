"""CIFAR-10: binary records and PNG strips hold the same pictures; else refused."""

import gzip
import hashlib
import io
import tarfile

import numpy as np
import pytest
import torch
from PIL import Image

from vae_lib.data import cifar10, load
from vae_lib.data.cifar10 import CIFAR10_CLASSES, read_archive, read_strips


def archive(files: dict[str, bytes], folder: str = "cifar-10-batches-bin") -> bytes:
    """Return a gzipped tar of files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def png(pixels: np.ndarray) -> bytes:
    """Return the PNG file of an RGB image (H, W, 3), uint8."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


RECORDS = np.zeros((10_000, 3073), np.uint8)
RECORDS[:, 0] = np.arange(10_000) % 10
RECORDS[3, 1 + 1024 + 32 * 5 + 7] = 255  # green at row 5, column 7
TEST = {"test_batch.bin": RECORDS.tobytes()}
ROWS = np.zeros((1000, 1024, 3), np.uint8)
ROWS[3, 32 * 5 + 7, 1] = 255  # the same pixel


def test_records_are_a_class_and_three_planes(local_copies):
    file = cifar10.FILES[cifar10.ARCHIVE]
    local_copies.place(cifar10.FILES, file, archive(TEST))
    data = load("cifar10", local_copies.root, "test")
    assert data.pixels.shape == (10_000, 3, 32, 32)
    assert data.images([3]).nonzero().tolist() == [[0, 1, 5, 7]]
    assert data.labels([17]).tolist() == [7]


def test_the_five_training_files_follow_one_another(tmp_path):
    files = {}
    for number in range(1, 6):
        records = np.zeros((10_000, 3073), np.uint8)
        records[0, 0] = number
        files[f"data_batch_{number}.bin"] = records.tobytes()
    path = tmp_path / "all.tar.gz"
    path.write_bytes(archive(files))
    data = read_archive(path, "train")
    assert len(data) == 50_000
    assert data.labels(range(0, 50_000, 10_000)).tolist() == [1, 2, 3, 4, 5]


def test_strips_hold_the_pictures_of_the_records(local_copies):
    """Both forms of one picture load to the same pixels, the strip's 1,000 only."""
    text = "\n".join(str(k % 10) for k in range(51_000)).encode()
    for name, content in (("cifar10_batch_50.png", png(ROWS)), (cifar10.LABELS, text)):
        local_copies.place(cifar10.FILES, cifar10.FILES[name], content)
    data = load("cifar10", local_copies.root, "test")
    assert len(data) == 1_000
    assert data.images([3]).nonzero().tolist() == [[0, 1, 5, 7]]
    assert data.labels([17]).tolist() == [7]


def test_a_strip_is_read_only_if_its_checksum_is_known(tmp_path):
    path = tmp_path / "cifar10" / "cifar10_batch_50.png"
    path.parent.mkdir()
    path.write_bytes(png(ROWS))
    expected = cifar10.COPIES["cifar10_batch_50.png"]
    with pytest.raises(ValueError, match=rf"_50\.png is damaged .* {expected}"):
        load("cifar10", tmp_path, "test")


def test_a_missing_strip_or_list_is_named(local_copies):
    file = cifar10.FILES["cifar10_batch_50.png"]
    local_copies.place(cifar10.FILES, file, png(ROWS))
    with pytest.raises(FileNotFoundError, match=r"cifar10_labels\.txt"):
        load("cifar10", local_copies.root, "test")


GOOD = archive(TEST)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"must be a whole tar\.gz file"),
        (b"plain text", r"must be a whole tar\.gz file"),
        (gzip.compress(b"no tar" * 999), r"must be a whole tar\.gz file"),
        (GOOD[:-1000], r"must be a whole tar\.gz file"),
        (archive({}), r"must hold cifar-10-batches-bin/test_batch\.bin, found none"),
        (archive(TEST, "elsewhere"), r"must hold cifar-10-batches-bin/test_batch\.bin"),
        (
            archive({"test_batch.bin": RECORDS[:-1].tobytes()}),
            "must hold 30,730,000 bytes, got 30,726,927",
        ),
        (
            archive({"test_batch.bin": (RECORDS + 10).tobytes()}),
            "must hold classes from 0 to 9, got the class 19",
        ),
    ],
    ids=["empty", "text", "gzip", "torn", "no file", "folder", "short", "class"],
)
def test_what_is_no_archive_of_records_is_refused(tmp_path, content, message):
    path = tmp_path / "cifar.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"cifar\.tar\.gz .*{message}"):
        read_archive(path, "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be a whole PNG file"),
        (png(ROWS)[:-5000], "must be a whole PNG file"),
        (png(ROWS[:-1]), "must be an RGB image of 1024 x 1000 pixels, got RGB of 1024"),
        (png(ROWS[:, :, 0]), "must be an RGB image .* got L of 1024 x 1000"),
    ],
    ids=["empty", "torn", "a row short", "grey"],
)
def test_what_is_no_strip_is_refused(tmp_path, content, message):
    path = tmp_path / "strip.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"strip\.png {message}"):
        read_strips([path], tmp_path / "labels.txt", 0)


@pytest.mark.parametrize("text", ["1\n" * 999, "1\n" * 999 + "10", "1\n" * 999 + "x"])
def test_labels_are_classes_one_for_each_image(tmp_path, text):
    (tmp_path / "strip.png").write_bytes(png(ROWS))
    (tmp_path / "labels.txt").write_text(text)
    with pytest.raises(
        ValueError, match=r"class from 0 to 9 for each .* 0 to 999, got"
    ):
        read_strips([tmp_path / "strip.png"], tmp_path / "labels.txt", 0)


def test_cifar10_starts_with_a_frog_and_two_trucks(published):
    """The first images of both parts have the classes that everybody knows."""
    train, test = (load("cifar10", published, split) for split in ("train", "test"))
    named = [CIFAR10_CLASSES[k] for k in train.labels(range(3)).tolist()]
    assert named == ["frog", "truck", "truck"]
    named = [CIFAR10_CLASSES[k] for k in test.labels(range(4)).tolist()]
    assert named == ["cat", "ship", "ship", "airplane"]
    assert len(test) in (1_000, 10_000)
    assert torch.equal(train.all_labels.bincount(), torch.full((10,), 5_000))


MD5 = (
    "5dd7e06a14cb22eb9f671a540d1b7c25",
    "5ea93a67294ea407fff1d09f752e9692",
    "942cd6a4bcdd0dd3c604fbe906cb4421",
    "ae636b3ba5c66a11e91e8cb52e771fcb",
    "53f37980c15c3d472c316c40844f3f0d",
)


def test_the_training_set_is_the_official_one(published):
    """Written back as records, the images have the official files' md5 sums."""
    data = load("cifar10", published, "train")
    labels = data.all_labels.to(torch.uint8)[:, None]
    records = torch.cat([labels, data.pixels.flatten(1)], dim=1).numpy()
    for batch, expected in zip(records.reshape(5, -1), MD5, strict=True):
        found = hashlib.md5(batch.tobytes(), usedforsecurity=False).hexdigest()
        assert found == expected
