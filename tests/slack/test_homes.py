"""The Home tab, what links unfold to, and what one person is told elsewhere, kept as files so that a change of words shows as a diff."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.decisions import IntentState
from bot.core.homes import Home, NoHome
from bot.core.messages import Kind
from bot.core.people import Standing
from bot.core.rows import RunRow, Waits
from bot.core.runs import RunStatus
from bot.core.watches import Measure, Watch
from bot.core.workspaces import Workspace
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.sandbox.slack.view_shapes import refuse_view
from bot.slack import ids
from bot.slack.cards import render
from bot.slack.cards.hello import hello, not_a_configuration
from bot.slack.cards.unfurls import unfurled
from bot.slack.home import home
from bot.slack.views.shown import reading, shown_run
from tests.slack.pictures import AT, LINK, PROD, decided, picture, plan, request, run, tally, waiting

FOLDER = Path(__file__).parent / "golden" / "homes"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
HOSTILE = "x` <!channel> *y*"
ASKED = "https://acme.slack.com/archives/C0DEPLOYS/p1772443800000100"
OFFERS = {ids.START_OPEN: "Start a run", ids.UPLOAD_OPEN: "Run files"}
LATER = AT + timedelta(minutes=3)

FIRST = Waits(run=run(), workspace=PROD, link=LINK, since=AT, plan=plan(), tally=tally(), behind=2, asked=ASKED, asked_in="C0DEPLOYS")
SECOND = Waits(run=run(id="run-2"), workspace=replace(PROD, name=HOSTILE), link=LINK, since=AT)
OWN = (
    RunRow(run(RunStatus.PLANNING, has_changes=None), PROD, LINK),
    RunRow(run(RunStatus.ERRORED, id="run-3", created_at=None), Workspace(id="ws-9", name=HOSTILE, organization="acme"), "nowhere"),
)
WATCHES = (
    Watch(channel="C0DEPLOYS", pattern="storefront-*", owner="U0ANA"),
    Watch(channel="C0DEPLOYS", pattern=HOSTILE, measure=Measure.ALL, paused_at=AT, paused_why="it is archived"),
    Watch(channel="C0INFRA", pattern="dns", measure=Measure.FAILURES, source="runbell.toml"),
)
BUSY = Home(now=LATER, waiting=(FIRST, SECOND), own=OWN, watches=WATCHES, hears_of_own=True, looked_at=AT)
MANY = Home(
    now=LATER,
    waiting=tuple(replace(FIRST, run=run(id=f"run-{number}")) for number in range(60)),
    own=tuple(RunRow(run(id=f"run-{number}"), replace(PROD, name="w" * 90), LINK) for number in range(10)),
    watches=tuple(Watch(channel=f"C{number:04}", pattern=f"{'long' * 20}-{other}") for number in range(40) for other in range(9)),
)

VIEWS: dict[str, dict[str, Any]] = {
    "busy": home(BUSY, OFFERS, "/tf"),
    "empty": home(Home(now=LATER), OFFERS, "/tf"),
    "many": home(MANY, {}, "/tf"),
    "guest": home(NoHome(Standing.GUEST), OFFERS, "/tf"),
    "stranger": home(NoHome(Standing.STRANGER), OFFERS, "/tf"),
    "deactivated": home(NoHome(Standing.DEACTIVATED), OFFERS, "/tf"),
}
MODALS: dict[str, dict[str, Any]] = {"reading": reading(), "shown": shown_run(waiting(buttons=(), for_one=True, asked_in="C0DEPLOYS"))}
SAID: dict[str, dict[str, Any]] = {
    "unfurl_waiting": unfurled(waiting(buttons=())),
    "unfurl_applied": unfurled(decided(IntentState.SETTLED, shown=run(RunStatus.APPLIED))),
    "unfurl_hostile": unfurled(picture(run(HOSTILE, created_by=HOSTILE), workspace=replace(PROD, name=HOSTILE))),
    "notice_waiting": render(waiting(kind=Kind.NOTICE, buttons=(), asked_in="C0DEPLOYS", tally=tally())),
    "notice_ended": render(picture(run(RunStatus.APPLIED), plan=plan(), kind=Kind.NOTICE, request=request())),
    "hello": hello("/tf"),
    "file": not_a_configuration(),
}


@pytest.mark.parametrize("name", VIEWS | MODALS | SAID)
def test_it_is_as_kept(name: str) -> None:
    file, shown = FOLDER / f"{name}.json", (VIEWS | MODALS | SAID)[name]
    if REWRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == shown


@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_publish_it(name: str) -> None:
    refuse_view(VIEWS[name], "home")
    assert len(VIEWS[name]["blocks"]) <= 100


@pytest.mark.parametrize("name", MODALS)
def test_slack_would_open_it(name: str) -> None:
    refuse_view(MODALS[name], "modal")


@pytest.mark.parametrize("name", SAID)
def test_slack_would_draw_it(name: str) -> None:
    assert block_problems(SAID[name]["blocks"], "message") == []


def test_a_link_unfolds_to_nothing_that_decides() -> None:
    assert "button" not in json.dumps([SAID["unfurl_waiting"], SAID["unfurl_hostile"]])


def test_no_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(VIEWS | MODALS | SAID)
