"""Files: uploads under way, what was uploaded and where it was shared, and how Slack's API describes it."""

from __future__ import annotations

import mimetypes
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

from bot.sandbox.slack.channels import Channel
from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.team import Team

SNIPPETS = {
    "css": "CSS",
    "diff": "Diff",
    "go": "Go",
    "html": "HTML",
    "javascript": "JavaScript/JSON",
    "json": "JSON",
    "markdown": "Markdown (raw)",
    "python": "Python",
    "ruby": "Ruby",
    "shell": "Shell",
    "sql": "SQL",
    "text": "Plain Text",
    "xml": "XML",
    "yaml": "YAML",
}
PREVIEW_LETTERS = 500
GROUPS = {"public": "channels", "private": "groups", "im": "ims", "mpim": "groups"}


@dataclass
class File:
    """One file. `content` is None until its bytes have come; `is_complete` says that the upload was finished by its owner."""

    id: str
    name: str
    user: str
    length: int
    title: str = ""
    alt_text: str = ""
    snippet_type: str = ""
    content: bytes | None = None
    is_complete: bool = False
    created: int = field(default_factory=lambda: int(time.time()))
    shares: dict[str, list[str]] = field(default_factory=dict)
    handed_over: bool = False
    describe: Callable[[File], Document] = field(default=lambda _file: {}, repr=False)

    def document(self) -> Document:
        """The file object (docs: its reference page)."""
        return self.describe(self)

    @property
    def kind(self) -> str:
        """Slack's short name of the kind: the snippet's, or the ending of the name."""
        return self.snippet_type or PurePosixPath(self.name).suffix.removeprefix(".").lower() or "binary"

    @property
    def media_type(self) -> str:
        return "text/plain" if self.snippet_type else mimetypes.guess_type(self.name)[0] or "application/octet-stream"


class Files:
    """The files of the workspace. `url` is the server's own address, under which they are uploaded and fetched."""

    def __init__(self, url: str, team: Team) -> None:
        self._url = url
        self._team = team
        self._files: dict[str, File] = {}
        self._uploads: dict[str, str] = {}

    def start(self, name: str, length: int, user: str, *, snippet_type: str = "", alt_text: str = "") -> tuple[File, str]:
        """A new file without content, and the address that takes its bytes once."""
        file = File(f"F{secrets.token_hex(5).upper()}", name, user, length, name, alt_text, snippet_type, describe=self._document)
        self._files[file.id] = file
        ticket = secrets.token_urlsafe(24)
        self._uploads[ticket] = file.id
        return file, f"{self._url}/_upload/v1/{ticket}"

    def receive(self, ticket: str, content: bytes) -> bool:
        """Take the bytes of an upload; False where nobody announced it, or it came before."""
        file_id = self._uploads.pop(ticket, None)
        if file_id is None:
            return False
        self._files[file_id].content = content
        return True

    def add(self, name: str, content: bytes, user: str) -> File:
        """A file that a person chose in their client: uploaded and finished in one go."""
        file, address = self.start(name, len(content), user)
        self.receive(address.rpartition("/")[2], content)
        file.is_complete = True
        return file

    def find(self, file_id: str) -> File:
        """SlackError: file_not_found."""
        if file_id not in self._files:
            raise SlackError("file_not_found")
        return self._files[file_id]

    def is_seen_by(self, file: File, user: str) -> bool:
        """Whether somebody may have it: the owner, members of the channels it was shared in, and the app that a form gave it to."""
        is_member = any(user in channel.members for channel, _stamps in self._shared_in(file))
        return file.user == user or is_member or (file.handed_over and user == self._team.app.user_id)

    def share(self, file: File, channel: Channel, ts: str) -> None:
        file.shares.setdefault(channel.id, []).append(ts)

    def address(self, file: File, *, download: bool = False) -> str:
        return f"{self._url}/_files/{self._team.id}-{file.id}/{'download/' if download else ''}{quote(file.name, safe='')}"

    def _document(self, file: File) -> Document:
        places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": [], **self._places(file)}
        document: Document = {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": file.media_type,
            "filetype": file.kind,
            "pretty_type": SNIPPETS.get(file.snippet_type, file.kind.upper()),
            "user": file.user,
            "user_team": self._team.id,
            "editable": bool(file.snippet_type),
            "size": len(file.content or b""),
            "mode": "snippet" if file.snippet_type else "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": bool(places["channels"]),
            "public_url_shared": False,
            "display_as_bot": False,
            "url_private": self.address(file),
            "url_private_download": self.address(file, download=True),
            "permalink": f"https://{self._team.domain}.slack.com/files/{file.user}/{file.id}/{quote(file.name)}",
            "file_access": "visible",
            "has_rich_preview": False,
            "shares": self._shares(file),
            **places,
        }
        if file.alt_text:
            document["alt_txt"] = file.alt_text
        return document | (_preview(file) if file.snippet_type else {})

    def _shared_in(self, file: File) -> list[tuple[Channel, list[str]]]:
        """The channels that still are there, with the timestamps of its messages."""
        channels = self._team.channels
        return [(channels[channel_id], stamps) for channel_id, stamps in file.shares.items() if channel_id in channels]

    def _places(self, file: File) -> dict[str, list[str]]:
        places: dict[str, list[str]] = {}
        for channel, _stamps in self._shared_in(file):
            places.setdefault(GROUPS[channel.kind], []).append(channel.id)
        return places

    def _shares(self, file: File) -> Document:
        shares: Document = {}
        for channel, stamps in self._shared_in(file):
            family = "public" if channel.kind == "public" else "private"
            shares.setdefault(family, {})[channel.id] = [
                {"ts": ts, "channel_name": channel.name, "team_id": self._team.id, "share_user_id": file.user} for ts in stamps
            ]
        return shares


def _preview(file: File) -> Document:
    text = (file.content or b"").decode(errors="replace")
    return {"preview": text[:PREVIEW_LETTERS], "lines": text.count("\n") + 1, "preview_is_truncated": len(text) > PREVIEW_LETTERS}
