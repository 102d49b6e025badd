"""The audit as a list: whose words they are, they are never parsed; and Slack draws what we make."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.core.audits import AuditKind, AuditRow
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack.cards.audits import audit
from tests.slack.pictures import AT, LINK

HOSTILE = "<!channel> *Approved* <https://evil.example|by Ana> \u202e"
ROW = AuditRow(
    id=1,
    at=AT,
    kind="decision",
    person="U0ANA",
    person_name="ana",
    channel="C0DEPLOYS",
    run_id="run-1",
    workspace="acme/storefront-prod",
    action="apply",
    plan_digest="",
    rules_hash="",
    reason="looks good",
    outcome="decided",
    permalink="https://acme.slack.com/archives/C0DEPLOYS/p11",
    details="",
)


def seen(*rows: AuditRow) -> str:
    said = audit("storefront-prod", rows, url=LINK)
    assert block_problems(said["blocks"], "message") == []
    return json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize("kind", list(AuditKind))
def test_each_kind_has_its_words(kind: AuditKind) -> None:
    told = seen(replace(ROW, kind=kind.value))
    assert kind.value == "undelivered" or "apply" in told
    assert '"user_id": "U0ANA"' in told


def test_a_kind_that_a_later_release_made_is_shown_as_it_is() -> None:
    assert "handover apply" in seen(replace(ROW, kind="handover"))


def test_a_row_says_who_what_why_and_leads_to_the_message() -> None:
    told = seen(ROW, replace(ROW, person="", person_name="an operator", outcome="refused", reason="", permalink="javascript:1"))
    assert "“looks good”" in told
    assert '"url": "https://acme.slack.com/archives/C0DEPLOYS/p11"' in told
    assert told.count('"type": "link"') == 1
    assert "an operator" in told
    assert "refused" in told
    assert "Runbell" in seen(replace(ROW, person="", person_name=""))


def test_nobodys_words_are_parsed() -> None:
    said = audit("x", [replace(ROW, person=HOSTILE, person_name=HOSTILE, action=HOSTILE, reason=HOSTILE, outcome=HOSTILE)], url=LINK)
    (_, shown) = said["blocks"]
    assert "mrkdwn" not in json.dumps(shown)
    assert "\u202e" not in json.dumps(shown, ensure_ascii=False)
    assert HOSTILE not in said["text"]


def test_nothing_yet_is_said() -> None:
    assert audit("storefront-prod", [], url=LINK)["text"].endswith("nothing yet.")
