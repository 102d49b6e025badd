"""Where one person has a right, as far as their groups are known: for lists, which ask of many workspaces at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.people import Membership, Person, Standing
from bot.core.policy import Policy, Right, permit
from bot.core.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Reach:
    policy: Policy
    person: Person
    right: Right
    membership: Membership

    @property
    def globs(self) -> tuple[str, ...]:
        """Nothing outside of them is allowed; `allows` has the last word."""
        if self.person.standing is not Standing.MEMBER:
            return ()
        held = [grant for grant in self.policy.grants if grant.circle.holds(self.person.id, self.membership)]
        some = {glob for grant in held if self.right in grant.may or (self.right is Right.READ and grant.may) for glob in grant.workspaces}
        return tuple(sorted(some))

    def allows(self, workspace: Workspace) -> bool:
        return permit(self.policy, self.person, self.right, workspace, self.membership).granted
