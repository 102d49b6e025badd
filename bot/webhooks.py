"""`runbell webhooks`: has the server send word of runs, a line each for what was found and done. How that is done is in services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.clients import spelled, terraform_client
from bot.core.errors import NotVisible, RequestRefused, TerraformTrouble
from bot.core.notifications import Notification, Scope
from bot.core.pace import Pace
from bot.services.subscriptions import Owner, Subscriptions
from bot.settings import HOW, Settings, SettingsWrong
from bot.web import NOTIFICATION_PATH

Say = Callable[[str], None]
UNREACHED = (
    "Nothing was saved. The server asks the address at once and saves nothing where that does not answer with 200: "
    "is “runbell serve” running with TFE_NOTIFICATION_TOKEN set, and does {url} reach it from where the server stands?"
)
UNSEEN = (
    "It takes a user's or a team's token with admin rights there, and for projects a server that knows notifications of projects: "
    "where it does not, use --for workspaces."
)


@asynccontextmanager
async def subscriptions(settings: Settings) -> AsyncIterator[Subscriptions]:
    """Over a client of its own. SettingsWrong, naming each, where what only this needs is not set."""
    url = demanded(settings)
    pace = Pace().divided_by(settings.test_speed)
    async with terraform_client(settings, pace) as client:
        organizations = await spelled(client, settings.organizations, pace.request_timeout)
        yield Subscriptions(client.webhooks, client, client.organizations, organizations, url + NOTIFICATION_PATH)


def demanded(settings: Settings) -> str:
    """RUNBELL_PUBLIC_URL, where that and the token are set."""
    wanted = {"TFE_NOTIFICATION_TOKEN": settings.notification_token, "RUNBELL_PUBLIC_URL": settings.public_url}
    if missing := [f"{name} is not set. Where to get it: {HOW[name]}." for name, value in wanted.items() if not value]:
        raise SettingsWrong(tuple(missing))
    return settings.public_url or ""


async def install(settings: Settings, scope: Scope, patterns: tuple[str, ...], say: Say, *, renew: bool, dry_run: bool) -> bool:
    """Whether all of it is in place."""
    token = settings.notification_token
    async with subscriptions(settings) as work:

        async def one(owner: Owner) -> str:
            secret = token.get_secret_value() if token else ""
            deed = await (work.plan(owner, renew=renew) if dry_run else work.install(owner, secret, renew=renew))
            return f"would be {deed}" if dry_run and deed != "kept" else deed.value

        return await each(work, await work.owners(scope, patterns), one, say)


async def show(settings: Settings, scope: Scope, patterns: tuple[str, ...], say: Say) -> bool:
    """Whether everything that was asked about tells us of its runs."""
    async with subscriptions(settings) as work:
        silent: list[Owner] = []

        async def one(owner: Owner) -> str:
            known = await work.ours(owner)
            if not any(found.enabled for found in known):
                silent.append(owner)
            return ", ".join(map(state, known)) or "none"

        return await each(work, await work.owners(scope, patterns), one, say) and not silent


async def remove(settings: Settings, scope: Scope, patterns: tuple[str, ...], say: Say, *, dry_run: bool) -> bool:
    """Whether none of ours is left."""
    async with subscriptions(settings) as work:

        async def one(owner: Owner) -> str:
            count = len(await work.ours(owner)) if dry_run else await work.remove(owner)
            return f"{count} would be removed" if dry_run else f"{count} removed"

        return await each(work, await work.owners(scope, patterns), one, say)


async def each(work: Subscriptions, owners: tuple[Owner, ...], deed: Callable[[Owner], Awaitable[str]], say: Say) -> bool:
    """A line for each, also for those with whom something went wrong; the rest is done all the same."""
    well = bool(owners)
    if not owners:
        say("Nothing of that name is seen with TFE_TOKEN. A glob is [organization/]name.")
    for owner in owners:
        try:
            said = await deed(owner)
        except RequestRefused as trouble:
            well, said = False, f"TODO: {trouble.sentence} {UNREACHED.format(url=work.url)}"
        except NotVisible as trouble:
            well, said = False, f"TODO: {trouble.sentence} {UNSEEN}"
        except TerraformTrouble as trouble:
            well, said = False, f"TODO: {trouble.sentence}"
        say(f"{owner.full_name}: {said}")
    return well


def state(known: Notification) -> str:
    """One configuration in a few words: whether it is on, and how its last word was taken."""
    if not known.enabled:
        return f"{known.id} switched off"
    last = known.deliveries[-1] if known.deliveries else None
    if last is None:
        return f"{known.id} on, nothing sent yet"
    taken = "taken" if last.successful else "NOT taken"
    return f"{known.id} on, the last word was {taken}{f' ({last.code})' if last.code else ''}"
