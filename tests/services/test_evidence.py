"""What a verdict hangs on, as it is put together: digest, costs, origins, commits that were applied, people and groups."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.core.chains import Chain
from bot.core.commands.runs import RunReference
from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.costs import CostEstimate
from bot.core.errors import ChatUnreachable, RightMissing, TerraformUnreachable
from bot.core.identities import KnownPerson, Origin, Role
from bot.core.people import Circle
from bot.core.plans import PlanFacts, weak_digest
from bot.core.policies import PolicyCheck
from bot.core.readings import RunReading
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Action, Commit, Run
from bot.core.verdicts import Outcome
from bot.core.votes import Vote
from bot.core.workspaces import Workspace
from bot.services.reading import Found
from tests.services.house import ANA, GUS, KIM, POLICY, House, open_house

SECURITY = Rule(name="security", match=Match(workspaces=("*-prod",)), demand=Demand(circle=Circle(groups=frozenset({"S0SECURITY"}))))
ELSEWHERE = Rule(name="elsewhere", match=Match(workspaces=("*-dev",)), demand=Demand(one_from_each=("S0ELSEWHERE",)))
FAILED = Rule(name="failed", match=Match(failed_policy=True), demand=Demand(votes=2))
CHAIN = Chain(name="storefront", stages=("storefront-dev", "storefront-prod"))
RULES = replace(POLICY, rules=(SECURITY, ELSEWHERE), chains=(CHAIN,), people=(KnownPerson(slack=("U0ANA",), vcs=frozenset({"ana"})),))
FACTS = PlanFacts(plan_id="plan-1", status_word="finished", additions=0, changes=0, destructions=1)
PLAN = b'{"format_version": "1.2", "resource_changes": [{"address": "a.b", "type": "a", "change": {"actions": ["delete"]}}]}'
COMMIT = Commit(sha="f00", author="ana-gh")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=RULES) as house:
        house.people.groups["S0SECURITY"] = frozenset({"U0RAJ"})
        yield house


def found_in(
    house: House, plan: PlanFacts | None = FACTS, reading: RunReading | None = None, *, name: str = "storefront-prod", **facts: object
) -> Found:
    workspace = house.runs.add_workspace(name)
    run = replace(house.runs.add_run(workspace, "planned"), plan_id="plan-1", **facts)  # type: ignore[arg-type]  # fields of Run by name
    return Found(run, workspace, plan, reading)


async def test_the_digest_is_strong_where_the_json_can_be_read(house: House) -> None:
    found = found_in(house)
    weak = await house.evidence.question(Action.APPLY, found)
    assert (weak.digest, weak.plan.contents) == (weak_digest(found.run.id, FACTS), None)
    house.texts.texts["plan-1"] = PLAN
    strong = await house.evidence.question(Action.APPLY, found)
    assert strong.plan.contents is not None
    assert strong.digest == strong.plan.contents.digest


async def test_without_a_finished_plan_there_is_no_digest(house: House) -> None:
    running = replace(FACTS, status_word="running")
    assert [(await house.evidence.question(Action.APPLY, found_in(house, plan))).digest for plan in (None, running)] == ["", ""]


@pytest.mark.parametrize(
    "cost, rise",
    [
        (None, None),
        (CostEstimate(id="ce-1", status_word="finished", delta=Decimal("12.50")), Decimal("12.50")),
        (CostEstimate(id="ce-1", status_word="errored", delta=Decimal("12.50")), None),
    ],
)
async def test_costs_are_known_once_they_are_estimated(house: House, cost: CostEstimate | None, rise: Decimal | None) -> None:
    found = found_in(house)
    question = await house.evidence.question(Action.APPLY, replace(found, reading=RunReading(run=found.run, cost=cost)))
    assert question.plan.cost_rise == rise


async def test_policies_are_asked_for_where_a_rule_wants_to_know(house: House, tmp_path: Path) -> None:
    assert (await house.evidence.question(Action.APPLY, found_in(house))).plan.failed_policies is None
    (tmp_path / "other").mkdir()
    async with open_house(tmp_path / "other", policy=replace(RULES, rules=(FAILED,))) as curious:
        found = found_in(curious)
        curious.policies.of_run[found.run.id] = (PolicyCheck(id="polchk-1", status_word="soft_failed"),)
        assert (await curious.evidence.question(Action.APPLY, found)).plan.failed_policies == ("polchk-1",)


def from_configuration(run: Run, ingress: Ingress | None) -> RunReading:
    return RunReading(run=run, configuration=ConfigurationVersion(id="cv-1", status_word="uploaded", ingress=ingress))


async def test_a_run_of_ours_came_from_whoever_asked_for_it(house: House) -> None:
    house.runs.add_workspace("storefront-prod")
    started = await house.start("storefront-prod", actor=ANA)
    run = replace(house.runs.run(started.run_id or ""), created_by="runbell")
    question = await house.evidence.question(Action.APPLY, Found(run, started.workspace, None, from_configuration(run, None)))
    assert dict(question.origins) == {Role.CREATOR: Origin(slack="U0ANA"), Role.REQUESTER: Origin(slack="U0ANA")}


async def test_a_run_of_version_control_came_from_whoever_pushed(house: House) -> None:
    question = await house.evidence.question(Action.APPLY, found_in(house, created_by=None, commit=COMMIT))
    assert dict(question.origins) == {Role.CREATOR: Origin(vcs="ana-gh"), Role.AUTHOR: Origin(vcs="ana-gh")}


async def test_where_the_server_does_not_say_whether_there_is_a_commit_anybody_may_have_made_it(house: House) -> None:
    found = found_in(house, created_by="kim")
    unknown = await house.evidence.question(Action.APPLY, found)
    assert unknown.origins[Role.AUTHOR] == Origin()
    for ingress, author in ((Ingress(sender="ana"), Origin(vcs="ana")), (None, None)):
        told = await house.evidence.question(Action.APPLY, replace(found, reading=from_configuration(found.run, ingress)))
        assert told.origins.get(Role.AUTHOR) == author


async def test_our_account_is_asked_for_once_and_again_where_nobody_answered(house: House) -> None:
    house.runs.fail("account", TerraformUnreachable("terraform.test"))
    found = found_in(house, created_by="runbell")
    for known in (Origin(terraform="runbell", may_be_ours=True), Origin(), Origin()):
        origins = (await house.evidence.question(Action.APPLY, found)).origins
        assert (origins[Role.CREATOR], origins[Role.REQUESTER]) == (known, known)
    assert len(house.runs.calls_of("account")) == 2


async def test_a_stage_has_applied_the_commit_where_a_run_of_it_was_applied(house: House) -> None:
    dev = house.runs.add_workspace("storefront-dev")
    found = found_in(house, commit=COMMIT)
    await keep(house, dev, replace(house.runs.add_run(dev, "planned"), commit=COMMIT))
    assert (await house.evidence.question(Action.APPLY, found)).applied_in == frozenset()
    await keep(house, dev, replace(house.runs.add_run(dev, "applied"), commit=COMMIT))
    assert (await house.evidence.question(Action.APPLY, found)).applied_in == {"acme/storefront-dev"}
    assert (await house.evidence.question(Action.APPLY, replace(found, run=replace(found.run, commit=None)))).applied_in == frozenset()


@pytest.mark.parametrize("facts, counts", [({}, True), ({"is_destroy": True}, False), ({"refresh_only": True}, False)])
async def test_a_stage_has_applied_a_promoted_version_where_a_run_of_it_was_applied(
    house: House, facts: dict[str, Any], *, counts: bool
) -> None:
    dev = house.runs.add_workspace("storefront-dev")
    found = found_in(house, configuration_version_id="cv-1")
    await keep(house, dev, house.runs.add_run(dev, "errored", configuration_version_id="cv-1"))
    await keep(house, dev, house.runs.add_run(dev, "applied", configuration_version_id="cv-2"))
    assert (await house.evidence.question(Action.APPLY, found)).applied_in == frozenset()
    await keep(house, dev, house.runs.add_run(dev, "applied", configuration_version_id="cv-1", **facts))
    applied = (await house.evidence.question(Action.APPLY, found)).applied_in
    assert applied == (frozenset({"acme/storefront-dev"}) if counts else frozenset())


async def keep(house: House, workspace: Workspace, run: Run) -> None:
    async with house.store.write() as transaction:
        await transaction.workspaces.put([workspace], house.clock.now())
        await transaction.runs.put(run, house.clock.now())


async def test_only_groups_that_the_verdict_hangs_on_are_asked_for(house: House) -> None:
    question = await house.evidence.question(Action.APPLY, found_in(house))
    assert dict(question.membership) == {"S0SECURITY": {"U0RAJ"}}
    house.people.groups["S0ELSEWHERE"] = frozenset({"U0KIM"})
    elsewhere = await house.evidence.question(Action.APPLY, found_in(house, name="storefront-dev"))
    assert dict(elsewhere.membership) == {"S0PLATFORM": {"U0ANA", "U0KIM"}, "S0ELSEWHERE": {"U0KIM"}}


async def test_voters_are_read_as_slack_knows_them_now(house: House) -> None:
    votes = [Vote(person=actor.id, at=house.clock.now(), digest="", rules="") for actor in (ANA, GUS)]
    question = await house.evidence.question(Action.APPLY, found_in(house), votes)
    assert {id_: person.standing.value for id_, person in question.people.items()} == {"U0ANA": "member", "U0GUS": "guest"}
    house.people.fail(ChatUnreachable(), times=5)
    assert dict((await house.evidence.with_people(question, votes)).people) == {}


async def test_why_says_how_it_stands_to_whoever_may_read(house: House) -> None:
    run = house.runs.add_run(house.runs.add_workspace("storefront-prod"), "planned")
    found = await house.lookups.why(RunReference(run_id=run.id), KIM)
    assert (found.verdict.outcome, found.verdict.rules, found.waits) == (Outcome.MISSING, ("security",), True)
    with pytest.raises(RightMissing):
        await house.lookups.why(RunReference(run_id=run.id), GUS)
