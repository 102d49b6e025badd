"""What is typed after the slash command, from Slack's payload to the private answer."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.commands import GRAMMAR, parse
from bot.core.commands.grammar import Command, Row
from bot.core.errors import BadCommand, RightMissing, TerraformAnswerLost, TerraformUnreachable
from bot.core.policy import Place, Right
from bot.core.runs import Run
from bot.slack import ids
from handlers.actions.others import INACTIVE
from handlers.commands import ROUTES, TAKES_BODY
from tests.handlers.desk import Desk, services_of
from tests.services.house import GUS, KIM, RAJ

MORE = {
    "help": "help run",
    "run": "run storefront-dev now",
    "promote": "promote storefront-dev storefront-dev",
    "override": "override storefront-dev it is known",
    "comment": "comment storefront-dev looks good",
    "freeze": "freeze storefront-dev until 2h a sale",
    "snooze": "snooze storefront-dev 2h",
    "notify": "notify me on",
}
"""What takes more than a workspace."""


def example_of(row: Row) -> str:
    """Something to type, about a workspace where there is any."""
    about = MORE.get(row.word, f"{row.word} storefront-dev")
    try:
        parse(about)
    except BadCommand:
        return row.word
    return about


EXAMPLES = {row.word: example_of(row) for row in GRAMMAR}


def with_run(desk: Desk, status: str = "planned") -> Run:
    return desk.house.runs.add_run(desk.house.runs.add_workspace("storefront-dev"), status)


def buttons_of(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be clicked in an answer, by its id."""
    return {one["action_id"]: one for block in answer["blocks"] if block["type"] == "actions" for one in block["elements"]}


def test_every_command_of_the_grammar_has_a_route_and_every_route_a_command() -> None:
    assert {type(parse(text)) for text in EXAMPLES.values()} == set(ROUTES)
    assert all(issubclass(command, Command) for command in ROUTES)


async def test_each_command_demands_the_right_that_its_row_names(desk: Desk) -> None:
    with_run(desk)
    services = services_of(desk.house, desk.private)
    for row in (row for row in GRAMMAR if row.right):
        wish = parse(EXAMPLES[row.word])
        route = ROUTES[type(wish)]
        more = {"body": {"trigger_id": "1.2.x"}} if route in TAKES_BODY else {}
        # A guest is told that they may not even read; a member who may read, and nothing else, is told what is missing.
        actor = GUS if row.right is Right.READ else RAJ
        with pytest.raises(RightMissing) as refused:
            await route(wish, services, actor, Place(channel="C0DEPLOYS"), **more)
        assert refused.value.right == row.right, row.word
        assert not desk.house.runs.calls_of("act") + desk.house.runs.calls_of("create_run"), row.word


async def test_nothing_typed_offers_what_waits_here_and_the_next_steps(desk: Desk) -> None:
    assert "Nothing in this channel waits for you" in await desk.type("")
    assert await desk.type("next") == await desk.type("")
    run = with_run(desk)
    await desk.type("watch storefront-dev")
    await desk.house.turn()

    assert "These wait for you here" in await desk.type("")

    buttons = buttons_of(desk.answers[-1])
    assert set(buttons) == {ids.REVIEW, ids.OPEN, ids.LOOK_AT, ids.START_OPEN, ids.LOOK_PENDING, ids.LOOK_MINE, ids.LOOK_HELP}
    assert buttons[ids.LOOK_AT]["options"][0]["value"].endswith(f"show {run.id}")


async def test_help_about_one_command_gives_its_example(desk: Desk) -> None:
    assert "/tf run storefront-dev bump the image" in await desk.type("help run")


SLIPS = [
    ("rnu x", "Did you mean `/tf run`"),
    ("help rnu", "Did you mean `/tf help run`"),
    ("show", "Usage: `/tf show &lt;run&gt;"),
    ("run storefrnt-dev", "Did you mean `storefront-dev`?"),
    ("show run-Nothere", "I see no run “run-Nothere”"),
    ("show dns", "acme/dns has no current run."),
    ("watch storefront-dev --measure loud", "“loud” is no measure"),
    ("unwatch storefront-*", "does not watch “storefront-*”"),
]


async def test_a_slip_is_answered_with_the_way_out(desk: Desk) -> None:
    with_run(desk)
    desk.house.runs.add_workspace("dns")
    await desk.house.poll()
    for typed, told in SLIPS:
        assert told in await desk.type(typed), typed


async def test_a_run_is_started_and_linked(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    told = await desk.type("run storefront-dev “bump to 4.2” --plan-only")
    (call,) = desk.house.runs.calls_of("create_run")
    assert "Started a plan-only run of `storefront-dev`: <https://terraform.test/app/acme/workspaces/storefront-dev/runs/run-" in told
    assert call.given["wish"].message.startswith("asked for by ana (U0ANA) in #deploys")
    assert call.given["wish"].message.endswith(": “bump to 4.2”")


async def test_a_start_without_an_answer_is_told_as_what_it_is(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))
    assert "did not say whether it has started a run" in await desk.type("run storefront-dev")


async def test_a_server_that_is_down_is_told_and_nothing_was_done(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.house.runs.fail("read_workspace", TerraformUnreachable("terraform.test"))
    assert "terraform.test cannot be reached" in await desk.type("run storefront-dev")


async def test_a_private_channel_asks_for_an_invitation(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    desk.house.chat.private.add("C0SECRET")
    told = await desk.type("run storefront-dev", place=Place(channel="C0SECRET"))
    assert "Invite me there with /invite" in told
    assert told.endswith("<#C0SECRET>")
    assert not desk.house.runs.calls_of("create_run")


@pytest.mark.parametrize("word,told", [("approve", "✅ Approved"), ("apply", "✅ Approved"), ("discard", "✅ Discarded")])
async def test_a_decision_can_be_typed(desk: Desk, word: str, told: str) -> None:
    run = with_run(desk)
    assert (await desk.type(f"{word} {run.id} looks good")).startswith(told)
    (comment,) = desk.house.runs.said_about(run.id)
    assert comment.endswith(": “looks good”")


async def test_a_run_is_canceled_by_the_name_of_its_workspace(desk: Desk) -> None:
    run = with_run(desk, "planning")
    assert run.id in await desk.type("cancel storefront-dev")
    assert desk.house.runs.calls_of("act") == []
    [told] = await desk.confirm(desk.answers[-1])
    assert told.startswith("✅ Asked to cancel")


async def test_a_decision_whose_answer_was_lost_is_not_called_done(desk: Desk) -> None:
    run = with_run(desk)
    desk.house.runs.fail("act", TerraformAnswerLost("terraform.test"))
    assert "The server did not answer" in await desk.type(f"approve {run.id}")


async def test_whoever_may_not_decide_is_told_who_may(desk: Desk) -> None:
    run = with_run(desk)
    told = await desk.type(f"approve {run.id}", RAJ)
    assert "You may not approve" in told
    assert "<@U0ANA>" in told
    assert "runbell.toml" in told


async def test_workspaces_are_listed_also_before_the_first_look(desk: Desk) -> None:
    with_run(desk)
    assert "storefront-dev: 🔔 Decision needed" in await desk.type("workspaces")
    await desk.house.poll()
    assert "storefront-dev: 🔔 Decision needed" in await desk.type("workspaces storefront-*", KIM)
    assert "no workspace `dns*`" in await desk.type("workspaces dns*", KIM)


async def test_runs_are_listed_and_shown(desk: Desk) -> None:
    run = with_run(desk)
    assert "storefront-dev" in await desk.type("runs storefront-dev")
    assert run.id in str(desk.answers[-1]["blocks"])
    assert "storefront-dev" in await desk.type(f"show https://terraform.test/app/acme/workspaces/storefront-dev/runs/{run.id}")


async def test_watches_come_and_go(desk: Desk) -> None:
    with_run(desk)
    await desk.house.poll()
    assert "This channel watches nothing" in await desk.type("watches")
    assert "hears of `storefront-*`" in await desk.type("watch storefront-*")
    assert "already watches" in await desk.type("watch storefront-*")
    assert "This channel watches" in await desk.type("watches", KIM)
    assert "hears no more of `storefront-*`" in await desk.type("unwatch storefront-*")


async def test_a_freeze_says_how_many_it_covers_and_one_that_covers_nothing_is_refused(desk: Desk) -> None:
    desk.house.runs.add_workspace("storefront-dev")
    await desk.house.poll()
    assert "Covers 1 workspace." in await desk.type("freeze ACME/*-DEV the sale is on")
    assert "no workspace matches “acmee/*”" in await desk.type("freeze acmee/* the sale is on")
    async with desk.house.store.read() as transaction:
        assert [one.pattern for one in await transaction.freezes.all()] == ["ACME/*-DEV"]


async def test_a_freeze_is_declared_listed_holds_up_and_is_ended(desk: Desk) -> None:
    run = with_run(desk)
    await desk.house.poll()
    assert "Nothing is applied in `*-dev` until <!date^" in await desk.type("freeze *-dev until 2h the sale is on")
    assert "1 freeze in force" in await desk.type("freezes")
    assert "“the sale is on”" in str(desk.answers[-1]["blocks"])
    assert "It cannot be applied yet." in await desk.type(f"approve {run.id}")
    assert "*-dev is frozen until" in desk.answers[-1]["text"]
    assert "The freeze of `*-dev` is over." in await desk.type("unfreeze *-dev")
    assert "Nothing is frozen." in await desk.type("freezes")
    assert "✅ Approved" in await desk.type(f"approve {run.id}")


IMPOSSIBLE = [
    ("freeze *-dev until 2020-01-01 the sale", "“2020-01-01” is over already"),
    ("freeze *-dev until today the sale", "is over already"),
    ("unfreeze *-dev", "Nobody has frozen just “*-dev”."),
    ("approve storefront-dev it burns --break-glass", "You may not break the glass"),
    ("snooze storefront-dev 2h", "does not wait for a decision"),
]


async def test_what_cannot_be_frozen_ended_broken_or_snoozed_is_told(desk: Desk) -> None:
    with_run(desk, "planning")
    await desk.house.poll()
    for typed, told in IMPOSSIBLE:
        assert told in await desk.type(typed), typed


async def test_reminders_are_snoozed_by_typing_and_by_a_click(desk: Desk) -> None:
    workspace = desk.house.runs.add_workspace("storefront-dev")
    await desk.type("watch storefront-dev")
    run = desk.house.runs.add_run(workspace, "planned")
    await desk.house.poll()
    assert f"|{run.id}> of `storefront-dev` until <!date^" in await desk.type("snooze storefront-dev 1d")
    [told] = await desk.click(ids.SNOOZE, ids.encode(ids.Address(run.id)), KIM)
    assert "💤 No reminders of" in told
    assert await desk.click(ids.SNOOZE, "nonsense") == [INACTIVE]
