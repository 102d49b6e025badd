"""What reaches out of the process, made from the settings: the client of the Runs API, and what is trusted on the way to Slack."""

from __future__ import annotations

import asyncio
import ssl
from importlib.metadata import PackageNotFoundError, version

import structlog

from bot.core.errors import TerraformTrouble
from bot.core.metrics import UNMETERED, Meter
from bot.core.pace import Pace
from bot.services.ports import Runs
from bot.settings import Settings
from bot.terraform.client import TerraformClient
from bot.terraform.connections import Way, trusted_by
from bot.terraform.slack_files import SlackFiles

log = structlog.get_logger("runbell.clients")


def trust(settings: Settings) -> ssl.SSLContext | None:
    """For Slack the usual certificates and those of RUNBELL_CA_BUNDLE; None for the usual ones alone."""
    if settings.ca_bundle is None:
        return None
    context = ssl.create_default_context()
    context.load_verify_locations(settings.ca_bundle)
    return context


def terraform_client(settings: Settings, pace: Pace, meter: Meter = UNMETERED) -> TerraformClient:
    return TerraformClient(
        settings.terraform_address,
        settings.terraform_token.get_secret_value(),
        pace=pace,
        ca_bundle=settings.ca_bundle,
        proxy=settings.proxy_for(settings.terraform_address),
        user_agent=user_agent(),
        blob_hosts=settings.hosts_of_blobs,
        meter=meter,
        server_speed=settings.test_server_speed,
    )


def slack_files(settings: Settings, pace: Pace) -> SlackFiles:
    way = Way(
        timeout=pace.request_timeout,
        user_agent=user_agent(),
        trusted=trust(settings) or trusted_by(None),
        proxy=settings.proxy_for(settings.slack_api_url),
    )
    return SlackFiles(settings.slack_api_url, settings.slack_bot_token.get_secret_value(), way)


def user_agent() -> str:
    return f"runbell/{release()}" if release() else "runbell"


def release() -> str:
    """Which release of ours this is; nothing where it runs from a folder that was never installed."""
    try:
        return version("runbell")
    except PackageNotFoundError:
        return ""


async def spelled(runs: Runs, organizations: tuple[str, ...], within: float) -> tuple[str, ...]:
    """The organizations as the server writes them; as they were given where it does not say so in time: it may be down for now."""

    async def asked(name: str) -> str:
        try:
            async with asyncio.timeout(within):
                return await runs.organization(name)
        except (TerraformTrouble, TimeoutError) as trouble:
            log.warning("organization not read", organization=name, error=str(trouble) or "no answer in time")
            return name

    return tuple(dict.fromkeys(await asyncio.gather(*map(asked, organizations))))
