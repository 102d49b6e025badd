"""The form in which files become a run: chosen in it, or taken from the message on which it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.core.archives import demand_taken, is_taken
from bot.core.errors import FileNotTaken
from bot.core.starts import LONGEST_MESSAGE
from bot.core.uploads import UploadWish
from bot.core.workspaces import Workspace
from bot.slack import ids, inputs
from bot.slack.blocks import Block, context, modal, section
from bot.slack.ids import FormAddress
from bot.slack.inputs import block_of, field, option, state_of, value
from bot.slack.text import code, enumerated
from bot.slack.views.start import workspace_option

FORM = "upload"
FILES, KIND, MESSAGE, CHANNEL = "files", "upload.kind", "message", "channel"
CHOSEN_MOST = 10
"""Of files in one field (Slack, "File input")."""
SHOWN_MOST = 10
KEPT = "files"
TAKEN = "One .tar.gz, .tgz or .zip, or several .tf files, with .tfvars and .tf.json beside them."


class Kind(StrEnum):
    APPLY = "apply"
    PLAN_ONLY = "plan-only"
    AUTO_APPLY = "auto-apply"


KINDS = {
    Kind.APPLY: ("Plan and apply", "Applied once somebody approves it"),
    Kind.PLAN_ONLY: ("Plan only", "It can never be applied"),
    Kind.AUTO_APPLY: ("Plan and apply by itself", "As soon as the rules grant it; counts as your vote"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file of a message; its name is "" where Slack did not tell it."""

    id: str
    name: str = ""


def upload_form(address: FormAddress, *, files: Sequence[Chosen] = (), workspace: Workspace | None = None) -> Block:
    kept = {KEPT: " ".join(file.id for file in files)} if files else {}
    metadata = ids.encode_form(replace(address, kept=kept))
    return modal(ids.UPLOAD_SUBMIT, "Run a configuration", [*fields(address, files, workspace)], submit="Upload & run", metadata=metadata)


def fields(address: FormAddress, files: Sequence[Chosen], workspace: Workspace | None) -> Iterator[Block]:
    if files:
        yield section(f"📎 {enumerated([code(file.name or file.id, 60) for file in files], SHOWN_MOST)}")
    else:
        picked: Block = {"type": "file_input", "action_id": FILES, "max_files": CHOSEN_MOST}
        yield field("Configuration", picked, hint=TAKEN)
    first = workspace_option(workspace) if workspace is not None else None
    yield field("Workspace", inputs.looked_up(ids.WORKSPACE_TO_START, "Type a part of its name", first))
    kinds = [option(label, kind, description) for kind, (label, description) in KINDS.items()]
    yield field("What for", inputs.choice(KIND, kinds, Kind.APPLY))
    yield field("Message", inputs.words(MESSAGE, most=LONGEST_MESSAGE, placeholder="What it is for; everybody can read it"), optional=True)
    yield field("Report in", inputs.channel(CHANNEL, address.channel), hint="How the upload goes on and the run's card come up there.")
    yield context("Until it is applied, other runs of the workspace go on with what they have. State files do not belong into it.")


def files_of(message: Mapping[str, Any]) -> tuple[Chosen, ...]:
    """Those of a message that may be a configuration; FileNotTaken where there is none."""
    found = [Chosen(str(one["id"]), str(one.get("name") or "")) for one in files_in(message.get("files")) if one.get("mode") != "tombstone"]
    if not found:
        raise FileNotTaken("this message", "there is no file on it")
    taken = [one for one in found if not one.name or is_taken(one.name)]
    names = [one.name for one in taken or found]
    if all(names):
        demand_taken(names)
    return tuple(taken)


def files_in(value: object) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("id"), str) and ids.FILE.fullmatch(one["id"]):
            yield one


def chosen_ids(view: Mapping[str, Any]) -> tuple[str, ...]:
    address = ids.decode_form(view.get("private_metadata"), FORM)
    kept = address.kept.get(KEPT, "").split() if address is not None else []
    return tuple(one for one in kept if ids.FILE.fullmatch(one)) or tuple(one["id"] for one in files_in(state_of(view, FILES).get("files")))


def wish_in(view: Mapping[str, Any]) -> UploadWish:
    kind = value(view, KIND)
    return UploadWish(
        workspace=value(view, ids.WORKSPACE_TO_START),
        files=chosen_ids(view),
        message=value(view, MESSAGE)[:LONGEST_MESSAGE],
        plan_only=kind == Kind.PLAN_ONLY,
        auto_apply=kind == Kind.AUTO_APPLY,
    )


def channel_in(view: Mapping[str, Any]) -> str:
    return value(view, CHANNEL)


def wrong_fields(view: Mapping[str, Any]) -> dict[str, str]:
    """What can be told to be wrong without asking anybody, by block."""
    found: dict[str, str] = {}
    if not value(view, ids.WORKSPACE_TO_START):
        found[block_of(view, ids.WORKSPACE_TO_START)] = "Which workspace shall run it?"
    if not channel_in(view):
        found[block_of(view, CHANNEL)] = "Where shall it report?"
    if block_id := block_of(view, FILES):
        names = [str(one.get("name") or "") for one in files_in(state_of(view, FILES).get("files"))]
        try:
            if all(names):
                demand_taken(names)
        except FileNotTaken as refused:
            found[block_id] = f"{refused.sentence} {TAKEN}" if names else f"Which files? {TAKEN}"
    return {block_id: sentence for block_id, sentence in found.items() if block_id}
