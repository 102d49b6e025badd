"""How we sign what we write on the server: who did what, where, and our reference come first; a person's words come last, quoted.

So nobody's words can pass for a signature or a reference of ours. Before this, words came first and the reference last: that is still read.
"""

from __future__ import annotations

import re

from bot.core.one_line import one_line, plain_name, quoted, unquoted
from bot.core.people import Person, Place

ASKED = "asked for by "
DASH = "—"
SIGNED = re.compile(
    r"[^()\n]{0,300} \(\w{1,40}\) in [^()\n]{0,200} \(ref (?P<reference>[\w-]{1,60})\)(?:: (?P<said>“.*”))?",
    re.DOTALL,
)
REFERENCE = re.compile(r"\(ref rb-[0-9a-f]{1,40}\)\Z")
REFERENCE_MOST = 60
WHO_MOST = 400


def signed(message: str, person: Person, place: Place, reference: str) -> str:
    """Who asked where, the reference by which the run is found again, and what was asked."""
    return signed_words(ASKED.strip(), person, place, reference, message)


def signed_words(did: str, person: Person, place: Place, reference: str, words: str, *, at: str = "") -> str:
    """`applied by kim (U0KIM) in #deploys (ref rb-…): “looks good”`; `at` is a moment that stands with the place."""
    where = f"#{plain_name(place.channel_name)}" if place.channel_name else plain_name(place.channel)
    who = f"{did} {plain_name(person.name)}".strip()
    said = f": {quoted(words)}" if one_line(words) else ""
    return f"{who} ({person.id}) in {where}{f', {at}' if at else ''} (ref {reference}){said}"


def words_signed(text: str) -> str | None:
    """The words of a text that we signed, "" where there are none; None for a text of another form."""
    found = SIGNED.fullmatch(text.strip())
    if found is None:
        return None
    return "" if found["said"] is None else unquoted(found["said"])


def has_reference(text: str, reference: str) -> bool:
    """Whether a text has this reference where we write it. In one that we signed nothing else counts, least of all a person's words."""
    found = SIGNED.fullmatch(text.strip())
    return found["reference"] == reference if found is not None else f"ref {reference}" in text


def unsigned(message: str) -> str:
    """The words alone. A reference never stays, since it must not come to stand in the message of another run.

    Of older messages it is looked at from the end, since a message may be anybody's, of any length.
    """
    text = message.strip()
    if text.startswith(ASKED) and (said := words_signed(text)) is not None:
        return said
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
