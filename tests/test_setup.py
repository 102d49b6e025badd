"""The set-up that make does: twice changes nothing, a second lock only adds, and what was stopped halfway is made from the start.

Real environments of a tiny project, whose packages are in a folder: nothing is downloaded. Pip takes seconds each time,
so one test installs with it, and the others have a small installer in the place of uv.
"""

from __future__ import annotations

import hashlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIRST, SECOND = "requirements.txt", "requirements-dev.txt"
PATIENCE = 60.0

PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1"
"""

BACKEND = """\
import os, pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(pathlib.Path(folder) / "tiny-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.pth", os.getcwd())
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        wheel.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-1.dist-info/RECORD", "")
    return "tiny-1-py3-none-any.whl"
"""

# Notes what it was asked for, and unpacks what a lock pins if it is not there and has its hash. When it installs the project and the file
# "hold" is there, it says who it is and waits, so that a test can stop the set-up in its middle.
UV = """\
#!{python} -IS
import hashlib, os, pathlib, re, shutil, sys, time, zipfile

with open("asked", "a") as asked:
    print(*sys.argv[1:], file=asked)
(packages,) = pathlib.Path(".venv").glob("lib/python*/site-packages")
if "-r" in sys.argv:
    for name, version, digest in re.findall(r"(\\w+)==(\\w+) .*\\n.*sha256:(\\w+)", pathlib.Path(sys.argv[-1]).read_text()):
        wheel = pathlib.Path("{wheels}", name + "-" + version + "-py3-none-any.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
            sys.exit("Hash mismatch for " + name)
        if not (packages / (name + "-" + version + ".dist-info")).exists():
            for other in packages.glob(name + "-*"):
                shutil.rmtree(other)
            zipfile.ZipFile(wheel).extractall(packages)
if "--editable" in sys.argv:
    pathlib.Path("building").write_text(str(os.getpid()))
    until = time.monotonic() + 60
    while pathlib.Path("hold").exists() and time.monotonic() < until:
        time.sleep(0.02)
"""


@dataclass(frozen=True)
class Checkout:
    """A project with the set-up script in it, and the wheels that its locks pin."""

    root: Path
    wheels: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {"PATH": os.environ["PATH"], "HOME": str(self.root), "LANG": "C.UTF-8", "UV": str(self.root / "uv")}
        return {**kept, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull}

    @property
    def packages(self) -> Path:
        (folder,) = self.root.glob(".venv/lib/python*/site-packages")
        return folder

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-I", str(self.root / "tools" / "setup.py"), ".venv"]

    def pin(self, lock: str, *packages: str) -> None:
        """Write a lock; a package is as in `alpha==1`."""
        (self.root / lock).write_text("".join(self.entry(*package.split("==")) for package in packages))

    def entry(self, name: str, version: str) -> str:
        path = self.wheels / f"{name}-{version}-py3-none-any.whl"
        folder = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(zipfile.ZipInfo(f"{name}.py"), f"VERSION = {version!r}\n")
            wheel.writestr(zipfile.ZipInfo(f"{folder}/METADATA"), f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(
                zipfile.ZipInfo(f"{folder}/WHEEL"), "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(zipfile.ZipInfo(f"{folder}/RECORD"), "")
        return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def set_up(self, lock: str = FIRST, status: int = 0, **environment: str) -> str:
        """Run the set-up to its end; return what a person sees."""
        done = subprocess.run(  # noqa: S603 - ours
            [*self.command, lock],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == status, done.stdout
        return done.stdout

    def version(self, name: str) -> str:
        """Return which version the environment's own Python imports."""
        code = f"import {name}; print({name}.VERSION)"
        return subprocess.run(  # noqa: S603 - ours
            [self.root / ".venv" / "bin" / "python", "-Ic", code], capture_output=True, text=True, timeout=60, check=True
        ).stdout.strip()

    def state(self) -> dict[str, tuple[int, int]]:
        """Return every file of the environment, with what changes when it is written again."""
        files = (path for path in (self.root / ".venv").rglob("*") if path.is_file())
        return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path / "checkout", tmp_path / "wheels")
    made.wheels.mkdir()
    (made.root / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup.py", made.root / "tools")
    (made.root / "pyproject.toml").write_text(PROJECT)
    (made.root / "backend.py").write_text(BACKEND)
    (made.root / "uv").write_text(UV.format(python=sys.executable, wheels=made.wheels))
    (made.root / "uv").chmod(0o755)
    # With a package of this name no pip is installed for the tests: it takes seconds.
    made.pin(FIRST, "alpha==1", "pip==1")
    made.pin(SECOND, "alpha==1", "pip==1", "beta==1")
    return made


def soon(holds: Callable[[], bool]) -> None:
    """Wait until something holds; fail if it does not come to that."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def is_running(process: int) -> bool:
    """A process that has ended and that nobody has waited for is running no more."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_set_up_twice_does_nothing_the_second_time(checkout: Checkout) -> None:
    said = checkout.set_up().splitlines()
    assert len(said) == 2
    assert "2 packages of requirements.txt" in said[0]
    assert said[1] == ".venv is ready."
    before = checkout.state()
    assert checkout.set_up() == ""
    assert checkout.state() == before
    assert checkout.version("alpha") == "1"


def test_what_tests_is_added_to_what_runs_and_serves_for_it(checkout: Checkout) -> None:
    checkout.set_up()
    before = checkout.state()
    whole = (checkout.root / SECOND).read_text()
    (checkout.root / SECOND).write_text(whole[:-10] + "0" * 9 + "\n")
    assert "beta" in checkout.set_up(SECOND, status=1)
    assert checkout.set_up() == ""  # a lock that can't be installed takes nothing from what runs
    (checkout.root / SECOND).write_text(whole)
    assert "Bringing .venv up to date: 1 packages" in checkout.set_up(SECOND)
    after = checkout.state()
    packages = {path: facts for path, facts in before.items() if "site-packages" in path and "tiny" not in path}
    assert packages.items() <= after.items()
    assert checkout.version("beta") == "1"
    assert checkout.set_up() == checkout.set_up(SECOND) == ""


def test_a_lock_that_changed_is_installed_and_so_is_the_one_before_if_it_comes_back(checkout: Checkout) -> None:
    checkout.set_up()
    for version in ("22", "1"):  # of another length: Python takes a module of the same size and second for the compiled one
        checkout.pin(FIRST, f"alpha=={version}", "pip==1")
        assert "up to date" in checkout.set_up()
        assert checkout.version("alpha") == version


def test_a_checkout_that_was_moved_gets_a_fresh_environment(checkout: Checkout) -> None:
    checkout.set_up()
    (checkout.packages / "stray.py").touch()
    moved = Checkout(checkout.root.rename(checkout.root.with_name("moved")), checkout.wheels)
    assert "Setting up" in moved.set_up()
    assert not (moved.packages / "stray.py").exists()


def test_an_environment_without_its_python_is_made_from_the_start(checkout: Checkout) -> None:
    checkout.set_up()
    python = checkout.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(checkout.root / "gone")
    assert "Setting up" in checkout.set_up()
    assert checkout.version("alpha") == "1"


@contextmanager
def held_up(checkout: Checkout, lock: str = FIRST) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A set-up in the middle of installing, with the process that builds the project."""
    (checkout.root / "hold").touch()
    building = checkout.root / "building"
    with subprocess.Popen([*checkout.command, lock], env=checkout.environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        try:
            soon(lambda: building.exists() and bool(building.read_text()))
            yield process, int(building.read_text())
        finally:
            (checkout.root / "hold").unlink(missing_ok=True)
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_stopped_ends_its_installers_and_is_made_from_the_start(checkout: Checkout, number: signal.Signals) -> None:
    with held_up(checkout) as (process, builder):
        process.send_signal(number)
        assert process.wait(PATIENCE) == 128 + number
        assert (checkout.root / "hold").exists()
        soon(lambda: not is_running(builder))
    (checkout.packages / "stray.py").touch()
    assert "Setting up" in checkout.set_up()
    assert not (checkout.packages / "stray.py").exists()
    assert checkout.set_up() == ""


def test_what_was_stopped_while_it_added_counts_as_nothing(checkout: Checkout) -> None:
    """The stamp of what runs is there and right, but nobody knows what the installer left half unpacked."""
    checkout.set_up()
    (checkout.root / "pyproject.toml").write_text(PROJECT + "# changed\n")
    (checkout.root / "building").unlink()
    with held_up(checkout) as (process, _):
        process.kill()
        process.wait(PATIENCE)
        (checkout.root / "pyproject.toml").write_text(PROJECT)
    (checkout.packages / "stray.py").touch()
    assert "Setting up" in checkout.set_up()
    assert not (checkout.packages / "stray.py").exists()


def test_a_killed_set_up_keeps_the_next_out_until_its_installer_has_ended(checkout: Checkout) -> None:
    with held_up(checkout) as (process, builder):
        process.kill()
        process.wait(PATIENCE)
        assert is_running(builder)
        with subprocess.Popen([*checkout.command, FIRST], env=checkout.environment, stdout=subprocess.PIPE, text=True) as second:  # noqa: S603 - ours
            assert second.stdout is not None
            assert "Waiting" in second.stdout.readline()
            assert second.poll() is None
            (checkout.root / "hold").unlink()
            said = second.stdout.read()
            assert second.wait(PATIENCE) == 0
    assert "Setting up" in said
    assert not is_running(builder)
    assert checkout.version("alpha") == "1"


def on_a_terminal(command: list[str], environment: Mapping[str, str]) -> str:
    """Return all that a program writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env=environment, stdout=theirs, stderr=theirs) as process:  # noqa: S603 - ours
        os.close(theirs)
        said = b""
        while True:
            try:
                some = os.read(ours, 4096)
            except OSError:  # how Linux says that nobody has the terminal open any more
                some = b""
            if not some:
                break
            said += some
        os.close(ours)
        assert process.wait(PATIENCE) == 0
    return said.decode()


def test_uv_installs_if_it_is_on_the_path_and_not_switched_off(checkout: Checkout) -> None:
    assert "with uv" in checkout.set_up()
    install, project, check = (checkout.root / "asked").read_text().splitlines()
    assert "--no-deps --require-hashes" in install
    assert install.endswith("-r requirements.txt")
    assert project.endswith("--editable .")
    assert check.startswith("pip check --python .venv/bin/python")
    checkout.pin(FIRST, "alpha==2", "pip==1")
    (checkout.wheels / "alpha-2-py3-none-any.whl").unlink()
    assert "with pip" in checkout.set_up(status=1, UV="")
    assert len((checkout.root / "asked").read_text().splitlines()) == 3


def test_pip_installs_what_has_its_hash_and_shows_how_far_it_is(checkout: Checkout) -> None:
    environment = {**checkout.environment, "UV": ""}
    first, progress, ready = on_a_terminal([*checkout.command, FIRST], environment).strip().split("\r\n")
    assert "2 packages of requirements.txt, with pip" in first
    assert "2 of 2 fetched, 2 installed" in progress.split("\r")[-1]
    assert ready == ".venv is ready."
    assert checkout.version("alpha") == "1"
    checkout.pin(FIRST, "alpha==1", "pip==1", "gamma==1")
    (checkout.wheels / "gamma-1-py3-none-any.whl").write_bytes(b"something else")
    assert "gamma" in checkout.set_up(status=1, UV="")
    assert not (checkout.packages / "gamma.py").exists()


def made(*arguments: str) -> str:
    """Return what make would run, without running it; what the make around this test was asked for is left out."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout  # noqa: S603 - ours


def test_the_demo_installs_what_runs_alone_and_tests_install_the_rest() -> None:
    assert made("demo").count("tools/setup.py .venv requirements.txt\n") == 1
    assert SECOND not in made("demo")
    for target in ("test", "check", "bench", "pictures"):
        assert made(target).count(f"tools/setup.py .venv {SECOND}\n") == 1


def test_each_python_that_is_named_has_an_environment_of_its_own() -> None:
    series = f"{sys.version_info.major}.{sys.version_info.minor}"
    commands = made("test", f"PYTHON={sys.executable}")
    assert f"tools/setup.py .venv-{series} {SECOND}\n" in commands
    assert f" .venv-{series}/bin/python -m coverage run -m pytest" in commands
    assert ".venv/bin" not in commands.replace(sys.executable, "")


def found(*arguments: str, status: int = 0, **environment: str) -> str:
    done = subprocess.run(  # noqa: S603 - ours
        [ROOT / "tools" / "find-python.sh", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == status
    return (done.stdout + done.stderr).strip()


def test_a_python_is_found_by_its_path() -> None:
    assert found(sys.executable) == os.path.realpath(sys.executable)
    assert found("--series", sys.executable) == f"{sys.version_info.major}.{sys.version_info.minor}"


def test_a_program_that_is_no_supported_python_is_refused_by_its_name() -> None:
    assert "/bin/false is not a Python that Runbell supports" in found("/bin/false", status=1)


def test_a_python_that_pyenv_has_but_its_shim_refuses_is_found(tmp_path: Path) -> None:
    folder, shims = tmp_path / "versions" / "3.12.1" / "bin", tmp_path / "shims"
    for place, words in ((folder, f'exec {sys.executable} "$@"'), (shims, "exit 127")):
        place.mkdir(parents=True)
        (place / "python-of-pyenv").write_text(f"#!/bin/sh\n{words}\n")
        (place / "python-of-pyenv").chmod(0o755)
    path = f"{shims}:{os.environ['PATH']}"
    assert found("python-of-pyenv", PATH=path, PYENV_ROOT=str(tmp_path)) == os.path.realpath(sys.executable)
    assert "doesn't run" in found("python-of-pyenv", status=1, PATH=path, PYENV_ROOT="/nowhere")
