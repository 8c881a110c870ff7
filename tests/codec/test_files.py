import zlib
from dataclasses import replace

import pytest
import torch

from vae_lib.codec import compress, decompress, fingerprint, read, read_codes, write
from vae_lib.codec.container import MAGIC, VERSION, pack, unpack


@pytest.fixture
def pictures():
    return torch.rand(2, 3, 16, 24, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def prior(neighbours):
    return neighbours(8, (2, 3))


@pytest.mark.parametrize("count", [1, 2, 70])
@pytest.mark.parametrize("size", [(8, 12), (16, 24)])
def test_a_file_holds_the_codes_of_its_pictures(model, prior, count, size):
    """Also where the grid is larger than the prior's: it is cut into windows."""
    x = torch.rand(count, 3, *size, generator=torch.Generator().manual_seed(count))
    content = compress(x, model, prior, "small")
    codes = model.encode(x)
    assert len(codes.unique()) > 3
    assert torch.equal(read_codes(content, model, prior), codes)
    assert torch.equal(decompress(content, model, prior), model.decode(codes))


def test_a_file_on_the_disk_is_read_as_written(model, prior, pictures, tmp_path):
    path = tmp_path / "pictures.vqva"
    size = write(path, pictures, model, prior, "small")
    assert path.stat().st_size == size
    assert list(tmp_path.iterdir()) == [path]
    assert torch.equal(read(path, model, prior), model.decode(model.encode(pictures)))


def test_what_cannot_be_compressed_leaves_the_old_file(model, prior, tmp_path):
    path = tmp_path / "pictures.vqva"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match=r"x must have shape \(B, 3, H, W\)"):
        write(path, torch.rand(1, 1, 16, 24), model, prior)
    assert path.read_bytes() == b"old"


def test_a_file_costs_28_bytes_the_name_and_the_codes(model, prior, pictures):
    file = unpack(compress(pictures, model, prior, "small"))
    assert len(pack(file)) == 28 + len("small") + len(file.payload)
    assert (file.name, file.count, file.grid) == ("small", 2, (4, 6))


def test_every_flipped_bit_is_refused(model, prior, pictures):
    """In magic, version, header, name, payload and checksum alike."""
    content = compress(pictures, model, prior, "small")
    for place in range(len(content)):
        for bit in range(8):
            damaged = bytearray(content)
            damaged[place] ^= 1 << bit
            with pytest.raises(ValueError, match=r"^(this is no|the) file ") as caught:
                read_codes(bytes(damaged), model, prior)
            if place >= 5:
                assert "is damaged: expected crc32" in str(caught.value)


def test_a_file_cut_short_or_long_anywhere_is_refused(model, prior, pictures):
    content = compress(pictures, model, prior, "small")
    for size in range(len(content)):
        with pytest.raises(ValueError, match="file"):
            read_codes(content[:size], model, prior)
    with pytest.raises(ValueError, match="is damaged: expected crc32"):
        read_codes(content + b"\0", model, prior)


def resealed(content: bytes, place: int, value: int) -> bytes:
    """Content with one byte changed and a checksum that fits."""
    body = bytearray(content[:-4])
    body[place] = value
    return bytes(body) + zlib.crc32(bytes(body)).to_bytes(4, "little")


def test_another_version_is_refused_by_name(model, prior, pictures):
    content = resealed(compress(pictures, model, prior), 4, VERSION + 1)
    with pytest.raises(ValueError, match="of another version: expected 1, got 2"):
        read_codes(content, model, prior)


def test_what_is_no_file_of_codes_is_refused(model, prior):
    with pytest.raises(ValueError, match=r"no file of codes: .* b'VQVA', got b'\\xff"):
        read_codes(b"\xff\xd8\xff\xe0 a photograph", model, prior)
    with pytest.raises(ValueError, match="breaks off: expected at least 28 bytes, got"):
        read_codes(MAGIC + bytes([VERSION]), model, prior)


def test_another_model_or_prior_is_refused(model, prior, neighbours, pictures):
    content = compress(pictures, model, prior, "small")
    message = "written with another model or prior: expected 'small'"
    with pytest.raises(ValueError, match=message):
        read_codes(content, model, neighbours(8, (2, 3), seed=1))
    with torch.no_grad():
        model.decoder.trunk[0].bias[0] += 1e-6
    with pytest.raises(ValueError, match=message):
        read_codes(content, model, prior)


def test_codes_that_come_out_wrong_are_refused(model, prior, pictures):
    """As on a machine whose prior adds in another order: the file itself is whole."""
    content = compress(pictures, model, prior, "small")
    content = resealed(content, 5 + 8, content[5 + 8] ^ 1)
    with pytest.raises(ValueError, match="is whole, but its codes come out wrong"):
        read_codes(content, model, prior)


def test_a_prior_that_differs_between_writer_and_reader_is_found(model, neighbours):
    """Same weights, other numbers: the checksum of the codes tells."""

    class Drifting(neighbours):
        drift = 0.0

        def conditional(self, indices, place):
            return (1 - self.drift) * super().conditional(indices, place) + (
                self.drift / self.num_codes
            )

    prior = Drifting(8, (2, 3))
    pictures = torch.rand(20, 3, 8, 12, generator=torch.Generator().manual_seed(3))
    content = compress(pictures, model, prior)
    prior.drift = 0.5
    message = "codes come out wrong|payload is not of this prior"
    with pytest.raises(ValueError, match=message):
        read_codes(content, model, prior)


def test_an_error_names_the_file(model, prior, pictures, tmp_path):
    path = tmp_path / "torn.vqva"
    path.write_bytes(compress(pictures, model, prior)[:-3])
    with pytest.raises(ValueError, match=r"torn\.vqva: the file is damaged"):
        read(path, model, prior)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none", model, prior)


def test_a_model_in_training_mode_is_refused(model, prior, pictures):
    """Its codes would move while they are used."""
    model.train()
    with pytest.raises(ValueError, match="must be in evaluation mode"):
        compress(pictures, model, prior)


def test_a_prior_of_other_codes_is_refused(model, neighbours, pictures):
    with pytest.raises(ValueError, match="of the model's 8 codes, got 9"):
        compress(pictures, model, neighbours(9, (2, 3)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "x" * 256}, "a name must fit 255 bytes, got 256"),
        ({"count": 65_536}, r"must lie in 1 to 65535, got \(65536, 4, 6\)"),
        ({"grid": (0, 6)}, r"must lie in 1 to 65535, got \(2, 0, 6\)"),
    ],
)
def test_what_does_not_fit_its_field_is_refused(
    model, prior, pictures, changes, message
):
    file = unpack(compress(pictures, model, prior))
    with pytest.raises(ValueError, match=message):
        pack(replace(file, **changes))


def test_fingerprints_see_values_names_and_shapes():
    def linear(change=lambda _: None):
        torch.manual_seed(0)
        layer = torch.nn.Linear(2, 2)
        change(layer)
        return layer

    same = fingerprint(linear())
    assert len(same) == 8
    assert fingerprint(linear()) == same
    moved = linear(lambda it: it.bias.data.add_(1e-6))
    reshaped = linear(lambda it: setattr(it.weight, "data", it.weight.data.view(1, 4)))
    for other in (moved, reshaped, torch.nn.Sequential(linear())):
        assert fingerprint(other) != same
