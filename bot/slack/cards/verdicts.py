"""A verdict in Slack: how it stands, what is missing, and which rules say so. Who is named is mentioned only where one person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.rules import Risk
from bot.core.runs import Run
from bot.core.verdicts import Named, Outcome, Phrase, Verdict, falls, headline, lacks, plain_words
from bot.core.workspaces import Workspace
from bot.slack.blocks import Said, context, section, sections
from bot.slack.cards.labels import run_label
from bot.slack.cards.rules import rule_names
from bot.slack.text import code, cut, escape, group_mention, link, mention, one_line, zoned

SENTENCE_MOST = 600
RULES_MOST = 12

MARKS = {Outcome.GRANTED: "✅", Outcome.MISSING: "⏳", Outcome.DENIED: "⛔", Outcome.OUTSIDE: "↗️"}

ASKS = {
    Risk.LOW: "",
    Risk.MEDIUM: "medium: a vote gives a reason",
    Risk.HIGH: "high: a vote gives a reason and the workspace's name",
    Risk.CRITICAL: "critical: the rule's own people decide, with a reason and the workspace's name",
}


def explanation(run: Run, workspace: Workspace, verdict: Verdict, *, url: str, waits: bool) -> Said:
    """The answer to “why”, for one person."""
    title = f"*{escape(cut(one_line(workspace.full_name), 120))}* · {link(url, run.id)} · {escape(str(run_label(run)))}"
    note = "" if waits else "It does not wait for a decision now; this is how it would stand."
    lines = [*verdict_lines(verdict), *([note] if note else [])]
    rules = rules_line(verdict)
    blocks = [section(title), *sections(lines), *([context(rules)] if rules else [])]
    return {"text": f"{title}\n{headline(verdict)}", "blocks": blocks}


def verdict_lines(verdict: Verdict, *, mentions: bool = True) -> Iterator[str]:
    """Lines of mrkdwn: how it stands, what is missing, which votes do not count. Without `mentions` nobody is notified."""
    yield f"{MARKS[verdict.outcome]} *{escape(headline(verdict))}*"
    for phrase in (*lacks(verdict), *falls(verdict.fallen)):
        yield f"• {spoken(phrase, mentions=mentions)}"
    if verdict.counting:
        yield f"• Votes that count: {', '.join(named(Named(one), mentions=mentions) for one in verdict.counting)}"
    if ASKS[verdict.risk]:
        yield f"• Risk is {escape(ASKS[verdict.risk])}."
    if verdict.plan_unread:
        yield "• Not all of the plan could be read, so it counts as the riskiest: every rule about plans applies."
    if verdict.project_unread:
        yield "• The server does not tell me the name of its project, so every rule about projects applies that goes by a name."
    if verdict.unread_groups:
        yield f"• Slack did not tell who is in {', '.join(code(group) for group in verdict.unread_groups)}, so nobody counts as in it."


def rules_line(verdict: Verdict) -> str:
    """Which rules apply that are not named above, and where all stand; mrkdwn."""
    where = code(verdict.source, 120) if verdict.source else ""
    if not verdict.rules:
        return f"No rule applies here · {where}" if where else "No rule applies here."
    others = rule_names(verdict.rules, map(plain_words, (*lacks(verdict), *falls(verdict.fallen))), RULES_MOST)
    if not others:
        return where and f"The rules stand in {where}"
    return f"{others} · {where}" if where else others


def spoken(phrase: Phrase, *, mentions: bool = True) -> str:
    """A phrase as mrkdwn; the words in it are outside text."""
    words = [zoned(escape(one_line_kept(part))) if isinstance(part, str) else named(part, mentions=mentions) for part in phrase]
    return "".join(words)


def named(who: Named, *, mentions: bool = True) -> str:
    if not mentions:
        return code(who.id)
    return group_mention(who.id) if who.is_group else mention(who.id)


def one_line_kept(text: str) -> str:
    """On one line, cut short, with the blanks at its ends: it is a part of a sentence."""
    return cut(" ".join(text.split("\n")), SENTENCE_MOST)
