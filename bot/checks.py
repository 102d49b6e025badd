"""`runbell check`: each part of an installation looked at, one line each with the one thing to do. Nothing is changed or posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import click

from bot.app import slack_session
from bot.clients import terraform_client
from bot.core.activations import Activation
from bot.core.coverage import unmatched
from bot.core.errors import ChannelClosed, ChatRefused, InstallationDead, NotVisible, RunbellError, TerraformTrouble
from bot.core.identities import Identities, is_machine
from bot.core.pace import Pace
from bot.core.policy import Policy
from bot.core.roles import Replica, sockets, sockets_trouble
from bot.core.sealing import Head
from bot.core.watches import Watch
from bot.coverages import StoredNames, listed_names, sentences, stored_names
from bot.manifests import wanted_scopes
from bot.rules import RulesWrong, read_rules, read_watches
from bot.services.ports import Runs
from bot.services.projects import Projects
from bot.settings import Settings, SettingsWrong, read_settings
from bot.slack.channels import Channel, read_channel
from bot.slack.clients import Clients
from bot.slack.installations import read_installation, try_socket
from bot.slack.people import SlackPeople
from bot.store.addresses import parse_address
from bot.store.database import looking_into
from bot.store.schemas import SchemaState, schema_state

SENDERS_SINCE = timedelta(days=90)
SENDERS_SHOWN = 10

REINSTALL = "Paste “runbell manifest” into the app's manifest at api.slack.com/apps, save, and install the app again."
KINDS = {"users": "a user's token", "teams": "a team's token", "": "a token whose kind the server does not say"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it stands, and the one thing to do where something needs doing.

    A warning is about what works as it is written, and is most often not meant.
    """

    name: str
    said: str
    step: str = ""
    is_warning: bool = False

    @property
    def is_well(self) -> bool:
        return not self.step


async def run_checks(*, strict: bool = False) -> bool:
    """Print a line for each finding as it comes; whether all is well. `strict`: a warning is not."""
    well = True
    async for finding in findings():
        well = well and (finding.is_well or (finding.is_warning and not strict))
        click.echo(line(finding))
    return well


def line(finding: Finding) -> str:
    mark = click.style("ok  ", fg="green") if finding.is_well else click.style("TODO", fg="red", bold=True)
    mark = click.style("WARN", fg="yellow", bold=True) if finding.is_warning else mark
    return f"{mark}  {finding.name:<13} {finding.said}{f' → {finding.step}' if finding.step else ''}"


async def findings() -> AsyncIterator[Finding]:
    try:
        settings = read_settings()
    except SettingsWrong as wrong:
        for problem in wrong.problems:
            yield Finding("settings", problem, "Set it and check again.")
        return
    yield Finding("settings", "all there and well formed")
    policy = Policy()
    try:
        policy = read_rules(settings.rules_file)
        yield rules_finding(settings, policy)
    except RulesWrong as wrong:
        for problem in wrong.problems:
            yield Finding("rules", problem, "Mend the file and check again.")
    watched: frozenset[str] = frozenset()
    async for finding, channels in database_findings(settings, policy):
        watched |= channels
        yield finding
    async for finding in terraform_findings(settings, policy):
        yield finding
    async for finding in names_findings(settings, policy):
        yield finding
    async for finding in slack_findings(settings, policy, sorted(watched)):
        yield finding


def rules_finding(settings: Settings, policy: Policy) -> Finding:
    if settings.rules_file is None:
        return Finding("rules", "there is no runbell.toml: full members may look, and nobody may start or decide anything")
    if not policy.grants:
        return Finding("rules", f"{settings.rules_file} gives nobody anything", "Add a [[rights]] table, see the README.")
    return Finding("rules", f"{settings.rules_file} has {len(policy.grants)} [[rights]] and {len(policy.rules)} [[rules]]")


async def database_findings(settings: Settings, policy: Policy) -> AsyncIterator[tuple[Finding, frozenset[str]]]:
    """How the database stands, with the channels that watch something."""
    url = settings.database_url.get_secret_value()
    nowhere: frozenset[str] = frozenset()
    try:
        state, shown = await schema_state(url), parse_address(url).shown
    except (RunbellError, ValueError) as error:
        yield Finding("database", str(error), "Correct DATABASE_URL, or see to the database."), nowhere
        return
    match state:
        case SchemaState.CURRENT:
            async with looking_into(url) as database, database.read() as transaction:
                watches = await transaction.watches.all()
                live = await transaction.replicas.live(Pace().replica_gone)
                ruling = await transaction.rules.in_force()
                senders = await transaction.authors.senders(database.clock.now() - SENDERS_SINCE)
                head, waiting = await transaction.audit.head(), await transaction.audit.waiting()
            yield Finding("database", f"{shown} is of this release"), frozenset(watch.channel for watch in watches)
            if live:
                yield replicas_finding(live), nowhere
            if database.address.path is None:
                yield ruling_finding(ruling, policy), nowhere
            yield audit_finding(settings, head, waiting), nowhere
            if policy.asks_four_eyes and senders:
                yield senders_finding(senders, policy), nowhere
        case SchemaState.NEWER:
            yield Finding("database", f"{shown} is of a newer release", "Start that release instead."), nowhere
        case _ if shown.startswith("sqlite"):
            yield Finding("database", f"{shown} will be made or brought up to date by “runbell serve”"), nowhere
        case _:
            yield Finding("database", f"{shown} has not the tables of this release", "Run “runbell migrate” once."), nowhere


def ruling_finding(ruling: Activation | None, policy: Policy) -> Finding:
    """Whether replicas would decide by the file that is here."""
    if ruling is not None and ruling.hash == policy.hash:
        return Finding("in force", f"the rules of this file, since {ruling.activated_at:%Y-%m-%d %H:%M} UTC, by {ruling.by}")
    others = f"other rules are, put there by {ruling.by}" if ruling else "no rules are"
    return Finding("in force", f"{others}, so replicas that have read this file decide nothing", "Run “runbell policy activate”.")


def senders_finding(senders: Sequence[str], policy: Policy) -> Finding:
    """Warns of accounts that push and are no known person's: four eyes want one vote more for their runs.

    A warning and no failure: an account of a CI system belongs into no row.
    """
    identities = Identities(policy.people)
    machines = [name for name in senders if is_machine(name)]
    unknown = [name for name in senders if not is_machine(name) and not identities.knows("vcs", name)]
    count = "1 account has" if len(senders) == 1 else f"{len(senders)} accounts have"
    said = [f"{count} pushed in {SENDERS_SINCE.days} days"]
    if machines:
        said.append(f"anybody can be behind {quoted(machines)}, so their runs need one more vote under four eyes")
    step = ""
    if unknown:
        said.append(f"in no row of [people]: {quoted(unknown)}. Until they are, their runs need one more vote under four eyes")
        step = "Add each account to the vcs names of its person, unless several people use it."
    return Finding("senders", "; ".join(said), step, is_warning=bool(unknown))


def quoted(names: Sequence[str]) -> str:
    more = f" and {len(names) - SENDERS_SHOWN} more" if len(names) > SENDERS_SHOWN else ""
    return ", ".join(f"“{name}”" for name in names[:SENDERS_SHOWN]) + more


def audit_finding(settings: Settings, head: Head, waiting: int) -> Finding:
    """Whether the audit is sealed; whether it is whole is for `runbell audit verify`."""
    if settings.audit_key is None:
        said = f"{waiting} rows, none sealed: RUNBELL_AUDIT_KEY is not set, so changes of them would not be noticed, see docs/audit.md"
        return Finding("audit", said)
    where = "" if settings.audit_channel else "; its head is posted nowhere, since RUNBELL_AUDIT_CHANNEL is not set"
    return Finding("audit", f"{head.number} rows are sealed, and {waiting} wait for it{where}")


def replicas_finding(live: Sequence[Replica]) -> Finding:
    """Processes that serve now, on this database."""
    trouble = sockets_trouble(sockets(live))
    if trouble is not None:
        return Finding("replicas", trouble.partition(". ")[0], "Run fewer of them, or use signed HTTP, see docs/operations.md.")
    releases = ", ".join(sorted({one.version or "an unknown release" for one in live}))
    return Finding("replicas", f"{len(live)} {'serves' if len(live) == 1 else 'serve'} now ({releases})")


async def terraform_findings(settings: Settings, policy: Policy) -> AsyncIterator[Finding]:
    renew = "Make a token at your organization, Settings, Teams, and set TFE_TOKEN."
    async with terraform_client(settings, Pace()) as client:
        try:
            account = await client.account()
        except TerraformTrouble as trouble:
            yield Finding("terraform", trouble.sentence, "Correct TFE_ADDRESS or TFE_TOKEN, or see to the server.")
            return
        if account.kind == "organizations":
            yield Finding("terraform", "TFE_TOKEN is an organization's token, which cannot start or apply runs", renew)
        else:
            yield Finding("terraform", f"{settings.terraform_address} takes {KINDS.get(account.kind, account.kind)} ({account.name})")
        for name in settings.organizations:
            yield await organization_finding(client, name)
        if policy.projects:
            yield await projects_finding(Projects(client.organizations, settings.organizations), settings.organizations, policy.projects)
        for lack in sorted(client.lacks):
            yield Finding("server", lack.value)


async def organization_finding(client: Runs, name: str) -> Finding:
    """Asks as the poller asks, so that what the server lacks is noticed."""
    try:
        spelled = await client.organization(name)
        first = await client.list_workspaces(spelled)
    except TerraformTrouble as trouble:
        return Finding("organization", trouble.sentence, "Correct TF_CLOUD_ORGANIZATION, or give the token's team access.")
    many = "1 workspace" if len(first.rows) == 1 else f"{len(first.rows)}{' or more' if first.next_page else ''} workspaces"
    if not first.rows:
        return Finding("organization", f"{spelled} shows the token no workspace", "Give the token's team access to workspaces.")
    try:
        await client.list_workspaces(spelled, live_only=True)
        await client.list_organization_runs(spelled)
    except NotVisible:
        pass  # said with what else the server lacks
    except TerraformTrouble as trouble:
        return Finding(
            "organization", f"{spelled} has {many}; its runs could not be listed: {trouble.sentence}", "Check again in a minute."
        )
    return Finding("organization", f"{spelled} has {many}")


async def projects_finding(projects: Projects, organizations: Iterable[str], written: frozenset[str]) -> Finding:
    """Whether those are there that the rules name: a slip of a name would apply nowhere."""
    try:
        found = [project for name in organizations for project in await projects.of(name)]
    except TerraformTrouble as trouble:
        return Finding("projects", f"they could not be listed: {trouble.sentence}", "Check again in a minute.")
    if not found:
        said = "the token sees none, so whatever names one in the rules holds in every workspace"
        return Finding("projects", said, "Let the token's team see projects, or write their ids.")
    known = {one.id for one in found} | {one.name.casefold() for one in found}
    missing = sorted(word for word in written if word not in known and word.casefold() not in known)
    if missing:
        said = f"the rules name what the token does not see: {', '.join(f'“{word}”' for word in missing)}"
        return Finding("projects", said, "Correct the names in the rules file; as they are they fit no workspace.")
    return Finding("projects", f"all that the rules name are there ({len(written)})")


async def names_findings(settings: Settings, policy: Policy) -> AsyncIterator[Finding]:
    """What matches no workspace: a slip of a name in a rule or a freeze lets through what it was written to hold up."""
    kept = await stored_names(settings.database_url.get_secret_value()) or StoredNames()
    try:
        async with terraform_client(settings, Pace()) as client:
            projects = Projects(client.organizations, settings.organizations)
            known = await listed_names(client, projects, settings.organizations)
    except TerraformTrouble:
        known = kept.workspaces
    if not known:
        yield Finding("names", "not compared, since no workspaces are known")
        return
    watches = {watch.identity: watch for watch in (*file_watches(settings), *kept.watches)}.values()
    found = list(unmatched(policy, watches, kept.freezes, known))
    for said, step in sentences(found, known):
        yield Finding("names", said, step, is_warning=True)
    if not found:
        yield Finding("names", f"every right, rule, freeze and watch matches one of {len(known):,} known workspaces")


def file_watches(settings: Settings) -> tuple[Watch, ...]:
    """Those of the rules file; what is wrong with it was said before."""
    try:
        return read_watches(settings.rules_file).watches
    except RulesWrong:
        return ()


async def slack_findings(settings: Settings, policy: Policy, channels: Iterable[str]) -> AsyncIterator[Finding]:
    limit = Pace().request_timeout
    async with slack_session(settings) as session:
        clients = Clients.of(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        try:
            installation = await read_installation(clients.reading, limit)
        except InstallationDead as trouble:
            yield Finding("slack", trouble.sentence, "Install the app to the workspace again and set SLACK_BOT_TOKEN.")
            return
        except RunbellError as trouble:
            yield Finding("slack", trouble.sentence, "See to the network, the proxy or SLACK_API_URL, and check again.")
            return
        yield Finding("slack", f"installed in {installation.team} ({installation.team_id})")
        yield scopes_finding(installation.scopes)
        yield await socket_finding(settings, clients, limit)
        people = SlackPeople(clients, Pace(), installation.team_id)
        for group in sorted(policy.groups):
            yield await group_finding(people, group)
        for channel in channels:
            yield await channel_finding(clients, channel, limit)


def scopes_finding(granted: frozenset[str] | None) -> Finding:
    if granted is None:
        return Finding("scopes", "Slack does not say which are granted")
    lacking = sorted(wanted_scopes() - granted)
    if lacking:
        return Finding("scopes", f"not granted: {', '.join(lacking)}", REINSTALL)
    return Finding("scopes", "all that the manifest asks for are granted")


async def socket_finding(settings: Settings, clients: Clients, limit: float) -> Finding:
    if settings.slack_app_token is None:
        where = f"http://{settings.http_host}:{settings.http_port}/slack/events"
        return Finding("http", f"signed requests will be heard at {where}; Slack must reach it under https")
    try:
        await try_socket(clients.reading, settings.slack_app_token.get_secret_value(), limit)
    except (InstallationDead, ChatRefused) as trouble:
        step = "Make an App-Level Token with connections:write, set SLACK_APP_TOKEN, and see that Socket Mode is on."
        return Finding("socket", trouble.sentence.replace("bot's token", "app-level token"), step)
    except RunbellError as trouble:
        return Finding("socket", trouble.sentence, "Check again in a minute.")
    return Finding("socket", "Socket Mode is on and takes the app-level token")


async def group_finding(people: SlackPeople, group: str) -> Finding:
    try:
        members = await people.members(group)
    except RunbellError as trouble:
        return Finding("group", f"{group} cannot be read: {trouble.sentence}", "Correct its id in the rules file; nobody counts as in it.")
    return Finding("group", f"{group} has {len(members)} people")


async def channel_finding(clients: Clients, channel_id: str, limit: float) -> Finding:
    unwatch = "Invite the app with /invite, or type “unwatch” there."
    try:
        channel = await read_channel(clients.reading, channel_id, limit)
    except ChannelClosed:
        return Finding("channel", f"{channel_id} watches, and the app cannot see it", unwatch)
    except RunbellError as trouble:
        return Finding("channel", f"{channel_id}: {trouble.sentence}", "Check again in a minute.")
    return membership_finding(channel)


def membership_finding(channel: Channel) -> Finding:
    if channel.is_archived:
        return Finding("channel", f"#{channel.name} watches, and is archived", "Unarchive it; nothing can be said there.")
    if channel.is_private and not channel.is_member:
        return Finding("channel", f"#{channel.name} watches, is private, and the app is not in it", "Invite the app with /invite.")
    return Finding("channel", f"#{channel.name} watches{'' if channel.is_member else '; the app will join when there is something to say'}")
