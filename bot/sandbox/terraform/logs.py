"""Logs that grow while terraform writes, framed by STX and ETX as the blob service frames them."""

from __future__ import annotations

STX, ETX = b"\x02", b"\x03"
LARGEST_LOG = 16 * 1024 * 1024
CUT = b"\n... the log ends here: it grew beyond what the sandbox keeps ...\n"


class LogStream:
    """Bytes of one plan's or apply's log. Empty before the phase starts; offsets count the framing bytes."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._full = False
        self._finished = False

    @property
    def is_finished(self) -> bool:
        return self._finished

    def start(self) -> None:
        if not self._data:
            self._data += STX

    def write(self, chunk: bytes) -> None:
        """Add output; STX and ETX inside it are dropped, for they would end the log for a reader."""
        if self._finished or self._full:
            return
        self.start()
        self._data += chunk.replace(STX, b"").replace(ETX, b"")
        if len(self._data) > LARGEST_LOG:
            del self._data[LARGEST_LOG:]
            self._data += CUT
            self._full = True

    def write_line(self, line: str) -> None:
        self.write(line.encode() + b"\n")

    def finish(self) -> None:
        if self._data and not self._finished:
            self._data += ETX
        self._finished = True

    def read(self, offset: int, limit: int | None) -> bytes:
        end = len(self._data) if limit is None else offset + limit
        return bytes(self._data[offset:end])

    def tail(self, lines: int) -> str:
        """The last lines as text, without the framing."""
        text = bytes(self._data[-lines * 400 :]).strip(STX + ETX).decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])
