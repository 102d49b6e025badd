from __future__ import annotations

from bot.sandbox.slack import stream
from bot.sandbox.slack.stream import Streams


async def test_a_client_that_reads_too_slowly_loses_its_stream() -> None:
    streams = Streams()
    with streams.opened("U0ANA") as queue:
        for _ in range(stream.WAITING + 1):
            streams.tell(lambda _person: {"type": "connected"})

        assert queue.get_nowait() is None
        assert queue.empty()


async def test_closing_ends_every_stream() -> None:
    streams = Streams()
    with streams.opened("U0ANA") as one, streams.opened("U0KIM") as other:
        streams.close()

        assert (one.get_nowait(), other.get_nowait()) == (None, None)
