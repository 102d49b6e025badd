"""Puts together what a message shows: the snapshot, the plan, who asked, who decided, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.core.chains import Chain, stages_after
from bot.core.decisions import Decision, Deed, Intent, IntentState, has_moved
from bot.core.links import run_link, workspace_link
from bot.core.messages import Kind, Message
from bot.core.origins import decode_origin
from bot.core.pictures import ReminderPicture, Request, RollupLine, RollupPicture, RunPicture
from bot.core.policy import WITHOUT_FILE, Policy
from bot.core.reminders import Step
from bot.core.runs import CONFIRM, Action, Run, action_at
from bot.core.tallies import Tally
from bot.core.uploads import UploadPicture
from bot.core.votes import Vote
from bot.core.without_values import bare_details, bare_tally
from bot.core.workspaces import Workspace
from bot.services.bursts import by_need
from bot.services.comparisons import kept_comparison
from bot.services.ports import Transaction
from bot.services.wishes import words_in

EPOCH = datetime.fromtimestamp(0, UTC)


class Pictures:
    """`address` is the web address of the server whose runs these are, `chains` say which workspace comes after which.

    By `policy` it hides values, also those that were read and kept before it said so.
    """

    def __init__(self, address: str, chains: tuple[Chain, ...] = (), policy: Policy = WITHOUT_FILE) -> None:
        self._address = address
        self._chains = chains
        self._policy = policy

    async def of(
        self, transaction: Transaction, run_id: str, channel: str, kind: Kind, gate: str = "", *, mentions: bool = False
    ) -> RunPicture | None:
        """What a message of this kind shows in a channel now; None where the run or its workspace is not known.

        `mentions`: while it calls people it is addressed to whoever asked for the run, where we know who that is.
        """
        stored = await transaction.runs.get(run_id)
        workspace = await transaction.workspaces.get(stored.run.workspace_id) if stored else None
        if stored is None or workspace is None:
            return None
        run = stored.run
        override = await transaction.gates.latest_override(run.id, gate if action_at(gate) is Action.OVERRIDE else "")
        decision, overridden = standing_decision(run, await transaction.gates.latest(run.id), override)
        intent = await transaction.intents.get(decision.intent_id) if decision else None
        creating = await transaction.intents.creating(run.id)
        request = request_of(creating)
        messages = await transaction.messages.of_subject(run.id)
        called = frozenset(one.gate for one in messages if one.kind is Kind.CALL and one.channel == channel)
        calls = run.gate is not None and gate in {"", run.gate}
        tally, votes = await standing_at(transaction, run)
        details = await transaction.details.get(run.id)
        if not self._policy.shows_values(workspace):
            tally, details = bare_tally(tally), bare_details(details) if details is not None else None
        mentioned = mentions and calls
        clock = await transaction.reminders.get(run.id, run.gate) if run.gate is not None else None
        return RunPicture(
            kind=kind,
            run=run,
            workspace=workspace,
            link=self.link(workspace, run),
            plan=await transaction.plans.get(run.plan_id) if run.plan_id else None,
            request=request,
            decision=decision,
            intent=intent,
            buttons=for_tally(buttons((kind, gate), run, decision, intent, called), tally),
            mention=creating.person if mentioned and creating is not None else "",
            mention_groups=tuple(sorted(tally.wanted.groups)) if mentioned and tally is not None else (),
            tally=tally,
            votes=votes,
            behind=clock.behind if clock is not None else 0,
            asked_in=asked_in(messages, run) if kind is Kind.NOTICE or not channel else "",
            details=details,
            gate=gate,
            overridden=await carried_out(transaction, overridden),
            comparison=await kept_comparison(transaction, run, request),
            origin_link=self._link_of(request),
            offers_more=tells_last(kind, channel, run, messages),
            next_stages=self._stages_after(workspace),
        )

    def _stages_after(self, workspace: Workspace) -> tuple[str, ...] | None:
        """Those of its own organization: no configuration goes to another."""
        found = stages_after(workspace, self._chains)
        return None if found is None else tuple(stage for stage in found if stage.startswith(f"{workspace.organization}/"))

    def _link_of(self, request: Request | None) -> str:
        origin = request.origin if request is not None else None
        if origin is None or not origin.run_id:
            return ""
        organization, _, name = origin.workspace.rpartition("/")
        return run_link(self._address, organization, name, origin.run_id)

    async def reminder(self, transaction: Transaction, message: Message) -> ReminderPicture | None:
        """What a reminder shows now; None for one that was never said of a question that is answered."""
        stored = await transaction.runs.get(message.subject)
        workspace = await transaction.workspaces.get(stored.run.workspace_id) if stored else None
        if stored is None or workspace is None:
            return None
        run, told = stored.run, json.loads(message.text or "{}")
        gate = told.get("gate") or CONFIRM
        number, tally, _ = await transaction.gates.look(run.id, gate)
        clock = await transaction.reminders.get(run.id, gate)
        is_over = clock is None or run.gate != gate or await transaction.gates.decision(run.id, gate, number) is not None
        if is_over and message.ts is None and message.claimed_at is None:
            return None
        return ReminderPicture(
            run=run,
            workspace=workspace,
            link=self.link(workspace, run),
            step=Step(told.get("step", Step.THREAD)),
            since=clock.began_at if clock is not None else max(run.timestamps.values(), default=EPOCH),
            behind=clock.behind if clock is not None else 0,
            tally=tally,
            group=told.get("group", ""),
            expires_at=datetime.fromisoformat(told["expires"]) if told.get("expires") else None,
            about=told.get("about", "") if message.channel != told.get("about") else "",
            is_over=is_over,
        )

    async def rollup(self, transaction: Transaction, subject: str, channel: str) -> RollupPicture | None:
        """What the message of a burst shows in a channel now; None where nothing is known of any of its runs."""
        lines = await transaction.messages.lines_of(subject, channel)
        stored = (await transaction.runs.many([line.subject for line in lines])).values()
        workspaces = {one.id: one for one in await transaction.workspaces.all()}
        plans = await transaction.plans.many([one.run.plan_id for one in stored if one.run.plan_id])
        shown = [
            RollupLine(
                run=one.run,
                workspace=workspaces[one.run.workspace_id],
                link=self.link(workspaces[one.run.workspace_id], one.run),
                plan=plans.get(one.run.plan_id or ""),
            )
            for one in stored
            if one.run.workspace_id in workspaces
        ]
        commit = next((line.run.commit for line in shown if line.run.commit is not None), None)
        return RollupPicture(commit=commit, lines=by_need(shown)) if commit is not None else None

    async def upload(self, transaction: Transaction, upload_id: str) -> UploadPicture | None:
        """How an upload stands now; None for one that is forgotten."""
        upload = await transaction.uploads.get(upload_id)
        if upload is None:
            return None
        organization, _, name = upload.workspace.rpartition("/")
        run = run_link(self._address, organization, name, upload.run_id) if upload.run_id else ""
        return UploadPicture(upload=upload, link=workspace_link(self._address, organization, name), run_link=run)

    def link(self, workspace: Workspace, run: Run) -> str:
        return run_link(self._address, workspace.organization, workspace.name, run.id)

    def workspace_link(self, workspace: Workspace) -> str:
        return workspace_link(self._address, workspace.organization, workspace.name)


async def standing_at(transaction: Transaction, run: Run) -> tuple[Tally | None, tuple[Vote, ...]]:
    """How it stands at the open question of a run, and who has voted; nothing where there is none."""
    if run.gate is None:
        return None, ()
    number, tally, _ = await transaction.gates.look(run.id, run.gate)
    return tally, await transaction.votes.at(run.id, run.gate, number)


def asked_in(messages: Iterable[Message], run: Run) -> str:
    """The channel of the newest message that asks the open question, "" where none does."""
    asking = [one for one in messages if asks(one, run.gate)]
    return asking[-1].channel if asking else ""


def asks(message: Message, gate: str | None) -> bool:
    return gate is not None and (message.gate == gate if message.kind is Kind.CALL else message.kind is Kind.CARD and message.text == gate)


def tells_last(kind: Kind, channel: str, run: Run, messages: Iterable[Message]) -> bool:
    """Whether a message is the one that says how the run has ended: its end, or its card where a channel has no end of it."""
    has_end = any(one.kind is Kind.END and one.channel == channel for one in messages)
    return run.is_final and (kind is Kind.END or (kind is Kind.CARD and not has_end))


def for_tally(shown: tuple[Action, ...], tally: Tally | None) -> tuple[Action, ...]:
    """Where the rules let nobody apply or override it from Slack there is nothing to click for that."""
    if tally is None or tally.may_be_voted:
        return shown
    return tuple(action for action in shown if action not in {Action.APPLY, Action.OVERRIDE})


def standing_decision(run: Run, latest: Decision | None, overridden: Decision | None) -> tuple[Decision | None, Decision | None]:
    """What was decided about where the run is now, and which override it has left behind."""
    if overridden is None or not has_moved(Deed.OVERRIDE, run, overridden.gate):
        return latest, None
    return (None if latest == overridden else latest), overridden


async def carried_out(transaction: Transaction, decision: Decision | None) -> Decision | None:
    """None unless the server shows that it was ours: a card claims no name for anything else."""
    intent = await transaction.intents.get(decision.intent_id) if decision is not None else None
    return decision if intent is not None and intent.state is IntentState.SETTLED else None


def request_of(creating: Intent | None) -> Request | None:
    if creating is None:
        return None
    return Request(
        person=creating.person,
        message=creating.payload.get("message", ""),
        asked_at=creating.created_at,
        auto_apply=creating.payload.get("auto_apply") == "yes",
        origin=decode_origin(creating.payload.get("origin", "")),
        targets=words_in(creating.payload, "targets"),
        replacements=words_in(creating.payload, "replacements"),
        variables=words_in(creating.payload, "variables"),
        debugging=creating.payload.get("debugging") == "yes",
    )


def buttons(
    message: tuple[Kind, str], run: Run, decision: Decision | None, intent: Intent | None, called: frozenset[str]
) -> tuple[Action, ...]:
    """The buttons of one message, a (kind, gate): what the run allows and the token may, on the newest message that asks.

    `called` are the gates that have a call of their own. A decision takes the buttons away until it turns out not to have been heard.
    """
    kind, gate = message
    is_asked_here = run.gate == gate and (kind is Kind.CALL or (kind is Kind.REPLY and run.gate not in called))
    carried_by = is_asked_here or (kind is Kind.CARD and run.gate not in called)
    if not carried_by or run.is_final:
        return ()
    gone = taken(decision, intent)
    return tuple(action for action in Action if run.may(action) and action not in gone)


def taken(decision: Decision | None, intent: Intent | None) -> frozenset[Action]:
    """The actions that a decision has used up."""
    if decision is None or (intent is not None and intent.state in RELEASED):
        return frozenset()
    still_open = intent is not None and intent.is_open
    if decision.action is Action.CANCEL:
        return frozenset(Action) - {Action.FORCE_CANCEL}
    if still_open or decision.action is Action.FORCE_CANCEL:
        return frozenset(Action)
    return frozenset({Action.APPLY, Action.OVERRIDE, Action.DISCARD})


RELEASED = frozenset({IntentState.REFUSED, IntentState.UNHEARD})
"""The decision came to nothing, and the gate is open again."""
