"""The wheel, installed beside the packages that are here, works in an empty folder; and the lock is whole and names no index."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parent.parent
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(arguments: Sequence[str | Path], folder: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    """What the program prints; it has to succeed."""
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT])
    (built,) = folder.glob("runbell-*-py3-none-any.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that pip has unpacked the wheel to, without its dependencies."""
    target = tmp_path_factory.mktemp("installed")
    run([*PIP, "install", "--no-deps", "--no-index", "--target", target, wheel])
    return target


@pytest.fixture
def surroundings(installed: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of an installation: its own folder first, nothing of the checkout."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "HOME": str(tmp_path), "LANG": "C.UTF-8"}


def test_the_wheel_holds_all_that_is_not_python(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    beside = [path for path in (*ROOT.glob("bot/**/*"), *ROOT.glob("handlers/**/*")) if path.is_file() and "__pycache__" not in path.parts]
    assert [str(path) for path in beside if path.relative_to(ROOT).as_posix() not in held] == []
    assert {"bot/manifest.yml", "bot/sandbox/page/index.html", "bot/py.typed"} <= held
    assert any(name.startswith("bot/store/migrations/versions/") for name in held)


def test_the_wheel_holds_nothing_but_the_two_packages(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"bot", "handlers", tops.difference({"bot", "handlers"}).pop()}
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_it_starts_in_an_empty_folder(installed: Path, surroundings: dict[str, str], tmp_path: Path) -> None:
    where = run([sys.executable, "-c", "import bot, handlers; print(bot.__file__, handlers.__file__)"], tmp_path, surroundings)
    assert where.count(str(installed)) == 2
    assert "serve" in run([sys.executable, "-m", "bot", "--help"], tmp_path, surroundings)
    assert list(tmp_path.iterdir()) == []


def test_the_script_prints_the_manifest_as_it_is(installed: Path, surroundings: dict[str, str], tmp_path: Path) -> None:
    printed = run([sys.executable, str(installed / "bin" / "runbell"), "manifest"], tmp_path, surroundings)
    assert printed.strip() == (ROOT / "manifest.yml").read_text(encoding="utf-8").strip()


@contextmanager
def running(arguments: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The process, until the block ends; ended by SIGTERM, and killed where it does not listen."""
    with subprocess.Popen(arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - as above
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def test_the_sandbox_of_the_wheel_serves_its_page(surroundings: dict[str, str], tmp_path: Path) -> None:
    with running([sys.executable, "-m", "bot", "sandbox", "--json", "--port", "0"], tmp_path, surroundings) as process:
        assert process.stdout is not None
        card = json.loads(process.stdout.readline())
        page = urlsplit(card["page"])
        with closing(HTTPConnection(page.hostname or "", page.port, timeout=10)) as connection:
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert (answer.status, b"<script" in answer.read()) == (200, True)
    assert process.returncode == 0
    assert list(tmp_path.glob("*.db*")) == []


LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
ENTRIES = re.split(r"\n(?=\S)", LOCK.strip())


def test_every_entry_of_the_lock_is_pinned_and_has_hashes() -> None:
    loose = [
        entry for entry in ENTRIES if not re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+.*\\\n {4}--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert len(ENTRIES) > 30
    assert loose == []


def test_the_lock_names_no_index() -> None:
    assert re.findall(r"https?://|^-|index-url|find-links| @ ", LOCK, re.MULTILINE) == []


def test_the_lock_holds_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower() for requirement in asked}
    locked = {re.split(r"[=\[]", entry, maxsplit=1)[0] for entry in ENTRIES}
    assert sorted(names - locked) == []
