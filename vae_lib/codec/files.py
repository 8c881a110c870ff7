"""Pictures to files of codes and back."""

import hashlib
import os
import zlib
from pathlib import Path

import torch
from torch import Tensor, nn

from vae_lib.codec.container import Container, pack, unpack
from vae_lib.codec.entropy_coder import GridPrior, decode_grids, encode_grids
from vae_lib.codec.windows import cut, join
from vae_lib.models import VQVAE
from vae_lib.training.checkpoints import write_atomically

__all__ = ["compress", "decompress", "fingerprint", "read", "read_codes", "write"]


@torch.no_grad()
def compress(images: Tensor, model: VQVAE, prior: GridPrior, name: str = "") -> bytes:
    """Pictures as the bytes of one file.

    The model finds the nearest codes, which loses what they cannot say; the rest loses
    nothing. Codes of a grid larger than the prior's are cut into windows of its size.

    Args:
        images: (B, C, H, W) in [0, 1], B at most 65,535.
        model: in evaluation mode.
        prior: of the model's codes; what it expects is cheap.
        name: of the model, which the file repeats to people.

    Raises:
        ValueError: if the model is in training mode or the prior is not of its codes.
    """
    _check(model, prior)
    codes = model.encode(images)
    return pack(
        Container(
            name=name,
            fingerprint=fingerprint(model, prior),
            codes_checksum=_checksum(codes),
            count=len(codes),
            grid=(codes.shape[1], codes.shape[2]),
            payload=encode_grids(cut(codes, prior.grid), prior),
        )
    )


def read_codes(content: bytes, model: VQVAE, prior: GridPrior) -> Tensor:
    """The codes (B, H, W), int64, that `compress` put into a file.

    Raises:
        ValueError: if the file is none, damaged, or of another version, model or prior;
            or if this machine's prior gives other numbers than the writer's gave.
    """
    _check(model, prior)
    file = unpack(content)
    found = fingerprint(model, prior)
    if file.fingerprint != found:
        raise ValueError(
            f"the file was written with another model or prior: expected {file.name!r}"
            f" ({file.fingerprint.hex()}), got {found.hex()}"
        )
    places = prior.grid[0] * prior.grid[1]
    count = file.count * file.grid[0] * file.grid[1] // places
    codes = join(decode_grids(file.payload, count, prior), file.grid)
    if _checksum(codes) != file.codes_checksum:
        raise ValueError(
            "the file is whole, but its codes come out wrong: expected crc32 "
            f"{file.codes_checksum:08x}, found {_checksum(codes):08x}. The prior's "
            "probabilities must be the same numbers where it is read and was written"
        )
    return codes


@torch.no_grad()
def decompress(content: bytes, model: VQVAE, prior: GridPrior) -> Tensor:
    """The pictures (B, C, H, W) that the model makes of a file's codes.

    Args:
        content: the bytes of a file.
        model: the one it was written with.
        prior: the one it was written with.

    Raises:
        ValueError: as `read_codes` does.
    """
    return model.decode(read_codes(content, model, prior))


def write(
    path: str | os.PathLike[str],
    images: Tensor,
    model: VQVAE,
    prior: GridPrior,
    name: str = "",
) -> int:
    """Write `compress`'s bytes to a file, whole or not at all; return how many.

    Raises:
        ValueError: as `compress` does; then nothing is written.
    """
    content = compress(images, model, prior, name)
    write_atomically(Path(path), content)
    return len(content)


def read(path: str | os.PathLike[str], model: VQVAE, prior: GridPrior) -> Tensor:
    """The pictures (B, C, H, W) of a file that `write` wrote.

    Raises:
        FileNotFoundError: if there is none.
        ValueError: as `read_codes` does; the text names the file.
    """
    try:
        return decompress(Path(path).read_bytes(), model, prior)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def fingerprint(*modules: nn.Module) -> bytes:
    """First 8 bytes of the sha256 of all weights with their names and shapes.

    Enough to tell models apart that are not made to be mistaken for each other.
    """
    digest = hashlib.sha256()
    for module in modules:
        for key, value in module.state_dict().items():
            digest.update(f"{key} {value.dtype} {tuple(value.shape)};".encode())
            digest.update(value.cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.digest()[:8]


def _checksum(codes: Tensor) -> int:
    return zlib.crc32(codes.cpu().numpy().astype("<u4").tobytes())


def _check(model: VQVAE, prior: GridPrior) -> None:
    if model.training:
        raise ValueError(
            "model must be in evaluation mode, got training mode, in which each call "
            "moves the codes"
        )
    if model.num_codes != prior.num_codes:
        raise ValueError(
            f"the prior must be of the model's {model.num_codes} codes, "
            f"got {prior.num_codes}"
        )
