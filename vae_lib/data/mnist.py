"""MNIST in the format it was published in: gzipped IDX files."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import torch

from vae_lib.data.downloads import PublicFile, fetch
from vae_lib.data.image_set import ImageSet

__all__ = ["load_mnist", "read_idx"]

ADDRESS = "https://ossci-datasets.s3.amazonaws.com/mnist/"
CHECKSUMS = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}
FILES = {
    name: PublicFile(f"mnist/{name}", f"sha256:{checksum}", ADDRESS + name)
    for name, checksum in CHECKSUMS.items()
}
SPLITS = {"train": ("train", 60_000), "test": ("t10k", 10_000)}


def load_mnist(split: str, root: str | Path | None = None) -> ImageSet:
    """Load MNIST's 60,000 training or 10,000 test digits, 28 x 28, with their labels.

    Args:
        split: "train" or "test".
        root: folder of local copies, see `fetch`.

    Raises:
        ValueError: if there is no such split, or a file does not hold what it should.

    Source: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to
    document recognition", Proceedings of the IEEE 86(11).
    """
    if split not in SPLITS:
        raise ValueError(f"MNIST's split must be 'train' or 'test', got {split!r}")
    prefix, count = SPLITS[split]
    pixels = read_idx(
        fetch(FILES[f"{prefix}-images-idx3-ubyte.gz"], root=root), (count, 28, 28)
    )
    labels = read_idx(
        fetch(FILES[f"{prefix}-labels-idx1-ubyte.gz"], root=root), (count,)
    )
    return ImageSet(
        torch.from_numpy(pixels)[:, None],
        all_labels=torch.from_numpy(labels.astype(np.int64)),
    )


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Read a gzipped IDX file of bytes.

    An IDX file opens with two zero bytes, the type of its numbers (8 for unsigned
    bytes), how many dimensions there are, and the size of each as a big-endian 32-bit
    integer; the numbers follow.

    Args:
        path: of the file.
        shape: what the file should hold.

    Returns:
        An array of that shape, uint8.

    Raises:
        ValueError: if it is no gzip file, breaks off, or holds another type or shape.
    """
    try:
        with gzip.open(path) as file:
            # A bytearray makes an array that PyTorch may share and write to.
            content = bytearray(file.read())
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} must be a whole gzip file: {error}") from error
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(
            f"{path} must open with the IDX mark 00 00 08 of unsigned bytes, "
            f"got {content[:4].hex(' ')}"
        )
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise ValueError(
            f"{path} must open with {header} bytes of IDX header, got {len(content)}"
        )
    found = tuple(int(n) for n in np.frombuffer(content[4:header], ">u4"))
    if found != shape:
        raise ValueError(f"{path} must hold an array of shape {shape}, got {found}")
    if len(content) - header != math.prod(shape):
        raise ValueError(
            f"{path} must hold {math.prod(shape):,} bytes after its header, "
            f"got {len(content) - header:,}"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
