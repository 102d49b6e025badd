"""A process that has imported the bot and the sandbox already, and forks: a child begins to serve within a tenth of a second.

Two thirds of a start are imports, which scenes need not pay for each time. `python -m tests.scenes.nursery` says {"ready": 1}, reads one
JSON object a line, {"words", "environment", "folder", "log", "errors"}, answers {"born": pid}, and says {"ended": pid, "status": …}.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
QUICKLY = 2.0
"""Seconds that the imports take at most where nothing else is to be done."""


def nurse() -> None:
    """Until nothing is asked for any more; whoever lives then is killed."""
    from bot import app, cli, sealings  # noqa: F401, PLC0415 - those who ask need none of it
    from bot.sandbox import world  # noqa: F401, PLC0415 - as above

    living: set[int] = set()

    def reap(_number: int = 0, _frame: FrameType | None = None) -> None:
        for pid in tuple(living):
            with suppress(ChildProcessError):  # another child's end has come in between, and it was seen to there
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
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in ((1, wanted["log"]), (2, wanted["errors"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.argv = ["runbell", *wanted["words"]]
    status = 0
    try:
        from bot.__main__ import main  # noqa: PLC0415 - as above

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

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        while self.returncode is None:
            await asyncio.sleep(0.005)
        return self.returncode


class Nursery:
    """One for all scenes of a process, whichever loop they run in.

    `seconds` is how long the imports took, by which the machine is judged.
    """

    def __init__(self) -> None:
        began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.scenes.nursery"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert json.loads(self._process.stdout.readline()) == {"ready": 1}
        self.seconds = time.monotonic() - began
        self._children: dict[int, Born] = {}
        self._born: queue.Queue[Born] = queue.Queue()
        self._asked = threading.Lock()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def speed(self, most: float) -> float:
        """How fast a day can pass on this machine as it is now: one that has much else to do keeps no promise of a second."""
        return max(min(most, most * QUICKLY / self.seconds), 1.0)

    async def bear(
        self, words: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: Path, errors: Path | None = None
    ) -> Born:
        """`python -m bot` with these words, its output in `log`; what it writes to stderr goes to `errors`, where that is given."""
        await asyncio.to_thread(log.touch)
        wanted = {"words": words, "environment": dict(environment), "folder": str(folder), "log": str(log), "errors": str(errors or log)}
        return await asyncio.to_thread(self._bear, wanted)

    def _bear(self, wanted: Mapping[str, Any]) -> Born:
        assert self._process.stdin is not None
        with self._asked:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            self._process.stdin.flush()
            return self._born.get(timeout=30)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "born" in said:
                child = self._children[said["born"]] = Born(said["born"])
                self._born.put(child)
            else:
                self._children.pop(said["ended"]).returncode = said["status"]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._listening.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@cache
def nursery() -> Nursery:
    """Opened by the first scene, and closed when all tests are over."""
    found = Nursery()
    atexit.register(found.close)
    return found


if __name__ == "__main__":
    nurse()
