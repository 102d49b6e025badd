"""What a server of the Runs API says of itself, what it lacks, and who belongs to it: entitlements, members, projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Lack(StrEnum):
    """What the API has and this server has not, as it was noticed. The value is a sentence for operators."""

    ORGANIZATION_RUNS = "It has no list of an organization's runs, so queued and plan-only runs are not seen."
    INCLUDES = "It sends nothing along with a run, so names are read one by one."
    STATUS_FILTER = "It does not filter workspaces by the status of their runs, so every look reads all of them."
    CONFIRM_FLAG = "It says of every run that it can be applied, so approvals are switched off: apply on the server's own page."
    COMMENTS = "It keeps no comments, so the name of who approved stands in Slack alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`name` is "HCP Terraform", "Terraform Enterprise" or another, `version` a release of the latter; "" where it does not say."""

    host: str
    base_path: str = "/api/v2/"
    name: str = ""
    api_version: str = ""
    version: str = ""
    lacks: frozenset[Lack] = frozenset()

    @property
    def can_approve(self) -> bool:
        return Lack.CONFIRM_FLAG not in self.lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Somebody in an organization; `email` is "" where the token may not see it."""

    id: str
    user_id: str
    username: str = ""
    email: str = field(default="", repr=False)
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Memberships or projects, a page of a list; `next_page` is None on the last."""

    next_page: int | None


@dataclass(frozen=True, slots=True)
class MembershipPage(Page):
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class ProjectPage(Page):
    projects: tuple[Project, ...]
