"""What policies and tasks found fault with, cut short and without tokens."""

from __future__ import annotations

from bot.core.findings import MOST, SAID_MOST, Finding, findings_of_check, findings_of_stage
from bot.core.policies import PolicyCheck, PolicyOutcome, TaskResult, TaskStage

TOKEN = "abcd1234.atlasv1.secretsecret"


def check(**counts: int) -> PolicyCheck:
    return PolicyCheck(id="polchk-1", status_word="soft_failed", **counts)  # type: ignore[arg-type] # counts are all that is given


def outcome(**facts: str) -> PolicyOutcome:
    usual = {"policy_set": "house", "policy": "tags", "status_word": "failed", "enforcement": "mandatory", "description": "Tags"}
    return PolicyOutcome(**(usual | facts))  # type: ignore[arg-type] # words are all that is given


def test_a_check_tells_how_many_failed_what_may_be_overridden_first_with_what_they_printed() -> None:
    found = findings_of_check(check(hard_failed=1, soft_failed=2, advisory_failed=1), f"  Result: false {TOKEN}\n")
    assert found == (
        Finding(subject="2 policies", enforcement="soft-mandatory", said="Result: false [redacted]", is_named=False),
        Finding(subject="1 policy", enforcement="hard-mandatory", is_named=False),
        Finding(subject="1 policy", enforcement="advisory", is_named=False),
    )


def test_a_check_without_counts_tells_what_was_printed() -> None:
    assert findings_of_check(check(), "no") == (Finding(subject="A policy", said="no", is_named=False),)


def test_a_stage_tells_which_policies_and_tasks_failed_and_no_others() -> None:
    task = TaskResult(id="taskrs-1", status_word="failed", name="scan", message="2 findings", is_mandatory=True)
    advice = TaskResult(id="taskrs-2", status_word="errored")
    passed = TaskResult(id="taskrs-3", status_word="passed", name="fine")
    stage = TaskStage(id="ts-1", stage="post_plan", status_word="awaiting_override", results=(task, advice, passed))
    found = findings_of_stage(stage, [outcome(), outcome(status_word="passed"), outcome(policy_set="", policy="", description="")])
    assert found == (
        Finding(subject="house/tags", enforcement="mandatory", said="Tags"),
        Finding(subject="A policy", enforcement="mandatory", is_named=False),
        Finding(subject="scan", enforcement="mandatory", said="2 findings"),
        Finding(subject="A task", enforcement="advisory", is_named=False),
    )


def test_what_is_said_at_length_is_cut() -> None:
    [found] = findings_of_check(check(soft_failed=1), "x" * 10_000)
    assert len(found.said) == SAID_MOST
    assert found.said.endswith("…")
    stage = TaskStage(id="ts-1", stage="post_plan", status_word="awaiting_override")
    assert len(findings_of_stage(stage, [outcome() for _ in range(MOST + 5)])) == MOST
