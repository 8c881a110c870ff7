"""The published sets: official layouts are read, anything else is refused."""

import gzip
import hashlib
import struct
import zipfile

import numpy as np
import pytest
import scipy.io
import torch

from vae_lib.data import binarized_mnist, dsprites, load, mnist
from vae_lib.data.binarized_mnist import read_amat, read_mat
from vae_lib.data.downloads import PublicFile
from vae_lib.data.dsprites import read_dsprites
from vae_lib.data.mnist import read_idx
from vae_lib.data.sprites import Sprites


def idx(array: np.ndarray, mark: bytes = b"\0\0\x08") -> bytes:
    """Return the IDX file of an array of bytes, as it was published: gzipped."""
    header = mark + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), compresslevel=1)


def amat(bits: np.ndarray) -> bytes:
    """Return binary digits as text, one row a line, one space between."""
    return b"".join(b" ".join(b"%d" % bit for bit in row) + b"\n" for row in bits)


BITS = (np.arange(12) % 3 == 0).astype(np.uint8).reshape(3, 4)
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


def test_idx_files_are_read(tmp_path):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / "images.gz"
    path.write_bytes(idx(array))
    assert np.array_equal(read_idx(path, (2, 3, 4)), array)


GOOD = idx(BITS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"must open with the IDX mark .* got $"),
        (gzip.compress(b""), r"must open with the IDX mark 00 00 08 .* got $"),
        (b"plain text", "must be a whole gzip file: Not a gzipped file"),
        (GOOD[:-9], "must be a whole gzip file: "),
        (GOOD[:-8] + bytes(8), "must be a whole gzip file: CRC check failed"),
        (idx(BITS, b"\0\0\x0d"), "must open with the IDX mark 00 00 08 .* 00 00 0d 02"),
        (idx(BITS[:2]), r"must hold an array of shape \(3, 4\), got \(2, 4\)"),
        (idx(BITS.ravel()), r"must hold an array of shape \(3, 4\), got \(12,\)"),
        (gzip.compress(gzip.decompress(GOOD)[:-1]), "must hold 12 bytes .* got 11"),
        (gzip.compress(gzip.decompress(GOOD) + b"x"), "must hold 12 bytes .* got 13"),
        (gzip.compress(gzip.decompress(GOOD)[:7]), "must open with 12 bytes .* got 7"),
    ],
    ids=[
        "empty",
        "empty archive",
        "text",
        "truncated archive",
        "tampered archive",
        "floats",
        "other size",
        "other rank",
        "a byte short",
        "a byte long",
        "half a header",
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path, content, message):
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"images\.gz " + message):
        read_idx(path, (3, 4))


def test_amat_and_mat_files_hold_the_same_digits(tmp_path):
    (tmp_path / "bits.amat").write_bytes(amat(BITS))
    scipy.io.savemat(tmp_path / "bits.mat", {"X": BITS}, do_compression=True)
    assert np.array_equal(read_amat(tmp_path / "bits.amat", (3, 4)), BITS)
    assert np.array_equal(read_mat(tmp_path / "bits.mat", (3, 4)), BITS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must hold 3 lines of 4 digits, which are 24 bytes, got 0"),
        (amat(BITS)[:-2], "must hold 3 lines of 4 digits, which are 24 bytes, got 22"),
        (amat(BITS.reshape(4, 3)), "must have one space or newline after each digit"),
        (amat(BITS).replace(b" ", b","), "must have one space or newline after each"),
        (amat(BITS).replace(b"1", b"2"), "must hold only 0 and 1"),
        (amat(BITS).replace(b"1", b"\0"), "must hold only 0 and 1"),
    ],
    ids=["empty", "truncated", "other shape", "commas", "a two", "a zero byte"],
)
def test_what_is_no_table_of_digits_is_refused(tmp_path, content, message):
    path = tmp_path / "bits.amat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bits\.amat " + message):
        read_amat(path, (3, 4))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"Y": BITS}, "must hold a variable X, got none"),
        ({"X": BITS.T}, r"must hold X of shape \(3, 4\) .* got \(4, 3\) and uint8"),
        ({"X": BITS * 0.5}, r"must hold X of shape .* got \(3, 4\) and float64"),
        ({"X": BITS * np.uint8(2)}, "must hold only 0 and 1"),
    ],
)
def test_a_mat_file_without_the_digits_is_refused(tmp_path, variables, message):
    path = tmp_path / "bits.mat"
    scipy.io.savemat(path, variables)
    with pytest.raises(ValueError, match=r"bits\.mat " + message):
        read_mat(path, (3, 4))


@pytest.mark.parametrize(
    "content", [b"", b"text", b"x" * 400], ids=["empty", "text", "other bytes"]
)
def test_what_is_no_mat_file_is_refused(tmp_path, content):
    path = tmp_path / "bits.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bits\.mat must be a MATLAB 5 file"):
        read_mat(path, (3, 4))


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


def place(root, monkeypatch, files, file, content):
    """Put a synthetic file where local copies are, and accept its checksum."""
    path = root / file.path
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    key = next(key for key, known in files.items() if known == file)
    monkeypatch.setitem(files, key, PublicFile(file.path, checksum, file.url))


def test_load_puts_mnist_together(tmp_path, monkeypatch):
    pixels = np.zeros((10_000, 28, 28), np.uint8)
    pixels[3, 2, 1] = 255
    labels = (np.arange(10_000) % 10).astype(np.uint8)
    for name, array in (("images-idx3", pixels), ("labels-idx1", labels)):
        file = mnist.FILES[f"t10k-{name}-ubyte.gz"]
        place(tmp_path, monkeypatch, mnist.FILES, file, idx(array))
    data = load("mnist", tmp_path, "test")
    assert data.pixels.shape == (10_000, 1, 28, 28)
    assert data.images([3]).nonzero().tolist() == [[0, 0, 2, 1]]
    assert data.labels([17]).tolist() == [7]


@pytest.mark.parametrize("kind", ["amat", "mat"])
def test_load_reads_either_container_of_binarized_mnist(tmp_path, monkeypatch, kind):
    bits = np.zeros((10_000, 784), np.uint8)
    bits[5, 28 * 2 + 1] = 1
    if kind == "amat":
        content = (b" ".join([b"0"] * 784) + b"\n") * 10_000
        spot = 2 * (5 * 784 + 28 * 2 + 1)
        content = content[:spot] + b"1" + content[spot + 1 :]
    else:
        scipy.io.savemat(tmp_path / "x.mat", {"X": bits}, do_compression=True)
        content = (tmp_path / "x.mat").read_bytes()
    file = binarized_mnist.FILES[f"binarized_mnist_test.{kind}"]
    place(tmp_path, monkeypatch, binarized_mnist.FILES, file, content)
    data = load("binarized_mnist", tmp_path, "test")
    assert data.pixels.shape == (10_000, 1, 28, 28)
    assert data.pixels.nonzero().tolist() == [[5, 0, 2, 1]]
    assert data.images([5]).max() == 1


def test_load_reads_dsprites(tmp_path, monkeypatch):
    content = official_dsprites(tmp_path / "s.npz").read_bytes()
    place(tmp_path, monkeypatch, dsprites.FILES, dsprites.FILES["train"], content)
    monkeypatch.setitem(dsprites.COUNTS, "train", 3)
    data = load("dsprites", tmp_path)
    assert torch.equal(data.all_factors, POSES)


def test_a_wrongly_shaped_file_is_refused_even_with_a_known_checksum(
    tmp_path, monkeypatch
):
    file = mnist.FILES["t10k-images-idx3-ubyte.gz"]
    place(
        tmp_path, monkeypatch, mnist.FILES, file, idx(np.zeros((9, 28, 28), np.uint8))
    )
    message = r"t10k-images.* shape \(10000, 28, 28\), got \(9, 28, 28\)"
    with pytest.raises(ValueError, match=message):
        load("mnist", tmp_path, "test")


SETS = [("mnist", "test"), ("binarized_mnist", "valid"), ("dsprites", "train")]


@pytest.mark.parametrize(("name", "split"), SETS)
def test_a_tampered_copy_is_refused_with_both_checksums(tmp_path, name, split):
    files = {
        "mnist": mnist.FILES["t10k-images-idx3-ubyte.gz"],
        "binarized_mnist": binarized_mnist.FILES["binarized_mnist_valid.amat"],
        "dsprites": dsprites.FILES["train"],
    }
    path = tmp_path / files[name].path
    path.parent.mkdir()
    path.write_bytes(b"tampered")
    kind, _, expected = files[name].checksum.partition(":")
    found = hashlib.new(kind, b"tampered", usedforsecurity=False).hexdigest()
    message = f"{path.name} is damaged .* expected {kind} {expected}, found {found}"
    with pytest.raises(ValueError, match=message):
        load(name, tmp_path, split)


@pytest.mark.parametrize(("name", "split"), SETS)
def test_a_missing_copy_is_named(tmp_path, name, split):
    with pytest.raises(FileNotFoundError, match=rf"expected {name}/.*\(.*:[0-9a-f]+\)"):
        load(name, tmp_path, split)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"name": "mnits"},
            "must be one of 'mnist', 'binarized_mnist', 'dsprites', got",
        ),
        ({"name": None}, "name must be one of .* got None"),
        (
            {"name": "mnist", "split": "valid"},
            "MNIST's split must be 'train' or 'test'",
        ),
        ({"name": "binarized_mnist", "split": "all"}, "'valid' or 'test', got 'all'"),
        ({"name": "dsprites", "split": None}, "'grid' or 'subset', got None"),
    ],
)
def test_an_unknown_set_or_split_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        load(**arguments)


PUBLISHED = [
    ("mnist", "train", (60_000, 1, 28, 28)),
    ("mnist", "test", (10_000, 1, 28, 28)),
    ("binarized_mnist", "train", (50_000, 1, 28, 28)),
    ("binarized_mnist", "valid", (10_000, 1, 28, 28)),
    ("binarized_mnist", "test", (10_000, 1, 28, 28)),
    ("dsprites", "grid", (46_080, 1, 64, 64)),
    ("dsprites", "subset", (20_000, 1, 64, 64)),
]


@pytest.mark.parametrize(("name", "split", "shape"), PUBLISHED)
def test_the_real_files_load(published, name, split, shape):
    data = load(name, published, split)
    assert data.pixels.shape == shape
    if name == "mnist":
        assert data.all_labels.bincount().min() > 800 * len(data) / 10_000
        assert data.pixels[:1000].unique().numel() == 256
    else:
        # As booleans, two comparisons a byte: sorting for unique values takes minutes.
        white = data.pixels == 255
        assert torch.equal(white, data.pixels != 0)
        assert 0 < white[:1000].float().mean() < 0.5


def test_the_first_digits_of_mnist_are_those_everybody_knows(published, monkeypatch):
    """Training starts 5 0 4 1 9, test 7 2 1 0 4; the environment variable is read."""
    monkeypatch.setenv("VAE_LIB_DATA", str(published))
    assert load("mnist").labels(range(5)).tolist() == [5, 0, 4, 1, 9]
    assert load("mnist", split="test").labels(range(5)).tolist() == [7, 2, 1, 0, 4]


def test_the_grid_extract_holds_every_combination(published):
    """3 x 6 x 10 x 16 x 16 images: every fourth angle and every second position."""
    factors = load("dsprites", published, "grid").all_factors
    steps = (range(3), range(6), range(0, 40, 4), range(0, 32, 2), range(0, 32, 2))
    expected = torch.cartesian_prod(*(torch.tensor(list(step)) for step in steps))
    assert torch.equal(factors, expected)
