"""dSprites as published: images and the factors they were drawn from."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

import numpy as np
import torch

from vae_lib.data.downloads import PublicFile, fetch
from vae_lib.data.image_set import ImageSet
from vae_lib.data.sprites import Sprites

__all__ = ["load_dsprites", "read_dsprites"]

OFFICIAL = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz"
EXTRACTS = (
    "https://raw.githubusercontent.com/colleenjg/neuromatch_ssl_tutorial/"
    "130380eb77e46a993489d7c6c89d0c9ee8ce3ed3/dsprites/"
)
FILES = {
    "train": PublicFile(
        f"dsprites/{OFFICIAL}",
        "md5:7da33b31b13a06f4b04a70402ce90c2e",
        f"https://github.com/google-deepmind/dsprites-dataset/raw/master/{OFFICIAL}",
    ),
    "grid": PublicFile(
        "dsprites/dsprites_downsampled.npz",
        "sha256:8a632f70c0dbd279dd771854981a3de945b2448eddbd9b2af59fb83e8728f871",
        f"{EXTRACTS}dsprites_downsampled.npz",
    ),
    "subset": PublicFile(
        "dsprites/dsprites_subset.npz",
        "sha256:32e7cb03fbab06c521df18877073c8d8508877ccecf27d98a9815fa2d4856567",
        f"{EXTRACTS}dsprites_subset.npz",
    ),
}
COUNTS = {"train": 737_280, "grid": 46_080, "subset": 20_000}
SIDE = 64


def load_dsprites(split: str, root: str | Path | None = None) -> ImageSet:
    """Load published images of dSprites, 64 x 64, 0 or 1, with their factors.

    The factors are indices into the full grid in every split, the same as those of
    `Sprites`, which draws these images without a file.

    Args:
        split: "train", all 737,280 images (3 GB in memory); "grid", the 46,080 with
            every fourth orientation and every second position; or "subset", 20,000
            drawn at random. The last two are extracts published by a third party.
        root: folder of local copies, see `fetch`.

    Raises:
        ValueError: if there is no such split, or a file does not hold what it should.

    Source: Matthey, Higgins, Hassabis & Lerchner (2017), "dSprites: Disentanglement
    testing Sprites dataset", https://github.com/google-deepmind/dsprites-dataset.
    """
    if split not in FILES:
        raise ValueError(
            f"dSprites' split must be 'train', 'grid' or 'subset', got {split!r}"
        )
    return read_dsprites(fetch(FILES[split], root=root), COUNTS[split])


def read_dsprites(path: Path, count: int) -> ImageSet:
    """Read images and factors from an archive of NumPy arrays.

    The official file has six columns of `latents_classes`, of which the first, colour,
    is constant. The extracts have five, renumber their classes, and say in
    `original_dataset_indices` where an image lies in the full set.

    Args:
        path: of the file.
        count: how many images it should hold.

    Returns:
        The images with their factors (count, 5), indices into the full grid.

    Raises:
        ValueError: if it is no such archive, or an array is missing or not as expected.
    """
    images, classes, positions = _arrays(path)
    _expect(path, "imgs", images, (count, SIDE, SIDE), "u")
    if images.dtype != np.uint8 or images.max() > 1:
        raise ValueError(
            f"{path} must hold imgs of bytes 0 and 1, "
            f"got {images.dtype} up to {images.max()}"
        )
    grid = Sprites()
    try:
        if positions is None:
            _expect(path, "latents_classes", classes, (count, 6), "iu")
            factors = grid.factors(grid.index(classes[:, 1:].astype(np.int64)))
        else:
            _expect(path, "original_dataset_indices", positions, (count,), "iu")
            factors = grid.factors(positions.astype(np.int64))
    except ValueError as error:
        raise ValueError(f"{path} must hold factors of dSprites: {error}") from error
    images *= np.uint8(255)  # in place: a second copy of the full set is 3 GB
    return ImageSet(torch.from_numpy(images)[:, None], all_factors=factors)


def _arrays(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Read the images, their classes and, in an extract, their places in the full set.

    Other members stay unread: one of them is a pickle, which could run code.
    """
    if not is_zipfile(path):
        raise ValueError(f"{path} must be a whole .npz archive, got something else")
    try:
        with np.load(path, allow_pickle=False) as archive:
            positions = archive.get("original_dataset_indices")
            return archive["imgs"], archive["latents_classes"], positions
    except (KeyError, ValueError, EOFError, OSError, BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} must hold dSprites' arrays: {error}") from error


def _expect(
    path: Path, name: str, array: np.ndarray, shape: tuple[int, ...], kinds: str
) -> None:
    if array.shape != shape or array.dtype.kind not in kinds:
        raise ValueError(
            f"{path} must hold {name} of integers, shape {shape}, "
            f"got {array.dtype} of shape {array.shape}"
        )
