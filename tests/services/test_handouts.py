"""Plans and logs as files in a channel: where they go, what is taken out of them, and what is written down about it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.audits import AuditRow
from bot.core.commands.runs import RunReference
from bot.core.errors import ChannelShared, ChatRefused, NothingWritten, RightMissing
from bot.core.handouts import What
from bot.core.readings import RunReading
from bot.core.runs import Run
from bot.services import handouts as subject
from tests.services.house import ANA, DEPLOYS, GUS, OTHER, House, open_house

CANARY = "canary-7f3a"
CHANGE = {
    "actions": ["create"],
    "before": None,
    "after": {"size": "small", "wifi": CANARY, "api_key": CANARY},
    "after_sensitive": {"wifi": True},
}
PLAN = json.dumps({"format_version": "1.2", "resource_changes": [{"address": "a.b", "change": CHANGE}]}).encode()
LOG = f'\x1b[1mPlanning\x1b[0m\r\n  + wifi = "{CANARY}"\n  + password = "{CANARY}"\nhttps://archivist.terraform.io/v1/object/abc\ndone\n'.encode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def waiting(house: House, *, plan: bytes | None = PLAN, log: bytes | None = LOG) -> Run:
    run = house.runs.add_run(house.runs.add_workspace("shop-prod"), "planned")
    assert run.plan_id is not None
    if plan is not None:
        house.texts.texts[run.plan_id] = plan
    if log is not None:
        house.logs.texts[run.plan_id] = log
        house.logs.over.add(run.plan_id)
    return run


async def audited(house: House) -> list[AuditRow]:
    async with house.store.read() as transaction:
        return [row for row in await transaction.audit.newest(workspace="acme/shop-prod") if row.kind == "handout"]


async def test_a_plan_goes_into_the_channel_without_its_secrets(house: House) -> None:
    run = await waiting(house)

    handed = await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), ANA, DEPLOYS)

    [file] = house.attachments.files
    assert (file.channel, file.thread_ts, handed.in_thread) == (DEPLOYS.channel, None, False)
    assert file.text.startswith(f"The plan of {run.id} in acme/shop-prod\n")
    assert '+ size: "small"' in file.text
    assert "+ wifi: (sensitive value)" in file.text
    assert CANARY not in file.text
    [row] = await audited(house)
    assert (row.action, row.person, row.run_id, row.outcome) == ("plan", ANA.id, run.id, "posting")
    assert CANARY not in row.details


async def test_a_log_has_no_colours_no_secrets_and_no_addresses_of_blobs(house: House) -> None:
    run = await waiting(house)

    await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)

    [file] = house.attachments.files
    assert file.text == "Planning\n  + wifi = [redacted]\n  + password = [redacted]\n[redacted]\ndone\n"


async def test_a_file_goes_below_the_card_of_the_run(house: House) -> None:
    workspace = house.runs.add_workspace("shop-dev")
    started = await house.start("shop-dev")
    await house.paint()
    [card] = house.in_channel()
    run = house.runs.run(str(started.run_id))
    house.logs.texts[str(run.plan_id)] = b"hello"

    handed = await house.handouts.hand(What.LOG, RunReference(workspace=workspace.name), ANA, DEPLOYS)
    await house.handouts.hand(What.LOG, RunReference(workspace=workspace.name), ANA, OTHER)

    assert handed.in_thread
    assert [file.thread_ts for file in house.attachments.files] == [card.ts, None]


async def test_the_log_of_the_apply_follows_that_of_the_plan(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = await waiting(house)
    read = house.runs.read_run

    async def applied(run_id: str, *, hurry: bool = True) -> RunReading:
        return replace(await read(run_id, hurry=hurry), apply_id="apply-1")

    monkeypatch.setattr(house.runs, "read_run", applied)
    await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)
    house.logs.texts["apply-1"] = b"\x02applying\x03"
    await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)

    one, both = (file.text for file in house.attachments.files)
    assert "==" not in one
    assert both.index("== plan ==") < both.index("done") < both.index("== apply ==") < both.index("applying")


async def test_where_the_json_cannot_be_read_the_log_of_the_plan_stands_in(house: House) -> None:
    run = await waiting(house, plan=None)

    handed = await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), ANA, DEPLOYS)

    [file] = house.attachments.files
    assert "done" in file.text
    assert "password = [redacted]" in file.text
    assert "may not read" in handed.notes[0]
    [row] = await audited(house)
    assert "may not read" in row.details


async def test_a_plan_that_is_not_finished_is_what_was_written_so_far(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("shop-prod"))
    house.logs.texts[str(run.plan_id)] = b"so far"

    await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), ANA, DEPLOYS)

    assert house.attachments.files[0].text == "so far\n"


@pytest.mark.parametrize("log", [None, b"", b"\n \n"])
async def test_where_nothing_is_written_nothing_is_posted(house: House, log: bytes | None) -> None:
    run = await waiting(house, plan=None, log=log)

    for what in What:
        with pytest.raises(NothingWritten):
            await house.handouts.hand(what, RunReference(run_id=run.id), ANA, DEPLOYS)

    assert house.attachments.files == []
    assert await audited(house) == []


async def test_a_long_log_loses_its_middle_and_a_very_long_one_its_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "LOG_MOST", 2_000_000)
    run = await waiting(house, log=b"".join(b"line %07d %s\n" % (number, b"x" * 80) for number in range(30_000)) + b"y" * 500_000 + b"\n")

    handed = await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)

    [file] = house.attachments.files
    assert len(file.text) < 1_010_000
    assert "lines are left out here" in file.text
    assert "middle" in handed.notes[0]
    assert "2 MB" in handed.notes[1]


async def test_a_line_without_end_is_cut(house: House) -> None:
    run = await waiting(house, log=b"a" * 500_000 + b"\nnext\n")

    await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)

    [file] = house.attachments.files
    assert len(file.text) < 30_000
    assert file.text.endswith("left out)\nnext\n")


async def test_who_may_not_read_gets_nothing_and_neither_do_other_companies(house: House) -> None:
    run = await waiting(house)
    with pytest.raises(RightMissing):
        await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), GUS, DEPLOYS)
    house.chat.shared.add(OTHER.channel)

    with pytest.raises(ChannelShared):
        await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), ANA, OTHER)

    assert house.attachments.files == []


async def test_what_slack_refuses_is_raised(house: House) -> None:
    run = await waiting(house)
    house.attachments.trouble = ChatRefused("missing_scope", "needs files:write")

    with pytest.raises(ChatRefused):
        await house.handouts.hand(What.PLAN, RunReference(run_id=run.id), ANA, DEPLOYS)


def odd(value: Any) -> bytes:
    return json.dumps({"format_version": "1.2", "resource_changes": [{"address": "a.b", "change": value}]}).encode()


async def test_names_that_cannot_be_read_hide_nothing_else(house: House) -> None:
    run = await waiting(house, plan=odd({"actions": ["update"], "after_sensitive": 3}))

    await house.handouts.hand(What.LOG, RunReference(run_id=run.id), ANA, DEPLOYS)

    assert "password = [redacted]" in house.attachments.files[0].text
