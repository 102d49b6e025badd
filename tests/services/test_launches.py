from __future__ import annotations

import pytest

from bot.core.commands.watches import AddWatch
from bot.core.decisions import IntentState
from bot.core.errors import DestroyForbidden, NotInChannel, RequestRefused, RightMissing, TerraformAnswerLost, UnknownWorkspace
from bot.core.messages import Kind
from tests.services.house import ANA, DEPLOYS, GUS, KIM, OTHER, RAJ, House


async def test_a_started_run_never_applies_by_itself_and_has_its_card_at_once(house: House) -> None:
    house.runs.add_workspace("storefront-dev", auto_apply=True)

    started = await house.start("storefront-dev", "bump the image")
    await house.paint()

    wish = house.runs.calls_of("create_run")[0].given["wish"]
    assert started.outcome is IntentState.SETTLED
    assert wish.message.startswith("asked for by ana (U0ANA) in #deploys (ref rb-")
    assert wish.message.endswith(": “bump the image”")
    [card] = house.in_channel()
    assert (card.run_picture.kind, card.run_picture.run.id) == (Kind.CARD, started.run_id)
    assert card.run_picture.request is not None
    assert card.run_picture.request.message == "bump the image"


@pytest.mark.parametrize("actor, workspace", [(RAJ, "storefront-dev"), (KIM, "storefront-prod"), (GUS, "storefront-dev")])
async def test_starting_asks_for_the_right_to_start(house: House, actor: object, workspace: str) -> None:
    house.runs.add_workspace(workspace)

    with pytest.raises(RightMissing):
        await house.start(workspace, actor=actor)  # type: ignore[arg-type]

    assert house.runs.calls_of("create_run") == []


async def test_a_group_member_may_start_where_the_group_may(house: House) -> None:
    house.runs.add_workspace("storefront-dev")

    started = await house.start("storefront-dev", actor=KIM)

    assert started.run_id is not None


async def test_nothing_is_started_in_a_channel_that_takes_an_invitation(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.chat.private.add(DEPLOYS.channel)

    with pytest.raises(NotInChannel):
        await house.start("storefront-dev")

    assert house.runs.calls_of("create_run") == []


async def test_a_destroy_that_the_workspace_forbids_is_not_sent(house: House) -> None:
    house.runs.add_workspace("storefront-dev", allow_destroy_plan=False)

    with pytest.raises(DestroyForbidden):
        await house.start("storefront-dev", destroy=True)

    assert house.runs.calls_of("create_run") == []


async def test_a_workspace_that_is_not_there_is_answered_with_near_names_that_may_be_read(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    await house.poll()

    with pytest.raises(UnknownWorkspace) as caught:
        await house.start("storefrnt-dev")
    with pytest.raises(RightMissing) as blind:
        await house.start("storefrnt-dev", actor=GUS)

    assert caught.value.near == ("storefront-dev",)
    assert blind.value.workspace == "any workspace"


async def test_the_same_name_in_two_organizations_has_to_be_written_in_full(house: House) -> None:
    house.runs.add_workspace("dns")

    assert (await house.finder.workspace("acme/dns", KIM)).name == "dns"
    with pytest.raises(UnknownWorkspace):
        await house.finder.workspace("other/dns", KIM)


async def test_a_create_whose_answer_was_lost_is_found_again_by_its_reference(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.lose_answer("create_run")

    started = await house.start("storefront-dev", "once")
    assert (started.outcome, started.run_id) == (IntentState.UNSURE, None)
    await house.turn()
    await house.turn()

    assert len(house.runs.calls_of("create_run")) == 1
    [card] = house.in_channel()
    assert card.run_picture.request is not None


async def test_a_run_that_bears_a_copy_of_our_reference_is_not_taken_for_ours(house: House) -> None:
    workspace = house.runs.add_workspace("storefront-dev")
    house.runs.lose_answer("create_run")
    await house.start("storefront-dev", "once", auto_apply=True)
    (ours,) = (await house.runs.list_workspace_runs(workspace.id)).runs
    house.clock.move(1)
    copy = house.runs.add_run(workspace, message=ours.message, created_by="mallory")
    await house.turn()
    await house.turn()
    async with house.store.read() as transaction:
        assert await transaction.intents.creating(copy.id) is None
        assert await transaction.intents.creating(ours.id) is not None


async def test_a_create_that_was_never_heard_is_told_and_not_repeated(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.fail("create_run", TerraformAnswerLost("terraform.test"))

    await house.start("storefront-dev", "once")
    for _ in range(8):
        await house.turn()

    assert len(house.runs.calls_of("create_run")) == 1
    [note] = house.in_channel()
    assert "no such run was created" in note.note.text
    assert note.note.mention == "U0ANA"
    assert await house.open_intents() == ()


async def test_a_refusal_of_the_server_is_raised_in_its_own_words(house: House) -> None:
    house.runs.add_workspace("storefront-dev")
    house.runs.refusal = "Configuration version is missing"

    with pytest.raises(RequestRefused, match="Configuration version is missing"):
        await house.start("storefront-dev")

    assert await house.open_intents() == ()


@pytest.mark.parametrize("status", ["planned", "planned_and_finished", "errored"])
async def test_a_run_that_was_seen_before_its_lost_creation_was_settled_is_told_where_it_was_asked_for(house: House, status: str) -> None:
    """Another channel watches, so that all of the run is known by then, and nothing about it changes any more."""
    workspace = house.runs.add_workspace("storefront-dev")
    await house.poll()
    await house.watching.add(AddWatch("*"), ANA, OTHER)
    house.runs.lose_answer("create_run")
    await house.start("storefront-dev")
    [made] = (await house.runs.list_workspace_runs(workspace.id)).runs
    house.runs.move(made.id, status)
    await house.poll()
    await house.reader.read(made.id)
    await house.paint()
    assert house.in_channel() == []

    await house.turn()
    await house.paint()

    assert await house.open_intents() == ()
    assert [message.key for message in house.in_channel()] == [f"{made.id}/card/"]
    [card] = house.in_channel()
    assert (card.run_picture.run.status_word, card.run_picture.request is not None) == (status, True)
