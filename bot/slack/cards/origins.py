"""Where a run has its configuration from, and how what it would do compares with that: lines of a card. All names are outside text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from bot.core.comparisons import Comparison
from bot.core.contents import Effect
from bot.core.messages import Kind
from bot.core.origins import Origin, OriginKind
from bot.core.pictures import RunPicture
from bot.slack.text import code, date, is_web_address, link, quoted

SHA_SHOWN = 8
ID_SHOWN = 40
MESSAGE_MOST = 120
ADDRESS_MOST = 80

DOES: Mapping[Effect, tuple[str, str]] = {
    Effect.DESTROY: ("destroys", "destroy"),
    Effect.REPLACE: ("replaces", "replace"),
    Effect.UNKNOWN: ("does something unknown to", "do something unknown to"),
    Effect.FORGET: ("forgets", "forget"),
    Effect.UPDATE: ("changes", "change"),
    Effect.CREATE: ("creates", "create"),
    Effect.IMPORT: ("imports", "import"),
    Effect.INVOKE: ("invokes", "invoke"),
}
"""What a plan does to so many resources, and what it does not."""

LOSSES = frozenset({Effect.DESTROY, Effect.REPLACE, Effect.UNKNOWN})


def origin_lines(picture: RunPicture) -> Iterator[str]:
    """Nothing of a run with its workspace's own configuration, and nothing on an end."""
    origin = picture.request.origin if picture.request is not None else None
    if origin is None or picture.kind is Kind.END:
        return
    if picture.comparison is not None:
        yield comparison_line(picture.comparison, name_of(origin))
    yield origin_line(origin, picture.origin_link)


def origin_line(origin: Origin, url: str = "") -> str:
    """`url` is the page of the run that it was taken from."""
    match origin.kind:
        case OriginKind.PROMOTION:
            when = f" · {date(origin.applied_at)}" if origin.applied_at is not None else ""
            return f"Promotes {what(origin)}, applied in {code(name_of(origin))}{when}{page(origin, url)}"
        case OriginKind.RETRY:
            return f"Tries {run_words(origin, url)} again, with the same configuration: {what(origin)}"
        case OriginKind.VERSION:
            place = f", from {code(name_of(origin))}" if origin.workspace else ""
            return f"Configuration: {what(origin)}{place}{page(origin, url)}"
        case OriginKind.UPLOAD:
            by = f", uploaded by {code(origin.person)}" if origin.person else ""
            return f"Configuration: {quoted(origin.message, MESSAGE_MOST) if origin.message.strip() else 'files'}{by}"
        case _:
            assert_never(origin.kind)


def what(origin: Origin) -> str:
    """The commit, linked, or the version, with its message and whose it is."""
    shown = code(origin.sha[:SHA_SHOWN]) if origin.sha else code(origin.configuration_version_id, ID_SHOWN)
    if origin.sha and is_web_address(origin.commit_url):
        shown = link(origin.commit_url, origin.sha[:SHA_SHOWN])
    message = origin.message.strip().partition("\n")[0]
    said = f" {quoted(message, MESSAGE_MOST)}" if message else ""
    return f"{shown}{said}{f' by {code(origin.person)}' if origin.person else ''}"


def name_of(origin: Origin) -> str:
    """The workspace's name without its organization, which is the run's own."""
    return origin.workspace.rpartition("/")[2]


def page(origin: Origin, url: str) -> str:
    return f" · {run_words(origin, url)}" if origin.run_id else ""


def run_words(origin: Origin, url: str) -> str:
    return link(url, origin.run_id) if is_web_address(url) else code(origin.run_id)


def comparison_line(comparison: Comparison, source: str) -> str:
    """What is done here and was not there, the worst first, and what is left out."""
    if not comparison.is_known:
        return f"What it does could not be compared with what was done in {code(source)}"
    counted = " (by the counts alone)" if comparison.by_counts else ""
    if comparison.is_same:
        return f"{'As many changes as' if comparison.by_counts else 'The same changes as'} in {code(source)}{counted}"
    parts = [*also(comparison), *lacking(comparison)]
    mark = "⚠️ " if LOSSES & comparison.also.keys() else ""
    return f"{mark}Unlike in {code(source)}, it {'; it '.join(parts)}{counted}"


def also(comparison: Comparison) -> Iterator[str]:
    if not comparison.also:
        return
    losses = [f"{DOES[effect][0]} {number}" for effect, number in comparison.also.items() if effect in LOSSES]
    others = [f"{DOES[effect][0]} {number}" for effect, number in comparison.also.items() if effect not in LOSSES]
    if not losses:
        yield f"also {', '.join(others)}"
        return
    rest = sum(number for effect, number in comparison.also.items() if effect in LOSSES) - len(comparison.addresses)
    named = ", ".join(code(address, ADDRESS_MOST) for address in comparison.addresses)
    more = f" ({named}{f' and {rest} more' if rest > 0 else ''})" if named else ""
    yield ", ".join([f"*also {', '.join(losses)}*{more}", *others])


def lacking(comparison: Comparison) -> Iterator[str]:
    if comparison.lacks:
        yield f"does not {', '.join(f'{DOES[effect][1]} {number}' for effect, number in comparison.lacks.items())}"
