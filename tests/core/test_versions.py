from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.configurations import ConfigurationVersion, Ingress
from bot.core.origins import Origin, OriginKind
from bot.core.runs import Run
from bot.core.versions import COMMIT, VERSION_ID, objection_to, origin_of

UPLOADED = ConfigurationVersion(id="cv-1", status_word="uploaded", source="tfe-api")
COMMIT_OF_KIM = Ingress(commit_sha="4e8f1c2a9b", commit_message="Bump the image", commit_url="https://git.test/c/4e8f", sender="kim")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = Run(id="run-1", workspace_id="ws-1", status_word="applied", message="by hand", created_by="raj", timestamps={"applied": NOON})


@pytest.mark.parametrize(
    "facts, words",
    [
        ({"status_word": "pending"}, "not ended"),
        ({"status_word": "fetching"}, "not ended"),
        ({"status_word": "errored", "error_message": "it is no archive."}, "failed (it is no archive)"),
        ({"status_word": "errored", "error": "bad"}, "failed (bad)"),
        ({"status_word": "errored"}, "its upload failed"),
        ({"status_word": "archived"}, "archived"),
        ({"status_word": "backing_data_soft_deleted"}, "deleted"),
        ({"status_word": "of_tomorrow"}, "its status is “of tomorrow”, and it has to be “uploaded”"),
        ({"speculative": True}, "plan-only runs alone"),
        ({"speculative": True, "status_word": "archived"}, "plan-only runs alone"),
    ],
)
def test_what_no_run_can_use_is_told_why(facts: dict[str, str], words: str) -> None:
    assert words in objection_to(replace(UPLOADED, **facts))  # type: ignore[arg-type]  # fields by name


def test_what_a_run_can_use_is_not_objected_to() -> None:
    assert objection_to(UPLOADED) == ""
    assert objection_to(replace(UPLOADED, speculative=True), plan_only=True) == ""
    assert objection_to(replace(UPLOADED, status_word="archived", source="github")) == ""


def test_a_version_tells_its_commit_before_anything_that_a_run_says() -> None:
    story = Origin(kind=OriginKind.UPLOAD, configuration_version_id="cv-1", message="files", person="ana")
    found = origin_of(OriginKind.PROMOTION, replace(UPLOADED, ingress=COMMIT_OF_KIM), RUN, "acme/dev", story)
    assert (found.sha, found.commit_url, found.message, found.person) == (
        "4e8f1c2a9b",
        "https://git.test/c/4e8f",
        "Bump the image",
        "kim",
    )
    assert (found.kind, found.run_id, found.workspace, found.applied_at) == (OriginKind.PROMOTION, "run-1", "acme/dev", NOON)


def test_without_a_commit_it_tells_what_we_know_of_the_run_and_else_what_the_run_says() -> None:
    story = Origin(kind=OriginKind.VERSION, configuration_version_id="cv-1", sha="f00", commit_url="u", message="files", person="ana")
    known = origin_of(OriginKind.RETRY, UPLOADED, RUN, "acme/dev", story)
    assert (known.sha, known.commit_url, known.message, known.person) == ("f00", "u", "files", "ana")
    unknown = origin_of(OriginKind.RETRY, UPLOADED, RUN, "acme/dev")
    assert (unknown.sha, unknown.message, unknown.person) == ("", "by hand", "raj")
    nobody = origin_of(OriginKind.RETRY, UPLOADED, replace(RUN, created_by=None), "acme/dev")
    assert nobody.person == ""
    alone = origin_of(OriginKind.VERSION, UPLOADED)
    assert (alone.run_id, alone.workspace, alone.message, alone.person, alone.applied_at) == ("", "", "", "", None)
    assert origin_of(OriginKind.VERSION, replace(UPLOADED, ingress=Ingress())).sha == ""


@pytest.mark.parametrize("word, is_id, is_commit", [("cv-1", True, False), ("cv-", False, False), ("4e8f1c2", False, True)])
def test_words_are_told_apart(word: str, is_id: bool, is_commit: bool) -> None:  # noqa: FBT001 - a table
    assert (VERSION_ID.fullmatch(word) is not None, COMMIT.fullmatch(word) is not None) == (is_id, is_commit)
