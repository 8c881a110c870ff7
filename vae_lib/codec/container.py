"""A file of codes: what stands before and after the entropy coder's bytes."""

import struct
import zlib
from dataclasses import dataclass

__all__ = ["MAGIC", "VERSION", "Container", "pack", "unpack"]

MAGIC = b"VQVA"
VERSION = 1
# Little-endian: fingerprint, checksum of the codes, pictures, height, width, length of
# the name. Magic and version stand before it, for they are to be read by any version.
HEADER = struct.Struct("<8sIHHHB")
OPENING = len(MAGIC) + 1
CHECKSUM = struct.Struct("<I")
SHORTEST = OPENING + HEADER.size + CHECKSUM.size


@dataclass(frozen=True)
class Container:
    """What a file says.

    Attributes:
        name: of the model, for people; at most 255 bytes of UTF-8.
        fingerprint: first 8 bytes of the sha256 of the weights of model and prior.
        codes_checksum: crc32 of the codes, which tells if they were read as written.
        count: number of pictures, 1 to 65,535.
        grid: codes in height and width, 1 to 65,535 each.
        payload: the entropy coder's bytes.
    """

    name: str
    fingerprint: bytes
    codes_checksum: int
    count: int
    grid: tuple[int, int]
    payload: bytes


def pack(container: Container) -> bytes:
    """Write a container as bytes: 28 of its own, the name and the payload.

    The last four are the crc32 of all before them. It finds every single flipped bit,
    every damage within 32 bits in a row, and any other but one in 2^32: enough against
    accidents, at an eighth of the bytes of a sha256, which would matter, for a picture
    may take a hundred. Against people neither helps: who forges a file computes its
    checksum anew.

    Raises:
        ValueError: if the name or a number does not fit its field.
    """
    name = container.name.encode()
    sizes = (container.count, *container.grid)
    if len(name) > 255:
        raise ValueError(f"a name must fit 255 bytes, got {len(name)}")
    if not all(1 <= size <= 65_535 for size in sizes):
        raise ValueError(
            f"pictures, height and width must lie in 1 to 65535, got {sizes}"
        )
    header = HEADER.pack(
        container.fingerprint, container.codes_checksum, *sizes, len(name)
    )
    body = MAGIC + bytes([VERSION]) + header + name + container.payload
    return body + CHECKSUM.pack(zlib.crc32(body))


def unpack(content: bytes) -> Container:
    """Read what `pack` wrote.

    Raises:
        ValueError: if it is no such file, of another version, or damaged.
    """
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError(
            f"this is no file of codes: expected it to open with {MAGIC!r}, "
            f"got {content[: len(MAGIC)]!r}"
        )
    if len(content) < SHORTEST:
        raise ValueError(
            f"the file breaks off: expected at least {SHORTEST} bytes, "
            f"got {len(content)}"
        )
    if content[len(MAGIC)] != VERSION:
        raise ValueError(
            f"the file is of another version: expected {VERSION}, "
            f"got {content[len(MAGIC)]}"
        )
    body = content[: -CHECKSUM.size]
    (expected,) = CHECKSUM.unpack(content[-CHECKSUM.size :])
    found = zlib.crc32(body)
    if found != expected:
        raise ValueError(
            f"the file is damaged: expected crc32 {expected:08x}, found {found:08x}"
        )
    fingerprint, codes_checksum, count, height, width, length = HEADER.unpack_from(
        body, OPENING
    )
    name_ends = OPENING + HEADER.size + length
    return Container(
        body[OPENING + HEADER.size : name_ends].decode(),
        fingerprint,
        codes_checksum,
        count,
        (height, width),
        body[name_ends:],
    )
