"""A process that has imported the bot already, and forks: a bot of its own that begins to serve within a tenth of a second.

Two thirds of a start are imports, which scenes that kill hundreds of processes need not pay for each time. `python -m tests.scenes.nursery`
says {"ready": 1}, reads one JSON object a line, {"words", "environment", "folder", "log"}, answers {"born": pid}, and says
{"ended": pid, "status": …}.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from bot import app, cli, sealings
from bot.__main__ import main

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

ROOT = Path(__file__).parents[2]
IMPORTED = (app, cli, sealings)
QUICKLY = 1.5
"""Seconds that the imports take at most where nothing else is to be done."""


def nurse() -> None:
    """Until nothing is asked for any more; whoever lives then is killed."""
    living: set[int] = set()

    def reap(_number: int = 0, _frame: FrameType | None = None) -> None:
        for pid in tuple(living):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                living.discard(pid)
                say(ended=pid, status=os.waitstatus_to_exitcode(status))

    signal.signal(signal.SIGCHLD, reap)
    say(ready=1)
    for line in sys.stdin:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            live(json.loads(line))
        living.add(pid)
        say(born=pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def say(**facts: int) -> None:
    os.write(1, json.dumps(facts).encode() + b"\n")


def live(wanted: Mapping[str, Any]) -> NoReturn:
    """The life of a child, as if it had been executed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)):
        os.dup2(os.open(path, flags, 0o600), number)
    os.dup2(1, 2)
    sys.argv = ["runbell", *wanted["words"]]
    status = 0
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - it is told, as the interpreter would
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


# Seen from a scene


@dataclass
class Born:
    """A child of the nursery, with what asyncio's processes have of theirs."""

    pid: int
    returncode: int | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        await self.over.wait()
        assert self.returncode is not None
        return self.returncode


class Nursery:
    """`seconds` is how long the imports took, by which the machine is judged."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: float) -> None:
        self._process = process
        self.seconds = seconds
        self._children: dict[int, Born] = {}
        self._asked = asyncio.Lock()
        self._born: asyncio.Queue[Born] = asyncio.Queue()

    def speed(self, most: float) -> float:
        """How fast a day can pass on this machine as it is now: one that has much else to do keeps no promise of a second."""
        return max(min(most, most * QUICKLY / self.seconds), 1.0)

    async def bear(self, words: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: Path) -> Born:
        wanted = {"words": words, "environment": dict(environment), "folder": str(folder), "log": str(log)}
        assert self._process.stdin is not None
        async with self._asked:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._born.get()

    async def listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "born" in said:
                child = self._children[said["born"]] = Born(said["born"])
                self._born.put_nowait(child)
            else:
                child = self._children.pop(said["ended"])
                child.returncode = said["status"]
                child.over.set()


@asynccontextmanager
async def open_nursery() -> AsyncIterator[Nursery]:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.scenes.nursery"),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert json.loads(await process.stdout.readline()) == {"ready": 1}
    nursery = Nursery(process, time.monotonic() - began)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


if __name__ == "__main__":
    nurse()
