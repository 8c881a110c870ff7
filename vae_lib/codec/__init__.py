"""Files of codes: entropy coding with a prior, a container, and JPEG beside it."""

from vae_lib.codec.curves import RatePoint, code_point, jpeg_curve
from vae_lib.codec.entropy_coder import (
    CONSTANT_BITS,
    GridPrior,
    code_bits,
    decode_grids,
    encode_grids,
)
from vae_lib.codec.files import (
    compress,
    decompress,
    fingerprint,
    read,
    read_codes,
    write,
)
from vae_lib.codec.frequencies import whole_frequencies
from vae_lib.codec.jpeg import from_jpeg, jpeg_at_most, scan_bytes, to_jpeg

__all__ = [
    "CONSTANT_BITS",
    "GridPrior",
    "RatePoint",
    "code_bits",
    "code_point",
    "compress",
    "decode_grids",
    "decompress",
    "encode_grids",
    "fingerprint",
    "from_jpeg",
    "jpeg_at_most",
    "jpeg_curve",
    "read",
    "read_codes",
    "scan_bytes",
    "to_jpeg",
    "whole_frequencies",
    "write",
]
