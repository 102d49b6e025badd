"""Archives as people, and as nobody in their right mind, would pack them; all in memory, and the large ones hardly there."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

GOOD = {"main.tf": b'output "a" { value = 1 }\n'}
MEGABYTE = 1_000_000


def tarred(*members: tuple[tarfile.TarInfo, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002 - tarfile's name
    """A gzipped tar with these entries; a header may say another size than the content has."""
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w", format=format) as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content) if content else None)
    return made.getvalue()


def entry(
    name: str, content: bytes = b"", *, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname, member.mode = len(content), kind, link, mode
    return member, content


def tar_of(files: Mapping[str, bytes]) -> bytes:
    return tarred(*(entry(name, content) for name, content in files.items()))


def zip_of(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, modes: Mapping[str, int] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.compress_type = 3, method
            info.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            archive.writestr(info, content)
    return made.getvalue()


def patched(archive: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in archive
    return archive.replace(old, new)


def tar_bomb(megabytes: int) -> bytes:
    """A gzipped tar whose only file has so many megabytes of nothing; they are never in memory."""
    member, _ = entry("main.tf")
    member.size = megabytes * MEGABYTE
    zipper = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [zipper.compress(member.tobuf(tarfile.GNU_FORMAT))]
    pieces += [zipper.compress(bytes(MEGABYTE)) for _ in range(megabytes)]
    return b"".join([*pieces, zipper.flush()])


def zip_bomb(megabytes: int, *, said: int | None = None) -> bytes:
    """A zip that unpacks to so many megabytes; `said` is the size in bytes that its directory tells instead."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("main.tf", "w") as file:
        for _ in range(megabytes):
            file.write(bytes(MEGABYTE))
    packed = made.getvalue()
    if said is None:
        return packed
    return packed.replace((megabytes * MEGABYTE).to_bytes(4, "little"), said.to_bytes(4, "little"))


def header_bomb(megabytes: int) -> bytes:
    """A gzipped tar whose first entry has a name of so many megabytes."""
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, megabytes * MEGABYTE
    zipper = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [zipper.compress(member.tobuf(tarfile.GNU_FORMAT)), *(zipper.compress(b"a" * MEGABYTE) for _ in range(megabytes))]
    return b"".join([*pieces, zipper.flush()])


def with_holes() -> bytes:
    """A gzipped tar in which a file of 10 GB has nothing but a hole, as GNU tar writes it into further headers."""
    member, _ = entry("main.tf")
    member.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "main.tf",
        "GNU.sparse.realsize": "10000000000",
    }
    content = b"1\n10000000000\n0\n".ljust(512, b"\0")
    member.size = len(content)
    return tarred((member, content))


def with_old_holes() -> bytes:
    return tarred(entry("main.tf", b"x", kind=tarfile.GNUTYPE_SPARSE), format=tarfile.GNU_FORMAT)


def encrypted() -> bytes:
    """A zip that says of its one entry that it takes a password."""
    archive = bytearray(zip_of(GOOD))
    archive[archive.index(b"PK\x03\x04") + 6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def misplaced() -> bytes:
    """A zip whose directory is said to be so far on that its entry would have to be before the beginning."""
    archive = bytearray(zip_of(GOOD))
    at = archive.rindex(b"PK\x05\x06") + 16
    archive[at : at + 4] = (int.from_bytes(archive[at : at + 4], "little") + 50).to_bytes(4, "little")
    return bytes(archive)
