"""Which changes of a plan fit a glob. A set of changes is one whole number, a bit for each change: thousands of rules are quick so."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from bot.core.globs import fixed_start, is_plain, line_pattern, longest_part


class Change(Protocol):
    @property
    def address(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def effect(self) -> str: ...


class Selections:
    """The changes of one plan, sorted by address. What was looked for once is kept."""

    def __init__(self, changes: Sequence[Change]) -> None:
        types: defaultdict[str, list[int]] = defaultdict(list)
        effects: defaultdict[str, list[int]] = defaultdict(list)
        for place, change in enumerate(changes):
            types[change.type.casefold()].append(place)
            effects[change.effect].append(place)
        self._addresses = [change.address for change in changes]
        self._by_type, self._by_effect = Places(types), Places(effects)
        self._types = "\n".join(self._by_type)
        self._text: str | None = None
        self._found: dict[tuple[str, str], int] = {}
        self.everything = (1 << len(changes)) - 1

    def of_types(self, globs: Iterable[str]) -> int:
        """In any capitals: a rule that names a type in others than the provider restricts all the same."""
        return self._any("type", (glob.casefold() for glob in globs))

    def at_addresses(self, globs: Iterable[str]) -> int:
        return self._any("address", globs)

    def with_effects(self, effects: Iterable[str]) -> int:
        found = 0
        for effect in effects:
            found |= self._by_effect.mask(effect)
        return found

    def _any(self, part: str, globs: Iterable[str]) -> int:
        found = 0
        for glob in globs:
            known = self._found.get((part, glob))
            if known is None:
                known = self._found[part, glob] = self._of_type(glob) if part == "type" else self._at_address(glob)
            found |= known
        return found

    def _of_type(self, glob: str) -> int:
        if is_plain(glob):
            return self._by_type.mask(glob)
        found = 0
        for match in line_pattern(glob).finditer(self._types):
            found |= self._by_type.mask(match[0])
        return found

    def _at_address(self, glob: str) -> int:
        start = glob if is_plain(glob) else fixed_start(glob)
        if start is None:
            return self._spelled(glob)
        if is_plain(glob):
            return self._exactly(start)
        length = len(start)
        return between(
            bisect_left(self._addresses, start),
            bisect_right(self._addresses, start, key=lambda address: address[:length]),
        )

    def _spelled(self, glob: str) -> int:
        """By looking through all addresses at once, a line each, for the longest part of the glob that is spelled out."""
        pattern, part = line_pattern(glob), longest_part(glob)
        found = 0
        for address in self._lines_with(part):
            if pattern.match(address):
                found |= self._exactly(address)
        return found

    def _lines_with(self, part: str) -> Iterator[str]:
        if self._text is None:
            self._text = "\n".join(self._addresses)
        text, place = self._text, self._text.find(part) if self._addresses else -1
        while place >= 0:
            start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            end = end if end >= 0 else len(text)
            yield text[start:end]
            place = text.find(part, end + 1)

    def _exactly(self, address: str) -> int:
        return between(bisect_left(self._addresses, address), bisect_right(self._addresses, address))


def between(low: int, high: int) -> int:
    """The places from `low` to before `high`."""
    return (1 << high) - (1 << low)


class Places:
    """For each word where it stands; the sets are made when they are asked for, since few of them are."""

    def __init__(self, places: Mapping[str, Sequence[int]]) -> None:
        self._places = places
        self._masks: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def mask(self, word: str) -> int:
        """0 for a word that stands nowhere."""
        if word not in self._places:
            return 0
        found = self._masks.get(word)
        if found is None:
            found = self._masks[word] = mask_of(self._places[word])
        return found


def mask_of(places: Sequence[int]) -> int:
    """One number of as many bits as the last place needs; bytes are set one by one, which is quicker than shifting thousands of times."""
    held = bytearray(places[-1] // 8 + 1)
    for place in places:
        held[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(held, "little")
