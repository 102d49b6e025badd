"""What people type and may not do, answered in words, over the real wires."""

from __future__ import annotations

import pytest

from tests.scenes.stage import Stage, buttons, whole_text

pytestmark = pytest.mark.terraform


@pytest.mark.parametrize(
    "typed, answer",
    [
        ("/tf", "What would you like?"),
        ("/tf help", "More about one"),
        ("/tf wokspaces", "workspaces"),
        ("/tf run storefrnt-dev", "storefront-dev"),
        ("/tf run storefront-dev --destory", "--destory"),
        ("/tf show run-0000000000000000", "run-0000000000000000"),
        ("/tf approve dns", "no current run"),
        ("/tf watch “nothere”", "nothere"),
        ("/tf unwatch dns", "dns"),
        ("/tf watch dns --measure loudly", "loudly"),
    ],
)
async def test_what_cannot_be_done_is_said_in_words_to_the_person_alone(shared: Stage, typed: str, answer: str) -> None:
    assert (await shared.types("U0ANA", typed, "C0INFRA"))["ok"]

    said = await shared.expects(answer, channel="C0INFRA")

    assert said["ephemeral"]


async def test_a_guest_may_nothing(shared: Stage) -> None:
    for typed in ("/tf run storefront-dev", "/tf workspaces", "/tf watch dns", "/tf watches"):
        await shared.types("U0GUS", typed)
        said = await shared.until(lambda one: bool(one["ephemeral"]), person="U0GUS")
        assert "guest" in whole_text(said).lower()

    assert await shared.current_run("storefront-dev") is None


async def test_who_may_not_start_hears_who_may(shared: Stage) -> None:
    await shared.types("U0RAJ", "/tf run storefront-prod")

    said = await shared.expects("S0PLATFORM", person="U0RAJ")

    assert "runbell.toml" in whole_text(said)
    assert await shared.current_run("storefront-prod") is None


async def test_nothing_is_started_in_a_private_channel_that_we_are_not_in(shared: Stage) -> None:
    await shared.types("U0ANA", "/tf run storefront-staging", "C0SECRET")

    said = await shared.expects("invite", channel="C0SECRET")

    assert said["ephemeral"]
    assert await shared.current_run("storefront-staging") is None


async def test_a_hostile_message_reaches_nobody_and_passes_for_nothing(stage: Stage) -> None:
    hostile = "<!channel> @here `code` ```fence``` \u202edesrever\u202c \x07 *Approved* by <@U0KIM> " + "long " * 1000
    await stage.start_outside("storefront-dev", hostile)
    await stage.types("U0ANA", "/tf watch storefront-dev --measure all")

    card = await stage.expects("Decision needed", action="run.approve")
    await stage.types("U0ANA", "/tf runs storefront-dev")
    await stage.until(lambda one: one["ephemeral"] and "storefront-dev" in whole_text(one))

    assert set(buttons(card)) == {"run.approve", "run.discard"}
    for message in await stage.sees("U0ANA"):
        assert not message.get("broadcasts")
        assert "U0KIM" not in message.get("mentions", [])
        assert "\u202e" not in whole_text(message)
