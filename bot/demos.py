"""The demo: `runbell serve` as a child process with an environment of its own, pointed at a sandbox whose card is given."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

COMMAND = (sys.executable, "-m", "bot", "serve")
READY_WITHIN = 30.0
STOPS_WITHIN = 8.0
ASK_EVERY = 0.05
HEALTHY = re.compile(rb"\bhealthy\b.*\bport=(\d+)")
"""What the bot logs once it listens for questions about its health."""

LAST_LINES = 15
OURS = ("SLACK_", "TFE_", "TF_", "RUNBELL_", "DATABASE_URL", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY")

RULES = """\
# The rights of the demo: who may do what, by workspace. Change it here and start the demo anew to see what happens.
[[rights]]
may = ["read"]
members = true

[[rights]]                       # the platform team: Ana and Kim may start everything
may = ["start"]
groups = ["S0PLATFORM"]

[[rights]]                       # Ana decides everywhere, and may end other people's watches
may = ["start", "decide", "admin"]
people = ["U0ANA"]

[[rights]]                       # Kim decides where it is not production
may = ["decide"]
workspaces = ["*-dev", "*-staging", "catalog-import", "billing", "search-index", "dns", "docs-site"]
people = ["U0KIM"]

[[rights]]                       # Raj may start in dev, and decide nothing
may = ["start"]
workspaces = ["*-dev"]
people = ["U0RAJ"]
"""


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def child_environment(card: Mapping[str, Any], folder: Path, health_port: int) -> dict[str, str]:
    """What the bot is told: the sandbox's addresses and tokens, and nothing that was set for another one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    slack, terraform = card["slack"], card["terraform"]
    source = str(Path(__file__).parent.parent)
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, (source, kept.get("PYTHONPATH")))),
        "SLACK_BOT_TOKEN": slack["bot_token"],
        "SLACK_APP_TOKEN": slack["app_token"],
        "SLACK_API_URL": slack["api"],
        "TFE_ADDRESS": terraform["address"],
        "TFE_TOKEN": terraform["token"],
        "TF_CLOUD_ORGANIZATION": terraform["organization"],
        "DATABASE_URL": f"sqlite:///{folder / 'runbell.db'}",
        "RUNBELL_RULES": str(folder / "runbell.toml"),
        "RUNBELL_HEALTH_PORT": str(health_port),
        "RUNBELL_LOG_FORMAT": "console",
    }


class Demo:
    """One demo; `card` is what the sandbox says of itself."""

    def __init__(self, card: Mapping[str, Any]) -> None:
        self.card = card
        self.began = time.monotonic()
        self.again = asyncio.Event()
        self.is_told = False

    async def restart(self) -> None:
        """Kill the bot, as a crash would, and start it anew upon what it has written down."""
        self.again.set()

    async def run(self, stop: asyncio.Event) -> bool:
        """Until `stop` is set (True), or the bot has died (False). Everything it wrote is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="runbell-demo-") as name:
            folder = Path(name)
            (folder / "runbell.toml").write_text(RULES, encoding="utf-8")
            with log_file(folder) as log:
                while (ended := await self.live(stop, folder, log)) is None:
                    self.again.clear()
            return ended

    async def live(self, stop: asyncio.Event, folder: Path, log: int) -> bool | None:
        """One life of the bot: True when it was to end, False when it has died, None when it shall live again."""
        seen = os.fstat(log).st_size
        child = await asyncio.create_subprocess_exec(
            *COMMAND,
            # Port 0: a port that was free a moment ago may be another demo's by now, and that bot would answer as if it were ours.
            env=child_environment(self.card, folder, 0),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C comes to us; we tell the child
        )
        try:
            return await self.watch(child, stop, folder, seen)
        finally:
            await end(child)

    async def watch(self, child: asyncio.subprocess.Process, stop: asyncio.Event, folder: Path, seen: int) -> bool | None:
        """`seen` is how much of the log earlier lives have written."""
        died = asyncio.ensure_future(child.wait())
        stopped = asyncio.ensure_future(stop.wait())
        again = asyncio.ensure_future(self.again.wait())
        ready = asyncio.ensure_future(until_ready(folder / "bot.log", seen))
        ends = {died, stopped, again}
        try:
            await asyncio.wait({*ends, ready}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
            if not any(one.done() for one in ends):
                self.tell(folder, is_ready=ready.done())
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                click.echo("\nStopping.")
                return True
            if again.done():
                child.kill()
                return None
            tell_death(child.returncode, folder / "bot.log")
            return False
        finally:
            for task in (*ends, ready):
                task.cancel()
            await asyncio.gather(*ends, ready, return_exceptions=True)

    def tell(self, folder: Path, *, is_ready: bool) -> None:
        """Say once where to look."""
        if not self.is_told:
            self.is_told = True
            show(self.banner(folder, is_ready=is_ready))

    def banner(self, folder: Path, *, is_ready: bool) -> Text:
        seconds = time.monotonic() - self.began
        state = f"ready in {seconds:.1f} s" if is_ready else "starting slowly; the log says why"
        return Text.assemble(
            ("Runbell demo", "bold"),
            f" · {state} · runs by {self.card['engine']}\n\nOpen  ",
            (self.card["page"], "bold underline"),
            "\n\nThen, in #deploys, as Ana:\n",
            ("  /tf run storefront-dev my first change", "bold"),
            "\n  … and approve it on the card that comes up.\n",
            "Try also:  /tf workspaces   /tf watch storefront-*   /tf run catalog-import   /tf run billing\n",
            "Act as Raj, who may start in *-dev and decide nothing, or as Gus, who is a guest, and be refused.\n\n",
            f"Rights      {folder / 'runbell.toml'}\nBot's log   {folder / 'bot.log'}\n",
            f"Runs API    {self.card['terraform']['address']}\n\nCtrl-C stops all of it; nothing stays behind.",
        )


@contextmanager
def log_file(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder / "bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def until_ready(log: Path, seen: int) -> None:
    while not await asyncio.to_thread(is_ready, log, seen):  # noqa: ASYNC110 - it is another process that gets ready
        await asyncio.sleep(ASK_EVERY)


def is_ready(log: Path, seen: int) -> bool:
    """Asked at the port that the bot itself has logged since then."""
    port = HEALTHY.search(log.read_bytes()[seen:])
    if port is None:
        return False
    url = f"http://127.0.0.1:{int(port[1])}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return bool(json.load(answer)["ready"])
    except (OSError, ValueError):
        return False


async def end(child: asyncio.subprocess.Process) -> None:
    """SIGTERM, and SIGKILL for one that does not heed it."""
    if child.returncode is not None:
        return
    child.terminate()
    try:
        async with asyncio.timeout(STOPS_WITHIN):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


def show(text: Text) -> None:
    console = Console(soft_wrap=True)
    if console.is_terminal:
        console.print(Panel(text, border_style="magenta", expand=False))
    else:
        console.print(text)


def tell_death(status: int | None, log: Path) -> None:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    click.echo(f"The bot has ended by itself, with status {status}. The last it wrote:", err=True)
    for line in lines:
        click.echo(f"  {line}", err=True)


def describe(card: Mapping[str, Any]) -> str:
    """The card of a sandbox for people: where it is, and what to set to point `runbell serve` at it."""
    slack, terraform = card["slack"], card["terraform"]
    people = ", ".join(f"{person['name']} ({person['id']})" for person in slack["people"])
    return "\n".join(
        [
            f"The page        {card['page']}",
            f"Runs            by {card['engine']}, at {terraform['address']}",
            f"People          {people}",
            "",
            "To point a bot at it:",
            f"export SLACK_API_URL={slack['api']}",
            f"export SLACK_BOT_TOKEN={slack['bot_token']}",
            f"export SLACK_APP_TOKEN={slack['app_token']}",
            f"export TFE_ADDRESS={terraform['address']}",
            f"export TFE_TOKEN={terraform['token']}",
            f"export TF_CLOUD_ORGANIZATION={terraform['organization']}",
            "",
            "Ctrl-C ends it; nothing stays behind.",
        ]
    )
