"""How near a reconstruction is to its original, per image."""

import torch
from torch import Tensor

from vae_lib.evaluation.checks import check_pair

__all__ = ["mse", "psnr", "ssim"]

# Wang et al. (2004), section III.C: window, its width, and the two stabilisers.
WINDOW_SIZE = 11
WINDOW_SIGMA = 1.5
K1, K2 = 0.01, 0.03


def mse(x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error over the pixels of each image.

    Args:
        x: images (B, *event).
        y: images of the same shape.

    Returns:
        (B,), in squared units of x; lower is better.

    Raises:
        ValueError: if the shapes or dtypes differ, or a batch is empty or not finite.

    >>> mse(torch.zeros(2, 1, 2, 2), torch.full((2, 1, 2, 2), 0.5))
    tensor([0.2500, 0.2500])
    """
    check_pair(x, y)
    return (x - y).square().flatten(1).mean(1)


def psnr(x: Tensor, y: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of images in [0, 1]: -10 log10(mse).

    Args:
        x: images (B, *event) in [0, 1].
        y: images of the same shape.

    Returns:
        (B,), in decibels; higher is better, infinite for equal images.

    Raises:
        ValueError: if the shapes or dtypes differ, or a batch is empty or not finite.

    A tenth of the range off is 20 dB, a hundredth 40:

    >>> psnr(torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 0.1))
    tensor([20.])
    """
    return -10.0 * mse(x, y).log10()


def ssim(x: Tensor, y: Tensor) -> Tensor:
    """Structural similarity, averaged over the places where the window fits.

    Args:
        x: images (B, C, H, W) in [0, 1], H and W at least 11.
        y: images of the same shape.

    Returns:
        (B,), in [-1, 1]; higher is better, 1 for equal images.

    Raises:
        ValueError: if the shapes or dtypes differ, the images are smaller than the
            window, or a batch is empty or not finite.

    Source: Wang et al. (2004), IEEE TIP 13(4), section III.B-C: Gaussian window of 11
    pixels with sigma 1.5, population moments. Windows that would cross the border are
    left out, as in scikit-image, not padded.

    >>> ssim(torch.zeros(1, 1, 16, 16), torch.zeros(1, 1, 16, 16))
    tensor([1.])
    """
    check_pair(x, y)
    if x.dim() != 4 or min(x.shape[-2:]) < WINDOW_SIZE:
        raise ValueError(
            f"x must have shape (B, C, H, W) with H, W >= {WINDOW_SIZE}, "
            f"got {tuple(x.shape)}"
        )
    rows, columns = (_window_matrix(size, x) for size in x.shape[-2:])

    # A separable window is two banded matrix products: faster than a convolution with
    # one channel, and exact at the border by leaving those rows out.
    def local_mean(image: Tensor) -> Tensor:
        return rows @ image @ columns.mT

    mean_x, mean_y = local_mean(x), local_mean(y)
    variance_x = local_mean(x * x) - mean_x.square()
    variance_y = local_mean(y * y) - mean_y.square()
    covariance = local_mean(x * y) - mean_x * mean_y
    c1, c2 = K1**2, K2**2
    similarity = ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x.square() + mean_y.square() + c1) * (variance_x + variance_y + c2)
    )
    return similarity.flatten(1).mean(1)


def _window_matrix(size: int, like: Tensor) -> Tensor:
    """(size - 10, size): each row holds the Gaussian window one place further on."""
    offsets = torch.arange(WINDOW_SIZE, dtype=torch.float64) - WINDOW_SIZE // 2
    window = torch.exp(-offsets.square() / (2 * WINDOW_SIGMA**2))
    window /= window.sum()
    places = size - WINDOW_SIZE + 1
    matrix = torch.zeros(places, size, dtype=torch.float64)
    for place in range(places):
        matrix[place, place : place + WINDOW_SIZE] = window
    return matrix.to(like)
