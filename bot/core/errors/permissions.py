"""Who may do something, and who may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.core.errors.kinds import NotAllowed

if TYPE_CHECKING:
    from bot.core.verdicts import Phrase


class RightMissing(NotAllowed):
    """`people` and `groups` are Slack ids of who may; `source` is the file that says so, empty where there is none."""

    def __init__(
        self,
        right: str,
        workspace: str,
        *,
        standing: str = "member",
        people: Sequence[str] = (),
        groups: Sequence[str] = (),
        members: bool = False,
        source: str = "",
    ) -> None:
        self.right, self.workspace, self.standing = right, workspace, standing
        self.people, self.groups, self.members, self.source = tuple(people), tuple(groups), members, source
        super().__init__(f"You may not {right} in {workspace}.")


class GlassNotTheirs(NotAllowed):
    """Whoever may apply in spite of a freeze is named in the file of rules; `people` and `groups` are they, by Slack id."""

    def __init__(self, people: Sequence[str] = (), groups: Sequence[str] = ()) -> None:
        self.people, self.groups = tuple(people), tuple(groups)
        super().__init__("You may not break the glass, so nothing was done.")


class VoteNotCounted(NotAllowed):
    """`phrases` say why, a sentence each, with what would settle it."""

    def __init__(self, run_id: str, phrases: Sequence[Phrase]) -> None:
        self.run_id, self.phrases = run_id, tuple(phrases)
        super().__init__(f"Your vote for {run_id} would not count, so it was not noted.")


class MembershipUnread(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "I could not ask Slack who you are or which user groups you are in, so I did nothing. Please try again in a moment."
        )
