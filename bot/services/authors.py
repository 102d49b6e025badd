"""The people behind a run besides the one who started it: who made its configuration, and who chose what a retry takes over.

Our rows are read in one transaction with the rest. They become origins once the server has said which account is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.authors import ConfigurationAuthor, authors_seen, first_run
from bot.core.configurations import FROM_OUTSIDE
from bot.core.decisions import Intent
from bot.core.identities import CREATION, Inherited, InvolvedBy, Origin, Origins, Role
from bot.core.origins import OriginKind, decode_origin
from bot.services.ports import Transaction
from bot.services.reading import Found
from bot.services.wishes import words_in

CARRIED = ("targets", "replacements", "variables")
"""Lists in the payload of an intent that say what somebody chose of a run's content; of variables, the names."""

CARRIES_ON = frozenset({OriginKind.RETRY})
"""The ways of starting a run that take such choices over from an earlier one. In all others the person who starts the run chooses."""

CHAIN_MOST = 20
"""Retries of retries that are followed. Anybody further back counts as unknown."""


@dataclass(frozen=True, slots=True)
class Authorship:
    """`choosers` are those who chose what the run carries on, `terraform` alone where they started a run elsewhere.

    `first_in` is the workspace of the first run of the configuration version, "" where that run is forgotten.
    """

    authors: Mapping[InvolvedBy, ConfigurationAuthor]
    choosers: tuple[Origin, ...] = ()
    first_in: str = ""


NOT_ASKED = Authorship({})


async def authorship_of(transaction: Transaction, found: Found, creating: Intent | None) -> Authorship:
    authors = await authors_of(transaction, version_of(found))
    first = authors.get(InvolvedBy.FIRST_RUN)
    stored = await transaction.runs.get(first.run_id) if first is not None else None
    first_in = stored.run.workspace_id if stored is not None else ""
    return Authorship(authors, await choosers_of(transaction, creating), first_in)


def version_of(found: Found) -> str:
    """The id of the configuration version; "" where the server does not tell it."""
    told = found.reading.configuration if found.reading is not None else None
    return found.run.configuration_version_id or (told.id if told is not None else "")


async def authors_of(transaction: Transaction, version: str) -> Mapping[InvolvedBy, ConfigurationAuthor]:
    """What is known of who made a version. Runs that were seen before anything was noted of authors count as well."""
    if not version:
        return {}
    rows = {row.by: row for row in await transaction.authors.of(version)}
    if InvolvedBy.UPLOAD in rows:
        return rows
    known = [stored.run for stored in await transaction.runs.of_configuration(version)]
    ours = await transaction.intents.creating_of([run.id for run in known])
    seen = [one for run in known for one in authors_seen(run, is_ours=run.id in ours)]
    first = first_run([*rows.values(), *seen])
    return rows if first is None else {**rows, InvolvedBy.FIRST_RUN: first}


async def choosers_of(transaction: Transaction, creating: Intent | None) -> tuple[Origin, ...]:
    """Return the people whose earlier choice of targets, replacements or variables the run takes over.

    A retry starts with what the run before it was started with. So the person who asked for that one counts, if any of their choices is
    among this run's; so does the person who asked for the one before it, and so on. People who only took over a configuration, or
    started a run without such options, chose nothing of it.
    """
    found: list[Origin] = []
    carried = chosen(creating)
    for _ in range(CHAIN_MOST):
        origin = decode_origin(creating.payload.get("origin", "")) if creating is not None else None
        if origin is None or origin.kind not in CARRIES_ON or not carried:
            return tuple(found)
        creating = await transaction.intents.creating(origin.run_id)
        if creating is None:
            # It was started elsewhere, or is forgotten. The server said what it was started with, so its creator chose all of it.
            stored = await transaction.runs.get(origin.run_id)
            account = stored.run.created_by or "" if stored is not None else ""
            return (*found, Origin(terraform=account, by=InvolvedBy.OPTIONS))
        carried &= chosen(creating)
        if carried:
            found.append(Origin(slack=creating.person, by=InvolvedBy.OPTIONS))
    return (*found, Origin(by=InvolvedBy.OPTIONS))


def chosen(intent: Intent | None) -> frozenset[tuple[str, str]]:
    """What somebody chose for a run, as the intent that created it says."""
    return frozenset((name, word) for name in CARRIED for word in words_in(intent.payload, name)) if intent is not None else frozenset()


def inherited_by(found: Found, past: Authorship, *, own_account: str, sender: str | None) -> tuple[Inherited, bool]:
    """The people behind a run besides its origins; and whether they hold the author of its configuration.

    `sender` is as in `origins_of`. An account that may be ours tells nothing: anybody may have had us use it.
    """
    choosers = tuple((Role.REQUESTER, told_apart(one, own_account)) for one in past.choosers)
    author = author_of(found, past, own_account=own_account, sender=sender)
    return ((Role.AUTHOR, author), *choosers) if author is not None else choosers, author is not None


def author_of(found: Found, past: Authorship, *, own_account: str, sender: str | None) -> Origin | None:
    """Who made the configuration, where that is not the sender of its commit. None where the sender is all that is to be said."""
    upload, commit, first = (past.authors.get(by) for by in (InvolvedBy.UPLOAD, InvolvedBy.COMMIT, InvolvedBy.FIRST_RUN))
    if upload is not None:
        return Origin(slack=upload.slack, by=InvolvedBy.UPLOAD)
    if sender == "" and commit is not None and commit.vcs:
        return Origin(vcs=commit.vcs, by=InvolvedBy.COMMIT)
    if sender is not None:
        return None
    if first is None or is_perhaps_ours(first.terraform, own_account):
        return Origin(by=InvolvedBy.UPLOAD)
    event = CREATION if first.run_id == found.run.id else ""
    return Origin(terraform=first.terraform, by=InvolvedBy.FIRST_RUN, event=event)


def told_apart(chooser: Origin, own_account: str) -> Origin:
    if chooser.slack or not is_perhaps_ours(chooser.terraform, own_account):
        return chooser
    return Origin(by=chooser.by)


def is_perhaps_ours(account: str, own_account: str) -> bool:
    return not account or not own_account or account == own_account


def without_author(origins: Origins) -> Origins:
    return {role: origin for role, origin in origins.items() if role is not Role.AUTHOR}


def is_from_outside(source: str) -> bool:
    """Whether a version of this source was uploaded. One of version control has a pusher, even where the server shows no commit."""
    return source in FROM_OUTSIDE
