"""One terraform process: an environment that inherits nothing, output into a log, an interrupt and then a kill to stop it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

CHUNK = 64 * 1024
LINGER_SECONDS = 2.0


def bare_environment(home: Path) -> dict[str, str]:
    """All that terraform gets to know: PATH, a home and a CLI configuration of its own, and no talk with the outside."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "TF_CLI_CONFIG_FILE": str(home / "cli.tfrc"),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }


class Processes:
    """Starts processes, and ends those that are left when the sandbox closes."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace_seconds = grace_seconds
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        output: Callable[[bytes], None],
        interrupted: asyncio.Event,
        killed: asyncio.Event,
    ) -> int:
        """The exit status. Once `interrupted`, SIGINT goes to terraform, and SIGKILL to its whole group after the grace time or
        when `killed` is set; the status then tells nothing.
        """
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb", buffering=0) as source:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    cwd=folder,
                    env=dict(environment),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=writing,
                    stderr=writing,
                    start_new_session=True,
                )
            finally:
                os.close(writing)
            self._running.add(process)
            draining = asyncio.create_task(_drain(source, output))
            stopping = asyncio.create_task(self._stop(process, interrupted, killed))
            try:
                return await process.wait()
            finally:
                stopping.cancel()
                await self._finish(process, draining)

    async def close(self) -> None:
        for process in tuple(self._running):
            await _kill_group(process)

    async def _stop(self, process: asyncio.subprocess.Process, interrupted: asyncio.Event, killed: asyncio.Event) -> None:
        await interrupted.wait()
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace_seconds):
                await killed.wait()
        await _kill_group(process)

    async def _finish(self, process: asyncio.subprocess.Process, draining: asyncio.Task[None]) -> None:
        """Take what is still in the pipe, and end what the process left behind holding it."""
        await _kill_group(process)
        self._running.discard(process)
        await asyncio.wait({draining}, timeout=LINGER_SECONDS)
        draining.cancel()


async def _drain(source: object, output: Callable[[bytes], None]) -> None:
    reader = asyncio.StreamReader(limit=CHUNK)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
    try:
        while chunk := await reader.read(CHUNK):
            output(chunk)
    finally:
        transport.close()


async def _kill_group(process: asyncio.subprocess.Process) -> None:
    """Kill what the process started too: a provisioner's command may have outlived terraform."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
