"""Configuration versions as people name them, and what speaks against giving one to a run."""

from __future__ import annotations

import re

from bot.core.configurations import ARCHIVED, ERRORED, UPLOADED, ConfigurationVersion
from bot.core.origins import Origin, OriginKind
from bot.core.retries import plain_message
from bot.core.runs import Run

VERSION_ID = re.compile(r"cv-[A-Za-z0-9_-]{1,120}")
COMMIT = re.compile(r"[0-9a-f]{7,64}")
UNDER_WAY = frozenset({"pending", "fetching"})
DELETED = "backing_data_"
"""What the statuses of a version begin with whose files were deleted (Terraform Enterprise)."""
HANDED_ON = frozenset({OriginKind.PROMOTION, OriginKind.RETRY, OriginKind.VERSION})
"""Ways on which a configuration keeps the words and the person that it came with."""


def objection_to(version: ConfigurationVersion, *, plan_only: bool = False) -> str:
    """Why no run may be given this version, to be read after its id and a colon; "" where one may."""
    word = version.status_word
    if version.speculative and not plan_only:
        return "it is speculative, so it is good for plan-only runs alone"
    if version.is_usable:
        return ""
    if word in UNDER_WAY:
        return "its upload has not ended yet, so try again in a moment"
    if word == ERRORED:
        said = (version.error_message or version.error).strip().rstrip(".")
        return f"its upload failed{f' ({said})' if said else ''}"
    if word == ARCHIVED:
        return "it was archived, and its files are gone"
    if word.startswith(DELETED):
        return "its files were deleted from the server"
    return f"its status is “{word.replace('_', ' ')}”, and it has to be “{UPLOADED}”"


def origin_of(
    kind: OriginKind, version: ConfigurationVersion, run: Run | None = None, workspace: str = "", story: Origin | None = None
) -> Origin:
    """Where a version came from: by its commit, else by `story`, which is what we know of the run that it is taken from."""
    ingress = version.ingress
    known = story or Origin(kind=kind, configuration_version_id=version.id)
    has_commit = ingress is not None and bool(ingress.commit_sha)
    return Origin(
        kind=kind,
        configuration_version_id=version.id,
        run_id=run.id if run is not None else "",
        workspace=workspace,
        sha=ingress.commit_sha if ingress is not None and has_commit else known.sha,
        commit_url=ingress.commit_url if ingress is not None and has_commit else known.commit_url,
        message=(ingress.commit_message if ingress is not None else "")
        or known.message
        or (plain_message(run.message) if run is not None else ""),
        person=(ingress.sender if ingress is not None else "") or known.person or (run.created_by or "" if run is not None else ""),
        applied_at=run.timestamps.get("applied") if run is not None else None,
    )
