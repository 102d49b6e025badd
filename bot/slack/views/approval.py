"""The modal in which somebody votes for applying a run with a reason, or with the workspace's name typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.one_line import has_letters
from bot.core.people import Place
from bot.core.plan_summaries import NOT_SEEN, PlanSummary
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Block, context, modal, sections, text_input
from bot.slack.cards.counts import counts
from bot.slack.cards.plan_summaries import lost_lines
from bot.slack.cards.rules import rule_names
from bot.slack.text import code, cut, one_line
from bot.slack.views import demands, field, has_field

REASON, NAME = "reason", "name"
REASON_MOST = 500
NAME_MOST = 90
RULES_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the modal asks for. `may_be_silent`: its reason may be left out; `given` is the reason that was given already.

    `digest` identifies the plan that it shows.
    """

    reason: bool
    typed_name: bool
    may_be_silent: bool = False
    given: str = ""
    digest: str = ""


def approval(
    run: Run,
    workspace: Workspace,
    plan: PlanFacts | None,
    place: Place,
    wanted: Wanted,
    rules: tuple[str, ...] = (),
    summary: PlanSummary = NOT_SEEN,
) -> Block:
    name = cut(one_line(workspace.name), NAME_MOST)
    blocks = [*sections([*about(run, workspace, plan), *lost_lines(run, summary)]), *rules_blocks(rules)]
    if wanted.reason:
        asked = "Why may it be applied?"
        blocks.append(
            text_input(
                REASON,
                asked,
                hint="Everybody can read it.",
                most=REASON_MOST,
                is_long=True,
                optional=wanted.may_be_silent,
                initial=wanted.given,
            )
        )
    if wanted.typed_name:
        blocks.append(text_input(NAME, f"Type the workspace's name: {name}", most=NAME_MOST))
    metadata = ids.encode_view(ids.ViewAddress(run.id, place.channel, workspace.name, ts=place.ts, digest=wanted.digest))
    return modal(ids.APPROVAL, "Approve & apply", blocks, submit="Approve & apply", metadata=metadata)


def about(run: Run, workspace: Workspace, plan: PlanFacts | None) -> list[str]:
    """Which run it is, and what its plan would do."""
    changes = counts(plan) if plan is not None and plan.is_finished else ""
    return [f"{code(workspace.full_name, 160)} · {code(run.id)}", *([f"Plan: {changes}"] if changes else [])]


def rules_blocks(rules: tuple[str, ...], told: tuple[str, ...] = ()) -> list[Block]:
    names = rule_names(rules, told, RULES_MOST)
    return [context(names)] if names else []


def wrong_fields(view: Mapping[str, Any]) -> dict[str, str]:
    """What can be told to be wrong without asking anybody, by field."""
    wrong: dict[str, str] = {}
    if demands(view, REASON) and not has_letters(field(view, REASON)):
        wrong[REASON] = "Please give a reason."
    address = ids.decode_view(view.get("private_metadata"))
    if address is not None and has_field(view, NAME) and field(view, NAME) != address.workspace:
        wrong[NAME] = f"This is not the workspace's name, which is {address.workspace}."
    return wrong


def given(view: Mapping[str, Any]) -> tuple[str, str]:
    """The reason and the typed name."""
    return field(view, REASON)[:REASON_MOST], field(view, NAME)[:NAME_MOST]
