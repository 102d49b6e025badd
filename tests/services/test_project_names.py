"""Rules, freezes and reminders that name projects: by the names of the newest look, and as if each fitted where none is known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.commands.watches import AddWatch
from bot.core.errors import NotVisible, TerraformUnreachable
from bot.core.freezes import FreezeWindow
from bot.core.reminders import ReminderRule
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Run
from bot.core.scopes import Scope
from bot.core.servers import Project
from bot.core.windows import Window
from tests.services.house import ANA, DEPLOYS, POLICY, House, open_house

BY_NAME = frozenset({"Data Platform"})
RULES = replace(POLICY, rules=(Rule(name="data", match=Match(projects=BY_NAME), demand=Demand(votes=2)),), hash="by name")
SLOW = timedelta(minutes=30)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        yield house


async def planned(house: House, project_id: str | None = "prj-data") -> Run:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod", project_id=project_id), "planned")
    await look(house)
    return run


async def look(house: House) -> None:
    """The seldom one."""
    await house.poll(1000)


def call(house: House, project_id: str, name: str) -> None:
    house.memberships.known = [one for one in house.memberships.known if one.id != project_id] + [Project(id=project_id, name=name)]


async def rules_of(house: House, run: Run) -> tuple[tuple[str, ...], bool]:
    """The rules that apply, and whether one may only."""
    verdict = (await house.vote(run.id)).verdict
    return (verdict.rules, verdict.project_unread) if verdict is not None else ((), False)


async def test_a_rule_by_name_applies_to_the_workspaces_of_that_project_alone(house: House) -> None:
    assert await rules_of(house, await planned(house)) == (("data",), False)
    other = house.runs.add_run(house.runs.add_workspace("dns", project_id="prj-web"), "planned")
    await house.poll()
    await house.vote(other.id)
    assert [call.given["run_id"] for call in house.runs.calls_of("act")] == [other.id]


@pytest.mark.parametrize("project_id", ["prj-new", None])
async def test_a_project_that_nobody_knows_may_be_any(house: House, project_id: str | None) -> None:
    assert await rules_of(house, await planned(house, project_id)) == (("data",), True)
    assert house.runs.calls_of("act") == []


async def asked(house: House) -> None:
    """A run of the project web asks in the channel."""
    workspace = house.runs.add_workspace("storefront-dev", project_id="prj-web")
    await look(house)
    await house.watching.add(AddWatch("*"), ANA, DEPLOYS)
    house.runs.add_run(workspace, "planned")
    await house.turn()


async def test_the_next_look_takes_another_name_and_what_waits_is_judged_anew(house: House) -> None:
    await asked(house)
    assert await lacks(house) == []
    call(house, "prj-web", "data platform")
    await look(house)
    assert ["0 of 2 votes" in said for said in await lacks(house)] == [True]


async def lacks(house: House) -> list[str]:
    await house.paint()
    tally = house.in_channel()[0].run_picture.tally
    assert tally is not None
    return [said for said in tally.lacks if "Rule" in said]


async def test_projects_that_may_not_be_seen_any_more_have_no_names(house: House) -> None:
    run = await planned(house, "prj-web")
    house.memberships.fail(TerraformUnreachable("tfe.example"))
    await look(house)
    assert await names(house) == {"prj-web": "web", "prj-data": "data platform"}
    house.memberships.fail(NotVisible("The projects of acme"))
    await look(house)
    assert await names(house) == {}
    assert await rules_of(house, run) == (("data",), True)


async def names(house: House) -> dict[str, str]:
    async with house.store.read() as transaction:
        return await transaction.projects.of("acme")


async def test_a_freeze_and_reminders_go_by_names_too(tmp_path: Path) -> None:
    freeze = FreezeWindow(name="sale", scope=Scope(projects=BY_NAME), window=Window())
    reminders = ReminderRule(scope=Scope(projects=BY_NAME), after=SLOW)
    policy = replace(POLICY, freezes=(freeze,), reminders=(reminders,), hash="by name")
    async with open_house(tmp_path, policy=policy) as house:
        data, web = (house.runs.add_workspace(f"{name}-prod", project_id=f"prj-{name}") for name in ("data", "web"))
        held, free = house.runs.add_run(data, "planned"), house.runs.add_run(web, "planned")
        await look(house)
        await house.vote(held.id)
        await house.vote(free.id)
        assert [call.given["run_id"] for call in house.runs.calls_of("act")] == [free.id]
        assert [one.scope for one in (await house.freezing.list(ANA)).now] == ["“sale”: project Data Platform"]


async def test_where_nothing_goes_by_a_name_nothing_is_judged_anew_for_one(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await asked(house)
        await look(house)
        await house.paint()
        call(house, "prj-web", "shop")
        await look(house)
        async with house.store.read() as transaction:
            assert await transaction.messages.due(house.clock.now()) == ()
        assert (await names(house))["prj-web"] == "shop"
