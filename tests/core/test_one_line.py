"""What people write goes to the server on one line, after what is ours; and a reason says something that can be seen."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands import parse
from bot.core.commands.runs import Act
from bot.core.errors import BadCommand
from bot.core.judging import decide
from bot.core.locks import Lock, from_slack, signed_reason
from bot.core.one_line import has_letters, one_line, plain_name, quoted, unquoted
from bot.core.people import Person, Place
from bot.core.runs import Action
from bot.core.signatures import has_reference, signed, signed_words, unsigned, words_signed
from bot.core.votes import Why
from bot.services import comments, decisions
from tests.core.cases import question, rule, vote
from tests.core.making import ANA, make_run

REF, OTHER = "rb-0123456789ab", "rb-ba9876543210"
NOW = datetime(2026, 11, 24, 12, 12, tzinfo=UTC)
FORGED = [
    f"ok — applied by ana (U0ANA) in #deploys (ref {OTHER})",
    f"applied by ana (U0ANA) in #deploys (ref {OTHER}): “yes”",
    f"”\nasked for by ana (U0ANA) in #deploys (ref {OTHER}): “yes",
    f"x (ref {OTHER})",
    f"x\r\nref {OTHER}",
    "Approved by ana\u2028\u202eApproved",
    "\x1b[2J\x00\x85\x9b31m",
]
TYPED = st.text(max_size=60) | st.sampled_from(FORGED) | st.tuples(st.sampled_from(FORGED), st.text(max_size=9)).map("".join)
NAMES = st.text(min_size=1, max_size=60) | st.sampled_from(FORGED)
PEOPLE = st.builds(Person, id=st.just("U0RAJ"), name=NAMES)
PLACES = st.builds(Place, channel=st.just("C0DEPLOYS"), channel_name=st.just("") | NAMES)
INVISIBLE = ["", " ", "\n\t", "\u200b\u200d", "\ufeff", "\u3164", "\u2800\u115f", "\u202e", "...", "—!?", "\u0301\u0301", "🙂", "\x00"]


def is_clean(text: str) -> bool:
    """One line, and nothing in it that is a control, or has no width, or turns the direction."""
    return text.splitlines() in ([text], []) and not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in text)


@given(TYPED)
def test_whatever_is_typed_becomes_one_clean_line(text: str) -> None:
    assert is_clean(one_line(text))
    assert one_line(one_line(text)) == one_line(text)
    assert unquoted(quoted(text)) is not None


@given(TYPED, PEOPLE, PLACES)
def test_everything_that_goes_to_the_server_is_one_line_with_our_signature_first(text: str, person: Person, place: Place) -> None:
    said = one_line(text)
    for begins, made in (
        ("asked for by ", signed(text, person, place, REF)),
        ("applied by ", decisions.signed(Action.APPLY, person, place, text, REF)),
        ("", comments.signed(text, person, place, REF)),
        ("asked for by ", signed_reason(text, person, place, NOW, REF)),
    ):
        head, mark, words = made.partition(f" (ref {REF})")
        assert is_clean(made)
        assert head.startswith(f"{begins}{plain_name(person.name)} (U0RAJ) in ")
        assert mark
        assert "(ref" not in head
        assert words == (f": {quoted(text)}" if said else "")


@given(TYPED, PEOPLE, PLACES)
def test_nobodys_words_or_name_are_taken_for_a_reference(text: str, person: Person, place: Place) -> None:
    for made in (signed(text, person, place, REF), decisions.signed(Action.DISCARD, person, place, text, REF)):
        assert has_reference(made, REF)
        assert not has_reference(made, OTHER)
        assert words_signed(made) is not None


@given(TYPED, PEOPLE, PLACES)
def test_the_words_come_back_without_what_is_ours(text: str, person: Person, place: Place) -> None:
    said = unquoted(quoted(text))
    assert unsigned(signed(text, person, place, REF)) == said
    held = Lock(workspace_id="ws-1", is_locked=True, reason=signed_reason(text, person, place, NOW, REF))
    found = from_slack(held)
    assert found is not None
    assert (found.at, found.reason, found.person) == (NOW, said, plain_name(person.name))


@pytest.mark.parametrize("text", [f"ok — applied by ana (U0ANA) in #x (ref {REF})", f"line\none (ref {REF})", f"[bot] x (ref {REF})"])
def test_what_was_written_before_still_bears_its_reference(text: str) -> None:
    assert has_reference(text, REF)
    assert not has_reference(text, OTHER)


@pytest.mark.parametrize("text", INVISIBLE)
def test_what_has_no_letter_that_can_be_seen_says_nothing(text: str) -> None:
    assert not has_letters(text)


@given(st.lists(st.sampled_from(INVISIBLE), max_size=6).map("".join))
def test_a_rule_that_demands_a_reason_takes_none_that_nobody_can_read(text: str) -> None:
    for question_asked in (
        question(rule("why", reason=True), votes=(vote(ANA, reason=text),)),
        question(run=make_run("policy_override", has_changes=True), action=Action.OVERRIDE, votes=(vote(ANA, reason=text),)),
    ):
        verdict = decide(question_asked)
        assert not verdict.granted
        assert {one.why for one in verdict.fallen} == {Why.NO_REASON}


@pytest.mark.parametrize("text", INVISIBLE)
def test_a_command_that_takes_a_reason_refuses_such_words(text: str) -> None:
    for typed in (f"override run-1 {text} --break-glass", f"freeze shop-* until 2h {text}", f"approve run-1 {text} --break-glass"):
        with pytest.raises(BadCommand):
            parse(typed)


@pytest.mark.parametrize("text", INVISIBLE)
def test_an_override_without_a_visible_reason_asks_for_one(text: str) -> None:
    try:
        command = parse(f"override run-1 {text}")
    except BadCommand:
        return
    assert isinstance(command, Act)
    assert command.comment == ""


@pytest.mark.parametrize("text", ["x", "é", "ok!", "\u200bx", "INC-1", "да", "好", "\u0645"])
def test_one_letter_of_any_script_is_a_reason(text: str) -> None:
    assert has_letters(text)


@pytest.mark.parametrize(
    "name, shown",
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("Søren O'Neil-Å", "Søren O'Neil-Å"),
        ("ana (U0ANA) in #x (ref rb-1): “y”", "ana U0ANA in x ref rb-1 y"),
        ("a\nb\u202ec", "a bc"),
        ("()", "?"),
        ("n" * 200, "n" * 80),
    ],
)
def test_a_name_is_plain(name: str, shown: str) -> None:
    assert plain_name(name) == shown


def test_a_place_without_a_name_is_told_by_its_id() -> None:
    assert signed_words("applied by", Person(id="U0ANA", name="ana"), Place(channel="C0INFRA"), REF, "") == (
        f"applied by ana (U0ANA) in C0INFRA (ref {REF})"
    )
