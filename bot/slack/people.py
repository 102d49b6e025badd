"""SlackPeople, the port People over the Web API: who somebody is to our Slack workspace, and who is in a user group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic
from typing import Any, Generic, TypeVar

from bot.core.errors import ChatRefused
from bot.core.pace import Pace
from bot.core.policy import Person, Standing
from bot.slack.clients import Clients
from bot.slack.troubles import translated

KEPT_SECONDS = 50.0
"""How long an answer counts as fresh: a leaver or a changed group is noticed within a minute, also by a decision that takes a while."""

MOST = 5000
UNSEEN = frozenset({"user_not_found", "user_not_visible", "users_not_found"})

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Answers kept for a while, and one look-up for all who ask for the same at the same time."""

    def __init__(self, read: Callable[[str], Awaitable[Value]], clock: Callable[[], float] = monotonic) -> None:
        self._read, self._clock = read, clock
        self._known: dict[str, tuple[float, Value]] = {}
        self._asking: dict[str, asyncio.Task[Value]] = {}

    async def get(self, key: str) -> Value:
        """Whoever stops waiting does not stop the look-up for the others; what it raises reaches all of them and is not kept."""
        known = self._known.get(key)
        if known and self._clock() - known[0] < KEPT_SECONDS:
            return known[1]
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._look_up(key))
            task.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(task)

    def _over(self, key: str, task: asyncio.Task[Value]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key]
        if not task.cancelled():
            task.exception()  # marks it as seen, where nobody waits any more

    async def _look_up(self, key: str) -> Value:
        asked_at = self._clock()
        value = await self._read(key)
        if self._asking.get(key) is asyncio.current_task():
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = (asked_at, value)
        return value

    def drop(self, key: str) -> None:
        """It has changed: whoever asks from now on is told anew, and a look-up under way is not kept."""
        self._known.pop(key, None)
        self._asking.pop(key, None)


class SlackPeople:
    """`team_id` is the Slack workspace that has installed us; whoever is of another one is a stranger."""

    def __init__(self, clients: Clients, pace: Pace, team_id: str, clock: Callable[[], float] = monotonic) -> None:
        self._client, self._pace, self._team_id = clients.reading, pace, team_id
        self._people = Kept(self._read_person, clock)
        self._groups = Kept(self._read_group, clock)
        self._handles = Kept(self._read_handles, clock)
        self._addresses = Kept(self._read_address, clock)

    async def person(self, person_id: str, team_id: str) -> Person:
        """`team_id` comes with the signed payload; one that is not ours makes a stranger, whatever Slack shows of them."""
        found = await self._people.get(person_id)
        if found.standing is Standing.MEMBER and team_id != self._team_id:
            return replace(found, standing=Standing.STRANGER)
        return found

    async def members(self, group_id: str) -> frozenset[str]:
        return await self._groups.get(group_id)

    async def handle(self, group_id: str) -> str:
        return (await self._handles.get("")).get(group_id, group_id)

    async def with_email(self, email: str) -> str:
        return await self._addresses.get(email)

    def person_changed(self, person_id: str) -> None:
        """Slack says so: nothing that was known of them counts any more."""
        self._people.drop(person_id)

    def group_changed(self, group_id: str) -> None:
        self._groups.drop(group_id)
        self._handles.drop("")

    async def _read_person(self, person_id: str) -> Person:
        try:
            async with translated(self._pace.request_timeout):
                answer = await self._client.users_info(user=person_id)
                return person_of(answer["user"], self._team_id)
        except ChatRefused as error:
            if error.code in UNSEEN:
                return Person(id=person_id, name=person_id, standing=Standing.STRANGER)
            raise

    async def _read_group(self, group_id: str) -> frozenset[str]:
        async with translated(self._pace.request_timeout):
            answer = await self._client.usergroups_users_list(usergroup=group_id)
            return frozenset(map(str, answer["users"]))

    async def _read_handles(self, _key: str) -> dict[str, str]:
        async with translated(self._pace.request_timeout):
            answer = await self._client.usergroups_list()
            return {str(group["id"]): str(group.get("handle") or group["id"]) for group in answer["usergroups"]}

    async def _read_address(self, email: str) -> str:
        """Nobody, or a token that may not see addresses (Slack, users.lookupByEmail), tells nothing."""
        try:
            async with translated(self._pace.request_timeout):
                answer = await self._client.users_lookupByEmail(email=email)
                return str(answer["user"]["id"])
        except ChatRefused as error:
            if error.code in UNSEEN | {"missing_scope"}:
                return ""
            raise


def person_of(user: dict[str, Any], team_id: str) -> Person:
    """A user object (Slack, users.info) as a person."""
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name") or user["id"]
    email = str(profile.get("email") or "")
    return Person(id=user["id"], name=str(name), standing=standing_of(user, team_id), email=email)


def standing_of(user: dict[str, Any], team_id: str) -> Standing:
    """There is no one flag for people from outside (Slack Connect): a stranger, or somebody of another team."""
    if user.get("deleted"):
        return Standing.DEACTIVATED
    teams = {user.get("team_id", team_id), *(user.get("enterprise_user") or {}).get("teams", [])}
    if user.get("is_stranger") or team_id not in teams:
        return Standing.STRANGER
    if user.get("is_bot") or user["id"] == "USLACKBOT":
        return Standing.APP
    return Standing.GUEST if user.get("is_restricted") or user.get("is_ultra_restricted") else Standing.MEMBER
