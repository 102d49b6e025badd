"""Freezes in Slack: the list, and what a person is told who has declared or ended one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.freezes import DeclaredFreeze, Freeze, FreezeCoverage
from bot.core.sending import UnderWay
from bot.slack.blocks import Said, section, sections
from bot.slack.text import code, date, mention, quoted

SHOWN_MOST = 20
REASON_MOST = 300
NAMED_MOST = 200
"""Most runs that one message names."""


def declared(freeze: DeclaredFreeze, under_way: Sequence[UnderWay] = (), *, coverage: FreezeCoverage | None = None) -> Said:
    """`under_way` were sent before the freeze and have no answer yet."""
    end = f"until {date(freeze.until)}" if freeze.until else "until somebody ends it"
    text = f"🧊 Nothing is applied in {code(freeze.pattern)} {end}. What is voted on waits, too."
    text += f" {coverage_words(coverage)}" if coverage is not None else ""
    if not under_way:
        return {"text": text, "blocks": [section(text)]}
    lines = [text, "⚠️ Already under way, and not stopped by the freeze:", *map(under_way_line, under_way[:NAMED_MOST])]
    if len(under_way) > NAMED_MOST:
        lines.append(f"… and {len(under_way) - NAMED_MOST} more: any run there may be applying.")
    return {"text": "\n".join(lines), "blocks": [*sections(lines)]}


def under_way_line(one: UnderWay) -> str:
    return f"• {code(one.run_id)} in {code(one.workspace, 120)} ({one.deed})"


def coverage_words(coverage: FreezeCoverage) -> str:
    """How many workspaces the freeze covers, so that people see whether their glob is what they meant."""
    many = f"{coverage.workspaces:,} workspace{'' if coverage.workspaces == 1 else 's'}"
    if coverage.is_known:
        return f"Covers {many}."
    found = f"{many} known so far" if coverage.workspaces else "none known so far"
    return f"Coverage is not known yet: {found}. Not all workspaces have been read."


def lifted(freezes: Sequence[DeclaredFreeze]) -> Said:
    text = f"The freeze of {code(freezes[0].pattern)} is over. Runs that waited are not applied by themselves: approve them again."
    return {"text": text, "blocks": [section(text)]}


def listing(now: Sequence[Freeze], coming: Sequence[tuple[str, datetime]]) -> Said:
    """For one person, so names may be mentioned."""
    head = f"🧊 *{len(now)} freeze{'' if len(now) == 1 else 's'} in force*" if now else "Nothing is frozen."
    lines = [f"• {freeze_line(one)}" for one in now[:SHOWN_MOST]]
    if len(now) > SHOWN_MOST:
        lines.append(f"… and {len(now) - SHOWN_MOST} more")
    lines += [f"• Next: {code(name)} on {date(at)}" for name, at in coming[:SHOWN_MOST]]
    return {"text": head, "blocks": [*sections([head, *lines])]}


def freeze_line(freeze: Freeze) -> str:
    until = f" until {date(freeze.until)}" if freeze.until else ""
    by = f", by {mention(freeze.by)}" if freeze.by else f", by {code(freeze.source)}" if freeze.source else ""
    why = f": {quoted(freeze.reason, REASON_MOST)}" if freeze.reason else ""
    return f"{code(freeze.scope, 120)}{until}{by}{why}"
