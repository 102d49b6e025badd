"""Who in Slack is who on the Terraform server and in version control, and whether a voter may be the person a run came from.

A likeness of names proves nothing: `[people]` of `runbell.toml` says who is who, else an e-mail address that both services know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType


class Role(StrEnum):
    """What somebody was to a run before anybody voted."""

    CREATOR = "creator"
    AUTHOR = "author"
    REQUESTER = "requester"


DID = {Role.CREATOR: "created the run", Role.AUTHOR: "made the commit", Role.REQUESTER: "asked for the run"}


class Sameness(StrEnum):
    """Whether two are one person; UNKNOWN counts as possibly, wherever somebody else is wanted."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """One row of `[people]`: one human, with all their Slack ids, and all their names there; e-mail addresses count as names."""

    slack: tuple[str, ...]
    terraform: frozenset[str] = frozenset()
    vcs: frozenset[str] = frozenset()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Somebody whom a run came from, as far as is known; all empty where somebody did it and nobody knows who.

    `vcs` is the name of the account that pushed (`sender-username` of the ingress attributes), never the author that a commit names: that
    anybody can write. `email` is the one under which the Terraform server knows `terraform`, and `may_be_ours` says that this may be the
    account of our own token, behind which anybody may stand.
    """

    slack: str = ""
    terraform: str = ""
    vcs: str = ""
    email: str = ""
    may_be_ours: bool = False

    @property
    def known_as(self) -> str:
        return self.slack or self.terraform or self.vcs


Origins = Mapping[Role, Origin]
"""A role that nobody had is absent: a run that was not made from a commit has no author."""


@dataclass(frozen=True)
class Identities:
    """`emails` are those of people in Slack, by Slack id, as far as they were asked for. No slots: names are looked up often."""

    people: tuple[KnownPerson, ...] = ()
    emails: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def _humans(self) -> Mapping[str, KnownPerson]:
        return {slack: human for human in self.people for slack in human.slack}

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], KnownPerson]:
        names = {("terraform", name.casefold()): human for human in self.people for name in human.terraform}
        return names | {("vcs", name.casefold()): human for human in self.people for name in human.vcs}

    @cached_property
    def _by_email(self) -> Mapping[str, str]:
        return {email.casefold(): slack for slack, email in self.emails.items() if email}

    def human(self, slack: str) -> str:
        """One Slack id for all that are of one human."""
        known = self._humans.get(slack)
        return known.slack[0] if known else slack

    def same(self, slack: str, origin: Origin | None) -> Sameness:
        """Whether a voter is whom a run came from. None, nobody: then they are not."""
        if origin is None:
            return Sameness.NO
        found = self.slack_of(origin)
        if found:
            return Sameness.YES if self.human(found) == self.human(slack) else Sameness.NO
        return Sameness.NO if self._is_known_by_another_name(slack, origin) else Sameness.UNKNOWN

    def slack_of(self, origin: Origin) -> str:
        """The Slack id of whom a run came from; empty where nothing tells."""
        if origin.slack:
            return origin.slack
        for kind, name in (("terraform", origin.terraform), ("vcs", origin.vcs), ("terraform", origin.email), ("vcs", origin.email)):
            if name and (known := self._names.get((kind, name.casefold()))):
                return known.slack[0]
        return self._by_email.get(origin.email.casefold(), "") if origin.email else ""

    def _is_known_by_another_name(self, slack: str, origin: Origin) -> bool:
        """Whoever wrote down all names of a person has said that other names are not theirs."""
        known = self._humans.get(slack)
        if known is None or origin.may_be_ours:
            return False
        return bool((origin.terraform and known.terraform) or (origin.vcs and known.vcs and not origin.terraform))


def origins_of(*, creator: str | None, own_account: str, requester: str, sender: str | None, email: str = "") -> Origins:
    """Whom a run came from.

    `creator` is the server's username, None where it names none; `own_account` is ours, whose runs were asked for in Slack by `requester`
    (a Slack id, "" where nobody is known to have), and "" where the server does not tell it. `sender` is who pushed, "" where a commit is
    there without a name, None where there is no commit.
    A run that is by our account, or may be, and that nobody is known to have asked for came from somebody whom nobody knows.
    """
    found: dict[Role, Origin] = {}
    if creator is None:
        found[Role.CREATOR] = Origin(vcs=sender or "")
    elif creator == own_account or (requester and not own_account):
        found[Role.CREATOR] = found[Role.REQUESTER] = Origin(slack=requester)
    elif not own_account:
        found[Role.CREATOR] = found[Role.REQUESTER] = Origin(terraform=creator, email=email, may_be_ours=True)
    else:
        found[Role.CREATOR] = Origin(terraform=creator, email=email)
    if requester:
        found[Role.REQUESTER] = Origin(slack=requester)
    if sender is not None:
        found[Role.AUTHOR] = Origin(vcs=sender)
    return MappingProxyType(found)
