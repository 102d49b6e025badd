"""Web addresses of runs and workspaces, made and read; the run itself carries none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

USUAL_PORTS = {"https": 443, "http": 80}
WORKSPACE_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,80}[a-z0-9])?")
CHANNEL = re.compile(r"[A-Z][A-Z0-9]{1,30}")
MESSAGE_TIME = re.compile(r"([0-9]{1,12})\.([0-9]{1,9})")
HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62})*")
NUMBERS = re.compile(r"[0-9.]+")
LOOPBACK = frozenset({"127.0.0.1", "::1"})
PAGE_PATH = re.compile(
    r"/app/(?P<organization>[A-Za-z0-9_.~%-]{1,128})/(?:workspaces/)?(?P<workspace>[A-Za-z0-9_.~%-]{1,128})"
    r"(?:/runs/(?P<run>[A-Za-z0-9][A-Za-z0-9_-]{0,127}))?(?P<more>/.*)?"
)
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


@dataclass(frozen=True, slots=True)
class Linked:
    """The page of a workspace, or of a run of it; what it says may be anything that somebody has typed."""

    organization: str
    workspace: str
    run_id: str = ""


def read_link(link: str, address: str) -> Linked | None:
    """What a link leads to, where it leads to a workspace or a run of the server at this address; None otherwise."""
    try:
        parts, own = urlsplit(link), urlsplit(address)
        is_ours = place_of(parts) == place_of(own)
    except ValueError:
        return None
    base = own.path.rstrip("/")
    found = PAGE_PATH.fullmatch(parts.path.removeprefix(base)) if is_ours and parts.path.startswith(base) else None
    if found is None or (found["run"] is None and not is_workspace_page(parts.path, found["more"])):
        return None
    return Linked(unquote(found["organization"]), unquote(found["workspace"]), found["run"] or "")


def is_workspace_page(path: str, more: str | None) -> bool:
    """Without `/workspaces/` it is some other page of the organization; other pages of a workspace say nothing of its run."""
    return "/workspaces/" in path and (more or "/") in {"/", "/runs", "/runs/"}


def place_of(parts: SplitResult) -> tuple[str, int | None]:
    """Host and port; a server on this machine goes by its name. ValueError where the port is none."""
    host = parts.hostname or ""
    return "localhost" if host in LOOPBACK else host, parts.port or USUAL_PORTS.get(parts.scheme)


def message_link(address: str, channel: str, ts: str) -> str:
    """`https://DOMAIN.slack.com/archives/CHANNEL/pTS`, as chat.getPermalink gives it; "" where a part is not what it should be.

    `address` is that of the Slack workspace, `https://DOMAIN.slack.com` (auth.test, `url`).
    """
    time = MESSAGE_TIME.fullmatch(ts)
    if not address or time is None or CHANNEL.fullmatch(channel) is None:
        return ""
    return f"{address.rstrip('/')}/archives/{channel}/p{time[1]}{time[2]}"


def is_message_time(ts: str) -> bool:
    """Whether it is a ts as Slack gives every message one."""
    return MESSAGE_TIME.fullmatch(ts) is not None


def workspace_address(domain: str) -> str:
    """The address of a Slack workspace by its domain, as payloads name it; "" where it is none."""
    return f"https://{domain}.slack.com" if WORKSPACE_DOMAIN.fullmatch(domain) else ""
