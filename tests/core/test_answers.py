"""What the things that a server keeps around a run say of themselves."""

from __future__ import annotations

import pytest

from bot.core.configurations import ConfigurationVersion
from bot.core.costs import CostEstimate
from bot.core.policies import PolicyCheck, TaskStage
from bot.core.servers import Lack, Server


@pytest.mark.parametrize(
    "status, source, is_settled, is_usable",
    [
        ("pending", "tfe-api", False, False),
        ("fetching", "github", False, False),
        ("uploaded", "tfe-api", True, True),
        ("errored", "tfe-api", True, False),
        ("archived", "tfe-api", True, False),
        ("archived", "github", True, True),
        ("dreaming", "github", False, False),
    ],
)
def test_a_version_is_usable_while_its_content_can_be_had(status: str, source: str, is_settled: bool, is_usable: bool) -> None:  # noqa: FBT001
    version = ConfigurationVersion(id="cv-1", status_word=status, source=source)
    assert (version.is_settled, version.is_usable) == (is_settled, is_usable)


def test_a_check_waits_for_an_override_only_where_one_is_possible() -> None:
    assert PolicyCheck(id="p", status_word="soft_failed", is_overridable=True).waits_for_override
    assert not PolicyCheck(id="p", status_word="soft_failed").waits_for_override
    assert not PolicyCheck(id="p", status_word="hard_failed", is_overridable=True).waits_for_override


def test_a_stage_says_itself_whether_it_waits() -> None:
    assert TaskStage(id="ts", stage="post_plan", status_word="awaiting_override").waits_for_override
    assert not TaskStage(id="ts", stage="post_plan", status_word="running").waits_for_override


def test_a_cost_is_there_once_it_is_finished() -> None:
    assert CostEstimate(id="ce", status_word="finished").is_finished
    assert not CostEstimate(id="ce", status_word="skipped_due_to_targeting").is_finished


def test_a_server_whose_flag_is_worth_nothing_cannot_approve() -> None:
    assert Server(host="tfe.test").can_approve
    assert not Server(host="tfe.test", lacks=frozenset({Lack.CONFIRM_FLAG})).can_approve
    assert all(lack.value.endswith(".") for lack in Lack)
