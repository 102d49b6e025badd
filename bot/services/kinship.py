"""Who in Slack is the person a run came from, as far as e-mail addresses tell that Terraform and Slack both know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.errors import ChatTrouble, TerraformTrouble
from bot.core.identities import Identities, Origin, Role
from bot.core.people import Person
from bot.core.questions import Question
from bot.services.ports import Clock, Memberships, People

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=60)
KEPT_MOST = 2000
PAGES_MOST = 3


class Kinship:
    """Nothing is known where either side does not say: then two people are possibly the same, which no rule lets pass."""

    def __init__(self, memberships: Memberships, people: People, clock: Clock) -> None:
        self._memberships = memberships
        self._people = people
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[datetime, str]] = {}

    async def told(self, question: Question) -> Question:
        """The same question, with what e-mail addresses say of the people behind the run, and of voters."""
        known, organization = question.identities, question.workspace.organization
        behind = [*creator_of(question), *(origin for _, origin in question.inherited)]
        names = sorted({origin.terraform for origin in behind if origin.terraform and not known.slack_of(origin)})
        emails = {name: email for name in names if (email := await self._email_of(organization, name))}
        if not emails:
            return question
        owners = dict(addresses(question.people))
        for email in emails.values():
            owners |= await self._owner_of(email)

        def with_email(origin: Origin) -> Origin:
            return replace(origin, email=emails[origin.terraform]) if origin.terraform in emails else origin

        own = ((role, with_email(origin) if role is Role.CREATOR else origin) for role, origin in question.origins.items())
        inherited = tuple((role, with_email(origin)) for role, origin in question.inherited)
        return replace(question, origins=dict(own), inherited=inherited, identities=Identities(known.people, owners))

    async def _email_of(self, organization: str, username: str) -> str:
        """The address under which the server knows somebody; "" where the token may not see it, or the server does not answer."""
        known = self._known.get((organization, username))
        if known and self._clock.now() - known[0] < FRESH:
            return known[1]
        try:
            found = await self._look(organization, username)
        except TerraformTrouble as trouble:
            log.info("member_unread", organization=organization, error=trouble.sentence)
            return ""
        if len(self._known) >= KEPT_MOST:
            self._known.clear()
        self._known[organization, username] = (self._clock.now(), found)
        return found

    async def _look(self, organization: str, username: str) -> str:
        page: int | None = 1
        for _ in range(PAGES_MOST):
            if page is None:
                break
            found = await self._memberships.members(organization, page=page, query=username)
            for member in found.members:
                if member.username == username:
                    return member.email
            page = found.next_page
        return ""

    async def _owner_of(self, email: str) -> Mapping[str, str]:
        try:
            person = await self._people.with_email(email)
        except ChatTrouble as trouble:
            log.info("address_unread", error=trouble.sentence)
            return {}
        return {person: email} if person else {}


def creator_of(question: Question) -> tuple[Origin, ...]:
    creator = question.origins.get(Role.CREATOR)
    return (creator,) if creator is not None else ()


def addresses(people: Mapping[str, Person]) -> Mapping[str, str]:
    return {person.id: person.email for person in people.values() if person.email}
