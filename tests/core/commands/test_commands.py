"""The grammar of commands: every row, every refusal, and any text at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import BY_WORD, GRAMMAR, about, parse, row_for
from bot.core.commands.freezes import DeclareFreeze, LiftFreeze, ListFreezes, Snooze
from bot.core.commands.grammar import Command, Row
from bot.core.commands.lists import Help, ListPending, ListRuns, ListWorkspaces, ShowAudit, ShowQueue, Suggest
from bot.core.commands.runs import Act, ExplainRun, RunReference, ShowRun, StartRun, TakeBack
from bot.core.commands.watches import AddWatch, ListWatches, RemoveWatch
from bot.core.errors import BadCommand, BadUsage, UnknownCommand
from bot.core.policy import Right
from bot.core.runs import Action
from bot.core.watches import Measure

LINK = "https://tfe.example/app/acme/workspaces/dns/runs/run-7bQ2kLm9XyZ1aB3c"
RUN = RunReference(run_id="run-7bQ2kLm9XyZ1aB3c")
DNS = RunReference(workspace="dns")


@pytest.mark.parametrize(
    "text, command",
    [
        ("", Suggest()),
        (" \u200b\u00a0 ", Suggest()),
        ("next", Suggest()),
        ("help", Help()),
        ("HELP Run", Help("run")),
        ("workspaces", ListWorkspaces()),
        ("workspaces storefront-*", ListWorkspaces("storefront-*")),
        ("workspaces dns* --tag prod --project=“data platform”", ListWorkspaces("dns*", "prod", "data platform")),
        ("runs", ListRuns()),
        ("runs acme/dns", ListRuns("acme/dns")),
        ("runs shop-* --failed —mine", ListRuns("shop-*", mine=True, failed=True)),
        ("runs --status Policy-Checked", ListRuns(status="policy_checked")),
        ("runs --status live", ListRuns(status="live")),
        ("pending", ListPending()),
        ("queue <http://shop.example|shop.example>", ShowQueue("shop.example")),
        ("audit dns", ShowAudit(DNS)),
        ("audit run-7bQ2kLm9XyZ1aB3c", ShowAudit(RUN)),
        ("run dns", StartRun("dns")),
        ("run dns bump the image", StartRun("dns", "bump the image")),
        ("Run dns --Destroy ——PLAN-ONLY", StartRun("dns", destroy=True, plan_only=True)),
        ("run --destroy dns “end of it” —plan-only", StartRun("dns", "end of it", destroy=True, plan_only=True)),
        ("show dns", ShowRun(DNS)),
        ("why dns", ExplainRun(DNS)),
        ("show run-7bQ2kLm9XyZ1aB3c", ShowRun(RUN)),
        (f"show <{LINK}>", ShowRun(RUN)),
        (f"show <{LINK}|the run>", ShowRun(RUN)),
        ("show https://tfe.example/elsewhere", ShowRun(RunReference(workspace="https://tfe.example/elsewhere"))),
        ("show 42", ShowRun(RunReference(run_id="42"))),
        ("show 6F9619FF-8b86-d011-b42d-00c04fc964ff", ShowRun(RunReference(run_id="6F9619FF-8b86-d011-b42d-00c04fc964ff"))),
        ("show acme/42", ShowRun(RunReference(workspace="acme/42"))),
        ("show 042", ShowRun(RunReference(workspace="042"))),
        ("show 6f9619ff-8b86", ShowRun(RunReference(workspace="6f9619ff-8b86"))),
        ("approve dns", Act(Action.APPLY, DNS)),
        ("apply run-7bQ2kLm9XyZ1aB3c looks good", Act(Action.APPLY, RUN, "looks good")),
        ("approve dns looks good --name dns", Act(Action.APPLY, DNS, "looks good", "dns")),
        ("unvote dns", TakeBack(DNS)),
        ("run dns --auto-apply", StartRun("dns", auto_apply=True)),
        ("discard dns not before the sale", Act(Action.DISCARD, DNS, "not before the sale")),
        ("cancel dns", Act(Action.CANCEL, DNS)),
        ("watch storefront-*", AddWatch("storefront-*")),
        ("watch dns --measure all", AddWatch("dns", Measure.ALL)),
        ("watch dns --measure=failures", AddWatch("dns", Measure.FAILURES)),
        (
            "watch *-prod --tag prod --project=web --thread --mention",
            AddWatch("*-prod", tag="prod", project="web", in_thread=True, mentions=True),
        ),
        ('watch * --project "data platform"', AddWatch("*", project="data platform")),
        ("unwatch dns --tag prod --project web", RemoveWatch("dns", "prod", "web")),
        ("unwatch dns", RemoveWatch("dns")),
        ("watches", ListWatches()),
    ],
)
def test_a_command_is_read(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text, said",
    [
        ("help run now", "does not know what to do with “now”"),
        ("workspaces a b", "does not know what to do with “b”"),
        ("runs --status aplied", "“aplied” is no status of a run. There is applied"),
        ("runs --status xyz", "There is live, planned or errored, for example."),
        ('runs --status ""', "--status needs a value."),
        ("runs --failed --status live", "--failed is a status of its own"),
        ("pending dns", "does not know what to do with “dns”"),
        ("next step", "does not know what to do with “step”"),
        ("queue", "The queue of which workspace?"),
        ("queue a b", "“b”"),
        ("audit", "The audit of which workspace or run?"),
        ("audit a b", "“b”"),
        ("runs a b c", "“b c”"),
        ("run --destroy", "Which workspace shall run?"),
        ("run dns --auto-apply --plan-only", "can never be applied"),
        ("run dns --detsroy", "no option --detsroy. Did you mean --destroy?"),
        ("run dns --destroy=yes", "--destroy takes no value."),
        ("show", "Which run?"),
        ("show a b", "“b”"),
        ("show dns --all", "“show” has no option --all. It takes no options."),
        ("approve", "Which run shall I approve?"),
        ("apply", "Which run shall I approve?"),
        ("discard", "Which run shall I discard?"),
        ("cancel", "Which run shall I cancel?"),
        ("watch", "Which workspaces shall this channel watch?"),
        ("watch a b", "“b”"),
        ("watch a --measure", "--measure needs a value."),
        ("watch a --tag", "--tag needs a value."),
        ('watch a --project ""', "--project needs a value."),
        ("watch a --thread=yes", "--thread takes no value."),
        ("watch a --measure some", "“some” is no measure. It is one of all, decisions or failures."),
        ("watch a --loud", "“watch” has no option --loud."),
        ("unwatch", "Which watch shall end?"),
        ("unwatch a b", "“b”"),
        ("watches a", "“a”"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_how_it_goes(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text)
    row = row_for(text.split(maxsplit=1)[0])
    assert said in caught.value.sentence
    assert f"Usage: {row.usage}." in caught.value.sentence
    assert f"Example: {row.example}" in caught.value.sentence


@pytest.mark.parametrize("typed, near", [("aprove", "approve"), ("WORKSPACE", "workspaces"), ("watchs", "watches"), ("rnu", "run")])
def test_an_unknown_command_offers_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(f"{typed} dns")
    assert near in caught.value.near


@pytest.mark.parametrize("word", ["run-7bQ2kLm9XyZ1aB3c", LINK, "42"])
def test_a_run_that_is_named_alone_is_offered_to_be_shown(word: str) -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse(f"<{word}>" if "://" in word else word)
    assert caught.value.near == (f"show {word}",)


def test_a_command_like_no_other_offers_only_help() -> None:
    with pytest.raises(UnknownCommand) as caught:
        parse("xyzzy")
    assert caught.value.near == ()


@pytest.mark.parametrize("row", GRAMMAR, ids=lambda row: row.word)
def test_every_row_explains_itself(row: Row) -> None:
    assert row.usage.split()[0] == row.word
    assert row.summary.endswith(".")
    assert all(one.endswith(".") for one in row.details)
    assert all(f"--{option}" in row.usage for option in row.options)
    made = {type(parse(example)) for example in (row.example, *row.examples)}
    assert len(made) == 1
    assert all(example.split()[0] == row.word for example in row.examples)


RIGHTS = {
    None: {"help", "notify", "unvote"},
    Right.READ: {
        *("next", "workspaces", "runs", "pending", "queue", "audit", "show", "why", "review", "plan", "log"),
        *("freezes", "watch", "unwatch", "watches"),
    },
    Right.START: {"lock", "unlock", "run", "upload", "promote", "retry"},
    Right.ADMIN: {"force-cancel", "force-unlock"},
    Right.DECIDE: {"override", "comment", "approve", "discard", "cancel", "freeze", "unfreeze", "snooze"},
}


def test_each_command_names_its_right() -> None:
    assert {right: {row.word for row in GRAMMAR if row.right is right} for right in RIGHTS} == RIGHTS
    assert {row.word for row in GRAMMAR} == set().union(*RIGHTS.values())


def test_no_word_means_two_commands() -> None:
    assert len(BY_WORD) == sum(1 + len(row.aliases) for row in GRAMMAR)
    assert row_for("APPLY") is row_for("approve")


@pytest.mark.parametrize("reference, text", [(RUN, "run-7bQ2kLm9XyZ1aB3c"), (DNS, "dns")])
def test_a_reference_reads_as_it_was_given(reference: RunReference, text: str) -> None:
    assert str(reference) == text
    assert RunReference.of(text) == reference


OF_A_RUN = [row for row in GRAMMAR if row.usage.split()[1:2] == ["<run>"]]


@pytest.mark.parametrize("row", OF_A_RUN, ids=lambda row: row.word)
@pytest.mark.parametrize("named", ["", "this ", "IT "])
def test_a_command_about_a_run_need_not_name_the_one_that_is_talked_of(row: Row, named: str) -> None:
    words, _, rest = row.example.partition(" ")
    rest = rest.partition(" ")[2] if named else "--" + " ".join(row.flags[:1])
    typed = f"{row.word} {named}{rest}".strip() if named or row.flags else row.word
    assert about(typed, RUN.run_id).split()[:2] == [row.word, RUN.run_id]
    assert about(row.example, RUN.run_id) == row.example
    assert words == row.word


@pytest.mark.parametrize("text", ["", "xyzzy", "runs", "queue this", "show dns", "freeze it the sale is on"])
def test_any_other_command_says_what_it_says(text: str) -> None:
    assert about(text, RUN.run_id) == text


ANYTHING = st.text(st.characters(codec="utf-8"), max_size=80)
PIECES = st.sampled_from(
    [*BY_WORD, "--destroy", "--measure", "—plan-only", "--", "--=", "“", "”", '"', "<!channel>", LINK, "https://[", "\u00a0", "\\"]
)
NEAR_COMMANDS = st.lists(PIECES | st.text(max_size=8), max_size=8).map(" ".join)


@given(ANYTHING | NEAR_COMMANDS | st.tuples(st.sampled_from(list(BY_WORD)), ANYTHING).map(" ".join))
def test_any_text_is_a_command_or_a_bad_command(text: str) -> None:
    answer: Command | BadCommand
    try:
        answer = parse(text)
    except BadCommand as error:
        answer = error
    assert isinstance(answer, Command) or answer.sentence


@pytest.mark.parametrize(
    "text, command",
    [
        ("freeze *-prod the sale is on", DeclareFreeze("*-prod", "the sale is on")),
        ("freeze *-prod until fri 18:00 the sale", DeclareFreeze("*-prod", "the sale", "fri 18:00")),
        ("freeze dns for 2h until we know more", DeclareFreeze("dns", "until we know more", "2h")),
        ("freeze dns UNTIL 2026-12-01 2 things", DeclareFreeze("dns", "2 things", "2026-12-01")),
        ("unfreeze *-prod", LiftFreeze("*-prod")),
        ("freezes", ListFreezes()),
        ("snooze dns 1h30m", Snooze(DNS, timedelta(minutes=90))),
        ("approve dns it burns --break-glass", Act(Action.APPLY, DNS, "it burns", breaks_glass=True)),
    ],
)
def test_a_command_about_waiting_is_read(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text, said",
    [
        ("freeze", "Which workspaces shall be frozen?"),
        ("freeze dns", "Why? Whoever cannot apply will want to know."),
        ("freeze dns until 2h", "Why?"),
        ("freeze dns until soon the sale", "I cannot read “soon the” as a time"),
        ("freeze dns until", "I cannot read “” as a time"),
        ("unfreeze", "Which freeze shall end?"),
        ("unfreeze a b", "does not know what to do with “b”"),
        ("freezes now", "does not know what to do with “now”"),
        ("snooze", "Reminders of which run shall wait?"),
        ("snooze dns", "For how long?"),
        ("snooze dns soon", "I cannot read “soon” as a while of at most 14 days"),
        ("snooze dns 15d", "at most 14 days"),
        ("snooze dns 2h more", "does not know what to do with “more”"),
        ("approve dns --break-glass", "--break-glass needs a reason."),
    ],
)
def test_a_slip_about_waiting_is_told(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text)
    assert said in caught.value.sentence
