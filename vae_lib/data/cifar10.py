"""CIFAR-10 as published: small photographs in ten classes, read from binary records."""

from __future__ import annotations

import json
import tarfile
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from vae_lib.data.downloads import PublicFile, fetch
from vae_lib.data.image_set import ImageSet

__all__ = ["CIFAR10_CLASSES", "load_cifar10", "read_archive", "read_strips"]

CIFAR10_CLASSES: tuple[str, ...] = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

# The set is published as Python pickles, Matlab files and binary records. Unpickling
# runs whatever a file says, so only the records are read.
ARCHIVE = "cifar-10-binary.tar.gz"
COPIES: dict[str, str] = json.loads(
    Path(__file__).with_name("cifar10_copies.json").read_text("ascii")
)
LABELS = "cifar10_labels.txt"
FILES = {
    ARCHIVE: PublicFile(
        f"cifar10/{ARCHIVE}",
        "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}",
    ),
    **{
        name: PublicFile(f"cifar10/{name}", f"sha256:{checksum}")
        for name, checksum in COPIES.items()
    },
}
BATCHES = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}
STRIPS = {"train": range(50), "test": range(50, 51)}

SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32  # a label, then the red, the green and the blue plane
BATCH = 10_000  # records in a file
STRIP = 1_000  # images in a strip, one in each of its rows


def load_cifar10(split: str, root: str | Path | None = None) -> ImageSet:
    """Load CIFAR-10's photographs, 32 x 32, with the index of their class.

    The published archive of binary records is read where there is one. A folder of
    local copies may hold PNG strips of the same pixels instead, a thousand images to a
    file. These end after the first 1,000 test images: the test split then has the
    length 1,000, not 10,000, and errors measured on it are those of a tenth.

    Args:
        split: "train" (50,000 images) or "test" (10,000; 1,000 from strips).
        root: folder of local copies, see `fetch`.

    Raises:
        ValueError: if there is no such split, or a file does not hold what it should.
        FileNotFoundError: if a folder of local copies lacks a file.

    Source: Krizhevsky (2009), "Learning Multiple Layers of Features from Tiny Images".
    """
    if split not in BATCHES:
        raise ValueError(f"CIFAR-10's split must be 'train' or 'test', got {split!r}")
    first = f"cifar10_batch_{STRIPS[split][0]}.png"
    found = fetch(FILES[ARCHIVE], FILES[first], root=root)
    if found.name == ARCHIVE:
        return read_archive(found, split)
    strips = [
        fetch(FILES[f"cifar10_batch_{number}.png"], root=root)
        for number in STRIPS[split]
    ]
    return read_strips(strips, fetch(FILES[LABELS], root=root), STRIPS[split][0])


def read_archive(path: Path, split: str) -> ImageSet:
    """Read one part of the published archive, without unpacking it to the disk.

    Args:
        path: of the archive, a gzipped tar of binary files.
        split: "train" or "test".

    Raises:
        ValueError: if it is no such archive, lacks a file, or a file is not as long as
            10,000 records, or names a class above 9.
    """
    records = np.empty((len(BATCHES[split]), BATCH, RECORD), np.uint8)
    try:
        with tarfile.open(path, "r:gz") as archive:
            for row, name in zip(records, BATCHES[split], strict=True):
                row[:] = _records(archive, name, path)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} must be a whole tar.gz file: {error}") from error
    flat = records.reshape(-1, RECORD)
    return _image_set(flat[:, 1:].reshape(-1, *SHAPE), flat[:, 0], path)


def _records(archive: tarfile.TarFile, name: str, path: Path) -> np.ndarray:
    """Return the records of one file, shape (10000, 3073), uint8."""
    try:
        member = archive.extractfile(f"cifar-10-batches-bin/{name}")
    except KeyError as error:
        raise ValueError(
            f"{path} must hold cifar-10-batches-bin/{name}, found none"
        ) from error
    # What is no regular file has no content.
    content = member.read() if member is not None else b""
    if len(content) != BATCH * RECORD:
        raise ValueError(
            f"{name} in {path} must hold {BATCH * RECORD:,} bytes, got {len(content):,}"
        )
    return np.frombuffer(content, np.uint8).reshape(BATCH, RECORD)


def read_strips(strips: list[Path], labels: Path, first: int) -> ImageSet:
    """Read images from PNG strips: each row of 1,024 RGB pixels is one image.

    Args:
        strips: files of 1,000 rows.
        labels: a text file with the class of every image of all strips, one a line.
        first: which strip of all the first one is, counted from 0.

    Raises:
        ValueError: if a strip or the list of labels is not so.
    """
    pixels = np.empty((len(strips), STRIP, 32, 32, 3), np.uint8)
    for rows, path in zip(pixels, strips, strict=True):
        rows[:] = _strip(path)
    lines = labels.read_text("ascii", errors="replace").split()
    chosen = lines[STRIP * first : STRIP * (first + len(strips))]
    if len(chosen) != STRIP * len(strips) or not all(
        len(line) == 1 and line in "0123456789" for line in chosen
    ):
        raise ValueError(
            f"{labels} must hold a class from 0 to 9 for each of the images "
            f"{STRIP * first:,} to {STRIP * (first + len(strips)) - 1:,}, "
            f"got {len(lines):,} lines"
        )
    planes = pixels.reshape(-1, 32, 32, 3).transpose(0, 3, 1, 2)
    return _image_set(
        np.ascontiguousarray(planes), np.array(chosen).astype(np.uint8), labels
    )


def _strip(path: Path) -> np.ndarray:
    """Return the images of one strip, shape (1000, 32, 32, 3), uint8."""
    try:
        with Image.open(path, formats=["PNG"]) as strip:
            if strip.size != (1024, STRIP) or strip.mode != "RGB":
                raise ValueError(
                    f"{path} must be an RGB image of 1024 x {STRIP} pixels, "
                    f"got {strip.mode} of {strip.width} x {strip.height}"
                )
            pixels = np.asarray(strip)
    # A torn chunk is an OSError here and a SyntaxError there.
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} must be a whole PNG file: {error}") from error
    return pixels.reshape(STRIP, 32, 32, 3)


def _image_set(pixels: np.ndarray, labels: np.ndarray, path: Path) -> ImageSet:
    if labels.max() >= len(CIFAR10_CLASSES):
        raise ValueError(
            f"{path} must hold classes from 0 to 9, got the class {labels.max()}"
        )
    return ImageSet(
        torch.from_numpy(np.ascontiguousarray(pixels)),
        all_labels=torch.from_numpy(labels.astype(np.int64)),
    )
