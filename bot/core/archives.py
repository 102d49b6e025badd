"""What a configuration that somebody uploads may hold: names, what is left out, what is refused. Bytes are read elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import PurePosixPath
from typing import NoReturn

from bot.core.errors import ArchiveRefused, FileNotTaken

ARCHIVES = (".tar.gz", ".tgz", ".zip")
CONFIGURATION = (".tf", ".tf.json")
VALUES = (".tfvars", ".tfvars.json")
LEFT_OUT = frozenset({".terraform", ".git", "__MACOSX", ".DS_Store"})
STATE = re.compile(r".*\.tfstate.*", re.IGNORECASE | re.DOTALL)
"""A state file, its backups and the folders that Terraform keeps several in."""
STATE_KEYS = ("terraform_version", "serial", "lineage")
"""What the JSON of a state has at its top, whatever the file is called (Terraform, `states/statefile/version4.go`)."""
CREDENTIALS = re.compile(r"\.terraformrc|terraform\.rc|.+\.tfrc(\.json)?", re.IGNORECASE)
"""The configuration of Terraform's command line, and what `terraform login` writes: they hold tokens."""
ENVIRONMENT = re.compile(r"\.env(\..+)?", re.IGNORECASE | re.DOTALL)
EXAMPLE = ".env.example"
DRIVE = re.compile(r"[A-Za-z]:")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Kinds of letters that show nothing, turn the reading direction, or are none at all."""

PATH_MOST = 400
PART_MOST = 200
DEPTH_MOST = 40
SHOWN_MOST = 60
UNPACKED_TIMES = 5
"""How much more may come out of an archive than may be in it."""
FILES_MOST = 5_000
ENTRIES_MOST = 20_000
CHOSEN_MOST = 20
RATIO_MOST = 200
RATIO_FROM = 4_000_000
"""Bytes of what was unpacked from which on its ratio to what was packed counts: a small file may well be packed as small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """In bytes: of what is in Slack, all files together, and of what comes out of it.

    `allow` are globs of files that are taken although their kind is refused.
    """

    packed: int = 20_000_000
    unpacked: int = 100_000_000
    files: int = FILES_MOST
    entries: int = ENTRIES_MOST
    allow: tuple[str, ...] = ()


class Budget:
    """Counts what really comes out of an archive, whatever its headers say. `packed` is the size of the archive in bytes."""

    def __init__(self, bounds: Bounds, packed: int) -> None:
        self._bounds, self._packed = bounds, packed
        self._bytes = self._entries = self._files = 0

    def take(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._bounds.unpacked:
            raise ArchiveRefused(f"unpacked it has over {self._bounds.unpacked // 1_000_000} MB, which is more than I take")
        if self._bytes > RATIO_FROM and self._bytes > RATIO_MOST * self._packed:
            raise ArchiveRefused(f"unpacked it is over {RATIO_MOST} times as large as packed, which no configuration is")

    def enter(self) -> None:
        """One more entry of any kind."""
        self._entries += 1
        if self._entries > self._bounds.entries:
            raise ArchiveRefused(f"it has over {self._bounds.entries} entries; leave out what is not of the configuration")

    def keep(self) -> None:
        """One more file that is taken."""
        self._files += 1
        if self._files > self._bounds.files:
            raise ArchiveRefused(f"it has over {self._bounds.files} files; leave out what is not of the configuration")


def is_taken(name: str) -> bool:
    """Whether its name is that of an archive or of a file of Terraform's."""
    return name.lower().endswith((*ARCHIVES, *CONFIGURATION, *VALUES))


def demand_taken(names: Collection[str]) -> bool:
    """Whether what was chosen is an archive, else loose files. FileNotTaken for what is neither, or both."""
    for name in names:
        if not is_taken(name):
            raise FileNotTaken(shown(name), "it is of another kind")
    packed = [name for name in names if name.lower().endswith(ARCHIVES)]
    if packed and len(names) > 1:
        raise FileNotTaken(shown(packed[0]), "an archive goes alone, without other files")
    if len(names) > CHOSEN_MOST:
        raise FileNotTaken(shown(next(iter(names))), f"these are {len(names)} files, and over {CHOSEN_MOST} go into an archive")
    if not packed and not any(name.lower().endswith(CONFIGURATION) for name in names):
        raise FileNotTaken(shown(next(iter(names), "nothing")), "there is no .tf file with it")
    return bool(packed)


def safe_path(name: str) -> str:
    """The path of an entry below the archive's root, tidied; "" for the root itself. ArchiveRefused for one that leads elsewhere."""
    if any(unicodedata.category(letter) in HIDDEN for letter in name):
        raise ArchiveRefused(f"the name {shown(name)} holds letters that nobody sees")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if "\\" in name or DRIVE.match("/".join(parts)):
        raise ArchiveRefused(f"{shown(name)} is written as on Windows; pack it with / between folders")
    if name.startswith("/"):
        raise ArchiveRefused(f"{shown(name)} begins at the root of a machine, not of the archive")
    if ".." in parts:
        raise ArchiveRefused(f"{shown(name)} leads out of the archive")
    path = "/".join(parts)
    if len(path.encode()) > PATH_MOST or len(parts) > DEPTH_MOST or any(len(part.encode()) > PART_MOST for part in parts):
        raise ArchiveRefused(f"the name {shown(name)} is too long")
    return path


def is_left_out(path: str) -> bool:
    """Whether it is of Terraform's own cache, of git, or a trace of a Mac."""
    return not LEFT_OUT.isdisjoint(path.split("/"))


def is_allowed(path: str, allow: Iterable[str]) -> bool:
    """Whether one of the globs matches the end of the path: `*.tfstate` a file in any folder, `testdata/*.tfstate` one in that folder."""
    return any(PurePosixPath(path).match(glob) for glob in allow)


def demand_no_state(path: str) -> None:
    if any(STATE.fullmatch(part) for part in path.split("/")):
        raise ArchiveRefused(f"{shown(path)} is a state file, which holds secrets and does not belong to a configuration; leave it out")


def demand_no_credentials(path: str) -> None:
    """ArchiveRefused for a file that is there to hold tokens or passwords."""
    for part in path.split("/"):
        if CREDENTIALS.fullmatch(part):
            raise ArchiveRefused(f"{shown(path)} configures Terraform’s command line and holds tokens; leave it out")
        if ENVIRONMENT.fullmatch(part) and part.lower() != EXAMPLE:
            raise ArchiveRefused(f"{shown(path)} holds environment variables, which are often secret; leave it out ({EXAMPLE} is taken)")


def refuse_hidden_state(path: str) -> NoReturn:
    """For content that is a state under another name."""
    keys = ", ".join(STATE_KEYS)
    raise ArchiveRefused(f"{shown(path)} is a state file under another name (it has {keys}), and a state holds secrets; leave it out")


def is_state(document: object) -> bool:
    """Whether parsed JSON is a state."""
    return isinstance(document, dict) and document.keys() >= set(STATE_KEYS)


def demand_apart(paths: Iterable[str]) -> None:
    """That no two files are the same, on a system that knows no capital letters neither, and that no file is another's folder."""
    known: dict[str, str] = {}
    for path in paths:
        key = folded(path)
        if key in known:
            same = "is there twice" if known[key] == path else f"and {shown(known[key])} are one file on some systems"
            raise ArchiveRefused(f"{shown(path)} {same}")
        known[key] = path
    for key, path in known.items():
        for folder in folders_of(key):
            if folder in known:
                raise ArchiveRefused(f"{shown(known[folder])} is a file, and a folder of {shown(path)} as well")


def folders_of(path: str) -> Iterable[str]:
    """Every folder around it within the archive."""
    return accumulate(path.split("/")[:-1], lambda outer, inner: f"{outer}/{inner}")


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def top_folder(paths: Collection[str], home: str = "") -> str:
    """The one folder around everything that has to go so that a .tf file is in `home`, where the workspace runs; "" where none has to."""
    if has_configuration(paths, home):
        return ""
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) == 1:
        (top,) = tops
        if has_configuration([path.removeprefix(f"{top}/") for path in paths], home):
            return top
    if not paths:
        raise ArchiveRefused("it holds no files")
    if home:
        raise ArchiveRefused(f"it has no .tf file in {shown(home)}, the folder in which the workspace runs")
    raise ArchiveRefused("it has no .tf file at its root, nor in a single folder around everything")


def has_configuration(paths: Iterable[str], home: str) -> bool:
    start = f"{home}/" if home else ""
    rests = (path.removeprefix(start) for path in paths if path.startswith(start))
    return any("/" not in rest and rest.endswith(CONFIGURATION) for rest in rests)


def home_of(working_directory: str) -> str:
    """A workspace's working directory as a path within its configuration."""
    return "/".join(part for part in working_directory.split("/") if part not in {"", "."})


def shown(name: str) -> str:
    """A name for a sentence: in quotes, on one line, with nothing hidden in it."""
    seen = "".join("�" if unicodedata.category(letter) in HIDDEN else letter for letter in name)
    return f"“{seen if len(seen) <= SHOWN_MOST else f'{seen[: SHOWN_MOST - 1]}…'}”"
