"""Votes over the real wires: two people, a typed name, and everything that can move between a vote and the call to the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenes.fleet import Fleet, open_fleet, rows
from tests.scenes.spills import exported
from tests.scenes.stage import Message, Stage, buttons, open_stage, whole_text

RULES = """\
[[rights]]
may = ["read"]
members = true

[[rights]]
may = ["start", "decide"]
groups = ["S0PLATFORM"]

[[rules]]
name = "two of the platform team"
workspaces = ["storefront-prod"]
votes = 2
groups = ["S0PLATFORM"]

[[rules]]
name = "careful"
workspaces = ["storefront-staging"]
projects = ["default project"]
risk = "high"

[[rules]]
name = "of another project, or one that nobody knows the name of"
projects = ["data platform"]
deny = "By hand."
"""
SPEED = "10"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path, "--engine", "scripted", "--speed", SPEED, rules=RULES) as stage:
        await stage.start_bot()
        yield stage


async def asked(stage: Stage, workspace: str, channel: str = "C0DEPLOYS", who: str = "@platform") -> tuple[str, Message]:
    """A run that was started outside of Slack, and the message that asks about it once it has been judged."""
    await stage.types("U0ANA", f"/tf watch {workspace}", channel)
    run_id = await stage.start_outside(workspace)
    return run_id, await stage.expects(who, action="run.approve", channel=channel)


async def applied(stage: Stage) -> int:
    return len(await stage.calls("/actions/apply"))


async def group(stage: Stage, *users: str) -> None:
    await stage.person("POST", "admin/group", json_body={"as": "U0ANA", "group": "S0PLATFORM", "users": list(users)})


async def submits(stage: Stage, person: str, reason: str, name: str) -> dict[str, Any]:
    values = {"reason": {"reason": reason}, "name": {"name": name}}
    return await stage.person("POST", "submit", json_body={"as": person, "values": values})


async def test_two_people_approve_and_the_card_counts(stage: Stage) -> None:
    _, call = await asked(stage, "storefront-prod")
    assert "0 of 2 votes. Who may: @platform" in whole_text(call)

    await stage.clicks("U0ANA", call, "run.approve")
    await stage.expects("Your vote", person="U0ANA")
    counted = await stage.expects("1 of 2 votes", action="run.approve")
    assert "@ana" in whole_text(counted).lower()
    assert await applied(stage) == 0

    await stage.clicks("U0KIM", counted, "run.approve")
    run = await stage.until_run("storefront-prod", "applied")
    assert run["attributes"]["auto-apply"] is False
    await stage.expects("Applied by <@U0KIM>")
    assert await applied(stage) == 1


async def test_a_vote_that_was_taken_back_does_not_count(stage: Stage) -> None:
    _, call = await asked(stage, "storefront-prod")
    await stage.clicks("U0ANA", call, "run.approve")
    mine = await stage.expects("Your vote", person="U0ANA", action="run.unvote")
    await stage.clicks("U0ANA", mine, "run.unvote")
    await stage.expects("is taken back", person="U0ANA")
    await stage.clicks("U0KIM", await stage.expects("0 of 2 votes", action="run.approve"), "run.approve")
    await stage.expects("1 of 2 votes")
    assert await applied(stage) == 0


async def test_a_high_risk_asks_for_the_typed_name(stage: Stage) -> None:
    _, call = await asked(stage, "storefront-staging")
    assert "Risk: high" in whole_text(call)
    await stage.clicks("U0ANA", call, "run.approve")
    async with asyncio.timeout(20):
        while (await stage.person("GET", "view", **{"as": "U0ANA"}))["view"] is None:
            await asyncio.sleep(0.05)

    wrong = await submits(stage, "U0ANA", "rotate", "storefront-prod")
    assert set(wrong["errors"]) == {"name"}
    assert await applied(stage) == 0

    await submits(stage, "U0ANA", "rotate", "storefront-staging")
    await stage.until_run("storefront-staging", "applied")

    link = f"https://acme.slack.com/archives/C0DEPLOYS/p{call['ts'].replace('.', '')}"
    await stage.types("U0ANA", "/tf audit storefront-staging")
    assert link in json.dumps(await stage.expects("Audit of", person="U0ANA"))
    written = map(json.loads, dict(await exported(stage))["audit.jsonl"].splitlines())
    assert {row["kind"]: row["permalink"] for row in written if row["reason"] == "rotate"} == {"vote": link, "decision": link}


async def test_a_voter_who_leaves_the_group_counts_no_more(stage: Stage) -> None:
    _, call = await asked(stage, "storefront-prod")
    await stage.clicks("U0ANA", call, "run.approve")
    await stage.expects("Your vote", person="U0ANA")
    await group(stage, "U0KIM", "U0RAJ")
    await stage.clicks("U0KIM", call, "run.approve")
    told = await stage.expects("Your vote", person="U0KIM")
    assert "1 of 2 votes" in whole_text(told)
    assert "they are none of those whose votes are wanted" in whole_text(told)
    assert await applied(stage) == 0


async def test_votes_fall_with_the_rules_they_were_given_under(stage: Stage) -> None:
    _, call = await asked(stage, "storefront-prod")
    await stage.clicks("U0ANA", call, "run.approve")
    await stage.expects("Your vote", person="U0ANA")
    await stage.stop_bot()
    (stage.folder / "runbell.toml").write_text(RULES.replace("votes = 2", 'votes = 2\nfour_eyes = ["requester"]'), encoding="utf-8")
    await stage.start_bot()
    await stage.clicks("U0KIM", call, "run.approve")
    told = await stage.expects("Your vote", person="U0KIM")
    assert "fell: the rules have changed since" in whole_text(told)
    assert await applied(stage) == 0


async def test_a_run_that_moves_between_the_click_and_the_call_is_not_applied(stage: Stage) -> None:
    run_id, call = await asked(stage, "storefront-dev")
    await stage.fault("terraform", f"GET /api/v2/runs/{run_id}*", "slow", seconds=1.5, times=1)
    await stage.clicks("U0ANA", call, "run.approve")
    await asyncio.sleep(0.5)
    await stage.terraform("POST", f"runs/{run_id}/actions/discard", body={"comment": "from the page"})
    told = await stage.until(lambda one: one["ephemeral"] and run_id in whole_text(one))
    assert "now: it is discarded" in whole_text(told) or "no longer in a state that allows this" in whole_text(told)
    await stage.until_run("storefront-dev", "discarded")


async def test_a_channel_with_other_companies_has_no_buttons_and_takes_no_commands(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf watch storefront-dev", "C0PARTNERS")
    await stage.start_outside("storefront-dev")
    told = await stage.expects("Nobody can act in this channel", channel="C0PARTNERS")
    assert buttons(told) == []
    await stage.types("U0ANA", "/tf approve storefront-dev", "C0PARTNERS")
    await stage.expects("People of other companies are in this channel", person="U0ANA", channel="C0PARTNERS")
    assert await applied(stage) == 0


async def test_a_run_that_was_wished_so_is_applied_by_itself(stage: Stage) -> None:
    await stage.types("U0ANA", "/tf run storefront-dev nightly --auto-apply")
    run = await stage.until_run("storefront-dev", "applied")
    assert run["attributes"]["auto-apply"] is False
    await stage.expects("by itself, as <@U0ANA> had asked")


@pytest.fixture
async def fleet(tmp_path: Path, bare_postgres_url: str) -> AsyncIterator[Fleet]:
    async with open_fleet(tmp_path, bare_postgres_url, speed=5) as fleet:
        yield fleet


@pytest.mark.postgres
async def test_of_two_last_voters_on_two_replicas_one_decides(fleet: Fleet) -> None:
    """Three votes are there and two are wanted: whoever comes last hears of it."""
    stage = fleet.stage
    (stage.folder / "runbell.toml").write_text(RULES.replace('groups = ["S0PLATFORM"]', "members = true"), encoding="utf-8")
    await fleet.prepare()
    await fleet.start("one", "two")
    run_id, call = await asked(stage, "storefront-prod", who="every full member")

    await asyncio.gather(*(stage.clicks(person, call, "run.approve") for person in ("U0ANA", "U0KIM", "U0RAJ")))

    await stage.until_run("storefront-prod", "applied")
    counts = (await stage.control("GET", "requests"))["counts"]
    assert counts[f"POST /api/v2/runs/{run_id}/actions/apply"] == 1
    assert len(await rows(fleet.url, "SELECT person FROM votes")) == 2
    assert await rows(fleet.url, "SELECT count(*) FROM decisions") == [(1,)]
