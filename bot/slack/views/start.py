"""The form in which a run is started: what it asks for depends on the kind of run, and on what was ticked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.core.starts import LONGEST_MESSAGE, Wanted, problems
from bot.core.workspaces import Workspace
from bot.slack import ids, inputs
from bot.slack.blocks import Block, context, modal
from bot.slack.ids import FormAddress
from bot.slack.inputs import VALUE_MOST, block_of, field, lines, option, value, values

FORM = "start"
MESSAGE, CHANNEL, VARIABLES, TARGETS, REPLACEMENTS, VERSION = "message", "channel", "variables", "targets", "replacements", "version"
FLAGS = "flags"
LINES_MOST = 3000


class Kind(StrEnum):
    """What a run is for; the value is the flag that means it, but for the usual one."""

    APPLY = "apply"
    PLAN_ONLY = "plan-only"
    DESTROY = "destroy"
    REFRESH_ONLY = "refresh-only"


KINDS = {
    Kind.APPLY: ("Plan and apply", "Applied once somebody approves it"),
    Kind.PLAN_ONLY: ("Plan only", "It can never be applied"),
    Kind.DESTROY: ("Destroy", "Removes all that the workspace manages"),
    Kind.REFRESH_ONLY: ("Refresh only", "Changes the state and no resource"),
}
MORE = {
    VARIABLES: ("Set variables", "For this run alone"),
    TARGETS: ("Only some resources", "Limit it to addresses"),
    REPLACEMENTS: ("Replace resources", "Make them anew"),
    VERSION: ("Another configuration", "Of a commit, a run or a version"),
}
TICKS = {
    "auto-apply": ("Apply as soon as the rules grant it", "Your wish counts as your vote, if you may vote"),
    "save-plan": ("Save the plan", "It waits to be confirmed, and lets others pass"),
    "debug": ("Debug", "Terraform logs all it does"),
}
BLOCK_OF = {
    "message": MESSAGE,
    "var": VARIABLES,
    "target": TARGETS,
    "replace": REPLACEMENTS,
    **dict.fromkeys(("plan-only", "destroy", "refresh-only"), ids.START_KIND),
    **dict.fromkeys(("auto-apply", "save-plan", "debug"), FLAGS),
}
"""The field in which a problem of an option is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is shown. `more` are the further fields that were asked for, `ticked` the flags; `workspace` and `channel` what is chosen
    from the beginning.
    """

    address: FormAddress
    kind: Kind = Kind.APPLY
    more: frozenset[str] = frozenset()
    ticked: frozenset[str] = frozenset()
    workspace: Workspace | None = None


def start_form(form: Form) -> Block:
    metadata = ids.encode_form(form.address)
    return modal(ids.START_SUBMIT, "Start a run", [*fields(form)], submit="Start", metadata=metadata)


def fields(form: Form) -> Iterator[Block]:
    first = workspace_option(form.workspace) if form.workspace is not None else None
    yield field("Workspace", inputs.looked_up(ids.WORKSPACE_TO_START, "Type a part of its name", first))
    kinds = [option(label, kind, description) for kind, (label, description) in KINDS.items()]
    yield field("What for", inputs.choice(ids.START_KIND, kinds, form.kind), tells=True)
    if form.kind is Kind.DESTROY:
        yield context("⚠️ *A destroy run removes everything that the workspace manages.* It waits for a decision before it does.")
    yield field("Message", inputs.words(MESSAGE, most=LONGEST_MESSAGE, placeholder="What it is for; everybody can read it"), optional=True)
    yield field("Report in", inputs.channel(CHANNEL, form.address.channel), hint="Its card comes up there, and is decided there.")
    yield ticks("More", ids.START_MORE, {name: MORE[name] for name in offered_more(form.kind)}, form.more, form.kind, tells=True)
    yield from (FIELD_OF[name]() for name in MORE if name in form.more and name in offered_more(form.kind))
    yield ticks("Options", FLAGS, {name: TICKS[name] for name in offered_ticks(form.kind)}, form.ticked, form.kind)


def ticks(
    label: str, action_id: str, rows: Mapping[str, tuple[str, str]], ticked: frozenset[str], kind: Kind, *, tells: bool = False
) -> Block:
    """The block has an id of its own for each kind of run: Slack forgets what was ticked where the choices are others."""
    options = [option(name, word, description) for word, (name, description) in rows.items()]
    block_id = f"{action_id}:{kind}"
    return field(label, inputs.checkboxes(action_id, options, ticked), block_id=block_id, optional=True, tells=tells)


def offered_more(kind: Kind) -> tuple[str, ...]:
    """Only a usual plan makes a resource anew."""
    return tuple(name for name in MORE if name != REPLACEMENTS or kind in {Kind.APPLY, Kind.PLAN_ONLY})


def offered_ticks(kind: Kind) -> tuple[str, ...]:
    return ("debug",) if kind is Kind.PLAN_ONLY else tuple(TICKS)


FIELD_OF = {
    VARIABLES: lambda: field(
        "Variables",
        inputs.words(VARIABLES, most=LINES_MOST, placeholder="region=eu-west-1", is_long=True),
        hint='A line each: name=value. Text is quoted for you; write lists as in ["a", "b"]. Values are neither kept nor shown.',
    ),
    TARGETS: lambda: field(
        "Only these resources or modules",
        inputs.words(TARGETS, most=LINES_MOST, placeholder="module.network", is_long=True),
        hint="An address a line, as in aws_instance.web[0] or module.network.",
    ),
    REPLACEMENTS: lambda: field(
        "Make these resources anew",
        inputs.words(REPLACEMENTS, most=LINES_MOST, placeholder="aws_instance.web[0]", is_long=True),
        hint="An address of a resource a line.",
    ),
    VERSION: lambda: field(
        "Configuration of",
        inputs.words(VERSION, most=VALUE_MOST, placeholder="a commit, a run or a configuration version"),
        hint="By 7 letters of a commit, by the id or the link of a run, or as cv-….",
    ),
}


def workspace_option(workspace: Workspace) -> Block:
    """What stands in the list, and in the field once it is chosen. The value is what somebody would type."""
    return option(workspace.name, workspace.full_name, workspace.organization)


def shown_in(view: Mapping[str, Any]) -> Form | None:
    """The form as it should be shown after what was chosen in it; None for one that we did not write."""
    address = ids.decode_form(view.get("private_metadata"), FORM)
    if address is None:
        return None
    kind = chosen_kind(view)
    form = Form(address=address, kind=kind, more=values(view, ids.START_MORE), ticked=values(view, FLAGS))
    return replace(form, more=form.more & {*offered_more(kind)}, ticked=form.ticked & {*offered_ticks(kind)})


def chosen_kind(view: Mapping[str, Any]) -> Kind:
    try:
        return Kind(value(view, ids.START_KIND))
    except ValueError:
        return Kind.APPLY


def wanted(view: Mapping[str, Any]) -> Wanted:
    """What was asked for, as written."""
    kind = chosen_kind(view)
    return Wanted(
        workspace=value(view, ids.WORKSPACE_TO_START),
        message=value(view, MESSAGE),
        flags=values(view, FLAGS) | ({kind.value} if kind is not Kind.APPLY else frozenset()),
        targets=lines(view, TARGETS),
        replacements=lines(view, REPLACEMENTS),
        variables=lines(view, VARIABLES),
        version=value(view, VERSION),
    )


def channel_in(view: Mapping[str, Any]) -> str:
    return value(view, CHANNEL)


def wrong_fields(view: Mapping[str, Any]) -> dict[str, str]:
    """What can be told to be wrong without asking anybody, by block."""
    found = {block_of(view, BLOCK_OF[name]): sentence for name, sentence in problems(wanted(view)).items()}
    if not value(view, ids.WORKSPACE_TO_START):
        found[block_of(view, ids.WORKSPACE_TO_START)] = "Which workspace shall run?"
    if not channel_in(view):
        found[block_of(view, CHANNEL)] = "Where shall it report?"
    for name in (VARIABLES, TARGETS, REPLACEMENTS, VERSION):
        if (block_id := block_of(view, name)) and not value(view, name):
            found[block_id] = "Fill this in, or untick it above."
    return {block_id: sentence for block_id, sentence in found.items() if block_id}
