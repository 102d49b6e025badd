"""Who made a configuration version, as far as we have seen it: kept for as long as the database is, since later runs inherit it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.identities import InvolvedBy
from bot.core.runs import Run

UNDATED = datetime.fromtimestamp(0, UTC)
"""Before everything: a run of which the server does not say when it was created may have been the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationAuthor:
    """`by` says how we know it, and only the names that go with it are not "". One row of each kind for a version.

    UPLOAD: `slack` uploaded it through us. COMMIT: `vcs` pushed the commit that it was fetched from. FIRST_RUN: `terraform` created
    `run_id`, the first run of it that was seen; "" while the server names nobody, or where we created that run ourselves.
    `at` is when it was uploaded, or when the run was created.
    """

    configuration_version_id: str
    by: InvolvedBy
    at: datetime
    slack: str = ""
    terraform: str = ""
    vcs: str = ""
    run_id: str = ""


def authors_seen(run: Run, *, is_ours: bool) -> tuple[ConfigurationAuthor, ...]:
    """What a run shows of who made its configuration version. `is_ours`: it was created through us, so its creator uploaded nothing."""
    version = run.configuration_version_id
    if version is None:
        return ()
    at = run.created_at or UNDATED
    creator = "" if is_ours else run.created_by or ""
    first = ConfigurationAuthor(configuration_version_id=version, by=InvolvedBy.FIRST_RUN, at=at, terraform=creator, run_id=run.id)
    if run.commit is None:
        return (first,)
    pushed = ConfigurationAuthor(configuration_version_id=version, by=InvolvedBy.COMMIT, at=at, vcs=run.commit.author, run_id=run.id)
    return first, pushed


def first_run(rows: Iterable[ConfigurationAuthor]) -> ConfigurationAuthor | None:
    """The first run of a version among what was noted and what is known now; one that was noted counts before an equal one."""
    found = [row for row in rows if row.by is InvolvedBy.FIRST_RUN]
    return min(found, key=lambda row: row.at) if found else None
