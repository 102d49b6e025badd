"""Screenshots as small files: at most 256 colours, the commonest and those that differ most from them; of nothing else of a PNG."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

Colour = tuple[int, int, int]

MAGIC = b"\x89PNG\r\n\x1a\n"
COMMONEST = 128
COLOURS = 256
TRUE_COLOUR, PALETTE = 2, 3


def shrunk(png: bytes) -> bytes:
    """The same picture; Chromium writes eight bits a channel, without interlacing, and without transparency where there is none."""
    width, height, pixels = colours_of(png)
    found = Counter(pixels)
    chosen = palette(found)
    places = {colour: nearest(colour, chosen) for colour in found}
    indices = bytes(places[colour] for colour in pixels)
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", bytes(sum(chosen, ()))), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return MAGIC + b"".join(chunk(kind, body) for kind, body in parts)


def colours_of(png: bytes) -> tuple[int, int, list[Colour]]:
    parts = list(chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if (depth, kind, interlaced) != (8, TRUE_COLOUR, 0):
        raise ValueError(f"a PNG of another kind: {depth} bits, type {kind}")
    data = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    flat = b"".join(lines(data, width * 3))
    return width, height, list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(MAGIC)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def lines(data: bytes, length: int) -> Iterator[bytes]:
    """Rows without their filters (PNG, "Filtering"); a pixel is three bytes."""
    above = bytearray(length)
    for at in range(0, len(data), length + 1):
        kind, line = data[at], bytearray(data[at + 1 : at + 1 + length])
        for place in range(length):
            left = line[place - 3] if place >= 3 else 0
            corner = above[place - 3] if place >= 3 else 0
            line[place] = (line[place] + foretold(kind, left, above[place], corner)) & 0xFF
        yield bytes(line)
        above = line


def foretold(kind: int, left: int, above: int, corner: int) -> int:
    match kind:
        case 0:
            return 0
        case 1:
            return left
        case 2:
            return above
        case 3:
            return (left + above) // 2
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))


def palette(found: Counter[Colour]) -> list[Colour]:
    """The commonest colours, then again and again the one that is furthest from all that are chosen."""
    chosen = [colour for colour, _ in found.most_common(COMMONEST)]
    far = {colour: min(distance(colour, one) for one in chosen) for colour in found}
    while len(chosen) < min(COLOURS, len(found)):
        furthest = max(far, key=far.__getitem__)
        chosen.append(furthest)
        far = {colour: min(before, distance(colour, furthest)) for colour, before in far.items()}
    return chosen


def nearest(colour: Colour, chosen: list[Colour]) -> int:
    return min(range(len(chosen)), key=lambda place: distance(colour, chosen[place]))


def distance(one: Colour, other: Colour) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2
