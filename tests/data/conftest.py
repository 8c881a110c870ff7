"""Where the tests find copies of the published files."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def published() -> Path:
    """Folder of local copies of the published data sets."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("VAE_LIB_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no published data: set VAE_LIB_DATA, or put it in {folder}")
    return folder
