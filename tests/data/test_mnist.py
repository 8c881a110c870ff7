"""MNIST: the gzipped IDX layout is read, and anything else refused."""

import gzip
import struct

import numpy as np
import pytest

from vae_lib.data import load, mnist
from vae_lib.data.mnist import read_idx


def idx(array: np.ndarray, mark: bytes = b"\0\0\x08") -> bytes:
    """Return the IDX file of an array of bytes, as it was published: gzipped."""
    header = mark + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), compresslevel=1)


BITS = (np.arange(12) % 3 == 0).astype(np.uint8).reshape(3, 4)


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


def test_load_puts_mnist_together(local_copies):
    pixels = np.zeros((10_000, 28, 28), np.uint8)
    pixels[3, 2, 1] = 255
    labels = (np.arange(10_000) % 10).astype(np.uint8)
    for name, array in (("images-idx3", pixels), ("labels-idx1", labels)):
        file = mnist.FILES[f"t10k-{name}-ubyte.gz"]
        local_copies.place(mnist.FILES, file, idx(array))
    data = load("mnist", local_copies.root, "test")
    assert data.pixels.shape == (10_000, 1, 28, 28)
    assert data.images([3]).nonzero().tolist() == [[0, 0, 2, 1]]
    assert data.labels([17]).tolist() == [7]


def test_a_wrongly_shaped_file_is_refused_even_with_a_known_checksum(local_copies):
    file = mnist.FILES["t10k-images-idx3-ubyte.gz"]
    local_copies.place(mnist.FILES, file, idx(np.zeros((9, 28, 28), np.uint8)))
    message = r"t10k-images.* shape \(10000, 28, 28\), got \(9, 28, 28\)"
    with pytest.raises(ValueError, match=message):
        load("mnist", local_copies.root, "test")


def test_the_first_digits_of_mnist_are_those_everybody_knows(published, monkeypatch):
    """Training starts 5 0 4 1 9, test 7 2 1 0 4; the environment variable is read."""
    monkeypatch.setenv("VAE_LIB_DATA", str(published))
    assert load("mnist").labels(range(5)).tolist() == [5, 0, 4, 1, 9]
    assert load("mnist", split="test").labels(range(5)).tolist() == [7, 2, 1, 0, 4]
