"""The audit as a list for one person: a line each, in rich text, so that nobody's words are ever parsed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.core.audits import AuditKind, AuditRow
from bot.slack.blocks import Block, Said, moment, person, words
from bot.slack.cards.lists import MESSAGE_MOST, NAME_MOST, listing, nothing
from bot.slack.cards.outcomes import deed_words, outcome_words
from bot.slack.text import SLACK_ID, cut, is_web_address, link, one_line

PASSIVE = {
    AuditKind.COMMAND: "typed:",
    AuditKind.REFUSAL: "was refused:",
    AuditKind.VOTE: "voted to",
    AuditKind.DECISION: "decided to",
    AuditKind.INTENT: "had this done:",
    AuditKind.WATCH: "changed watches:",
    AuditKind.RULES: "changed the rules:",
    AuditKind.FREEZE: "changed freezes:",
    AuditKind.LOCK: "changed a lock:",
    AuditKind.BREAK_GLASS: "broke the glass for",
    AuditKind.UPLOAD: "wanted files run:",
    AuditKind.HANDOUT: "had this put into a channel:",
}


def audit(title: str, found: Sequence[AuditRow], *, url: str) -> Said:
    """`found` are the newest rows about a run or a workspace, the newest first."""
    head = f"*Audit of* {link(url, title)}"
    if not found:
        return nothing(f"{head}: nothing yet.")
    return listing(head, [audit_row(row) for row in found], len(found))


def audit_row(row: AuditRow) -> list[Block]:
    line = [moment(row.at), words(" · "), *whoever(row), words(f" {deed(row)}")]
    if row.outcome not in {"", "done", "decided"}:
        line.append(words(f" · {cut(one_line(outcome_words(row.kind, row.outcome)), NAME_MOST)}"))
    if row.reason:
        line.append(words(f" · “{cut(one_line(row.reason), MESSAGE_MOST)}”"))
    if is_web_address(row.permalink):
        line += [words(" · "), {"type": "link", "url": row.permalink, "text": "message"}]
    return line


def whoever(row: AuditRow) -> list[Block]:
    if SLACK_ID.fullmatch(row.person):
        return [person(row.person)]
    return [words(cut(one_line(row.person_name), NAME_MOST) or "Runbell")]


def deed(row: AuditRow) -> str:
    """What happened, in a few words of ours; a kind that this release does not know is shown as it is."""
    if row.kind == AuditKind.UNDELIVERED:
        return "could not deliver a call for a decision"
    if row.kind == AuditKind.COMMAND and "asked" in details(row):
        return f"was asked to confirm: {cut(one_line(deed_words(row.action)), NAME_MOST)}"
    known = next((told for kind, told in PASSIVE.items() if kind == row.kind), row.kind)
    return f"{known} {cut(one_line(deed_words(row.action)), NAME_MOST)}"


def details(row: AuditRow) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.details) if row.details else {}
    return found
