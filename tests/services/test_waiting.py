"""What waits for people: the longest waiting first, with what is missing; and what waits for one person in one channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.errors import RightMissing, TerraformAnswerLost
from bot.core.policy import Grant, Policy, Right
from bot.core.rules import Demand, Rule
from bot.core.runs import Action, Run
from bot.services.listings import SIZE
from tests.services.house import ANA, DEPLOYS, GUS, KIM, OTHER, POLICY, RAJ, House, open_house


async def asked(house: House, name: str) -> Run:
    """A run that was started in #deploys, and has called people there."""
    started = await house.start(name, place=DEPLOYS)
    assert started.run_id is not None
    await house.paint()
    run = house.runs.finish_plan(started.run_id, additions=1)
    await house.turn()
    return run


async def two(house: House) -> tuple[Run, Run]:
    for name in ("shop-dev", "dns-dev"):
        house.runs.add_workspace(name)
    return await asked(house, "shop-dev"), await asked(house, "dns-dev")


async def test_what_waits_comes_longest_waiting_first_with_where_it_is_asked_and_what_it_blocks(house: House) -> None:
    first, second = await two(house)
    house.runs.add_run(house.runs.workspace(first.workspace_id), "pending")
    await house.turn()
    await house.turn()

    page = await house.waiting.pending(KIM)

    assert [row.run.id for row in page.rows] == [first.id, second.id]
    row = page.rows[0]
    assert row.workspace.name == "shop-dev"
    assert row.link.endswith(f"/shop-dev/runs/{first.id}")
    assert row.asked.startswith("https://acme.slack.com/archives/C0DEPLOYS/p")
    assert row.tally is not None
    assert row.since <= house.clock.now()
    assert page.looked_at is not None


async def test_what_is_behind_is_counted(house: House) -> None:
    workspace = house.runs.add_workspace("shop-dev")
    run = house.runs.add_run(workspace, "planned")
    behind = [house.runs.add_run(workspace, "pending") for _ in range(2)]
    await house.poll()
    for one in behind:
        await house.reader.read(one.id)
    (row,) = (await house.waiting.pending(KIM)).rows
    assert (row.run.id, row.behind, row.asked) == (run.id, 2, "")


async def test_what_somebody_has_decided_waits_no_more_until_it_turns_out_not_to_have_been_heard(house: House) -> None:
    first, second = await two(house)
    house.runs.lose_answer("act", TerraformAnswerLost("terraform.test"))
    await house.act(Action.APPLY, first.id)
    assert [row.run.id for row in (await house.waiting.pending(KIM)).rows] == [second.id]
    await house.act(Action.DISCARD, second.id)
    assert (await house.waiting.pending(KIM)).rows == ()


async def test_nobody_hears_of_what_they_may_not_read(tmp_path: Path) -> None:
    policy = Policy(
        (
            Grant(may=frozenset({Right.READ}), workspaces=("dns-*",), members=True),
            Grant(may=frozenset(Right), people=frozenset({"U0ANA"})),
        )
    )
    async with open_house(tmp_path, policy=policy) as house:
        _, second = await two(house)
        assert [row.run.id for row in (await house.waiting.pending(RAJ)).rows] == [second.id]
        assert not (await house.waiting.suggest(RAJ, DEPLOYS)).here
        with pytest.raises(RightMissing):
            await house.waiting.pending(GUS)


async def test_what_waits_is_paged(house: House) -> None:
    for number in range(SIZE + 1):
        house.clock.move(1)
        house.runs.add_run(house.runs.add_workspace(f"shop-{number:02}"), "planned")
    first = await house.waiting.pending(KIM)
    assert first.later is not None
    second = await house.waiting.pending(KIM, first.later)
    assert [row.workspace.name for row in (*first.rows, *second.rows)] == [f"shop-{number:02}" for number in range(SIZE + 1)]


async def test_a_failed_check_waits_for_people_too(house: House) -> None:
    house.runs.add_run(house.runs.add_workspace("shop-dev"), "policy_override")
    (row,) = (await house.waiting.pending(KIM)).rows
    assert (row.run.status_word, row.workspace.name) == ("policy_override", "shop-dev")


async def test_somebody_is_offered_what_waits_for_them_where_they_are(house: House) -> None:
    first, second = await two(house)
    found = await house.waiting.suggest(KIM, DEPLOYS)
    assert [row.run.id for row in found.here] == [first.id, second.id]
    elsewhere = await house.waiting.suggest(KIM, OTHER)
    assert (elsewhere.here, elsewhere.any_waits) == ((), True)
    assert [row.run.id for row in elsewhere.elsewhere] == [first.id, second.id]
    assert found.elsewhere == ()
    assert (await house.waiting.suggest(RAJ, DEPLOYS)).nearest == ()


async def test_nobody_is_asked_twice(tmp_path: Path) -> None:
    rule = Rule(name="two", demand=Demand(votes=2))
    async with open_house(tmp_path, policy=Policy(POLICY.grants, rules=(rule,))) as house:
        first, second = await two(house)
        await house.vote(first.id, KIM)
        assert [row.run.id for row in (await house.waiting.suggest(KIM, DEPLOYS)).here] == [second.id]
        assert [row.run.id for row in (await house.waiting.suggest(ANA, DEPLOYS)).here] == [first.id, second.id]
        (row, _) = (await house.waiting.pending(KIM)).rows
        assert row.voted == frozenset({"U0KIM"})


async def test_where_nothing_waits_nothing_is_offered(house: House) -> None:
    house.runs.add_workspace("shop-dev")
    found = await house.waiting.suggest(KIM, DEPLOYS)
    assert (found.here, found.any_waits) == ((), False)
