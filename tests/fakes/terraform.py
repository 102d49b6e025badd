"""Fakes of the ports that belong to runs: logs, plans, policies, locks, webhooks and people in memory, with a record of what was done.

Whatever is not there is NotVisible. Runs themselves are in runs.py.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bot.core.configurations import ConfigurationVersion, NewConfiguration
from bot.core.costs import CostEstimate
from bot.core.errors import NotVisible, RequestRefused, StateMovedOn, TooLarge
from bot.core.histories import Comment, RunEvent
from bot.core.locks import Lock
from bot.core.logs import LogPiece, Part, SavedText
from bot.core.notifications import NewNotification, Notification, Scope
from bot.core.policies import AWAITING_OVERRIDE, PolicyCheck, PolicyOutcome, TaskStage
from bot.core.servers import Membership, MembershipPage, Project, ProjectPage
from bot.core.workspaces import Workspace, WorkspaceDetail
from tests.fakes.runs import FakeRuns

Thing = TypeVar("Thing")
HOST = "terraform.test"


def seen(things: Mapping[str, Thing], key: str, what: str) -> Thing:
    if key not in things:
        raise NotVisible(f"{what} {key}")
    return things[key]


class FakeConfigurations:
    """Uploads are taken in at once; `refusal` is what the server says of the next ones instead. `uploaded` holds their bytes.

    `made_in` says in which workspace each was made, by its id.
    """

    def __init__(self) -> None:
        self.versions: dict[str, ConfigurationVersion] = {}
        self.made_in: dict[str, str] = {}
        self.made: list[NewConfiguration] = []
        self.uploaded: dict[str, bytes] = {}
        self.refusal = ""

    async def create(self, wish: NewConfiguration) -> ConfigurationVersion:
        self.made.append(wish)
        key = f"cv-Fake{len(self.made):012d}"
        self.made_in[key] = wish.workspace_id
        self.versions[key] = ConfigurationVersion(
            id=key,
            status_word="pending",
            source="tfe-api",
            speculative=wish.speculative,
            provisional=wish.provisional,
            upload_url=f"https://{HOST}/upload/{key}",
        )
        return self.versions[key]

    async def read(self, configuration_id: str) -> ConfigurationVersion:
        return replace(seen(self.versions, configuration_id, "Configuration version"), upload_url="")

    async def newest(self, workspace_id: str) -> tuple[ConfigurationVersion, ...]:
        found = [await self.read(key) for key, owner in self.made_in.items() if owner == workspace_id]
        return tuple(reversed(found))

    async def upload(self, configuration: ConfigurationVersion, archive: Path) -> ConfigurationVersion:
        known = seen(self.versions, configuration.id, "Configuration version")
        self.uploaded[known.id] = await asyncio.to_thread(archive.read_bytes)
        status = "errored" if self.refusal else "uploaded"
        self.versions[known.id] = replace(known, status_word=status, error_message=self.refusal)
        if self.refusal:
            raise RequestRefused(HOST, self.refusal)
        return await self.read(known.id)

    async def archive(self, configuration_id: str) -> None:
        known = seen(self.versions, configuration_id, "Configuration version")
        if known.status_word != "uploaded":
            raise StateMovedOn(f"Configuration version {configuration_id}")
        self.versions[known.id] = replace(known, status_word="archived")


class FakeLogs:
    """`texts` are the logs as far as they are written, `over` those that have ended."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        self.over: set[str] = set()

    async def read(self, part: Part, part_id: str, offset: int = 0) -> LogPiece:
        data = seen(self.texts, part_id, f"The log in {part.value} of")[offset:]
        return LogPiece(data=data, offset=offset + len(data), is_over=part_id in self.over)

    async def save(self, part: Part, part_id: str, path: Path, most: int) -> SavedText:
        data = (await self.read(part, part_id)).data
        await asyncio.to_thread(path.write_bytes, data[:most])
        return SavedText(size=min(len(data), most), was_cut=len(data) > most)


class FakePlanTexts:
    """`texts` are redacted plans by plan id, None for one that is not finished; `full` are those with secrets."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes | None] = {}
        self.full: dict[str, bytes | None] = {}

    async def save(self, plan_id: str, path: Path, most: int, *, redacted: bool = True) -> SavedText | None:
        text = seen(self.texts if redacted else self.full, plan_id, "The JSON of")
        if text is None:
            return None
        if len(text) > most:
            raise TooLarge(f"The JSON of {plan_id}", most)
        await asyncio.to_thread(path.write_bytes, text)
        return SavedText(size=len(text))


class FakePolicies:
    """What runs are judged by, as tests put it here; an override is done at once and its comment kept in `overridden`.

    With `runs` an override goes through their record of calls and failures, and has its run go on.
    """

    def __init__(self, runs: FakeRuns | None = None) -> None:
        self.runs = runs
        self.of_run: dict[str, tuple[PolicyCheck, ...]] = {}
        self.stages_of: dict[str, tuple[TaskStage, ...]] = {}
        self.outcomes_of: dict[str, tuple[PolicyOutcome, ...]] = {}
        self.outputs: dict[str, str] = {}
        self.costs: dict[str, CostEstimate] = {}
        self.overridden: dict[str, str] = {}

    async def checks(self, run_id: str) -> tuple[PolicyCheck, ...]:
        return seen(self.of_run, run_id, "The policy checks of run")

    async def output(self, check_id: str) -> str:
        return seen(self.outputs, check_id, "The output of policy check")

    async def stages(self, run_id: str) -> tuple[TaskStage, ...]:
        return seen(self.stages_of, run_id, "The task stages of run")

    async def stage(self, stage_id: str) -> TaskStage:
        return seen({stage.id: stage for stages in self.stages_of.values() for stage in stages}, stage_id, "Task stage")

    async def outcomes(self, evaluation_id: str) -> tuple[PolicyOutcome, ...]:
        return seen(self.outcomes_of, evaluation_id, "Policy evaluation")

    async def override_check(self, check_id: str, comment: str) -> PolicyCheck:
        if self.runs is None:
            return self._override_check(check_id, comment)
        given = {"check_id": check_id, "comment": comment}
        return await self.runs.answer("override_check", given, lambda: self._override_check(check_id, comment))

    def _override_check(self, check_id: str, comment: str) -> PolicyCheck:
        for run_id, checks in self.of_run.items():
            for check in checks:
                if check.id == check_id:
                    if not check.waits_for_override:
                        raise StateMovedOn(f"Policy check {check_id}")
                    done = replace(check, status_word="overridden", is_overridable=False)
                    self.of_run[run_id] = tuple(done if each is check else each for each in checks)
                    self.overridden[check_id] = comment
                    if self.runs is not None:
                        self.runs.go_on(run_id, "policy_override" if self._waits(run_id) else "policy_checked", comment)
                    return done
        raise NotVisible(f"Policy check {check_id}")

    def _waits(self, run_id: str) -> bool:
        return any(check.waits_for_override for check in self.of_run[run_id])

    async def override_stage(self, stage_id: str, comment: str) -> TaskStage:
        stage = await self.stage(stage_id)
        if self.runs is None:
            return self._override_stage(stage, comment)
        given = {"stage_id": stage_id, "comment": comment}
        return await self.runs.answer("override_stage", given, lambda: self._override_stage(stage, comment))

    def _override_stage(self, stage: TaskStage, comment: str) -> TaskStage:
        stage_id = stage.id
        if stage.status_word != AWAITING_OVERRIDE:
            raise StateMovedOn(f"Task stage {stage_id}")
        done = replace(stage, status_word="running", is_overridable=False)
        self.stages_of = {run: tuple(done if each.id == stage_id else each for each in stages) for run, stages in self.stages_of.items()}
        self.overridden[stage_id] = comment
        if self.runs is not None:
            run_id = next(run for run, stages in self.stages_of.items() if done in stages)
            self.runs.go_on(run_id, f"{stage.stage}_completed", comment)
        return done

    async def cost(self, estimate_id: str) -> CostEstimate:
        return seen(self.costs, estimate_id, "Cost estimate")


class FakeLocks:
    """Locks of the workspaces given, and with `runs` of all of theirs, whose record of calls and failures they share.

    `me` is who the token is, and others' locks are put into `details`.
    """

    def __init__(self, *workspaces: Workspace, me: str = "runbell", runs: FakeRuns | None = None) -> None:
        self.me = me
        self.runs = runs
        self.details = {each.id: WorkspaceDetail(workspace=each, lock=Lock(workspace_id=each.id, is_locked=False)) for each in workspaces}

    async def detail(self, workspace_id: str) -> WorkspaceDetail:
        if self.runs is None:
            return seen(self.details, workspace_id, "Workspace")
        return await self.runs.answer("detail", {"workspace_id": workspace_id}, lambda: self._known(workspace_id))

    def _known(self, workspace_id: str) -> WorkspaceDetail:
        if self.runs is not None and workspace_id not in self.details:
            unlocked = Lock(workspace_id=workspace_id, is_locked=False)
            self.details[workspace_id] = WorkspaceDetail(workspace=self.runs.workspace(workspace_id), lock=unlocked)
        return seen(self.details, workspace_id, "Workspace")

    async def lock(self, workspace_id: str, reason: str) -> Lock:
        return await self._do("lock", workspace_id, lambda: self._lock(workspace_id, reason))

    async def unlock(self, workspace_id: str) -> Lock:
        return await self._do("unlock", workspace_id, lambda: self._unlock(workspace_id))

    async def force_unlock(self, workspace_id: str) -> Lock:
        return await self._do("force_unlock", workspace_id, lambda: self._force_unlock(workspace_id))

    async def _do(self, method: str, workspace_id: str, deed: Callable[[], Lock]) -> Lock:
        return deed() if self.runs is None else await self.runs.answer(method, {"workspace_id": workspace_id}, deed)

    def _lock(self, workspace_id: str, reason: str) -> Lock:
        detail = self._known(workspace_id)
        if detail.lock.is_locked:
            raise StateMovedOn(f"Workspace {workspace_id}", "already locked")
        return self._put(
            detail,
            Lock(workspace_id=workspace_id, is_locked=True, reason=reason, holder_kind="users", holder_id=self.me, holder_name=self.me),
        )

    def _unlock(self, workspace_id: str) -> Lock:
        detail = self._known(workspace_id)
        if not detail.lock.is_locked or detail.lock.holder_id != self.me:
            raise StateMovedOn(f"Workspace {workspace_id}", "is locked by somebody else, or not at all")
        return self._put(detail, Lock(workspace_id=workspace_id, is_locked=False))

    def _force_unlock(self, workspace_id: str) -> Lock:
        detail = self._known(workspace_id)
        if not detail.lock.is_locked:
            raise StateMovedOn(f"Workspace {workspace_id}", "not locked")
        return self._put(detail, Lock(workspace_id=workspace_id, is_locked=False))

    def _put(self, detail: WorkspaceDetail, lock: Lock) -> Lock:
        self.details[detail.workspace.id] = replace(detail, lock=lock)
        return lock


class FakeWebhooks:
    """Configurations by id, whose they are in `owners`; an address in `dead` does not answer the server."""

    def __init__(self) -> None:
        self.kept: dict[str, Notification] = {}
        self.owners: dict[str, tuple[Scope, str]] = {}
        self.dead: set[str] = set()
        self._numbers = itertools.count(1)

    async def all(self, scope: Scope, owner_id: str) -> tuple[Notification, ...]:
        return tuple(self.kept[key] for key, owner in self.owners.items() if owner == (scope, owner_id))

    async def create(self, wish: NewNotification) -> Notification:
        self._ask(wish.url)
        key = f"nc-Fake{next(self._numbers):012d}"
        self.kept[key] = Notification(id=key, name=wish.name, url=wish.url, enabled=wish.enabled, triggers=frozenset(wish.triggers))
        self.owners[key] = (wish.scope, wish.owner_id)
        return self.kept[key]

    async def enable(self, webhook_id: str, *, enabled: bool) -> Notification:
        known = seen(self.kept, webhook_id, "Webhook")
        if enabled:
            self._ask(known.url)
        self.kept[webhook_id] = replace(known, enabled=enabled)
        return self.kept[webhook_id]

    async def verify(self, webhook_id: str) -> Notification:
        known = seen(self.kept, webhook_id, "Webhook")
        self._ask(known.url)
        return known

    async def remove(self, webhook_id: str) -> None:
        self.kept.pop(webhook_id, None)
        self.owners.pop(webhook_id, None)

    def _ask(self, url: str) -> None:
        if url in self.dead:
            raise RequestRefused(HOST, "Failed to deliver the verification request")


class FakeMemberships:
    def __init__(self, members: tuple[Membership, ...] = (), projects: tuple[Project, ...] = ()) -> None:
        self.everybody, self.every_project = members, projects

    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:  # noqa: ARG002 - one organization
        found = tuple(each for each in self.everybody if query in each.username or query in each.email)
        return MembershipPage(None, found if page == 1 else ())

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage:  # noqa: ARG002 - as above
        found = tuple(each for each in self.every_project if not names or each.name in names)
        return ProjectPage(None, found if page == 1 else ())


class FakeHistories:
    """`said` are the comments in their order, `events_of` what tests say was done."""

    def __init__(self, runs: FakeRuns | None = None) -> None:
        self.runs = runs
        self.said: list[tuple[str, str]] = []
        self.events_of: dict[str, tuple[RunEvent, ...]] = {}

    async def comment(self, run_id: str, body: str) -> Comment:
        if self.runs is None:
            return self._comment(run_id, body)
        return await self.runs.answer("comment", {"run_id": run_id, "body": body}, lambda: self._comment(run_id, body))

    def _comment(self, run_id: str, body: str) -> Comment:
        if self.runs is not None:
            self.runs.hear(run_id, body)
        self.said.append((run_id, body))
        return Comment(id=f"wsc-Fake{len(self.said):012d}", body=body)

    async def events(self, run_id: str) -> tuple[RunEvent, ...]:
        return seen(self.events_of, run_id, "The events of run")
