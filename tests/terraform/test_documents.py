from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.errors import UnexpectedAnswer
from bot.core.readings import Account
from bot.core.runs import Action, RunStatus
from bot.terraform.documents import (
    decode_plan,
    decode_reading,
    decode_run,
    decode_run_page,
    decode_workspace,
    decode_workspace_page,
)
from bot.terraform.evaluation_documents import decode_comments
from bot.terraform.member_documents import decode_account, decode_organization
from tests.terraform.samples import as_bytes, run_document, run_resource, sample


def at(hour: int, minute: int, second: int, micro: int = 0) -> datetime:
    return datetime(2026, 11, 2, hour, minute, second, micro, tzinfo=UTC)


def test_a_run_of_2017_is_read_by_its_own_words() -> None:
    run = decode_run(sample("run_2017_pending"))
    assert run.status is RunStatus.PENDING
    assert run.allowed == {Action.CANCEL}
    assert run.permitted == {Action.APPLY, Action.CANCEL, Action.FORCE_CANCEL}
    assert run.workspace_id == "ws-yF7z4gyEQRhaCNG9"
    assert run.plan_id is None
    assert run.has_changes is None
    assert run.timestamps == {}


def test_a_list_of_2017_has_no_pages_and_need_not_name_the_workspace() -> None:
    page = decode_run_page(sample("runs_2017"), 1, "ws-asked")
    (run,) = page.runs
    assert page.next_page is None
    assert run.workspace_id == "ws-asked"
    assert run.gate == "confirm"
    assert run.timestamps["planned"] == datetime(2017, 11, 28, 22, 52, 51, tzinfo=UTC)


def test_a_run_of_today_is_read_with_all_that_came_along() -> None:
    reading = decode_reading(sample("run_modern"))
    run = reading.run
    assert (run.status_word, run.message, run.source, run.trigger_reason) == ("policy_checked", "bump AMI", "tfe-api", "manual")
    assert (run.created_by, run.plan_id, run.configuration_version_id) == ("kim", "plan-1", "cv-1")
    assert run.created_at == at(10, 0, 0, 101_000)
    assert run.is_destroy
    assert run.allowed == {Action.APPLY, Action.DISCARD}
    assert run.permitted == {Action.APPLY, Action.CANCEL}
    assert run.has_changes is True


def test_times_are_read_in_every_spelling_and_left_out_where_they_are_none() -> None:
    stamps = decode_reading(sample("run_modern")).run.timestamps
    assert stamps == {"plan-queueable": at(10, 0, 0), "planned": at(10, 0, 40), "policy-checked": at(10, 1, 10)}


def test_a_plan_that_came_along_gives_its_counts() -> None:
    plan = decode_reading(sample("run_modern")).plan
    assert plan is not None
    assert (plan.additions, plan.changes, plan.destructions, plan.imports) == (2, 1, 0, None)
    assert plan.finished_at == at(10, 0, 39)


def test_a_workspace_that_came_along_gives_what_it_is_set_to() -> None:
    workspace = decode_reading(sample("run_modern")).workspace
    assert workspace is not None
    assert (workspace.full_name, workspace.project_id, workspace.current_run_id) == ("acme/net-prod", "prj-1", "run-7bQ2kLm9XyZ1aB3c")
    assert (workspace.auto_apply, workspace.allow_destroy_plan, workspace.locked) == (True, False, True)
    assert (workspace.execution_mode, sorted(workspace.tags)) == ("agent", ["net", "prod"])


def test_a_page_of_workspaces_brings_their_current_runs() -> None:
    page = decode_workspace_page(sample("workspaces_modern"), "acme", 1)
    (first, run), (second, none) = page.rows
    assert page.next_page == 2
    assert run is not None
    assert (run.workspace_id, run.status_word, *run.allowed) == (first.id, "applying", Action.CANCEL)
    assert none is None
    assert (second.organization, second.execution_mode, len(second.tags), second.allow_destroy_plan) == ("acme", "remote", 0, True)


def test_an_organizations_runs_come_without_totals_and_keep_unknown_words() -> None:
    page = decode_run_page(sample("organization_runs"), 1)
    queued, strange = page.runs
    assert page.next_page is None
    assert (strange.status_word, strange.status) == ("holding_breath", RunStatus.UNKNOWN)
    assert strange.allowed == {Action.CANCEL}
    assert (queued.created_by, strange.created_by) == ("kim", None)
    assert [workspace.full_name for workspace in page.workspaces] == ["acme/net-prod"]


def test_a_server_with_uuids_empty_times_and_its_own_word_for_queued_is_read() -> None:
    run = decode_reading(sample("run_uuid_server")).run
    assert run.id == "run-6f9619ff-8b86-d011-b42d-00c04fc964ff"
    assert (run.status_word, run.status) == ("queued", RunStatus.PLAN_QUEUED)
    assert run.created_by == "kim@corp.test"
    assert run.timestamps == {}
    assert run.may(Action.DISCARD)


def test_a_list_without_pages_names_the_latest_run_and_belongs_to_whom_it_was_asked_of() -> None:
    page = decode_workspace_page(sample("workspaces_unpaged"), "default", 1)
    ((workspace, run),) = page.rows
    assert page.next_page is None
    assert (workspace.organization, workspace.current_run_id, run) == ("default", "run-6f9619ff", None)


def test_ids_that_are_numbers_become_words() -> None:
    run = decode_reading(sample("run_numbered_server")).run
    assert (run.id, run.plan_id) == ("42", "42")
    assert run.status is RunStatus.UNKNOWN


@pytest.mark.parametrize(
    "status, attributes, allowed",
    [
        ("planned", {"has_changes": True}, {Action.APPLY, Action.DISCARD}),
        ("planned", {"has_changes": False}, set()),
        ("planned", {"has_changes": False, "allow_empty_apply": True}, {Action.APPLY, Action.DISCARD}),
        ("planned", {"has_changes": True, "auto_apply": True}, set()),
        ("planned", {"has_changes": True, "plan_only": True}, set()),
        ("planned_and_saved", {"has_changes": True, "save_plan": True}, {Action.APPLY, Action.DISCARD}),
        ("policy_override", {"has_changes": True}, {Action.DISCARD}),
        ("planning", {}, {Action.CANCEL}),
        ("pending", {}, {Action.CANCEL}),
        ("applying", {"has_changes": True}, {Action.CANCEL}),
        ("applied", {"has_changes": True}, set()),
        ("holding_breath", {"has_changes": True}, set()),
    ],
)
def test_what_a_run_allows_is_inferred_where_the_server_does_not_say(status: str, attributes: dict[str, Any], allowed: set[Action]) -> None:
    run = decode_run(as_bytes(run_document(status=status, **attributes)))
    assert run.allowed == allowed
    assert run.permitted == set(Action)


@pytest.mark.parametrize(
    "status, relationships",
    [
        ("policy_checked", {"policy-checks": {"data": [{"id": "polchk-1", "type": "policy-checks"}]}}),
        ("cost_estimated", {"cost-estimate": {"data": {"id": "ce-1", "type": "cost-estimates"}}}),
        ("post_plan_completed", {"task-stages": {"data": [{"id": "ts-1", "type": "task-stages"}]}}),
    ],
)
def test_a_run_with_more_stages_is_inferred_to_rest_at_the_last_of_them(status: str, relationships: dict[str, object]) -> None:
    resting = run_document(relationships=relationships, status=status, has_changes=True)
    passing = run_document(relationships=relationships, status="planned", has_changes=True)
    assert decode_run(as_bytes(resting)).allowed == {Action.APPLY, Action.DISCARD}
    assert decode_run(as_bytes(passing)).allowed == set()


def test_a_flag_that_is_left_out_among_others_allows_nothing() -> None:
    run = decode_run(as_bytes(run_document(status="planned", has_changes=True, actions={"is-cancelable": False})))
    assert run.allowed == set()


@pytest.mark.parametrize(
    "attributes, known",
    [
        ({"status": "planning", "has_changes": False}, None),
        ({"status": "canceled", "has_changes": False}, None),
        ({"status": "planned", "has_changes": False}, False),
        ({"status": "planned_and_finished", "has_changes": False}, False),
        ({"status": "discarded", "has_changes": False, "status_timestamps": {"planned-at": "2026-11-02T10:00:00Z"}}, False),
        ({"status": "planning", "has_changes": True}, True),
        ({"status": "planned"}, None),
    ],
)
def test_that_a_run_has_no_changes_is_known_once_its_plan_is_there(attributes: dict[str, Any], known: bool | None) -> None:  # noqa: FBT001
    assert decode_run(as_bytes(run_document(**attributes))).has_changes is known


def test_a_finished_plan_says_whether_there_are_changes_where_the_run_does_not() -> None:
    document = run_document(relationships={"plan": {"data": {"id": "plan-1", "type": "plans"}}}, status="planned")
    plan = {"id": "plan-1", "type": "plans", "attributes": {"status": "finished", "has-changes": False}}
    assert decode_reading(as_bytes({**document, "included": [plan]})).run.has_changes is False


def test_a_workspace_that_does_not_say_whose_it_is_is_left_out() -> None:
    document = {**run_document(), "included": [{"id": "ws-1", "type": "workspaces", "attributes": {"name": "net"}}]}
    assert decode_reading(as_bytes(document)).workspace is None


def test_nul_is_taken_out_of_text_and_endless_text_is_cut() -> None:
    run = decode_run(as_bytes(run_document(message="a\x00b" + "x" * 100_000)))
    assert run.message.startswith("abxxx")
    assert len(run.message) == 20_000


@pytest.mark.parametrize(
    "extra, following",
    [
        ({"meta": {"pagination": {"next-page": 4}}}, 4),
        ({"meta": {"pagination": {"next-page": None}}}, None),
        ({"meta": {"pagination": {"next-page": 0}}}, None),
        ({"meta": {}, "links": {"next": "https://tfe.test/x"}}, 4),
        ({"meta": None, "links": {"next": None}}, None),
        ({}, None),
    ],
)
def test_the_next_page_is_found_with_and_without_meta(extra: dict[str, object], following: int | None) -> None:
    assert decode_run_page(as_bytes({"data": [run_resource()], **extra}), 3).next_page == following


def test_a_list_that_leads_back_is_refused_so_that_reading_ends() -> None:
    with pytest.raises(UnexpectedAnswer, match="next page"):
        decode_run_page(as_bytes({"data": [], "meta": {"pagination": {"next-page": 3}}}), 3)


def test_accounts_are_read_with_and_without_what_is_behind_them() -> None:
    user = {"id": "user-1", "type": "users", "attributes": {"username": "api-team_42"}}
    team = {**user, "relationships": {"authenticated-resource": {"data": {"id": "team-42", "type": "teams"}}}}
    assert decode_account(as_bytes({"data": team})) == Account("api-team_42", "teams")
    assert decode_account(as_bytes({"data": user})) == Account("api-team_42")
    assert decode_account(as_bytes({"data": {"id": "user-1", "attributes": None, "relationships": None}})) == Account("user-1")


def test_an_organization_is_spelled_as_the_server_spells_it() -> None:
    def owned(owner: str) -> dict[str, Any]:
        related = {"organization": {"data": {"type": "organizations", "id": owner}}}
        return {"id": "ws-1", "type": "workspaces", "attributes": {"name": "Net"}, "relationships": related}

    for owner, spelled in (("acme", "acme/Net"), ("org-1b2c", "ACME/Net")):
        ((listed, _),) = decode_workspace_page(as_bytes({"data": [owned(owner)]}), "ACME", 1).rows
        assert decode_workspace(as_bytes({"data": owned(owner)}), "ACME").full_name == listed.full_name == spelled


def test_organizations_plans_workspaces_and_comments_are_read_alone() -> None:
    assert decode_organization(as_bytes({"data": {"id": "acme", "attributes": {"name": "Acme"}}})) == "Acme"
    assert decode_organization(as_bytes({"data": {"id": "acme"}})) == "acme"
    assert decode_plan(as_bytes({"data": {"id": "plan-1", "attributes": {"status": "running"}}})).status_word == "running"
    assert decode_workspace(as_bytes({"data": {"id": "ws-1", "attributes": {"name": "net"}}}), "acme").full_name == "acme/net"
    comments = decode_comments(as_bytes({"data": [{"id": "c1", "attributes": {"body": "fine"}}, {"id": "c2"}]}))
    assert [comment.body for comment in comments] == ["fine", ""]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        b'{"data": {"id": "run-1", "attributes": {"status": "pl',
        b'{"data": null}',
        b'{"data": {"id": "", "attributes": {"status": "planned"}}}',
        b'{"data": {"id": "run-1", "attributes": {}}}',
        b'{"data": {"id": "run-1", "attributes": {"status": 7}}}',
        b'{"data": {"id": "run-1", "attributes": {"status": "planned", "auto-apply": "no"}}}',
        b'{"data": {"id": "\xff"}}',
        b'{"data": ' + b"[" * 100_000,
        b'{"data": {"id": "run-1", "attributes": {"status": "planned", "x": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_run_is_an_unexpected_answer(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        decode_reading(body)
