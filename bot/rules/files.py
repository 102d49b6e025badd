"""The whole file: which tables it may hold, and the policy that they make together."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from bot.core.policy import WITHOUT_FILE, Policy
from bot.rules.chains import chains
from bot.rules.freezes import break_glass, file_zone, freezes
from bot.rules.lines import Lines
from bot.rules.people import people
from bot.rules.problems import Problems, RulesWrong
from bot.rules.reminders import reminders
from bot.rules.rights import grants
from bot.rules.rules import rules
from bot.rules.sections import Document, Sections
from bot.rules.shown_values import hides_values_in
from bot.rules.slack import shared_channels
from bot.rules.uploads import allowed_uploads
from bot.rules.watches import Hearers, hearers
from bot.rules.windows import windows
from bot.rules.words import hint

JUDGED = ("rights", "rules", "people", "chains", "windows", "slack", "freezes", "break_glass", "time")
"""What verdicts come from: votes are bound to the hash of these tables. Comments, blanks and other tables may change without harm."""

TABLES = (*JUDGED, "reminders", "watches", "fallback", "plans", "show_values", "uploads")


def parse_rules(text: str, name: str = "runbell.toml") -> Policy:
    """The policy that a file's text says; RulesWrong with every problem in it, in the order of the lines."""
    sections = open_sections(text, name)
    stages, zone = chains(sections), file_zone(sections)
    known = windows(sections, zone)
    policy = Policy(
        grants=grants(sections),
        source=name,
        rules=rules(sections, known, has_chains=bool(stages)),
        people=people(sections),
        chains=stages,
        hash=hash_of(sections.document),
        shared_channels=shared_channels(sections),
        freezes=freezes(sections, zone),
        break_glass=break_glass(sections),
        reminders=reminders(sections, known),
        zone=zone,
        hides_values_in=hides_values_in(sections),
        allowed_uploads=allowed_uploads(sections),
    )
    hearers(sections, name)
    sections.problems.demand_none()
    return policy


def hash_of(document: Document) -> str:
    """sha256, hex, of the tables that are judged by, as canonical JSON."""
    judged = {name: document[name] for name in JUDGED if name in document}
    canonical = json.dumps(judged, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def open_sections(text: str, name: str) -> Sections:
    """The tables of a file, with what is wrong at its top told; RulesWrong where it is no TOML at all."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesWrong((f"{name}: this is not TOML: {error}.",)) from None
    sections = Sections(document, Lines.of(text), Problems(name))
    knows_tables(document, sections)
    return sections


def knows_tables(document: Document, sections: Sections) -> None:
    for name in document:
        if name not in TABLES:
            line = sections.lines.top.get(name, 1)
            sections.problems.add(line, f"There is no table or key “{name}”. {hint(name, TABLES, 'It may hold')}")


def read_rules(path: Path | None) -> Policy:
    """The policy of a file, or the one that holds without a file: full members may read, nobody may do more."""
    return load_rules(path)[0]


def load_rules(path: Path | None) -> tuple[Policy, str]:
    """The same, with the text it was read from, which is empty without a file."""
    if path is None:
        return WITHOUT_FILE, ""
    text = read_text(path)
    return parse_rules(text, str(path)), text


def read_watches(path: Path | None) -> Hearers:
    """What the same file says of who hears of runs; nothing without a file. RulesWrong where it is wrong in any way."""
    if path is None:
        return Hearers()
    text = read_text(path)
    parse_rules(text, str(path))
    return hearers(open_sections(text, str(path)), path.name)


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RulesWrong((f"{path} cannot be read: {error.strerror}.",)) from None
    except UnicodeDecodeError:
        raise RulesWrong((f"{path} is not UTF-8 text.",)) from None
