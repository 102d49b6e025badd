"""What the use cases need of the outside world, as small Protocols; adapters in bot.terraform, bot.store and bot.slack fit by shape."""

from __future__ import annotations

from bot.core.readings import Account, NewRun, RunPage, RunReading, WorkspacePage
from bot.services.ports.decisions import AuditRows, FreezeRows, GateRows, IntentRows, ReminderRows, RuleRows, VoteRows
from bot.services.ports.processes import LeaseRows, LeavingsRows, LookRows, PreferenceRows, ReplicaRows, SeenRows
from bot.services.ports.projects import ProjectRows
from bot.services.ports.slack import Attachments, Chat, People, SharedFiles
from bot.services.ports.stores import Clock, Mandate, Store, Transaction, Wake
from bot.services.ports.terraform import Configurations, Files, Histories, Locks, Logs, Memberships, PlanTexts, Policies, Runs, Webhooks
from bot.services.ports.things import DetailRows, MessageRows, PlanRows, RunRows, WatchRows, WorkspaceRows
from bot.services.ports.uploads import AuthorRows, UploadRows

__all__ = [
    "Account",
    "Attachments",
    "AuditRows",
    "AuthorRows",
    "Chat",
    "Clock",
    "Configurations",
    "DetailRows",
    "Files",
    "FreezeRows",
    "GateRows",
    "Histories",
    "IntentRows",
    "LeaseRows",
    "LeavingsRows",
    "Locks",
    "Logs",
    "LookRows",
    "Mandate",
    "Memberships",
    "MessageRows",
    "NewRun",
    "People",
    "PlanRows",
    "PlanTexts",
    "Policies",
    "PreferenceRows",
    "ProjectRows",
    "ReminderRows",
    "ReplicaRows",
    "RuleRows",
    "RunPage",
    "RunReading",
    "RunRows",
    "Runs",
    "SeenRows",
    "SharedFiles",
    "Store",
    "Transaction",
    "UploadRows",
    "VoteRows",
    "Wake",
    "WatchRows",
    "Webhooks",
    "WorkspacePage",
    "WorkspaceRows",
]
