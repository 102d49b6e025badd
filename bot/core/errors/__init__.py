"""The errors a person may see; each builds its own plain sentence. No Slack markup in here: bot/slack/replies.py dresses them.

A module a family; whoever raises or catches one imports it from here.

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
│   ├── FreezeCoversNothing
│   ├── SeveralFreezes
│   ├── UnknownVersion
│   ├── SeveralCommits
│   └── SeveralWatches
├── NotAllowed                who may
│   ├── RightMissing
│   ├── GlassNotTheirs
│   ├── VoteNotCounted
│   ├── NotYourConfirmation
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
│   ├── FreezeStarted             after the decision, before it was sent
│   ├── RulesReplaced             the same
│   ├── DecisionReplaced          the same
│   ├── SendTooLate
│   ├── WordsWanted
│   ├── FormNotOpened
│   ├── NoVote
│   ├── ConfirmationExpired
│   ├── ApplyInterrupted
│   ├── NothingWaits
│   ├── NothingToReview
│   ├── NothingWritten
│   ├── VersionUnusable
│   ├── OtherOrganization
│   ├── SameWorkspace
│   ├── NeverApplied
│   ├── AppliedSince
│   ├── ChainChanged
│   ├── HandedOnBefore
│   ├── PromotionRefused
│   ├── CannotRetry
│   ├── NoRunsHere
│   ├── TokenMayNotStart
│   ├── NoConfiguration
│   ├── TerraformTooOld
│   ├── NotLocked
│   ├── WorkspaceHeld
│   ├── DestroyForbidden
│   └── TooMany                   of one person in one channel
│       └── TooManyRefused
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
├── RequestLost               a request that somebody else judges
├── RequestNotStored          a request without a row
└── StoreBusy                 the database
"""

from __future__ import annotations

from bot.core.errors.arrivals import HandledBefore, NoTrigger, RequestLost, RequestNotStored, StoreBusy
from bot.core.errors.caps import TooMany, TooManyRefused
from bot.core.errors.channels import AlreadyWatched, ChannelShared, NotInChannel, WatchIsCode
from bot.core.errors.chats import (
    REFUSED,
    CannotEdit,
    ChannelClosed,
    ChatAnswerLost,
    ChatRateLimited,
    ChatRefused,
    ChatUnreachable,
    InstallationDead,
    MessageGone,
    ThreadClosed,
)
from bot.core.errors.commands import BadUsage, UnknownCommand, WrongMoment
from bot.core.errors.confirmations import ApplyInterrupted, ConfirmationExpired, NotYourConfirmation
from bot.core.errors.decisions import (
    AlreadyDecided,
    ApprovalSwitchedOff,
    DecisionReplaced,
    FormNotOpened,
    FreezeStarted,
    HurdleUnread,
    NotGranted,
    NothingToReview,
    NothingWaits,
    NothingWritten,
    NotPossibleNow,
    NoVote,
    PlanChanged,
    RulesDiffer,
    RulesReplaced,
    SendTooLate,
    TokenMayNot,
    WordsWanted,
)
from bot.core.errors.kinds import (
    BadCommand,
    CannotAct,
    ChannelTrouble,
    ChatTrouble,
    NotAllowed,
    NotFound,
    RunbellError,
    TerraformTrouble,
    UploadTrouble,
    listed,
)
from bot.core.errors.names import (
    FreezeCoversNothing,
    NoCurrentRun,
    SeveralCommits,
    SeveralFreezes,
    SeveralWatches,
    UnknownFreeze,
    UnknownProject,
    UnknownRun,
    UnknownVersion,
    UnknownWatch,
    UnknownWorkspace,
)
from bot.core.errors.permissions import GlassNotTheirs, MembershipUnread, RightMissing, VoteNotCounted
from bot.core.errors.promotions import (
    AppliedSince,
    CannotRetry,
    ChainChanged,
    HandedOnBefore,
    NeverApplied,
    PromotionRefused,
    SameWorkspace,
)
from bot.core.errors.servers import (
    AddressRefused,
    NotVisible,
    OrganizationToken,
    RequestRefused,
    StateMovedOn,
    TerraformAnswerLost,
    TerraformFailed,
    TerraformRateLimited,
    TerraformUnreachable,
    TokenRejected,
    TooLarge,
    UnexpectedAnswer,
)
from bot.core.errors.starts import (
    DestroyForbidden,
    NoConfiguration,
    NoRunsHere,
    NotLocked,
    OtherOrganization,
    TerraformTooOld,
    TokenMayNotStart,
    VersionUnusable,
    WorkspaceHeld,
)
from bot.core.errors.uploads import ArchiveRefused, FileNotTaken, FileUnreadable, UploadNotTaken, UploadStopped, VersionControlled

__all__ = [
    "REFUSED",
    "AddressRefused",
    "AlreadyDecided",
    "AlreadyWatched",
    "AppliedSince",
    "ApplyInterrupted",
    "ApprovalSwitchedOff",
    "ArchiveRefused",
    "BadCommand",
    "BadUsage",
    "CannotAct",
    "CannotEdit",
    "CannotRetry",
    "ChainChanged",
    "ChannelClosed",
    "ChannelShared",
    "ChannelTrouble",
    "ChatAnswerLost",
    "ChatRateLimited",
    "ChatRefused",
    "ChatTrouble",
    "ChatUnreachable",
    "ConfirmationExpired",
    "DecisionReplaced",
    "DestroyForbidden",
    "FileNotTaken",
    "FileUnreadable",
    "FormNotOpened",
    "FreezeCoversNothing",
    "FreezeStarted",
    "GlassNotTheirs",
    "HandedOnBefore",
    "HandledBefore",
    "HurdleUnread",
    "InstallationDead",
    "MembershipUnread",
    "MessageGone",
    "NeverApplied",
    "NoConfiguration",
    "NoCurrentRun",
    "NoRunsHere",
    "NoTrigger",
    "NoVote",
    "NotAllowed",
    "NotFound",
    "NotGranted",
    "NotInChannel",
    "NotLocked",
    "NotPossibleNow",
    "NotVisible",
    "NotYourConfirmation",
    "NothingToReview",
    "NothingWaits",
    "NothingWritten",
    "OrganizationToken",
    "OtherOrganization",
    "PlanChanged",
    "PromotionRefused",
    "RequestLost",
    "RequestNotStored",
    "RequestRefused",
    "RightMissing",
    "RulesDiffer",
    "RulesReplaced",
    "RunbellError",
    "SameWorkspace",
    "SendTooLate",
    "SeveralCommits",
    "SeveralFreezes",
    "SeveralWatches",
    "StateMovedOn",
    "StoreBusy",
    "TerraformAnswerLost",
    "TerraformFailed",
    "TerraformRateLimited",
    "TerraformTooOld",
    "TerraformTrouble",
    "TerraformUnreachable",
    "ThreadClosed",
    "TokenMayNot",
    "TokenMayNotStart",
    "TokenRejected",
    "TooLarge",
    "TooMany",
    "TooManyRefused",
    "UnexpectedAnswer",
    "UnknownCommand",
    "UnknownFreeze",
    "UnknownProject",
    "UnknownRun",
    "UnknownVersion",
    "UnknownWatch",
    "UnknownWorkspace",
    "UploadNotTaken",
    "UploadStopped",
    "UploadTrouble",
    "VersionControlled",
    "VersionUnusable",
    "VoteNotCounted",
    "WatchIsCode",
    "WordsWanted",
    "WorkspaceHeld",
    "WrongMoment",
    "listed",
]
