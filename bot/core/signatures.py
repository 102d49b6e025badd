"""What we write at the end of a run's message on the server, and the message without it, as lists show it."""

from __future__ import annotations

import re

from bot.core.people import Person, Place

ASKED = "asked for by "
DASH = "—"
REFERENCE = re.compile(r"\(ref rb-[0-9a-f]{1,40}\)\Z")
REFERENCE_MOST = 60
WHO_MOST = 400


def signed(message: str, person: Person, place: Place, reference: str) -> str:
    """What was asked, who asked where, and the reference by which the run is found again."""
    where = f"#{place.channel_name}" if place.channel_name else place.channel
    head = f"{message.strip()} {DASH} " if message.strip() else ""
    return f"{head}{ASKED}{person.name} ({person.id}) in {where} (ref {reference})"


def unsigned(message: str) -> str:
    """The words alone. A reference never stays, since it must not come to stand in the message of another run.

    Looked at from its end, since a message may be anybody's, of any length.
    """
    text = message.strip()
    found = REFERENCE.search(text, max(0, len(text) - REFERENCE_MOST))
    if found is None:
        return text
    text = text[: found.start()].rstrip()
    at = text.rfind(ASKED, max(0, len(text) - WHO_MOST))
    if at < 0 or "\n" in text[at:]:
        return text
    head = text[:at].rstrip()
    if head and not head.endswith(DASH):
        return text
    return head.removesuffix(DASH).rstrip()
