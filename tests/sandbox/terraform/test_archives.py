"""Archives that must not be trusted."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.terraform import archives
from bot.sandbox.terraform.archives import BadArchive, check_archive, pack_archive, unpack_archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def member(name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content)
    return info, content


def archive(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path / "upload.tar.gz", "w:gz") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return path / "upload.tar.gz"


GOOD = member("main.tf", content=b"# nothing")


def test_files_and_folders_come_out_as_they_went_in(tmp_path: Path) -> None:
    upload = tmp_path / "upload.tar.gz"
    upload.write_bytes(pack_archive({"./main.tf": "a = 1", "modules/net/main.tf": "b = 2"}))
    check_archive(upload)
    unpack_archive(upload, tmp_path / "out")
    assert (tmp_path / "out/main.tf").read_text() == "a = 1"
    assert (tmp_path / "out/modules/net/main.tf").read_text() == "b = 2"


@pytest.mark.parametrize(
    "bad",
    [
        member("/etc/passwd", content=b"root"),
        member("../outside.tf", content=b"x"),
        member("a/../../outside.tf", content=b"x"),
        member("link", tarfile.SYMTYPE, link="/etc"),
        member("hard", tarfile.LNKTYPE, link="main.tf"),
        member("device", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
        member("n" * 600 + ".tf", content=b"x"),
    ],
    ids=lambda each: str(each[0].name[:12]),
)
@pytest.mark.parametrize("reader", [check_archive, lambda path: unpack_archive(path, path.parent / "out")], ids=["checked", "unpacked"])
def test_what_leads_out_or_is_no_file_is_refused(
    tmp_path: Path, bad: tuple[tarfile.TarInfo, bytes], reader: Callable[[Path], None]
) -> None:
    with pytest.raises(BadArchive):
        reader(archive(tmp_path, GOOD, bad))
    assert {each.name for each in tmp_path.iterdir()} <= {"upload.tar.gz", "out"}
    assert not (tmp_path.parent / "outside.tf").exists()


def test_a_configuration_needs_a_file_of_its_kind_at_the_root(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match=r"no \.tf file at its root"):
        check_archive(archive(tmp_path, member("src/main.tf", content=b"x"), member("README", content=b"x")))


def test_a_file_and_a_folder_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="of one name"):
        unpack_archive(archive(tmp_path, GOOD, member("a", content=b"x"), member("a/b", content=b"x")), tmp_path / "out")


def test_too_much_content_is_refused_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_CONTENT", 1000)
    with pytest.raises(BadArchive, match="too large"):
        unpack_archive(archive(tmp_path, GOOD, member("big.bin", content=b"\0" * 1001)), tmp_path / "out")
    assert not (tmp_path / "out/big.bin").exists()


def test_a_header_that_is_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_CONTENT", 0)
    monkeypatch.setattr(archives, "MOST_ENTRIES", 50)
    with pytest.raises(BadArchive, match="too large"):
        check_archive(archive(tmp_path, member("x", tarfile.XHDTYPE, content=b"0" * 200_000), GOOD))


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    with pytest.raises(BadArchive, match="too large"):
        check_archive(archive(tmp_path, GOOD, *(member(f"{number}.tf") for number in range(3))))


@pytest.mark.parametrize(
    "content",
    [b"", b"plain text", gzip.compress(b"no tar at all" * 100), pack_archive({"main.tf": "a = 1" * 500})[:-40]],
    ids=["empty", "text", "no tar", "cut short"],
)
def test_what_is_no_gzip_tar_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "upload.tar.gz").write_bytes(content)
    with pytest.raises(BadArchive):
        check_archive(tmp_path / "upload.tar.gz")
