"""CelebA: the official layout, on a folder of five synthetic photographs."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from vae_lib.data import celeba, load
from vae_lib.data.celeba import CELEBA_ATTRIBUTES, read_celeba
from vae_lib.data.downloads import PublicFile

PARTS = (0, 0, 1, 2, 0)
NAMES = [f"{number:06d}.jpg" for number in range(1, 6)]
SIGNS = np.where(np.random.default_rng(0).random((5, 40)) < 0.5, -1, 1)


def attribute_lines() -> list[str]:
    rows = zip(NAMES, SIGNS, strict=True)
    # The official file pads numbers to two characters, and ends its header in a space.
    body = [f"{name} {' '.join(f'{sign:2d}' for sign in row)}" for name, row in rows]
    return ["5", " ".join(CELEBA_ATTRIBUTES) + " ", *body]


def partition_lines() -> list[str]:
    return [f"{name} {part}" for name, part in zip(NAMES, PARTS, strict=True)]


def photograph(number: int) -> Image.Image:
    """Return a grey photograph with a red border of 15 pixels left and right."""
    pixels = np.full((218, 178, 3), 40 * number, np.uint8)
    pixels[:, :15] = pixels[:, -15:] = (255, 0, 0)
    pixels[:35] = pixels[-35:] = (255, 0, 0)
    return Image.fromarray(pixels)


@pytest.fixture
def folder(tmp_path) -> Path:
    root = tmp_path / "celeba"
    (root / "img_align_celeba").mkdir(parents=True)
    for number, name in enumerate(NAMES, start=1):
        photograph(number).save(root / "img_align_celeba" / name, quality=100)
    write(root / "list_attr_celeba.txt", attribute_lines())
    write(root / "list_eval_partition.txt", partition_lines())
    return root


def write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n")


def read(folder: Path, split: str = "train"):
    lists = folder / "list_attr_celeba.txt", folder / "list_eval_partition.txt"
    return read_celeba(folder / "img_align_celeba", *lists, split)


@pytest.mark.parametrize(
    ("split", "rows"), [("train", [0, 1, 4]), ("valid", [2]), ("test", [3])]
)
def test_a_split_has_its_photographs_and_attributes(folder, split, rows):
    data = read(folder, split)
    assert data.pixels.shape == (len(rows), 3, 64, 64)
    assert torch.equal(data.all_factors, torch.from_numpy((SIGNS[rows] + 1) // 2))
    # The red border is cut away: what is left is one grey, give or take JPEG's rounding
    # next to the border, whose blocks of 8 pixels the cut goes through.
    middle = data.pixels[:, :, 8:-8, 8:-8].int()
    for image, row in zip(middle, rows, strict=True):
        assert (image - 40 * (row + 1)).abs().max() <= 2
    edges = data.pixels.float().mean((2, 3))
    assert (edges[:, 0] - edges[:, 1]).abs().max() < 12


def test_the_attributes_are_the_forty_published_ones():
    assert len(set(CELEBA_ATTRIBUTES)) == 40
    assert list(CELEBA_ATTRIBUTES) == sorted(CELEBA_ATTRIBUTES)
    assert {"Smiling", "Young", "Eyeglasses"} <= set(CELEBA_ATTRIBUTES)


def changed(lines: list[str], line: int, text: str | None) -> list[str]:
    """Return the lines with one, counted from 1, replaced or left out."""
    new = [] if text is None else [text]
    return [*lines[: line - 1], *new, *lines[line:]]


SHORT_ROW = "000002.jpg " + "1 " * 39
TWO_ROW = "000002.jpg " + "1 " * 39 + "2"


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        (1, "five", r"must open with the number of images .* got \['five'\]"),
        (1, "6", "must hold 6 rows, as it says, got 5"),
        (5, None, "must hold 5 rows, as it says, got 4"),
        (2, "Smiling Young", "must name CelebA's 40 attributes .* got 2 names"),
        (
            2,
            " ".join(CELEBA_ATTRIBUTES[::-1]),
            "must name CelebA's 40 attributes in their order, got 40",
        ),
        (
            2,
            " ".join([*CELEBA_ATTRIBUTES[:-1], "Old"]),
            r"must name CelebA's .*, of which unknown: \['Old'\]",
        ),
        (4, SHORT_ROW, "must hold a name and 40 values of -1 or 1 in line 4, got"),
        (4, TWO_ROW, "must hold a name and 40 values of -1 or 1 in line 4, got"),
        (4, "", "must hold a name and 40 values of -1 or 1 in line 4, got ''"),
    ],
)
def test_a_bad_list_of_attributes_is_refused(folder, line, text, message):
    path = folder / "list_attr_celeba.txt"
    write(path, changed(attribute_lines(), line, text))
    with pytest.raises(ValueError, match=r"list_attr_celeba\.txt " + message):
        read(folder)


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        (5, None, "must hold a row for each of the 5 images, got 4"),
        (2, "000002.jpg 3", "must hold '000002.jpg' and 0, 1 or 2 in line 2, got '000"),
        (2, "000007.jpg 0", "must hold '000002.jpg' .* line 2, got '000007.jpg 0'"),
        (2, "000002.jpg", "must hold '000002.jpg' .* line 2, got '000002.jpg'"),
        (3, "000003.jpg 0", "must put some images in part 1, got none"),
    ],
)
def test_a_bad_partition_is_refused(folder, line, text, message):
    path = folder / "list_eval_partition.txt"
    write(path, changed(partition_lines(), line, text))
    with pytest.raises(ValueError, match=r"list_eval_partition\.txt " + message):
        read(folder, "valid")


def test_a_missing_photograph_is_named(folder):
    (folder / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(FileNotFoundError, match=r"expected the image .*000002\.jpg"):
        read(folder)


def test_a_missing_folder_of_photographs_is_named(folder):
    (folder / "img_align_celeba").rename(folder / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"img_align_celeba, found none\. Cel"):
        read(folder)


def test_a_damaged_or_other_photograph_is_refused(folder):
    path = folder / "img_align_celeba" / "000002.jpg"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=r"000002\.jpg must be a whole JPEG file: "):
        read(folder)
    path.write_bytes(b"text")
    with pytest.raises(ValueError, match=r"000002\.jpg must be a whole JPEG file: "):
        read(folder)
    photograph(1).resize((64, 64)).save(path)
    with pytest.raises(ValueError, match="of 178 x 218 pixels, got RGB of 64 x 64"):
        read(folder)
    photograph(1).convert("L").save(path)
    with pytest.raises(ValueError, match=r"must be an RGB image .* got L of 178 x 218"):
        read(folder)


def test_load_verifies_the_lists_before_it_reads(folder, monkeypatch):
    with pytest.raises(ValueError, match=r"list_attr_celeba\.txt is damaged .* 75e246"):
        load("celeba", folder.parent)
    for key, file in celeba.FILES.items():
        content = (folder / file.name).read_bytes()
        checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
        monkeypatch.setitem(celeba.FILES, key, PublicFile(file.path, checksum))
    assert len(load("celeba", folder.parent)) == 3
    assert len(load("celeba", folder.parent, "test")) == 1


def test_a_missing_copy_says_where_to_get_one(tmp_path, monkeypatch):
    expected = "agree to its terms at http://mmlab.* img_align_celeba and the files"
    with pytest.raises(FileNotFoundError, match=f"celeba/list_attr.*{expected}"):
        load("celeba", tmp_path)
    monkeypatch.delenv("VAE_LIB_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match=f"no folder of local.*{expected}"):
        load("celeba")


def test_an_unknown_split_is_refused():
    with pytest.raises(ValueError, match=r"CelebA's split must be .* got 'all'"):
        load("celeba", split="all")
