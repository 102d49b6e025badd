"""Every command and every refusal leaves a row, from Slack's payload on; and nothing that should not be kept is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bot.core.audits import AuditKind, AuditRow
from bot.core.commands import GRAMMAR
from bot.core.errors import NotPossibleNow
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.ids import ViewAddress, encode_view
from handlers.hearing import heard, shown
from handlers.middleware import actor_of, place_of
from tests.handlers.desk import Desk, click, command
from tests.handlers.test_commands import EXAMPLES
from tests.services.house import ANA, DEPLOYS, GUS, KIM, RAJ

CANARIES = ("xoxb-1-canary", "canary.atlasv1.canarycanary", "bearer canarycanary")


async def rows(desk: Desk) -> list[AuditRow]:
    """What was heard, in order."""
    async with desk.house.store.read() as transaction:
        found = await transaction.audit.page(0)
    return [row for row in found if row.kind in {AuditKind.COMMAND, AuditKind.REFUSAL}]


def with_run(desk: Desk) -> Run:
    return desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), "planned")


@pytest.mark.parametrize("word", EXAMPLES)
async def test_every_command_that_is_typed_leaves_its_row(desk: Desk, word: str) -> None:
    with_run(desk)
    await desk.house.poll()
    await desk.send(command(EXAMPLES[word], ANA, DEPLOYS, desk.response_url))  # some are answered by a form, and not in words
    (row,) = await rows(desk)
    assert (row.action, row.person, row.person_name, row.channel) == (word, "U0ANA", "ana", "C0DEPLOYS")
    assert row.outcome == "done" or row.kind == AuditKind.REFUSAL


async def test_every_refusal_leaves_its_row(desk: Desk) -> None:
    with_run(desk)
    await desk.house.poll()
    for number, word in enumerate(row.word for row in GRAMMAR if row.right):
        await desk.send(command(EXAMPLES[word], GUS, DEPLOYS, desk.response_url))  # some are told so in a modal
        (row,) = (await rows(desk))[number:]
        assert (row.kind, row.action, row.person, row.outcome) == ("refusal", word, "U0GUS", "RightMissing")
        assert '"standing":"guest"' in row.details, word


async def test_a_run_that_is_started_is_told_with_its_words(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.type("run storefront-dev bump the image --destroy")
    (row,) = await rows(desk)
    assert (row.workspace, row.reason) == ("acme/storefront-dev", "bump the image") or row.kind == AuditKind.REFUSAL
    assert '"destroy":"yes"' in row.details


@pytest.mark.parametrize("typed,action", [("queue", "queue"), ("rnu storefront-dev", "no command"), ("xoxb-1-canary", "no command")])
async def test_of_what_is_no_command_nothing_is_kept(desk: Desk, typed: str, action: str) -> None:
    await desk.type(typed)
    (row,) = await rows(desk)
    assert (row.kind, row.action, row.workspace, row.reason, row.details) == ("refusal", action, "", "", "")


async def test_a_click_that_is_refused_names_button_run_and_message(desk: Desk) -> None:
    run = with_run(desk)
    await desk.house.poll()
    await desk.click(ids.APPROVE, await desk.card(run.id), RAJ)
    (row,) = await rows(desk)
    assert (row.kind, row.action, row.outcome, row.run_id) == ("refusal", ids.APPROVE, "RightMissing", run.id)
    assert (row.workspace, row.permalink) == ("acme/storefront-dev", "https://acme.slack.com/archives/C0DEPLOYS/p11")


async def test_a_click_that_went_well_is_told_by_what_it_did(desk: Desk) -> None:
    run = with_run(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id), KIM)
    assert await rows(desk) == []
    async with desk.house.store.read() as transaction:
        kinds = [row.kind for row in await transaction.audit.page(0)]
    assert kinds[-2:] == ["decision", "intent"]


async def test_what_nobody_foresaw_is_told_with_its_reference(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = with_run(desk)
    monkeypatch.setattr(desk.house.approvals, "act", None)
    (told,) = await desk.click(ids.APPROVE, await desk.card(run.id))
    (row,) = await rows(desk)
    assert row.outcome.startswith("unexpected ")
    assert row.outcome.removeprefix("unexpected ") in told


async def test_no_token_and_no_value_gets_into_a_row(desk: Desk, tmp_path: Path) -> None:
    run = with_run(desk)
    for canary in CANARIES:
        await desk.type(f"discard {run.id} because of {canary}", KIM)
        await desk.type(f"{canary} {run.id}")
        await desk.type(f"show storefront-dev --{canary}")
        await desk.click(canary, canary)
    async with desk.house.store.read() as transaction:
        found = await transaction.audit.page(0)
    assert len(found) > len(CANARIES)  # what repeats folds
    assert "canary" not in repr(found)
    with sqlite3.connect(tmp_path / "runbell.db") as connection:
        assert "canary" not in repr(connection.execute("SELECT * FROM audit").fetchall())
        counted = connection.execute("SELECT * FROM repetitions").fetchall()
    assert counted
    assert "canary" not in repr(counted)


def test_of_a_mapping_the_keys_alone_are_kept() -> None:
    assert shown(MappingProxyType({"region": "canary", "image": "canary"})) == "image, region"
    assert (shown(True), shown(3)) == ("yes", "3")


def form(metadata: str, callback: str = ids.APPROVAL) -> dict[str, Any]:
    body = {
        "type": "view_submission",
        "user": {"id": "U0KIM", "username": "kim", "team_id": "T0ACME"},
        "team": {"id": "T0ACME", "domain": "acme"},
        "view": {"callback_id": callback, "private_metadata": metadata},
    }
    return {"body": body, "payload": body["view"], "actor": actor_of(body), "place": place_of(body)}


def test_a_form_that_is_refused_names_its_run_and_where_it_was_opened() -> None:
    metadata = encode_view(ViewAddress("run-1", "C0DEPLOYS", "storefront-dev"))
    found = heard(form(metadata), NotPossibleNow("run-1", "applied", "planning"))
    assert found is not None
    assert found.place is not None
    assert (found.action, found.about.run_id, found.place.channel) == (ids.APPROVAL, "run-1", "C0DEPLOYS")
    assert found.outcome == "NotPossibleNow"
    other = heard(form("something", "somebody.else"), NotPossibleNow("run-1", "applied", "planning"))
    assert other is not None
    assert (other.action, other.about.run_id) == ("click", "")


def test_what_names_nobody_is_not_heard() -> None:
    assert heard({"body": {"command": "/tf"}, "actor": None}, None) is None
    body = click(ids.OPEN, "", ANA, DEPLOYS, "")
    assert heard({"body": body, "payload": body["actions"][0], "actor": ANA, "place": DEPLOYS}, None) is None
