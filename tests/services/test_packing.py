"""Archives that somebody uploads: what is packed unpacks to the same, and nothing hostile comes through, or out of its folder."""

from __future__ import annotations

import gzip
import json
import stat
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.archives import Bounds
from bot.core.errors import ArchiveRefused, FileNotTaken, UploadTrouble
from bot.services.packing import Packed, Stopped, pack
from tests.services.archives import (
    GOOD,
    MEGABYTE,
    encrypted,
    entry,
    header_bomb,
    misplaced,
    patched,
    tar_bomb,
    tar_of,
    tarred,
    with_holes,
    with_old_holes,
    zip_bomb,
    zip_of,
)

TF = b'output "a" { value = 1 }\n'


def packed(folder: Path, *files: tuple[str, bytes], bounds: Bounds | None = None, home: str = "", stop: Event | None = None) -> Packed:
    """Pack what somebody chose, and show that nothing is left of it but the one archive."""
    sources = []
    for number, (name, content) in enumerate(files):
        source = folder / f"source-{number}"
        source.write_bytes(content)
        sources.append((name, source))
    target = folder / "configuration.tar.gz"
    target.unlink(missing_ok=True)
    try:
        return pack(sources, target, bounds or Bounds(), stop or Event(), working_directory=home)
    finally:
        left = {path.name for path in folder.rglob("*")} - {source.name for _, source in sources}
        assert left <= {target.name}


def unpacked(found: Packed) -> dict[str, tuple[bytes, int]]:
    with tarfile.open(found.path, "r:gz") as tar:
        read = {member.name: (tar.extractfile(member), member.mode) for member in tar}
        return {name: (file.read() if file else b"", mode) for name, (file, mode) in read.items()}


def contents(found: Packed) -> dict[str, bytes]:
    return {name: content for name, (content, _) in unpacked(found).items()}


# What is taken


@pytest.mark.parametrize("made", [("site.tar.gz", tar_of), ("site.tgz", tar_of), ("site.zip", zip_of)], ids=lambda made: made[0])
def test_an_archive_is_packed_anew_with_what_it_holds(tmp_path: Path, made: tuple[str, object]) -> None:
    name, make = made
    files = {"main.tf": TF, "modules/net/main.tf": b"# net", "empty.txt": b"", "ünïcode.md": b"x" * 300_000}
    found = packed(tmp_path, (name, make(files)))  # type: ignore[operator]
    assert contents(found) == files
    assert (found.files, found.stripped, found.left_out) == (4, "", 0)
    assert found.size == found.path.stat().st_size


def test_several_files_are_packed_into_the_folder_in_which_the_workspace_runs(tmp_path: Path) -> None:
    chosen = (("main.tf", TF), ("dev.auto.tfvars", b"a = 1\n"))
    assert contents(packed(tmp_path, *chosen)) == {"main.tf": TF, "dev.auto.tfvars": b"a = 1\n"}
    assert set(contents(packed(tmp_path, *chosen, home="/infra/prod/"))) == {"infra/prod/main.tf", "infra/prod/dev.auto.tfvars"}


def test_the_one_folder_around_everything_is_taken_away(tmp_path: Path) -> None:
    found = packed(tmp_path, ("site.zip", zip_of({"site-main/": b"", "site-main/main.tf": TF, "site-main/a/b.tf": b"#"})))
    assert contents(found) == {"main.tf": TF, "a/b.tf": b"#"}
    assert found.stripped == "site-main"


def test_caches_are_left_out_even_where_they_hold_links(tmp_path: Path) -> None:
    link = entry(".terraform/providers/x", kind=tarfile.SYMTYPE, link="/root/.terraform.d")
    found = packed(
        tmp_path, ("a.tgz", tarred(entry("main.tf", TF), link, entry(".terraform/terraform.tfstate", b"{}"), entry(".git/x", b"x")))
    )
    assert contents(found) == {"main.tf": TF}
    assert found.left_out == 3


def test_modes_owners_and_times_are_ours(tmp_path: Path) -> None:
    tar = tarred(entry("main.tf", TF, mode=0o6777), entry("run.sh", b"#!", mode=0o755), entry("plain", b"", mode=0o000))
    zipped = zip_of(
        {"main.tf": TF, "run.sh": b"#!", "plain": b""}, modes={"main.tf": stat.S_IFREG | 0o6777, "run.sh": stat.S_IFREG | 0o755}
    )
    for name, archive in (("a.tgz", tar), ("a.zip", zipped)):
        found = packed(tmp_path, (name, archive))
        assert {path: mode for path, (_, mode) in unpacked(found).items()} == {"main.tf": 0o755, "run.sh": 0o755, "plain": 0o644}
        with tarfile.open(found.path) as again:
            assert {(one.mtime, one.uid, one.gid, one.uname, one.gname) for one in again} == {(0, 0, 0, "", "")}


def test_the_same_files_give_the_same_bytes_however_they_came(tmp_path: Path) -> None:
    files = {"main.tf": TF, "b.tf": b"# b"}
    ways = [
        tar_of(files),
        zip_of(files),
        zip_of(dict(reversed(files.items())), method=zipfile.ZIP_STORED),
        tar_of({f"x/{k}": v for k, v in files.items()}),
    ]
    found = {packed(tmp_path, ("a.zip", way)).digest for way in ways}
    assert len(found | {packed(tmp_path, *files.items()).digest}) == 1


NAMES = st.from_regex(r"[a-z0-9éß]{1,8}(\.[a-z]{1,3})?", fullmatch=True)
TREES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.binary(max_size=2_000), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(tree=TREES, as_zip=st.booleans())
def test_whatever_is_packed_unpacks_to_the_same(tmp_path: Path, tree: dict[str, bytes], *, as_zip: bool) -> None:
    files: Mapping[str, bytes] = tree | GOOD
    try:
        found = packed(tmp_path, ("a.zip", zip_of(files) if as_zip else tar_of(files)))
    except ArchiveRefused as refused:
        if "one file on some systems" in refused.sentence or "is a file, and a folder" in refused.sentence:
            return
        raise
    assert contents(found) == files


# What is not taken

STATE = {"version": 4, "terraform_version": "1.9.0", "serial": 7, "lineage": "3f2a", "outputs": {}, "resources": []}
BACKUP = json.dumps(STATE).encode()
STATES = [
    BACKUP,
    json.dumps(STATE, indent=2).encode(),
    b"\n\t " + BACKUP,
    b"\xef\xbb\xbf" + BACKUP,
    json.dumps(STATE).encode("utf-16"),
    json.dumps({"resources": ["x" * 2_000_000], **STATE}).encode(),
    BACKUP[:-5],
    json.dumps({**STATE, "deep": 0}).encode().replace(b"0}", b"[" * 100_000 + b"]" * 100_000 + b"}"),
]
NO_STATES = [
    json.dumps({"terraform_version": "1.9.0", "serial": 7}).encode(),
    json.dumps({"notes": STATE}).encode(),
    json.dumps([STATE]).encode(),
    b"# " + BACKUP,
    b"",
]


@pytest.mark.parametrize("content", STATES, ids=range(len(STATES)))
@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_a_state_under_another_name_is_refused(tmp_path: Path, make: Callable[[Mapping[str, bytes]], bytes], content: bytes) -> None:
    for name in ("backup.json", "notes.txt", "old.tf.json"):
        with pytest.raises(ArchiveRefused, match="state file under another name"):
            packed(tmp_path, ("site.zip", make(GOOD | {name: content})))


@pytest.mark.parametrize("content", NO_STATES, ids=range(len(NO_STATES)))
def test_what_only_resembles_a_state_is_taken(tmp_path: Path, content: bytes) -> None:
    assert contents(packed(tmp_path, ("site.zip", zip_of(GOOD | {"notes.json": content}))))["notes.json"] == content


@pytest.mark.parametrize("name", [".env", "app/.terraformrc", "terraform.rc", "x.tfstate.backup"])
def test_files_with_secrets_are_refused_unless_an_operator_lists_them(tmp_path: Path, name: str) -> None:
    archive = ("site.zip", zip_of(GOOD | {name: b"TOKEN=x"}))
    with pytest.raises(ArchiveRefused, match="leave it out"):
        packed(tmp_path, archive)
    assert name in contents(packed(tmp_path, archive, bounds=Bounds(allow=(name,))))
    with pytest.raises(ArchiveRefused, match="leave it out"):
        packed(tmp_path, archive, bounds=Bounds(allow=(f"other/{name}",)))


def test_a_listed_state_is_taken_under_any_name_and_an_example_is(tmp_path: Path) -> None:
    files = GOOD | {"testdata/old.json": BACKUP, ".env.example": b"TOKEN="}
    assert contents(packed(tmp_path, ("site.zip", zip_of(files)), bounds=Bounds(allow=("testdata/*.json",)))) == files


LINKS = [
    tarred(entry("main.tf", TF), entry("etc", kind=tarfile.SYMTYPE, link="/etc")),
    tarred(entry("main.tf", TF), entry("up", kind=tarfile.SYMTYPE, link="../..")),
    tarred(entry("main.tf", TF), entry("hard", kind=tarfile.LNKTYPE, link="main.tf")),
    zip_of({"main.tf": TF, "etc": b"/etc"}, modes={"etc": stat.S_IFLNK | 0o777}),
]
DEVICES = [tarred(entry("main.tf", TF), entry("sda", kind=kind)) for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)]
DEVICES += [zip_of({"main.tf": TF, "sda": b""}, modes={"sda": mode | 0o644}) for mode in (stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK)]
PLAIN = gzip.decompress(tar_of(GOOD))
DAMAGED = [
    tar_of(GOOD)[:-12],
    tar_of(GOOD)[:30],
    zip_of(GOOD)[:-30],
    zip_of(GOOD)[:40],
    b"\x1f\x8b" + b"x" * 100,
    gzip.compress(b"", mtime=0),
]
DAMAGED += [gzip.compress(PLAIN + b"more", mtime=0), gzip.compress(PLAIN[:520], mtime=0), gzip.compress(b"no tar at all " * 100, mtime=0)]
DAMAGED += [patched(zip_of(GOOD, method=zipfile.ZIP_STORED), TF, b"X" * len(TF)), misplaced(), gzip.compress(b"", mtime=0)]
FOREIGN = [b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"main.tf", b"", b"PK", b"<!DOCTYPE html><html></html>", b"Rar!\x1a\x07"]


HOSTILE: list[tuple[bytes, str]] = [
    *((archive, "a link") for archive in LINKS),
    *((archive, "a (link or a )?device") for archive in DEVICES),
    *((archive, "damaged, or was cut off") for archive in DAMAGED),
    *((archive, "neither a gzipped tar nor a zip") for archive in FOREIGN),
    (tar_of({"../../etc/cron.d/x": b"x"} | GOOD), "leads out"),
    (zip_of({"../../etc/cron.d/x": b"x"} | GOOD), "leads out"),
    (tar_of({"/etc/passwd": b"x"} | GOOD), "root of a machine"),
    (zip_of({"/etc/passwd": b"x"} | GOOD), "root of a machine"),
    (zip_of({"..\\..\\x": b"x"} | GOOD), "Windows"),
    (tar_of({"evil\n.tf": b"x"} | GOOD), "nobody sees"),
    (zip_of({"ev\u202eil.tf": b"x"} | GOOD), "nobody sees"),
    (patched(zip_of({"evilX.tf": b"x"} | GOOD), b"evilX.tf", b"evil\x00.tf"), "nobody sees"),
    (tarred(entry("main.tf", TF), entry("main.tf", b"# other")), "there twice"),
    (tar_of({"Main.tf": b"x"} | GOOD), "one file on some systems"),
    (zip_of({"a": b"x", "a/b.tf": b"x"} | GOOD), "is a file, and a folder"),
    (tar_of({"terraform.tfstate": b"{}"} | GOOD), "state file"),
    (zip_of({"old/terraform.tfstate.backup": b"{}"} | GOOD), "state file"),
    (encrypted(), "encrypted"),
    (zip_of(GOOD, method=zipfile.ZIP_BZIP2), "a way that I do not read"),
    (with_holes(), "holes"),
    (with_old_holes(), "holes"),
    (tar_of({}), "no files"),
    (zip_of({}), "no files"),
    (tar_of({"README.md": b"x"}), "no .tf file"),
    (zip_of({"a/main.tf": TF, "b/main.tf": TF}), "no .tf file"),
]


@pytest.mark.parametrize("archive, why", HOSTILE, ids=[f"{why} {number}" for number, (_, why) in enumerate(HOSTILE)])
def test_a_hostile_archive_is_refused_with_the_reason(tmp_path: Path, archive: bytes, why: str) -> None:
    with pytest.raises(ArchiveRefused, match=why):
        packed(tmp_path, ("site.zip", archive))


@pytest.mark.parametrize("make", [tar_bomb, zip_bomb, header_bomb], ids=lambda make: make.__name__)
def test_an_archive_that_unpacks_to_200_megabytes_is_refused_long_before_it_has(tmp_path: Path, make: object) -> None:
    bomb = make(200)  # type: ignore[operator]
    assert len(bomb) < MEGABYTE
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveRefused, match=r"200 times as large|longer than any name"):
            packed(tmp_path, ("site.zip", bomb))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * MEGABYTE


def test_a_bomb_that_lies_about_its_size_is_counted_while_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match=r"200 times as large|damaged"):
        packed(tmp_path, ("site.zip", zip_bomb(30, said=10)))


def test_more_than_is_taken_is_refused_however_little_it_is_packed(tmp_path: Path) -> None:
    bounds = Bounds(unpacked=2 * MEGABYTE)
    with pytest.raises(ArchiveRefused, match="over 2 MB"):
        packed(tmp_path, ("site.zip", zip_bomb(3)), bounds=bounds)
    with pytest.raises(ArchiveRefused, match="over 2 MB"):
        packed(tmp_path, ("site.tgz", tar_bomb(3)), bounds=bounds)


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_too_many_files_are_refused(tmp_path: Path, make: object) -> None:
    many = {f"{number}.tf": b"" for number in range(40)}
    with pytest.raises(ArchiveRefused, match="over 30 files"):
        packed(tmp_path, ("site.zip", make(many)), bounds=Bounds(files=30))  # type: ignore[operator]
    with pytest.raises(ArchiveRefused, match="over 30 entries"):
        packed(tmp_path, ("site.zip", make({f".git/{key}": b"" for key in many} | GOOD)), bounds=Bounds(entries=30))  # type: ignore[operator]


def test_headers_that_call_for_each_other_without_end_are_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 1
    chain = (member.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")) * 5_000
    with pytest.raises(ArchiveRefused):
        packed(tmp_path, ("site.tgz", gzip.compress(chain)))


@pytest.mark.parametrize(
    "files, why",
    [
        ([("photo.png", b"x")], "another kind"),
        ([("main.tf", b"\x89PNG\x00")], "not text"),
        ([("main.tf", b"a\x00b")], "not text"),
        ([("sub/main.tf", TF)], "there is a /"),
        ([("a.zip", zip_of(GOOD)), ("main.tf", TF)], "alone"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, files: list[tuple[str, bytes]], why: str) -> None:
    with pytest.raises(FileNotTaken, match=why):
        packed(tmp_path, *files)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveRefused, match="there twice"):
        packed(tmp_path, ("main.tf", TF), ("main.tf", b"# other"))


def test_whoever_no_longer_waits_has_it_end_soon(tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    for archive in (tar_of(GOOD), zip_of(GOOD)):
        with pytest.raises(Stopped):
            packed(tmp_path, ("site.zip", archive), stop=stop)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 40), as_zip=st.booleans())
def test_whatever_is_changed_in_an_archive_it_is_taken_or_refused_and_never_breaks_us(
    tmp_path: Path, at: int, byte: int, cut: int, *, as_zip: bool
) -> None:
    made = zip_of(GOOD | {"a/b.tf": TF}) if as_zip else gzip.decompress(tar_of(GOOD | {"a/b.tf": TF}))
    changed = bytearray(made)
    changed[at % len(changed)] = byte
    if cut > 20:
        del changed[-cut:]
    archive = bytes(changed) if as_zip else gzip.compress(bytes(changed), compresslevel=1)
    try:
        packed(tmp_path, ("site.zip", archive))
    except UploadTrouble:
        return
