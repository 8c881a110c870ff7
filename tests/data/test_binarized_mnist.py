"""Binarized MNIST: text and MATLAB layouts give the same digits."""

import numpy as np
import pytest
import scipy.io

from vae_lib.data import binarized_mnist, load
from vae_lib.data.binarized_mnist import read_amat, read_mat


def amat(bits: np.ndarray) -> bytes:
    """Return binary digits as text, one row a line, one space between."""
    return b"".join(b" ".join(b"%d" % bit for bit in row) + b"\n" for row in bits)


BITS = (np.arange(12) % 3 == 0).astype(np.uint8).reshape(3, 4)


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


@pytest.mark.parametrize("kind", ["amat", "mat"])
def test_load_reads_either_container_of_binarized_mnist(local_copies, tmp_path, kind):
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
    local_copies.place(binarized_mnist.FILES, file, content)
    data = load("binarized_mnist", local_copies.root, "test")
    assert data.pixels.shape == (10_000, 1, 28, 28)
    assert data.pixels.nonzero().tolist() == [[5, 0, 2, 1]]
    assert data.images([5]).max() == 1
