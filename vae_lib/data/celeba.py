"""CelebA as published: aligned photographs, forty attributes, and a partition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm.auto import tqdm

from vae_lib.data.downloads import PublicFile, fetch, local_folder
from vae_lib.data.image_set import ImageSet

__all__ = ["CELEBA_ATTRIBUTES", "load_celeba", "read_celeba"]

CELEBA_ATTRIBUTES: tuple[str, ...] = (
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald",
    "Bangs", "Big_Lips", "Big_Nose", "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair",
    "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses", "Goatee", "Gray_Hair",
    "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache",
    "Narrow_Eyes", "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose",
    "Receding_Hairline", "Rosy_Cheeks", "Sideburns", "Smiling", "Straight_Hair",
    "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick",
    "Wearing_Necklace", "Wearing_Necktie", "Young",
)  # fmt: skip

# Checksums by which torchvision knows the lists. None is known of the extracted images.
FILES = {
    "attributes": PublicFile(
        "celeba/list_attr_celeba.txt", "md5:75e246fa4810816ffd6ee81facbd244c"
    ),
    "partition": PublicFile(
        "celeba/list_eval_partition.txt", "md5:d32c9cbf5e040fd4025c592c306e6668"
    ),
}
SPLITS = {"train": "0", "valid": "1", "test": "2"}
PUBLISHED_SIZE = (178, 218)  # width and height
CROP = 148  # the middle square, of which the face fills most
SIDE = 64

WHERE = (
    "CelebA may not be redistributed: agree to its terms at "
    "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, and put the folder "
    "img_align_celeba and the files list_attr_celeba.txt and list_eval_partition.txt "
    "in the folder celeba of your local copies, which root or VAE_LIB_DATA names"
)


def load_celeba(split: str, root: str | Path | None = None) -> ImageSet:
    """Load CelebA's photographs, cut to the face and made 64 x 64, with attributes.

    The middle 148 x 148 pixels are kept and resampled with antialiasing, as in most
    papers. Attributes are the set's factors (N, 40), 0 or 1, in the order of
    `CELEBA_ATTRIBUTES`. The training part takes 2 GB of memory and some minutes.

    The two lists are verified by their checksums. The photographs are verified by what
    they are: every name in the lists must be a JPEG file of 178 x 218 pixels.

    Args:
        split: "train" (162,770), "valid" (19,867) or "test" (19,962).
        root: folder of local copies, see `fetch`; nothing is downloaded.

    Raises:
        ValueError: if there is no such split, or a file does not hold what it should.
        FileNotFoundError: if there is no copy; the text says where to get one.

    Source: Liu, Luo, Wang & Tang (2015), "Deep Learning Face Attributes in the Wild",
    arXiv:1411.7766.
    """
    if split not in SPLITS:
        raise ValueError(
            f"CelebA's split must be 'train', 'valid' or 'test', got {split!r}"
        )
    if local_folder(root) is None:
        raise FileNotFoundError(f"found no folder of local copies. {WHERE}")
    try:
        attributes, partition = (fetch(file, root=root) for file in FILES.values())
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{error}. {WHERE}") from error
    return read_celeba(
        attributes.parent / "img_align_celeba", attributes, partition, split
    )


def read_celeba(
    images: Path, attributes: Path, partition: Path, split: str
) -> ImageSet:
    """Read one part of CelebA.

    Args:
        images: folder of the photographs.
        attributes: list of the number of photographs, the attributes' names, and then a
            line for each photograph: its name, and -1 or 1 for each attribute.
        partition: list of each photograph's name and part, 0, 1 or 2.
        split: "train", "valid" or "test".

    Raises:
        ValueError: if a list or a photograph is not as expected, or the lists disagree.
        FileNotFoundError: if the folder or a photograph is missing.
    """
    names, table = _attributes(attributes)
    chosen = _chosen(partition, names, SPLITS[split])
    if not images.is_dir():
        raise FileNotFoundError(f"expected the folder {images}, found none. {WHERE}")
    pixels = torch.empty(len(chosen), 3, SIDE, SIDE, dtype=torch.uint8)
    progress = tqdm(chosen, desc=f"CelebA {split}", disable=len(chosen) < 1000)
    for row, which in enumerate(progress):
        pixels[row] = _photograph(images / names[which])
    return ImageSet(pixels, all_factors=table[chosen])


def _attributes(path: Path) -> tuple[list[str], torch.Tensor]:
    """Return the photographs' names and attributes (N, 40), int64, 0 or 1."""
    lines = path.read_text("ascii", errors="replace").splitlines()
    if len(lines) < 3 or not lines[0].strip().isdecimal():
        raise ValueError(
            f"{path} must open with the number of images and the attributes' names, "
            f"got {lines[:1]}"
        )
    header = tuple(lines[1].split())
    if header != CELEBA_ATTRIBUTES:
        wrong = [name for name in header if name not in CELEBA_ATTRIBUTES]
        raise ValueError(
            f"{path} must name CelebA's 40 attributes in their order, "
            f"got {len(header)} names, of which unknown: {wrong}"
        )
    rows = [line.split() for line in lines[2:]]
    if len(rows) != int(lines[0]):
        raise ValueError(
            f"{path} must hold {int(lines[0]):,} rows, as it says, got {len(rows):,}"
        )
    for number, row in enumerate(rows, start=3):
        if len(row) != 41 or not {"-1", "1"}.issuperset(row[1:]):
            raise ValueError(
                f"{path} must hold a name and 40 values of -1 or 1 in line {number}, "
                f"got {lines[number - 1]!r}"
            )
    table = np.array([row[1:] for row in rows]) == "1"
    return [row[0] for row in rows], torch.from_numpy(table.astype(np.int64))


def _chosen(path: Path, names: list[str], part: str) -> list[int]:
    """Return which photographs belong to a part."""
    rows = [
        line.split() for line in path.read_text("ascii", errors="replace").splitlines()
    ]
    if len(rows) != len(names):
        raise ValueError(
            f"{path} must hold a row for each of the {len(names):,} images, "
            f"got {len(rows):,}"
        )
    for number, (row, name) in enumerate(zip(rows, names, strict=True), start=1):
        if len(row) != 2 or row[0] != name or row[1] not in SPLITS.values():
            raise ValueError(
                f"{path} must hold {name!r} and 0, 1 or 2 in line {number}, "
                f"got {' '.join(row)!r}"
            )
    chosen = [which for which, row in enumerate(rows) if row[1] == part]
    if not chosen:
        raise ValueError(f"{path} must put some images in part {part}, got none")
    return chosen


def _photograph(path: Path) -> torch.Tensor:
    """Return the middle of a photograph, (3, 64, 64), uint8."""
    if not path.is_file():
        raise FileNotFoundError(f"expected the image {path}, found no such file")
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            if image.size != PUBLISHED_SIZE or image.mode != "RGB":
                raise ValueError(
                    f"{path} must be an RGB image of 178 x 218 pixels, "
                    f"got {image.mode} of {image.width} x {image.height}"
                )
            left, top = ((side - CROP) // 2 for side in PUBLISHED_SIZE)
            box = (left, top, left + CROP, top + CROP)
            small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box)
    except OSError as error:
        raise ValueError(f"{path} must be a whole JPEG file: {error}") from error
    return torch.from_numpy(np.array(small)).permute(2, 0, 1)
