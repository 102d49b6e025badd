"""The demo's parts: an environment of its own, rights that let one see refusals, and what it says when the bot dies early."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bot import demos
from bot.core.policy import Person, Right, Standing, permit
from bot.core.workspaces import Workspace
from bot.demos import RULES, Demo, child_environment, is_ready
from bot.rules import parse_rules
from bot.settings import Settings

CARD = {
    "page": "http://127.0.0.1:8800/#secret=x",
    "engine": "scripted",
    "secret": "x",
    "terraform": {"address": "http://127.0.0.1:8801", "organization": "acme", "token": "a.atlasv1.b"},
    "slack": {"api": "http://127.0.0.1:8800/api/", "bot_token": "xoxb-1", "app_token": "xapp-1"},
}
GROUPS = {"S0PLATFORM": frozenset({"U0ANA", "U0KIM"})}


def may(person: str, workspace: str, standing: Standing = Standing.MEMBER) -> str:
    """The rights a person has in a workspace, by their first letters."""
    who, where = Person(id=person, name=person, standing=standing), Workspace(id="ws", name=workspace, organization="acme")
    return "".join(right[0] for right in Right if permit(parse_rules(RULES), who, right, where, GROUPS).granted)


@pytest.mark.parametrize(
    "person,workspace,rights",
    [
        ("U0ANA", "storefront-prod", "rsda"),
        ("U0KIM", "storefront-prod", "rs"),
        ("U0KIM", "storefront-staging", "rsd"),
        ("U0RAJ", "storefront-dev", "rs"),
        ("U0RAJ", "storefront-prod", "r"),
    ],
)
def test_the_rights_of_the_demo_let_one_see_who_is_refused_what(person: str, workspace: str, rights: str) -> None:
    assert may(person, workspace) == rights


def test_a_guest_of_the_demo_may_nothing() -> None:
    assert may("U0GUS", "storefront-dev", Standing.GUEST) == ""


def test_the_child_gets_whole_settings_and_none_of_those_that_were_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET", "RUNBELL_COMMAND", "https_proxy", "TF_LOG"):
        monkeypatch.setenv(name, "canary")
    (tmp_path / "runbell.toml").write_text(RULES)
    environment = child_environment(CARD, tmp_path, 8803)
    assert "canary" not in environment.values()
    monkeypatch.undo()
    settings = Settings.model_validate(environment)
    assert (settings.command, settings.health_port, settings.uses_socket) == ("/tf", 8803, True)


READY = """\
import http.server, os, pathlib
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ready": true}')
    def log_message(self, *facts):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["RUNBELL_HEALTH_PORT"])), Ready)
pathlib.Path("up").touch()
print(f"2026-11-24T19:00:00Z [info     ] healthy   [bot.app.lives] host=127.0.0.1 port={server.server_port}", flush=True)
server.serve_forever()
"""


async def test_demos_at_the_same_time_each_ask_their_own_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demos, "COMMAND", (sys.executable, "-c", READY))
    stop, all_told = asyncio.Event(), asyncio.Event()
    told: list[tuple[bool, bool]] = []

    def banner(_demo: Demo, folder: Path, *, is_ready: bool) -> str:
        told.append((is_ready, (folder / "up").exists()))
        if len(told) == 3:
            all_told.set()
        return "Look here"

    monkeypatch.setattr(Demo, "banner", banner)
    running = [asyncio.ensure_future(Demo(CARD).run(stop)) for _ in range(3)]
    waiting = asyncio.ensure_future(all_told.wait())
    await asyncio.wait({*running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stop.set()
    assert await asyncio.gather(*running) == [True] * 3
    assert told == [(True, True)] * 3


def test_what_an_earlier_life_of_the_bot_has_logged_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("healthy host=127.0.0.1 port=1\n")
    assert is_ready(log, log.stat().st_size) is False


async def test_a_bot_that_dies_before_it_is_ready_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demos, "COMMAND", (sys.executable, "-c", "import sys; sys.exit('no luck')"))
    assert await Demo(CARD).run(asyncio.Event()) is False
    told = capsys.readouterr()
    assert told.out == ""
    assert "with status 1" in told.err
    assert "no luck" in told.err


async def test_a_bot_that_is_slow_or_deaf_does_not_hold_up_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    monkeypatch.setattr(demos, "COMMAND", (sys.executable, "-c", deaf))
    monkeypatch.setattr(demos, "READY_WITHIN", 0.8)
    monkeypatch.setattr(demos, "STOPS_WITHIN", 0.1)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(1.2, stop.set)
    assert await Demo(CARD).run(stop) is True
    assert "starting slowly; the log says why" in capsys.readouterr().out


def test_a_terminal_gets_a_frame(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(demos, "Console", lambda **options: Console(force_terminal=True, width=120, **options))
    demos.show(Demo(CARD).banner(tmp_path, is_ready=True))
    assert "╭" in capsys.readouterr().out


async def test_a_bot_that_is_started_anew_lives_on_upon_the_same_folder(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    once = "import pathlib, time; p = pathlib.Path('lives'); p.open('a').write('x'); print(len(p.read_text()), flush=True); time.sleep(60)"
    monkeypatch.setattr(demos, "COMMAND", (sys.executable, "-c", once))
    monkeypatch.setattr(demos, "READY_WITHIN", 0.6)
    stop, demo = asyncio.Event(), Demo(CARD)
    folders: list[Path] = []

    def banner(_demo: Demo, folder: Path, *, is_ready: bool) -> str:
        folders.append(folder)
        return f"Look here, {is_ready}"

    monkeypatch.setattr(Demo, "banner", banner)
    running = asyncio.ensure_future(demo.run(stop))
    while not folders:
        await asyncio.sleep(0.02)
    await demo.restart()
    while (folders[0] / "lives").read_text() != "xx":
        await asyncio.sleep(0.02)
    stop.set()
    assert await running is True
    assert capsys.readouterr().out.count("Look here") == 1
