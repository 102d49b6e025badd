"""Approvals on two replicas against the reference model: in any order, with freezes, other rules, other plans, and kills between commits.

APPROVAL_EXAMPLES and APPROVAL_STEPS are how many examples there are and how long they may be. `make test-all` sets the first.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.approvals import model
from tests.approvals.machine import ApprovalMachine
from tests.approvals.sites import Site, open_site
from tests.fakes.stores import put_tables

pytestmark = pytest.mark.timeout(int(os.environ.get("FAULTS_TIMEOUT", "300")))
EXAMPLES = int(os.environ["APPROVAL_EXAMPLES"])
STEPS = int(os.environ.get("APPROVAL_STEPS", "25"))
LINES_MOST = 200


def check(site: Site) -> None:
    known = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(lambda: ApprovalMachine(site), settings=known)  # type: ignore[arg-type] # it takes any factory


def test_nothing_is_applied_without_a_granted_verdict_on_sqlite(tmp_path: Path) -> None:
    put_tables(tmp_path / "runbell.db")
    with open_site(f"sqlite:///{tmp_path / 'runbell.db'}") as site:
        check(site)


@pytest.mark.postgres
def test_nothing_is_applied_without_a_granted_verdict_on_postgresql(postgres_url: str) -> None:
    with open_site(postgres_url, postgres_url) as site:
        check(site)


def test_the_model_shares_no_code_with_the_product() -> None:
    source = Path(model.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"^\s*(?:from|import) ([\w.]+)", source, re.MULTILINE)) <= {
        "__future__",
        "re",
        "collections.abc",
        "dataclasses",
        "typing",
    }
    assert len(source.splitlines()) <= LINES_MOST
