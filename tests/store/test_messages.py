from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.messages import Kind, Message
from bot.core.runs import Run
from bot.store.database import Database, open_database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FakeClock:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(database_url: str, clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(database_url, clock=clock) as opened:
        yield opened
        assert opened.connections_in_use == 0


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


async def want(database: Database, subject: str = "run-1", kind: Kind = Kind.CARD, gate: str = "", channel: str = "C1") -> Message:
    async with database.write() as transaction:
        assert await transaction.messages.want(subject, channel, kind, gate)
        return (await transaction.messages.of_subject(subject))[-1]


async def raise_wanted(database: Database, subject: str = "run-1") -> int:
    async with database.write() as transaction:
        return await transaction.messages.raise_wanted(subject)


async def due(database: Database, at: datetime = NOON, most: int = 50) -> list[str]:
    async with database.read() as transaction:
        return [message.subject for message in await transaction.messages.due(at, most)]


async def the_one(database: Database, subject: str = "run-1") -> Message:
    async with database.read() as transaction:
        (message,) = await transaction.messages.of_subject(subject)
    return message


async def claim(database: Database, message: Message, at: datetime = NOON) -> bool:
    async with database.write() as transaction:
        return await transaction.messages.claim(message, at)


async def painted(database: Database, message: Message, ts: str = "1.1", version: int = 1, at: datetime = NOON) -> None:
    async with database.write() as transaction:
        await transaction.messages.painted(message, ts, version, at)


async def test_a_message_is_wanted_once(database: Database) -> None:
    async with database.write() as transaction:
        assert await transaction.messages.want("run-1", "C1", Kind.NOTE, text="Hello", in_thread=True, mentions=True)
        assert not await transaction.messages.want("run-1", "C1", Kind.NOTE, text="Hello again")
        assert await transaction.messages.want("run-1", "C1", Kind.NOTE, "confirm")
        assert await transaction.messages.want("run-1", "C2", Kind.NOTE)
        assert await transaction.messages.want("run-1", "C1", Kind.CARD)
    async with database.read() as transaction:
        first, *others = await transaction.messages.of_subject("run-1")
    assert first == Message(id=first.id, subject="run-1", channel="C1", kind=Kind.NOTE, text="Hello", in_thread=True, mentions=True)
    assert len(others) == 3


async def test_messages_of_several_subjects_are_read_at_once(database: Database) -> None:
    card, end = await want(database), await want(database, kind=Kind.END)
    other = await want(database, "run-2")
    async with database.read() as transaction:
        found = await transaction.messages.of_subjects(["run-1", "run-2", "run-3"])
    assert found == {"run-1": (card, end), "run-2": (other,)}


async def test_people_who_are_needed_come_first_then_the_longest_waiting(database: Database, clock: FakeClock) -> None:
    for second, (subject, kind) in enumerate([("a", Kind.CARD), ("b", Kind.CARD), ("c", Kind.NOTE), ("d", Kind.END), ("e", Kind.CALL)]):
        clock.at = after(-second if subject == "b" else second)
        await want(database, subject, kind)
    assert await due(database) == ["e", "c", "d", "b", "a"]
    assert await due(database, most=2) == ["e", "c"]


async def test_a_painted_message_is_due_again_once_it_is_wanted_anew(database: Database) -> None:
    message = await want(database)
    await painted(database, message)
    assert await due(database) == []
    assert await raise_wanted(database) == 1
    assert await due(database) == ["run-1"]
    assert (await the_one(database)) == replace(message, wanted=2, painted=1, ts="1.1")


async def test_a_rise_while_painting_is_painted_too_and_waits_from_then_on(database: Database, clock: FakeClock) -> None:
    message = await want(database)
    clock.at = after(1)
    await want(database, "run-2")
    await raise_wanted(database)
    await painted(database, message, version=message.wanted, at=after(2))
    assert await due(database) == ["run-2", "run-1"]


async def test_a_rise_does_not_lose_the_place_of_one_that_waits(database: Database, clock: FakeClock) -> None:
    await want(database)
    clock.at = after(1)
    await want(database, "run-2")
    clock.at = after(2)
    await raise_wanted(database)
    assert await due(database) == ["run-1", "run-2"]


async def test_a_note_is_not_raised_with_its_subject(database: Database) -> None:
    await want(database, kind=Kind.NOTE)
    assert await raise_wanted(database) == 0
    async with database.write() as transaction:
        assert await transaction.messages.raise_wanted("run-1", kinds=[Kind.NOTE]) == 1


async def test_a_late_paint_of_an_older_version_does_not_count_backwards(database: Database) -> None:
    message = await want(database)
    await raise_wanted(database)
    await painted(database, message, version=2)
    await painted(database, message, version=1)
    assert (await the_one(database)).painted == 2


async def test_a_claim_is_given_once(database: Database) -> None:
    message = await want(database)
    assert await claim(database, message)
    assert not await claim(database, message, after(1))
    assert (await the_one(database)).claimed_at == NOON


async def test_an_old_claim_is_taken_over_once(database: Database) -> None:
    await claim(database, await want(database))
    orphan = await the_one(database)
    assert await claim(database, orphan, after(60))
    assert not await claim(database, orphan, after(60))


async def test_a_message_that_stands_or_was_tried_is_not_claimed_as_it_was_read(database: Database) -> None:
    message = await want(database)
    async with database.write() as transaction:
        await transaction.messages.put_off(message, after(5), "Slack cannot be reached.")
    assert not await claim(database, message)
    await painted(database, message)
    assert not await claim(database, replace(message, attempts=0))


async def test_painting_clears_claim_attempts_and_error(database: Database) -> None:
    message = await want(database)
    await claim(database, message)
    async with database.write() as transaction:
        await transaction.messages.put_off(message, after(5), "lost", keep_claim=True)
    await painted(database, message, "1.2")
    assert await the_one(database) == replace(message, painted=1, ts="1.2")


async def test_a_message_that_is_put_off_waits_and_counts_the_attempt(database: Database) -> None:
    message = await want(database)
    await claim(database, message)
    async with database.write() as transaction:
        await transaction.messages.put_off(message, after(5), "Slack cannot be reached.")
    assert await due(database, after(4.9)) == []
    assert await due(database, after(5)) == ["run-1"]
    assert await the_one(database) == replace(message, attempts=1, not_before=after(5), last_error="Slack cannot be reached.")


async def test_a_post_of_unknown_outcome_keeps_its_claim(database: Database) -> None:
    message = await want(database)
    await claim(database, message)
    async with database.write() as transaction:
        await transaction.messages.put_off(message, after(30), "lost", keep_claim=True)
    assert (await the_one(database)).claimed_at == NOON


async def test_a_message_given_up_is_painted_only_when_wanted_anew(database: Database) -> None:
    message = await want(database)
    await claim(database, message)
    async with database.write() as transaction:
        await transaction.messages.give_up(message, "gone")
    assert await due(database, after(3600)) == []
    assert await the_one(database) == replace(message, painted=1, last_error="gone")
    await raise_wanted(database)
    assert await due(database) == ["run-1"]


async def test_what_was_wanted_while_giving_up_is_still_wanted(database: Database) -> None:
    message = await want(database)
    await raise_wanted(database)
    async with database.write() as transaction:
        await transaction.messages.give_up(message, "gone")
    assert await due(database) == ["run-1"]


async def test_a_lost_message_is_due_as_if_never_posted(database: Database) -> None:
    message = await want(database)
    await painted(database, message)
    async with database.write() as transaction:
        await transaction.messages.lose(message)
    assert await due(database) == ["run-1"]
    found = await the_one(database)
    assert (found.ts, found.claimed_at, found.is_due) == (None, None, True)


async def test_a_doubt_is_due_at_its_time_until_it_is_cleared(database: Database) -> None:
    message = await want(database)
    async with database.write() as transaction:
        await transaction.messages.doubt(message, after(300))
        assert await transaction.messages.doubtful(NOON) == ()
        assert [one.id for one in await transaction.messages.doubtful(after(301))] == [message.id]
        await transaction.messages.doubt(message, None)
        assert await transaction.messages.doubtful(after(301)) == ()


async def test_a_claim_may_say_when_to_look_for_a_double(database: Database) -> None:
    message = await want(database)
    async with database.write() as transaction:
        assert await transaction.messages.claim(message, NOON, doubt_until=after(30))
    claimed = await the_one(database)
    async with database.write() as transaction:
        assert await transaction.messages.claim(claimed, after(31))
    assert (await the_one(database)).doubt_until == after(30)


async def test_a_line_is_never_due_and_raises_its_rollup(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.messages.want("commit:1:2", "C1", Kind.ROLLUP)
        await transaction.messages.want("run-1", "C1", Kind.CARD, parent="commit:1:2")
        await transaction.messages.want("run-1", "C1", Kind.CALL, "confirm")
        [rollup] = await transaction.messages.of_subject("commit:1:2")
        await transaction.messages.painted(rollup, "1.1", 1, NOON)
        due = await transaction.messages.due(NOON)
        assert [message.kind for message in due] == [Kind.CALL]
        assert await transaction.messages.raise_wanted("run-1") == 2
        due = await transaction.messages.due(NOON)
        assert [message.kind for message in due] == [Kind.CALL, Kind.ROLLUP]
        assert await transaction.messages.raise_wanted("run-1", kinds=(Kind.CALL,)) == 1
        assert [line.subject for line in await transaction.messages.lines_of("commit:1:2", "C1")] == ["run-1"]
        assert await transaction.messages.lines_of("commit:1:2", "C2") == ()


async def test_cards_of_a_channel_are_told_with_their_rollups(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.messages.want("run-1", "C1", Kind.CARD)
        await transaction.messages.want("run-2", "C1", Kind.CARD, parent="commit:1:2")
        await transaction.messages.want("run-3", "C2", Kind.CARD)
        await transaction.messages.want("run-4", "C1", Kind.END)
        found = await transaction.messages.cards("C1", ["run-1", "run-2", "run-3", "run-4"])
    assert found == {"run-1": "", "run-2": "commit:1:2"}


async def test_a_frozen_message_is_not_due_until_it_is_wanted_anew_and_a_lost_one_thaws(database: Database) -> None:
    message = await want(database)
    await painted(database, message)
    async with database.write() as transaction:
        await transaction.messages.raise_wanted("run-1")
        [message] = await transaction.messages.due(NOON)
        await transaction.messages.freeze(message)
        assert await transaction.messages.due(NOON) == ()
        await transaction.messages.raise_wanted("run-1")
        [message] = await transaction.messages.due(NOON)
        assert message.is_frozen
        await transaction.messages.lose(message)
        [message] = await transaction.messages.due(NOON)
        assert not message.is_frozen


async def test_what_was_given_up_in_a_channel_can_be_wanted_again(database: Database) -> None:
    card, other = await want(database), await want(database, "run-2")
    async with database.write() as transaction:
        for message in (card, other):
            await transaction.messages.give_up(message, "the channel is closed")
        assert await transaction.messages.raise_in_channel("C1", ["run-1"]) == 1
        assert [message.subject for message in await transaction.messages.due(NOON)] == ["run-1"]
        assert await transaction.messages.raise_in_channel("C9", ["run-1"]) == 0


async def test_a_claim_keeps_the_thread_that_it_was_tried_in(database: Database) -> None:
    message = await want(database)
    async with database.write() as transaction:
        assert await transaction.messages.claim(message, NOON, "1.0")
        [kept] = await transaction.messages.of_subject("run-1")
    assert kept.thread_ts == "1.0"


async def test_calls_that_stand_nowhere_are_told_while_their_runs_go_on(database: Database) -> None:
    goes_on = Run(id="run-1", workspace_id="ws-1", status_word="planned")
    async with database.write() as transaction:
        await transaction.runs.put(goes_on, NOON)
        await transaction.runs.put(replace(goes_on, id="run-2", status_word="applied"), NOON)
        for subject in ("run-1", "run-2", "run-3"):
            await transaction.messages.want(subject, "C1", Kind.CALL, "confirm")
        await transaction.messages.want("run-1", "C2", Kind.CARD, text="confirm")
        await transaction.messages.want("run-1", "C3", Kind.CARD)
        await transaction.messages.want("run-1", "C4", Kind.CARD, parent="commit:1:2")
        await transaction.messages.want("run-1", "C5", Kind.CALL, "confirm")
        posted = (await transaction.messages.of_subject("run-1"))[-1]
        await transaction.messages.painted(posted, "1.1", 1, NOON)
        found = await transaction.messages.unposted_calls()
    assert [(message.subject, message.channel) for message, _ in found] == [("run-1", "C1"), ("run-1", "C2")]


async def test_the_oldest_call_is_one_that_stands_nowhere_yet(database: Database, clock: FakeClock) -> None:
    async def oldest() -> datetime | None:
        async with database.read() as transaction:
            return await transaction.messages.oldest_call()

    assert await oldest() is None
    async with database.write() as transaction:
        await transaction.messages.want("run-0", "C1", Kind.CARD)
        await transaction.messages.want("run-0", "C2", Kind.CARD, text="ended")
        await transaction.messages.want("run-0", "C1", Kind.END)
    assert await oldest() is None
    clock.at = NOON + timedelta(seconds=5)
    async with database.write() as transaction:
        await transaction.messages.want("run-1", "C1", Kind.CARD, text="confirm")
    clock.at = NOON + timedelta(seconds=9)
    async with database.write() as transaction:
        await transaction.messages.want("run-2", "C1", Kind.CALL, "confirm")
    assert await oldest() == NOON + timedelta(seconds=5)
    async with database.write() as transaction:
        [card] = await transaction.messages.of_subject("run-1")
        await transaction.messages.painted(card, "1.0", card.wanted, clock.at)
        await transaction.messages.raise_wanted("run-1")
    assert await oldest() == NOON + timedelta(seconds=9)
