"""A burst: many runs of one commit in one message, a line each, who needs people first."""

from __future__ import annotations

from bot.core.pictures import RollupLine, RollupPicture
from bot.core.runs import Commit
from bot.slack.blocks import Block, Said, context, quotation, rows, section, words
from bot.slack.cards.counts import counts
from bot.slack.cards.labels import run_label
from bot.slack.cards.lists import ROWS_MOST
from bot.slack.text import TEXT_MOST, code, cut, cut_lines, escape, is_web_address, link, one_line

NAME_MOST = 90
SHA_SHOWN = 8


def rollup(picture: RollupPicture) -> Said:
    shown = picture.lines[:ROWS_MOST]
    more = [context(f"and {len(picture.lines) - len(shown)} more")] if len(picture.lines) > len(shown) else []
    message = [quotation(picture.commit.message)] if picture.commit.message.strip() else []
    blocks = [section(f"{title(picture)}\n{tally(picture)}"), *message, rows([row(line) for line in shown]), *more]
    return {"text": f"{plain_title(picture)}: {tally(picture)}", "blocks": blocks}


def plain_rollup(picture: RollupPicture) -> Said:
    lines = [f"{escape(str(run_label(line.run)))}: {escape(cut(one_line(line.workspace.name), NAME_MOST))}" for line in picture.lines]
    text = "\n".join([f"{plain_title(picture)}: {tally(picture)}", *lines[:ROWS_MOST]])
    return {"text": cut_lines(text, ROWS_MOST + 1, TEXT_MOST)}


def plain_title(picture: RollupPicture) -> str:
    return f"{number(picture)} of commit {code(picture.commit.sha[:SHA_SHOWN])}"


def title(picture: RollupPicture) -> str:
    commit = picture.commit
    by = f" by {code(commit.author, 60)}" if commit.author else ""
    return f"*{number(picture)} of one commit* · {address(commit)}{by}"


def address(commit: Commit) -> str:
    return link(commit.url, commit.sha[:SHA_SHOWN]) if is_web_address(commit.url) else code(commit.sha[:SHA_SHOWN])


def number(picture: RollupPicture) -> str:
    many = len(picture.lines)
    return f"{many} more run{'' if many == 1 else 's'}"


def tally(picture: RollupPicture) -> str:
    """`2 need a decision · 1 failed · 3 under way · 4 done`, what is nought left out."""
    runs = [line.run for line in picture.lines]
    waiting = sum(run.gate is not None for run in runs)
    failed = sum(run.has_failed for run in runs)
    done = sum(run.is_final and not run.has_failed for run in runs)
    under_way = len(runs) - waiting - failed - done
    need = "needs a decision" if waiting == 1 else "need a decision"
    told = ((waiting, need), (failed, "failed"), (under_way, "under way"), (done, "done"))
    return " · ".join(f"{many} {what}" for many, what in told if many)


def row(line: RollupLine) -> list[Block]:
    name = words(cut(one_line(line.workspace.name), NAME_MOST), bold=True)
    plan = counts(line.plan) if line.plan is not None and line.plan.is_finished else ""
    shown = [words(str(run_label(line.run))), words(" · "), name]
    if plan and plan != "no changes":
        shown.append(words(f" · {plan}"))
    if is_web_address(line.link):
        shown += [words(" · "), {"type": "link", "url": line.link, "text": "Open"}]
    return shown
