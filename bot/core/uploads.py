"""An upload on its way from a file in Slack to a run: how far it has come, and where it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UploadStep(StrEnum):
    """What is being done, then how it ended: `stopped` where the process that did it is gone."""

    FETCHING = "fetching"
    CHECKING = "checking"
    SENDING = "sending"
    STARTING = "starting"
    STARTED = "started"
    FAILED = "failed"
    STOPPED = "stopped"


ENDS = frozenset({UploadStep.STARTED, UploadStep.FAILED, UploadStep.STOPPED})
WHILE = {
    UploadStep.FETCHING: "while I got the files from Slack",
    UploadStep.CHECKING: "while I checked the files",
    UploadStep.SENDING: "while I sent the configuration to the server",
    UploadStep.STARTING: "while I started the run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file in Slack, as Slack tells of it. `url` is where its bytes are, for our token alone: it stands in no repr."""

    id: str
    name: str
    size: int
    url: str

    def __repr__(self) -> str:
        return f"SharedFile({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWish:
    """What somebody asked for: files in Slack by their ids, and the run that shall plan with them."""

    workspace: str
    files: tuple[str, ...]
    message: str = ""
    plan_only: bool = False
    auto_apply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`workspace` is a full name, `names` are those of the files. Until `until` some process is at it, after that nobody is.

    `ended_in` is the step in which it failed or stopped, `outcome` why. `digest` is the sha256 of the archive as it was sent, of `size`
    bytes with `files` files in it; `remarks` are what was done to the files on the way.
    """

    id: str
    workspace_id: str
    workspace: str
    person: str
    person_name: str
    channel: str
    names: tuple[str, ...]
    message: str
    plan_only: bool
    at: datetime
    until: datetime
    step: UploadStep = UploadStep.FETCHING
    ended_in: str = ""
    outcome: str = ""
    configuration_id: str = ""
    run_id: str = ""
    digest: str = ""
    size: int = 0
    files: int = 0
    remarks: str = ""

    @property
    def is_over(self) -> bool:
        return self.step in ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPicture:
    """How an upload stands. `link` leads to its workspace, `run_link` to the run that was started, "" as long as there is none."""

    upload: Upload
    link: str = ""
    run_link: str = ""
