"""What was uploaded, read without trusting anything in it, and packed anew as the server wants it. It blocks: called in a thread.

Which names and how much are taken is said in core/archives.py. Nothing of an archive is ever written under a name of its own.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Protocol, Self

from bot.core.archives import (
    STATE_KEYS,
    Bounds,
    Budget,
    demand_apart,
    demand_no_credentials,
    demand_no_state,
    demand_taken,
    home_of,
    is_allowed,
    is_left_out,
    is_state,
    refuse_hidden_state,
    safe_path,
    shown,
    top_folder,
)
from bot.core.errors import ArchiveRefused, FileNotTaken

PIECE = 256 * 1024
LONGEST_HEADER = 16 * 1024
HEADERS = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK})
BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, struct.error),
    *(EOFError, UnicodeError, ValueError, OverflowError, NotImplementedError, IndexError, RecursionError),
)
"""What the readers of the standard library say of bytes that are not as they should be."""
NOWHERE = frozenset({None, errno.EINVAL})
"""A place that no file has was sought; any other trouble with a file is of our own disk."""
GZIP, ZIP, EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"
"""With what each entry of a zip's directory begins."""
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1
UNIX = 3
FOR_OWNER = 0o100
PARSED_MOST = 1_000_000
"""Bytes of JSON that are parsed at once: more would hold up the event loop, although this is a thread of its own."""
MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
"""What may stand before the first brace: marks of byte order, and blanks."""
KEY_MOST = 64
"""Bytes of one piece that are looked at again with the next, since a key may lie across both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A gzipped tar for the server. `stripped` is the folder that was around everything; `left_out` how many entries were not taken."""

    path: Path
    size: int
    digest: str
    files: int
    stripped: str = ""
    left_out: int = 0


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Stopped(Exception):
    """Nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file that is taken, and where its bytes lie."""

    bytes_at: Path
    is_executable: bool = False


class Shelf:
    """The files that are taken, under numbers in a folder of our own."""

    def __init__(self, folder: Path, budget: Budget, stop: Event, allow: Sequence[str] = ()) -> None:
        self._folder, self._budget, self._stop, self._allow = folder, budget, stop, allow
        self.kept: list[tuple[str, Kept]] = []
        self.left_out = 0

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.kept]

    def wanted(self, name: str) -> str:
        """The path of an entry that is to be looked at; "" for one that is left out."""
        self._budget.enter()
        path = safe_path(name)
        if path and is_left_out(path):
            self.left_out += 1
            return ""
        if not is_allowed(path, self._allow):
            demand_no_state(path)
            demand_no_credentials(path)
        return path

    def count(self, size: int) -> None:
        """So many bytes more have come out of the archive."""
        if self._stop.is_set():
            raise Stopped
        self._budget.take(size)

    def put(self, path: str, content: Readable, *, is_executable: bool = False) -> None:
        self._budget.keep()
        at = self._folder / str(len(self.kept))
        with at.open("xb") as file:
            while piece := content.read(PIECE):
                file.write(piece)
        if holds_state(at) and not is_allowed(path, self._allow):
            refuse_hidden_state(path)
        self.kept.append((path, Kept(at, is_executable)))


def pack(sources: Sequence[tuple[str, Path]], target: Path, bounds: Bounds, stop: Event, *, working_directory: str = "") -> Packed:
    """Check the files that somebody chose, each with its name, and pack them into `target`. UploadTrouble where they are not taken.

    They go, or have to be, where the workspace runs. `stop` has it end soon, with Stopped.
    """
    is_archive, home = demand_taken([name for name, _ in sources]), home_of(working_directory)
    with TemporaryDirectory(dir=target.parent, prefix="unpacked-") as folder:
        shelf = Shelf(Path(folder), Budget(bounds, sum(path.stat().st_size for _, path in sources)), stop, bounds.allow)
        if is_archive:
            read_archive(*sources[0], shelf, bounds)
        else:
            read_loose(sources, shelf, home)
        demand_apart(shelf.paths)
        top = top_folder(shelf.paths, home)
        start = f"{top}/" if top else ""
        write(sorted((path.removeprefix(start), kept) for path, kept in shelf.kept), target)
    with target.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    size = target.stat().st_size
    return Packed(path=target, size=size, digest=digest, files=len(shelf.kept), stripped=top, left_out=shelf.left_out)


def holds_state(file: Path) -> bool:
    """Return whether the file is the JSON of a state. One of moderate size is parsed; in a larger one the keys anywhere are enough.

    PowerShell writes UTF-16, in which every other byte of the keys is zero.
    """
    with file.open("rb") as content:
        if not content.read(PIECE).replace(b"\0", b"").lstrip(MARKS).startswith(b"{"):
            return False
    if file.stat().st_size <= PARSED_MOST:
        try:
            return is_state(json.loads(file.read_bytes()))
        except (ValueError, RecursionError):
            pass
    return has_state_keys(file)


def has_state_keys(file: Path) -> bool:
    wanted, before = {re.compile(rb'"%s"\s*:' % key.encode()) for key in STATE_KEYS}, b""
    with file.open("rb") as content:
        while wanted and (piece := content.read(PIECE)):
            text = before + piece.replace(b"\0", b"")
            wanted = {key for key in wanted if not key.search(text)}
            before = text[-KEY_MOST:]
    return not wanted


def read_loose(sources: Sequence[tuple[str, Path]], shelf: Shelf, home: str) -> None:
    """Files by themselves go where the workspace runs."""
    for name, source in sources:
        if "/" in name:
            raise FileNotTaken(shown(name), "there is a / in its name")
        demand_text(name, source)
        path = shelf.wanted(f"{home}/{name}" if home else name)
        with source.open("rb") as content:
            shelf.put(path, content)


def demand_text(name: str, source: Path) -> None:
    """Terraform's own files are UTF-8; whatever else has such a name is of another kind."""
    try:
        is_text = "\0" not in source.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        is_text = False
    if not is_text:
        raise FileNotTaken(shown(name), "it is not text, whatever its name says")


def read_archive(name: str, source: Path, shelf: Shelf, bounds: Bounds) -> None:
    """By what it is, not by what it is called."""
    with source.open("rb") as file:
        begin = file.read(4)
    try:
        if begin in {ZIP, EMPTY_ZIP}:
            read_zip(source, shelf, bounds)
        elif begin.startswith(GZIP):
            read_tar(source, shelf)
        else:
            raise ArchiveRefused(f"{shown(name)} is neither a gzipped tar nor a zip, whatever its name says")
    except (*BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NOWHERE:
            raise
        raise ArchiveRefused(f"{shown(name)} is damaged, or was cut off") from error


class Counted(io.RawIOBase):
    """What comes out, counted as it comes, whatever was announced."""

    def __init__(self, unpacked: Readable, shelf: Shelf) -> None:
        self._unpacked, self._shelf = unpacked, shelf

    def read(self, size: int = -1) -> bytes:
        piece = self._unpacked.read(size)
        self._shelf.count(len(piece))
        return piece


# Tar


class PlainHeader(tarfile.TarInfo):
    """An entry of which nothing is read into memory that has no bound: neither further headers, nor where a file has holes."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type == tarfile.GNUTYPE_SPARSE:
            cls.refuse_holes()
        if found.type in HEADERS and not 0 <= found.size <= LONGEST_HEADER:
            raise ArchiveRefused("it has a header that is longer than any name")
        return found

    @staticmethod
    def refuse_holes(*_: object) -> None:
        raise ArchiveRefused("it has a file with holes; pack it without --sparse")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = refuse_holes


def read_tar(source: Path, shelf: Shelf) -> None:
    """From the first byte to the last, so that what was cut off or changed is noticed wherever it was."""
    with gzip.open(source) as unzipped:
        counted = Counted(unzipped, shelf)
        with tarfile.open(fileobj=counted, mode="r|", tarinfo=PlainHeader) as tar:
            for member in tar:
                read_member(tar, member, shelf)
            while piece := tar.fileobj.read(PIECE):
                if piece.strip(b"\0"):
                    raise tarfile.ReadError("something after the end")


def read_member(tar: tarfile.TarFile, member: tarfile.TarInfo, shelf: Shelf) -> None:
    path = shelf.wanted(member.name)
    if not path:
        return
    if not (member.isreg() or member.isdir()):
        raise ArchiveRefused(f"{shown(member.name)} is {kind_of(member)}, and I take only files and folders")
    content = tar.extractfile(member) if member.isreg() else None
    if content is not None:
        shelf.put(path, content, is_executable=bool(member.mode & FOR_OWNER))


def kind_of(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "a link"
    return "a device" if member.isdev() else "of an unknown kind"


# Zip


def read_zip(source: Path, shelf: Shelf, bounds: Bounds) -> None:
    """Sizes in a zip's directory say nothing: what comes out is counted, and is checked against its sum."""
    demand_short_directory(source, bounds)
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            read_entry(archive, entry, shelf)


def demand_short_directory(source: Path, bounds: Bounds) -> None:
    """Before the directory is read, all of which would be in memory."""
    found, before = 0, b""
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            piece = before + piece
            found += piece.count(CENTRAL)
            before = piece[-len(CENTRAL) + 1 :]
            if found > bounds.entries:
                raise ArchiveRefused(f"it has over {bounds.entries} entries; leave out what is not of the configuration")


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shelf: Shelf) -> None:
    path = shelf.wanted(entry.orig_filename)
    if not path:
        return
    mode = entry.external_attr >> 16 if entry.create_system == UNIX else 0
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ArchiveRefused(f"{shown(path)} is a link or a device, and I take only files and folders")
    if entry.flag_bits & ENCRYPTED:
        raise ArchiveRefused(f"{shown(path)} is encrypted; pack it without a password")
    if entry.compress_type not in METHODS:
        raise ArchiveRefused(f"{shown(path)} is packed in a way that I do not read; pack it as a plain zip")
    if not entry.is_dir():
        with archive.open(entry) as content:
            shelf.put(path, Counted(content, shelf), is_executable=bool(mode & FOR_OWNER))


# Packing


def write(files: Sequence[tuple[str, Kept]], target: Path) -> None:
    """The same files give the same bytes, whoever packed them and whenever."""
    with (
        target.open("xb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path, kept in files:
            member = tarfile.TarInfo(path)
            member.size = kept.bytes_at.stat().st_size
            member.mode = 0o755 if kept.is_executable else 0o644
            with kept.bytes_at.open("rb") as content:
                tar.addfile(member, content)
