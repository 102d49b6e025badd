from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.core.uploads import ENDS, WHILE, SharedFile, Upload, UploadStep

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
UPLOAD = Upload(
    id="up-1",
    workspace_id="ws-1",
    workspace="acme/web",
    person="U0ANA",
    person_name="ana",
    channel="C0DEPLOYS",
    names=("main.tf",),
    message="",
    plan_only=False,
    at=AT,
    until=AT,
)


def test_a_step_is_under_way_or_an_end() -> None:
    assert set(UploadStep) == set(WHILE) | ENDS
    assert {step for step in UploadStep if replace(UPLOAD, step=step).is_over} == ENDS


def test_the_address_of_a_file_is_in_no_repr() -> None:
    file = SharedFile(id="F1", name="main.tf", size=1, url="https://files.slack.com/canary")
    assert "canary" not in f"{file!r} {file}"
