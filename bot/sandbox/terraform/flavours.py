"""The dialects that the server speaks: today's, that of 2017, and the least that a compatible server does."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web

from bot.sandbox.terraform.errors import MEDIA_TYPE, ApiError, NotAllowed
from bot.sandbox.terraform.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable

FlavourName = Literal["hcp", "2017", "compatible"]
OLD_ATTRIBUTES = (
    "auto-apply",
    "is-destroy",
    "message",
    "source",
    "status",
    "status-timestamps",
    "terraform-version",
    "created-at",
    "has-changes",
)
OLD_RELATIONSHIPS = (
    "apply",
    "canceled-by",
    "configuration-version",
    "confirmed-by",
    "created-by",
    "input-state-version",
    "plan",
    "run-events",
    "policy-checks",
    "workspace",
    "comments",
    "workspace-run-alerts",
)
OLD_PERMISSIONS = ("can-apply", "can-cancel", "can-discard", "can-force-execute")
OLD_NAMES = {"may-canceled": "is-cancelable", "may-confirm": "is-confirmable", "may-discarded": "is-discardable"}
OLD_TIMESTAMPS_FROM = "planned-at"
RUN_LIST = re.compile(r"/api/v2/workspaces/[^/]+/runs")
WORKSPACE_LIST = re.compile(r"/api/v2/organizations/[^/]+/workspaces")
ORGANIZATION_RUNS = r"/api/v2/(runs|organizations/[^/]+/runs(/queue)?|organizations/[^/]+/capacity)"
NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Flavour:
    """One dialect. `unknown` are the paths of GET that are not there, `unpaged` those whose lists come whole. Where `has_meta` is
    false a list tells nothing of its pages.
    """

    name: FlavourName
    unknown: re.Pattern[str] = NOTHING
    unknown_writes: re.Pattern[str] = NOTHING
    unpaged: re.Pattern[str] = NOTHING
    filters: bool = True
    includes: bool = True
    has_meta: bool = True
    limits_lists: bool = True
    answers_actions: bool = False
    detailed_errors: bool = False
    default_message: str = "Queued manually via the Terraform Enterprise API"
    run_source: str = "tfe-api"
    new_run_id: Callable[[], str] = lambda: new_id("run")

    @property
    def rewrites(self) -> bool:
        return self.name == "2017"

    def knows(self, method: str, path: str) -> bool:
        return not (self.unknown if method == "GET" else self.unknown_writes).fullmatch(path)

    def pages(self, path: str) -> bool:
        return not self.unpaged.fullmatch(path)

    def tells_pages(self, path: str) -> bool:
        return self.has_meta and self.pages(path)

    def error_response(self, error: ApiError) -> web.Response:
        if not self.detailed_errors:
            return error.response()
        status = 403 if isinstance(error, NotAllowed) else error.status
        return web.json_response({"detail": error.detail or error.title}, status=status, content_type=MEDIA_TYPE)

    def rewritten(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document in the dialect of 2017, the only one that has other names."""
        data = document.get("data")
        changed = {**document, "data": [_old(each) for each in data] if isinstance(data, list) else _old(data)}
        if "included" in document:
            changed["included"] = [_old(each) for each in document["included"]]
        return changed


FLAVOURS: dict[FlavourName, Flavour] = {
    "hcp": Flavour("hcp"),
    "2017": Flavour(
        "2017",
        unknown=re.compile(ORGANIZATION_RUNS),
        unpaged=RUN_LIST,
        filters=False,
        default_message="Queued manually in Terraform Enterprise",
        run_source="tfe-ui",
    ),
    "compatible": Flavour(
        "compatible",
        unknown=re.compile(
            ORGANIZATION_RUNS
            + r"|/api/v2/runs/[^/]+/(comments|run-events)|/api/v2/(comments|run-events)/.*|/api/v2/(plans|runs)/.*/json-output(-redacted)?"
            + r"|/api/v2/organization-memberships/.*|/api/v2/organizations/[^/]+/organization-memberships"
        ),
        unknown_writes=re.compile(r"/api/v2/runs/[^/]+/(comments|actions/force-(cancel|execute))"),
        unpaged=WORKSPACE_LIST,
        filters=False,
        includes=False,
        has_meta=False,
        limits_lists=False,
        answers_actions=True,
        detailed_errors=True,
        new_run_id=lambda: str(uuid.uuid4()),
    ),
}


def _old(resource: Any) -> Any:
    """A run as the page of 2017 shows it; every other resource stays as it is."""
    if not isinstance(resource, dict) or resource.get("type") != "runs":
        return resource
    attributes, relationships = resource["attributes"], resource["relationships"]
    old = {name: attributes[name] for name in OLD_ATTRIBUTES}
    old |= {"error-text": None, "metadata": {}}
    old |= {name: attributes["actions"][today] for name, today in OLD_NAMES.items()}
    old["permissions"] = {name: attributes["permissions"][name] for name in OLD_PERMISSIONS}
    if OLD_TIMESTAMPS_FROM not in old["status-timestamps"]:
        old["status-timestamps"] = {}
    return {
        "id": resource["id"],
        "type": "runs",
        "attributes": old,
        "relationships": {name: relationships[name] for name in OLD_RELATIONSHIPS},
        "links": resource["links"],
    }
