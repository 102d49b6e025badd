"""Slack in memory: fakes of the ports Chat and People, with failures that a test puts in a queue."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.core.errors import CannotEdit, ChannelClosed, ChatAnswerLost, ChatRefused, ChatTrouble, ChatUnreachable, MessageGone, ThreadClosed
from bot.core.pictures import NotePicture, Picture, RollupPicture, RunPicture
from bot.core.policy import Person, Standing


@dataclass(slots=True, kw_only=True)
class FakeMessage:
    """One message; `pictures` are all that it has shown, oldest first."""

    channel: str
    ts: str
    key: str
    pictures: list[Picture]
    thread_ts: str | None = None
    broadcast: bool = False
    plain: bool = False
    deleted: bool = False

    @property
    def picture(self) -> Picture:
        return self.pictures[-1]

    @property
    def run_picture(self) -> RunPicture:
        assert isinstance(self.picture, RunPicture)
        return self.picture

    @property
    def rollup(self) -> RollupPicture:
        assert isinstance(self.picture, RollupPicture)
        return self.picture

    @property
    def note(self) -> NotePicture:
        assert isinstance(self.picture, NotePicture)
        return self.picture


@dataclass(frozen=True, slots=True)
class Whisper:
    channel: str
    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """`done`: the deed happens all the same, only its answer is lost."""

    error: ChatTrouble
    done: bool = False


@dataclass(slots=True)
class FakeChat:
    """Every channel is open to it, except those it is `outside` of (public, not joined) and those that are `private` or `archived`;
    it is in those private ones that it was `invited` to.

    `fail("post", error)` makes the next post fail before anything is done; `lose("post")` does it and loses the answer.
    `shared` are those with people of other companies.
    Failures of one method come in the order they were queued. `calls` are (method, channel) in order, failed ones too.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    outside: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    uneditable: set[str] = field(default_factory=set)
    history: list[FakeMessage] = field(default_factory=list)
    whispers: list[Whisper] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    _failures: defaultdict[str, deque[Failure]] = field(default_factory=lambda: defaultdict(deque))
    _last_ts: Decimal = Decimal(0)

    def fail(self, method: str, error: ChatTrouble, *, times: int = 1) -> None:
        self._failures[method].extend([Failure(error)] * times)

    def lose(self, method: str, *, times: int = 1) -> None:
        self._failures[method].extend([Failure(ChatAnswerLost(), done=True)] * times)

    @property
    def messages(self) -> list[FakeMessage]:
        """Those that stand, oldest first."""
        return [message for message in self.history if not message.deleted]

    def in_channel(self, channel: str) -> list[FakeMessage]:
        return [message for message in self.messages if message.channel == channel]

    def keyed(self, key: str) -> list[FakeMessage]:
        return [message for message in self.messages if message.key == key]

    def at(self, ts: str) -> FakeMessage:
        return next(message for message in self.messages if message.ts == ts)

    async def post(
        self, channel: str, picture: Picture, *, key: str, thread_ts: str | None = None, broadcast: bool = False, plain: bool = False
    ) -> str:
        failure = self._begin("post", channel)
        self._demand_open(channel)
        if thread_ts is not None and not any(one.ts == thread_ts for one in self.in_channel(channel)):
            raise ThreadClosed("thread_not_found")
        message = FakeMessage(
            channel=channel, ts=self._next_ts(), key=key, pictures=[picture], thread_ts=thread_ts, broadcast=broadcast, plain=plain
        )
        self.history.append(message)
        self._end(failure)
        return message.ts

    async def update(self, channel: str, ts: str, picture: Picture, *, plain: bool = False) -> None:
        failure = self._begin("update", channel)
        message = self._standing(channel, ts)
        if channel in self.archived:
            raise ChannelClosed("is_inactive")
        if ts in self.uneditable:
            raise CannotEdit("cant_update_message")
        message.pictures.append(picture)
        message.plain = plain
        self._end(failure)

    async def find(self, channel: str, key: str, since: datetime, *, thread_ts: str | None = None) -> tuple[str, ...]:
        failure = self._begin("find", channel)
        self._demand_open(channel)
        self._end(failure)
        oldest = Decimal(str(since.timestamp()))
        seen = [one for one in self.in_channel(channel) if one.thread_ts in {None, thread_ts} or one.broadcast]
        found = [message.ts for message in seen if message.key == key and Decimal(message.ts) >= oldest]
        return tuple(sorted(found, key=Decimal))

    async def delete(self, channel: str, ts: str) -> None:
        failure = self._begin("delete", channel)
        self._standing(channel, ts).deleted = True
        self._end(failure)

    async def join(self, channel: str) -> None:
        failure = self._begin("join", channel)
        if channel in self.private | self.archived | self.invited:
            raise ChannelClosed("is_archived" if channel in self.archived else "method_not_supported_for_channel_type")
        self.outside.discard(channel)
        self.joined.append(channel)
        self._end(failure)

    async def is_open(self, channel: str) -> bool:
        failure = self._begin("is_open", channel)
        if channel in self.private:
            raise ChannelClosed("channel_not_found")
        self._end(failure)
        return channel not in self.archived | self.outside

    async def is_shared(self, channel: str) -> bool:
        failure = self._begin("is_shared", channel)
        if channel in self.private:
            raise ChannelClosed("channel_not_found")
        self._end(failure)
        return channel in self.shared

    async def whisper(self, channel: str, person: str, text: str) -> None:
        failure = self._begin("whisper", channel)
        self._demand_open(channel)
        self.whispers.append(Whisper(channel, person, text))
        self._end(failure)

    def _begin(self, method: str, channel: str) -> Failure | None:
        self.calls.append((method, channel))
        queue = self._failures[method]
        failure = queue.popleft() if queue else None
        if failure is not None and not failure.done:
            raise failure.error
        return failure

    @staticmethod
    def _end(failure: Failure | None) -> None:
        if failure is not None:
            raise failure.error

    def _demand_open(self, channel: str) -> None:
        if channel in self.private:
            raise ChannelClosed("channel_not_found")
        if channel in self.archived:
            raise ChannelClosed("is_archived")
        if channel in self.outside:
            raise ChannelClosed("not_in_channel")

    def _standing(self, channel: str, ts: str) -> FakeMessage:
        for message in self.in_channel(channel):
            if message.ts == ts:
                return message
        raise MessageGone("message_not_found")

    def _next_ts(self) -> str:
        wanted = Decimal(f"{self.now().timestamp():.6f}")
        self._last_ts = max(wanted, self._last_ts + Decimal("0.000001"))
        return f"{self._last_ts:.6f}"


class FakePeople:
    """People and user groups by id; `asked` are the ids that were looked up, in order. Whoever is not known is a stranger.

    `unreachable` are ids and addresses that cannot be asked about; `home` is the one team whose payloads make members, "" for any.
    """

    def __init__(self, people: Iterable[Person] = (), groups: Mapping[str, Iterable[str]] | None = None) -> None:
        self.people = {person.id: person for person in people}
        self.groups = {group: frozenset(members) for group, members in (groups or {}).items()}
        self.handles: dict[str, str] = {}
        self.home = ""
        self.unreachable: set[str] = set()
        self.asked: list[str] = []
        self._failures: deque[ChatTrouble] = deque()

    def add(self, person_id: str, name: str = "", standing: Standing = Standing.MEMBER, email: str = "") -> Person:
        person = Person(id=person_id, name=name or person_id.lower(), standing=standing, email=email)
        self.people[person_id] = person
        return person

    def fail(self, error: ChatTrouble, *, times: int = 1) -> None:
        self._failures.extend([error] * times)

    async def person(self, person_id: str, team_id: str) -> Person:
        self._ask(person_id)
        found = self.people.get(person_id) or Person(id=person_id, name=person_id, standing=Standing.STRANGER)
        is_ours = team_id == self.home or not self.home
        return found if is_ours or found.standing is not Standing.MEMBER else replace(found, standing=Standing.STRANGER)

    async def members(self, group_id: str) -> frozenset[str]:
        self._ask(group_id)
        if group_id not in self.groups:
            raise ChatRefused("no_such_subteam")
        return self.groups[group_id]

    async def handle(self, group_id: str) -> str:
        self._ask(group_id)
        return self.handles.get(group_id, group_id)

    async def with_email(self, email: str) -> str:
        self._ask(email)
        return next((one.id for one in self.people.values() if one.email == email), "")

    def _ask(self, wanted: str) -> None:
        self.asked.append(wanted)
        if wanted in self.unreachable:
            raise ChatUnreachable
        if self._failures:
            raise self._failures.popleft()
