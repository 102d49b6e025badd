"""What variables are set to: sent once, kept in memory alone, and where it is lost the person is asked to repeat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.decisions import IntentState
from bot.core.errors import RequestLost, RequestRefused, RulesReplaced, StoreBusy, TerraformAnswerLost, TerraformRateLimited
from bot.services.ports import Transaction
from bot.services.values import Values
from bot.store.intents import IntentTable
from tests.services.house import House

SECRET = "hunter2-canary"
VARIABLES = (("token", f'"{SECRET}"'), ("count", "3"))


def database_of(folder: Path) -> bytes:
    """The file and what was not yet written back into it."""
    return b"".join(file.read_bytes() for file in folder.rglob("*.db*"))


def as_if_started_anew(house: House) -> None:
    house.intents.values = Values()


async def test_values_are_sent_once_and_are_nowhere_else(house: House, tmp_path: Path) -> None:
    house.runs.add_workspace("storefront-dev")
    with capture_logs() as logs:
        started = await house.start("storefront-dev", "rotate", variables=VARIABLES)
        await house.turn()
    [call] = house.runs.calls_of("create_run")
    assert call.given["wish"].variables == VARIABLES
    assert started.outcome is IntentState.SETTLED
    [card] = house.in_channel()
    assert card.run_picture.request is not None
    assert card.run_picture.request.variables == ("token", "count")
    assert SECRET not in repr(call) + repr(card) + repr(logs)
    assert b"token" in database_of(tmp_path)
    assert SECRET.encode() not in database_of(tmp_path)
    assert house.intents.values.of(started.run_id or "") == ()


async def test_all_that_was_asked_for_goes_to_the_server(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.start(
        "storefront-dev", targets=("module.a",), replacements=("x.y",), save_plan=True, debugging=True, auto_apply=False, plan_only=False
    )
    await house.start("storefront-dev", refresh_only=True)
    first, second = (call.given["wish"] for call in house.runs.calls_of("create_run"))
    assert (first.targets, first.replacements, first.save_plan, first.debugging) == (("module.a",), ("x.y",), True, True)
    assert (second.refresh_only, second.targets, second.debugging) == (True, (), False)


async def test_a_refusal_that_repeats_a_value_is_told_without_it(house: House, tmp_path: Path) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.refusal = f"Invalid value {SECRET} for token, and 3 for count"
    with pytest.raises(RequestRefused) as caught:
        await house.start("storefront-dev", variables=VARIABLES)
    assert "Invalid value ••• for token, and 3 for count" in caught.value.sentence
    assert SECRET not in str(caught.value) + caught.value.said
    assert SECRET.encode() not in database_of(tmp_path)


async def test_a_server_that_is_busy_hears_the_values_later(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformRateLimited("terraform.test", 12))
    started = await house.start("storefront-dev", variables=VARIABLES)
    assert started.outcome is IntentState.PENDING
    await house.turn()
    assert [call.given["wish"].variables for call in house.runs.calls_of("create_run")] == [VARIABLES, VARIABLES]
    assert await house.open_intents() == ()


async def test_values_that_died_with_their_process_are_asked_for_again(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformRateLimited("terraform.test", 5))
    await house.start("storefront-dev", variables=VARIABLES)
    as_if_started_anew(house)
    await house.turn()
    assert len(await house.open_intents()) == 1, "whoever knows the values may still be there"
    await house.turn()
    await house.turn()
    assert len(house.runs.calls_of("create_run")) == 1
    assert await house.open_intents() == ()
    [note] = house.in_channel()
    assert "the values of its variables are kept nowhere. Nothing was started; please ask again." in note.note.text
    assert note.note.mention == "U0ANA"


async def test_a_run_without_variables_outlives_its_process(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformRateLimited("terraform.test", 5))
    await house.start("storefront-dev", targets=("module.a",))
    as_if_started_anew(house)
    await house.turn()
    assert [call.given["wish"].targets for call in house.runs.calls_of("create_run")] == [("module.a",), ("module.a",)]


async def test_after_an_answer_that_was_lost_the_values_are_forgotten(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))
    await house.start("storefront-dev", variables=VARIABLES)
    [intent] = await house.open_intents()
    assert (intent.state, house.intents.values.of(intent.id)) == (IntentState.UNSURE, ())


def knows_values(house: House) -> bool:
    return bool(house.intents.values.known)


@pytest.mark.parametrize("error", [RequestLost(), StoreBusy(), RulesReplaced("run-1", "create")])
async def test_values_of_a_start_that_is_not_stored_are_forgotten(house: House, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    house.runs.add_workspace("storefront-dev")

    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(IntentTable, "add", refuse)
    with pytest.raises(type(error)):
        await house.start("storefront-dev", variables=VARIABLES)
    assert not knows_values(house)


async def test_values_of_a_start_that_waited_for_too_long_are_forgotten(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformRateLimited("terraform.test", 5))
    await house.start("storefront-dev", variables=VARIABLES)
    assert knows_values(house)
    await house.turn(301)
    assert await house.open_intents() == ()
    await house.turn()
    assert not knows_values(house)


async def test_values_that_are_kept_while_a_round_reads_what_is_open_stay(house: House) -> None:
    """The round has read before the start was committed, so the start is not among what it found."""
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformRateLimited("terraform.test", 5))
    read, begun = house.store.read, list[str]()

    @asynccontextmanager
    async def slowly() -> AsyncIterator[Transaction]:
        async with read() as transaction:
            yield transaction
        if not begun:
            begun.append("a start")
            await house.start("storefront-dev", variables=VARIABLES)

    house.store.read = slowly  # type: ignore[method-assign]
    await house.intents.tick(house.clock.now())
    assert knows_values(house)
