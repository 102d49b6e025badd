"""Pages at their largest are taken by Slack, nothing in them is parsed, and what cannot be asked for by a button is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.commands.lists import ListPending, ListRuns, ListWorkspaces
from bot.core.listings import Page, Turn
from bot.core.rows import Queue, RunList, RunRow, WorkspaceRow
from bot.core.workspaces import Workspace
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack import ids
from bot.slack.cards import listings, pending, queues
from bot.slack.cards.tables import seen, typed
from bot.slack.text import TEXT_MOST
from tests.slack.listings import BACK, LISTS, ON, WAITS
from tests.slack.pictures import AT, mrkdwn_texts, nodes, plan, run, tally

LONG = "<!channel> & “x” " * 300
WIDE = Workspace(id="ws-w", name="w" * 90, organization="o" * 60)
FAR = "https://tfe.example/" + "p" * 1900
RUN = run(id="run-" + "r" * 120, message=LONG)


def largest() -> dict[str, dict[str, Any]]:
    rows = tuple(RunRow(replace(RUN, id=f"{RUN.id}{number:02}"), WIDE, FAR) for number in range(20))
    waits = replace(WAITS, run=RUN, workspace=WIDE, link=FAR, plan=plan(10**6, 10**6, 10**6), tally=tally(lacks=(LONG,)))
    glob = "*" + "g" * 1800
    return {
        "runs": listings.runs(RunList(Page(rows[:10], BACK, ON, AT)), ListRuns(glob, mine=True), AT),
        "workspaces": listings.workspaces(
            Page(tuple(WorkspaceRow(replace(WIDE, name=f"{n}{WIDE.name}"), RUN, FAR) for n in range(10)), BACK, ON, AT),
            ListWorkspaces(tag="t" * 300),
            AT,
        ),
        "pending": pending.pending(Page((waits,) * 10, BACK, ON, AT), ListPending(), AT),
        "queue": queues.queue(Queue(WIDE, FAR, rows, (AT,) * 20, None), AT),
    }


@pytest.mark.parametrize("name", largest())
def test_the_largest_page_is_taken_by_slack(name: str) -> None:
    said = largest()[name]
    assert block_problems(said["blocks"], "message") == []
    assert len(said["text"]) <= TEXT_MOST


@pytest.mark.parametrize("name", LISTS)
def test_nobody_is_called_and_nothing_linked_by_what_is_listed(name: str) -> None:
    assert not [text for text in mrkdwn_texts(LISTS[name]) if "<!channel>" in text or "<@U" in text]
    assert not [node for node in nodes(LISTS[name]) if str(node.get("url", "")).startswith("javascript")]


@pytest.mark.parametrize("name", ["list_runs_first_page", "queue_asked_for"])
def test_what_we_sign_on_the_server_is_told_as_a_person(name: str) -> None:
    shown = str(LISTS[name])
    assert "rotate the keys" in shown
    assert "asked for by" not in shown
    assert "rb-0123456789ab" not in shown
    assert {"type": "user", "user_id": "U0KIM"} in nodes(LISTS[name])


def test_what_is_too_long_for_a_button_is_not_asked_for_by_one() -> None:
    elements = [one for block in largest()["runs"]["blocks"] if block["type"] == "actions" for one in block["elements"]]
    assert {one["action_id"] for one in elements} <= {ids.LOOK_AT, ids.LOOK_ON, ids.LOOK_BACK}
    assert all(ids.decode_look(one["value"]) for one in elements if "value" in one)


def test_what_nobody_can_type_is_no_choice() -> None:
    assert typed(ListRuns(status=" odd ")) == ""


@pytest.mark.parametrize(
    "address", [ids.LookAddress("pending"), ids.LookAddress("runs a:b --mine", Turn("run-1", back=True)), ids.LookAddress("")]
)
def test_a_question_comes_back_from_its_button(address: ids.LookAddress) -> None:
    assert ids.decode_look(ids.encode_look(address)) == address


@pytest.mark.parametrize("value", [None, 7, "", "l1:", "l1:>x y:pending", "r1:run-1", "l1:>:" + "x" * 2000])
def test_no_other_word_is_a_question(value: object) -> None:
    assert ids.decode_look(value) is None


@pytest.mark.parametrize("seconds, words", [(0, "Seen just now"), (12, "Seen 12 s ago"), (3700, "Seen 1 h 1 min ago")])
def test_a_list_says_how_old_it_is(seconds: int, words: str) -> None:
    assert seen(AT, AT + timedelta(seconds=seconds)) == words
