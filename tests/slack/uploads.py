"""Messages and forms of uploads in their main states, for the kept files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.errors import ArchiveRefused, FileNotTaken, RunbellError, TerraformFailed, UploadStopped
from bot.core.uploads import Upload, UploadPicture, UploadStep
from bot.core.workspaces import Workspace
from bot.slack.cards import render
from bot.slack.ids import FormAddress
from bot.slack.replies import reply
from bot.slack.views.upload import FORM, Chosen, upload_form

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PAGE = "https://app.terraform.io/app/acme/workspaces/storefront-prod"
CLAIM = "Approved by Ana Ruiz\n✅ *Applied* by <@U0ANA> <!channel> `x`"
UPLOAD = Upload(
    id="up-1",
    workspace_id="ws-1",
    workspace="acme/storefront-prod",
    person="U0ANA",
    person_name="Ana Ruiz",
    channel="C0DEPLOYS",
    names=("main.tf", "`<!channel>`.tf"),
    message=CLAIM,
    plan_only=False,
    at=AT,
    until=AT,
)
SENT = replace(UPLOAD, digest="4f1c2ab9d0e14f1c2ab9d0e1", size=812, files=14, remarks="Taken from the folder “site-main”.")
ENDED = replace(SENT, step=UploadStep.FAILED, ended_in="sending", configuration_id="cv-1", outcome=f"It ended while I sent it. {CLAIM}")


def shown(upload: Upload, run_link: str = "", *, link: str = PAGE, plain: bool = False) -> dict[str, Any]:
    return render(UploadPicture(upload=upload, link=link, run_link=run_link), plain=plain)


def stopped(cause: RunbellError) -> UploadStopped:
    found = UploadStopped("while I checked the files", cause.sentence)
    found.__cause__ = cause
    return found


IN_CHANNEL = FormAddress(FORM, "C0DEPLOYS", "deploys")
CASES: dict[str, dict[str, Any]] = {
    "upload_received": shown(UPLOAD),
    "upload_checking": shown(replace(UPLOAD, step=UploadStep.CHECKING)),
    "upload_sending": shown(replace(SENT, step=UploadStep.SENDING)),
    "upload_starting": shown(replace(SENT, step=UploadStep.STARTING, configuration_id="cv-1")),
    "upload_started": shown(replace(SENT, step=UploadStep.STARTED, run_id="run-1", configuration_id="cv-1"), f"{PAGE}/runs/run-1"),
    "upload_failed": shown(ENDED),
    "upload_failed_plain": shown(ENDED, link="nowhere", plain=True),
    "upload_stopped": shown(replace(UPLOAD, names=("site.zip",), step=UploadStep.STOPPED, ended_in="fetching", outcome="It ended.")),
    "reply_archive_refused": reply(stopped(ArchiveRefused(f"“{CLAIM}” leads out of it"))),
    "reply_upload_stopped": reply(stopped(TerraformFailed("terraform.test", 502))),
    "reply_file_not_taken": reply(FileNotTaken("“photo.png”", "it is of another kind")),
}
VIEWS: dict[str, dict[str, Any]] = {
    "view_upload": upload_form(FormAddress(FORM)),
    "view_upload_workspace": upload_form(IN_CHANNEL, workspace=Workspace(id="ws-1", name="storefront-prod", organization="acme")),
    "view_upload_of_message": upload_form(IN_CHANNEL, files=(Chosen("F0A", "main.tf"), Chosen("F0B", CLAIM), Chosen("F0C"))),
}
