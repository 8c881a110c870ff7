"""3D Shapes as published: one HDF5 file of images and the values of their factors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm.auto import tqdm

from vae_lib.data.downloads import PublicFile, fetch
from vae_lib.data.image_set import ImageSet
from vae_lib.data.shapes3d import PUBLISHED_SIZE, Shapes3D

__all__ = ["load_shapes3d", "read_shapes3d"]

# The authors publish no checksum. This is the one by which TensorFlow Datasets knows
# the file: tensorflow_datasets/datasets/shapes3d/checksums.tsv, 267,573,662 bytes.
FILES = {
    "train": PublicFile(
        "shapes3d/3dshapes.h5",
        "sha256:0a0f6ed98baff276a50f3a081a7434d788da63cb135a98189b2a5b5769be1785",
        "https://storage.googleapis.com/3d-shapes/3dshapes.h5",
    )
}

# Images decompressed at a time.
BLOCK = 10_000


def load_shapes3d(split: str, root: str | Path | None = None) -> ImageSet:
    """Load all 480,000 published images of 3D Shapes, 64 x 64, with their factors.

    The images take 5.9 GB of memory. The factors are indices into the full grid, the
    same as those of `Shapes3D`, which draws similar images without a file.

    Args:
        split: "train", the only one.
        root: folder of local copies, see `fetch`.

    Raises:
        ValueError: if there is no such split, or the file does not hold what it should.
        ImportError: if h5py is not installed.

    Source: Burgess & Kim (2018), "3D Shapes Dataset",
    https://github.com/google-deepmind/3d-shapes.
    """
    if split not in FILES:
        raise ValueError(f"3D Shapes' split must be 'train', got {split!r}")
    _h5py()  # before a download of 268 MB
    return read_shapes3d(fetch(FILES[split], root=root))


def read_shapes3d(path: Path, sizes: tuple[int, ...] | None = None) -> ImageSet:
    """Read images, and factors as ranks of the values found.

    The file must hold every combination of the factors once, in C order; labels in any
    other order are refused, because then they would not belong to these images.

    Args:
        path: of the file.
        sizes: how many values each of the six factors has; None for the published ones.

    Returns:
        The images with their factors (N, 6), indices into the grid of `sizes`.

    Raises:
        ValueError: if it is no HDF5 file, or an array is missing or not as expected.
        ImportError: if h5py is not installed.
    """
    h5py = _h5py()
    sizes = sizes or Shapes3D(PUBLISHED_SIZE).sizes
    if not h5py.is_hdf5(path):
        raise ValueError(f"{path} must be an HDF5 file, got something else")
    try:
        with h5py.File(path, "r") as file:
            factors = _factors(path, file, sizes)
            pixels = _pixels(path, file, len(factors))
    except (KeyError, OSError) as error:
        raise ValueError(f"{path} must hold 3D Shapes' arrays: {error}") from error
    return ImageSet(pixels, all_factors=factors)


def _factors(path: Path, file: Any, sizes: tuple[int, ...]) -> torch.Tensor:
    grid = np.indices(sizes).reshape(len(sizes), -1).T
    labels = _expect(path, file, "labels", np.float64, grid.shape)[()]
    ranks = [np.unique(column, return_inverse=True)[1] for column in labels.T]
    wrong = (np.stack(ranks, axis=1) != grid).any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{path} must hold labels of every combination of {sizes} values in order, "
            f"got {labels[row].tolist()} in row {row}"
        )
    return torch.from_numpy(grid.astype(np.int64))


def _pixels(path: Path, file: Any, count: int) -> torch.Tensor:
    shape = (count, PUBLISHED_SIZE, PUBLISHED_SIZE, 3)
    images = _expect(path, file, "images", np.uint8, shape)
    pixels = torch.empty(count, 3, PUBLISHED_SIZE, PUBLISHED_SIZE, dtype=torch.uint8)
    # Block by block: a second copy of the whole would be 5.9 GB.
    for low in tqdm(range(0, count, BLOCK), desc=path.name, disable=count <= BLOCK):
        block = torch.from_numpy(images[low : low + BLOCK])
        pixels[low : low + len(block)] = block.permute(0, 3, 1, 2)
    return pixels


def _expect(
    path: Path, file: Any, name: str, dtype: type, shape: tuple[int, ...]
) -> Any:
    array = file[name]
    found = tuple(getattr(array, "shape", ())), getattr(array, "dtype", "a group")
    if found != (shape, np.dtype(dtype)):
        raise ValueError(
            f"{path} must hold {name} of {np.dtype(dtype)}, shape {shape}, "
            f"got {found[1]} of shape {found[0]}"
        )
    return array


def _h5py() -> Any:
    try:
        import h5py  # only this file needs it
    except ImportError as error:
        raise ImportError(
            "3D Shapes is published as an HDF5 file, which h5py reads: "
            "pip install 'vae_lib[hdf5]', or pip install h5py"
        ) from error
    return h5py
