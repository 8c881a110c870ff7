"""Where the tests find copies of the published files."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from vae_lib.data.downloads import PublicFile


@pytest.fixture(scope="session")
def published() -> Path:
    """Folder of local copies of the published data sets."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("VAE_LIB_DATA") or default)
    if not folder.is_dir():
        pytest.skip(f"no published data: set VAE_LIB_DATA, or put it in {folder}")
    return folder


@dataclass(frozen=True)
class LocalCopies:
    """A folder of synthetic files that pass for published ones."""

    root: Path
    monkeypatch: pytest.MonkeyPatch

    def place(
        self, files: dict[str, PublicFile], file: PublicFile, content: bytes
    ) -> None:
        """Write a file where its copy is looked for, and accept its checksum."""
        path = self.root / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
        key = next(key for key, known in files.items() if known == file)
        self.monkeypatch.setitem(files, key, PublicFile(file.path, checksum, file.url))


@pytest.fixture
def local_copies(tmp_path, monkeypatch) -> LocalCopies:
    """An empty folder for synthetic copies of published files."""
    return LocalCopies(tmp_path, monkeypatch)
