"""What the server remembers, as plain records in memory; who changes them is in `machine` and `queues`."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox.terraform.evaluations import Evaluations
from bot.sandbox.terraform.logs import LogStream
from bot.sandbox.terraform.stages import NO_STAGES, Stages

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Access = Literal["read", "plan", "write", "admin"]
TokenKind = Literal["user", "team", "organization"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who acts: a person, or the service user that stands behind a team's or an organization's token."""

    id: str
    username: str
    email: str
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    id: str
    account: Account
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Token:
    secret: str
    kind: TokenKind
    account: Account
    owner_id: str
    access: Access = "write"
    may_override: bool = False


@dataclass(slots=True)
class Script:
    """How runs of a workspace go under the scripted engine. Times are seconds of the sandbox's clock; who is `stubborn` stops only
    when it is killed.
    """

    additions: int = 1
    changes: int = 0
    destructions: int = 0
    outputs_change: bool = False
    stubborn: bool = False
    plan_error: str | None = None
    apply_error: str | None = None
    plan_seconds: float = 2.0
    apply_seconds: float = 3.0

    @property
    def has_changes(self) -> bool:
        return bool(self.additions or self.changes or self.destructions or self.outputs_change)


@dataclass(frozen=True, slots=True)
class Ingress:
    """The commit that a configuration version came from, where it came from a repository."""

    id: str
    branch: str
    commit_sha: str
    commit_message: str
    identifier: str
    sender: str


@dataclass(slots=True)
class Configuration:
    """A configuration version and, once uploaded, its archive on disk."""

    id: str
    workspace_id: str
    created_at: datetime
    auto_queue_runs: bool
    speculative: bool
    provisional: bool
    archive: Path
    creator: Account | None
    creator_may_apply: bool
    status: Literal["pending", "uploaded", "errored", "archived"] = "pending"
    error_message: str | None = None
    ingress: Ingress | None = None
    timestamps: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Phase:
    """A plan or an apply: its status, what it counted, its log."""

    id: str
    status: str = "pending"
    timestamps: dict[str, str] = field(default_factory=dict)
    additions: int | None = None
    changes: int | None = None
    destructions: int | None = None
    imports: int | None = None
    has_changes: bool = False
    started_at: datetime | None = None
    log: LogStream = field(default_factory=LogStream)


@dataclass(slots=True)
class Comment:
    id: str
    run_id: str
    body: str
    event_id: str


@dataclass(slots=True)
class RunEvent:
    id: str
    run_id: str
    action: str
    description: str
    created_at: datetime
    actor: Account | None
    comment_id: str | None = None


@dataclass(slots=True)
class RunRequest:
    """What was asked for with a run, defaults filled in."""

    message: str
    auto_apply: bool = False
    is_destroy: bool = False
    plan_only: bool = False
    refresh: bool = True
    refresh_only: bool = False
    allow_empty_apply: bool = False
    allow_config_generation: bool = False
    debugging_mode: bool = False
    save_plan: bool = False
    target_addrs: list[str] | None = None
    replace_addrs: list[str] | None = None
    variables: list[dict[str, str]] = field(default_factory=list)
    terraform_version: str | None = None
    invoke_action_addrs: list[str] | None = None
    policy_paths: list[str] | None = None

    @property
    def operation(self) -> str:
        """The word of `filter[operation]` that this run answers to."""
        if self.plan_only:
            return "plan_only"
        if self.save_plan:
            return "save_plan"
        if self.refresh_only:
            return "refresh_only"
        if self.is_destroy:
            return "destroy"
        return "empty_apply" if self.allow_empty_apply else "plan_and_apply"


@dataclass(slots=True, eq=False)
class Run:
    id: str
    workspace_id: str
    configuration_id: str
    request: RunRequest
    source: str
    terraform_version: str
    created_at: datetime
    updated_at: datetime
    creator: Account | None
    plan: Phase
    apply: Phase
    status: str = "pending"
    timestamps: dict[str, str] = field(default_factory=dict)
    confirmed_by: Account | None = None
    canceled_by: Account | None = None
    canceled_at: datetime | None = None
    force_cancel_at: datetime | None = None
    comments: list[Comment] = field(default_factory=list)
    events: list[RunEvent] = field(default_factory=list)
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    killed: asyncio.Event = field(default_factory=asyncio.Event)
    overridden: asyncio.Event = field(default_factory=asyncio.Event)
    has_begun: bool = False
    stages: Stages = NO_STAGES
    evaluations: Evaluations = field(default_factory=Evaluations)
    state_serial: int = 0


@dataclass(slots=True, eq=False)
class Workspace:
    id: str
    name: str
    description: str
    auto_apply: bool
    created_at: datetime
    changed_at: datetime
    variables: dict[str, Any] = field(default_factory=dict)
    script: Script = field(default_factory=Script)
    stages: Stages = NO_STAGES
    tags: tuple[str, ...] = ()
    bindings: dict[str, str] = field(default_factory=dict)
    repository: str | None = None
    allow_destroy_plan: bool = True
    execution_mode: str = "remote"
    terraform_version: str = ""
    used_configurations: list[str] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    finished_runs: int = 0
    failed_runs: int = 0
    current_run: Run | None = None
    holder: Run | None = None
    waiting: list[Run] = field(default_factory=list)
    locked_by: Account | None = None
    lock_reason: str | None = None
    resource_count: int = 0
    state_serial: int = 0
    durations: dict[str, deque[float]] = field(default_factory=lambda: {"plan": deque(maxlen=30), "apply": deque(maxlen=30)})

    @property
    def locked(self) -> bool:
        return self.holder is not None or self.locked_by is not None
