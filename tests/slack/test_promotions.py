"""What is offered after the end of a run, how a promotion compares, and the form: every case besides those that are kept as files."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.promotions import Promote
from bot.core.comparisons import Comparison
from bot.core.contents import Effect
from bot.core.messages import Kind
from bot.core.origins import Origin, OriginKind
from bot.core.runs import RunStatus
from bot.slack import ids
from bot.slack.cards.handing_on import handing_on_buttons
from bot.slack.cards.origins import DOES, comparison_line, origin_line
from bot.slack.ids import FormAddress, Stage
from bot.slack.views.promotion import CHANNEL, FORM, MESSAGE, channel_in, promotion_form, wanted, wrong_fields
from tests.slack.promotions import PROMOTED, ended

ORIGINS = st.builds(
    Origin,
    kind=st.sampled_from(OriginKind),
    **{
        name: st.text(max_size=30) for name in ("configuration_version_id", "run_id", "workspace", "sha", "commit_url", "message", "person")
    },
)
NUMBERS = st.dictionaries(st.sampled_from(Effect), st.integers(1, 9), max_size=4)
COMPARISONS = st.builds(
    Comparison,
    also=NUMBERS,
    lacks=NUMBERS,
    addresses=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    by_counts=st.booleans(),
    is_known=st.booleans(),
)


def offered(status: RunStatus, stages: tuple[str, ...] | None = None, **facts: Any) -> list[str]:
    return [one["action_id"] for one in handing_on_buttons(ended(status, stages, **facts))]


@pytest.mark.parametrize("status", RunStatus)
def test_only_runs_that_have_failed_are_tried_again(status: RunStatus) -> None:
    failed = {RunStatus.ERRORED, RunStatus.CANCELED, RunStatus.FORCE_CANCELED, RunStatus.POLICY_SOFT_FAILED}
    assert (offered(status) == [ids.RETRY]) == (status in failed)


@pytest.mark.parametrize(
    "stages, action",
    [(("acme/prod",), [ids.PROMOTE_NEXT]), (("acme/eu", "acme/us"), [ids.PROMOTE_FORM]), (None, [ids.PROMOTE_FORM]), ((), [])],
)
def test_what_was_applied_goes_to_the_next_stage_where_there_is_one(stages: tuple[str, ...] | None, action: list[str]) -> None:
    assert offered(RunStatus.APPLIED, stages) == action


@pytest.mark.parametrize("facts", [{"is_destroy": True}, {"refresh_only": True}])
def test_what_destroyed_or_only_refreshed_is_not_promoted(facts: dict[str, Any]) -> None:
    assert offered(RunStatus.APPLIED, **facts) == []


def test_nothing_is_offered_where_nobody_may_act_or_another_message_tells_the_end() -> None:
    shown = ended(RunStatus.APPLIED, ("acme/prod",), Kind.CARD)
    assert handing_on_buttons(shown)
    assert not handing_on_buttons(replace(shown, only_tells=True))
    assert not handing_on_buttons(replace(shown, offers_more=False))
    assert not handing_on_buttons(replace(shown, run=replace(shown.run, configuration_version_id=None)))


def test_the_button_names_its_run_and_its_stage() -> None:
    (button,) = handing_on_buttons(ended(RunStatus.APPLIED, ("acme/storefront-eu",)))
    assert button["text"]["text"] == "Promote to storefront-eu"
    assert ids.decode_stage(button["value"]) == Stage("run-7bQ2kLm9XyZ1aB3c", "acme/storefront-eu")


@pytest.mark.parametrize("value", [None, 7, "", "r1:run-1", "p1:run-1", "p1:run-1:prod", "p1:run-1:acme/prod:x", "p1:run 1:acme/prod"])
def test_what_we_did_not_write_is_no_stage(value: object) -> None:
    assert ids.decode_stage(value) is None


@given(ORIGINS, st.sampled_from(["", "https://terraform.test/run", "javascript:x"]))
def test_whatever_an_origin_says_it_mentions_nobody(origin: Origin, url: str) -> None:
    line = origin_line(origin, url)
    assert "<!" not in line.replace("<!date^", "")
    assert "<@" not in line
    assert "\n" not in line


@given(COMPARISONS)
def test_a_comparison_is_one_line_that_names_every_loss(comparison: Comparison) -> None:
    line = comparison_line(comparison, "storefront-dev")
    assert "\n" not in line
    assert "<" not in line
    losses = [effect for effect in (Effect.DESTROY, Effect.REPLACE, Effect.UNKNOWN) if comparison.is_known and comparison.also.get(effect)]
    assert line.startswith("⚠️") == bool(losses)
    assert all(f"{DOES[effect][0]} {comparison.also[effect]}" in line for effect in losses)


def test_how_many_more_are_destroyed_is_said() -> None:
    found = Comparison(also=MappingProxyType({Effect.DESTROY: 5}), addresses=("a.a", "a.b", "a.c"))
    assert comparison_line(found, "dev") == "⚠️ Unlike in `dev`, it *also destroys 5* (`a.a`, `a.b`, `a.c` and 2 more)"


def test_a_link_that_is_none_is_not_made_one() -> None:
    assert origin_line(replace(PROMOTED, commit_url="javascript:alert(1)")).startswith("Promotes `4e8f1c2a` “Bump the image")


def submitted(**chosen: str) -> dict[str, Any]:
    """The form as Slack sends it back."""
    form = promotion_form(FormAddress(FORM, "C0DEPLOYS"))
    named = {
        ids.WORKSPACE_TO_READ: {"selected_option": {"value": chosen["source"]} if chosen.get("source") else None},
        ids.WORKSPACE_TO_START: {"selected_option": {"value": chosen["target"]} if chosen.get("target") else None},
        MESSAGE: {"value": chosen.get("message")},
        CHANNEL: {"selected_conversation": chosen.get("channel")},
    }
    return {**form, "state": {"values": {name: {name: said} for name, said in named.items()}}}


def test_what_was_filled_in_is_a_promotion() -> None:
    view = submitted(source="acme/dev", target="acme/prod", message=" now ", channel="C0INFRA")
    assert (wanted(view), channel_in(view), wrong_fields(view)) == (Promote("acme/dev", "acme/prod", "now"), "C0INFRA", {})


def test_what_is_missing_or_too_much_is_told_at_its_field() -> None:
    assert {*wrong_fields(submitted())} == {ids.WORKSPACE_TO_READ, ids.WORKSPACE_TO_START, CHANNEL}
    same = wrong_fields(submitted(source="acme/dev", target="acme/dev", channel="C0INFRA", message="x" * 1001))
    assert {*same} == {ids.WORKSPACE_TO_START, MESSAGE}
    assert wrong_fields({}) == {}
