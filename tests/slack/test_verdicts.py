"""The answer to “why”: what Slack is sent for each outcome, and that nothing of outside text is parsed in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.freezes import Freeze
from bot.core.identities import Role
from bot.core.people import Circle
from bot.core.rules import RISKS, Risk
from bot.core.verdicts import Fallen, Lack, Missing, Outcome, Verdict
from bot.core.votes import Why
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack.blocks import Said
from bot.slack.cards.verdicts import explanation, rules_line, verdict_lines
from tests.slack.pictures import AT, LINK, PROD, run

WAITING = Verdict(
    outcome=Outcome.MISSING,
    rules=("production wants two", "office hours"),
    missing=(
        Missing(
            lack=Lack.VOTES,
            rule="production wants two",
            have=1,
            need=2,
            circle=Circle(people=frozenset({"U0KIM"}), groups=frozenset({"S0SECURITY"})),
            groups=("S0SECURITY",),
        ),
        Missing(lack=Lack.WINDOW, rule="office hours", opens_at=AT),
    ),
    counting=("U0ANA",),
    fallen=(Fallen(person="U0RAJ", why=Why.POSSIBLY_SAME, rule="production wants two", role=Role.CREATOR, known_as="raj9"),),
    risk=Risk.HIGH,
    plan_unread=True,
    project_unread=True,
    unread_groups=("S0GONE",),
    source="runbell.toml",
)
HOSTILE = "<!channel> *bold* `x`\n<@U0EVIL>"


def said(verdict: Verdict, *, waits: bool = True) -> Said:
    return explanation(run(), PROD, verdict, url=LINK, waits=waits)


def texts(message: Said) -> str:
    def of(block: dict[str, Any]) -> list[str]:
        return [block["text"]["text"]] if "text" in block else [element["text"] for element in block["elements"]]

    return "\n".join(text for block in message["blocks"] for text in of(block))


def test_a_waiting_run_is_told_with_all_that_is_missing() -> None:
    lines = texts(said(WAITING)).splitlines()
    assert lines[0].startswith("*acme/storefront-prod* · <https://app.terraform.io/")
    assert lines[1:] == [
        "⏳ *It cannot be applied yet.*",
        "• Rule “production wants two”: 1 of 2 votes; one from <!subteam^S0SECURITY>. Who else may: <!subteam^S0SECURITY>, <@U0KIM>.",
        "• Rule “office hours”: its window of time opens at <!date^1772443800^{date_short_pretty} {time}|2026-03-02 09:30 UTC>.",
        (
            "• The vote of <@U0RAJ> does not count for rule “production wants two”: they may be who created the run (“raj9”). "
            "An operator can settle it: add all names of each person to [people] in runbell.toml."
        ),
        "• Votes that count: <@U0ANA>",
        "• Risk is high: a vote gives a reason and the workspace's name.",
        "• Not all of the plan could be read, so it counts as the riskiest: every rule about plans applies.",
        "• The server does not tell me the name of its project, so every rule about projects applies that goes by a name.",
        "• Slack did not tell who is in `S0GONE`, so nobody counts as in it.",
        "The rules stand in `runbell.toml`",
    ]


@pytest.mark.parametrize(
    "verdict, mark, words",
    [
        (Verdict(outcome=Outcome.GRANTED), "✅", "Nothing is missing."),
        (Verdict(outcome=Outcome.DENIED, denials=("By hand only.",)), "⛔", "• By hand only."),
        (Verdict(outcome=Outcome.DENIED, nobody=True), "⛔", "Nobody may decide this"),
        (Verdict(outcome=Outcome.OUTSIDE), "↗️", "on the server's own page"),
    ],
)
def test_each_outcome_has_its_mark_and_its_words(verdict: Verdict, mark: str, words: str) -> None:
    message = said(verdict)
    assert f"\n{mark} *" in texts(message)
    assert words in texts(message)
    assert block_problems(message["blocks"], surface="message") == []


def test_a_run_that_does_not_wait_is_told_as_what_would_be() -> None:
    assert "It does not wait for a decision now; this is how it would stand." in texts(said(WAITING, waits=False))
    assert "It does not wait" not in texts(said(WAITING))


def test_without_mentions_nobody_is_notified() -> None:
    shown = "\n".join(verdict_lines(WAITING, mentions=False))
    assert "<@" not in shown
    assert "<!subteam" not in shown
    assert "`U0KIM`" in shown


def test_outside_words_are_never_parsed() -> None:
    missing = Missing(lack=Lack.FREEZE, freeze=Freeze(scope=HOSTILE, reason=HOSTILE))
    hostile = Verdict(outcome=Outcome.DENIED, denials=(HOSTILE,), missing=(missing,), rules=(HOSTILE,), source=HOSTILE)
    message = said(hostile)
    assert "<!channel>" not in texts(message)
    assert "<@U0EVIL>" not in texts(message) + message["text"]
    assert all("\n<" not in line for line in verdict_lines(hostile))
    assert block_problems(message["blocks"], surface="message") == []


def test_many_rules_and_many_people_still_fit_into_a_message() -> None:
    circle = Circle(people=frozenset(f"U0{number:04}" for number in range(500)))
    many = tuple(Missing(lack=Lack.VOTES, rule=f"rule {number}" * 9, need=1, circle=circle) for number in range(60))
    message = said(Verdict(outcome=Outcome.MISSING, missing=many, rules=tuple(f"rule {number}" for number in range(60))))
    assert block_problems(message["blocks"], surface="message") == []
    assert "and 48 more" in texts(message)


@pytest.mark.parametrize(
    "rules, source, said",
    [
        ((), "", "No rule applies here."),
        ((), "runbell.toml", "No rule applies here · `runbell.toml`"),
        (("one",), "runbell.toml", "Rule: `one` · `runbell.toml`"),
        (("one", "two"), "", "Rules: `one`, `two`"),
        (("production wants two", "one"), "runbell.toml", "Other rule: `one` · `runbell.toml`"),
        (("one", "two", "production wants two"), "", "Other rules: `one`, `two`"),
        (("production wants two", "office hours"), "", ""),
    ],
)
def test_rules_are_named_that_are_not_named_above(rules: tuple[str, ...], source: str, said: str) -> None:
    assert rules_line(replace(WAITING, rules=rules, source=source)) == said


def test_where_all_is_said_above_there_is_no_line_below() -> None:
    assert [block["type"] for block in said(replace(WAITING, source=""))["blocks"]] == ["section", "section"]


@pytest.mark.parametrize("risk", RISKS)
def test_what_a_risk_asks_of_a_voter_is_said_unless_it_is_a_click(risk: Risk) -> None:
    told = [line for line in verdict_lines(Verdict(outcome=Outcome.MISSING, risk=risk)) if line.startswith("• Risk is")]
    assert len(told) == (risk is not Risk.LOW)
