"""JPEG in memory, the rival: whole files, and what of them is picture."""

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

__all__ = ["from_jpeg", "jpeg_at_most", "scan_bytes", "to_jpeg"]

QUALITIES = range(1, 96)  # Pillow's own advice: above 95 files grow for nothing


def to_jpeg(image: Tensor, quality: int) -> bytes:
    """A picture as a JPEG file, colours at half resolution (4:2:0), as is usual.

    Args:
        image: (C, H, W) in [0, 1], C 1 or 3.
        quality: of Pillow's tables, 1 to 95.

    Raises:
        ValueError: if it is no such picture, or the quality is another one.
    """
    if image.dim() != 3 or image.shape[0] not in (1, 3):
        raise ValueError(
            f"image must have shape (1 or 3, H, W), got {tuple(image.shape)}"
        )
    if quality not in QUALITIES:
        raise ValueError(f"quality must be from 1 to 95, got {quality}")
    levels = np.rint(255 * image.clamp(0, 1).numpy()).astype(np.uint8)
    picture = Image.fromarray(
        levels[0] if len(levels) == 1 else levels.transpose(1, 2, 0)
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.getvalue()


def from_jpeg(content: bytes) -> Tensor:
    """The picture (C, H, W), float32 in [0, 1], of a JPEG file."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        levels = np.asarray(picture)
    planes = levels[None] if levels.ndim == 2 else levels.transpose(2, 0, 1)
    return torch.from_numpy(planes.astype(np.float32) / 255)


def scan_bytes(content: bytes) -> int:
    """Bytes of a JPEG file that hold coefficients; the rest is headers and tables.

    All files of one quality open alike, but for the picture's size: two who agreed on
    the tables beforehand, as two who have the same model did, need to send the scan
    only. The standard foresees it (abbreviated format, annex B.5).

    Raises:
        ValueError: if it is no JPEG file with one scan.

    Source: ITU-T T.81 (1992), annex B.
    """
    if content[:2] != b"\xff\xd8" or content[-2:] != b"\xff\xd9":
        raise ValueError("a JPEG file must open with ff d8 and end with ff d9")
    place = 2
    while place + 4 <= len(content):
        marker = content[place : place + 2]
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == b"\xff\xda":  # start of scan: its header is over here
            return len(content) - 2 - place
    raise ValueError("a JPEG file must hold a scan, found none")


def jpeg_at_most(image: Tensor, size: int, *, headers: bool = True) -> bytes | None:
    """The best JPEG file of a picture within a size.

    Args:
        image: (C, H, W) in [0, 1], C 1 or 3.
        size: in bytes.
        headers: whether all bytes count, or only those of the scan.

    Returns:
        The file of the highest quality that fits; None if not even the lowest does.
    """
    fits, too_large = 0, len(QUALITIES) + 1
    best = None
    # Sizes grow with the quality, nearly always: a bisection finds the border.
    while too_large - fits > 1:
        quality = (fits + too_large) // 2
        content = to_jpeg(image, quality)
        if (len(content) if headers else scan_bytes(content)) <= size:
            fits, best = quality, content
        else:
            too_large = quality
    return best
