"""What came of a deed, in plain words for people who read the audit. Exports keep the codes, which programs read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.core import errors
from bot.core.decisions import IntentState
from bot.core.uploads import UploadStep
from bot.slack import ids

CALLS: Mapping[str, str] = MappingProxyType(
    {
        IntentState.PENDING: "not sent yet",
        IntentState.SENT: "sent, no answer yet",
        IntentState.UNSURE: "the answer was lost",
        IntentState.SETTLED: "the server did it",
        IntentState.REFUSED: "it was refused",
        IntentState.ELSEWHERE: "somebody else may have done it",
        IntentState.UNHEARD: "the server never heard of it",
    }
)
UPLOADS: Mapping[str, str] = MappingProxyType(
    {
        UploadStep.STARTED: "the run was started",
        UploadStep.FAILED: "it failed",
        UploadStep.STOPPED: "broken off",
    }
)
VOTES: Mapping[str, str] = MappingProxyType({"noted": "more is missing", "enough": "nothing is missing any more"})
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        kind.__name__: told
        for kind, told in {
            errors.UnknownCommand: "there is no such command",
            errors.BadUsage: "typed in another way than the command takes",
            errors.WrongMoment: "not a time that can be taken",
            errors.UnknownWorkspace: "no such workspace was seen",
            errors.UnknownRun: "no such run was seen",
            errors.NoCurrentRun: "the workspace had no run",
            errors.UnknownProject: "no such project was seen",
            errors.UnknownWatch: "nothing of the kind was watched",
            errors.UnknownFreeze: "nothing of the kind was frozen",
            errors.FreezeCoversNothing: "no workspace matched",
            errors.SeveralFreezes: "several freezes matched",
            errors.UnknownVersion: "no such configuration was seen",
            errors.SeveralCommits: "several commits fit",
            errors.SeveralWatches: "several watches fit",
            errors.RightMissing: "they had no right to it",
            errors.GlassNotTheirs: "they may not break the glass",
            errors.VoteNotCounted: "their vote would not have counted",
            errors.MembershipUnread: "Slack did not tell who they are",
            errors.AlreadyDecided: "it was decided already",
            errors.NotPossibleNow: "not possible at that time",
            errors.TokenMayNot: "Runbell’s token may not do it",
            errors.HurdleUnread: "the failed check could not be read",
            errors.PlanChanged: "the plan had changed",
            errors.ApprovalSwitchedOff: "approving is switched off",
            errors.TooMany: "more than one person may have in a channel",
            errors.TooManyRefused: "too many refused commands",
            errors.RulesDiffer: "other rules were in force",
            errors.NotGranted: "the rules did not grant it",
            errors.FreezeStarted: "a freeze started before it was sent",
            errors.RulesReplaced: "other rules were activated before it was sent",
            errors.SendTooLate: "it was held up for too long",
            errors.DecisionReplaced: "the decision changed before it was sent",
            errors.WordsWanted: "a reason or the workspace’s name was missing",
            errors.FormNotOpened: "Slack did not open the form",
            errors.ConfirmationExpired: "the button had expired",
            errors.NotYourConfirmation: "the button was somebody else’s",
            errors.ApplyInterrupted: "the run was applying, so a form asks first",
            errors.NoVote: "they had no vote to take back",
            errors.NothingWaits: "nothing was waiting",
            errors.NothingToReview: "there was no plan to review",
            errors.NothingWritten: "nothing had been written",
            errors.VersionUnusable: "the configuration cannot be used",
            errors.OtherOrganization: "two organizations were named",
            errors.SameWorkspace: "the same workspace was named twice",
            errors.NeverApplied: "nothing was ever applied there",
            errors.AppliedSince: "something was applied since",
            errors.ChainChanged: "the chain of stages had changed",
            errors.HandedOnBefore: "it was started before",
            errors.PromotionRefused: "it cannot be promoted",
            errors.CannotRetry: "it cannot be retried",
            errors.NoRunsHere: "no run can be started there",
            errors.TokenMayNotStart: "Runbell’s token may not start runs there",
            errors.NoConfiguration: "the workspace had no configuration",
            errors.TerraformTooOld: "its Terraform is too old for it",
            errors.NotLocked: "it was not locked",
            errors.WorkspaceHeld: "the workspace was locked",
            errors.DestroyForbidden: "the workspace may not be destroyed",
            errors.NotInChannel: "Runbell is not in the channel",
            errors.AlreadyWatched: "it was watched already",
            errors.ChannelShared: "the channel is shared with another company",
            errors.WatchIsCode: "the watch stands in the rules file",
            errors.FileNotTaken: "files of another kind",
            errors.FileUnreadable: "Slack did not give the file",
            errors.ArchiveRefused: "the archive was not taken",
            errors.VersionControlled: "the workspace takes its configuration from version control",
            errors.UploadNotTaken: "the server did not take the files in time",
            errors.UploadStopped: "the upload was broken off",
            errors.TerraformUnreachable: "the server was not reached",
            errors.TerraformAnswerLost: "the server’s answer was lost",
            errors.TerraformFailed: "the server had a problem of its own",
            errors.TerraformRateLimited: "the server had too many requests",
            errors.TokenRejected: "the server did not take Runbell’s token",
            errors.OrganizationToken: "Runbell’s token is an organization’s",
            errors.NotVisible: "the server did not show it",
            errors.StateMovedOn: "the run had moved on",
            errors.RequestRefused: "the server refused",
            errors.AddressRefused: "an address that Runbell does not go to",
            errors.TooLarge: "too large",
            errors.UnexpectedAnswer: "the server’s answer was not understood",
            errors.ChatUnreachable: "Slack was not reached",
            errors.ChatAnswerLost: "Slack’s answer was lost",
            errors.ChatRateLimited: "Slack had too many requests",
            errors.ChatRefused: "Slack refused",
            errors.MessageGone: "the message was deleted",
            errors.CannotEdit: "the message cannot be changed",
            errors.ThreadClosed: "the thread is closed",
            errors.ChannelClosed: "the channel is closed",
            errors.InstallationDead: "Slack no longer takes Runbell’s token",
            errors.HandledBefore: "it came in twice",
            errors.RequestLost: "another process took it over",
            errors.RequestNotStored: "it could not be stored in time",
            errors.NoTrigger: "a form cannot be opened there",
            errors.StoreBusy: "the database was busy",
        }.items()
    }
)
DEEDS: Mapping[str, str] = MappingProxyType(
    {
        ids.APPROVAL: "approve",
        ids.DISCARDING: "discard",
        ids.CANCELING: "cancel",
        ids.FORCE_CANCELING: "force-cancel",
        ids.CONFIRM_COMMAND: "confirm a command",
        ids.CONFIRM_FORM: "confirm a command",
        ids.OVERRIDING: "override",
        ids.GLASS: "apply in spite of a freeze",
        ids.OVERRIDE_GLASS: "override in spite of a freeze",
        ids.RUN_MESSAGE: "show",
    }
)
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
FRAME = re.compile(r"^run\.|\.(?:submit|form|open|message)$")
SEAM = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[._]")


def outcome_words(kind: str, outcome: str) -> str:
    """By the kind of the row, since one word is said of several; what this release does not know is told as it reads best."""
    known = {"intent": CALLS, "upload": UPLOADS, "vote": VOTES}.get(kind, REFUSALS)
    return known.get(outcome) or readable(outcome)


def deed_words(action: str) -> str:
    """A command's word stays as it is typed; of a button or a form it is what that does."""
    return DEEDS.get(action) or readable(FRAME.sub("", action))


def readable(code: str) -> str:
    """`NotLocked` and `not_locked` as “not locked”; a sentence stays as it is."""
    return SEAM.sub(" ", code).lower() if CODE.fullmatch(code) else code
