from __future__ import annotations

from dataclasses import replace

from bot.core.pictures import RollupPicture
from bot.core.runs import Commit
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack.cards import render
from bot.slack.cards.lists import ROWS_MOST
from bot.slack.text import TEXT_MOST
from tests.slack.pictures import burst, mrkdwn_texts, seen


def test_it_says_how_many_are_where() -> None:
    said = render(burst())
    assert "1 needs a decision · 1 failed · 1 under way · 1 done" in said["text"]
    assert "*4 more runs of one commit*" in seen(said)


def test_a_burst_of_hundreds_is_cut_to_what_slack_draws() -> None:
    said = render(burst(300))
    assert f"and {300 - ROWS_MOST} more" in seen(said)
    assert block_problems(said["blocks"], "message") == []
    assert len(render(burst(300), plain=True)["text"]) <= TEXT_MOST


def test_nothing_of_the_commit_is_parsed() -> None:
    assert not any("<!channel>" in text for text in mrkdwn_texts(render(burst())))


def test_a_commit_of_which_little_is_known_is_told_by_its_number() -> None:
    picture = RollupPicture(commit=Commit(sha="4e8f1c2a9b77"), lines=burst().lines[:1])
    said = render(picture)
    assert "`4e8f1c2a`" in seen(said)
    assert "*1 more run of one commit*" in seen(said)


def test_a_line_whose_address_is_none_of_the_web_has_no_link() -> None:
    picture = replace(burst(), lines=(replace(burst().lines[0], link="javascript:alert(1)"),))
    assert "javascript" not in str(render(picture))
