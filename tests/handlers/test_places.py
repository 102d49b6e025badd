"""What is done in a form is told by the audit with the message from which the form was opened; and that pointer is nothing more."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.audits import export
from bot.core.audits import AuditRow
from bot.core.chains import Chain
from bot.core.errors import NotPossibleNow
from bot.core.freezes import BreakGlass
from bot.core.people import Circle
from bot.core.policies import SOFT_FAILED, PolicyCheck
from bot.core.rules import Demand, Match, Risk, Rule
from bot.core.runs import Run
from bot.slack import ids
from bot.slack.ids import Address, FormAddress, ViewAddress, decode_form, decode_view, encode, encode_form, encode_view
from bot.slack.views.promotion import FORM
from handlers.hearing import heard
from handlers.middleware import place_of
from tests.handlers.desk import TRIGGERS, Desk, click, open_desk, submission
from tests.handlers.test_hearing import form
from tests.handlers.test_promotions import filled as promoting
from tests.handlers.test_uploads import used_on
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, RAJ
from tests.slack.test_upload_form import filled

HERE = "https://acme.slack.com/archives/C0DEPLOYS/p11"
RULES = replace(
    POLICY,
    hash="of these rules",
    chains=(Chain(name="storefront", stages=("storefront-dev", "storefront-prod")),),
    rules=(
        Rule(name="careful", match=Match(workspaces=("*-dev",)), demand=Demand(risk=Risk.HIGH)),
        Rule(name="two", match=Match(workspaces=("*-prod",)), demand=Demand(reason=True, votes=2, circle=Circle(members=True))),
    ),
    break_glass=BreakGlass(circle=Circle(people=frozenset({"U0ANA"})), channel="C0REVIEW"),
)
WORDS = {"reason": "rotate", "name": "storefront-dev"}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, RULES) as desk:
        yield desk


async def waiting(desk: Desk, name: str = "storefront-dev") -> Run:
    workspace = desk.house.runs.add_workspace(name)
    await desk.type(f"watch {name}")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.turn()
    return run


async def submit(desk: Desk, values: dict[str, str], **others: Any) -> None:
    view = {**desk.private.views[-1], **others}
    await desk.send(submission(view, values, ANA) | {"trigger_id": f"1.7.{next(TRIGGERS)}"})


async def links(desk: Desk, *kinds: str) -> dict[str, str]:
    """The permalinks of the newest rows of these kinds."""
    return {row.kind: row.permalink for row in await rows(desk) if row.kind in kinds}


async def rows(desk: Desk) -> tuple[AuditRow, ...]:
    async with desk.house.store.read() as transaction:
        return await transaction.audit.page(0)


async def test_a_vote_by_modal_is_told_with_its_message_in_slack_and_in_what_is_exported(desk: Desk, tmp_path: Path) -> None:
    run = await waiting(desk, "storefront-prod")
    await desk.click(ids.APPROVE, await desk.card(run.id))
    await submit(desk, WORDS)
    assert await links(desk, "vote") == {"vote": HERE}

    await desk.type(f"audit {run.id}", KIM)
    assert HERE in json.dumps(desk.answers[-1]["blocks"])
    out = io.StringIO()
    await export(f"sqlite:///{tmp_path / 'runbell.db'}", "jsonl", None, None, out)
    votes = [row for row in map(json.loads, out.getvalue().splitlines()) if row["kind"] == "vote"]
    assert [(row["person"], row["reason"], row["permalink"]) for row in votes] == [("U0ANA", "rotate", HERE)]


async def test_a_decision_by_modal_and_one_in_spite_of_a_freeze_are_told_with_their_message(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    await submit(desk, WORDS)
    assert await links(desk, "vote", "decision") == {"vote": HERE, "decision": HERE}

    other = await waiting(desk, "dns-dev")
    await desk.type("freeze dns-dev for 1h peak")
    await desk.click(ids.GLASS, await desk.card(other.id))
    await submit(desk, {"reason": "it is down", "name": "dns-dev"})
    assert (await links(desk, "break-glass"))["break-glass"] == HERE


async def test_an_override_by_modal_is_told_with_its_message(desk: Desk) -> None:
    house, workspace = desk.house, desk.house.runs.add_workspace("dns")
    await desk.type("watch dns")
    run = house.runs.add_run(workspace)
    found = PolicyCheck(id="polchk-1", status_word=SOFT_FAILED, soft_failed=1, is_overridable=True, may_override=True)
    house.policies.of_run[run.id], house.policies.stages_of[run.id] = (found,), ()
    house.runs.move(run.id, "planned", has_changes=True)
    house.runs.move(run.id, "policy_override")
    await house.turn()
    await desk.click(ids.OVERRIDE, encode(Address(run.id)))
    await submit(desk, {"reason": "the tag comes later"})
    assert await links(desk, "decision") == {"decision": HERE}


async def test_files_of_a_message_are_told_with_it_wherever_their_run_reports(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    file = {"id": desk.house.files.add("main.tf", b'output "a" { value = 1 }\n'), "name": "main.tf"}
    for channel in ("C0DEPLOYS", "C0INFRA"):
        await desk.send(used_on({"ts": "1.1", "files": [file]}, response_url=desk.response_url))
        view = filled(desk.private.views[-1], channel=channel, workspace="acme/storefront-dev")
        await desk.send(submission(view, {}, ANA) | {"view": {"id": "V1", "type": "modal", **view}, "trigger_id": f"1.7.{next(TRIGGERS)}"})
    begun = [row for row in await rows(desk) if row.kind == "upload" and row.outcome == "begun"]
    assert [(row.channel, row.permalink) for row in begun] == [("C0DEPLOYS", HERE), ("C0INFRA", HERE)]


async def test_a_form_whose_submission_is_refused_is_told_with_the_message_of_its_button(desk: Desk) -> None:
    dev, prod = (desk.house.runs.add_workspace(name) for name in ("storefront-dev", "storefront-prod"))
    run = desk.house.runs.add_run(dev, "planned")
    await desk.click(ids.PROMOTE_FORM, encode(Address(run.id)))
    await desk.send(promoting(desk.private.views[-1], source=dev.full_name, target=prod.full_name, channel="C0INFRA"))
    [refused] = [row for row in await rows(desk) if row.kind == "refusal"]
    assert (refused.action, refused.channel, refused.permalink) == (ids.PROMOTE_SUBMIT, "C0DEPLOYS", HERE)


async def test_a_form_that_was_opened_by_typing_points_to_no_message(desk: Desk) -> None:
    run = await waiting(desk)
    body = click(ids.APPROVE, await desk.card(run.id), ANA, DEPLOYS, desk.response_url)
    body["container"]["is_ephemeral"] = True
    await desk.send(body)
    assert decode_view(desk.private.views[-1]["private_metadata"]) == ViewAddress(
        run.id, "C0DEPLOYS", "storefront-dev", digest=desk.house.shown(run.id)
    )
    await submit(desk, WORDS)
    assert await links(desk, "vote", "decision") == {"vote": "", "decision": ""}


@pytest.mark.parametrize("metadata", ["v1:C0DEPLOYS:{}:storefront-dev", "v3:C0DEPLOYS::{}:=storefront-dev"])
async def test_a_form_that_the_release_before_has_opened_decides_nothing_and_the_run_is_shown_again(desk: Desk, metadata: str) -> None:
    """It does not say which plan it showed."""
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    await submit(desk, WORDS, private_metadata=metadata.format(run.id))
    assert desk.house.runs.calls_of("act") == []
    assert "The plan has changed" in desk.private.told[-1][2]
    await desk.confirm(desk.private.said[-1])
    await submit(desk, WORDS)
    assert len(desk.house.runs.calls_of("act")) == 1


async def test_the_message_that_a_form_points_to_gives_no_right(desk: Desk) -> None:
    run = await waiting(desk)
    await desk.click(ids.APPROVE, await desk.card(run.id))
    view = desk.private.views[-1]
    await desk.send(submission(view, WORDS, RAJ))
    assert desk.house.runs.calls_of("act") == []
    [refused] = [row for row in await rows(desk) if row.kind == "refusal"]
    assert (refused.person, refused.permalink) == ("U0RAJ", HERE)


ADDRESSES = [
    ViewAddress("run-1", "C0DEPLOYS", "dev"),
    ViewAddress("run-1", "C0DEPLOYS", "dev", "override:polchk-1"),
    ViewAddress("run-1", "C0DEPLOYS", "dev", ts="1765890000.000100"),
    ViewAddress("run-1", "C0DEPLOYS", "dev", digest=f"sha256:{'0f' * 32}"),
    ViewAddress("run-1", "C0DEPLOYS", "dev", "override:polchk-1", "1765890000.000100", f"weak:{'0f' * 32}"),
    ViewAddress("0d1f-uuid", "C0DEPLOYS", "a=b:c", "override:polchk-1", "1765890000.000100"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_comes_back_as_it_was_written(address: ViewAddress) -> None:
    assert decode_view(encode_view(address)) == address


@pytest.mark.parametrize(
    "metadata, address",
    [
        ("v1:C0DEPLOYS:run-1:dev", ViewAddress("run-1", "C0DEPLOYS", "dev")),
        ("v2:C0DEPLOYS:run-1:override:polchk-1=dev", ViewAddress("run-1", "C0DEPLOYS", "dev", "override:polchk-1")),
        ("v3:C0DEPLOYS:soon:run-1:=dev", None),
        ("v3:C0DEPLOYS:1.1:C0OTHER:2.2:run-1:=", None),
        ("v3::1.1:run-1:=dev", None),
    ],
)
def test_older_addresses_are_known_and_odd_ones_are_none(metadata: str, address: ViewAddress | None) -> None:
    assert decode_view(metadata) == address


@pytest.mark.parametrize("ts", [7, "soon", "1.1:C0OTHER", "1.1/../.."])
def test_of_a_form_only_a_time_of_a_message_is_a_pointer(ts: object) -> None:
    said = json.loads(encode_form(FormAddress(FORM, "C0DEPLOYS", "deploys")))
    assert decode_form(json.dumps(said | {"ts": ts})) == FormAddress(FORM, "C0DEPLOYS", "deploys")
    assert decode_form(json.dumps(said | {"channel": "", "ts": "1.1"})) == FormAddress(FORM, "", "deploys")


def test_without_the_domain_of_the_slack_workspace_there_is_no_link() -> None:
    values = form(encode_view(ViewAddress("run-1", "C0DEPLOYS", "dev", ts="1.1")))
    values["body"] |= {"team": None}
    found = heard(values, NotPossibleNow("run-1", "applied", "planning"))
    assert found is not None
    assert found.place is not None
    assert (found.place.channel, found.place.permalink) == ("C0DEPLOYS", "")


def test_a_shortcut_on_a_message_is_where_that_message_is() -> None:
    place = place_of(used_on({"ts": "1.1"}, response_url=""))
    assert place is not None
    assert (place.channel, place.ts, place.permalink) == ("C0DEPLOYS", "1.1", HERE)
    assert place_of({"channel": {"id": "C0DEPLOYS"}, "message_ts": "soon", "team": {"domain": "acme"}}) == replace(
        place, channel_name="", ts="", permalink=""
    )
