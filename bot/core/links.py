"""Web addresses of runs and workspaces, made and read; the run itself carries none."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

WORKSPACE_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,80}[a-z0-9])?")
CHANNEL = re.compile(r"[A-Z][A-Z0-9]{1,30}")
MESSAGE_TIME = re.compile(r"([0-9]{1,12})\.([0-9]{1,9})")
HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62})*")
NUMBERS = re.compile(r"[0-9.]+")
LOOPBACK = frozenset({"127.0.0.1", "::1"})
RUN_PATH = re.compile(r"/runs/(?P<run>[A-Za-z0-9][A-Za-z0-9_-]{0,127})/?$")


def host_for_slack(address: str) -> str | None:
    """The name by which Slack knows links to a server, whose address may come without its scheme; None where it would know none.

    Ports do not count, and of numbers there are no links (Slack, "Unfurling links"); a server on this machine is called localhost.
    """
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return None
    host = "localhost" if host in LOOPBACK else host
    return host if HOST_NAME.fullmatch(host) and not NUMBERS.fullmatch(host) else None


def address_for_people(address: str) -> str:
    """The server's address as it is written in links: a server on this machine by its name, since Slack knows no links to numbers."""
    parts = urlsplit(address)
    if parts.hostname not in LOOPBACK:
        return address
    port = f":{parts.port}" if parts.port is not None else ""
    return urlunsplit(parts._replace(netloc=f"localhost{port}"))


def workspace_link(address: str, organization: str, workspace: str) -> str:
    """`https://HOST/app/ORG/workspaces/WS`, as the API's `links.self-html` gives it."""
    return f"{address.rstrip('/')}/app/{quote(organization, safe='')}/workspaces/{quote(workspace, safe='')}"


def run_link(address: str, organization: str, workspace: str, run_id: str) -> str:
    return f"{workspace_link(address, organization, workspace)}/runs/{quote(run_id, safe='')}"


def run_id_of(link: str) -> str | None:
    """The run that a link names, whatever server's page it is; None where it names none."""
    try:
        path = urlsplit(link).path
    except ValueError:
        return None
    found = RUN_PATH.search(path)
    return found["run"] if found else None


def message_link(address: str, channel: str, ts: str) -> str:
    """`https://DOMAIN.slack.com/archives/CHANNEL/pTS`, as chat.getPermalink gives it; "" where a part is not what it should be.

    `address` is that of the Slack workspace, `https://DOMAIN.slack.com` (auth.test, `url`).
    """
    time = MESSAGE_TIME.fullmatch(ts)
    if not address or time is None or CHANNEL.fullmatch(channel) is None:
        return ""
    return f"{address.rstrip('/')}/archives/{channel}/p{time[1]}{time[2]}"


def workspace_address(domain: str) -> str:
    """The address of a Slack workspace by its domain, as payloads name it; "" where it is none."""
    return f"https://{domain}.slack.com" if WORKSPACE_DOMAIN.fullmatch(domain) else ""
