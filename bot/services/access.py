"""Who may do what, decided here at the very moment: the person and the groups that the answer hangs on are asked for afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from bot.core.errors import ChatTrouble, MembershipUnread, NotFound, RightMissing
from bot.core.policy import Actor, Membership, Permission, Person, Policy, Right, Standing, permit
from bot.core.reaches import Reach
from bot.core.workspaces import Workspace
from bot.services.ports import People


class Access:
    """Rights of people over workspaces, by one policy and one Slack workspace (`team_id`)."""

    def __init__(self, people: People, policy: Policy, team_id: str) -> None:
        self._people = people
        self._policy = policy
        self._team_id = team_id

    async def person(self, actor: Actor) -> Person:
        """Who the actor is in Slack's own words; MembershipUnread where Slack cannot be asked."""
        try:
            return await self._people.person(actor.id, actor.team_id)
        except ChatTrouble as trouble:
            raise MembershipUnread from trouble

    async def demand(self, actor: Actor, right: Right, workspace: Workspace) -> Person:
        """The person, if they may; RightMissing, saying who may, otherwise. A group that cannot be read counts for nobody."""
        person = await self.person(actor)
        permission, unread = await self._judge(person, right, workspace)
        if permission.granted:
            return person
        if unread and person.standing is Standing.MEMBER:
            raise MembershipUnread
        raise missing(right, workspace, permission)

    def shows_values(self, workspace: Workspace) -> bool:
        """Whether values of plans and logs are shown to anybody at all."""
        return self._policy.shows_values(workspace)

    async def demand_all(self, actor: Actor, right: Right, workspaces: Iterable[Workspace], pattern: str = "") -> Person:
        """The person, if they may in every one of them; the first that they may not is named, if they may read it.

        Of what they may not read the refusal names the `pattern` alone: it is the one for a pattern that matches nothing.
        """
        person = await self.demand_membership(actor, right)
        hidden: RightMissing | None = None
        for workspace in workspaces:
            try:
                await self.demand(actor, right, workspace)
            except RightMissing as refusal:
                if not pattern or await self.may_read(person, workspace):
                    raise
                hidden = refusal
        if hidden is not None:
            permission, _ = await self._judge(person, right, named(pattern))
            raise missing(right, named(pattern), permission)
        return person

    async def may_read(self, person: Person, workspace: Workspace) -> bool:
        """Whether the person may read the workspace, as far as that is known: a group that cannot be read counts for nobody."""
        permission, _ = await self._judge(person, Right.READ, workspace)
        return permission.granted

    async def demand_seen(self, actor: Actor, workspace: Workspace, otherwise: NotFound) -> None:
        """Raise `otherwise`, the error for what does not exist, if the actor may not read the workspace."""
        if not await self.may_read(await self.demand_membership(actor), workspace):
            await self.demand_groups()
            otherwise.is_hidden = True
            raise otherwise

    async def demand_groups(self) -> None:
        """MembershipUnread if a group of the rules cannot be read. Ask before saying that something does not exist.

        Slack's outage must not tell a workspace that is hidden from one that is not there, so both ask for the same groups.
        """
        if (await self._membership(self._policy.groups))[1]:
            raise MembershipUnread

    async def visible(self, actor: Actor, workspaces: Iterable[Workspace]) -> tuple[Workspace, ...]:
        """Those of the workspaces that the actor may read. As in `demand_groups`, no group may be unread."""
        found = await self.readable(actor, workspaces)
        await self.demand_groups()
        return found

    async def demand_membership(self, actor: Actor, right: Right = Right.READ) -> Person:
        """The person, if they are a full member of our Slack workspace; for what concerns no workspace in particular."""
        person = await self.person(actor)
        if person.standing is not Standing.MEMBER:
            raise RightMissing(right, "any workspace", standing=person.standing, source=self._policy.source)
        return person

    async def readable(self, actor: Actor, workspaces: Iterable[Workspace]) -> tuple[Workspace, ...]:
        """Those of the workspaces that the actor may read."""
        person = await self.person(actor)
        membership, _ = await self._membership(self._policy.granted_groups)
        return tuple(one for one in workspaces if permit(self._policy, person, Right.READ, one, membership).granted)

    async def reach(self, actor: Actor, right: Right) -> Reach:
        """Where the actor has a right; a group that cannot be read counts for nobody. RightMissing for whoever is no full member."""
        person = await self.demand_membership(actor)
        membership, _ = await self._membership(self._policy.granted_groups)
        return Reach(self._policy, person, right, membership)

    async def owner_reads(self, owner: str, workspace: Workspace) -> bool:
        """Whether the owner of a watch may read a workspace now; MembershipUnread where that cannot be known."""
        person = await self.person(Actor(id=owner, team_id=self._team_id))
        permission, unread = await self._judge(person, Right.READ, workspace)
        if not permission.granted and unread:
            raise MembershipUnread
        return permission.granted

    async def people(self, ids: Iterable[str]) -> Mapping[str, Person]:
        """Those of our Slack workspace with these ids, as Slack knows them now; who could not be read is absent."""
        wanted = sorted(set(ids))
        found = await asyncio.gather(*(self._perhaps(one) for one in wanted))
        return {one: person for one, person in zip(wanted, found, strict=True) if person is not None}

    async def _perhaps(self, person_id: str) -> Person | None:
        try:
            return await self.person(Actor(id=person_id, team_id=self._team_id))
        except MembershipUnread:
            return None

    async def membership(self, groups: Iterable[str]) -> Membership:
        """Who is in these groups now; a group that could not be read is absent."""
        return (await self._membership(groups))[0]

    async def _judge(self, person: Person, right: Right, workspace: Workspace) -> tuple[Permission, bool]:
        membership, unread = await self._membership(self._policy.groups_for(right, workspace))
        return permit(self._policy, person, right, workspace, membership), unread

    async def _membership(self, groups: Iterable[str]) -> tuple[Membership, bool]:
        wanted = sorted(groups)
        found = await asyncio.gather(*(self._members(group) for group in wanted))
        return {group: members for group, members in zip(wanted, found, strict=True) if members is not None}, None in found

    async def _members(self, group: str) -> frozenset[str] | None:
        try:
            return await self._people.members(group)
        except ChatTrouble:
            return None


def named(pattern: str) -> Workspace:
    """A workspace that is called as the pattern, to ask who has rights over what the pattern covers."""
    organization, _, name = pattern.rpartition("/")
    return Workspace(id="", name=name, organization=organization)


def missing(right: Right, workspace: Workspace, permission: Permission) -> RightMissing:
    return RightMissing(
        right,
        workspace.full_name.removeprefix("/"),
        standing=permission.standing,
        people=sorted(permission.people),
        groups=sorted(permission.groups),
        members=permission.members,
        source=permission.source,
    )
