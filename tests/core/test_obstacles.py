"""What a workspace would refuse is told from a look at it, and what it would only put off is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.commands.runs import StartRun
from bot.core.errors import CannotAct, DestroyForbidden, NoConfiguration, NoRunsHere, TerraformTooOld, TokenMayNotStart
from bot.core.locks import Lock
from bot.core.obstacles import cautions, obstacle, release_of
from bot.core.workspaces import Workspace, WorkspaceDetail

DNS = Workspace(id="ws-1", name="dns", organization="acme")
FREE = Lock(workspace_id="ws-1", is_locked=False)
DETAIL = WorkspaceDetail(workspace=DNS, lock=FREE, terraform_version="1.9.8", may=frozenset({"queue-run", "queue-destroy"}))


def detail(workspace: Workspace = DNS, **changed: Any) -> WorkspaceDetail:
    return replace(DETAIL, workspace=workspace, **changed)


@pytest.mark.parametrize(
    "wish, seen, kind, said",
    [
        (StartRun("dns"), detail(replace(DNS, execution_mode="local")), NoRunsHere, "execution mode “local”"),
        (StartRun("dns"), detail(may=frozenset({"lock"})), TokenMayNotStart, "may not start runs of acme/dns"),
        (StartRun("dns", destroy=True), detail(may=frozenset({"queue-run"})), TokenMayNotStart, "may not start destroy runs"),
        (StartRun("dns", destroy=True), detail(replace(DNS, allow_destroy_plan=False)), DestroyForbidden, "does not allow destroy plans"),
        (StartRun("dns"), detail(lacks_configuration=True), NoConfiguration, "Upload one, or name one"),
        (StartRun("dns"), detail(lacks_configuration=True, repository="acme/dns"), NoConfiguration, "Push to acme/dns"),
        (StartRun("dns", refresh_only=True), detail(terraform_version="0.15.3"), TerraformTooOld, "refresh-only needs 0.15.4 or newer"),
        (StartRun("dns", replacements=("a.b",)), detail(terraform_version="0.14.0"), TerraformTooOld, "replace needs 0.15.2 or newer"),
    ],
)
def test_what_would_be_refused_is_told(wish: StartRun, seen: WorkspaceDetail, kind: type[CannotAct], said: str) -> None:
    found = obstacle(wish, seen, brings_configuration=False)
    assert type(found) is kind
    assert said in str(found)


@pytest.mark.parametrize(
    "wish, seen, brings",
    [
        (StartRun("dns"), DETAIL, False),
        (StartRun("dns"), detail(may=frozenset()), False),
        (StartRun("dns", destroy=True, plan_only=True), detail(may=frozenset({"queue-run"})), False),
        (StartRun("dns"), detail(lacks_configuration=True), True),
        (StartRun("dns"), detail(replace(DNS, current_run_id="run-1"), lacks_configuration=True), False),
        (StartRun("dns", refresh_only=True, replacements=()), detail(terraform_version="0.15.4"), False),
        (StartRun("dns", refresh_only=True), detail(terraform_version="latest"), False),
        (StartRun("dns", replacements=("a.b",)), detail(terraform_version=""), False),
    ],
)
def test_nothing_is_held_against_what_may_be(wish: StartRun, seen: WorkspaceDetail, brings: bool) -> None:  # noqa: FBT001 - a table
    assert obstacle(wish, seen, brings_configuration=brings) is None


@pytest.mark.parametrize(
    "lock, said",
    [
        (Lock(workspace_id="ws-1", is_locked=True, holder_kind="runs", holder_id="run-1"), "Another run of acme/dns goes on"),
        (
            Lock(workspace_id="ws-1", is_locked=True, holder_kind="users", holder_name="ana", reason="audit"),
            "so the run waits until it is unlocked. ana holds the lock: audit.",
        ),
        (Lock(workspace_id="ws-1", is_locked=True), "acme/dns is locked, so the run waits"),
    ],
)
def test_a_lock_is_said_and_refuses_nothing(lock: Lock, said: str) -> None:
    seen = detail(lock=lock)
    assert obstacle(StartRun("dns"), seen, brings_configuration=False) is None
    [caution] = cautions(StartRun("dns"), seen)
    assert said in caution
    assert cautions(StartRun("dns", plan_only=True), seen) == cautions(StartRun("dns", save_plan=True), seen) == ()


def test_without_a_lock_there_is_nothing_to_say() -> None:
    assert cautions(StartRun("dns"), DETAIL) == ()


@pytest.mark.parametrize("version, found", [("1.9.8", (1, 9, 8)), ("v0.15.4-beta1", (0, 15, 4)), ("~> 1.5", None), ("latest", None)])
def test_a_release_is_read_by_its_numbers(version: str, found: tuple[int, int, int] | None) -> None:
    assert release_of(version) == found
