"""A workspace that somebody may not read is answered, to the letter, as one that does not exist: by every command and every button."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.core.commands import GRAMMAR
from bot.core.people import Circle
from bot.core.policy import Actor, Grant, Policy, Right
from bot.core.rules import Demand, Match, Rule
from bot.core.runs import Run
from bot.slack import ids
from tests.handlers.desk import Desk, click, command, open_desk, submission
from tests.services.house import ANA, DEPLOYS, GUS, KIM, RAJ

HIDDEN, ABSENT = "vault-prod", "crypt-prod"
NO_RUN = "run-nosuchrun0000000"
POLICY = Policy(
    (
        Grant(may=frozenset(Right), workspaces=("*-dev",), members=True),
        Grant(may=frozenset(Right), people=frozenset({ANA.id})),
    ),
    source="runbell.toml",
    rules=(
        Rule(
            name="asked",
            line=1,
            match=Match(workspaces=("vault-*",)),
            demand=Demand(votes=2, circle=Circle(people=frozenset({ANA.id, KIM.id}))),
        ),
    ),
)
BY_NAME = {
    "runs": "runs {name}",
    "queue": "queue {name}",
    "audit": "audit {name}",
    "run": "run {name} a message",
    "promote": "promote {name} storefront-dev",
    "freeze": "freeze {name} a reason",
    "unfreeze": "unfreeze {name}",
    "watch": "watch {name}",
    "unwatch": "unwatch {name}",
    "lock": "lock {name} a reason",
    "unlock": "unlock {name}",
    "force-unlock": "force-unlock {name}",
    "workspaces": "workspaces {name}",
    "upload": "upload {name}",
    "override": "override {name} a reason",
    "comment": "comment {name} some words",
    "snooze": "snooze {name} 2h",
}
"""How a command names a workspace; all others with `<run>` in their usage are `word {name}`."""
MORE = (
    "promote storefront-dev {name}",
    "promote {name}",
    "run storefront-dev --version {run}",
    "run storefront-dev --version {version}",
    "run storefront-dev --version {commit}",
    "run acme/{name}",
    "show https://terraform.test/app/acme/workspaces/{name}/runs/{run}",
    "approve {run} --break-glass a reason",
    "approve {name} a reason --name {name}",
    "runs {start}*",
    "workspaces {start}*",
    "freeze {start}* a reason",
    "unfreeze {start}*",
    "help {name}",
    "{name}",
    "show {near}",
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, POLICY) as desk:
        yield desk


async def hidden_run(desk: Desk) -> Run:
    """A run of a workspace that the others may not read, as it waits for a decision, known to us from a look."""
    house = desk.house
    house.runs.add_workspace("storefront-dev")
    run = house.runs.add_run(house.runs.add_workspace(HIDDEN), "planned", configuration_version_id="cv-hidden")
    await house.poll()
    return run


TAKING = [row.word for row in GRAMMAR if row.usage != row.word and row.word not in {"help", "notify"}]


def row_rest(word: str) -> str:
    return BY_NAME[word].partition("{name}")[2] if word in BY_NAME else ""


TEXTS = {
    "by run": tuple(f"{row.word} {{run}}{row_rest(row.word)}" for row in GRAMMAR if "<run>" in row.usage),
    "by name": tuple(BY_NAME.get(word, f"{word} {{name}}") for word in TAKING),
    "more": MORE,
    "by pattern": ("watch {start}*", "watch {start}-* --measure all"),
}
"""Every command of the grammar that names a workspace or a run, both ways, and the other ways to name one. A group of them is typed on one
desk: none changes what the others are answered, and a group is refused less often than the cap on refusals allows.
"""


def facts(run: Run | None) -> dict[str, str]:
    """What is written into a text, for the one that is there and for the one that is not."""
    if run is not None:
        return {"name": HIDDEN, "run": run.id, "version": "cv-hidden", "commit": "4f2a91c", "start": HIDDEN[:5], "near": f"{HIDDEN}x"}
    return {"name": ABSENT, "run": NO_RUN, "version": "cv-nosuch", "commit": "0000000", "start": ABSENT[:5], "near": f"{ABSENT}x"}


def neutral(answer: object, run: Run | None) -> str:
    """An answer with what was typed taken out of it."""
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
    for name, word in sorted(facts(run).items(), key=lambda one: -len(one[1])):
        text = text.replace(word, f"<{name}>")
    return text


async def answered(desk: Desk, body: dict[str, Any], run: Run | None) -> list[str]:
    """All that somebody sees of what they did: private answers, words said elsewhere, and modals."""
    private = desk.private
    before = len(desk.answers), len(private.told), len(private.views)
    await desk.send(body)
    seen = [*desk.answers[before[0] :], *private.told[before[1] :], *private.views[before[2] :]]
    return [neutral(one, run) for one in seen]


Making = Callable[[str, Run | None], dict[str, Any]]
"""Makes the payload for one of several ways to ask, about the run that is there or about the one that is not."""


async def demand_same(desk: Desk, run: Run, ways: Sequence[str], make: Making) -> None:
    """Every way to ask is answered for the hidden run as for the one that is not there, and something is answered; nothing is done."""
    calls = calls_that_act(desk)
    seen = {way: [await answered(desk, make(way, one), one) for one in (run, None)] for way in ways}
    assert {way: answers for way, answers in seen.items() if answers[0] != answers[1]} == {}
    assert [way for way, answers in seen.items() if not answers[0]] == []
    assert calls_that_act(desk) == calls
    assert await desk.house.votes(run.id) == ()
    async with desk.house.store.read() as transaction:
        outcomes = {row.outcome for row in await transaction.audit.page(0)}
        assert await transaction.freezes.all() == ()
    assert "TooManyRefused" not in outcomes, "that answer is always the same: ask on several desks"


def calls_that_act(desk: Desk) -> int:
    return len(desk.house.runs.calls_of("act")) + len(desk.house.runs.calls_of("create_run"))


def typed_by(desk: Desk, actor: Actor) -> Making:
    return lambda text, run: command(text.format(**facts(run)), actor, DEPLOYS, desk.response_url)


def test_the_texts_name_every_command_that_takes_a_workspace_or_a_run() -> None:
    named = {text.split()[0] for texts in TEXTS.values() for text in texts}
    assert {row.word for row in GRAMMAR if any(word in row.usage for word in ("<run>", "workspace", "<from>"))} <= named


@pytest.mark.parametrize("group", TEXTS)
@pytest.mark.parametrize("actor", [RAJ, GUS], ids=["member", "guest"])
async def test_every_command_answers_for_a_hidden_workspace_as_for_one_that_is_not_there(desk: Desk, group: str, actor: Actor) -> None:
    await demand_same(desk, await hidden_run(desk), TEXTS[group], typed_by(desk, actor))


@pytest.mark.parametrize("group", TEXTS)
async def test_they_are_the_same_while_slack_does_not_tell_who_is_in_a_group(tmp_path: Path, group: str) -> None:
    readers = Grant(may=frozenset({Right.READ}), workspaces=("vault-*",), groups=frozenset({"S0GONE"}))
    grouped = Policy((*POLICY.grants, readers), source="runbell.toml")
    async with open_desk(tmp_path, grouped) as desk:
        await demand_same(desk, await hidden_run(desk), TEXTS[group], typed_by(desk, RAJ))


RUN_BUTTONS = (
    *(ids.APPROVE, ids.APPROVE_BECAUSE, ids.DISCARD, ids.CANCEL, ids.OVERRIDE, ids.FORCE_CANCEL, ids.UNVOTE, ids.SNOOZE, ids.GLASS),
    *(ids.OVERRIDE_GLASS, ids.REVIEW, ids.RETRY, ids.PROMOTE_FORM, ids.HOME_SHOW),
)
"""Buttons whose value is the address of a run."""
LOOKS = ("queue acme/{name}", "runs {name}", "show {run}", "runs {start}*")
FORMS = (ids.APPROVAL, ids.DISCARDING, ids.OVERRIDING, ids.GLASS, ids.OVERRIDE_GLASS)


@pytest.mark.parametrize("actor", [RAJ, GUS], ids=["member", "guest"])
async def test_every_button_answers_for_a_hidden_run_as_for_one_that_is_not_there(desk: Desk, actor: Actor) -> None:
    def clicked(action_id: str, run: Run | None) -> dict[str, Any]:
        return click(action_id, ids.encode(ids.Address(facts(run)["run"])), actor, DEPLOYS, desk.response_url)

    await demand_same(desk, await hidden_run(desk), RUN_BUTTONS, clicked)


async def test_a_button_of_a_stage_names_neither_the_source_nor_the_target(desk: Desk) -> None:
    def clicked(target: str, run: Run | None) -> dict[str, Any]:
        named = facts(run)
        value = ids.encode_stage(ids.Stage(run_id=named["run"], workspace=f"acme/{target.format(**named)}"))
        return click(ids.PROMOTE_NEXT, value, RAJ, DEPLOYS, desk.response_url)

    await demand_same(desk, await hidden_run(desk), ("storefront-dev", "{name}"), clicked)


async def test_buttons_that_only_look_answer_the_same(desk: Desk) -> None:
    def clicked(text: str, run: Run | None) -> dict[str, Any]:
        value = ids.encode_look(ids.LookAddress(text.format(**facts(run))))
        return click(ids.LOOK_AT, value, RAJ, DEPLOYS, desk.response_url)

    await demand_same(desk, await hidden_run(desk), LOOKS, clicked)


@pytest.mark.parametrize("actor", [RAJ, GUS], ids=["member", "guest"])
async def test_every_form_about_a_run_answers_the_same(desk: Desk, actor: Actor) -> None:
    def submitted(callback_id: str, run: Run | None) -> dict[str, Any]:
        named = facts(run)
        metadata = ids.encode_view(ids.ViewAddress(named["run"], DEPLOYS.channel, named["name"]))
        blocks = [{"type": "input", "block_id": name} for name in ("reason", "name")]
        view = {"callback_id": callback_id, "private_metadata": metadata, "blocks": blocks}
        return submission(view, {"reason": "a reason", "name": named["name"]}, actor)

    desk.guard.repeats = None  # the form has one trigger, and is sent for both
    await demand_same(desk, await hidden_run(desk), FORMS, submitted)


async def test_a_field_offers_nothing_of_a_hidden_workspace(desk: Desk) -> None:
    await hidden_run(desk)
    for action_id in (ids.WORKSPACE_TO_START, ids.WORKSPACE_TO_READ):
        for typed in ("", "vault", HIDDEN, "acme/*"):
            body = {
                "type": "block_suggestion",
                "api_app_id": "A0RUNBELL",
                "team": {"id": RAJ.team_id, "domain": "acme"},
                "user": {"id": RAJ.id, "team_id": RAJ.team_id},
                "action_id": action_id,
                "block_id": "b",
                "value": typed,
            }
            response = await desk.send(body)
            assert "vault" not in str(response.body)
            assert ("storefront-dev" in str(response.body)) == (typed in {"", "acme/*"})


async def test_the_audit_says_what_the_person_was_not_told(desk: Desk) -> None:
    run = await hidden_run(desk)
    for text in (f"show {HIDDEN}", f"show {run.id}", f"runs {HIDDEN}", f"show {ABSENT}"):
        await desk.type(text, RAJ)
    async with desk.house.store.read() as transaction:
        rows = await transaction.audit.page(0)
    kinds = {(row.action, row.workspace, row.outcome) for row in rows}
    assert ("show", f"acme/{HIDDEN}", "RightMissing") in kinds
    assert ("runs", "", "RightMissing") in kinds
    assert ("show", ABSENT, "UnknownWorkspace") in kinds


async def test_whom_the_rules_ask_about_a_run_votes_on_it_and_sees_nothing_else(desk: Desk) -> None:
    """Kim is named by a rule and has no right in the workspace: the rule asks for a vote, and that alone is hers."""
    run = await hidden_run(desk)
    assert await desk.click(ids.APPROVE, ids.encode(ids.Address(run_id=run.id)), RAJ) != []
    assert await desk.house.votes(run.id) == ()
    await desk.type(f"approve {run.id}", KIM)
    assert [vote.person for vote in await desk.house.votes(run.id)] == [KIM.id]
    unknown = await answered(desk, command(f"show {NO_RUN}", KIM, DEPLOYS, desk.response_url), None)
    assert await answered(desk, command(f"show {run.id}", KIM, DEPLOYS, desk.response_url), run) == unknown
    assert await answered(desk, command(f"discard {run.id}", KIM, DEPLOYS, desk.response_url), run) == unknown
    await desk.type(f"unvote {run.id}", KIM)
    assert await desk.house.votes(run.id) == ()
