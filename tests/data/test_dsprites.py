"""dSprites: the official layout and that of its extracts, and nothing else."""

import zipfile

import numpy as np
import pytest
import torch

from vae_lib.data import Sprites, dsprites, load
from vae_lib.data.dsprites import read_dsprites

POSES = torch.tensor([[0, 5, 0, 3, 4], [1, 4, 7, 0, 31], [2, 0, 39, 16, 8]])


def official_dsprites(path, **changed: np.ndarray | None):
    """Write the official layout: six classes, colour first, and a pickled member."""
    arrays = {
        "metadata": np.array({"title": "a pickle, never to be opened"}, dtype=object),
        "imgs": Sprites().render(POSES)[:, 0].numpy().astype(np.uint8),
        "latents_values": np.ones((3, 6)),
        "latents_classes": np.pad(POSES.numpy(), ((0, 0), (1, 0))),
    }
    arrays |= changed
    np.savez(path, **{name: a for name, a in arrays.items() if a is not None})
    return path


def extract_of_dsprites(path, **changed: np.ndarray | None):
    """Write the layout of the extracts: five renumbered classes, and positions."""
    return official_dsprites(
        path,
        latents_classes=np.zeros((3, 5), np.int64),
        original_dataset_indices=changed.pop(
            "original_dataset_indices", Sprites().index(POSES).numpy()
        ),
        **changed,
    )


@pytest.mark.parametrize("write", [official_dsprites, extract_of_dsprites])
def test_both_layouts_of_dsprites_give_images_and_factors_of_the_grid(tmp_path, write):
    data = read_dsprites(write(tmp_path / "sprites.npz"), count=3)
    assert torch.equal(data.factors(range(3)), POSES)
    assert torch.equal(data.images(range(3)), Sprites().render(POSES))


IMAGES = np.zeros((3, 64, 64), np.uint8)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"imgs": None}, "must hold dSprites' arrays: .*imgs"),
        ({"latents_classes": None}, "must hold dSprites' arrays: .*latents_classes"),
        (
            {"imgs": IMAGES[:2]},
            r"must hold imgs of .* got uint8 of shape \(2, 64, 64\)",
        ),
        (
            {"imgs": IMAGES[:, :32]},
            r"must hold imgs .* got uint8 of shape \(3, 32, 64\)",
        ),
        ({"imgs": IMAGES.astype(float)}, "must hold imgs of .* got float64 of shape"),
        (
            {"imgs": IMAGES + 255},
            "must hold imgs of bytes 0 and 1, got uint8 up to 255",
        ),
        ({"imgs": IMAGES.astype(object)}, "must hold dSprites' arrays: Object arrays"),
        (
            {"latents_classes": np.zeros((3, 5), int)},
            r"must hold factors of dSprites: .* \(3, 6\), got int64 of shape \(3, 5\)",
        ),
        (
            {"latents_classes": np.full((3, 6), np.nan)},
            r"must hold factors of dSprites: .* got float64 of shape \(3, 6\)",
        ),
        (
            {"latents_classes": np.full((3, 6), 31)},
            r"must hold factors of dSprites: factor 'shape' must lie in \[0, 2\]",
        ),
        (
            {"original_dataset_indices": np.array([0, 1, 737_280])},
            r"must hold factors of dSprites: index must lie in \[0, 737279\]",
        ),
        (
            {"original_dataset_indices": np.zeros(3)},
            r"must hold factors of dSprites: .* got float64 of shape \(3,\)",
        ),
    ],
)
def test_an_archive_without_dsprites_is_refused(tmp_path, changed, message):
    path = official_dsprites(tmp_path / "sprites.npz", **changed)
    with pytest.raises(ValueError, match=r"sprites\.npz " + message):
        read_dsprites(path, count=3)


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "sprites.npz"
    for content in (b"", b"text", b"\x93NUMPY" + bytes(100)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"sprites\.npz must be a whole \.npz"):
            read_dsprites(path, count=3)


def test_a_damaged_member_is_refused(tmp_path):
    path = official_dsprites(tmp_path / "sprites.npz")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("imgs.npy").header_offset
    content[start + 1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"sprites\.npz must hold .* Bad CRC-32"):
        read_dsprites(path, count=3)


def test_load_reads_dsprites(local_copies, tmp_path, monkeypatch):
    content = official_dsprites(tmp_path / "s.npz").read_bytes()
    local_copies.place(dsprites.FILES, dsprites.FILES["train"], content)
    monkeypatch.setitem(dsprites.COUNTS, "train", 3)
    data = load("dsprites", local_copies.root)
    assert torch.equal(data.all_factors, POSES)


def test_the_grid_extract_holds_every_combination(published):
    """3 x 6 x 10 x 16 x 16 images: every fourth angle and every second position."""
    factors = load("dsprites", published, "grid").all_factors
    steps = (range(3), range(6), range(0, 40, 4), range(0, 32, 2), range(0, 32, 2))
    expected = torch.cartesian_prod(*(torch.tensor(list(step)) for step in steps))
    assert torch.equal(factors, expected)
