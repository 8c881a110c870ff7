"""Masks that hide a part of an image, and images handed out with what they leave."""

import torch
from torch import Tensor

from vae_lib.data.conditioned import Conditioned
from vae_lib.data.image_set import ImageSource
from vae_lib.data.indexing import Index

__all__ = ["Masked", "brush_masks", "quadrants", "seen_part"]

# Of a brush, as a share of the image's side: strokes from a pencil's to a thumb's.
THINNEST, THICKEST = 0.04, 0.2
MOST_STROKES = 6
# The share of masks that hide everything but a block, or that hide a block.
BLOCKS = 0.4


def quadrants(count: int, size: int = 28) -> Tensor:
    """Which pixels are seen of an image whose first quadrants are seen.

    They come in the order of the published experiment: lower left, upper left, upper
    right; what is left to predict of three is the lower right.

    Args:
        count: quadrants seen, 1 to 3.
        size: height and width of the image, even.

    Returns:
        (1, size, size), bool, true where a pixel is seen.

    Raises:
        ValueError: if there are not so many quadrants, or the size is odd.

    Source: Sohn, Lee & Yan (2015), section 5.1.

    >>> quadrants(1, 4).int()[0]
    tensor([[0, 0, 0, 0],
            [0, 0, 0, 0],
            [1, 1, 0, 0],
            [1, 1, 0, 0]], dtype=torch.int32)
    """
    if count not in (1, 2, 3):
        raise ValueError(f"count must be 1, 2 or 3 quadrants, got {count}")
    if size < 2 or size % 2:
        raise ValueError(f"size must be even and at least 2, got {size}")
    half = size // 2
    seen = torch.zeros(1, size, size, dtype=torch.bool)
    seen[:, half:, :half] = True
    if count > 1:
        seen[:, :half, :half] = True
    if count > 2:
        seen[:, :half, half:] = True
    return seen


def brush_masks(
    count: int, size: int = 28, *, generator: torch.Generator | None = None
) -> Tensor:
    """Which pixels are seen after someone has painted over an image.

    Three in five are painted on with one to six straight strokes of a round brush. Of
    the others, half have a block hidden, half have all but a block hidden.

    Args:
        count: how many masks.
        size: height and width of the images.
        generator: of the random numbers; by default PyTorch's own.

    Returns:
        (count, 1, size, size), bool, true where a pixel is seen.

    Raises:
        ValueError: if a number is not positive.
    """
    if count < 1 or size < 1:
        raise ValueError(f"count and size must be positive, got {count} and {size}")

    def draw(*shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=generator)

    strokes = draw(MOST_STROKES, 4) * size
    thick = THINNEST + (THICKEST - THINNEST) * draw(MOST_STROKES)
    used = torch.arange(MOST_STROKES) <= draw(1) * MOST_STROKES
    block, kind = draw(4), draw()
    parts = [
        _painted(*part, size)
        for part in zip(
            strokes.split(1_000),
            (thick * used * size).split(1_000),
            strict=True,
        )
    ]
    inside = _block(block, size)
    hidden = torch.cat(parts)
    hidden = torch.where((kind < BLOCKS)[:, None, None], inside, hidden)
    hidden = torch.where((kind < BLOCKS / 2)[:, None, None], ~inside, hidden)
    return ~hidden[:, None]


def _painted(strokes: Tensor, radius: Tensor, size: int) -> Tensor:
    """Pixels within a radius (B, S) of segments (B, S, 4): (B, size, size), bool."""
    centre = torch.arange(size) + 0.5
    pixel = torch.cartesian_prod(centre, centre)  # (P, 2), row by row
    start, along = strokes[..., None, :2], (strokes[..., 2:] - strokes[..., :2])
    along = along[..., None, :]
    away = pixel - start  # (B, S, P, 2)
    share = (away * along).sum(-1) / along.square().sum(-1).clamp_min(1e-12)
    nearest = away - share.clamp(0, 1)[..., None] * along
    close = nearest.square().sum(-1) < radius[..., None].square()
    return close.any(1).unflatten(1, (size, size))


def _block(corners: Tensor, size: int) -> Tensor:
    """Pixels inside boxes of shares (B, 4) of the side: (B, size, size), bool."""
    low, high = corners.unflatten(1, (2, 2)).sort(1).values.unbind(1)  # (B, 2) each
    centre = (torch.arange(size) + 0.5) / size
    within = (centre >= low[..., None]) & (centre < high[..., None])  # (B, 2, size)
    return within[:, 0, :, None] & within[:, 1, None, :]


def seen_part(x: Tensor, seen: Tensor) -> Tensor:
    """What is left of images under a mask, with the mask as the last channel.

    A black pixel that is seen and a pixel that is hidden are both 0 in the image; only
    the mask tells them apart.

    Args:
        x: images (B, C, H, W).
        seen: (B, 1, H, W) or (1, H, W), true where a pixel is seen.

    Returns:
        (B, C + 1, H, W), of the images' dtype.

    Raises:
        ValueError: if the mask does not fit.

    >>> x = torch.full((1, 1, 2, 2), 0.5)
    >>> seen_part(x, torch.tensor([[[True, False], [False, False]]]))[0].flatten(1)
    tensor([[0.5000, 0.0000, 0.0000, 0.0000],
            [1.0000, 0.0000, 0.0000, 0.0000]])
    """
    expected = (1, *x.shape[2:])
    if x.dim() != 4 or seen.shape not in (expected, (len(x), *expected)):
        raise ValueError(
            f"seen must have shape (1, H, W) or (B, 1, H, W) for images "
            f"{tuple(x.shape)}, got {tuple(seen.shape)}"
        )
    mask = seen.to(x).expand(len(x), *expected)
    return torch.cat([x * mask, mask], 1)


class Masked:
    """A source of images that hands out each with the part of it that is seen.

    Args:
        dataset: any source of images.
        seen: one mask (1, H, W) for all, or several (M, 1, H, W), of which each image
            is given one at random, anew every time; bool.

    Raises:
        ValueError: if `dataset` is no source, or the masks are not of that kind.

    >>> from vae_lib.data import Digits
    >>> Masked(Digits("test"), quadrants(2, 8)).images([0, 1]).y.shape
    torch.Size([2, 2, 8, 8])
    """

    def __init__(self, dataset: ImageSource, seen: Tensor) -> None:
        if not isinstance(dataset, ImageSource):
            raise ValueError(
                "dataset must have a length and a method images(index), "
                f"got {type(dataset).__name__}"
            )
        if seen.dtype != torch.bool or seen.dim() not in (3, 4) or seen.shape[-3] != 1:
            raise ValueError(
                "seen must be bool of shape (1, H, W) or (M, 1, H, W), "
                f"got {seen.dtype} of shape {tuple(seen.shape)}"
            )
        self.dataset = dataset
        self.seen = seen

    def __len__(self) -> int:
        return len(self.dataset)

    def __repr__(self) -> str:
        return f"Masked({self.dataset!r}, {tuple(self.seen.shape)})"

    def images(self, index: Index) -> Conditioned:
        """Return the images at `index` (B,) with their seen parts (B, C + 1, H, W)."""
        x = self.dataset.images(index)
        seen = self.seen
        if seen.dim() == 4:
            seen = seen[torch.randint(len(seen), (len(x),))]
        return Conditioned(x, seen_part(x, seen))
