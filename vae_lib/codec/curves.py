"""What bytes buy: points of rate and quality, of codes and of JPEG."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from vae_lib.codec.entropy_coder import GridPrior, code_bits
from vae_lib.codec.jpeg import from_jpeg, scan_bytes, to_jpeg
from vae_lib.codec.windows import cut
from vae_lib.evaluation import psnr, ssim
from vae_lib.models import VQVAE

__all__ = ["RatePoint", "code_point", "jpeg_curve"]


class RatePoint(NamedTuple):
    """One way to write pictures down, on average over them.

    Attributes:
        size: bytes a picture.
        psnr: decibels.
        ssim: structural similarity, at most 1.
    """

    size: float
    psnr: float
    ssim: float


@torch.no_grad()
def code_point(
    images: Tensor, model: VQVAE, prior: GridPrior | None = None
) -> RatePoint:
    """What a model's codes cost and are worth.

    The bytes are those of the codes, without a file's own 28 and the coder's last word.

    Args:
        images: (B, C, H, W) in [0, 1], H and W at least 11.
        model: in evaluation mode.
        prior: of the model's codes, whose price is the cross-entropy; None gives every
            code ceil(log2 K) bits.
    """
    codes = torch.cat([model.encode(part) for part in images.split(100)])
    if prior is None:
        bits = codes[0].numel() * float((model.num_codes - 1).bit_length())
    else:
        bits = float(code_bits(cut(codes, prior.grid), prior).sum()) / len(images)
    decoded = torch.cat([model.decode(part) for part in codes.split(100)])
    return _point(bits / 8, images, decoded.clamp(0, 1))


def jpeg_curve(
    images: Tensor, qualities: Sequence[int], *, headers: bool = True
) -> list[RatePoint]:
    """What JPEG costs and is worth, at each quality.

    Args:
        images: (B, C, H, W) in [0, 1], C 1 or 3, H and W at least 11.
        qualities: of Pillow's tables, 1 to 95.
        headers: whether all of a file counts, or only its scan.

    Returns:
        A point a quality, in their order.
    """
    points = []
    for quality in qualities:
        files = [to_jpeg(image, quality) for image in images]
        sizes = [len(file) if headers else scan_bytes(file) for file in files]
        decoded = torch.stack([from_jpeg(file) for file in files])
        points.append(_point(sum(sizes) / len(files), images, decoded))
    return points


def _point(size: float, images: Tensor, shown: Tensor) -> RatePoint:
    x, y = images.float(), shown.float()
    return RatePoint(size, float(psnr(x, y).mean()), float(ssim(x, y).mean()))
