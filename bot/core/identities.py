"""Who in Slack is who on the Terraform server and in version control, and whether a voter may be the person a run came from.

A likeness of names proves nothing: `[people]` of `runbell.toml` says who is who, else an e-mail address that both services know.
"""

from __future__ import annotations

import re
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


class InvolvedBy(StrEnum):
    """How somebody is behind a run that they did not start, or behind its configuration."""

    UPLOAD = "upload"
    FIRST_RUN = "first_run"
    COMMIT = "commit"
    OPTIONS = "options"


DID = {Role.CREATOR: "created the run", Role.AUTHOR: "made the commit", Role.REQUESTER: "asked for the run"}
DID_BEFORE = {
    InvolvedBy.UPLOAD: "uploaded its configuration",
    InvolvedBy.FIRST_RUN: "started the first run of its configuration, so they count as its uploader",
    InvolvedBy.COMMIT: "made the commit",
    InvolvedBy.OPTIONS: "chose targets, replacements or variables that the run takes over",
}

MACHINE = re.compile(
    r".*\[bot\]|web-flow|github-merge-queue|(?:project|group)_\d+_bot\w*|api-(?:team|org|organization)[_-].*", re.IGNORECASE
)
"""Accounts behind which anybody can stand: apps and the merge button of GitHub, access tokens of GitLab, tokens of HCP Terraform."""


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
    account of our own token, behind which anybody may stand. `by` says through what they have a part in the run where they did not start
    it. `event` names what they did: two with the same event are surely one person, known or not.
    """

    slack: str = ""
    terraform: str = ""
    vcs: str = ""
    email: str = ""
    may_be_ours: bool = False
    by: InvolvedBy | None = None
    event: str = field(default="", compare=False)

    @property
    def known_as(self) -> str:
        return self.slack or self.terraform or self.vcs


Origins = Mapping[Role, Origin]
"""A role that nobody had is absent: a run that was not made from a commit has no author."""

Inherited = tuple[tuple[Role, Origin], ...]
"""People behind a run through what it took over: the uploader of its configuration, and who chose options that a retry takes over."""

CREATION, PUSH = "creation", "push"


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
        """Whether a voter is whom a run came from. None, nobody: then they are not.

        An account that is in no row of `[people]` may be anybody's: a CI system, a merge queue, a second account. So where nothing
        tells who is behind it, that is UNKNOWN for every voter alike, whatever other names are written down of them.
        """
        if origin is None:
            return Sameness.NO
        found = self.slack_of(origin)
        if not found:
            return Sameness.UNKNOWN
        return Sameness.YES if self.human(found) == self.human(slack) else Sameness.NO

    def slack_of(self, origin: Origin) -> str:
        """The Slack id of whom a run came from; empty where nothing tells."""
        if origin.slack:
            return origin.slack
        if is_machine(origin.terraform or origin.vcs):
            return ""
        for kind, name in (("terraform", origin.terraform), ("vcs", origin.vcs), ("terraform", origin.email), ("vcs", origin.email)):
            if name and (known := self._names.get((kind, name.casefold()))):
                return known.slack[0]
        return self._by_email.get(origin.email.casefold(), "") if origin.email else ""

    def knows(self, kind: str, name: str) -> bool:
        """Whether an account (`terraform` or `vcs`) is in a row of `[people]` and can be one person's."""
        return not is_machine(name) and (kind, name.casefold()) in self._names


def is_machine(name: str) -> bool:
    """Return whether an account acts for many people, so that it is no person's own, whatever `[people]` says."""
    return MACHINE.fullmatch(name) is not None


def origins_of(*, creator: str | None, own_account: str, requester: str, sender: str | None, email: str = "") -> Origins:
    """Whom a run came from.

    `creator` is the server's username, None where it names none; `own_account` is ours, whose runs were asked for in Slack by `requester`
    (a Slack id, "" where nobody is known to have), and "" where the server does not tell it. `sender` is who pushed, "" where a commit is
    there without a name, None where there is no commit.
    A run that is by our account, or may be, and that nobody is known to have asked for came from somebody whom nobody knows.
    """
    found: dict[Role, Origin] = {}
    if creator is None:
        found[Role.CREATOR] = Origin(vcs=sender or "", event=PUSH if sender else "")
    elif creator == own_account or (requester and not own_account):
        found[Role.CREATOR] = found[Role.REQUESTER] = Origin(slack=requester, event=CREATION)
    elif not own_account:
        found[Role.CREATOR] = found[Role.REQUESTER] = Origin(terraform=creator, email=email, may_be_ours=True, event=CREATION)
    else:
        found[Role.CREATOR] = Origin(terraform=creator, email=email, event=CREATION)
    if requester:
        found[Role.REQUESTER] = Origin(slack=requester)
    if sender is not None:
        found[Role.AUTHOR] = Origin(vcs=sender, event=PUSH if sender else "")
    return MappingProxyType(found)
