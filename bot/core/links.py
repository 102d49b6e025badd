"""Web addresses of runs and workspaces, made and read; the run itself carries none."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

WORKSPACE_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,80}[a-z0-9])?")
CHANNEL = re.compile(r"[A-Z][A-Z0-9]{1,30}")
MESSAGE_TIME = re.compile(r"([0-9]{1,12})\.([0-9]{1,9})")
RUN_PATH = re.compile(r"/runs/(?P<run>[A-Za-z0-9][A-Za-z0-9_-]{0,127})/?$")


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
