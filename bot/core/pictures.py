"""What a message of ours shows: facts put together for a renderer that knows Slack and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.comparisons import Comparison
from bot.core.decisions import Decision, Intent, IntentState
from bot.core.details import Details
from bot.core.messages import Kind
from bot.core.origins import Origin
from bot.core.plans import PlanFacts
from bot.core.reminders import Step
from bot.core.runs import Action, Commit, Run
from bot.core.tallies import Tally
from bot.core.uploads import UploadPicture
from bot.core.votes import Vote
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asked for the run in Slack, and in which words. `auto_apply`: it is applied as soon as the rules grant it.

    `origin` is the configuration that it was given, None for the workspace's own newest one; `variables` are names.
    """

    person: str
    message: str
    asked_at: datetime
    auto_apply: bool = False
    origin: Origin | None = None
    targets: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    debugging: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPicture:
    """One run as one message of a kind shall show it; `buttons` are those this very message carries.

    `mention` is the Slack id of whom a message that calls people is addressed to, `mention_groups` are user groups it calls besides.
    `tally` and `votes` tell how it stands while a question is open. `only_tells`: nobody may act in the channel.
    `for_one`: one person sees it, and decides nothing on it. `asked_in` is the channel in which it is asked, where that is another.
    `behind` is how many runs of the workspace wait for the answer. `details` are what is known besides, None where nothing was read.
    `gate` is the question that the message was posted for, `overridden` a decision that the run has left behind.
    Of a promoted run `comparison` tells what it does besides, `origin_link` is the page of the run that its configuration is from.
    `offers_more`: it is the message that tells last how the run has ended. `next_stages` are those that come after the workspace in its
    chains, None where it is in none.
    """

    kind: Kind
    run: Run
    workspace: Workspace
    link: str
    plan: PlanFacts | None = None
    request: Request | None = None
    decision: Decision | None = None
    intent: Intent | None = None
    buttons: tuple[Action, ...] = ()
    mention: str = ""
    mention_groups: tuple[str, ...] = ()
    tally: Tally | None = None
    votes: tuple[Vote, ...] = ()
    only_tells: bool = False
    for_one: bool = False
    behind: int = 0
    asked_in: str = ""
    details: Details | None = None
    gate: str = ""
    overridden: Decision | None = None
    comparison: Comparison | None = None
    origin_link: str = ""
    offers_more: bool = False
    next_stages: tuple[str, ...] | None = None

    @property
    def decision_stands(self) -> bool:
        """Whether the decision was carried out by us or is on its way; a card claims no name for anything else."""
        return self.decision is not None and (self.intent is None or self.intent.state not in UNCLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePicture:
    """Something said once, in our own words; `text` holds no markup, `mention` is the Slack id it is addressed to.

    `about` is the id of the channel that it is about.
    """

    text: str
    mention: str = ""
    link: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderPicture:
    """That a run still waits, since `since`; `behind` runs of the workspace wait for it. `is_over` once the question is answered.

    `group` is a user group that is called, `expires_at` when the run will be discarded, `about` the channel in which it is asked.
    """

    run: Run
    workspace: Workspace
    link: str
    step: Step
    since: datetime
    behind: int = 0
    tally: Tally | None = None
    group: str = ""
    expires_at: datetime | None = None
    about: str = ""
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupLine:
    """One run of a burst, and the counts of its plan where they are known."""

    run: Run
    workspace: Workspace
    link: str
    plan: PlanFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupPicture:
    """Many runs of one commit in one message: `lines` are those without a card of their own, who needs people first."""

    commit: Commit
    lines: tuple[RollupLine, ...]


Picture = RunPicture | NotePicture | ReminderPicture | RollupPicture | UploadPicture

UNCLAIMED = frozenset({IntentState.REFUSED, IntentState.ELSEWHERE, IntentState.UNHEARD})
