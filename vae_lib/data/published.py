"""One door to the published data sets."""

from __future__ import annotations

from pathlib import Path

from vae_lib.data.binarized_mnist import load_binarized_mnist
from vae_lib.data.celeba import load_celeba
from vae_lib.data.cifar10 import load_cifar10
from vae_lib.data.dsprites import load_dsprites
from vae_lib.data.image_set import ImageSet
from vae_lib.data.mnist import load_mnist
from vae_lib.data.shapes3d_file import load_shapes3d

__all__ = ["load"]

LOADERS = {
    "mnist": load_mnist,
    "binarized_mnist": load_binarized_mnist,
    "dsprites": load_dsprites,
    "shapes3d": load_shapes3d,
    "celeba": load_celeba,
    "cifar10": load_cifar10,
}


def load(name: str, root: str | Path | None = None, split: str = "train") -> ImageSet:
    """Load a published data set into memory.

    Files are read in the format they were published in, and only after their checksum
    was found to be the published one. CelebA's photographs, of which no checksum is
    known, are checked for their format and size.

    Args:
        name: "mnist" (splits "train", "test"), "binarized_mnist" ("train", "valid",
            "test"), "dsprites" ("train" for all images; "grid", "subset"), "shapes3d"
            ("train"; needs h5py), "celeba" ("train", "valid", "test"; local copies
            only) or "cifar10" ("train", "test").
        root: folder of local copies, with a folder for each set; then nothing is
            downloaded. None reads the environment variable VAE_LIB_DATA; without that,
            files are downloaded once to the user's cache, with a progress bar, and a
            download that broke off is continued.
        split: which part of the set.

    Raises:
        ValueError: if there is no such set or split, or if a file is damaged: the text
            names the file, the expected and the found checksum.
        FileNotFoundError: if the folder of local copies lacks the file.
        ImportError: if h5py is needed and not installed.
        ConnectionError: if a download breaks off.

    >>> load("mnist", split="validation")
    Traceback (most recent call last):
    ...
    ValueError: MNIST's split must be 'train' or 'test', got 'validation'
    """
    if name not in LOADERS:
        known = ", ".join(repr(known) for known in LOADERS)
        raise ValueError(f"name must be one of {known}, got {name!r}")
    return LOADERS[name](split, root)
