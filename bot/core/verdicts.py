"""What is judged of a run: granted or not, what is missing, who may vote, which votes fell. Said in words that name people by Slack id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import assert_never

from bot.core.freezes import Freeze
from bot.core.identities import DID, DID_BEFORE, InvolvedBy, Role, is_machine
from bot.core.people import NOBODY, Circle
from bot.core.rules import Risk
from bot.core.runs import Action
from bot.core.votes import Why


@dataclass(frozen=True, slots=True)
class Named:
    """A person or a user group by Slack id, within words; how one is shown is for bot.slack to say."""

    id: str
    is_group: bool = False


Phrase = tuple[str | Named, ...]
"""A sentence in parts. Strings may hold words from outside: names of rules, reasons."""


def plain_words(phrase: Phrase) -> str:
    """The sentence with @ids, for logs and records."""
    return "".join(part if isinstance(part, str) else f"@{part.id}" for part in phrase)


class Outcome(StrEnum):
    """OUTSIDE: on the server's own page, and never from Slack. MISSING may yet become GRANTED."""

    GRANTED = "granted"
    MISSING = "missing"
    DENIED = "denied"
    OUTSIDE = "outside"


class Lack(StrEnum):
    """The kinds of what can be missing."""

    VOTES = "votes"
    WINDOW = "window"
    STAGE = "stage"
    FREEZE = "freeze"


@dataclass(frozen=True, slots=True)
class Unidentified:
    """An unknown person behind a run: what they did, and the account they used, "" if that is unknown too."""

    role: Role
    by: InvolvedBy | None = None
    known_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that is missing. `rule` is the rule's name, empty for the right to decide and for freezes.

    VOTES: `have` of `need`, of `circle`, and one from each of `groups` that are yet to be heard; `may` are those who still can, None where
    nobody looked; for each of `unidentified`, `need` is one higher. WINDOW: `opens_at`, None where it is not within a year. STAGE: `stage`
    is the workspace before, empty where this one is in no chain. FREEZE: `freeze`, in spite of which those of `circle` may approve.
    """

    lack: Lack
    rule: str = ""
    have: int = 0
    need: int = 0
    circle: Circle = NOBODY
    may: Circle | None = None
    groups: tuple[str, ...] = ()
    opens_at: datetime | None = None
    stage: str = ""
    freeze: Freeze | None = None
    unidentified: tuple[Unidentified, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A vote that does not count, for anything or (`rule`) for one rule. `role` and `known_as` say whom the voter is or may be."""

    person: str
    why: Why
    rule: str = ""
    role: Role | None = None
    by: InvolvedBy | None = None
    known_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`rules` are the names of those that apply, `denials` what those say that deny; `voters` whose vote would bring it closer.

    `counting` are the Slack ids of votes that count for anything. `unread_groups` could not be read and are needed to know better.
    `plan_unread`: rules about plans apply because nothing, or not all, is known of this one. `digest` is that of the plan that was judged.
    `project_unread`: rules about projects apply because nobody knows the name of this one.
    """

    outcome: Outcome
    rules: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    nobody: bool = False
    voters: Circle = NOBODY
    counting: tuple[str, ...] = ()
    fallen: tuple[Fallen, ...] = ()
    risk: Risk = Risk.LOW
    wants_reason: bool = False
    wants_typed_name: bool = False
    plan_unread: bool = False
    project_unread: bool = False
    unread_groups: tuple[str, ...] = ()
    source: str = ""
    action: Action = Action.APPLY
    digest: str = ""

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANTED

    def objections_to(self, person: str) -> tuple[Fallen, ...]:
        """What speaks against the vote of a person, where it was among the votes."""
        return tuple(one for one in self.fallen if one.person == person)


def headline(verdict: Verdict) -> str:
    """How it stands, in one sentence."""
    match verdict.outcome:
        case Outcome.GRANTED:
            return "Nothing is missing."
        case Outcome.DENIED if verdict.nobody:
            return "Nobody may decide this: there is neither a right nor a rule for it."
        case Outcome.DENIED:
            return "A rule forbids it."
        case Outcome.OUTSIDE:
            return "This is decided on the server's own page, and not in Slack."
        case Outcome.MISSING if verdict.action is Action.OVERRIDE:
            return "It cannot be overridden yet."
        case Outcome.MISSING:
            return "It cannot be applied yet."
        case _:
            assert_never(verdict.outcome)


def lacks(verdict: Verdict) -> tuple[Phrase, ...]:
    """What forbids it or is missing, a sentence each; what another sentence asks for anyway is not said twice."""
    told = [one for one in verdict.missing if not any(brings(other, one) for other in verdict.missing)]
    return (*((denial,) for denial in verdict.denials), *map(lacking, told))


def brings(votes: Missing, right: Missing) -> bool:
    """Whether the votes that a rule still wants bring along the one of the right to decide: only who has that can give them."""
    if not (votes.lack is right.lack is Lack.VOTES and votes.rule and not right.rule):
        return False
    return bool(votes.circle) and votes.circle.is_within(right.circle)


def lacking(missing: Missing) -> Phrase:
    match missing.lack:
        case Lack.VOTES:
            return votes_lacking(missing)
        case Lack.WINDOW if missing.opens_at is None:
            return (f"{by(missing.rule)}: its window of time does not open within a year.",)
        case Lack.WINDOW:
            return (f"{by(missing.rule)}: its window of time opens at {said(missing.opens_at)}.",)
        case Lack.STAGE if missing.stage:
            return (f"{by(missing.rule)}: {missing.stage} has to apply the same configuration first.",)
        case Lack.STAGE:
            return (f"{by(missing.rule)}: it wants the stage before, and this workspace is in no chain of stages.",)
        case Lack.FREEZE:
            return freeze_lacking(missing)
        case _:
            assert_never(missing.lack)


def votes_lacking(missing: Missing) -> Phrase:
    may = circle_words(missing.circle if missing.may is None else missing.may)
    if not missing.rule:
        return ("1 approval from people who may decide here: ", *may, ".")
    heard = tuple(part for group in missing.groups for part in ("; one from ", Named(group, is_group=True)))
    votes = "vote" if missing.need == 1 else "votes"
    who = "Who else may" if missing.have else "Who may"
    more = more_votes(missing.unidentified)
    return (f"{by(missing.rule)}: {missing.have} of {missing.need} {votes}", *heard, f". {who}: ", *may, f".{more}")


def more_votes(unidentified: Sequence[Unidentified]) -> str:
    """Why more votes are needed than the rule says, and what would settle it."""
    if not unidentified:
        return ""
    count = len(unidentified)
    who = ", or ".join(f"who {did(one)}{known_as(one)}" for one in unidentified)
    more = "1 more vote is needed" if count == 1 else f"{count} more votes are needed"
    why = "of two voters, at most one can be that person" if count == 1 else f"at most {count} of the voters can be those people"
    settle = "" if any(is_machine(one.known_as) for one in unidentified) else f" {SETTLE}"
    return f" {more}, because it is not known {who}: {why}.{settle}"


def freeze_lacking(missing: Missing) -> Phrase:
    if missing.freeze is None:
        return ("Nothing is applied for now.",)
    told = freeze_words(missing.freeze)
    if not missing.circle:
        return told
    how = " With a reason and --break-glass these approve it all the same: "
    return (*told, how if told[-1] == "." else f".{how}", *circle_words(missing.circle), ".")


def freeze_words(freeze: Freeze) -> Phrase:
    """What is frozen, until when, by whom, and why."""
    until = f" until {said(freeze.until)}" if freeze.until else ""
    by_whom: Phrase = (", by ", Named(freeze.by)) if freeze.by else (f", by {freeze.source}",) if freeze.source else ()
    why = f": {freeze.reason.rstrip(' .')}" if freeze.reason else ""
    return (f"{freeze.scope} is frozen{until}", *by_whom, why or ".")


def by(rule: str) -> str:
    return f"Rule “{rule}”"


def said(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def circle_words(circle: Circle, most: int = 12) -> Phrase:
    """Everybody in a circle, by id."""
    if circle.members:
        return ("every full member",)
    names: list[Named] = [*(Named(one, is_group=True) for one in sorted(circle.groups)), *(Named(one) for one in sorted(circle.people))]
    shown = enumerated(names[:most])
    return (*shown, f" and {len(names) - most} more") if len(names) > most else shown or ("nobody",)


def enumerated(names: Sequence[Named]) -> Phrase:
    parts: list[str | Named] = []
    for name in names:
        parts += [", ", name] if parts else [name]
    return tuple(parts)


def falls(fallen: Iterable[Fallen]) -> tuple[Phrase, ...]:
    """Why votes do not count, a sentence each, with what would settle it."""
    return tuple(falling(one) for one in fallen)


SETTLE = "An operator can settle it: add all names of each person to [people] in runbell.toml."

FALLS = {
    Why.PLAN_CHANGED: "fell: the plan has changed since.",
    Why.RULES_CHANGED: "fell: the rules have changed since.",
    Why.NO_MEMBER: "does not count: they are no full member of this Slack workspace.",
    Why.UNKNOWN_PERSON: "does not count for now: Slack could not be asked who they are.",
    Why.COUNTED_ONCE: "does not count: the same person has voted under another account.",
    Why.NOT_ASKED: "does not count: they are none of those whose votes are wanted.",
    Why.NO_REASON: "it gives no reason.",
    Why.WRONG_NAME: "the workspace's name was not typed with it.",
}


def falling(fallen: Fallen) -> Phrase:
    for_rule = f"does not count for rule “{fallen.rule}”: " if fallen.rule else ""
    return ("The vote of ", Named(fallen.person), f" {for_rule}{kin_words(fallen) if fallen.role else FALLS[fallen.why]}")


def kin_words(fallen: Fallen) -> str:
    if fallen.why is Why.SAME_PERSON:
        return f"they {did(fallen)}."
    return f"they may be who {did(fallen)}{known_as(fallen)}. {SETTLE}"


def did(one: Fallen | Unidentified) -> str:
    if one.by is not None:
        return DID_BEFORE[one.by]
    return DID[one.role] if one.role else ""


def known_as(one: Fallen | Unidentified) -> str:
    return f" (“{one.known_as}”)" if one.known_as else ""
