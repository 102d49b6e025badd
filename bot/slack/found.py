"""Which runs and workspaces a message in Slack is about: by its links, by ids in its words, and by the buttons of our own messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.core.commands.runs import RunReference
from bot.core.links import Linked, read_link
from bot.slack import ids

ADDRESS = re.compile(r"https?://[^\s<>|\"]+")
RUN_ID = re.compile(r"(?<![A-Za-z0-9_-])run-[A-Za-z0-9]{8,40}(?![A-Za-z0-9_-])")
PARTS_MOST = 5000
"""How many pieces of a message are looked at: far more than any that Slack takes."""


def references(message: Mapping[str, Any], address: str) -> tuple[RunReference, ...]:
    """In the order in which they stand, runs before workspaces; `address` is that of the server whose links are known."""
    texts = [*islice(pieces({name: message.get(name) for name in ("blocks", "text", "attachments")}), PARTS_MOST)]
    runs: dict[RunReference, None] = {}
    workspaces: dict[RunReference, None] = {}
    for text in texts:
        for found in references_in(text, address):
            (runs if found.run_id else workspaces).setdefault(found)
    return (*runs, *workspaces)


def references_in(text: str, address: str) -> Iterator[RunReference]:
    own = ids.decode(text)
    if own is not None:
        yield RunReference(run_id=own.run_id)
        return
    links = [linked for url in ADDRESS.findall(text.replace("&amp;", "&")) if (linked := read_link(url, address)) is not None]
    yield from map(reference, links)
    yield from (RunReference(run_id=run_id) for run_id in RUN_ID.findall(ADDRESS.sub(" ", text)))


def reference(linked: Linked) -> RunReference:
    if linked.run_id:
        return RunReference(run_id=linked.run_id)
    return RunReference(workspace=f"{linked.organization}/{linked.workspace}")


def pieces(value: object) -> Iterator[str]:
    """Every word of a message, however deep; of what can be clicked, what it carries."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, Mapping):
            waiting.extend(reversed([inner for name, inner in found.items() if name in CARRYING]))
        elif isinstance(found, list):
            waiting.extend(reversed(found))


CARRYING = frozenset({"blocks", "text", "attachments", "elements", "fields", "accessory", "value", "url", "title_link", "from_url", "rows"})
