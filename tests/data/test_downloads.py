"""Downloads: whole, verified and resumable, or a clear error and no half file."""

import hashlib
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest
import requests

from vae_lib.data.downloads import CHUNK, PublicFile, ResumingDownloader, fetch, verify

CONTENT = bytes(range(256)) * 4096  # one megabyte
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
MD5 = "md5:" + hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


@dataclass
class Server:
    """A web server of one file, and how it misbehaves."""

    url: str = ""
    content: bytes = CONTENT
    ranges: bool = True  # whether it can start in the middle
    drop_after: list[int] = field(default_factory=list)  # bytes before it hangs up
    status: int = 200
    asked: list[str | None] = field(default_factory=list)  # the ranges asked for


@pytest.fixture
def server():
    """Serve on this machine only, on a port that the system picks."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            """Answer with the file, its rest, or an error."""
            asked = self.headers.get("Range")
            state.asked.append(asked)
            size = len(state.content)
            start = 0
            if state.status != 200:
                self.send_error(state.status)
                return
            if asked and state.ranges:
                start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1])
                if start >= size:
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{size}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            else:
                self.send_response(200)
            body = state.content[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(
                body[: state.drop_after.pop(0)] if state.drop_after else body
            )

        def log_message(self, *_: object):
            """Keep the tests' output quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_port}/digits.bin"
    yield state
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no folder of local copies."""
    monkeypatch.setattr(pooch, "os_cache", lambda _: tmp_path / "cache")
    monkeypatch.delenv("VAE_LIB_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache" / "toy"


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def remote(server, checksum=SHA256):
    return PublicFile("toy/digits.bin", checksum, server.url)


@pytest.mark.parametrize("checksum", [SHA256, MD5])
def test_a_file_is_downloaded_once(server, cache, checksum):
    path = fetch(remote(server, checksum))
    assert path == cache / "digits.bin"
    assert path.read_bytes() == CONTENT
    assert fetch(remote(server, checksum)) == path
    assert server.asked == [None]
    assert names(cache) == ["digits.bin"]


def test_a_dropped_connection_is_continued_at_the_byte_where_it_broke(server, cache):
    server.drop_after = [20 * CHUNK, 10 * CHUNK]
    path = fetch(remote(server))
    assert path.read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={20 * CHUNK}-", f"bytes={30 * CHUNK}-"]
    assert names(cache) == ["digits.bin"]


def test_what_has_arrived_survives_giving_up(server, cache):
    """Four dropped connections end the call; the next call needs only the rest."""
    server.drop_after = [10_000 + 5 * CHUNK] * 4
    kept = 20 * CHUNK  # the chunk that was being sent is lost
    message = rf"broke off 4 times: {kept:,} bytes are kept in .*digits\.bin\.part"
    with pytest.raises(ConnectionError, match=message):
        fetch(remote(server))
    assert names(cache) == ["digits.bin.part"]
    server.asked.clear()
    assert fetch(remote(server)).read_bytes() == CONTENT
    assert server.asked == [f"bytes={kept}-"]
    assert names(cache) == ["digits.bin"]


def test_a_server_without_ranges_starts_over(server, cache):
    server.ranges = False
    server.drop_after = [20 * CHUNK]
    assert fetch(remote(server)).read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={20 * CHUNK}-"]


def test_a_part_that_is_already_whole_is_used(server, cache):
    cache.mkdir(parents=True)
    (cache / "digits.bin.part").write_bytes(CONTENT)
    assert fetch(remote(server)).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_that_is_too_long_is_thrown_away(server, cache):
    cache.mkdir(parents=True)
    (cache / "digits.bin.part").write_bytes(CONTENT + b"more")
    assert fetch(remote(server)).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_tampered_part_is_found_out_and_not_kept(server, cache):
    cache.mkdir(parents=True)
    (cache / "digits.bin.part").write_bytes(b"x" * 1000)
    expected = SHA256.removeprefix("sha256:")
    with pytest.raises(
        ValueError, match=rf"digits\.bin.*expected .*{expected} but got"
    ):
        fetch(remote(server))
    assert names(cache) == []
    assert fetch(remote(server)).read_bytes() == CONTENT


def test_a_tampered_download_never_gets_the_final_name(server, cache):
    server.content = CONTENT[:-1] + b"!"
    found = hashlib.sha256(server.content).hexdigest()
    with pytest.raises(ValueError, match=rf"digits\.bin.*expected .* but got {found}"):
        fetch(remote(server))
    assert names(cache) == []


def test_a_damaged_cache_is_downloaded_again(server, cache):
    path = fetch(remote(server))
    path.write_bytes(CONTENT[:1000])
    assert fetch(remote(server)).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 500])
def test_a_refusal_is_not_tried_again(server, cache, status):
    server.status = status
    with pytest.raises(requests.HTTPError, match=str(status)):
        fetch(remote(server))
    assert len(server.asked) == 1
    assert names(cache) == []


def test_a_server_that_is_not_there_is_a_connection_error(cache):
    file = PublicFile("toy/digits.bin", SHA256, "http://127.0.0.1:9/digits.bin")
    with pytest.raises(ConnectionError, match="broke off 4 times: 0 bytes"):
        fetch(file)
    assert names(cache) == []


def test_the_progress_bar_counts_the_bytes(server, tmp_path, capfd):
    part = tmp_path / "digits.bin.part"
    part.write_bytes(CONTENT[:500_000])
    ResumingDownloader(part)(server.url, str(tmp_path / "out"), None)
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert re.search(r"digits\.bin: 100%.*1\.05M/1\.05M", capfd.readouterr().err)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "digits.bin").write_bytes(CONTENT)
    return tmp_path


LOCAL = PublicFile("toy/digits.bin", SHA256)


def test_a_local_copy_is_used_where_it_lies(folder, monkeypatch):
    assert fetch(LOCAL, root=folder) == folder / "toy" / "digits.bin"
    monkeypatch.setenv("VAE_LIB_DATA", str(folder))
    assert fetch(LOCAL) == folder / "toy" / "digits.bin"


def test_root_wins_over_the_environment(folder, monkeypatch):
    monkeypatch.setenv("VAE_LIB_DATA", str(folder / "elsewhere"))
    assert fetch(LOCAL, root=str(folder)) == folder / "toy" / "digits.bin"


def test_the_first_container_that_is_there_is_used(folder):
    other = PublicFile("toy/digits.txt", SHA256)
    assert fetch(other, LOCAL, root=folder).name == "digits.bin"


def test_a_missing_local_copy_is_named_with_its_checksum(folder):
    files = [PublicFile("toy/a.bin", SHA256), PublicFile("toy/b.bin", MD5)]
    message = rf"expected toy/a\.bin \({SHA256}\) or toy/b\.bin \({MD5}\) in "
    with pytest.raises(FileNotFoundError, match=message):
        fetch(*files, root=folder)


def test_a_local_folder_is_never_written_to_nor_downloaded_into(server, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"toy/digits\.bin"):
        fetch(remote(server), root=tmp_path)
    assert server.asked == []
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [b"", CONTENT[:-1], CONTENT[:-1] + b"!"],
    ids=["empty", "truncated", "tampered"],
)
def test_a_damaged_local_copy_is_refused_and_left_alone(folder, content):
    path = folder / "toy" / "digits.bin"
    path.write_bytes(content)
    expected = SHA256.removeprefix("sha256:")
    found = hashlib.sha256(content).hexdigest()
    message = rf"digits\.bin is damaged .* expected sha256 {expected}, found {found}"
    with pytest.raises(ValueError, match=message):
        fetch(LOCAL, root=folder)
    assert path.read_bytes() == content


def test_verify_accepts_both_kinds_of_checksum(folder):
    verify(folder / "toy" / "digits.bin", SHA256)
    verify(folder / "toy" / "digits.bin", MD5)


def test_a_file_without_an_address_must_be_local(cache):
    with pytest.raises(ValueError, match=r"digits\.bin is not offered for download"):
        fetch(LOCAL)


def test_nothing_cannot_be_fetched():
    with pytest.raises(ValueError, match="fetch needs at least one file, got none"):
        fetch()
