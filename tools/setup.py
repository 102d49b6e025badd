"""Install what a lock pins, and the project itself: `python tools/setup.py .venv requirements.txt`.

Any supported Python runs this before anything is installed, so it uses the standard library alone. It does nothing if the environment is
up to date. It can be interrupted or killed at any moment: the next run notices, and makes the environment from the start.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO

Command = Sequence[str]

LOCKS = ("requirements.txt", "requirements-dev.txt")
"""What runs, and what tests. Each has all of the one before it, at the same versions, so the second serves for the first."""

COMPILE = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)"
"""On all cores, and done here so that the first start isn't slow. A package may have a file that doesn't compile, as pip knows too."""

MOST_DOWNLOADS = 4
REFRESH_SECONDS = 0.2
REMIND_SECONDS = 15
LAST_LINES = 20


class SetupFailed(Exception):
    """An installer ended with an error. The message is for the person who ran make."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment, with the files that say what is in it. The working directory is the project's root."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def unfinished(self) -> Path:
        """There from before the first change until all of it is done. If it is found, something may be half unpacked."""
        return self.path / "unfinished"

    @property
    def log(self) -> Path:
        return self.path / "setup.log"

    @property
    def downloads(self) -> Path:
        return self.path / "downloads"

    def stamp(self, lock: str) -> Path:
        return self.path / f"{lock}.installed"

    @property
    def maker(self) -> str:
        """What can't be changed later: scripts name the folder, and compiled packages fit one Python."""
        return f"{platform.python_version()} {os.path.realpath(sys.executable)}\n{self.path.absolute()}\n"

    def contents(self, lock: str) -> str:
        """Return what the stamp of a lock holds when the lock is installed as it is now."""
        digest = hashlib.sha256()
        for name in (*LOCKS[: LOCKS.index(lock) + 1], "pyproject.toml"):
            digest.update(Path(name).read_bytes())
        return f"{self.maker}{digest.hexdigest()}\n"

    def has(self, lock: str) -> bool:
        """Tell whether it holds all that the lock pins, by the lock's own stamp or that of a larger one."""
        enough = LOCKS[LOCKS.index(lock) :]
        return self.is_whole() and any(read(self.stamp(name)) == self.contents(name) for name in enough)

    def is_whole(self) -> bool:
        """Tell whether something can be added to it. False also if its Python is gone, or the folder was moved."""
        stamps = (read(self.stamp(name)) for name in LOCKS)
        return not self.unfinished.exists() and self.python.exists() and any(stamp.startswith(self.maker) for stamp in stamps)

    def installed(self) -> dict[str, str]:
        """Return the packages that are there, with their versions."""
        folders = self.path.glob("lib/python*/site-packages/*.dist-info")
        return {normal(name): version for name, _, version in (folder.stem.partition("-") for folder in folders)}

    def clear(self) -> None:
        """Remove all but the marker and the log."""
        for path in self.path.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path not in {self.unfinished, self.log}:
                path.unlink()

    def finish(self) -> None:
        """Drop the stamps of locks that have changed since, then the marker: a stamp beside the marker counts for nothing."""
        for name in LOCKS:
            if read(self.stamp(name)) != self.contents(name):
                self.stamp(name).unlink(missing_ok=True)
        shutil.rmtree(self.downloads, ignore_errors=True)
        self.unfinished.unlink()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True, slots=True)
class Pin:
    """One entry of a lock. `text` has its hashes too."""

    name: str
    version: str
    text: str


def pins(lock: str) -> list[Pin]:
    """Return what a lock pins. What is for Windows alone is left out: there is no make."""
    entries = re.findall(r"^(([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)(.*)(?:\n\s.*)*)$", Path(lock).read_text(encoding="utf-8"), re.MULTILINE)
    return [Pin(normal(name), version, text) for text, name, version, marker in entries if "win32" not in marker]


@contextmanager
def one_at_a_time(environment: Environment) -> Iterator[TextIO]:
    """Wait until no other set-up is at work in this environment. Yields its log, which is locked.

    Installers write to the log, so they inherit the lock: if this process is killed, one that lives on still keeps the next set-up out.
    """
    environment.path.mkdir(parents=True, exist_ok=True)
    with environment.log.open("a", encoding="utf-8") as log:
        try:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another set-up is at work in {environment.path}. Waiting for it.", flush=True)
            fcntl.flock(log, fcntl.LOCK_EX)
        yield log


@dataclass(slots=True)
class Progress:
    """One line that changes while something is installed. Without a terminal, a line every few seconds."""

    environment: Environment
    wanted: Mapping[str, str]
    began: float
    shown: float

    def show(self, *, last: bool = False) -> None:
        now = time.monotonic()
        if not sys.stdout.isatty():
            if now - self.shown < REMIND_SECONDS:
                return
            self.shown = now
        installed = len(self.wanted.items() & self.environment.installed().items())
        fetched = max(installed, len(re.findall(r"^Collecting ", read(self.environment.log), re.MULTILINE)))
        words = f"  {min(fetched, len(self.wanted))} of {len(self.wanted)} fetched, {installed} installed, {now - self.began:.0f} s"
        print(f"\r{words}\033[K" if sys.stdout.isatty() else words, end="\n" if last or not sys.stdout.isatty() else "", flush=True)


@dataclass(frozen=True, slots=True)
class Setup:
    """One run of the set-up: which environment, which lock, and who installs."""

    environment: Environment
    lock: str
    log: TextIO
    uv: str | None

    def run(self) -> None:
        fresh = not self.environment.is_whole()
        self.environment.unfinished.touch()
        self.log.truncate(0)
        if fresh:
            self.environment.clear()
        there = self.environment.installed()
        missing = [pin for pin in pins(self.lock) if there.get(pin.name) != pin.version]
        self.announce(fresh=fresh, missing=len(missing))
        began = time.monotonic()
        progress = Progress(self.environment, {pin.name: pin.version for pin in missing}, began, began)
        try:
            for commands in self.steps(missing, fresh=fresh):
                self.carry_out(commands, progress)
        except SetupFailed:
            # An installer that ends by itself leaves what was there as it was, so a demo still works after a test couldn't be set up.
            self.environment.finish()
            raise
        finally:
            progress.show(last=True)
        self.environment.stamp(self.lock).write_text(self.environment.contents(self.lock), encoding="utf-8")
        self.environment.finish()
        print(f"{self.environment.path} is ready.", flush=True)

    def announce(self, *, fresh: bool, missing: int) -> None:
        what = f"{missing} packages of {self.lock}, with {'uv' if self.uv else 'pip'}"
        if fresh:
            print(f"Setting up {self.environment.path} for Python {platform.python_version()}. This happens once: {what}.", flush=True)
        else:
            print(f"Bringing {self.environment.path} up to date: {what}.", flush=True)

    def steps(self, missing: Sequence[Pin], *, fresh: bool) -> Iterator[Sequence[Command]]:
        """Return the commands, in order; those of one step run side by side. The locks are whole, so nothing is resolved.

        `--no-deps` also helps pip before 23.3, which takes an extra as a further requirement and asks for its hash.
        """
        python = str(self.environment.python)
        if fresh:
            yield [[sys.executable, "-Im", "venv", "--without-pip", str(self.environment.path)]]
        # Only tests run pip inside of the environment. Else the pip of this Python will do, if it has one: Debian's may not.
        if (self.lock != LOCKS[0] or not (self.uv or host_pip())) and "pip" not in self.environment.installed():
            yield [[python, "-Im", "ensurepip"]]
        if self.uv:
            pip, target = [self.uv, "pip"], ["--python", python]
            yield [[*pip, "install", *target, "--no-deps", "--require-hashes", "-r", self.lock]]
        else:
            pip, target = [python, "-I", *(host_pip() or ["-m", "pip"]), "--disable-pip-version-check", "--no-input"], []
            yield from self.with_pip(pip, missing)
        project = [*pip, "install", *target, "--no-deps", "--no-build-isolation", "--editable", "."]
        yield [project, [python, "-Ic", COMPILE, *map(str, self.environment.path.glob("lib/python*/site-packages"))]]
        yield [[*pip, "check", *target]]

    def with_pip(self, pip: Command, missing: Sequence[Pin]) -> Iterator[Sequence[Command]]:
        """Fetch in several processes, then install in one: pip spends most of its time reading the index, on one core."""
        if not missing:
            return
        folder = self.environment.downloads
        folder.mkdir()
        count = min(MOST_DOWNLOADS, os.cpu_count() or 1, len(missing))
        parts = [folder / f"part-{number}.txt" for number in range(count)]
        for number, part in enumerate(parts):
            part.write_text("".join(f"{pin.text}\n" for pin in missing[number::count]), encoding="utf-8")
        usual = ["--no-deps", "--require-hashes", "--progress-bar", "off"]
        yield [[*pip, "download", *usual, "--dest", str(folder), "-r", str(part)] for part in parts]
        yield [
            [
                *pip,
                "install",
                *usual,
                "--no-compile",
                "--no-index",
                "--find-links",
                str(folder),
                *(f"--requirement={part}" for part in parts),
            ]
        ]

    def carry_out(self, commands: Sequence[Command], progress: Progress) -> None:
        """Run commands side by side to their end, or end them if this process is asked to stop."""
        with ExitStack() as ending:
            running = []
            for command in commands:
                # A group of its own, since an installer may start others.
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, process_group=0)
                ending.callback(end, process)
                running.append(process)
            while any(process.poll() is None for process in running):
                progress.show()
                time.sleep(REFRESH_SECONDS)
        for command, process in zip(commands, running, strict=True):
            if process.returncode != 0:
                raise SetupFailed(self.explain(command))

    def explain(self, command: Command) -> str:
        last = "\n".join(read(self.environment.log).splitlines()[-LAST_LINES:])
        other = "\nTo install with pip instead of uv, add UV= to the command: make UV= demo" if self.uv else ""
        return f"{last}\n\nThe set-up failed in: {' '.join(command)}\nAll it wrote is in {self.environment.log}.{other}"


def host_pip() -> list[str]:
    """Return the script with which this Python's pip runs in another environment, if it has one.

    It is what `pip --python` runs, without a first pip that only starts a second.
    """
    spec = importlib.util.find_spec("pip")
    script = Path(spec.origin or "").parent / "__pip-runner__.py" if spec else None
    return [str(script)] if script and script.exists() else []


def end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait()


def stop(number: int, _: FrameType | None) -> None:
    """Leave by way of every `finally`, so that installers are ended too."""
    raise SystemExit(128 + number)


def main(path: str, lock: str) -> int:
    os.chdir(Path(__file__).absolute().parent.parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    environment = Environment(Path(path))
    with one_at_a_time(environment) as log:
        if environment.has(lock):
            return 0
        try:
            Setup(environment, lock, log, shutil.which(os.environ.get("UV", "uv"))).run()
        except SetupFailed as failed:
            print(failed, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
