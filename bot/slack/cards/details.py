"""What else a card tells of a run: the commit, costs, what policies and run tasks said, why it failed. All of it is outside text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.core.details import Check, Details, Failure, Said, Source
from bot.core.messages import Kind
from bot.core.pictures import RunPicture
from bot.core.runs import Commit
from bot.slack.blocks import Block, quotation, section
from bot.slack.text import code, cut, enumerated, escape, is_web_address, link, one_line, quoted

SHA_SHOWN = 8
TASKS_MOST = 5
FAILURES_SHOWN = 2
MESSAGE_MOST = 120
MARKS = {Said.PASSED: "✅", Said.FAILED: "⛔", Said.ADVISED: "⚠️", Said.OTHER: "•"}


def detail_lines(picture: RunPicture) -> Iterator[str]:
    """Below the plan's counts; nothing where nothing is known."""
    details = picture.details
    if details is None:
        return
    if details.cost is not None:
        yield f"Cost: {cost_words(details.cost)}"
    yield from policy_lines(details.checks)
    yield from task_lines(details.checks)


def cost_words(delta: Decimal) -> str:
    if not delta:
        return "unchanged"
    return f"{'+' if delta > 0 else '−'}${abs(delta):,.2f} a month"


def policy_lines(checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        if check.source is Source.POLICIES:
            words = f"{check.failed} of {check.number} failed" if check.failed else f"{check.number} passed"
            yield f"Policies: {MARKS[check.said]} {words}{' · advice only' if check.said is Said.ADVISED else ''}"


def task_lines(checks: Sequence[Check]) -> Iterator[str]:
    """Tasks that went well by their names alone; of one that did not, what it said."""
    found = [check for check in checks if check.source is Source.TASK]
    if found:
        yield f"Tasks: {enumerated([task_words(check) for check in found], TASKS_MOST)}"


def task_words(check: Check) -> str:
    name = f"{MARKS[check.said]} {code(check.name or 'unnamed', 60)}"
    if check.said is Said.PASSED:
        return name
    return f"{name} {quoted(check.message, MESSAGE_MOST) if check.message.strip() else escape(cut(one_line(check.word), 40))}"


def commit_words(commit: Commit) -> str:
    """`abc12345` with its link, and who is its author."""
    short = one_line(commit.sha)[:SHA_SHOWN]
    shown = link(commit.url, short) if is_web_address(commit.url) else code(short)
    return f"Commit {shown}{f' by {code(commit.author, 60)}' if commit.author else ''}"


def failure_blocks(picture: RunPicture) -> list[Block]:
    """The first errors of a run that failed, as its log has them."""
    if picture.details is None or picture.kind is Kind.CALL:
        return []
    return [block for failure in picture.details.failures[:FAILURES_SHOWN] for block in failure_block(failure)]


def failure_block(failure: Failure) -> Iterator[Block]:
    yield section(f"❌ {' · '.join([code(failure.summary, 200), *places(failure)])}")
    if failure.detail.strip():
        yield quotation(failure.detail)


def places(failure: Failure) -> Iterator[str]:
    if failure.file:
        yield code(f"{failure.file}:{failure.line}" if failure.line else failure.file, 120)
    if failure.address:
        yield code(failure.address, 120)


def failure_words(details: Details | None) -> str:
    """For a notification: the first error in a few words."""
    return quoted(details.failures[0].summary, 100) if details is not None and details.failures else ""
