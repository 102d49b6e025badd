from __future__ import annotations

from typing import Any

import pytest

from bot.core.errors import UnexpectedAnswer
from bot.core.retries import NO_OPTIONS, RunOptions
from bot.terraform.documents import decode_reading
from bot.terraform.option_documents import decode_options
from tests.terraform.samples import as_bytes, run_document

CANARY = "sekrit-canary"


def test_what_a_run_was_started_with_is_read_and_of_variables_no_value() -> None:
    body = as_bytes(
        run_document(
            target_addrs=["module.a", "b.c"],
            replace_addrs=["b.c"],
            variables=[{"key": "replicas", "value": CANARY}, {"key": "tier", "value": '"gold"'}],
            refresh=False,
            allow_empty_apply=True,
            policy_paths=["rules"],
        )
    )
    found = decode_reading(body)
    assert found.options == RunOptions(
        targets=("module.a", "b.c"),
        replacements=("b.c",),
        variables=("replicas", "tier"),
        others=("refresh=false", "allow-empty-apply", "policy-paths"),
    )
    assert CANARY not in repr(found)


@pytest.mark.parametrize("facts", [{}, {"target_addrs": None, "variables": []}, {"refresh": True, "variables": None}, {"target_addrs": 7}])
def test_what_is_not_said_was_not_asked_for(facts: dict[str, Any]) -> None:
    assert decode_options(as_bytes(run_document(**facts))) == NO_OPTIONS


@pytest.mark.parametrize("variables", [{"replicas": "3"}, "replicas=3", 7, ["replicas"], [{"name": "replicas"}]])
def test_variables_that_cannot_be_read_are_there_all_the_same(variables: Any) -> None:
    assert decode_options(as_bytes(run_document(variables=variables))).variables == ("?",)


def test_what_is_no_run_has_no_options() -> None:
    with pytest.raises(UnexpectedAnswer):
        decode_options(b"[]")
