"""Uploaded configurations: a gzip tar is checked and unpacked without trusting anything in it; ours are packed here too."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST_UPLOAD = 32 * 1024 * 1024
LARGEST_CONTENT = 128 * 1024 * 1024
MOST_ENTRIES = 20_000
LONGEST_PATH = 512
TOO_LARGE = "the archive is too large when unpacked"
UNREADABLE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, UnicodeError, ValueError)


class BadArchive(Exception):
    """What was uploaded is no configuration; the text says why."""


class _Bounded(io.RawIOBase):
    """Unzipped bytes up to a bound: headers can be bombs too, and tarfile would read them into memory."""

    def __init__(self, unzipped: gzip.GzipFile) -> None:
        self._unzipped = unzipped
        self._left = LARGEST_CONTENT + MOST_ENTRIES * 1024

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= self._left:
            raise BadArchive(TOO_LARGE)
        chunk = self._unzipped.read(size)
        self._left -= len(chunk)
        return chunk


def check_archive(archive: Path) -> None:
    """Read the archive whole without writing anything. BadArchive when it may not be unpacked or holds no configuration."""
    root_files = [path for path, _ in _safe_entries(archive) if len(path.parts) == 1]
    if not any(path.name.endswith((".tf", ".tf.json")) for path in root_files):
        raise BadArchive("the archive has no .tf file at its root")


def unpack_archive(archive: Path, target: Path) -> None:
    """Write the archive's files and folders below `target`, with our own modes, owners and times."""
    try:
        for path, content in _safe_entries(archive):
            _write_entry(target.joinpath(*path.parts), content)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadArchive("the archive holds a file and a folder of one name") from error


def _write_entry(destination: Path, content: IO[bytes] | None) -> None:
    if content is None:
        destination.mkdir(parents=True, exist_ok=True)
        return
    destination.parent.mkdir(parents=True, exist_ok=True)
    with destination.open("wb") as file:
        shutil.copyfileobj(content, file)


def pack_archive(files: Mapping[str, str]) -> bytes:
    """A gzip tar with these texts, by path; the same bytes whenever it is packed."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path, text in files.items():
            content = text.encode()
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _safe_entries(archive: Path) -> Iterator[tuple[PurePosixPath, IO[bytes] | None]]:
    """Each file with its content and each folder with None. Bounds are checked before anything of an entry is used."""
    size = 0
    try:
        with gzip.open(archive) as unzipped, tarfile.open(fileobj=_Bounded(unzipped), mode="r|") as tar:
            for number, member in enumerate(tar):
                size += max(member.size, 0)
                if number >= MOST_ENTRIES or size > LARGEST_CONTENT:
                    raise BadArchive(TOO_LARGE)
                path = _safe_path(member)
                if path.parts:
                    yield path, _content(tar, member)
    except UNREADABLE as error:
        raise BadArchive("the upload is not a readable gzip tar") from error


def _safe_path(member: tarfile.TarInfo) -> PurePosixPath:
    if not (member.isreg() or member.isdir()):
        raise BadArchive(f"{member.name[:80]!r} is neither a file nor a folder")
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\0" in member.name or len(member.name) > LONGEST_PATH:
        raise BadArchive(f"{member.name[:80]!r} leads out of the archive")
    return path


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes] | None:
    return tar.extractfile(member) if member.isreg() else None
