"""Runs and workspaces as JSON text, kept until something about them changes: pages of large worlds are mostly what they were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.sandbox.terraform.documents import run_document
from bot.sandbox.terraform.organization_documents import workspace_document

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.sandbox.terraform.documents import Document
    from bot.sandbox.terraform.records import Run, Token, Workspace
    from bot.sandbox.terraform.store import Store


class Serials:
    def __init__(self, store: Store, version: str) -> None:
        self._store, self._version = store, version
        self._texts: dict[tuple[str, str], tuple[Hashable, str]] = {}

    def run(self, run: Run, caller: Token) -> str:
        """What a run shows changes with its status, its events and the plan; one that is interrupted changes with time as well."""
        if run.interrupted.is_set():
            return json.dumps(run_document(run, caller, self._store))
        stamp = (run.status, run.has_begun, run.updated_at, len(run.events), run.plan.has_changes)
        kept = self._texts.get((run.id, caller.secret))
        if kept is None or kept[0] != stamp:
            kept = self._texts[run.id, caller.secret] = (stamp, json.dumps(run_document(run, caller, self._store)))
        return kept[1]

    def workspace(self, workspace: Workspace, caller: Token) -> str:
        configuration = self._store.latest_configuration(workspace)
        stamp = (
            workspace.changed_at,
            workspace.locked_by,
            workspace.lock_reason,
            workspace.holder and workspace.holder.id,
            workspace.current_run and workspace.current_run.id,
            workspace.resource_count,
            workspace.finished_runs,
            configuration and configuration.id,
            *(len(taken) for taken in workspace.durations.values()),
        )
        kept = self._texts.get((workspace.id, caller.secret))
        if kept is None or kept[0] != stamp:
            document = workspace_document(workspace, caller, self._store, self._version)
            kept = self._texts[workspace.id, caller.secret] = (stamp, json.dumps(document))
        return kept[1]


def list_text(data: list[str], rest: Document, included: list[str] | None = None) -> str:
    """A document out of resources that are text already; `rest` are its links and meta."""
    beside = "" if included is None else f', "included": [{", ".join(included)}]'
    ending = "}" if not rest else f", {json.dumps(rest)[1:]}"
    return f'{{"data": [{", ".join(data)}]{beside}{ending}'
