"""The modals in which somebody overrides a failed check, or passes a freeze: what it is about, what failed, and why it shall go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.findings import Finding
from bot.core.people import Place
from bot.core.plan_summaries import NOT_SEEN
from bot.core.plans import PlanFacts
from bot.core.runs import Action, Run
from bot.core.tallies import Tally
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.blocks import Block, modal, plain_section, sections, text_input
from bot.slack.cards.hurdles import finding_lines, hurdle_line
from bot.slack.cards.plan_summaries import lost_lines
from bot.slack.cards.tallies import sentence
from bot.slack.text import cut, cut_lines, one_line
from bot.slack.views.approval import NAME, NAME_MOST, REASON, REASON_MOST, about, rules_blocks

LACKS_MOST = 4
OUTPUTS_MOST = 2
OUTPUT_LINES = 25
OUTPUT_MOST = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a modal asks about. `applies_by_itself`: whoever started the run has us apply it as soon as the rules grant that.

    `digest` identifies the plan that it shows, `given` is the reason that was given already.
    """

    run: Run
    workspace: Workspace
    plan: PlanFacts | None
    tally: Tally | None
    place: Place
    gate: str
    applies_by_itself: bool = False
    digest: str = ""
    given: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        return self.tally.rules if self.tally is not None else ()


def override(asked: Question) -> Block:
    findings = asked.tally.findings if asked.tally is not None else ()
    lines = [
        *facts(asked),
        hurdle_line(asked.run),
        later(asked),
        *(f"⏳ {sentence(words)}" for words in holding(asked)),
        *finding_lines(findings, with_output=False),
    ]
    blocks = [*sections(filter(None, lines)), *map(plain_section, outputs(findings)), *rules_blocks(asked.rules, holding(asked))]
    blocks.append(
        text_input(
            REASON, "Why shall it go on all the same?", hint="Everybody can read it.", most=REASON_MOST, is_long=True, initial=asked.given
        )
    )
    submit = "Override & apply" if asked.run.override_applies else "Override"
    return closed(asked, ids.OVERRIDING, "Override a failed check", [*blocks, *name_field(asked)], submit)


def glass(asked: Question, action: Action) -> Block:
    doing = "overridden, and by that applied" if action is Action.OVERRIDE else "applied"
    warning = f"⚠️ A freeze is in force. It is {doing} *in spite of it*, and those who review it are told, with your name and your reason."
    blocks = [*sections([*facts(asked), warning]), *rules_blocks(asked.rules)]
    blocks.append(
        text_input(REASON, "Why can it not wait?", hint="Everybody can read it.", most=REASON_MOST, is_long=True, initial=asked.given)
    )
    return closed(asked, ids.GLASS_FOR[action], "Break the glass", [*blocks, *name_field(asked)], "Break the glass")


def closed(asked: Question, callback_id: str, title: str, blocks: list[Block], submit: str) -> Block:
    address = ids.ViewAddress(asked.run.id, asked.place.channel, asked.workspace.name, asked.gate, asked.place.ts, asked.digest)
    return modal(callback_id, title, blocks, submit=submit, metadata=ids.encode_view(address))


def facts(asked: Question) -> list[str]:
    summary = asked.tally.plan if asked.tally is not None else NOT_SEEN
    return [*about(asked.run, asked.workspace, asked.plan), *lost_lines(asked.run, summary)]


def later(asked: Question) -> str:
    if not asked.applies_by_itself or asked.run.override_applies:
        return ""
    return "It was started with `--auto-apply`: once overridden it is applied as soon as the rules grant that."


def holding(asked: Question) -> tuple[str, ...]:
    """What held an apply up when it was last judged, freezes too, where the override is one."""
    return asked.tally.lacks[:LACKS_MOST] if asked.run.override_applies and asked.tally is not None else ()


def outputs(findings: tuple[Finding, ...]) -> Iterator[str]:
    """What was said at length, as plain text: nothing in it is parsed."""
    for finding in [one for one in findings if "\n" in one.said][:OUTPUTS_MOST]:
        yield cut_lines(finding.said, OUTPUT_LINES, OUTPUT_MOST)


def name_field(asked: Question) -> list[Block]:
    if asked.tally is None or not asked.tally.wants_typed_name:
        return []
    return [text_input(NAME, f"Type the workspace's name: {cut(one_line(asked.workspace.name), NAME_MOST)}", most=NAME_MOST)]
