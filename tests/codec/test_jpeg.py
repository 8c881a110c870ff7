import io

import pytest
import torch
from PIL import Image

from vae_lib.codec import from_jpeg, jpeg_at_most, scan_bytes, to_jpeg
from vae_lib.evaluation import psnr


@pytest.fixture
def picture():
    """A smooth picture with one edge, which JPEG finds neither trivial nor hopeless."""
    down = torch.linspace(0, 1, 48)[:, None].expand(48, 64)
    across = torch.linspace(0, 1, 64).expand(48, 64)
    return torch.stack([down, across, (down + across > 1).float()])


def test_a_higher_quality_is_nearer_and_larger(picture):
    files = [to_jpeg(picture, quality) for quality in (5, 30, 90)]
    near = [float(psnr(picture[None], from_jpeg(file)[None])) for file in files]
    assert near == sorted(near)
    assert near[-1] > 25  # the edge has a colour, and colours have half the pixels
    sizes = [len(file) for file in files]
    assert sizes == sorted(sizes)


def test_a_grey_picture_stays_grey():
    grey = torch.linspace(0, 1, 256).view(1, 16, 16)
    back = from_jpeg(to_jpeg(grey, 95))
    assert back.shape == (1, 16, 16)
    assert float(psnr(grey[None], back[None])) > 35


def test_headers_are_the_same_for_every_picture_of_a_quality(picture):
    """So that whoever agreed on them needs the scan alone."""

    def header(file):
        return file[: len(file) - 2 - scan_bytes(file)]

    other = picture.flip(2)
    assert header(to_jpeg(picture, 40)) == header(to_jpeg(other, 40))
    assert 600 < len(header(to_jpeg(picture, 40))) < 640


def test_a_scan_is_what_lies_between_its_header_and_the_end(picture):
    file = to_jpeg(picture, 40)
    start = file.index(b"\xff\xda")
    assert scan_bytes(file) == len(file) - 2 - (start + 2 + 12)


@pytest.mark.parametrize("size", [700, 900, 1500])
@pytest.mark.parametrize("headers", [True, False])
def test_the_best_within_a_size_leaves_no_room_for_the_next(picture, size, headers):
    def cost(file):
        return len(file) if headers else scan_bytes(file)

    best = jpeg_at_most(picture, size, headers=headers)
    assert cost(best) <= size
    better = [q for q in range(1, 96) if cost(to_jpeg(picture, q)) <= size]
    assert to_jpeg(picture, max(better)) == best


def test_no_jpeg_is_as_small_as_its_own_header(picture):
    assert jpeg_at_most(picture, 600) is None
    assert jpeg_at_most(picture, 5, headers=False) is None


@pytest.mark.parametrize(
    ("shape", "quality", "message"),
    [
        ((2, 8, 8), 50, r"image must have shape \(1 or 3, H, W\), got \(2, 8, 8\)"),
        ((1, 3, 8, 8), 50, r"image must have shape \(1 or 3, H, W\), got \(1, 3, 8, 8"),
        ((3, 8, 8), 0, "quality must be from 1 to 95, got 0"),
        ((3, 8, 8), 96, "quality must be from 1 to 95, got 96"),
    ],
)
def test_what_is_no_picture_or_quality_is_refused(shape, quality, message):
    with pytest.raises(ValueError, match=message):
        to_jpeg(torch.zeros(shape), quality)


def test_what_is_no_jpeg_has_no_scan():
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    with pytest.raises(ValueError, match="must open with ff d8"):
        scan_bytes(file.getvalue())
    with pytest.raises(ValueError, match="must hold a scan, found none"):
        scan_bytes(b"\xff\xd8\xff\xe0\x00\x02\xff\xd9")
