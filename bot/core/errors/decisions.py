"""What stands against deciding about a run, or against reading of it what a decision needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.errors.kinds import CannotAct, listed

if TYPE_CHECKING:
    from bot.core.verdicts import Phrase


class AlreadyDecided(CannotAct):
    """`by` is a Slack id, empty where it was decided outside of Slack; `verb` is a past participle: applied, discarded, canceled."""

    def __init__(self, run_id: str, verb: str, by: str = "", at: datetime | None = None) -> None:
        self.run_id, self.verb, self.by, self.at = run_id, verb, by, at
        super().__init__(f"{run_id} was already {verb}.")


class NotPossibleNow(CannotAct):
    def __init__(self, run_id: str, verb: str, status: str) -> None:
        self.run_id, self.verb, self.status = run_id, verb, status
        super().__init__(f"{run_id} cannot be {verb} now: it is {status.replace('_', ' ')}.")


class TokenMayNot(CannotAct):
    def __init__(self, run_id: str, verb: str, needs: str = "write access to the workspace") -> None:
        self.run_id, self.verb = run_id, verb
        super().__init__(f"The Terraform token I use may not have {run_id} {verb}. Its team needs {needs}.")


class HurdleUnread(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"I could not read which check of {run_id} failed, so I did nothing. Please try again in a moment.")


class PlanChanged(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"The plan of {run_id} is not the one this was decided for. Look at it again and decide anew.")


class ApprovalSwitchedOff(CannotAct):
    def __init__(self, run_id: str, status: str) -> None:
        self.run_id, self.status = run_id, status
        super().__init__(
            f"The server says that {run_id} can be applied while it is {status.replace('_', ' ')}, which I do not trust, "
            "so approving from here is switched off. Apply it on the server's own page."
        )


class RulesDiffer(CannotAct):
    """`source` is the file of rules that this process has read, empty where it has none."""

    def __init__(self, source: str, *, are_any: bool = True) -> None:
        self.source, self.are_any = source, are_any
        mine = f"The rules that I have read from {source}" if source else "My rules (there is no runbell.toml)"
        others = "others are in force" if are_any else "none are in force yet"
        super().__init__(
            f"{mine} are not in force: {others}, so I decide, start and lock nothing. An operator gives every replica the same file, "
            "and puts its rules in force with “runbell policy activate”."
        )


class NotGranted(CannotAct):
    """By the rules and the votes as they are now; `phrases` say what stands against it, a sentence each."""

    def __init__(self, run_id: str, headline: str, phrases: Sequence[Phrase] = (), verb: str = "applied") -> None:
        self.run_id, self.headline, self.phrases = run_id, headline, tuple(phrases)
        super().__init__(f"{run_id} was not {verb}. {headline}")


class FreezeStarted(CannotAct):
    """After the decision, before it was sent. `phrases` say what is frozen, a sentence each; `deed` is what was to be sent."""

    def __init__(self, run_id: str, deed: str, phrases: Sequence[Phrase] = ()) -> None:
        self.run_id, self.phrases = run_id, tuple(phrases)
        super().__init__(f"Nothing was sent: a freeze started before the {deed} of {run_id}.")


class RulesReplaced(CannotAct):
    """After the decision, before it was sent: the rules that it was made by are no longer active."""

    def __init__(self, run_id: str, deed: str) -> None:
        self.run_id = run_id
        super().__init__(
            f"Nothing was sent: other rules were activated before the {deed} of {run_id}. "
            "Ask an operator to restart Runbell with them, then try again."
        )


class DecisionReplaced(CannotAct):
    """The decision that was to be sent is gone, is about another plan, or its round was reopened."""

    def __init__(self, run_id: str, deed: str) -> None:
        self.run_id = run_id
        super().__init__(f"Nothing was sent: the decision changed before the {deed} of {run_id}.")


class SendTooLate(CannotAct):
    """The process stood still between marking an intent as sent and sending it."""

    def __init__(self, run_id: str, deed: str) -> None:
        self.run_id = run_id
        super().__init__(f"Nothing was sent: the {deed} of {run_id or 'the run'} was held up for too long. Try again.")


class WordsWanted(CannotAct):
    """A click or a bare command is not enough: a reason, or the name of the workspace, has to be given with it.

    `word` is the command with which it is given.
    """

    def __init__(self, run_id: str, workspace: str, *, reason: bool = True, typed_name: bool = False, word: str = "approve") -> None:
        self.run_id, self.workspace, self.reason, self.typed_name, self.word = run_id, workspace, reason, typed_name, word
        wanted = listed([*(["a reason"] if reason else []), *(["the workspace's name"] if typed_name else [])], "and")
        super().__init__(f"A vote for {run_id} needs {wanted}, so yours was not noted yet.")


class FormNotOpened(CannotAct):
    """Slack did not show the form that asks before anything is done. `word` is the command that does it without a form."""

    def __init__(self, run_id: str, word: str) -> None:
        self.run_id, self.word = run_id, word
        super().__init__("The form could not be opened, so nothing was done.")


class NoVote(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"There is no vote of yours for {run_id} that could be taken back.")


class NothingWaits(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"{run_id} does not wait for a decision, so there are no reminders of it.")


class NothingToReview(CannotAct):
    """`status` is the plan's, or the run's where there is no plan."""

    def __init__(self, run_id: str, status: str) -> None:
        self.run_id, self.status = run_id, status
        said = "failed" if status == "errored" else f"is not finished ({status.replace('_', ' ')})"
        super().__init__(f"The plan of {run_id} {said}, so there is nothing to review.")


class NothingWritten(CannotAct):
    """`what` is plan or log."""

    def __init__(self, run_id: str, what: str) -> None:
        self.run_id, self.what = run_id, what
        super().__init__(f"Nothing is written in the {what} of {run_id} yet, or the token I use may not read it.")
