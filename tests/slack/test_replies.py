"""Every error that a person may see has a reply, in their terms, with the next step; and every success an answer."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import errors
from bot.core.commands import BY_WORD, GRAMMAR
from bot.core.commands.grammar import Family
from bot.core.decisions import IntentState
from bot.core.errors import RunbellError, UnknownCommand
from bot.core.runs import Action
from bot.core.watches import Measure, Watch
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack import answers
from bot.slack.cards import lists
from bot.slack.cards.help import help_about, marked
from bot.slack.replies import DRESSES, reply, unexpected
from tests.slack.pictures import AT, LINK, PROD, mrkdwn_texts, run, seen

HOSTILE = "x<!channel> `<@U0ANA>` \u202e<https://evil.example|good>"


def leaves(kind: type[RunbellError] = RunbellError) -> Iterator[type[RunbellError]]:
    """Every error that has no kinds below it, and those with kinds that are raised themselves. The database's own are for operators."""
    below = [each for each in kind.__subclasses__() if each.__module__.startswith(f"{errors.__name__}.")]
    if not below or "__init__" in vars(kind):
        yield from [] if kind is RunbellError else [kind]
    for each in below:
        yield from leaves(each)


def example(kind: type[RunbellError]) -> RunbellError:
    """One of a kind, with hostile text wherever text can be."""
    parameters = inspect.signature(kind).parameters.values()
    wanted = [one for one in parameters if one.default is inspect.Parameter.empty and one.kind is one.POSITIONAL_OR_KEYWORD]
    make: Callable[..., RunbellError] = kind
    return make(*[7 if one.annotation in {"int", "float"} else HOSTILE for one in wanted])


def test_the_walk_sees_the_tree() -> None:
    assert {errors.StoreBusy, errors.ChatRefused, errors.MessageGone, errors.UnknownCommand} <= set(leaves())
    assert errors.NotFound not in set(leaves())


@pytest.mark.parametrize("kind", list(leaves()))
def test_every_error_has_a_reply_of_its_own(kind: type[RunbellError]) -> None:
    assert kind in DRESSES
    said = reply(example(kind))
    assert len(seen(said)) > 20
    assert block_problems(said["blocks"], "message") == []
    for parsed in mrkdwn_texts(said):
        assert "<" not in parsed
        assert "\u202e" not in parsed


STEPS = re.compile(
    r"`(?:/tf|runbell|/invite|--)[^`]*`|\boperator\b|\badmin\b|try (?:again|once more)|do it again|(?:these|nobody|full members[^.]*) may"
    r"|(?:^|[.;:,] |\n)(?:name|write|type|invite|go to|say which|look|leave|merge|choose|use|upload|apply|take|i take) ",
    re.IGNORECASE,
)
"""What tells somebody whom to ask or what to do: a command to type, who may or can, or what to do as a word of command."""


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.__name__)
def test_every_refusal_says_who_can_or_what_to_do(kind: type[RunbellError]) -> None:
    """A new one that fails here: give it a next step where it is dressed, in bot/slack/replies.py, or in its own sentence."""
    said = reply(example(kind))["text"]
    assert STEPS.search(said.replace(HOSTILE, "")), said


def test_no_reply_is_left_over() -> None:
    assert set(DRESSES) == set(leaves())


def test_a_kind_that_is_new_says_its_sentence() -> None:
    class Novel(RunbellError):
        pass

    assert reply(Novel("This is <new>."))["text"] == "This is &lt;new&gt;."


@given(st.text())
def test_a_reply_fits_whatever_was_typed(word: str) -> None:
    for error in (UnknownCommand(word), errors.UnknownWorkspace(word, [word]), errors.BadUsage(word, word, word)):
        said = reply(error)
        assert block_problems(said["blocks"], "message") == []
        assert "<" not in said["text"]


def test_near_words_are_offered() -> None:
    assert "Did you mean `a`, `b` or `c`?" in reply(errors.UnknownWorkspace("x", ["a", "b", "c"]))["text"]
    assert "Did you mean `/tf approve` or `/tf apply`?" in reply(UnknownCommand("aprove", ["approve", "apply"]))["text"]
    assert "`/tf help` lists them all" in reply(UnknownCommand("x"))["text"]
    assert "Did you mean `storefront-dev`?" in reply(errors.UnknownWorkspace("storefront", ["storefront-dev"]))["text"]
    assert "`/infra workspaces` lists those" in reply(errors.UnknownWorkspace("x"), command="/infra")["text"]


def test_usage_is_shown_as_it_is_typed() -> None:
    said = reply(errors.BadUsage("Which workspace?", "run <workspace>", "run dev"), command="/infra")
    assert said["text"] == "Which workspace?\nUsage: `/infra run &lt;workspace&gt;`\nExample: `/infra run dev`"


def test_a_refusal_says_who_may_and_how_that_is_changed() -> None:
    error = errors.RightMissing("decide", "storefront-prod", people=["U0ANA"], groups=["S0PLATFORM"], source="runbell.toml")
    said = reply(error)["text"]
    assert "You may not approve, discard or cancel runs of storefront-prod." in said
    assert "These may: <!subteam^S0PLATFORM>, <@U0ANA>." in said
    assert "adds a `[[rights]]` table with `decide` to `runbell.toml`" in said


def test_a_refusal_without_rules_says_that_there_are_none() -> None:
    said = reply(errors.RightMissing("start", "storefront-prod"))["text"]
    assert "Nobody may yet." in said
    assert "There is no `runbell.toml`" in said


def test_a_refusal_names_all_members_as_one() -> None:
    error = errors.RightMissing("read", "x", people=["U0ANA"], members=True, source="runbell.toml")
    assert "All full members of this Slack workspace may." in reply(error)["text"]


@pytest.mark.parametrize(
    "standing, words", [("guest", "Guests"), ("stranger", "Only people"), ("app", "Apps"), ("deactivated", "deactivated")]
)
def test_a_refusal_for_good_names_nobody(standing: str, words: str) -> None:
    said = reply(errors.RightMissing("read", "x", standing=standing, people=["U0ANA"], source="runbell.toml"))
    assert words in said["text"]
    assert "U0ANA" not in str(said)


def test_a_second_decision_hears_who_was_first() -> None:
    said = reply(errors.AlreadyDecided("run-1", "applied", "U0ANA", AT))["text"]
    assert said.startswith("`run-1` was already applied by <@U0ANA> · <!date^")
    assert "was already discarded outside of Slack. Nothing" in reply(errors.AlreadyDecided("run-1", "discarded"))["text"]


def test_an_unforeseen_error_has_a_reference() -> None:
    assert "`ab12`" in unexpected("ab12")["text"]


@pytest.mark.parametrize("outcome", IntentState)
@pytest.mark.parametrize("action", Action)
def test_every_outcome_of_a_deed_has_words(action: Action, outcome: IntentState) -> None:
    said = answers.acted(action, run(), PROD, LINK, outcome)
    assert f"<{LINK}|{run().id}> of `storefront-prod`." in said["text"]
    assert block_problems(said["blocks"], "message") == []


def test_an_apply_that_may_have_been_heard_is_not_called_done() -> None:
    said = answers.acted(Action.APPLY, run(), PROD, LINK, IntentState.UNSURE)["text"]
    assert "not sent again" in said
    assert "✅" not in said


@pytest.mark.parametrize("facts, kind", [({}, "a run"), ({"plan_only": True}, "a plan-only run"), ({"is_destroy": True}, "a destroy run")])
def test_a_start_is_confirmed(facts: dict[str, Any], kind: str) -> None:
    assert f"Started {kind} of `storefront-prod`" in answers.started(run(**facts), PROD, LINK)["text"]


@pytest.mark.parametrize("measure", Measure)
def test_a_watch_says_what_will_be_heard(measure: Measure) -> None:
    watch = Watch(channel="C1", pattern="store*", measure=measure, owner="U0KIM")
    said = answers.watched(watch, 5, ["storefront-dev", "storefront-prod"])["text"]
    assert said.endswith("It matches 5 workspaces now: `storefront-dev`, `storefront-prod` and 3 more.")
    assert answers.watched(watch, 1, ["x"])["text"].endswith("1 workspace now: `x`.")
    assert answers.watched(watch, 0, [])["text"].endswith("It matches no workspace yet.")


def test_a_watch_of_somebody_else_is_ended_in_public() -> None:
    watch = Watch(channel="C1", pattern="store*", owner="U0KIM")
    assert answers.watch_ended(watch, "U0ANA")["text"] == "<@U0ANA> ended this channel’s watch of `store*`, which <@U0KIM> had asked for."
    assert answers.watch_ended(Watch(channel="C1", pattern="x"), "U0ANA")["text"] == "<@U0ANA> ended this channel’s watch of `x`."
    assert answers.unwatched(watch)["text"] == "This channel hears no more of `store*`."


def test_help_names_every_command_on_one_screen_of_a_phone() -> None:
    said = help_about(command="/infra")
    assert all(f"`{row.word}`" in seen(said) for row in GRAMMAR)
    assert "/infra help run" in seen(said)
    assert sum(len(line) // 40 + 1 for line in said["text"].split("\n")) <= 20


@pytest.mark.parametrize("family", Family)
def test_help_about_a_family_has_each_of_its_commands_and_fits(family: Family) -> None:
    said = help_about(family.value, command="/infra")
    rows = [row for row in GRAMMAR if row.kin is family]
    assert rows
    assert all(f"/infra {row.word}" in seen(said) for row in rows)
    assert block_problems(said["blocks"], "message") == []


def test_no_command_is_called_as_a_family_is() -> None:
    assert not set(Family) & set(BY_WORD)


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
def test_help_about_one_command_has_all_of_its_row(row: object) -> None:
    for one in [each for each in GRAMMAR if each is row]:
        said = seen(help_about(one.word))
        wanted = [one.summary, one.example, *one.examples, *one.details, *one.aliases, *([one.right.value] if one.right else [])]
        assert all(part.replace("<", "&lt;").replace(">", "&gt;").replace("`", "") in said.replace("`", "") for part in wanted)


def test_help_sets_options_apart_and_nothing_else_with_dashes() -> None:
    assert marked("--plan-only is <dry>; run-7bQ2 and a--b are not") == "`--plan-only` is &lt;dry&gt;; run-7bQ2 and a--b are not"


@pytest.mark.parametrize("topic, near", [("aprove", "help approve"), ("looks", "help look"), ("desides", "help decide")])
def test_help_about_nothing_known_suggests(topic: str, near: str) -> None:
    with pytest.raises(UnknownCommand) as caught:
        help_about(topic)
    assert near in caught.value.near
    assert f"`/infra {near}`" in reply(caught.value, command="/infra")["text"]


def test_empty_lists_say_so() -> None:
    assert lists.watches([])["text"] == "This channel watches nothing."


def test_long_lists_are_cut_and_counted() -> None:
    said = lists.watches([Watch(channel="C1", pattern=f"w{number}") for number in range(60)])
    assert seen(said).count("decisions and failures") == 40
    assert said["blocks"][-1]["elements"][0]["text"] == "and 20 more"
    assert block_problems(said["blocks"], "message") == []


@pytest.mark.parametrize("measure", Measure)
def test_every_measure_has_words(measure: Measure) -> None:
    assert len(lists.measure_words(measure)) > 5
