"""Grids of codes to bytes and back: a range coder, paid by a prior."""

from types import ModuleType
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from vae_lib.codec.frequencies import TOTAL, whole_frequencies

__all__ = ["CONSTANT_BITS", "GridPrior", "code_bits", "decode_grids", "encode_grids"]

# What a range coder adds to the sum of -log2 p: the state it ends in, in whole words.
CONSTANT_BITS = 64
# Grids whose probabilities are computed together. Whoever reads must compute in arrays
# of the very shape that whoever wrote used, for the order of sums may depend on it.
TOGETHER = 64


class GridPrior(Protocol):
    """What the coder asks of a prior, e.g. of a `vae_lib.models.CodePrior`.

    Attributes:
        num_codes: K.
        grid: height and width of the grids it describes.
    """

    num_codes: int
    grid: tuple[int, int]

    def conditional(self, indices: Tensor, place: int) -> Tensor:
        """Probabilities (B, K) of the code at a place, given those before it.

        Must not depend on what indices (B, H, W) hold from place on.
        """
        ...


def encode_grids(indices: Tensor, prior: GridPrior) -> bytes:
    """Write grids as a row of bytes, the first place of all grids first.

    Args:
        indices: codes (B, H, W), int64 in [0, K), of the prior's grid.
        prior: gives each code's price: -log2 p bits.

    Returns:
        Words of 32 bits, as bytes; about `code_bits` in all, plus at most 64 bits.

    Raises:
        ValueError: if the indices are not the prior's.
    """
    _check(indices, prior)
    encoder = _stream().queue.RangeEncoder()
    family = _family()
    flat = indices.flatten(1).cpu().numpy().astype(np.int32)
    for place in range(flat.shape[1]):
        for start in range(0, len(flat), TOGETHER):
            part = slice(start, start + TOGETHER)
            chances = _chances(indices[part], place, prior)
            encoder.encode(flat[part, place], family, chances)
    return encoder.get_compressed().astype("<u4").tobytes()


def decode_grids(payload: bytes, count: int, prior: GridPrior) -> Tensor:
    """Read what `encode_grids` wrote.

    Args:
        payload: the bytes.
        count: number of grids B.
        prior: the same that they were written with.

    Returns:
        Codes (B, H, W), int64. Bytes written with another prior give other codes, and
        nothing here can tell: a file needs a checksum of the codes.

    Raises:
        ValueError: if the bytes cannot come from `encode_grids` with this prior.
    """
    if len(payload) % 4:
        raise ValueError(
            f"the payload must be whole words of 4 bytes, got {len(payload)}"
        )
    words = np.frombuffer(payload, "<u4").astype(np.uint32)
    decoder = _stream().queue.RangeDecoder(words)
    family = _family()
    height, width = prior.grid
    indices = torch.zeros(count, height, width, dtype=torch.int64)
    flat = indices.view(count, -1)
    for place in range(flat.shape[1]):
        for start in range(0, count, TOGETHER):
            part = slice(start, start + TOGETHER)
            chances = _chances(indices[part], place, prior)
            try:
                symbols = decoder.decode(family, chances)
            # constriction finds bytes that no encoder of this prior can have written.
            except AssertionError as error:
                raise ValueError(f"the payload is not of this prior: {error}") from None
            flat[part, place] = torch.from_numpy(symbols.astype(np.int64))
    return indices


def code_bits(indices: Tensor, prior: GridPrior) -> Tensor:
    """What each grid costs under the prior: the sum of -log2 p, before any coder.

    Args:
        indices: codes (B, H, W), int64 in [0, K), of the prior's grid.
        prior: as in `encode_grids`.

    Returns:
        Bits (B,), float64, non-negative.

    Raises:
        ValueError: if the indices are not the prior's.
    """
    _check(indices, prior)
    bits = torch.zeros(len(indices), dtype=torch.float64)
    chosen = indices.flatten(1)
    for place in range(chosen.shape[1]):
        parts = indices.split(TOGETHER)
        rows = torch.cat([prior.conditional(part, place).double() for part in parts])
        bits -= rows.gather(1, chosen[:, place, None])[:, 0].log2().cpu()
    return bits


def _stream() -> ModuleType:
    # Imported where it is used: only who writes or reads files needs it.
    try:
        from constriction import stream
    except ImportError as error:
        raise ImportError(
            "files of codes need constriction: pip install 'vae_lib[codec]'"
        ) from error
    return stream


def _family() -> Any:
    return _stream().model.Categorical(perfect=False)


def _chances(indices: Tensor, place: int, prior: GridPrior) -> np.ndarray:
    """Whole frequencies (B, K) as dyadic fractions, which floats hold exactly."""
    known = indices.clone(memory_format=torch.contiguous_format)
    # The reader has not these codes; that no prior peeks at them is no matter of trust.
    known.view(len(known), -1)[:, place:] = 0
    return whole_frequencies(prior.conditional(known, place)) / TOTAL


def _check(indices: Tensor, prior: GridPrior) -> None:
    shape = tuple(indices.shape)
    if len(shape) != 3 or shape[1:] != tuple(prior.grid) or not shape[0]:
        raise ValueError(
            f"indices must have shape (B, {prior.grid[0]}, {prior.grid[1]}), "
            f"got {shape}"
        )
    if indices.dtype != torch.int64:
        raise ValueError(f"indices must be int64, got {indices.dtype}")
    least, most = int(indices.min()), int(indices.max())
    if least < 0 or most >= prior.num_codes:
        raise ValueError(
            f"indices must lie in [0, {prior.num_codes}), got {least} to {most}"
        )
