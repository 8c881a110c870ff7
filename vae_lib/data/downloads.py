"""Public files: found in a folder or downloaded, and checked before they are used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests
from tqdm.auto import tqdm

__all__ = ["PublicFile", "ResumingDownloader", "fetch", "local_folder", "verify"]

ROOT_VARIABLE = "VAE_LIB_DATA"

# Bytes saved at a time. A connection that breaks loses the chunk it was sending: small
# chunks let even a very poor connection make progress.
CHUNK = 2**14


@dataclass(frozen=True)
class PublicFile:
    """A published file and how to know it.

    Args:
        path: of a copy below the folder of local copies, with forward slashes.
        checksum: "sha256:..." or "md5:...", in hexadecimal.
        url: where it is published; None if only local copies are read.
    """

    path: str
    checksum: str
    url: str | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


def fetch(*files: PublicFile, root: str | Path | None = None) -> Path:
    """Return the path of a verified copy of the first of `files` that can be had.

    With a folder of local copies, nothing is downloaded and nothing is written. Without
    one, the first file that has an address is downloaded once, with a progress bar, to
    the user's cache; a download that broke off is continued where it ended.

    Args:
        files: containers of the same data, the preferred one first.
        root: folder of local copies; None reads the environment variable VAE_LIB_DATA,
            and if that is not set, downloads.

    Raises:
        FileNotFoundError: if the folder holds none of the files.
        ValueError: if no file is asked for, if none of them has an address to download
            from, or if a copy does not have the published checksum.
        ConnectionError: if the download breaks off; what has arrived is kept for the
            next attempt under a name that ends in .part.
    """
    if not files:
        raise ValueError("fetch needs at least one file, got none")
    folder = local_folder(root)
    if folder is not None:
        return _local_copy(files, folder)
    for file in files:
        if file.url is not None:
            break
    else:
        names = " or ".join(file.name for file in files)
        raise ValueError(
            f"{names} is not offered for download: give a folder that holds "
            f"{files[0].path} as root or in {ROOT_VARIABLE}"
        )
    target = pooch.os_cache("vae_lib") / file.path
    return Path(
        pooch.retrieve(
            url=file.url,
            known_hash=file.checksum,
            fname=target.name,
            path=target.parent,
            downloader=ResumingDownloader(target.with_name(f"{target.name}.part")),
        )
    )


def local_folder(root: str | Path | None = None) -> Path | None:
    """Return the folder of local copies, from VAE_LIB_DATA unless given, if any."""
    folder = root if root is not None else os.environ.get(ROOT_VARIABLE)
    return Path(folder).expanduser() if folder else None


def _local_copy(files: tuple[PublicFile, ...], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        if path.is_file():
            verify(path, file.checksum)
            return path
    wanted = " or ".join(f"{file.path} ({file.checksum})" for file in files)
    raise FileNotFoundError(f"expected {wanted} in {folder}, found no such file")


def verify(path: Path, checksum: str) -> None:
    """Check that a file has the published checksum.

    Args:
        path: an existing file.
        checksum: "sha256:..." or "md5:...".

    Raises:
        ValueError: if it differs; the text names file, expected and found checksum.
    """
    algorithm, _, expected = checksum.partition(":")
    found = pooch.file_hash(str(path), alg=algorithm)
    if found != expected:
        raise ValueError(
            f"{path} is damaged or is another file: expected {algorithm} {expected}, "
            f"found {found} ({path.stat().st_size:,} bytes)"
        )


class ResumingDownloader:
    """A downloader for pooch that continues where an earlier attempt broke off.

    Bytes are collected in a file of their own, which survives an error or a killed
    process, and are asked for with an HTTP range from its end. Pooch checks the sum of
    the whole before giving it its final name.

    Args:
        part: where to collect the bytes.
        attempts: how many times to connect before giving up.
        timeout: seconds to wait for the server to answer or to send more.
    """

    def __init__(self, part: Path, attempts: int = 4, timeout: float = 30.0) -> None:
        self.part = part
        self.attempts = attempts
        self.timeout = timeout

    def __call__(self, url: str, output_file: str, pooch: object) -> None:  # noqa: ARG002
        """Download `url` to `output_file`, as pooch asks its downloaders to.

        Raises:
            requests.HTTPError: if the server refuses the file.
            ConnectionError: if the connection broke in every attempt.
        """
        self.part.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, self.attempts + 1):
            try:
                complete = self._continue(url)
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as error:
                complete = False
                if attempt == self.attempts:
                    raise ConnectionError(self._broke_off(url)) from error
            if complete:
                self.part.replace(output_file)
                return
        raise ConnectionError(self._broke_off(url))

    def _broke_off(self, url: str) -> str:
        return (
            f"the download of {url} broke off {self.attempts} times: {self._size():,} "
            f"bytes are kept in {self.part}, and the next attempt continues from there"
        )

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _continue(self, url: str) -> bool:
        """Ask for what is missing; return whether the file is complete."""
        have = self._size()
        # Compressed transfer would count other bytes than those on the disk.
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(
            url, headers=headers, stream=True, timeout=self.timeout
        ) as response:
            whole = response.headers.get("Content-Range", "").rpartition("/")[2]
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                # Nothing is left to send: either all is here, or something else is.
                if whole == str(have):
                    return True
                self.part.unlink()
                return False
            response.raise_for_status()
            if response.status_code != requests.codes.partial_content:
                have = 0  # the server sends the file from its beginning
            length = response.headers.get("Content-Length")
            total = have + int(length) if length is not None else None
            self._save(response, have, total)
            return total is None or self._size() == total

    def _save(self, response: requests.Response, have: int, total: int | None) -> None:
        name = self.part.name.removesuffix(".part")
        with (
            self.part.open("ab" if have else "wb") as file,
            tqdm(
                initial=have,
                total=total,
                desc=name,
                unit="B",
                unit_scale=True,
            ) as bar,
        ):
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
