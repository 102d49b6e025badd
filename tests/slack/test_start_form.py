"""The form for a run: which fields it has, what is read out of it, and where it says what is wrong. `GOLDEN=rewrite` writes its files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.core.pictures import Request
from bot.core.starts import Wanted
from bot.core.workspaces import Workspace
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.sandbox.slack.view_shapes import refuse_view
from bot.slack import ids
from bot.slack.cards import render
from bot.slack.ids import FormAddress
from bot.slack.views.start import FORM, Form, Kind, channel_in, shown_in, start_form, wanted, wrong_fields
from tests.slack.pictures import AT, PROD, picture, run

FOLDER = Path(__file__).parent / "golden" / "start"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
ADDRESS = FormAddress(FORM, "C0DEPLOYS", "deploys")
ALL = frozenset({"variables", "targets", "replacements", "version"})
VIEWS = {
    "anew": start_form(Form(address=ADDRESS)),
    "everything": start_form(Form(address=ADDRESS, more=ALL, ticked=frozenset({"save-plan", "debug"}), workspace=PROD)),
    "plan_only": start_form(Form(address=FormAddress(FORM), kind=Kind.PLAN_ONLY)),
    "destroy": start_form(Form(address=ADDRESS, kind=Kind.DESTROY, more=ALL)),
}
REQUEST = Request(
    person="U0ANA",
    message="Bump it",
    asked_at=AT,
    targets=("module.a", "x.y", 'x.z["<!here>"]', "x.w"),
    replacements=("x.y",),
    variables=("region", "replicas"),
    debugging=True,
)
CARDS = {"card": render(picture(run("planning", save_plan=True), request=REQUEST))}


@pytest.mark.parametrize("name", VIEWS | CARDS)
def test_it_is_as_kept(name: str) -> None:
    file, shown = FOLDER / f"{name}.json", (VIEWS | CARDS)[name]
    if REWRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == shown


def test_no_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(VIEWS | CARDS)


@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_open_it(name: str) -> None:
    refuse_view(VIEWS[name], "modal")


def test_slack_would_draw_the_card() -> None:
    assert block_problems(CARDS["card"]["blocks"], "message") == []


def filled(view: dict[str, Any], **given: Any) -> dict[str, Any]:
    """The form as Slack sends it back: words, a chosen value, or ticks, by action id with underscores for dots."""
    said = {name.replace("_", "."): one for name, one in given.items()}
    values: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            action_id, kind = block["element"]["action_id"], block["element"]["type"]
            values.setdefault(block["block_id"], {})[action_id] = state(kind, said.get(action_id), block["element"])
    return {**view, "state": {"values": values}}


def state(kind: str, said: Any, element: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": said}
        case "conversations_select":
            return {"type": kind, "selected_conversation": said or element.get("initial_conversation")}
        case "checkboxes":
            return {"type": kind, "selected_options": [{"value": one} for one in said or ()]}
        case _:
            chosen = {"value": said} if said else element.get("initial_option")
            return {"type": kind, "selected_option": chosen}


def test_what_was_filled_in_is_read_as_it_would_be_typed() -> None:
    view = filled(
        VIEWS["everything"],
        start_kind="plan-only",
        message=" bump ",
        variables="region=eu\n\n n=3 ",
        targets="a.b\nmodule.c",
        replacements="x.y",
        version="abc1234",
        flags=["debug"],
    )
    assert wanted(view) == Wanted(
        workspace="acme/storefront-prod",
        message="bump",
        flags=frozenset({"plan-only", "debug"}),
        targets=("a.b", "module.c"),
        replacements=("x.y",),
        variables=("region=eu", "n=3"),
        version="abc1234",
    )
    assert channel_in(view) == "C0DEPLOYS"
    assert wrong_fields(view) == {}


def test_what_is_wrong_is_told_in_its_field() -> None:
    view = filled(
        VIEWS["everything"],
        start_kind="plan-only",
        variables="region",
        targets="web",
        replacements="module.a",
        version="abc",
        flags=["save-plan"],
    )
    wrong = wrong_fields(view)
    assert set(wrong) == {"start.kind", "variables", "targets", "replacements"}
    assert wrong["variables"].startswith("Variable 1 is not written as a name")


def test_what_was_ticked_and_left_empty_is_asked_for() -> None:
    wrong = wrong_fields(filled(VIEWS["everything"]))
    assert {name: wrong[name] for name in ALL} == dict.fromkeys(ALL, "Fill this in, or untick it above.")


def test_a_workspace_and_a_channel_are_wanted() -> None:
    wrong = wrong_fields(filled(VIEWS["plan_only"]))
    assert wrong == {ids.WORKSPACE_TO_START: "Which workspace shall run?", "channel": "Where shall it report?"}


def test_a_choice_changes_what_is_asked_for_and_keeps_what_still_goes() -> None:
    view = filled(VIEWS["everything"], start_kind="destroy", start_more=["variables", "replacements"], flags=["auto-apply", "debug"])
    form = shown_in(view)
    assert form == Form(address=ADDRESS, kind=Kind.DESTROY, more=frozenset({"variables"}), ticked=frozenset({"auto-apply", "debug"}))
    plan_only = shown_in(filled(VIEWS["everything"], start_kind="plan-only", flags=["auto-apply", "debug"]))
    assert plan_only is not None
    assert plan_only.ticked == frozenset({"debug"})


def test_a_form_that_is_not_ours_is_not_read() -> None:
    assert shown_in({"private_metadata": "{}"}) is None
    assert shown_in({"private_metadata": ids.encode_form(FormAddress("other"))}) is None
    assert wrong_fields({"blocks": "none", "state": []}) == {}
    odd = {"private_metadata": ids.encode_form(ADDRESS), "state": {"values": {"b": {"start.kind": {"selected_option": {"value": "odd"}}}}}}
    form = shown_in(odd)
    assert form is not None
    assert form.kind is Kind.APPLY


def test_a_workspace_of_a_long_name_is_shown_by_its_beginning() -> None:
    long = Workspace(id="ws-2", name="x" * 90, organization="acme")
    refuse_view(start_form(Form(address=ADDRESS, workspace=long)), "modal")


@pytest.mark.parametrize(
    "metadata",
    ["", "no json", "[]", '{"v":2}', '{"v":1,"kind":"start"}', '{"v":1,"kind":"start","channel":"x","name":"","kept":{}}', None],
)
def test_metadata_that_we_did_not_write_is_none(metadata: object) -> None:
    assert ids.decode_form(metadata) is None
    assert ids.channel_of_view(metadata) == ""


def test_what_a_form_keeps_comes_back() -> None:
    address = FormAddress("other", "C0DEPLOYS", "deploys", {"of": "run-1"})
    assert ids.decode_form(ids.encode_form(address)) == address
    assert ids.channel_of_view(ids.encode_form(address)) == "C0DEPLOYS"
