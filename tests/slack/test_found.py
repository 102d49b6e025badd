from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.runs import RunReference
from bot.slack.cards import render
from bot.slack.found import references
from tests.slack.pictures import waiting

ADDRESS = "https://app.terraform.io"
PAGE = f"{ADDRESS}/app/acme/workspaces/dns"
RUN = "run-7bQ2kLm9XyZ1aB3c"


@pytest.mark.parametrize(
    "text, found",
    [
        (f"see <{PAGE}/runs/{RUN}|this>", [RunReference(run_id=RUN)]),
        (f"{RUN}, and {RUN} again", [RunReference(run_id=RUN)]),
        (f"<{PAGE}> then <{PAGE}/runs/{RUN}?a=1&amp;b=2>", [RunReference(run_id=RUN), RunReference(workspace="acme/dns")]),
        (f"https://evil.test/app/acme/workspaces/dns/runs/{RUN}", []),
        (f"x{RUN} {RUN}-more run-short", []),
        ("good morning", []),
    ],
)
def test_runs_come_before_workspaces_and_each_once(text: str, found: list[RunReference]) -> None:
    assert list(references({"text": text}, ADDRESS)) == found


def test_a_message_of_ours_is_about_its_run() -> None:
    said = render(waiting())
    assert references({"blocks": said["blocks"]}, "https://other.test")[0] == RunReference(run_id=RUN)


def test_attachments_are_looked_at_too() -> None:
    message = {"text": "hm", "attachments": [{"from_url": f"{PAGE}/runs/{RUN}", "fallback": "run-1234567890"}]}
    assert references(message, ADDRESS) == (RunReference(run_id=RUN),)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "blocks", "elements", "value", "x"]), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "attachments"]), ANYTHING))
def test_no_message_is_too_odd(message: dict[str, Any]) -> None:
    for found in references(message, ADDRESS):
        assert found.run_id or found.workspace
