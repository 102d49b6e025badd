"""The form in which files become a run: what is read out of it, where it says what is wrong, and which files of a message it takes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.errors import FileNotTaken
from bot.core.uploads import UploadWish
from bot.slack.ids import FormAddress
from bot.slack.views.upload import FORM, Chosen, channel_in, files_of, upload_form, wish_in, wrong_fields

IN_CHANNEL = FormAddress(FORM, "C0DEPLOYS", "deploys")
FILE = {"id": "F0A", "name": "main.tf", "mode": "hosted"}


def filled(
    view: dict[str, Any], *, files: Any = (FILE,), workspace: str = "acme/web", kind: str = "apply", message: str = "", channel: str = "C1"
) -> dict[str, Any]:
    """The form as Slack sends it back."""
    said: dict[str, Any] = {
        "files": {"type": "file_input", "files": [*files] if isinstance(files, tuple) else files},
        "workspace.start": {"type": "external_select", "selected_option": {"value": workspace} if workspace else None},
        "upload.kind": {"type": "static_select", "selected_option": {"value": kind}},
        "message": {"type": "plain_text_input", "value": message or None},
        "channel": {"type": "conversations_select", "selected_conversation": channel or None},
    }
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return {**view, "state": {"values": {name: {name: said[name]} for name in fields}}}


@pytest.mark.parametrize("kind, plan_only, auto_apply", [("apply", False, False), ("plan-only", True, False), ("auto-apply", False, True)])
def test_what_was_chosen_is_a_wish(kind: str, plan_only: bool, auto_apply: bool) -> None:  # noqa: FBT001 - a table
    view = filled(upload_form(IN_CHANNEL), kind=kind, message=" try it ")
    assert wish_in(view) == UploadWish(workspace="acme/web", files=("F0A",), message="try it", plan_only=plan_only, auto_apply=auto_apply)
    assert channel_in(view) == "C1"
    assert wrong_fields(view) == {}


def test_files_of_a_message_are_chosen_already() -> None:
    view = filled(upload_form(IN_CHANNEL, files=(Chosen("F0A", "a.tf"), Chosen("F0B", "b.tf"))))
    assert wish_in(view).files == ("F0A", "F0B")
    assert not any(block.get("block_id") == "files" for block in view["blocks"])
    assert wrong_fields(view) == {}


@pytest.mark.parametrize(
    "files, why",
    [
        (({"id": "F0A", "name": "photo.png"},), "another kind"),
        (({"id": "F0A", "name": "a.zip"}, {"id": "F0B", "name": "b.tf"}), "alone"),
        ((), "Which files?"),
        (None, "Which files?"),
        ("F0A", "Which files?"),
        (({"id": "not one", "name": "main.tf"}, 7), "Which files?"),
    ],
)
def test_files_that_are_not_taken_are_told_of_in_the_form(files: Any, why: str) -> None:
    wrong = wrong_fields(filled(upload_form(IN_CHANNEL), files=files))
    assert list(wrong) == ["files"]
    assert why in wrong["files"]
    assert ".tar.gz" in wrong["files"]


def test_a_file_without_a_name_is_looked_at_later() -> None:
    assert wrong_fields(filled(upload_form(IN_CHANNEL), files=({"id": "F0A", "file_access": "check_file_info"},))) == {}


def test_a_workspace_and_a_channel_are_asked_for() -> None:
    wrong = wrong_fields(filled(upload_form(FormAddress(FORM)), workspace="", channel=""))
    assert wrong == {"workspace.start": "Which workspace shall run it?", "channel": "Where shall it report?"}


def test_of_a_message_those_files_are_taken_that_may_be_a_configuration() -> None:
    files = [
        FILE,
        {"id": "F0B", "name": "photo.png"},
        {"id": "F0C", "name": "old.tf", "mode": "tombstone"},
        {"id": "F0D", "name": "x.tfvars"},
        7,
    ]
    assert files_of({"files": files}) == (Chosen("F0A", "main.tf"), Chosen("F0D", "x.tfvars"))
    assert files_of({"files": [{"id": "F0A", "file_access": "check_file_info"}]}) == (Chosen("F0A"),)


@pytest.mark.parametrize(
    "files, why",
    [
        (None, "this message: there is no file on it"),
        ([], "no file on it"),
        ("main.tf", "no file on it"),
        ([{"id": "F0C", "name": "old.tf", "mode": "tombstone"}], "no file on it"),
        ([{"id": "F0B", "name": "photo.png"}], "“photo.png”: it is of another kind"),
        ([{"id": "F0B", "name": "a.zip"}, {"id": "F0C", "name": "b.tgz"}], "alone"),
        ([{"id": "F0B", "name": "dev.tfvars"}], "no .tf file"),
    ],
)
def test_a_message_without_a_configuration_is_refused_at_once(files: Any, why: str) -> None:
    with pytest.raises(FileNotTaken, match=why):
        files_of({"files": files})
