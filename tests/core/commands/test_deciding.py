"""Overriding, killing, commenting and locking, as they are typed."""

from __future__ import annotations

import pytest

from bot.core.commands import format, parse, row_for  # noqa: A004 - what parse undoes
from bot.core.commands.deciding import COMMENT_MOST, CommentRun
from bot.core.commands.grammar import Command
from bot.core.commands.locks import REASON_MOST, ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.commands.runs import Act, RunReference
from bot.core.errors import BadUsage
from bot.core.policy import Right
from bot.core.runs import Action

DNS = RunReference(workspace="dns")


@pytest.mark.parametrize(
    "text, command",
    [
        ("override dns it is fine", Act(Action.OVERRIDE, DNS, "it is fine")),
        ("override dns “it is fine” --name dns --break-glass", Act(Action.OVERRIDE, DNS, "it is fine", "dns", breaks_glass=True)),
        ("override dns", Act(Action.OVERRIDE, DNS)),
        ("override dns --name dns", Act(Action.OVERRIDE, DNS, "", "dns")),
        ("force-cancel dns", Act(Action.FORCE_CANCEL, DNS)),
        ("kill dns it hangs", Act(Action.FORCE_CANCEL, DNS, "it hangs")),
        ("comment dns waits for the change", CommentRun(DNS, "waits for the change")),
        ("lock acme/dns", LockWorkspace("acme/dns")),
        ("lock dns moving its state", LockWorkspace("dns", "moving its state")),
        ("unlock dns", UnlockWorkspace("dns")),
        ("force-unlock dns", ForceUnlock("dns")),
    ],
)
def test_what_is_typed_is_understood_and_written_again(text: str, command: Command) -> None:
    assert parse(text) == command
    assert parse(format(command)) == command


@pytest.mark.parametrize(
    "text, said",
    [
        ("override", "Which run’s failed check"),
        ("override dns --break-glass", "needs a reason"),
        ("override dns why --auto-apply", "has no option --auto-apply"),
        ("force-cancel", "Which run shall be killed?"),
        ("comment", "A comment on which run?"),
        ("comment dns", "What shall it say?"),
        (f"comment dns {'x' * (COMMENT_MOST + 1)}", f"it may have {COMMENT_MOST}"),
        ("lock", "Which workspace shall be locked?"),
        (f"lock dns {'x' * (REASON_MOST + 1)}", f"it may have {REASON_MOST}"),
        ("unlock", "Which workspace shall be unlocked?"),
        ("unlock dns now", "“now”"),
        ("force-unlock", "Whose lock"),
        ("force-unlock dns now", "“now”"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_how_it_goes(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text)
    row = row_for(text.split(maxsplit=1)[0])
    assert said in caught.value.sentence
    assert f"Usage: {row.usage}." in caught.value.sentence


@pytest.mark.parametrize(
    "word, right",
    [
        ("override", Right.DECIDE),
        ("comment", Right.DECIDE),
        ("force-cancel", Right.ADMIN),
        ("lock", Right.START),
        ("unlock", Right.START),
        ("force-unlock", Right.ADMIN),
    ],
)
def test_each_names_its_right(word: str, right: Right) -> None:
    assert row_for(word).right is right
