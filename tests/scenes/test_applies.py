"""Finds each apply that was not decided, and none that was: the rows come from real decisions and are then changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.audits import AuditKind, Entry
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze
from bot.core.policies import SOFT_FAILED, PolicyCheck
from bot.core.runs import Action
from bot.rules import parse_rules
from tests.scenes.books import GROUP, PEOPLE, RULES, Book, open_book
from tests.scenes.entitlements import People
from tests.scenes.orders import UndecidedApply, orders_of
from tests.scenes.stage import Stage, open_stage
from tests.services.house import DEPLOYS, KIM

LONG, SHORT = timedelta(minutes=5), timedelta(seconds=5)


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    async with open_book(tmp_path) as book:
        yield book


def has(wrongs: list[str], words: str) -> bool:
    return any(words in wrong for wrong in wrongs)


# What was decided


@pytest.mark.parametrize("is_readable", [True, False])
async def test_an_apply_that_two_people_decided_passes(book: Book, is_readable: bool) -> None:  # noqa: FBT001 - the case
    await book.approved(is_readable=is_readable)
    assert await book.wrongs() == []


async def test_an_emergency_apply_passes_only_with_a_reason_and_a_person_who_may(book: Book) -> None:
    run = await book.planned("storefront-dev")
    await book.house.freezing.declare(DeclareFreeze("*-dev", "the sale"), KIM, DEPLOYS)
    book.house.clock.move(60)
    await book.house.act(Action.APPLY, run.id, comment="it burns", breaks_glass=True)
    await book.note(run)
    assert await book.wrongs() == []
    await book.change("UPDATE decisions SET broke_glass = 0")
    assert has(await book.wrongs(), "frozen: *-dev")
    await book.change("UPDATE decisions SET broke_glass = 1", "UPDATE audit SET reason = '' WHERE kind = 'break-glass'")
    assert has(await book.wrongs(), "the audit says of the emergency")
    await book.change("UPDATE decisions SET person = 'U0KIM'", "UPDATE intents SET person = 'U0KIM'")
    assert has(await book.wrongs(), "U0KIM may not decide in spite of a freeze")


async def test_an_auto_apply_passes_only_if_somebody_asked_for_it(book: Book) -> None:
    book.house.runs.add_workspace("storefront-dev")
    run_id = str((await book.house.start("storefront-dev", "nightly", auto_apply=True)).run_id)
    run = book.house.runs.finish_plan(run_id, additions=1)
    await book.house.poll()
    book.house.clock.move(31)
    await book.house.autoapply.tick(book.house.clock.now())
    await book.note(run)
    assert await book.wrongs() == []
    await book.change("""UPDATE intents SET payload = replace(payload, '"auto_apply": "yes"', '"auto_apply": "no"')""")
    assert has(await book.wrongs(), "did not ask that it be applied by itself")


async def test_an_override_is_looked_up_at_its_own_gate(book: Book) -> None:
    house = book.house
    run = house.runs.add_run(house.runs.add_workspace("storefront-dev"))
    facts: dict[str, Any] = {"passed": 2, "soft_failed": 1, "is_overridable": True, "may_override": True}
    house.policies.of_run[run.id] = (PolicyCheck(id="polchk-1", status_word=SOFT_FAILED, **facts),)
    house.policies.outputs["polchk-1"], house.policies.stages_of[run.id] = "Result: false", ()
    house.runs.finish_plan(run.id)
    house.runs.move(run.id, "policy_override", has_changes=True)
    await house.act(Action.OVERRIDE, run.id, comment="the tag comes later")
    await book.note(run, "/api/v2/policy-checks/polchk-1/actions/override")
    assert await book.wrongs() == []
    assert has(await book.wrongs([replace(book.orders[0], path="/api/v2/policy-checks/polchk-2/actions/override")]), "at override:polchk-1")
    assert has(await book.wrongs([replace(book.orders[0], path=f"/api/v2/runs/{run.id}/actions/apply")]), "0 intents")
    await book.change("UPDATE votes SET reason = ''")
    assert has(await book.wrongs(), "an override without a reason")


async def test_what_was_throttled_may_come_again_and_nothing_else(book: Book) -> None:
    await book.approved()
    [order] = book.orders
    throttled = replace(order, status=429)
    assert await book.wrongs([throttled, throttled, order]) == []
    assert has(await book.wrongs([order, replace(order, status=None)]), "sent 2 times")


# What was not


@pytest.mark.parametrize(
    "facts,words",
    [
        ({"comment": ""}, "0 intents"),
        ({"comment": "applied by ana (U0ANA) in #deploys (ref rb-0123456789ab)"}, "0 intents"),
        ({"run_id": "run-another"}, "it was decided about"),
        ({"plan": "sha256:another"}, "decided about the plan"),
        ({"plan": ""}, "decided about the plan"),
        ({"received_at": datetime.fromisoformat("2026-11-24T12:00:01+00:00")}, "was marked as sent at"),
    ],
)
async def test_a_request_that_no_intent_carried_is_found(book: Book, facts: dict[str, Any], words: str) -> None:
    await book.approved()
    assert has(await book.wrongs([replace(book.orders[0], **facts)]), words)


@pytest.mark.parametrize(
    "statement,words",
    [
        ("DELETE FROM decisions", "decision None"),
        ("DELETE FROM intents", "0 intents"),
        ("UPDATE intents SET sent_at = NULL", "sent at None"),
        ("UPDATE intents SET state = 'pending'", "its intent is pending"),
        ("UPDATE intents SET round = 2", "decision None"),
        ("UPDATE decisions SET intent_id = 'rb-0'", "decided otherwise"),
        ("UPDATE decisions SET action = 'discard'", "decided otherwise"),
        ("UPDATE decisions SET person = 'U0RAJ'", "U0RAJ decided without a vote that counts"),
        ("UPDATE decisions SET decided_at = '2027-01-01 00:00:00.000000'", "after it was sent"),
        ("UPDATE decisions SET plan_digest = 'sha256:another'", "decided about the plan"),
        ("UPDATE audit SET plan_digest = 'sha256:another' WHERE kind = 'decision'", "the audit says that was decided"),
        ("DELETE FROM audit WHERE kind = 'decision'", "the audit says that was decided: []"),
        ("DELETE FROM audit WHERE kind = 'vote'", "the audit knows of no such vote"),
        ("UPDATE votes SET plan_digest = 'sha256:another' WHERE person = 'U0KIM'", "1 of 2 votes"),
        ("UPDATE votes SET rules_hash = 'others' WHERE person = 'U0KIM'", "1 of 2 votes"),
        ("UPDATE votes SET at = '2027-01-01 00:00:00.000000' WHERE person = 'U0KIM'", "1 of 2 votes"),
        ("DELETE FROM votes WHERE person = 'U0KIM'", "1 of 2 votes"),
        ("DELETE FROM votes", "nobody with the right to decide voted"),
        ("UPDATE gates SET tally = NULL", "the verdict is not there"),
        ("""UPDATE gates SET tally = replace(tally, '"granted"', '"missing"')""", "the verdict is missing"),
        ("""UPDATE gates SET tally = replace(tally, '"two"', '"one"')""", "the verdict left out the rules ['two']"),
        ("UPDATE gates SET round = 0", "and 0 is open"),
        ("UPDATE rules SET hash = 'others'", "in force were"),
        ("UPDATE rules SET text = text || '[[rights]]\nmay = [\"decide\"]\nmembers = true'", "the text of the rules is not there"),
        ("UPDATE rules SET activated_at = '2027-01-01 00:00:00.000000'", "in force were"),
    ],
)
async def test_an_apply_is_found_where_a_row_is_gone_or_says_otherwise(book: Book, statement: str, words: str) -> None:
    await book.approved()
    await book.change(statement)
    assert has(await book.wrongs(), words)


async def test_another_plan_is_found_where_only_its_numbers_were_known(book: Book) -> None:
    await book.approved(is_readable=False)
    await book.change("UPDATE plans SET additions = 7")
    assert has(await book.wrongs(), "decided about the plan “weak:")


async def test_rules_that_were_replaced_before_it_was_sent_are_found(book: Book) -> None:
    run = await book.approved()
    sent = (await book.house.intent_of(run.id)).sent_at
    assert sent is not None
    insert = "INSERT INTO rules (hash, source, text, by, activated_at) VALUES ('others', '', '', '', :at)"
    await book.change(insert, at=f"{sent + SHORT:%Y-%m-%d %H:%M:%S.%f}")
    assert await book.wrongs() == []
    await book.change("UPDATE rules SET activated_at = :at WHERE hash = 'others'", at=f"{sent - SHORT:%Y-%m-%d %H:%M:%S.%f}")
    assert has(await book.wrongs(), "in force were [['others'], ['others']]")


@pytest.mark.parametrize(
    "people", [People(GROUP - {"U0KIM"}, PEOPLE.groups), People(GROUP, {"S0PLATFORM": frozenset({"U0ANA"})}), People(GROUP, {})]
)
async def test_a_voter_who_is_no_member_or_has_no_right_does_not_count(book: Book, people: People) -> None:
    await book.approved()
    assert has(await book.wrongs(people=people), "of 2 votes")


def freeze(pattern: str, at: datetime, until: datetime | None = None, action: str = "freeze") -> Entry:
    details = {"until": until.isoformat()} if until else {}
    return Entry(at=at, kind=AuditKind.FREEZE, person="U0KIM", workspace=pattern, action=action, reason="the sale", details=details)


async def test_a_freeze_that_was_in_force_when_it_was_sent_is_found(book: Book) -> None:
    run = await book.approved()
    sent = (await book.house.intent_of(run.id)).sent_at
    assert sent is not None
    await book.write(freeze("*-dev", sent - LONG), freeze("*-PROD", sent - LONG, sent - SHORT), freeze("*", sent + SHORT))
    assert await book.wrongs() == [], "of another workspace, over by then, or not begun yet"
    await book.write(freeze("*-Prod", sent - LONG))
    assert has(await book.wrongs(), "frozen: *-Prod")
    await book.write(freeze("*-Prod", sent - SHORT, action="unfreeze"))
    assert await book.wrongs() == []


async def test_freezes_are_known_by_what_people_declared_and_ended(book: Book) -> None:
    run = await book.planned()
    await book.house.freezing.declare(DeclareFreeze("storefront-*", "the sale"), KIM, DEPLOYS)
    book.house.clock.move(60)
    frozen_at = book.house.clock.now()
    book.house.clock.move(60)
    await book.house.freezing.lift(LiftFreeze("storefront-*"), KIM, DEPLOYS)
    await book.approve(run)
    assert await book.wrongs() == []
    moment = f"{frozen_at:%Y-%m-%d %H:%M:%S.%f}"
    await book.change("UPDATE intents SET sent_at = :at", "UPDATE decisions SET decided_at = :at", at=moment)
    assert has(await book.wrongs(), "frozen: storefront-*")


async def test_what_the_clocks_of_several_processes_leave_open_passes(book: Book) -> None:
    run = await book.approved()
    sent = (await book.house.intent_of(run.id)).sent_at
    assert sent is not None
    insert = "INSERT INTO rules (hash, source, text, by, activated_at) VALUES ('others', '', '', '', :at)"
    await book.change(insert, at=f"{sent - SHORT:%Y-%m-%d %H:%M:%S.%f}")
    await book.write(freeze("*-prod", sent - SHORT))
    await book.change("UPDATE decisions SET decided_at = :at", at=f"{sent + SHORT / 5:%Y-%m-%d %H:%M:%S.%f}")
    assert await book.wrongs(apart=2 * SHORT) == []
    assert len(await book.wrongs(apart=SHORT / 10)) == 2, "the order of decision and sending, and the rules"
    await book.change("DELETE FROM rules WHERE hash = 'others'")
    await book.write(freeze("*-dev", sent - SHORT), freeze("*-PROD", sent - LONG))
    assert has(await book.wrongs(apart=2 * SHORT), "frozen: *-PROD")
    await book.write(freeze("*-PROD", sent, action="unfreeze"), freeze("*-PROD", sent + SHORT))
    assert await book.wrongs(apart=2 * SHORT) == []


async def test_a_freeze_of_the_file_is_found(book: Book) -> None:
    await book.approved()
    await under(book, f'{RULES}\n[[freezes]]\nname = "autumn"\nsince = 2026-11-01\nuntil = 2026-11-30\n')
    assert has(await book.wrongs(), "frozen: “autumn”")


@pytest.mark.parametrize(
    "demand,words",
    [
        ('deny = "By hand."', "never from Slack"),
        ("outside = true", "never from Slack"),
        ('risk = "critical"', "never from Slack"),
        ("votes = 3", "2 of 3 votes"),
        ('people = ["U0RAJ"]', "0 of 1 votes"),
        ("typed_name = true", "0 of 1 votes"),
        ('one_from_each = ["S0SECURITY"]', "nobody of S0SECURITY"),
        ('windows = ["long ago"]', "decided while its windows were closed"),
    ],
)
async def test_each_demand_of_a_rule_is_looked_up(book: Book, demand: str, words: str) -> None:
    """The rules are replaced by stricter ones after the decision, as if those had been in force."""
    await book.approved()
    window = '[[windows]]\nname = "long ago"\nsince = 2020-01-01\nuntil = 2020-01-02\n'
    stricter = f'{RULES}\n[[rules]]\nname = "stricter"\nworkspaces = ["*-prod"]\n{demand}\n{window}'
    await under(book, stricter)
    assert has(await book.wrongs(), f"rule “stricter”: {words}")


async def under(book: Book, rules: str) -> None:
    """Change all rows as if everything was decided under other rules."""
    found = parse_rules(rules)
    await book.change(
        "UPDATE rules SET text = :text, hash = :hash",
        "UPDATE audit SET rules_hash = :hash",
        "UPDATE votes SET rules_hash = :hash",
        text=rules,
        hash=found.hash,
    )


def test_a_log_that_has_lost_an_apply_is_found() -> None:
    counts = {"POST /api/v2/runs/run-1/actions/discard": 1, "GET /api/v2/runs/run-1/actions/apply": 1}
    assert orders_of({"requests": [], "counts": counts}) == []
    with pytest.raises(UndecidedApply, match="kept 0 of 1"):
        orders_of({"requests": [], "counts": counts | {"POST /api/v2/runs/run-1/actions/apply": 1}})


# Over the real wires


async def test_an_apply_with_the_bots_token_that_nobody_decided_fails_its_stage(tmp_path: Path) -> None:
    with pytest.raises(UndecidedApply, match=": 0 intents"):
        await two_applies_outside(tmp_path)


async def two_applies_outside(folder: Path) -> None:
    async with open_stage(folder, "--engine", "scripted", "--speed", "20") as stage:
        await stage.start_bot()
        await applied_outside(stage, "user_token")
        await stage.demand_decided()
        await applied_outside(stage, "token")


async def applied_outside(stage: Stage, token: str) -> None:
    run_id = await stage.start_outside("storefront-dev")
    await stage.until_run("storefront-dev", "planned")
    answer = await stage.terraform("POST", f"runs/{run_id}/actions/apply", body={"comment": "by hand"}, token=token)
    assert answer.is_success
    await stage.until_run("storefront-dev", "applied")
