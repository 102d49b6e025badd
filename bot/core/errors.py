"""The errors a person may see; each builds its own plain sentence. No Slack markup in here: bot/slack/replies.py dresses them.

RunbellError
├── BadCommand                what was typed
│   ├── UnknownCommand
│   ├── BadUsage
│   └── WrongMoment
├── NotFound                  what was named
│   ├── UnknownWorkspace
│   ├── UnknownRun
│   ├── NoCurrentRun
│   ├── UnknownProject
│   ├── UnknownWatch
│   ├── UnknownFreeze
│   ├── UnknownVersion
│   ├── StrayVersion
│   ├── SeveralCommits
│   └── SeveralWatches
├── NotAllowed                who may
│   ├── RightMissing
│   ├── GlassNotTheirs
│   ├── VoteNotCounted
│   └── MembershipUnread
├── CannotAct                 what the run or its workspace allows
│   ├── AlreadyDecided
│   ├── NotPossibleNow
│   ├── TokenMayNot
│   ├── HurdleUnread
│   ├── PlanChanged
│   ├── ApprovalSwitchedOff
│   ├── RulesDiffer
│   ├── NotGranted
│   ├── WordsWanted
│   ├── NoVote
│   ├── NothingWaits
│   ├── NothingToReview
│   ├── NothingWritten
│   ├── VersionUnusable
│   ├── OtherOrganization
│   ├── SameWorkspace
│   ├── NeverApplied
│   ├── AppliedSince
│   ├── ChainChanged
│   ├── PromotionRefused
│   ├── CannotRetry
│   ├── NoRunsHere
│   ├── TokenMayNotStart
│   ├── NoConfiguration
│   ├── TerraformTooOld
│   ├── NotLocked
│   ├── WorkspaceHeld
│   └── DestroyForbidden
├── ChannelTrouble            where it should be said
│   ├── NotInChannel
│   ├── AlreadyWatched
│   ├── ChannelShared
│   └── WatchIsCode
├── UploadTrouble             files that shall become a run
│   ├── FileNotTaken              of another kind, or too many
│   ├── FileUnreadable            Slack does not give it
│   ├── ArchiveRefused            what is in it
│   ├── VersionControlled         the workspace takes no uploads
│   ├── UploadNotTaken            the server is slow
│   └── UploadStopped             on its way, with the step
├── TerraformTrouble          the server
│   ├── TerraformUnreachable      never received
│   ├── TerraformAnswerLost       perhaps received
│   ├── TerraformFailed           5xx: perhaps done
│   ├── TerraformRateLimited
│   ├── TokenRejected
│   ├── OrganizationToken
│   ├── NotVisible                404 or 403
│   ├── StateMovedOn              409
│   ├── RequestRefused            422 and the like, in the server's words
│   ├── AddressRefused            a URL that leads where ours do not go
│   ├── TooLarge
│   └── UnexpectedAnswer
├── ChatTrouble               Slack
│   ├── ChatUnreachable           never received
│   ├── ChatAnswerLost            perhaps received
│   ├── ChatRateLimited
│   ├── ChatRefused
│   │   ├── MessageGone
│   │   ├── CannotEdit
│   │   ├── ThreadClosed
│   │   └── ChannelClosed
│   └── InstallationDead
├── HandledBefore             a payload that came in twice
├── NoTrigger                 words that would open a form
└── StoreBusy                 the database
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.verdicts import Phrase


class RunbellError(Exception):
    """Anything that goes wrong in a way that we have words for. `was_shown`: the person sees them already, in a modal."""

    was_shown = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


class BadCommand(RunbellError):
    pass


class UnknownCommand(BadCommand):
    def __init__(self, word: str, near: Sequence[str] = ()) -> None:
        self.word, self.near = word, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else ""
        super().__init__(f"There is no command “{word}”.{hint} “help” lists them all.")


class BadUsage(BadCommand):
    def __init__(self, problem: str, usage: str, example: str) -> None:
        self.problem, self.usage, self.example = problem, usage, example
        super().__init__(f"{problem} Usage: {usage}. Example: {example}")


class WrongMoment(BadCommand):
    """A time that was typed; `problem` is what is wrong with it."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"{problem} Write 2h, 18:00, tomorrow 09:00, fri 18:00 or 2026-12-01 09:00.")


class NotFound(RunbellError):
    pass


class UnknownWorkspace(NotFound):
    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else " “workspaces” lists those I can see."
        super().__init__(f"I see no workspace “{name}”.{hint}")


class UnknownRun(NotFound):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"I see no run “{run_id}”. It does not exist, or the token I use may not see it.")


class NoCurrentRun(NotFound):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} has no current run. Name a run by its id or its link.")


class UnknownProject(NotFound):
    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        self.name, self.near = name, tuple(near)
        hint = f" Did you mean {listed(self.near)}?" if self.near else ""
        super().__init__(f"I see no project “{name}”.{hint}")


class UnknownWatch(NotFound):
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(f"This channel does not watch “{pattern}”. “watches” lists what it watches.")


class UnknownFreeze(NotFound):
    """`source` is the file that freezes it, where it does."""

    def __init__(self, pattern: str, source: str = "") -> None:
        self.pattern, self.source = pattern, source
        super().__init__(
            f"“{pattern}” is frozen by {source}, which an operator changes."
            if source
            else f"Nobody has frozen just “{pattern}”. “freezes” lists what is frozen."
        )


class SeveralWatches(NotFound):
    """`titles` are the watches as they would be typed."""

    def __init__(self, pattern: str, titles: Sequence[str]) -> None:
        self.pattern, self.titles = pattern, tuple(titles)
        super().__init__(f"This channel has several watches of “{pattern}”. Say which: {listed(self.titles)}.")


class UnknownVersion(NotFound):
    """`word` is neither a configuration version, nor a run, nor a commit that we know."""

    def __init__(self, word: str) -> None:
        self.word = word
        super().__init__(
            f"I find no configuration version by “{word}”. Name it by its id (cv-…), by the id or link of a run that used it, "
            "or by at least 7 letters of the commit of such a run."
        )


class StrayVersion(NotFound):
    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(
            f"I cannot tell which workspace {version} belongs to, and so not whether you may read it. Name a run that used it instead."
        )


class SeveralCommits(NotFound):
    def __init__(self, start: str, shas: Sequence[str]) -> None:
        self.start, self.shas = start, tuple(shas)
        super().__init__(f"Several commits begin with “{start}”: {listed(self.shas, 'and')}. Write more of the one you mean.")


class NotAllowed(RunbellError):
    pass


class RightMissing(NotAllowed):
    """`people` and `groups` are Slack ids of who may; `source` is the file that says so, empty where there is none."""

    def __init__(
        self,
        right: str,
        workspace: str,
        *,
        standing: str = "member",
        people: Sequence[str] = (),
        groups: Sequence[str] = (),
        members: bool = False,
        source: str = "",
    ) -> None:
        self.right, self.workspace, self.standing = right, workspace, standing
        self.people, self.groups, self.members, self.source = tuple(people), tuple(groups), members, source
        super().__init__(f"You may not {right} in {workspace}.")


class GlassNotTheirs(NotAllowed):
    """Whoever may apply in spite of a freeze is named in the file of rules; `people` and `groups` are they, by Slack id."""

    def __init__(self, people: Sequence[str] = (), groups: Sequence[str] = ()) -> None:
        self.people, self.groups = tuple(people), tuple(groups)
        super().__init__("You may not break the glass, so nothing was done.")


class VoteNotCounted(NotAllowed):
    """`phrases` say why, a sentence each, with what would settle it."""

    def __init__(self, run_id: str, phrases: Sequence[Phrase]) -> None:
        self.run_id, self.phrases = run_id, tuple(phrases)
        super().__init__(f"Your vote for {run_id} would not count, so it was not noted.")


class MembershipUnread(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "I could not ask Slack who you are or which user groups you are in, so I did nothing. Please try again in a moment."
        )


class CannotAct(RunbellError):
    pass


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
            f"{mine} are not in force: {others}, so I decide nothing. An operator gives every replica the same file, "
            "and puts its rules in force with “runbell policy activate”."
        )


class NotGranted(CannotAct):
    """By the rules and the votes as they are now; `phrases` say what stands against it, a sentence each."""

    def __init__(self, run_id: str, headline: str, phrases: Sequence[Phrase] = (), verb: str = "applied") -> None:
        self.run_id, self.headline, self.phrases = run_id, headline, tuple(phrases)
        super().__init__(f"{run_id} was not {verb}. {headline}")


class WordsWanted(CannotAct):
    """A click or a bare command is not enough: a reason, or the name of the workspace, has to be given with it.

    `word` is the command with which it is given.
    """

    def __init__(self, run_id: str, workspace: str, *, reason: bool = True, typed_name: bool = False, word: str = "approve") -> None:
        self.run_id, self.workspace, self.reason, self.typed_name, self.word = run_id, workspace, reason, typed_name, word
        wanted = listed([*(["a reason"] if reason else []), *(["the workspace's name"] if typed_name else [])], "and")
        super().__init__(f"A vote for {run_id} needs {wanted}, so yours was not noted yet.")


class NoVote(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"There is no vote of yours for {run_id} that could be taken back.")


class NothingWaits(CannotAct):
    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"{run_id} does not wait for a decision, so there are no reminders of it.")


class VersionUnusable(CannotAct):
    """`why` is a clause without a full stop."""

    def __init__(self, version: str, why: str) -> None:
        self.version, self.why = version, why
        super().__init__(f"No run can use {version}: {why}.")


class OtherOrganization(CannotAct):
    """`what` belongs to one workspace and was meant for another, each by its full name."""

    def __init__(self, what: str, source: str, target: str) -> None:
        self.what, self.source, self.target = what, source, target
        super().__init__(
            f"{what} belongs to {source}, and {target} is in another organization: a configuration is used within one organization alone."
        )


class NoRunsHere(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(
            f"{workspace} runs Terraform on people's own machines (execution mode “local”), so the server starts no runs of it. "
            "An admin can change this in the workspace's settings."
        )


class TokenMayNotStart(CannotAct):
    def __init__(self, workspace: str, *, destroy: bool = False) -> None:
        self.workspace, self.destroy = workspace, destroy
        kind = "destroy runs" if destroy else "runs"
        super().__init__(f"The Terraform token I use may not start {kind} of {workspace}. Its team needs more access to the workspace.")


class NoConfiguration(CannotAct):
    """`repository` is where the workspace takes its configuration from, "" where it is given one by hand."""

    def __init__(self, workspace: str, *, repository: str = "") -> None:
        self.workspace, self.repository = workspace, repository
        how = f"Push to {repository}" if repository else "Upload one"
        super().__init__(
            f"{workspace} has no configuration yet, so there is nothing to run. {how}, or name one of another workspace with --version."
        )


class TerraformTooOld(CannotAct):
    """`option` is what needs `since`, both as a person writes them."""

    def __init__(self, workspace: str, version: str, option: str, since: str) -> None:
        self.workspace, self.version, self.option, self.since = workspace, version, option, since
        super().__init__(f"{workspace} runs Terraform {version}, and {option} needs {since} or newer. Leave it out.")


class NothingToReview(CannotAct):
    """`status` is the plan's, or the run's where there is no plan."""

    def __init__(self, run_id: str, status: str) -> None:
        self.run_id, self.status = run_id, status
        said = "failed" if status == "errored" else f"is not finished ({status.replace('_', ' ')})"
        super().__init__(f"The plan of {run_id} {said}, so there is nothing to review.")


class SameWorkspace(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"A configuration is promoted from one workspace to another, and both are {workspace}.")


class NeverApplied(CannotAct):
    """`passed_over` is the newest run that has applied something and is no source: it destroyed, or only refreshed the state."""

    def __init__(self, workspace: str, passed_over: str = "") -> None:
        self.workspace, self.passed_over = workspace, passed_over
        but = f" (a destroy run or a refresh-only run, as {passed_over} was, does not count)" if passed_over else ""
        super().__init__(
            f"{workspace} has never applied a configuration{but}, so there is nothing to promote from it. Apply one there first."
        )


class AppliedSince(CannotAct):
    def __init__(self, run_id: str, workspace: str, newer: str) -> None:
        self.run_id, self.workspace, self.newer = run_id, workspace, newer
        super().__init__(f"{run_id} is no longer what {workspace} has applied last, that is {newer}. Nothing was started.")


class ChainChanged(CannotAct):
    def __init__(self, source: str, target: str) -> None:
        self.source, self.target = source, target
        super().__init__(f"No promotion chain says any more that {target} comes after {source}. Nothing was started.")


class PromotionRefused(CannotAct):
    """`repository` is what the workspace is bound to, `said` what the server said."""

    def __init__(self, workspace: str, repository: str, said: str) -> None:
        self.workspace, self.repository, self.said = workspace, repository, said
        super().__init__(
            f"{workspace} takes its configuration from {repository}, and the server refused one from elsewhere: {said.rstrip('.')}. "
            "Merge there what it shall run."
        )


class CannotRetry(CannotAct):
    """`why` is a clause without a full stop; `workspace` is where the run belongs."""

    def __init__(self, run_id: str, why: str, workspace: str) -> None:
        self.run_id, self.why, self.workspace = run_id, why, workspace
        super().__init__(f"I cannot try {run_id} again: {why}.")


class NothingWritten(CannotAct):
    """`what` is plan or log."""

    def __init__(self, run_id: str, what: str) -> None:
        self.run_id, self.what = run_id, what
        super().__init__(f"Nothing is written in the {what} of {run_id} yet, or the token I use may not read it.")


class NotLocked(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} is not locked, so there is nothing to unlock.")


class WorkspaceHeld(CannotAct):
    """`held` says who holds the lock, perhaps in words from outside. `by_run`: a run that goes on; `by_other`: somebody in Terraform."""

    def __init__(self, workspace: str, held: str, *, by_run: bool = False, by_other: bool = False) -> None:
        self.workspace, self.held, self.by_run, self.by_other = workspace, held, by_run, by_other
        super().__init__(f"{workspace} is locked. {held}.")


class DestroyForbidden(CannotAct):
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        super().__init__(f"{workspace} does not allow destroy plans. An admin can change this in the workspace's settings.")


class ChannelTrouble(RunbellError):
    pass


class NotInChannel(ChannelTrouble):
    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__("I am not in the channel where it should be told, so I did nothing. Invite me there with /invite and try again.")


class AlreadyWatched(ChannelTrouble):
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(f"This channel already watches “{pattern}”.")


class ChannelShared(ChannelTrouble):
    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__(
            "People of other companies are in this channel, so I only report here and do nothing. Go to another channel, "
            "or have an operator allow this one (allow_shared_channels in runbell.toml)."
        )


class WatchIsCode(ChannelTrouble):
    """`source` is the file that says so."""

    def __init__(self, pattern: str, source: str) -> None:
        self.pattern, self.source = pattern, source
        super().__init__(f"The watch of “{pattern}” stands in {source}, so it is not ended from here: an operator takes it out there.")


class UploadTrouble(RunbellError):
    pass


class FileNotTaken(UploadTrouble):
    """`name` is in quotes already; `why` is a clause of ours."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"I do not take {name}: {why}.")


class FileUnreadable(UploadTrouble):
    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"I could not get {name} from Slack: {why}.")


class ArchiveRefused(UploadTrouble):
    """`problem` is a clause, names in it in quotes."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"I do not take this configuration: {problem}.")


class VersionControlled(UploadTrouble):
    def __init__(self, workspace: str, repository: str) -> None:
        self.workspace, self.repository = workspace, repository
        super().__init__(
            f"{workspace} takes its configuration from {repository}, and the server takes uploads for it only to plan. "
            "Choose “Plan only”, or push to the repository."
        )


class UploadNotTaken(UploadTrouble):
    def __init__(self, configuration_id: str) -> None:
        self.configuration_id = configuration_id
        super().__init__(f"The server has not taken in {configuration_id} in time. Please try again in a moment.")


class UploadStopped(UploadTrouble):
    """`during` says in which step, `why` is a sentence or more."""

    def __init__(self, during: str, why: str) -> None:
        self.during, self.why = during, why
        super().__init__(f"The upload ended {during}. {why} No run was started.")


class TerraformTrouble(RunbellError):
    """The Runs API did not do what we asked; `was_received` says whether it may have done it all the same."""

    was_received = False


class TerraformUnreachable(TerraformTrouble):
    def __init__(self, host: str) -> None:
        super().__init__(f"{host} cannot be reached. Nothing was done; please try again in a moment.")


class TerraformAnswerLost(TerraformTrouble):
    was_received = True

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} did not answer in time. I am looking at what became of it.")


class TerraformFailed(TerraformTrouble):
    was_received = True

    def __init__(self, host: str, status: int) -> None:
        self.status = status
        super().__init__(f"{host} had a problem of its own (HTTP {status}). Please try again in a moment.")


class TerraformRateLimited(TerraformTrouble):
    """`retry_after` is in seconds."""

    def __init__(self, host: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"{host} asks me to wait {max(1, round(retry_after))} s before the next request. Nothing was done yet.")


class TokenRejected(TerraformTrouble):
    def __init__(self, host: str) -> None:
        super().__init__(f"{host} does not accept the token I use (TFE_TOKEN): it has expired or was revoked. An operator has to renew it.")


class OrganizationToken(TerraformTrouble):
    def __init__(self) -> None:
        super().__init__("TFE_TOKEN is an organization token, which cannot start or apply runs. Use a team's or a user's token.")


class NotVisible(TerraformTrouble):
    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} does not exist, or the token I use may not see or do this.")


class StateMovedOn(TerraformTrouble):
    def __init__(self, what: str, said: str = "") -> None:
        self.what = what
        super().__init__(f"{what} is no longer in a state that allows this{f' ({said})' if said else ''}.")


class RequestRefused(TerraformTrouble):
    def __init__(self, host: str, said: str) -> None:
        self.said = said
        super().__init__(f"{host} refused: {said}")


class AddressRefused(TerraformTrouble):
    """The server named another host, or one in an inner network, for a log, a plan or an upload. `host` is all that is told of the URL."""

    def __init__(self, host: str, why: str) -> None:
        self.host, self.why = host, why
        super().__init__(
            f"The server sends me to {host} for something of its own, and I do not go there: {why}. An operator can look into it."
        )


class TooLarge(TerraformTrouble):
    """`most` is in bytes."""

    def __init__(self, what: str, most: int) -> None:
        self.what, self.most = what, most
        super().__init__(f"{what} is larger than the {max(1, most // 1_000_000)} MB that I read. Look at it on the server's own page.")


class UnexpectedAnswer(TerraformTrouble):
    """An answer that is not of the Runs API; after a write it is an unknown outcome."""

    was_received = True

    def __init__(self, what: str) -> None:
        super().__init__(f"The server's answer was not what the Runs API gives ({what}). Is TFE_ADDRESS right?")


class ChatTrouble(RunbellError):
    """Slack did not do what we asked."""


class ChatUnreachable(ChatTrouble):
    def __init__(self) -> None:
        super().__init__("Slack cannot be reached.")


class ChatAnswerLost(ChatTrouble):
    def __init__(self) -> None:
        super().__init__("Slack did not answer; the message may have been posted.")


class ChatRateLimited(ChatTrouble):
    """`retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"Slack asks to wait {retry_after:g} s.")


REFUSED = "Slack refused"
"""What every refusal of Slack begins with, and nothing else: it is told from a silence where the words alone are kept."""


class ChatRefused(ChatTrouble):
    """`code` is Slack's own error word; `detail` is what it says of where, without any text of the message."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{REFUSED}: {code}{f' ({detail})' if detail else ''}.")


class MessageGone(ChatRefused):
    pass


class CannotEdit(ChatRefused):
    pass


class ThreadClosed(ChatRefused):
    """What should be replied to takes no replies: locked, gone, or a reply itself."""


class ChannelClosed(ChatRefused):
    """Not a member, archived, or gone."""


class InstallationDead(ChatTrouble):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Slack does not accept the bot's token any more ({code}). An operator has to install the app again.")


class HandledBefore(RunbellError):
    def __init__(self) -> None:
        super().__init__("This came in before and was handled then, so I did nothing. If you meant it anew, please do it again.")


class NoTrigger(RunbellError):
    """Slack lets a form be opened within three seconds of a slash command, a click or a shortcut, and of nothing else."""

    def __init__(self) -> None:
        super().__init__("This opens a form, which Slack lets me do only after a slash command, a button or a shortcut.")


class StoreBusy(RunbellError):
    def __init__(self) -> None:
        super().__init__("My database is busy, so I did nothing. Please try again in a moment.")
