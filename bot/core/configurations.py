"""A configuration version: what a run plans with, where it came from, and what is sent to make one. Packing one is not in here.

Facts: "Configuration versions API" of HCP Terraform. Unknown words of a status are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

UPLOADED = "uploaded"
ARCHIVED = "archived"
ERRORED = "errored"
FROM_OUTSIDE = frozenset({"", "tfe-api", "terraform", "terraform+cloud", "tfe-ui", "gitlab-api"})
"""Sources that are no version control system: an archived version of theirs is gone for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """The commit that a version was fetched from; "" where the server does not say. `identifier` is `owner/repository`."""

    branch: str = ""
    tag: str = ""
    commit_sha: str = ""
    commit_message: str = ""
    commit_url: str = ""
    compare_url: str = ""
    identifier: str = ""
    is_pull_request: bool = False
    pull_request_number: int | None = None
    pull_request_url: str = ""
    pull_request_title: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationVersion:
    """`upload_url` comes with the creation alone and is a secret: it stands in no repr. `error` and `error_message` are the server's."""

    id: str
    status_word: str
    source: str = ""
    speculative: bool = False
    provisional: bool = False
    auto_queue_runs: bool = False
    error: str = ""
    error_message: str = ""
    ingress: Ingress | None = None
    timestamps: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    upload_url: str = field(default="", repr=False, compare=False)

    @property
    def is_settled(self) -> bool:
        """Whether its upload has come to an end, good or bad."""
        return self.status_word in {UPLOADED, ARCHIVED, ERRORED}

    @property
    def is_usable(self) -> bool:
        """Whether a run can plan with it: uploaded, or archived where it can be fetched again from version control."""
        return self.status_word == UPLOADED or (self.status_word == ARCHIVED and self.source not in FROM_OUTSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConfiguration:
    """Runs are never queued by the upload itself: who uploads also starts the run. `speculative` is for plan-only runs."""

    workspace_id: str
    speculative: bool = False
    provisional: bool = False
