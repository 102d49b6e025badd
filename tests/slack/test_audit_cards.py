"""The audit as a list: whose words they are, they are never parsed; and Slack draws what we make."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.core import errors
from bot.core.audits import AuditKind, AuditRow
from bot.core.decisions import IntentState
from bot.core.uploads import ENDS
from bot.sandbox.slack.blocks.surfaces import block_problems
from bot.slack.cards.audits import audit
from bot.slack.cards.outcomes import CALLS, REFUSALS, UPLOADS, deed_words, outcome_words, readable
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


def test_a_command_that_was_only_shown_does_not_look_like_one_that_was_done() -> None:
    done = replace(ROW, kind="command", action="approve", outcome="")
    assert seen(replace(done, details=json.dumps({"asked": "yes"}))) != seen(done)
    assert seen(replace(done, details=json.dumps({"gate": '"asked"'}))) == seen(done)


def test_a_kind_that_a_later_release_made_is_shown_as_it_is() -> None:
    assert "handover apply" in seen(replace(ROW, kind="handover"))


@pytest.mark.parametrize(
    "kind, action, outcome, said",
    [
        ("refusal", "unlock", "NotLocked", "was refused: unlock · it was not locked"),
        ("refusal", "run.force_cancel", "RightMissing", "was refused: force cancel · they had no right to it"),
        ("refusal", "start.submit", "unexpected 3f2a", "was refused: start · unexpected 3f2a"),
        ("refusal", "run.glass", "FrozenByNature", "was refused: apply in spite of a freeze · frozen by nature"),
        ("intent", "apply", "settled", "had this done: apply · the server did it"),
        ("intent", "force-cancel", "unsure", "had this done: force-cancel · the answer was lost"),
        ("upload", "upload", "failed", "wanted files run: upload · it failed"),
        ("vote", "apply", "noted", "voted to apply · more is missing"),
        ("vote", "apply", "taken back", "voted to apply · taken back"),
        ("lock", "lock", "done", "changed a lock: lock"),
    ],
)
def test_codes_are_told_in_plain_words(kind: str, action: str, outcome: str, said: str) -> None:
    _, shown = audit("x", [replace(ROW, kind=kind, action=action, outcome=outcome, reason="", permalink="")], url=LINK)["blocks"]
    (line,) = shown["elements"][0]["elements"]
    assert "".join(part.get("text", "") for part in line["elements"]) == f" ·  {said}"


def kinds_of(kind: type[errors.RunbellError]) -> set[type[errors.RunbellError]]:
    return {one for each in kind.__subclasses__() for one in {each, *kinds_of(each)}}


def test_each_end_of_a_deed_has_words_of_its_own() -> None:
    families = {kind for kind in kinds_of(errors.RunbellError) if kind.__subclasses__()} - {errors.ChatRefused}
    told = kinds_of(errors.RunbellError) - families
    ours = {kind.__name__ for kind in told if kind.__module__.startswith("bot.core.errors.")}
    assert ours - REFUSALS.keys() == set()
    assert set(CALLS) == set(IntentState)
    assert set(UPLOADS) == ENDS


def test_an_unknown_code_is_told_as_it_reads_best_and_words_stay_words() -> None:
    assert outcome_words("intent", "handed_over") == "handed over"
    assert outcome_words("later kind", "NotLockedYet") == "not locked yet"
    assert readable("The Server said: No_thing") == "The Server said: No_thing"
    assert deed_words("later.thing_done") == "later thing done"


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
