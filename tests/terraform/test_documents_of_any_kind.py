"""Whatever a server sends, reading it gives an object or UnexpectedAnswer, and never another exception."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.errors import TerraformTrouble, UnexpectedAnswer
from bot.core.runs import Run
from bot.terraform import documents, evaluation_documents, member_documents
from bot.terraform.discovery import USUAL_BASE, base_path
from bot.terraform.refusals import trouble

DECODERS: list[Callable[[bytes], object]] = [
    documents.decode_run,
    documents.decode_reading,
    documents.decode_plan,
    documents.decode_log,
    documents.decode_lock,
    documents.decode_workspace_detail,
    member_documents.decode_account,
    member_documents.decode_organization,
    member_documents.decode_entitlements,
    member_documents.decode_project,
    member_documents.decode_notification,
    member_documents.decode_notifications,
    evaluation_documents.decode_configuration,
    evaluation_documents.decode_ingress,
    evaluation_documents.decode_check,
    evaluation_documents.decode_checks,
    evaluation_documents.decode_stage,
    evaluation_documents.decode_stages,
    evaluation_documents.decode_outcomes,
    evaluation_documents.decode_cost,
    evaluation_documents.decode_comment,
    evaluation_documents.decode_comments,
    evaluation_documents.decode_events,
    lambda body: member_documents.decode_memberships(body, 1),
    lambda body: member_documents.decode_projects(body, 1),
    lambda body: documents.decode_workspace(body, "acme"),
    lambda body: documents.decode_workspace_page(body, "acme", 1),
    lambda body: documents.decode_run_page(body, 1),
]
ROOMY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = """status message created-at created-by auto-apply has-changes status-timestamps actions permissions is-confirmable may-confirm
    planned-at finished-at name username body tag-names latest-run id type attributes relationships data errors detail title
    resource-additions stage email user policy-evaluations task-results upload-url log-read-url vcs-repo triggers locked-by
    delta-monthly-cost outcomes result-count result ingress-attributes delivery-responses successful is-confirmable workspace plan
    organization current-run authenticated-resource next-page pagination tfe.v2"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "planned",
            "0001-01-01T00:00:00+23:00",
            "12.34",
            "1e999999999",
            "9999-12-31T23:59:59-23:00",
            "2026-11-02T10:00:00Z",
            "runs",
            "users",
            "run-1",
            "/api/v2/",
            "//x",
        ]
    )
)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12)
OBJECTS = st.dictionaries(KEYS, ANYTHING, max_size=6)
RESOURCES = st.fixed_dictionaries(
    {"id": LEAVES | st.just("run-1")},
    optional={
        "type": st.sampled_from(["runs", "plans", "workspaces", "users", "task-stages", "configuration-versions", "comments"]),
        "attributes": OBJECTS | OBJECTS.map(lambda known: {**known, "status": "planned", "name": "net", "stage": "post_plan"}),
        "relationships": st.dictionaries(KEYS, st.fixed_dictionaries({}, optional={"data": ANYTHING, "links": ANYTHING})),
    },
)
NEAR_DOCUMENTS = st.fixed_dictionaries(
    {"data": RESOURCES | st.lists(RESOURCES, max_size=3)},
    optional={"included": st.lists(RESOURCES, max_size=3), "meta": ANYTHING, "links": ANYTHING},
)


def read_by_all(body: bytes) -> None:
    for decoder in DECODERS:
        try:
            found = decoder(body)
        except UnexpectedAnswer:
            continue
        if isinstance(found, Run):
            assert found.id
            assert isinstance(found.gate, str | None)


@ROOMY
@given(value=ANYTHING)
def test_any_json_is_read_or_unexpected(value: Any) -> None:
    read_by_all(json.dumps(value).encode())


@ROOMY
@given(value=NEAR_DOCUMENTS)
def test_anything_shaped_like_a_document_is_read_or_unexpected(value: Any) -> None:
    read_by_all(json.dumps(value).encode())


@ROOMY
@given(body=st.binary(max_size=64))
def test_any_bytes_are_unexpected_or_read(body: bytes) -> None:
    read_by_all(body)


@ROOMY
@given(status=st.integers(300, 999), value=ANYTHING | st.fixed_dictionaries({"errors": ANYTHING}))
def test_any_refusal_becomes_one_sentence_of_ours(status: int, value: Any) -> None:
    found = trouble(status, json.dumps(value).encode(), host="tfe.test", what="Run run-1")
    assert isinstance(found, TerraformTrouble)
    assert len(found.sentence) < 500
    assert found.sentence.isprintable()


@ROOMY
@given(value=ANYTHING, named=st.text(max_size=20) | st.sampled_from(["http://[", "http://a:b/", "//evil.test/x/", "/a/../b", "/é/"]))
def test_any_discovery_document_leads_to_a_path_of_the_same_host(value: Any, named: str) -> None:
    assert base_path(json.dumps(value).encode(), "https://tfe.test") == USUAL_BASE or isinstance(value, dict)
    path = base_path(json.dumps({"tfe.v2": named}).encode(), "https://tfe.test")
    assert path.startswith("/")
    assert path.endswith("/")
    assert "//" not in path
    assert path.isascii()
