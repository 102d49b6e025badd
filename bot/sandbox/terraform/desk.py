"""The Runs API as the sandbox's page shows it beside the chat: workspaces with their queues, a run with its log, and its switches.

It asks the server's records in process, with no token: what it does, Ana does outside of Slack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.context import Context
from bot.sandbox.terraform.errors import ApiError
from bot.sandbox.terraform.run_requests import configuration_for, run_request
from bot.sandbox.terraform.statuses import actions_of, awaits_override, is_final, rests_for_confirmation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.terraform.records import Account, Phase, Run, Workspace

    Document = dict[str, Any]
    Answer = Callable[[Mapping[str, Any]], Document]

MOST_WORKSPACES = 100
MOST_RUNS = 8
MOST_REQUESTS = 200
MOST_LOG = 60_000
FLAGS = {"apply": "is-confirmable", "discard": "is-discardable", "cancel": "is-cancelable"}


class Desk:
    """Answers by name: `READS` change nothing, `DOES` do. A refusal is `{"ok": False, "error": ...}` in the server's words."""

    def __init__(self, context: Context, account: Account) -> None:
        self._context = context
        self._store = context.store
        self._account = account
        self.reads: dict[str, Answer] = {
            "workspaces": self._workspaces,
            "run": self._run,
            "requests": self._requests,
            "faults": self._faults,
        }
        self.does: dict[str, Answer] = {"start": self._start, "act": self._act, "fault": self._pull, "mend": self._mend}

    def ask(self, name: str, asked: Mapping[str, Any], *, may_do: bool) -> Document:
        """What is there, or what came of a deed; `unknown_method` for a name that is neither."""
        answer = self.reads.get(name) or (self.does.get(name) if may_do else None)
        if answer is None:
            return {"ok": False, "error": "unknown_method"}
        try:
            return answer(asked)
        except ApiError as refusal:
            return {"ok": False, "error": refusal.detail or refusal.title, "status": refusal.status}
        except ValueError as problem:
            return {"ok": False, "error": str(problem)}

    def _workspaces(self, _asked: Mapping[str, Any]) -> Document:
        known = self._store.workspaces_by_name()
        return {"workspaces": [self._workspace(each) for each in known[:MOST_WORKSPACES]], "total": len(known)}

    def _workspace(self, workspace: Workspace) -> Document:
        return {
            "name": workspace.name,
            "description": workspace.description,
            "auto_apply": workspace.auto_apply,
            "resources": workspace.resource_count,
            "locked_by": workspace.locked_by.username if workspace.locked_by else None,
            "holder": self._summary(workspace.holder) if workspace.holder else None,
            "waiting": [self._summary(run) for run in workspace.waiting],
            "runs": [self._summary(run) for run in workspace.runs[: -MOST_RUNS - 1 : -1]],
        }

    def _summary(self, run: Run) -> Document:
        lines = run.request.message.strip().splitlines()
        return {
            "id": run.id,
            "workspace": self._store.workspace_of(run).name,
            "status": run.status,
            "title": lines[0][:200] if lines else "Queued by an uploaded configuration",
            "created_at": run.created_at.isoformat(),
            "by": run.creator.username if run.creator else "",
            "needs_person": rests_for_confirmation(run) or awaits_override(run),
            "is_final": is_final(run),
        }

    def _run(self, asked: Mapping[str, Any]) -> Document:
        """One run, its state, and its logs from the offsets `plan_from` and `apply_from` on."""
        run = self._store.run(str(asked.get("run", "")))
        allowed = actions_of(run, self._context.clock.now())
        page = f"{self._context.address}/app/{self._store.organization}/workspaces/{self._store.workspace_of(run).name}/runs/{run.id}"
        return {
            "run": self._summary(run)
            | {
                "page": page,
                "confirmed_by": run.confirmed_by.username if run.confirmed_by else "",
                "actions": [name for name, flag in FLAGS.items() if allowed[flag]],
                "comments": [comment.body for comment in run.comments],
                "history": [{"at": at, "what": key.removesuffix("-at").replace("-", " ")} for key, at in run.timestamps.items()],
                "plan": _phase(run.plan, _offset(asked, "plan_from")),
                "apply": _phase(run.apply, _offset(asked, "apply_from")),
            }
        }

    def _requests(self, _asked: Mapping[str, Any]) -> Document:
        return {"requests": self._context.requests.entries[-MOST_REQUESTS:]}

    def _faults(self, _asked: Mapping[str, Any]) -> Document:
        return {"faults": [fault.as_dict() for fault in self._context.faults.in_force("terraform")]}

    def _start(self, asked: Mapping[str, Any]) -> Document:
        """A run that was started outside of Slack, as from the server's own page or from a pipeline."""
        workspace = self._store.workspace_named(self._store.organization, str(asked.get("workspace", "")))
        configuration = configuration_for(self._store, workspace, None)
        attributes = {"message": str(asked.get("message") or "Started outside of Slack")}
        wanted = run_request(attributes, workspace, configuration, may_apply=True, message="")
        run = self._context.machine.create(workspace, configuration, wanted, "tfe-ui", self._account)
        return {"run": self._summary(run)}

    def _act(self, asked: Mapping[str, Any]) -> Document:
        """`apply`, `discard` or `cancel` a run without Slack."""
        run, machine = self._store.run(str(asked.get("run", ""))), self._context.machine
        deeds = {"apply": machine.confirm, "discard": machine.discard, "cancel": machine.cancel}
        action = str(asked.get("action", ""))
        if action not in deeds:
            raise ValueError(f"action must be one of {', '.join(deeds)}")
        deeds[action](run, self._account, None)
        return {"run": self._summary(run)}

    def _pull(self, asked: Mapping[str, Any]) -> Document:
        return {"id": self._context.faults.add(asked, side="terraform").id}

    def _mend(self, asked: Mapping[str, Any]) -> Document:
        """End one `fault`, or all of this side."""
        return {"ended": self._context.faults.clear(side="terraform", fault_id=str(asked["fault"]) if asked.get("fault") else None)}


def _phase(phase: Phase, offset: int) -> Document:
    """Where a plan or an apply stands; of a long log the end."""
    whole = phase.log.read(0, None)
    start = max(offset, len(whole) - MOST_LOG)
    counts = {"additions": phase.additions, "changes": phase.changes, "destructions": phase.destructions}
    text = whole[start:].strip(b"\x02\x03").decode(errors="replace")
    return {"status": phase.status, **counts, "log": text, "from": start, "next": len(whole)}


def _offset(asked: Mapping[str, Any], name: str) -> int:
    value = str(asked.get(name) or "0")
    if not value.isdecimal():
        raise ValueError(f"{name} must be a whole number")
    return int(value)
