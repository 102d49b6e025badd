"""The wheel works in an empty folder, with the packages that run and no others; both locks are whole and name no index."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import time
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
def wheel(first_alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as pip builds it with the packages of the first lock alone."""
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "--python", first_alone, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT])
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


LOCKS = ("requirements.txt", "requirements-dev.txt")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in LOCKS}
ENTRIES = {name: re.split(r"\n(?=\S)", text.strip()) for name, text in TEXTS.items()}
RUNS, TESTS = ({re.split(r"[=\[]", entry, maxsplit=1)[0]: entry for entry in ENTRIES[name]} for name in LOCKS)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_has_hashes(name: str) -> None:
    entry = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+.*\\\n {4}--hash=sha256:[0-9a-f]{64}")
    assert len(ENTRIES[name]) > 30
    assert [each for each in ENTRIES[name] if not entry.match(each)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index(name: str) -> None:
    assert re.findall(r"https?://|^-|index-url|find-links| @ ", TEXTS[name], re.MULTILINE) == []


def names_asked(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(requirement for extra in extras for requirement in project["optional-dependencies"][extra])]
    return {re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower() for requirement in asked}


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    assert sorted(names_asked("build") - set(RUNS)) == []
    assert sorted(names_asked("build", "dev") - set(TESTS)) == []


def test_the_second_lock_has_all_of_the_first_with_the_same_versions_and_hashes() -> None:
    assert RUNS.items() <= TESTS.items()


def test_what_only_tests_use_is_in_the_second_lock_alone() -> None:
    only_tests = names_asked("dev") - names_asked() - {"anyio"}  # httpx runs on it
    assert sorted(only_tests & set(RUNS)) == []


def imported(path: Path) -> set[str]:
    """The packages that a module imports anywhere in it, also inside of functions."""
    found: set[str] = set()
    left: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while left:
        node = left.pop()
        # An import is a statement, so expressions, which are most of the nodes, need no look.
        left += (each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt | ast.excepthandler | ast.match_case))
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"bot", "handlers"}


def test_nothing_that_runs_imports_a_package_that_only_tests_have() -> None:
    homes = importlib.metadata.packages_distributions()
    modules = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]
    foreign = {(path.relative_to(ROOT).as_posix(), name) for path in modules for name in imported(path)}
    strange = sorted((path, name) for path, name in foreign if not {normal(home) for home in homes.get(name, ())} & set(RUNS))
    assert len(modules) > 500
    assert {"aiohttp", "slack_bolt", "sqlalchemy"} <= {name for _, name in foreign}
    assert strange == []


@pytest.fixture(scope="module")
def first_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the packages of the first lock, by links to those that are installed here, and no others."""
    folder = tmp_path_factory.mktemp("first")
    run([sys.executable, "-Im", "venv", "--without-pip", folder])
    (packages,) = folder.glob("lib/python*/site-packages")
    for each in importlib.metadata.distributions():
        if normal(each.metadata["Name"]) in RUNS:
            for top in {path.parts[0] for path in each.files or () if path.parts[0] not in {"..", "__pycache__"}}:
                (packages / top).symlink_to(Path(str(each.locate_file(top))))
    return folder / "bin" / "python"


def test_the_first_lock_has_all_that_its_packages_ask_for(first_alone: Path) -> None:
    (packages,) = first_alone.parent.parent.glob("lib/python*/site-packages")
    there = {normal(path.name.partition("-")[0]) for path in packages.glob("*.dist-info")}
    absent = {name for name, entry in RUNS.items() if name not in there}
    assert [name for name in absent if "sys_platform == 'win32'" not in RUNS[name]] == []
    run([*PIP, "--python", first_alone, "check"])


ALL_MODULES = """\
import importlib, pkgutil, sys, bot, handlers
for package in (bot, handlers):
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations." not in each.name:  # Alembic runs those
            importlib.import_module(each.name)
print(len(sys.modules), *(name for name in ("pytest", "hypothesis", "playwright", "pip") if name in sys.modules))
"""


def test_the_wheel_builds_and_starts_with_the_first_lock_alone(first_alone: Path, surroundings: dict[str, str], tmp_path: Path) -> None:
    environment = {**surroundings, "DATABASE_URL": f"sqlite:///{tmp_path / 'runbell.db'}"}
    (count,) = run([first_alone, "-c", ALL_MODULES], tmp_path, environment).split()
    assert int(count) > 1000
    run([first_alone, "-m", "bot", "migrate"], tmp_path, environment)
    assert (tmp_path / "runbell.db").stat().st_size > 0


def test_the_demo_runs_with_the_first_lock_alone(first_alone: Path, surroundings: dict[str, str], tmp_path: Path) -> None:
    """The sandbox, and the bot as its child process, with the same Python."""
    wide = {**surroundings, "COLUMNS": "400"}  # so that no path in the banner is broken
    with running([str(first_alone), "-m", "bot", "demo", "--port", "0", "--engine", "scripted"], tmp_path, wide) as process:
        assert process.stdout is not None
        log = next(Path(found[1]) for line in process.stdout if (found := re.search(r"Bot's log +(\S+)", line)))
        until = time.monotonic() + 60  # the banner also comes if the bot starts slowly
        while b"healthy" not in log.read_bytes():
            assert time.monotonic() < until
            time.sleep(0.05)
    assert process.returncode == 0


@pytest.mark.parametrize("name", ["README.md", "Dockerfile"])
def test_production_installs_the_first_lock_alone(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"pip install (?:--no-cache-dir )?--no-deps --require-hashes -r (\S+)", text) == ["requirements.txt"]
    assert "requirements-dev" not in text
