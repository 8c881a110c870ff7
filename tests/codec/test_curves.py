import pytest
import torch

from vae_lib.codec import code_bits, code_point, from_jpeg, jpeg_curve, to_jpeg
from vae_lib.evaluation import psnr, ssim


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield


@pytest.fixture
def pictures():
    return torch.rand(3, 3, 16, 24, generator=torch.Generator().manual_seed(0))


def test_fixed_lengths_cost_whole_bits_a_code(model, pictures):
    """8 codes, 3 bits, 24 places: 9 bytes a picture."""
    assert code_point(pictures, model).size == 9


def test_a_prior_changes_what_codes_cost_and_not_what_they_are_worth(
    model, pictures, neighbours
):
    prior = neighbours(8, (4, 6))
    priced, fixed = code_point(pictures, model, prior), code_point(pictures, model)
    bits = code_bits(model.encode(pictures), prior)
    assert priced.size == pytest.approx(float(bits.mean()) / 8)
    assert priced[1:] == fixed[1:]


def test_windows_are_added_up_to_pictures(model, pictures, neighbours):
    """A prior that forgets where it is asks the same of half a picture and another."""
    flat = neighbours(8, (4, 6), sharpness=0.0), neighbours(8, (2, 3), sharpness=0.0)
    whole, cut = (code_point(pictures, model, prior) for prior in flat)
    assert whole.size == pytest.approx(9)
    assert cut.size == pytest.approx(9)


def test_quality_is_measured_on_what_is_shown(model, pictures):
    """Clamped: no screen shows less than black."""
    shown = model.decode(model.encode(pictures)).clamp(0, 1)
    point = code_point(pictures, model)
    assert point.psnr == pytest.approx(float(psnr(pictures, shown).mean()), abs=1e-4)
    assert point.ssim == pytest.approx(float(ssim(pictures, shown).mean()), abs=1e-5)


def test_jpeg_points_are_means_over_the_pictures(pictures):
    (point,) = jpeg_curve(pictures, [40])
    files = [to_jpeg(picture, 40) for picture in pictures]
    assert point.size == pytest.approx(sum(map(len, files)) / 3)
    shown = torch.stack([from_jpeg(file) for file in files])
    assert point.psnr == pytest.approx(float(psnr(pictures, shown).mean()))


def test_headers_cost_the_same_at_any_quality_and_buy_nothing(pictures):
    whole, scans = (
        jpeg_curve(pictures, [10, 80], headers=headers) for headers in (True, False)
    )
    differences = [a.size - b.size for a, b in zip(whole, scans, strict=True)]
    assert differences[0] == differences[1] > 600
    assert [a[1:] for a in whole] == [b[1:] for b in scans]
    assert scans[0].size < scans[1].size
