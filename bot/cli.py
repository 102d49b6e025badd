"""The command line: arguments in, exit status out. 2 is for what was typed or set, 1 for what went wrong after that."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from bot.settings import Settings

PRIVATE = 0o077
"""The umask of every command: files 0600, folders 0700. The database holds plans, and uploads lie on the disk for a while."""
EPILOG = "Settings come from the environment; the README lists them. Trouble? “runbell check” looks at each of them."


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=EPILOG)
@click.version_option(package_name="runbell", message="%(package)s %(version)s")
def cli() -> None:
    """Terraform runs in Slack: start, review, approve and follow runs of HCP Terraform and Terraform Enterprise.

    \b
    To look around, without accounts:   runbell demo
    To connect your Slack and server:   runbell manifest, then runbell check, then runbell serve
    """  # noqa: D301 - click wants the letter, not a backslash
    os.umask(PRIVATE)


@cli.command()
def serve() -> None:
    """Serve Slack and follow runs, until Ctrl-C or SIGTERM.

    Needs SLACK_BOT_TOKEN, SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET for signed HTTP), TFE_TOKEN and TF_CLOUD_ORGANIZATION.
    /healthz and /readyz answer on RUNBELL_HEALTH_PORT.
    """
    from bot.app import serve as serve_until_stopped  # noqa: PLC0415 - --help shall not load everything
    from bot.logs import configure_logging  # noqa: PLC0415 - as above

    settings = settings_or_exit()
    configure_logging(settings.log_level, settings.log_format, settings.secrets)
    run_or_exit(serve_until_stopped(settings))


@cli.command()
@click.option("--strict", is_flag=True, help="Also fail on warnings: on what matches no known workspace.")
def check(strict: bool) -> None:  # noqa: FBT001 - click hands it in by name
    """Look at tokens, scopes, organizations, database, rules and channels, and say what to do about each.

    One line each. The exit status is 0 where all is well, and 1 where something needs doing. Nothing is changed, and nothing is posted.
    Warns of rights, rules, freezes and watches that match no workspace: most often a name is misspelled.
    """
    from bot.checks import run_checks  # noqa: PLC0415 - as above

    run_or_exit(run_checks(strict=strict), fails=True)


@cli.command()
def migrate() -> None:
    """Bring the tables at DATABASE_URL up to this release; nothing happens where they are.

    SQLite files are brought up to date by “serve” itself; on PostgreSQL it is done once, here, before new replicas start.
    """
    from bot.store.schemas import migrate as bring_up_to_date  # noqa: PLC0415 - as above

    url, _ = database_or_exit()
    run_or_exit(bring_up_to_date(url))
    click.echo("The tables are those of this release.")


@cli.group()
def policy() -> None:
    """Check the rules of runbell.toml, put them in force, and see which are.

    Everywhere the file is the one that RUNBELL_RULES names, else runbell.toml of this folder.
    """


@policy.command("check")
@click.option("--file", "path", type=click.Path(), metavar="PATH", help="Another file than the usual one.")
@click.option("--database", metavar="URL", help="Compare it with the workspaces that this database knows, as in DATABASE_URL.")
@click.option(
    "--workspaces", type=click.Path(), metavar="FILE", help="Compare it with those of a text file: organization/workspace, one per line."
)
@click.option("--strict", is_flag=True, help="Fail if anything in it matches none of those workspaces.")
def check_policy(path: str | None, database: str | None, workspaces: str | None, strict: bool) -> None:  # noqa: FBT001 - as above
    """Read the file and tell every mistake with its line, its meaning and the nearest right word. Nothing is put in force.

    With --database or --workspaces, what matches no workspace is warned of. The file of names may have blank lines, and comments after #;
    it says nothing of tags and projects, so those fit.

    The exit status is 0 where all is well, 1 where there is no file, or with --strict a warning, and 2 where something in it is wrong.
    """
    from bot.policies import check as check_file  # noqa: PLC0415 - as above
    from bot.settings import read_rules_file  # noqa: PLC0415 - as above

    if database and workspaces:
        raise click.UsageError("Give either --database or --workspaces.")
    if strict and not (database or workspaces):
        raise click.UsageError("--strict needs workspaces to compare with: give --database or --workspaces.")
    names = Path(workspaces) if workspaces else None
    run_or_exit(check_file(Path(path) if path else read_rules_file(), database=database or "", workspaces=names, strict=strict), fails=True)


@policy.command("activate")
@click.option("--without-file", is_flag=True, help="Put in force that there are no rules: full members may look, and no more.")
def activate_policy(without_file: bool) -> None:  # noqa: FBT001 - click hands it in by name
    """Put the file's rules in force at DATABASE_URL, for all replicas at once. With SQLite, “serve” does this when it starts.

    Votes that were given under other rules fall, and people are told. A replica that has read another file decides nothing until it is
    started with this one.

    Waits up to 10 seconds for answers to what was sent before, and names each run that has none yet as already under way.
    """
    from bot.policies import activate  # noqa: PLC0415 - as above
    from bot.settings import read_rules_file  # noqa: PLC0415 - as above

    url, _ = database_or_exit()
    run_or_exit(activate(url, read_rules_file(), without_file=without_file), fails=True)


@policy.command("show")
def show_policy() -> None:
    """Tell which rules are in force at DATABASE_URL, since when and by whom. The exit status is 0 where they are those of the file here."""
    from bot.policies import show  # noqa: PLC0415 - as above
    from bot.settings import read_rules_file  # noqa: PLC0415 - as above

    url, _ = database_or_exit()
    run_or_exit(show(url, read_rules_file()), fails=True)


@cli.command()
@click.option("--older-than", "days", type=click.IntRange(1, 36500), metavar="DAYS", help="Instead of RUNBELL_KEEP_DAYS.")
@click.option("--dry-run", is_flag=True, help="Only say how much there is.")
def prune(days: int | None, dry_run: bool) -> None:  # noqa: FBT001 - click hands it in by name
    """Forget runs that ended long ago, with their messages, plans and decisions, and old notes and ids of payloads.

    What is open, still to be told, or a workspace's current run stays. A bot that serves does this by itself once a day; an SQLite file
    can only be pruned by hand while no bot uses it.
    """
    from bot.prunings import prune as forget  # noqa: PLC0415 - as above

    url, usual = database_or_exit()
    run_or_exit(forget(url, days or usual, dry_run=dry_run))


@cli.group()
def audit() -> None:
    """Verify the audit, or write it out. Nothing is changed; the bot may go on meanwhile."""


@audit.command()
@click.option("--head", "heads", multiple=True, metavar="NUMBER:LINK", help="A head as it was posted; repeatable.")
@click.option("--require-head", is_flag=True, help="Fail if no --head is given: without one, rows cut off at the end are not found.")
def verify(heads: tuple[str, ...], require_head: bool) -> None:  # noqa: FBT001 - click hands it in by name
    """Look for rows that were changed, taken out, put in or moved since they were sealed.

    Needs DATABASE_URL and RUNBELL_AUDIT_KEY. Rows that were cut off at the end are found up to the newest head that is given:
    take them from the audit channel, never from the database. The exit status is 0 where all is well and 1 where it is not.
    """
    from bot.audits import verify as verify_rows  # noqa: PLC0415 - as above
    from bot.core.sealing import head_of  # noqa: PLC0415 - as above

    try:
        wanted = [head_of(one) for one in heads]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--head") from error
    if require_head and not wanted:
        exit_with(1, "No --head was given, so rows that were cut off at the end would not be found. Copy one from the audit channel.")
    url, _ = database_or_exit()
    run_or_exit(verify_rows(url, audit_key_or_exit(), wanted, click.echo), fails=True)


@audit.command()
@click.option("--format", "form", default="jsonl", type=click.Choice(["csv", "jsonl"]), show_default=True)
@click.option("--since", metavar="TIME", help="Rows from then on: 2026-11-24 or 2026-11-24T09:30:00+01:00; UTC without a zone.")
@click.option("--until", metavar="TIME", help="Rows before then.")
def export(form: str, since: str | None, until: str | None) -> None:
    """Write rows to standard output, in the order in which they were written. Needs DATABASE_URL."""
    from bot.audits import export as write_rows  # noqa: PLC0415 - as above

    url, _ = database_or_exit()
    run_or_exit(write_rows(url, form, moment(since, "--since"), moment(until, "--until"), sys.stdout))


def moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no time such as 2026-11-24 or 2026-11-24T09:30:00+01:00", param_hint=option) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


@cli.command()
@click.option("--command", "command", default="/tf", show_default=True, metavar="/NAME", help="The slash command of the app.")
@click.option(
    "--address", "address", default="https://app.terraform.io", show_default=True, metavar="URL", help="The server, as in TFE_ADDRESS."
)
def manifest(command: str, address: str) -> None:
    """Print the manifest of the Slack app: paste it at api.slack.com/apps, Create New App, From a manifest."""
    from bot.manifests import NoDomain, manifest_text  # noqa: PLC0415 - as above
    from bot.settings import COMMAND  # noqa: PLC0415 - as above

    if not COMMAND.fullmatch(command):
        raise click.BadParameter("a slash command is a slash and up to 31 letters, digits, - and _", param_hint="--command")
    try:
        click.echo(manifest_text(command, address), nl=False)
    except NoDomain as wrong:
        raise click.BadParameter(str(wrong), param_hint="--address") from wrong


@cli.group()
def webhooks() -> None:
    """Have the server send word of runs, so that people hear of them at once instead of within seconds.

    \b
    1. Set TFE_NOTIFICATION_TOKEN (openssl rand -hex 32) and RUNBELL_PUBLIC_URL, the address at
       which the server reaches RUNBELL_HTTP_PORT, such as https://runbell.example.
    2. Start “runbell serve”: the server asks that address at once, and saves nothing where it
       does not answer.
    3. runbell webhooks install --dry-run, then without --dry-run.

    NAMES are globs, [organization/]name; all of them where none is given. Only what leads to RUNBELL_PUBLIC_URL is shown or touched.
    Word that is lost does no harm: Runbell looks by itself as well. Plan-only runs are told of by no server.
    """  # noqa: D301 - as above


SCOPE = click.option(
    "--for",
    "scope",
    default="projects",
    type=click.Choice(["projects", "workspaces"]),
    show_default=True,
    help="What NAMES are. One of a project covers its workspaces, also those that come later; servers before 2026 know workspaces only.",
)
NAMES = click.argument("names", nargs=-1, metavar="[NAMES]...")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@webhooks.command()
@NAMES
@SCOPE
@DRY_RUN
@click.option("--renew", is_flag=True, help="Make those anew that are there, as after a change of TFE_NOTIFICATION_TOKEN.")
def install(names: tuple[str, ...], scope: str, dry_run: bool, renew: bool) -> None:  # noqa: FBT001 - as below
    """Have each of NAMES tell of its runs: one is made where there is none.

    One that is off is switched on, and doubles are ended. The server never shows the secret of one that is there, so whether it
    still is yours cannot be seen: --renew makes sure.
    The exit status is 0 where all are in place.
    """
    from bot.core.notifications import Scope  # noqa: PLC0415 - as above
    from bot.webhooks import install as install_them  # noqa: PLC0415 - as above

    settings = quiet_settings_or_exit()
    run_or_exit(install_them(settings, Scope(scope), names or ("*",), click.echo, renew=renew, dry_run=dry_run), fails=True)


@webhooks.command(name="list")
@NAMES
@SCOPE
def list_webhooks(names: tuple[str, ...], scope: str) -> None:
    """Show for each of NAMES what is there.

    Also how the last word that was sent was taken. The exit status is 0 where each has one that is on.
    """
    from bot.core.notifications import Scope  # noqa: PLC0415 - as above
    from bot.webhooks import show  # noqa: PLC0415 - as above

    run_or_exit(show(quiet_settings_or_exit(), Scope(scope), names or ("*",), click.echo), fails=True)


@webhooks.command()
@NAMES
@SCOPE
@DRY_RUN
def remove(names: tuple[str, ...], scope: str, dry_run: bool) -> None:  # noqa: FBT001 - as below
    """Remove from each of NAMES what leads to RUNBELL_PUBLIC_URL. What leads elsewhere stays."""
    from bot.core.notifications import Scope  # noqa: PLC0415 - as above
    from bot.webhooks import remove as remove_them  # noqa: PLC0415 - as above

    settings = quiet_settings_or_exit()
    run_or_exit(remove_them(settings, Scope(scope), names or ("*",), click.echo, dry_run=dry_run), fails=True)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print addresses and tokens as one line of JSON first.")
@click.option("--port", default=None, type=click.IntRange(0, 65533), help="The page's port; the two after it serve runs. 0: any. [8800]")
@click.option("--engine", default="auto", type=click.Choice(["auto", "terraform", "scripted"]), show_default=True)
@click.option("--speed", default=1.0, type=click.FloatRange(0.1, 1000), show_default=True, help="How fast the sandbox's clock runs.")
@click.option("--flavour", default="hcp", type=click.Choice(["hcp", "2017", "compatible"]), show_default=True, help="The API's dialect.")
@click.option("--workspaces", default=0, type=click.IntRange(0, 100_000), help="Add so many made-up workspaces (scripted engine).")
@click.option("--live", default=0, type=click.IntRange(0, 100_000), help="How many of them have a run that is not over.")
@click.option(
    "--fault", "faults", multiple=True, metavar="FAULT", help="'429 on GET */runs', 'lost x1 on POST */apply', or JSON; repeatable."
)
def sandbox(
    as_json: bool,  # noqa: FBT001 - click hands it in by name
    port: int | None,
    engine: str,
    speed: float,
    flavour: str,
    workspaces: int,
    live: int,
    faults: tuple[str, ...],
) -> None:
    """Run a local Slack and a local Runs API to develop against, until Ctrl-C. Everything in them is made up and gone afterwards.

    Runs are real where the PATH has terraform or tofu; elsewhere they are scripted.
    """
    from bot.sandbox.fault_words import checked_fault  # noqa: PLC0415 - nothing but this and the demo opens the sandbox

    if workspaces and engine == "terraform":
        raise click.BadParameter("made-up workspaces need the scripted engine", param_hint="--workspaces")
    try:
        wanted = tuple(checked_fault(fault) for fault in faults)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from error
    more = {"flavour": flavour, "workspaces": workspaces, "live": min(live, workspaces), "wanted_faults": wanted}
    run_or_exit(sandbox_until_stopped(world_options(port, engine, speed, **more), as_json=as_json))


@cli.command()
@click.option("--port", default=None, type=click.IntRange(0, 65533), help="The page's port; the two after it serve runs. 0: any. [8800]")
@click.option("--engine", default="auto", type=click.Choice(["auto", "terraform", "scripted"]), show_default=True)
def demo(port: int | None, engine: str) -> None:
    """Try it in a browser: a Slack-like page, a Runs API server with sample workspaces, and the bot between them.

    No account, no network, no settings. It listens on this machine only, and all of it is gone after Ctrl-C.
    """
    run_or_exit(demo_until_stopped(port, engine), fails=True)


async def sandbox_until_stopped(options: Any, *, as_json: bool) -> None:
    from bot.demos import describe, stop_signal  # noqa: PLC0415 - as above
    from bot.sandbox.world import open_world  # noqa: PLC0415 - nothing but this and the demo opens the sandbox

    stop = stop_signal()
    async with open_world(options) as world:
        card = world.card()
        click.echo(json.dumps(card) if as_json else describe(card))
        sys.stdout.flush()
        await stop.wait()


async def demo_until_stopped(port: int | None, engine: str) -> bool:
    """Whether it ended because somebody wished it to."""
    from bot.demos import Demo, stop_signal  # noqa: PLC0415 - as above
    from bot.sandbox.world import open_world  # noqa: PLC0415 - as above

    stop = stop_signal()
    async with open_world(world_options(port, engine, 1.0)) as world:
        demo = Demo(world.card())
        world.slack.offer_restart(demo.restart)
        return await demo.run(stop)


def world_options(port: int | None, engine: str, speed: float, **more: Any) -> Any:
    from bot.manifests import manifest as parsed  # noqa: PLC0415 - as above
    from bot.sandbox.world import WorldOptions  # noqa: PLC0415 - as above

    ports = {} if port is None else {"slack_port": port, "runs_api_port": port and port + 1, "blob_port": port and port + 2}
    app = parsed(address="localhost")
    return WorldOptions(engine=engine, speed=speed, manifest=app, **ports, **more)  # type: ignore[arg-type]  # click checked the words


def settings_or_exit() -> Settings:
    """The settings, with the environment left as the libraries below may read it; every problem on stderr and status 2 otherwise."""
    from bot.settings import SettingsWrong, leave_to_libraries, read_settings  # noqa: PLC0415 - as above

    try:
        settings = read_settings()
    except SettingsWrong as wrong:
        exit_with(2, "Some settings are missing or wrong:", *(f"  - {problem}" for problem in wrong.problems))
    leave_to_libraries(settings, os.environ)
    return settings


def quiet_settings_or_exit() -> Settings:
    """The settings, for what says by itself what went wrong: the log is for what nobody expects."""
    from bot.logs import configure_logging  # noqa: PLC0415 - as above

    settings = settings_or_exit()
    configure_logging("error", "console", settings.secrets)
    return settings


def database_or_exit() -> tuple[str, int]:
    """DATABASE_URL and RUNBELL_KEEP_DAYS alone: tables can be made and swept without any tokens."""
    from bot.settings import SettingsWrong, read_database_url, read_keep_days  # noqa: PLC0415 - as above

    try:
        return read_database_url(), read_keep_days()
    except SettingsWrong as wrong:
        exit_with(2, *wrong.problems)


def audit_key_or_exit() -> str:
    """RUNBELL_AUDIT_KEY alone."""
    from bot.settings import HOW, SettingsWrong, read_audit_key  # noqa: PLC0415 - as above

    try:
        key = read_audit_key()
    except SettingsWrong as wrong:
        exit_with(2, *wrong.problems)
    if key is None:
        exit_with(2, f"RUNBELL_AUDIT_KEY is not set. It is the one that the rows were sealed with: {HOW['RUNBELL_AUDIT_KEY']}.")
    return key


def run_or_exit(work: Coroutine[Any, Any, object], *, fails: bool = False) -> None:
    """Run to the end. What we have words for becomes a sentence on stderr and status 1 (2 for rules, which somebody wrote).

    `fails`: what the work returns says whether all was well.
    """
    from bot.core.errors import RunbellError  # noqa: PLC0415 - as above
    from bot.rules import RulesWrong  # noqa: PLC0415 - as above
    from bot.settings import SettingsWrong  # noqa: PLC0415 - as above
    from bot.web import PortTaken  # noqa: PLC0415 - as above

    try:
        well = asyncio.run(work)
    except (RulesWrong, SettingsWrong) as wrong:
        exit_with(2, *wrong.problems)
    except (RunbellError, PortTaken, ValueError, OSError) as error:
        exit_with(1, f"runbell: {error}")
    if fails and not well:
        sys.exit(1)


def exit_with(status: int, *lines: str) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(status)
