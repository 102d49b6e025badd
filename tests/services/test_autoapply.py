"""Runs that were started with --auto-apply: nothing is delegated to the server, and the rules of the moment decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audits import AuditKind
from bot.core.commands.freezes import DeclareFreeze
from bot.core.commands.runs import RunReference
from bot.core.errors import TerraformRateLimited, TerraformUnreachable
from bot.core.identities import Role
from bot.core.people import Circle, Standing
from bot.core.policy import Actor, Right
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Run
from tests.services.house import ANA, DEPLOYS, KIM, POLICY, RAJ, House, open_house

OTHERS = Demand(four_eyes=frozenset({Role.CREATOR, Role.REQUESTER}), circle=Circle(members=True))
FOUR_EYES = Rule(name="somebody else", match=Match(workspaces=("*-prod",)), demand=OTHERS)
RULES = replace(POLICY, rules=(FOUR_EYES,), hash="four eyes")


async def started(house: House, workspace: str, actor: Actor = ANA, *, auto_apply: bool = True) -> Run:
    house.runs.add_workspace(workspace)
    run_id = (await house.start(workspace, "nightly", actor=actor, auto_apply=auto_apply)).run_id
    assert run_id is not None
    run = house.runs.finish_plan(run_id, additions=1)
    await house.poll()
    return run


async def tick(house: House, seconds: float = 31) -> None:
    house.clock.move(seconds)
    await house.autoapply.tick(house.clock.now())


def applied(house: House) -> list[str]:
    return [call.given["comment"] for call in house.runs.calls_of("act")]


async def test_whose_wish_is_enough_has_their_run_applied_and_the_server_was_never_told(house: House) -> None:
    run = await started(house, "storefront-dev")
    await tick(house)
    assert not house.runs.run(run.id).auto_apply
    assert [vote.person for vote in await house.votes(run.id)] == ["U0ANA"]
    [comment] = applied(house)
    assert comment.startswith("applied by ana (U0ANA)")
    assert comment.endswith(": “by itself, as asked for at the start”")


async def test_a_run_without_the_wish_waits_for_people(house: House) -> None:
    await started(house, "storefront-dev", auto_apply=False)
    await tick(house)
    assert applied(house) == []


async def test_where_the_wish_is_not_enough_the_run_waits_and_says_so_once(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=RULES) as house:
        run = await started(house, "storefront-prod")
        for _ in range(3):
            await tick(house)
        await house.paint()
        assert (applied(house), [vote.person for vote in await house.votes(run.id)]) == ([], ["U0ANA"])
        [note] = house.chat.in_channel("U0ANA")
        assert f"{run.id} of acme/storefront-prod is not applied by itself yet." in note.note.text
        assert "Rule “somebody else”: 0 of 1 vote" in note.note.text
        async with house.store.read() as transaction:
            assert [row.kind for row in await transaction.audit.newest(run_id=run.id)].count(AuditKind.VOTE) == 1


async def test_the_wish_is_one_vote_and_somebody_else_gives_the_other(tmp_path: Path) -> None:
    async with open_house(tmp_path, policy=RULES) as house:
        run = await started(house, "storefront-prod")
        await tick(house)
        await house.vote(run.id, RAJ)
        [comment] = applied(house)
        assert comment.startswith("applied by raj (U0RAJ)")


async def test_a_wish_that_does_not_count_is_no_vote(tmp_path: Path) -> None:
    rules = replace(RULES, grants=(*RULES.grants[:1], replace(RULES.grants[1], may=frozenset({Right.START}))))
    async with open_house(tmp_path, policy=rules) as house:
        run = await started(house, "storefront-prod")
        await tick(house)
        assert (applied(house), await house.votes(run.id)) == ([], ())


async def test_a_right_that_is_gone_by_then_applies_nothing(house: House) -> None:
    await started(house, "storefront-dev", KIM)
    house.people.groups["S0PLATFORM"] = frozenset({"U0ANA"})
    await tick(house)
    assert applied(house) == []


@pytest.mark.parametrize("standing", [Standing.DEACTIVATED, Standing.GUEST, Standing.MEMBER])
async def test_the_wish_of_whoever_has_left_applies_nothing_although_others_have_voted(tmp_path: Path, standing: Standing) -> None:
    async with open_house(tmp_path, policy=RULES) as house:
        run = await started(house, "storefront-prod")
        await house.freezing.declare(DeclareFreeze("*-prod", "sale", "20s"), ANA, DEPLOYS)
        await house.vote(run.id, RAJ)
        house.people.add(ANA.id, ANA.name, standing)
        await tick(house)
        assert (applied(house) != []) is (standing is Standing.MEMBER)


async def test_whoever_takes_the_wish_back_decides_by_hand(tmp_path: Path) -> None:
    two = Rule(name="two", demand=Demand(votes=2, circle=Circle(members=True)))
    async with open_house(tmp_path, policy=replace(POLICY, rules=(two,))) as house:
        run = await started(house, "storefront-dev")
        await tick(house)
        assert [vote.person for vote in await house.votes(run.id)] == ["U0ANA"]
        await house.approvals.take_back(RunReference(run_id=run.id), ANA, DEPLOYS)
        await tick(house)
        assert await house.votes(run.id) == ()
        await house.vote(run.id, KIM)
        await tick(house)
        assert applied(house) == []


async def test_a_vote_that_somebody_else_takes_back_leaves_the_wish_as_it_is(tmp_path: Path) -> None:
    async with open_house(
        tmp_path, policy=replace(RULES, rules=(Rule(name="two", demand=Demand(votes=2, circle=Circle(members=True))),))
    ) as house:
        run = await started(house, "storefront-prod")
        await house.vote(run.id, RAJ)
        await house.approvals.take_back(RunReference(run_id=run.id), RAJ, DEPLOYS)
        asked = await house.approvals.asked(run.id)
        assert asked is not None
        assert asked.applies_by_itself


@pytest.mark.parametrize("seconds, reads", [(5, 0), (31, 1)])
async def test_a_run_that_waits_is_judged_again_now_and_then(tmp_path: Path, seconds: float, reads: int) -> None:
    async with open_house(tmp_path, policy=RULES) as house:
        await started(house, "storefront-prod")
        await tick(house)
        before = len(house.runs.calls_of("read_run"))
        await tick(house, seconds)
        assert len(house.runs.calls_of("read_run")) - before == reads


async def test_a_server_that_does_not_answer_is_tried_again(house: House) -> None:
    await started(house, "storefront-dev")
    house.runs.fail("read_run", TerraformUnreachable("terraform.test"))
    await tick(house)
    assert applied(house) == []
    await tick(house)
    assert len(applied(house)) == 1


async def test_a_run_that_somebody_decided_meanwhile_is_left_alone(house: House) -> None:
    run = await started(house, "storefront-dev")

    async def somebody_discards() -> None:
        house.runs.before.pop("read_run")
        house.runs.move(run.id, "discarded")

    house.runs.before["read_run"] = somebody_discards
    await tick(house)
    assert applied(house) == []


@pytest.mark.parametrize("standing", [Standing.DEACTIVATED, Standing.MEMBER])
async def test_a_wish_that_had_to_wait_is_not_sent_once_whoever_had_it_has_left(tmp_path: Path, standing: Standing) -> None:
    async with open_house(tmp_path, policy=RULES) as house:
        run = await started(house, "storefront-dev")
        await house.freezing.declare(DeclareFreeze("*-dev", "sale", "20s"), ANA, DEPLOYS)
        await house.vote(run.id, KIM)
        house.runs.fail("act", TerraformRateLimited("terraform.test", 20))
        await tick(house)
        assert len(applied(house)) == 1
        house.people.add(ANA.id, ANA.name, standing)
        await house.turn(25)
        assert (len(applied(house)) == 2) is (standing is Standing.MEMBER)
