"""What is done leaves its row, in the transaction in which it is done; and people are shown what they may read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from bot.core.audits import AuditKind, AuditRow
from bot.core.commands.runs import RunReference
from bot.core.commands.watches import AddWatch, RemoveWatch
from bot.core.errors import NotVisible, RightMissing, StateMovedOn, StoreBusy, TerraformAnswerLost, TerraformUnreachable, UnknownWorkspace
from bot.core.policy import Place
from bot.core.rules import Demand, Rule
from bot.core.runs import Action, Run
from bot.services.audits import Heard
from bot.services.mirrors import Mirror
from bot.services.ruling import RulesInForce
from tests.services.house import ANA, DEPLOYS, GUS, KIM, POLICY, RAJ, House, open_house

WHERE = Place(channel="C0DEPLOYS", channel_name="deploys", permalink="https://acme.slack.com/archives/C0DEPLOYS/p11")


def planned(house: House) -> Run:
    return house.runs.add_run(house.runs.add_workspace("storefront-dev"), "planned")


async def rows(house: House) -> tuple[AuditRow, ...]:
    async with house.store.read() as transaction:
        return await transaction.audit.page(0)


def told(found: tuple[AuditRow, ...]) -> list[tuple[str, str, str, str]]:
    return [(row.kind, row.person, row.action, row.outcome) for row in found]


async def apply(house: House) -> None:
    await house.act(Action.APPLY, planned(house).id, actor=KIM, place=WHERE, comment="looks good")


async def discard(house: House) -> None:
    await house.act(Action.DISCARD, planned(house).id, actor=KIM)


async def start(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.start("storefront-dev", "bump", actor=KIM)


async def be_refused_by_the_server(house: House) -> None:
    house.runs.fail("act", StateMovedOn("the run"))
    with pytest.raises(StateMovedOn):
        await discard(house)


async def lose_an_answer(house: House) -> None:
    house.runs.fail("act", TerraformAnswerLost("terraform.test"))
    await discard(house)
    for _ in range(6):
        await house.turn(30)


async def watch_and_unwatch(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.watching.add(AddWatch("storefront-dev"), KIM, DEPLOYS)
    await house.watching.remove(RemoveWatch("storefront-dev"), KIM, DEPLOYS)


async def close_and_open_a_channel(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.watching.add(AddWatch("storefront-dev"), KIM, DEPLOYS)
    await house.closures.closed("C0DEPLOYS", "is_archived")
    await house.closures.opened("C0DEPLOYS")


async def put_rules_in_force(house: House) -> None:
    await RulesInForce(house.store, house.clock, replace(POLICY, hash="another")).activate("an operator")


DECIDED = ("decision", "U0KIM", "discard", "decided")


@pytest.mark.parametrize(
    "deed,wanted",
    [
        (apply, [("vote", "U0KIM", "apply", "enough"), ("decision", "U0KIM", "apply", "decided"), ("intent", "U0KIM", "apply", "settled")]),
        (discard, [DECIDED, ("intent", "U0KIM", "discard", "settled")]),
        (start, [("intent", "U0KIM", "create", "settled")]),
        (be_refused_by_the_server, [DECIDED, ("intent", "U0KIM", "discard", "refused")]),
        (lose_an_answer, [DECIDED, ("intent", "U0KIM", "discard", "unsure"), ("intent", "U0KIM", "discard", "unheard")]),
        (watch_and_unwatch, [("watch", "U0KIM", "watch", "done"), ("watch", "U0KIM", "unwatch", "done")]),
        (
            close_and_open_a_channel,
            [("watch", "U0KIM", "watch", "done"), ("watch", "", "pause", "done"), ("watch", "", "resume", "done")],
        ),
        (put_rules_in_force, [("rules", "", "activate", "done")]),
    ],
)
async def test_each_deed_leaves_its_rows(
    house: House, deed: Callable[[House], Awaitable[None]], wanted: list[tuple[str, str, str, str]]
) -> None:
    await deed(house)
    assert told(await rows(house)) == wanted


async def test_a_decision_says_who_where_about_what_and_why(house: House) -> None:
    await apply(house)
    _, decision, intent = await rows(house)
    async with house.store.read() as transaction:
        made = await transaction.gates.latest(decision.run_id)
    assert made is not None
    assert (decision.person, decision.person_name, decision.channel) == ("U0KIM", "kim", "C0DEPLOYS")
    assert (decision.workspace, decision.reason, decision.permalink) == ("acme/storefront-dev", "looks good", WHERE.permalink)
    assert (decision.plan_digest, decision.at) == (made.plan_digest, made.decided_at)
    assert made.intent_id in decision.details
    assert made.intent_id in intent.details
    assert (intent.run_id, intent.workspace) == (decision.run_id, "acme/storefront-dev")


async def test_a_vote_that_is_not_enough_and_is_taken_back_leaves_its_rows(tmp_path: Path) -> None:
    two = replace(POLICY, rules=(Rule(name="two", demand=Demand(votes=2)),))
    async with open_house(tmp_path, policy=two) as house:
        run = planned(house)
        acted = await house.act(Action.APPLY, run.id, actor=KIM, place=WHERE, comment="fine")
        await house.approvals.take_back(RunReference(run_id=run.id), KIM, WHERE)
        voted, back = await rows(house)
    assert acted.outcome is None
    assert (voted.kind, voted.outcome, voted.reason, voted.run_id, voted.permalink) == ("vote", "noted", "fine", run.id, WHERE.permalink)
    assert (back.kind, back.outcome, back.person, back.plan_digest) == ("vote", "taken back", "U0KIM", voted.plan_digest)


async def test_what_is_not_decided_leaves_no_decision(house: House) -> None:
    run = planned(house)
    with pytest.raises(RightMissing):
        await house.act(Action.APPLY, run.id, actor=RAJ)
    assert await rows(house) == ()


async def test_each_call_that_is_late_leaves_one_row(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.watching.add(AddWatch("storefront-dev"), KIM, DEPLOYS)
    run = house.runs.add_run((await house.finder.workspace("storefront-dev", ANA)), "planned")
    await house.poll()
    for _ in range(3):
        house.clock.move(house.pace.undelivered_after)
        await house.alarms.tick(house.clock.now())
    late = [row for row in await rows(house) if row.kind == AuditKind.UNDELIVERED]
    assert [(row.run_id, row.channel, row.outcome) for row in late] == [(run.id, "C0DEPLOYS", "undelivered")]
    assert [row.workspace for row in late] == ["acme/storefront-dev"]


async def test_votes_and_decisions_tell_by_which_rules(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=replace(POLICY, hash="these")) as house:
        await apply(house)
        await house.act(Action.DISCARD, house.runs.add_run(house.runs.add_workspace("other-dev"), "planned").id, actor=KIM)
        found = [(row.kind, row.action, row.rules_hash) for row in await rows(house) if row.kind != AuditKind.INTENT]
    assert found == [("vote", "apply", "these"), ("decision", "apply", "these"), ("decision", "discard", "these")]


async def test_a_refusal_tells_of_which_plan_and_by_which_rules(tmp_path: Path) -> None:
    two = replace(POLICY, rules=(Rule(name="two", demand=Demand(votes=2)),), hash="two")
    async with open_house(tmp_path, policy=two) as house:
        run = planned(house)
        await house.poll()
        refused = Heard(actor=RAJ, place=WHERE, action="approve", about=RunReference(run_id=run.id), outcome="RightMissing")
        await house.audits.hear(refused)
        await house.act(Action.APPLY, run.id, actor=KIM)
        await house.audits.hear(refused)
        before, vote, after = await rows(house)
    assert (before.rules_hash, before.plan_digest) == ("two", "")
    assert (after.rules_hash, after.plan_digest) == (vote.rules_hash, vote.plan_digest)
    assert after.plan_digest.startswith("weak:")


@pytest.mark.parametrize(
    "about,workspace",
    [
        (RunReference(workspace="storefront-dev"), "acme/storefront-dev"),
        (RunReference(workspace="ACME/storefront-dev"), "acme/storefront-dev"),
        (RunReference(workspace="nowhere"), "nowhere"),
        (RunReference(run_id="run-unknown"), ""),
        (RunReference(), ""),
    ],
)
async def test_what_was_heard_names_its_workspace_in_full_where_it_is_known(house: House, about: RunReference, workspace: str) -> None:
    planned(house)
    await house.poll()
    await house.audits.hear(Heard(actor=KIM, place=DEPLOYS, action="show", about=about, outcome="NotVisible"))
    (row,) = await rows(house)
    assert (row.kind, row.outcome, row.workspace, row.run_id) == ("refusal", "NotVisible", workspace, about.run_id)


async def test_what_was_heard_about_a_run_is_found_by_its_workspace(house: House) -> None:
    run = planned(house)
    await house.poll()
    await house.audits.hear(Heard(actor=KIM, place=None, action="show", about=RunReference(run_id=run.id)))
    found = await house.audits.about(RunReference(workspace="storefront-dev"), RAJ)
    assert [(row.kind, row.action, row.outcome) for row in found.rows] == [("command", "show", "done")]


async def test_an_audit_that_cannot_be_written_is_told_in_the_log_and_undoes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(type(house.store), "write", busy)
        await house.audits.hear(Heard(actor=KIM, place=DEPLOYS, action="show"))
    assert [(entry["event"], entry["action"], entry["person"]) for entry in logs] == [("audit_unwritten", "show", "U0KIM")]
    assert await rows(house) == ()


def busy(_: object) -> NoReturn:
    raise StoreBusy


async def test_the_newest_twenty_are_shown_of_a_run_or_of_all_its_workspace(house: House) -> None:
    run = planned(house)
    await house.poll()
    for number in range(25):
        await house.audits.hear(Heard(actor=KIM, place=DEPLOYS, action="show", about=RunReference(run_id=run.id), reason=str(number)))
    await house.audits.hear(Heard(actor=KIM, place=DEPLOYS, action="runs", about=RunReference(workspace="storefront-dev")))
    of_run = await house.audits.about(RunReference(run_id=run.id), RAJ)
    assert [row.reason for row in of_run.rows] == [str(number) for number in range(24, 4, -1)]
    assert (await house.audits.about(RunReference(workspace="storefront-dev"), RAJ)).rows[0].action == "runs"


async def test_only_who_may_read_the_workspace_is_shown_its_audit(house: House) -> None:
    run = planned(house)
    for reference in (RunReference(run_id=run.id), RunReference(workspace="storefront-dev")):
        with pytest.raises(RightMissing):
            await house.audits.about(reference, GUS)
    with pytest.raises(UnknownWorkspace):
        await house.audits.about(RunReference(workspace="nowhere"), ANA)


class FakeHistories:
    """Keeps comments, or fails with what a test gives."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.said: list[tuple[str, str]] = []

    async def comment(self, run_id: str, body: str) -> None:
        self.said.append((run_id, body))
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("error", [None, NotVisible("comments"), TerraformUnreachable("terraform.test")])
async def test_where_a_server_ignores_the_comment_of_an_action_the_decision_is_written_on_the_run_once(
    house: House, error: Exception | None
) -> None:
    run, histories = planned(house), FakeHistories(error)
    house.runs.keeps_comments = False
    house.intents.mirror = Mirror(house.runs, histories)  # type: ignore[arg-type]  # it needs no more of it
    await house.act(Action.APPLY, run.id, actor=KIM, comment="looks good")
    await house.turn()
    ((about, body),) = histories.said
    assert about == run.id
    assert body.startswith("applied by kim (U0KIM) in #deploys (ref rb-")
    assert body.endswith(": “looks good”")


async def test_where_the_comment_is_there_none_is_added_and_the_server_not_asked_again(house: House) -> None:
    histories = FakeHistories()
    house.intents.mirror = Mirror(house.runs, histories)  # type: ignore[arg-type]  # as above
    await apply(house)
    await start_another(house)
    another = house.runs.add_run(house.runs.add_workspace("billing-dev"), "planned")
    await house.act(Action.DISCARD, another.id, actor=KIM)
    assert histories.said == []
    assert len(house.runs.calls_of("comments")) == 1


async def start_another(house: House) -> None:
    house.runs.add_workspace("catalog-dev")
    await house.start("catalog-dev", "bump", actor=KIM)
