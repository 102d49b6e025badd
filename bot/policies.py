"""`runbell policy`: checking a file of rules, putting it in force, and telling what is in force."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import click

from bot.core.activations import Activation
from bot.core.coverage import unmatched
from bot.core.pace import Pace
from bot.core.policy import Policy
from bot.core.workspaces import Workspace
from bot.coverages import read_names, sentences, stored_names
from bot.rules import load_rules, read_watches
from bot.services.ruling import RulesInForce
from bot.services.sending import InFlight
from bot.store.addresses import parse_address
from bot.store.database import looking_into, open_database
from bot.store.schemas import SchemaState, schema_state

NONE_KNOWN = "Warning: no workspaces are known, so nothing was compared. List some in a file, and give it as --workspaces."
UNREADABLE = "The database of --database cannot be read, or its tables are of another release. Check the URL, or run “runbell migrate”."
PACE = Pace()
NO_FILE = "There is no runbell.toml here, and RUNBELL_RULES names none."


async def check(path: Path | None, *, database: str = "", workspaces: Path | None = None, strict: bool = False) -> bool:
    """Whether there is a file; what is in it is told. RulesWrong where it is wrong.

    It is compared with the workspaces that a database knows, or those of a file of names. `strict`: all of it has to match one.
    """
    if path is None or not is_there(path):
        click.echo(NO_FILE if path is None else f"There is no file {path}.", err=True)
        return False
    policy = load_rules(path)[0]
    known = read_names(workspaces) if workspaces is not None else ()
    if database:
        kept = await stored_names(database)
        if kept is None:
            click.echo(UNREADABLE, err=True)
            return False
        known = kept.workspaces
    click.echo(f"{path} is well: {counted(policy)}.")
    return compared(policy, path, known, names_only=workspaces is not None, strict=strict) if database or workspaces else True


def is_there(path: Path) -> bool:
    return path.is_file()


def compared(policy: Policy, path: Path, known: Sequence[Workspace], *, names_only: bool, strict: bool) -> bool:
    """Whether all of the file matches some workspace, where that is wanted; what does not is told."""
    found = unmatched(policy, read_watches(path).watches, (), known, names_only=names_only)
    warnings = [f"Warning: {said}. {step}" for said, step in sentences(found, known)] if known else [NONE_KNOWN]
    for warning in warnings:
        click.echo(warning)
    return not (strict and warnings)


async def activate(url: str, path: Path | None, *, without_file: bool) -> bool:
    """Put the file's rules in force for every replica. Without a file that has to be said, since then nobody may decide anything.

    It is confirmed when nothing decided is sent without an answer, or after a while, naming what still is.
    """
    if path is None and not without_file:
        click.echo(f"{NO_FILE} To put in force that there are no rules: --without-file.", err=True)
        return False
    policy, text = load_rules(None if without_file else path)
    async with open_database(url) as database:
        done = await RulesInForce(database, database.clock, policy, text).put_in_force(operator())
        under_way = await InFlight(database, PACE).unanswered(done.under_way)
    click.echo(f"{'Now' if done.is_new else 'Already'} in force: {named(policy.source)}, {counted(policy)} ({policy.hash[:12]}).")
    for one in under_way:
        click.echo(f"Already under way: the {one.deed} of {one.run_id} in {one.workspace}. It was sent before, and has no answer yet.")
    return True


async def show(url: str, path: Path | None) -> bool:
    """Whether the rules in force are those of the file here."""
    if await schema_state(url) is not SchemaState.CURRENT:
        click.echo(f"{parse_address(url).shown} has not the tables of this release, so no rules are in force.", err=True)
        return False
    async with looking_into(url) as database, database.read() as transaction:
        found = await transaction.rules.in_force()
    if found is None:
        click.echo("No rules are in force yet.", err=True)
        return False
    click.echo(told(found))
    return is_same(found, load_rules(path)[0])


def is_same(found: Activation, policy: Policy) -> bool:
    same = found.hash == policy.hash
    click.echo(f"The rules here ({named(policy.source)}) are {'the same' if same else f'others ({policy.hash[:12]})'}.")
    return same


def told(found: Activation) -> str:
    """What is in force, and the file as it was then."""
    since = f"{found.activated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    head = f"In force since {since}, by {found.by}: {named(found.source)} ({found.hash[:12]})."
    return f"{head}\n\n{found.text.rstrip()}\n" if found.text.strip() else head


def named(source: str) -> str:
    return source or "no file"


def counted(policy: Policy) -> str:
    """`2 [[rights]], 1 [[rules]], …`, without what there is none of."""
    kinds = {"[[rights]]": policy.grants, "[[rules]]": policy.rules, "[people]": policy.people, "[[chains]]": policy.chains}
    kinds |= {"[[freezes]]": policy.freezes, "[[reminders]]": policy.reminders}
    return ", ".join(f"{len(found)} {kind}" for kind, found in kinds.items() if found) or "nobody may do anything"


def operator() -> str:
    """Who types, as far as this machine knows."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
