"""What a person is told in private when something did not go as they wished: the sentence, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.core import errors
from bot.core.requests import Request, RequestKind
from bot.slack.blocks import Said, context, sentence_section
from bot.slack.cards.outcomes import deed_words
from bot.slack.refusals import already_decided, freeze_started, glass_not_theirs, not_granted, right_missing, vote_not_counted, words_wanted
from bot.slack.text import SECTION_MOST, channel_mention, code, cut, escape, zoned

Dress = Callable[[Any, str], Said]
"""An error and the slash command make a reply."""

USAGE_MOST = 200


def reply(error: errors.RunbellError, *, command: str = "/tf") -> Said:
    """`text` and `blocks`, to be said to one person. The error's sentence may hold words from outside and is never parsed."""
    for kind in type(error).__mro__:
        if dress := DRESSES.get(kind):
            return dress(error, command)
    return saying(error.sentence)


def unexpected(reference: str) -> Said:
    """For an error that nobody foresaw; `reference` finds it in the log."""
    return saying(
        "Something went wrong on my side, and I do not know how much was done. Look at the run before you try again.",
        f"Tell an operator this reference: {code(reference)}",
    )


def incomplete() -> Said:
    """For a payload that does not tell who acts, or where."""
    return saying("Slack did not tell me who you are or where you are, so I did nothing. Please try again.")


WORD_OF = MappingProxyType({RequestKind.COMMAND: "command", RequestKind.CLICK: "click", RequestKind.FORM: "form"})


def nothing_done(request: Request) -> Said:
    """For what was acknowledged and not judged in time."""
    values = " Values of variables are not stored, so enter them again." if request.has_values else ""
    return saying(
        f"Your {asked(request)} was received, but it was not carried out in time, for example because Runbell was restarted. "
        f"Nothing was done. Try again.{values}"
    )


def outcome_unclear(request: Request, command: str) -> Said:
    """For what had an effect and whose process ended before it could answer."""
    look = f"{code(f'{command} show {request.run_id}')} shows the run." if request.run_id else ""
    return saying(f"Runbell was restarted while it carried out your {asked(request)}. Check the result before you try again.", look)


def perhaps_done(what: str, run_id: str, command: str) -> Said:
    """Return what to say if the database was busy after an effect, so that "nothing was done" may be wrong. `what` is such as "click"."""
    look = f"{code(f'{command} show {run_id}')} shows the run." if run_id else ""
    sentence = f"My database was busy while I carried out your {what}, so I cannot say whether all of it was done."
    return saying(f"{sentence} Check the result before you try again.", look)


def asked(request: Request) -> str:
    """What somebody did in Slack, with the run where a button named one."""
    return f"{WORD_OF[request.kind]} ({', '.join(filter(None, (deed_words(request.action), request.run_id)))})"


def saying(sentence: str, step: str = "") -> Said:
    """`sentence` is outside text, `step` is mrkdwn of ours."""
    shown = cut(sentence, SECTION_MOST // 2)
    blocks = [sentence_section(shown), *([context(step)] if step else [])]
    return {"text": zoned(escape(shown)) + (f"\n{step}" if step else ""), "blocks": blocks}


def sentence_alone(error: errors.RunbellError, command: str) -> Said:  # noqa: ARG001 - every dress has one shape
    return saying(error.sentence)


def step(text: str) -> Dress:
    """`{command}` in the text stands for the slash command."""
    return lambda error, command: saying(error.sentence, text.replace("{command}", escape(command)))


def bad_usage(error: errors.BadUsage, command: str) -> Said:
    usage, example = (code(f"{command} {words}", USAGE_MOST) for words in (error.usage, error.example))
    return saying(error.problem, f"Usage: {usage}\nExample: {example}")


def either(words: Sequence[str]) -> str:
    """What may have been meant; "" for nothing."""
    return errors.listed(words) if words else ""


def unknown_command(error: errors.UnknownCommand, command: str) -> Said:
    meant = either([code(f"{command} {word}") for word in error.near])
    there = f"There is no command “{cut(error.word, 60)}”."
    return saying(there, f"Did you mean {meant}?" if meant else f"{code(f'{command} help')} lists them all.")


def workspace_held(error: errors.WorkspaceHeld, command: str) -> Said:
    """What to do about it, by who holds the lock."""
    workspace = cut(error.workspace, 120)
    if error.by_run:
        return saying(error.sentence, f"It is let go when the run ends: {code(f'{command} cancel {workspace}')} or discard it.")
    if error.by_other:
        broken = f"or an admin breaks the lock with {code(f'{command} force-unlock {workspace}')}"
        return saying(error.sentence, f"Whoever holds it unlocks it in Terraform, {broken}.")
    return saying(error.sentence, f"What was locked from Slack is let go with {code(f'{command} unlock {workspace}')}.")


def unknown_workspace(error: errors.UnknownWorkspace, command: str) -> Said:
    meant = either([code(name) for name in error.near])
    unseen = f"I see no workspace “{cut(error.name, 120)}”."
    return saying(unseen, f"Did you mean {meant}?" if meant else f"{code(f'{command} workspaces')} lists those I can see.")


def cannot_retry(error: errors.CannotRetry, command: str) -> Said:
    again = f"{command} run {error.workspace} --version {error.run_id}"
    return saying(error.sentence, f"Start one anew with its configuration: {code(again, USAGE_MOST)}")


def upload_stopped(error: errors.UploadStopped, _command: str) -> Said:
    """What is taken is told where it was the files."""
    return saying(error.sentence, TAKEN if isinstance(error.__cause__, errors.FileNotTaken | errors.ArchiveRefused) else TRY_AGAIN)


AT_HAND = "`{command} workspaces` lists them."
OPERATOR = "Only an operator can change this."
TAKEN = "I take one `.tar.gz`, `.tgz` or `.zip`, or several `.tf` files (with `.tfvars` and `.tf.json` beside them); for example `main.tf`."
TRY_AGAIN = "Try again; if it ends so once more, an operator can look into it."
LOOK_FIRST = "Look at the run with `{command} show` before you try again."

DRESSES: Mapping[type[errors.RunbellError], Dress] = MappingProxyType(
    {
        errors.UnknownCommand: unknown_command,
        errors.BadUsage: bad_usage,
        errors.WrongMoment: sentence_alone,
        errors.UnknownWorkspace: unknown_workspace,
        errors.UnknownRun: step("Runs are listed by `{command} runs <workspace>`.".replace("<", "&lt;").replace(">", "&gt;")),
        errors.NoCurrentRun: sentence_alone,
        errors.UnknownProject: step("`{command} workspaces` lists workspaces of all projects; a project is named by its name or its id."),
        errors.SeveralWatches: step("`{command} watches` lists what is watched here."),
        errors.UnknownWatch: step("`{command} watches` lists what is watched here."),
        errors.FreezeCoversNothing: step(AT_HAND),
        errors.SeveralFreezes: step("`{command} freezes` lists what is frozen."),
        errors.UnknownFreeze: step("`{command} freezes` lists what is frozen."),
        errors.UnknownVersion: sentence_alone,
        errors.SeveralCommits: sentence_alone,
        errors.RightMissing: lambda error, _: right_missing(error),
        errors.GlassNotTheirs: lambda error, _: glass_not_theirs(error),
        errors.VoteNotCounted: vote_not_counted,
        errors.MembershipUnread: sentence_alone,
        errors.AlreadyDecided: already_decided,
        errors.NotPossibleNow: step("`{command} show` tells how it stands, `{command} queue` what it waits for."),
        errors.TokenMayNot: step(OPERATOR),
        errors.HurdleUnread: step("`{command} show` tells how it stands."),
        errors.PlanChanged: step("`{command} show` tells how it stands."),
        errors.ApprovalSwitchedOff: step("`runbell check` tells an operator more."),
        errors.RulesDiffer: sentence_alone,
        errors.NotGranted: not_granted,
        errors.FreezeStarted: freeze_started,
        errors.RulesReplaced: sentence_alone,
        errors.SendTooLate: sentence_alone,
        errors.DecisionReplaced: lambda error, command: saying(
            error.sentence, f"{code(f'{command} show {error.run_id}')} shows the run. If it still waits, decide again."
        ),
        errors.WordsWanted: words_wanted,
        errors.FormNotOpened: lambda error, command: saying(
            error.sentence, f"Type {code(f'{command} {error.word} {error.run_id}')}, and why behind it."
        ),
        errors.ConfirmationExpired: sentence_alone,
        errors.NotYourConfirmation: step("Type the command yourself to get a button of your own."),
        errors.ApplyInterrupted: lambda error, command: saying(
            error.sentence, f"To cancel the apply, type {code(f'{command} cancel {error.run_id}')} and use its button."
        ),
        errors.NoVote: step("`{command} show` tells how the run stands."),
        errors.NothingToReview: step("`{command} show` tells how it stands, `{command} log` what was written on the way."),
        errors.NothingWritten: step("`{command} show` tells how the run stands."),
        errors.NothingWaits: step("`{command} show` tells how the run stands."),
        errors.NoRunsHere: sentence_alone,
        errors.TokenMayNotStart: step(OPERATOR),
        errors.NoConfiguration: sentence_alone,
        errors.TerraformTooOld: sentence_alone,
        errors.VersionUnusable: step("Take another, or leave it out to run the workspace’s newest one."),
        errors.OtherOrganization: step("Name two workspaces of one organization; `{command} workspaces` lists them."),
        errors.SameWorkspace: step("Name two; `{command} help promote` has an example."),
        errors.NeverApplied: sentence_alone,
        errors.AppliedSince: step("`{command} promote` opens the form, which takes what was applied last."),
        errors.ChainChanged: step("`{command} promote` opens a form for any two workspaces."),
        errors.HandedOnBefore: step("`{command} runs` tells how it stands. Once it has ended, click again if you want another."),
        errors.PromotionRefused: sentence_alone,
        errors.CannotRetry: cannot_retry,
        errors.NotLocked: step("`{command} queue` tells what else may keep a run waiting."),
        errors.WorkspaceHeld: workspace_held,
        errors.DestroyForbidden: sentence_alone,
        errors.TooMany: step("`{command} watches` and `{command} freezes` list what there is."),
        errors.TooManyRefused: sentence_alone,
        errors.NotInChannel: lambda error, _: saying(error.sentence, channel_mention(error.channel)),
        errors.AlreadyWatched: step("To hear more or less, `{command} unwatch` it first."),
        errors.ChannelShared: sentence_alone,
        errors.WatchIsCode: sentence_alone,
        errors.FileNotTaken: step(TAKEN),
        errors.FileUnreadable: step("Upload it again, here in Slack, and try once more."),
        errors.ArchiveRefused: step(TAKEN),
        errors.VersionControlled: sentence_alone,
        errors.UploadNotTaken: sentence_alone,
        errors.UploadStopped: upload_stopped,
        errors.TerraformUnreachable: sentence_alone,
        errors.TerraformAnswerLost: step(LOOK_FIRST),
        errors.TerraformFailed: step(LOOK_FIRST),
        errors.TerraformRateLimited: step("Please try again then."),
        errors.TokenRejected: step("`runbell check` tells an operator more."),
        errors.OrganizationToken: step("`runbell check` tells an operator more."),
        errors.NotVisible: step(AT_HAND),
        errors.StateMovedOn: step("`{command} show` tells how it stands."),
        errors.RequestRefused: step("Change what it does not take, and try again; `{command} help` tells what a command takes."),
        errors.AddressRefused: step("If the address is right, an operator adds its host to `RUNBELL_BLOB_HOSTS`."),
        errors.TooLarge: sentence_alone,
        errors.UnexpectedAnswer: step("`runbell check` tells an operator more."),
        errors.ChatUnreachable: step("Please try again in a moment."),
        errors.ChatAnswerLost: step("Look in the channel before you try again."),
        errors.ChatRateLimited: step("Please try again then."),
        errors.ChatRefused: step(OPERATOR),
        errors.MessageGone: step("Somebody has deleted the message. `{command} show` tells how the run stands."),
        errors.ThreadClosed: step("Say it in the channel instead. `{command} show` tells how the run stands."),
        errors.CannotEdit: step("`{command} show` tells how the run stands."),
        errors.ChannelClosed: step("If the channel still exists, invite me with `/invite` and try again."),
        errors.InstallationDead: step(OPERATOR),
        errors.HandledBefore: sentence_alone,
        errors.RequestLost: sentence_alone,
        errors.RequestNotStored: sentence_alone,
        errors.NoTrigger: step("Type the same after `{command}`, in the channel itself."),
        errors.StoreBusy: sentence_alone,
    }
)
