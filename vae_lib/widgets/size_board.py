"""What stands around the pictures of CodeSize: codes as colours, and bytes in rows."""

import base64
import colorsys
from collections.abc import Sequence

import numpy as np

__all__ = ["code_picture", "file_address", "palette", "size_rows", "size_table"]

# A turn by the golden angle never comes back to a hue that it has been at.
GOLDEN = 0.6180339887


def palette(count: int) -> list[str]:
    """A colour for each code, "#rrggbb": neighbours in number differ in hue and light.

    >>> palette(2)
    ['#d14747', '#8eacf6']
    """
    colours = []
    for k in range(count):
        light = (0.55, 0.76, 0.4, 0.66)[k % 4]
        red, green, blue = colorsys.hls_to_rgb(k * GOLDEN % 1, light, 0.6 + k % 2 / 4)
        levels = (round(255 * value) for value in (red, green, blue))
        colours.append("#" + "".join(f"{level:02x}" for level in levels))
    return colours


def code_picture(codes: Sequence[int], side: int, colours: Sequence[str]) -> np.ndarray:
    """Codes, row by row, as a picture (3, side, side) in [0, 1], a pixel a code."""
    rgb = [[int(colours[k][at : at + 2], 16) for at in (1, 3, 5)] for k in codes]
    return np.array(rgb).T.reshape(3, side, side) / 255


def file_address(content: bytes) -> str:
    """A JPEG file as a data address: the reader sees the very bytes that are counted.

    >>> file_address(b"")
    'data:image/jpeg;base64,'
    """
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def size_rows(
    side: int, bits: int, coded: int, worth: float, jpeg: tuple[int, float], fits: bool
) -> list[list[str]]:
    """Three ways to write a picture down, and what each costs and is worth.

    Args:
        side: codes along a side.
        bits: of a code at a fixed length.
        coded: bytes of the entropy-coded codes.
        worth: PSNR of what is decoded from them, in decibels.
        jpeg: bytes of the JPEG file's scan, and PSNR of its picture.
        fits: whether the scan is no longer than the codes; else it is the smallest.

    Returns:
        Rows of three cells: what it is, bytes, decibels.

    >>> size_rows(4, 6, 9, 20.14, (9, 15.0), True)[0]
    ['16 codes of 6 bits', '12', '20.1']
    """
    rival = "JPEG’s scan, if it fits" if fits else "JPEG’s smallest scan"
    return [
        [
            f"{side * side} codes of {bits} bits",
            f"{side * side * bits / 8:g}",
            f"{worth:.1f}",
        ],
        ["the same, entropy-coded", str(coded), f"{worth:.1f}"],
        [rival, str(jpeg[0]), f"{jpeg[1]:.1f}"],
    ]


def size_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows as an HTML table, whose cells a script changes."""
    body = "".join(
        f'<tr><th scope="row">{name}</th><td>{size}</td><td>{worth}</td></tr>'
        for name, size, worth in rows
    )
    return (
        '<table><thead><tr><td></td><th scope="col">bytes</th>'
        '<th scope="col">PSNR, dB</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
