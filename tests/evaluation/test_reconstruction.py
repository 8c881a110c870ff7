"""Image distances against closed forms, a loop over windows and scikit-image."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from vae_lib.evaluation import mse, psnr, ssim


def wave(height, width, phase):
    """A curved pattern in [0, 1], the same on every machine, (1, 1, H, W)."""
    row = torch.arange(height, dtype=torch.float64)[:, None]
    column = torch.arange(width, dtype=torch.float64)
    pattern = 0.5 + 0.5 * torch.sin(0.7 * row + 0.3 * column**2 / width + phase)
    return pattern[None, None]


def pair(height=16, width=16):
    return wave(height, width, 0.0), 0.8 * wave(height, width, 0.4) + 0.1


def ssim_of_one_window(x, y):
    """Wang et al. (2004), equation 13, on one 11 x 11 window, term by term."""
    weight = [[math.exp(-(i * i + j * j) / 4.5) for j in range(-5, 6)]
              for i in range(-5, 6)]  # fmt: skip
    total = sum(map(sum, weight))

    def mean(function):
        return sum(
            weight[i][j] / total * function(float(x[i, j]), float(y[i, j]))
            for i in range(11)
            for j in range(11)
        )

    mean_x, mean_y = mean(lambda a, _b: a), mean(lambda _a, b: b)
    var_x = mean(lambda a, _b: (a - mean_x) ** 2)
    var_y = mean(lambda _a, b: (b - mean_y) ** 2)
    both = mean(lambda a, b: (a - mean_x) * (b - mean_y))
    return ((2 * mean_x * mean_y + 1e-4) * (2 * both + 9e-4)) / (
        (mean_x**2 + mean_y**2 + 1e-4) * (var_x + var_y + 9e-4)
    )


@pytest.mark.parametrize(("height", "width"), [(11, 11), (13, 16)])
def test_ssim_is_the_mean_over_the_windows_that_fit(height, width):
    x, y = pair(height, width)
    windows = [
        ssim_of_one_window(x[0, 0, i : i + 11, j : j + 11], y[0, 0, i : i + 11, j:])
        for i in range(height - 10)
        for j in range(width - 10)
    ]
    assert ssim(x, y).item() == pytest.approx(sum(windows) / len(windows), abs=1e-12)


# skimage.metrics.structural_similarity of scikit-image 0.26 with data_range=1,
# gaussian_weights=True, sigma=1.5, use_sample_covariance=False.
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((11, 11), 0.8381764960991402),
        ((16, 16), 0.8751173285500722),
        ((20, 33), 0.8800128009973227),
        ((64, 64), 0.8812607903308741),
    ],
)
def test_ssim_is_what_scikit_image_says(size, expected):
    assert ssim(*pair(*size)).item() == pytest.approx(expected, abs=1e-12)


def test_ssim_averages_over_channels_and_not_over_the_batch():
    x, y = pair()
    batch_x = torch.stack([torch.cat([x, x], 1)[0], torch.cat([x, y], 1)[0]])
    batch_y = torch.stack([torch.cat([y, x], 1)[0], torch.cat([y, x], 1)[0]])
    one = ssim(x, y)[0]
    expected = torch.stack([(one + 1) / 2, one])
    torch.testing.assert_close(ssim(batch_x, batch_y), expected)


def test_float32_agrees_with_float64():
    """Variances are differences of means near 1: 1e-7 of them, over c2 = 9e-4."""
    x, y = pair(64, 64)
    torch.testing.assert_close(
        ssim(x.float(), y.float()).double(), ssim(x, y), rtol=0, atol=2e-4
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("distance", [mse, psnr, ssim])
def test_a_distance_is_symmetric(distance, seed):
    torch.manual_seed(seed)
    x, y = torch.rand(2, 3, 2, 12, 14, dtype=torch.float64)
    torch.testing.assert_close(distance(x, y), distance(y, x))
    assert distance(x, y).shape == (3,)


@pytest.mark.parametrize("seed", range(5))
def test_ssim_lies_between_minus_one_and_one(seed):
    torch.manual_seed(seed)
    x = torch.rand(4, 1, 16, 16, dtype=torch.float64)
    for y in (torch.rand_like(x), 1 - x, x.flip(2)):
        assert (ssim(x, y).abs() <= 1).all()


def test_equal_images_are_as_near_as_can_be():
    x = torch.rand(3, 1, 16, 16, dtype=torch.float64)
    assert mse(x, x).tolist() == [0.0] * 3
    assert psnr(x, x).tolist() == [math.inf] * 3
    torch.testing.assert_close(ssim(x, x), torch.ones(3, dtype=torch.float64))


@pytest.mark.parametrize(("x", "y"), [(0.0, 1.0), (0.3, 0.3), (0.2, 0.9)])
def test_ssim_of_constant_images_compares_their_greys(x, y):
    """Without variance only the first factor is left: it is 1 where greys agree."""
    found = ssim(
        torch.full((1, 1, 11, 11), x, dtype=torch.float64),
        torch.full((1, 1, 11, 11), y, dtype=torch.float64),
    )
    expected = (2 * x * y + 1e-4) / (x * x + y * y + 1e-4)
    assert found.item() == pytest.approx(expected, abs=1e-9)


def test_a_negative_has_negative_ssim():
    """Its covariance is minus the variance; the greys around 1/2 agree."""
    x = torch.rand(1, 1, 16, 16, dtype=torch.float64)
    assert ssim(x, 1 - x).item() < -0.9


@pytest.mark.parametrize("difference", [1.0, 0.1, 0.01])
def test_mse_and_psnr_of_a_constant_difference(difference):
    """A difference d gives d^2 and -20 log10 d."""
    x = torch.zeros(2, 1, 3, 5, dtype=torch.float64)
    y = x + difference
    assert mse(x, y).tolist() == pytest.approx([difference**2] * 2)
    assert psnr(x, y).tolist() == pytest.approx([-20 * math.log10(difference)] * 2)


def test_every_image_has_its_own_error():
    x = torch.zeros(3, 4, dtype=torch.float64)
    y = torch.tensor([[0.0] * 4, [1.0] * 4, [1.0, 0.0, 0.0, 0.0]], dtype=torch.float64)
    assert mse(x, y).tolist() == [0.0, 1.0, 0.25]


def test_gradients_match_finite_differences():
    x, y = (image.requires_grad_() for image in pair(12, 11))
    assert gradcheck(lambda x, y: ssim(x, y), (x, y))
    assert gradcheck(mse, (x, y))
    assert gradcheck(psnr, (x, y))


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_the_gradient_of_ssim_is_finite_where_nothing_varies(grey):
    """The stabilisers keep both denominators away from zero."""
    x = torch.full((1, 1, 16, 16), grey, requires_grad=True)
    ssim(x, torch.full_like(x, 0.5)).sum().backward()
    assert torch.isfinite(x.grad).all()


X = torch.rand(2, 1, 16, 16)


@pytest.mark.parametrize("distance", [mse, psnr, ssim])
@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X, X[:1], r"same shape, got \(2, 1, 16, 16\) and \(1, 1, 16, 16\)"),
        (X, X.double(), r"same dtype, got torch.float32 and torch.float64"),
        (X, X[..., :1], r"same shape, got \(2, 1, 16, 16\) and \(2, 1, 16, 1\)"),
        (X.byte(), X, r"x must be floating point in \[0, 1\], got torch.uint8"),
        (X, X.numpy(), r"y must be a tensor, got ndarray"),
        (X[:0], X[:0], r"x must have shape .* at least one example, got \(0, 1, 16"),
        (X, X / 0, r"y must be finite, got NaN or infinity"),
        (X.clone().fill_(math.nan), X, r"x must be finite, got NaN or infinity"),
        (torch.tensor(1.0), torch.tensor(1.0), r"x must have shape \(B, \*event\)"),
    ],
)
def test_bad_input_is_refused(distance, x, y, message):
    with pytest.raises(ValueError, match=message):
        distance(x, y)


@pytest.mark.parametrize("shape", [(2, 1, 10, 16), (2, 1, 16, 10), (2, 16, 16)])
def test_ssim_wants_images_that_hold_a_window(shape):
    x = torch.rand(shape)
    with pytest.raises(ValueError, match=r"\(B, C, H, W\) with H, W >= 11, got \("):
        ssim(x, x)
