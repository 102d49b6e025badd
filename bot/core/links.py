"""Web addresses of runs and workspaces, made and read; the run itself carries none."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

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
