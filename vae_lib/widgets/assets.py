"""Content-addressed files that a built page fetches: written once, shared by all."""

import hashlib
import os
from pathlib import Path

__all__ = ["ASSETS_VARIABLE", "asset_folder", "store_asset"]

ASSETS_VARIABLE = "VAE_LIB_ASSETS"


def asset_folder() -> Path | None:
    """The folder that the book's build collects files from; None in a notebook.

    It is named by the environment variable VAE_LIB_ASSETS, which the build sets.
    """
    folder = os.environ.get(ASSETS_VARIABLE)
    return Path(folder) if folder else None


def store_asset(folder: Path, data: bytes, suffix: str) -> str:
    """Write data into folder under the name of its own checksum.

    Args:
        folder: created if it does not exist.
        data: the file's bytes.
        suffix: the name's end with its dot, e.g. ".onnx".

    Returns:
        The file's name: 64 hexadecimal digits and the suffix. Equal data has an equal
        name, so every page that shows a model shares one file.

    >>> import tempfile
    >>> name = store_asset(Path(tempfile.mkdtemp()), b"", ".onnx")
    >>> name[:16], name[-5:]
    ('e3b0c44298fc1c14', '.onnx')
    """
    name = hashlib.sha256(data).hexdigest() + suffix
    target = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        # Two pages may execute at once: each writes its own file, the rename is atomic.
        partial = target.with_name(f"{name}.{os.getpid()}.partial")
        partial.write_bytes(data)
        partial.replace(target)
    return name
