"""3D Shapes' file: the official layout, and nothing else."""

import sys

import h5py
import numpy as np
import pytest
import torch

from vae_lib.data import load, shapes3d_file
from vae_lib.data.shapes3d_file import read_shapes3d

SIZES = (2, 1, 2, 1, 3, 2)
COUNT = 24


def layout() -> dict[str, np.ndarray | None]:
    """Return the official arrays, of fewer values of each factor."""
    ends = [(0, 0.1), (0, 0), (0, 0.9), (0.75, 0.75), (0, 2), (-30, 30)]
    levels = [np.linspace(*end, size) for end, size in zip(ends, SIZES, strict=True)]
    labels = np.stack(np.meshgrid(*levels, indexing="ij"), axis=-1).reshape(-1, 6)
    images = np.random.default_rng(0).integers(0, 256, (COUNT, 64, 64, 3), np.uint8)
    return {"images": images, "labels": labels}


def official(path, **changed: np.ndarray | None):
    with h5py.File(path, "w") as file:
        for name, array in (layout() | changed).items():
            if array is not None:
                file.create_dataset(name, data=array, compression="gzip")
    return path


def test_images_and_factors_are_read(tmp_path, monkeypatch):
    """In blocks that do not divide the number of images, too."""
    monkeypatch.setattr(shapes3d_file, "BLOCK", 7)
    data = read_shapes3d(official(tmp_path / "3dshapes.h5"), SIZES)
    expected = torch.from_numpy(layout()["images"]).permute(0, 3, 1, 2)
    assert torch.equal(data.pixels, expected)
    assert data.images([3]).dtype == torch.float32
    grid = torch.cartesian_prod(*(torch.arange(size) for size in SIZES))
    assert torch.equal(data.all_factors, grid)


LABELS = layout()["labels"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": None}, "must hold 3D Shapes' arrays: .*images"),
        ({"labels": None}, "must hold 3D Shapes' arrays: .*labels"),
        (
            {"images": np.zeros((COUNT - 1, 64, 64, 3), np.uint8)},
            r"must hold images of uint8, shape \(24, 64, 64, 3\), got uint8 .*\(23,",
        ),
        (
            {"images": np.zeros((COUNT, 3, 64, 64), np.uint8)},
            r"must hold images of uint8, .* got uint8 of shape \(24, 3, 64, 64\)",
        ),
        (
            {"images": np.zeros((COUNT, 64, 64, 3))},
            "must hold images of uint8, .* got float64 of shape",
        ),
        (
            {"labels": LABELS[:, :5]},
            r"must hold labels of float64, shape \(24, 6\), got .* \(24, 5\)",
        ),
        (
            {"labels": LABELS.astype(np.float32)},
            "must hold labels of float64, .* got float32",
        ),
        (
            {"labels": LABELS[::-1]},
            r"must hold labels of every combination of \(2, 1, 2, 1, 3, 2\) .* row 0",
        ),
        (
            {"labels": np.where(np.arange(COUNT)[:, None] == 5, np.nan, LABELS)},
            "must hold labels of every combination .* nan.* in row 5",
        ),
    ],
)
def test_another_layout_is_refused(tmp_path, changed, message):
    path = official(tmp_path / "3dshapes.h5", **changed)
    with pytest.raises(ValueError, match=r"3dshapes\.h5 " + message):
        read_shapes3d(path, SIZES)


def test_a_group_in_place_of_an_array_is_refused(tmp_path):
    path = official(tmp_path / "3dshapes.h5", images=None)
    with h5py.File(path, "a") as file:
        file.create_group("images")
    with pytest.raises(ValueError, match=r"must hold images of .* got a group"):
        read_shapes3d(path, SIZES)


def test_the_published_sizes_are_expected_by_default(tmp_path):
    path = official(tmp_path / "3dshapes.h5")
    with pytest.raises(ValueError, match=r"shape \(480000, 6\), got .* \(24, 6\)"):
        read_shapes3d(path)


def test_what_is_no_hdf5_file_is_refused(tmp_path):
    path = tmp_path / "3dshapes.h5"
    for content in (b"", b"text", b"\x89HDF\r\n"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"3dshapes\.h5 must be an HDF5 file"):
            read_shapes3d(path, SIZES)


def test_a_truncated_file_is_refused(tmp_path):
    path = official(tmp_path / "3dshapes.h5")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"must hold 3D Shapes' arrays: .*truncated"):
        read_shapes3d(path, SIZES)


def test_damaged_compressed_images_are_refused(tmp_path):
    """Bytes of zeros in the middle of a gzipped chunk."""
    path = official(tmp_path / "3dshapes.h5")
    with h5py.File(path) as file:
        chunk = file["images"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    middle = chunk.byte_offset + chunk.size // 2
    content[middle : middle + 100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="must hold 3D Shapes' arrays: "):
        read_shapes3d(path, SIZES)


def test_load_checks_the_checksum_before_it_reads(local_copies, tmp_path):
    """The copy passes the checksum made for it, and fails for its size."""
    content = official(tmp_path / "3dshapes.h5").read_bytes()
    files = shapes3d_file.FILES
    path = local_copies.root / files["train"].path
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"3dshapes\.h5 is damaged .* 0a0f6ed98baff"):
        load("shapes3d", local_copies.root)
    path.unlink()
    path.parent.rmdir()
    local_copies.place(files, files["train"], content)
    with pytest.raises(ValueError, match=r"must hold labels .* \(480000, 6\)"):
        load("shapes3d", local_copies.root)


def test_without_h5py_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install 'vae_lib\[hdf5\]'"):
        load("shapes3d")


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match="3D Shapes' split must be 'train', got 'te"):
        load("shapes3d", split="test")
