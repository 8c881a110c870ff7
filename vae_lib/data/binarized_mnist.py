"""Static binarized MNIST: the fixed images on which likelihoods are compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from vae_lib.data.downloads import PublicFile, fetch
from vae_lib.data.image_set import ImageSet

__all__ = ["load_binarized_mnist", "read_amat", "read_mat"]

ADDRESS = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
SIDE = 28
COUNTS = {"train": 50_000, "valid": 10_000, "test": 10_000}
AMAT_CHECKSUMS = {
    "train": "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    "valid": "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    "test": "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
}
MAT_CHECKSUMS = {
    "train": "79a0312c7389d855cfc97e3812de3998417c5829d8a51543b56a90a91252ae7e",
    "valid": "7436afc856959075c7787025bb8a4ba2b520b9230ee39667c66aa7dd2819dd68",
    "test": "5bc30222e1e7896cbccd1e1db6b28540cc1230f4d2d5473841a5f6cc54be8d38",
}


def _files() -> dict[str, PublicFile]:
    files = {}
    for split in COUNTS:
        stem = f"binarized_mnist_{split}"
        files[f"{stem}.amat"] = PublicFile(
            f"binarized_mnist/{stem}.amat",
            f"sha256:{AMAT_CHECKSUMS[split]}",
            f"{ADDRESS}{stem}.amat",
        )
        # The same numbers in a MATLAB container, a twentieth of the size.
        files[f"{stem}.mat"] = PublicFile(
            f"binarized_mnist/{stem}.mat", f"sha256:{MAT_CHECKSUMS[split]}"
        )
    return files


FILES = _files()


def load_binarized_mnist(split: str, root: str | Path | None = None) -> ImageSet:
    """Load static binarized MNIST: 50,000, 10,000 and 10,000 images, 28 x 28, 0 or 1.

    Each pixel was drawn once from the grey level of MNIST. The images have no labels.
    A local copy may be the official text (.amat) or a MATLAB file (.mat).

    Args:
        split: "train", "valid" or "test".
        root: folder of local copies, see `fetch`.

    Raises:
        ValueError: if there is no such split, or a file does not hold what it should.

    Source: Salakhutdinov & Murray (2008), ICML; Larochelle & Murray (2011), AISTATS.
    """
    if split not in COUNTS:
        raise ValueError(
            f"binarized MNIST's split must be 'train', 'valid' or 'test', got {split!r}"
        )
    stem = f"binarized_mnist_{split}"
    path = fetch(FILES[f"{stem}.amat"], FILES[f"{stem}.mat"], root=root)
    read = read_amat if path.suffix == ".amat" else read_mat
    bits = read(path, (COUNTS[split], SIDE * SIDE))
    return ImageSet(torch.from_numpy(bits * np.uint8(255)).view(-1, 1, SIDE, SIDE))


def read_amat(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Read a table of binary digits from text: one row a line, one space between.

    Args:
        path: of the file.
        shape: rows and columns that it should hold.

    Returns:
        An array of that shape, uint8, 0 or 1.

    Raises:
        ValueError: if the file has another length or holds anything else.
    """
    rows, columns = shape
    text = np.fromfile(path, np.uint8)
    if len(text) != 2 * rows * columns:
        raise ValueError(
            f"{path} must hold {rows} lines of {columns} digits, which are "
            f"{2 * rows * columns:,} bytes, got {len(text):,}"
        )
    # Every second byte is a digit; those between are spaces, and a newline at the end.
    table = text.reshape(rows, columns, 2)
    gaps = table[..., 1]
    bits = table[..., 0] - np.uint8(ord("0"))
    if (gaps[:, :-1] != ord(" ")).any() or (gaps[:, -1] != ord("\n")).any():
        raise ValueError(f"{path} must have one space or newline after each digit")
    return _binary(path, bits)


def read_mat(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Read the variable X of a MATLAB 5 file.

    Args:
        path: of the file.
        shape: rows and columns that X should have.

    Returns:
        An array of that shape, uint8, 0 or 1.

    Raises:
        ValueError: if it is no such file, or X is missing or has another shape or type.
    """
    try:
        variables = loadmat(path, variable_names=["X"])
    except (MatReadError, ValueError, TypeError, NotImplementedError) as error:
        raise ValueError(f"{path} must be a MATLAB 5 file: {error}") from error
    if "X" not in variables:
        raise ValueError(f"{path} must hold a variable X, got none")
    bits = variables["X"]
    if bits.shape != shape or bits.dtype != np.uint8:
        raise ValueError(
            f"{path} must hold X of shape {shape} and type uint8, "
            f"got {bits.shape} and {bits.dtype}"
        )
    return _binary(path, np.ascontiguousarray(bits))


def _binary(path: Path, bits: np.ndarray) -> np.ndarray:
    if bits.max() > 1:
        raise ValueError(f"{path} must hold only 0 and 1, got something else")
    return bits
