"""runbell.toml about waiting: freezes, who breaks the glass, reminders, the zone; and what is said of tables that are wrong."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bot.core.freezes import BreakGlass, FreezeWindow
from bot.core.people import Circle
from bot.core.reminders import ReminderRule
from bot.core.scopes import Scope
from bot.core.windows import Window
from bot.rules import RulesWrong, parse_rules

WHOLE = """\
[time]
zone = "Europe/Berlin"

[[windows]]
name = "office"
days = ["mon"]

[[freezes]]
name = "weekend"
workspaces = ["*-prod"]
tags = ["web"]
projects = ["prj-web", "web shop"]
days = ["sat", "sun"]
reason = "nobody is there"

[[freezes]]
name = "year end"
since = 2026-12-20
until = 2027-01-03
zone = "America/New_York"

[break_glass]
people = ["U0ANA"]
groups = ["S0SRE"]
channel = "C0REVIEW"

[[reminders]]
workspaces = ["*-prod"]
after = "30m"
then = "2h"
escalate = "S0ONCALL"
windows = ["office"]
expire_after = "2d"
warn_before = "4h"
expire_all = true

[[reminders]]
off = true
"""


def test_a_whole_file_tells_when_nothing_is_applied_and_who_may_all_the_same() -> None:
    policy = parse_rules(WHOLE)
    weekend = Window(name="weekend", days=frozenset({5, 6}), zone="Europe/Berlin", line=8)
    year_end = Window(name="year end", zone="America/New_York", since=date(2026, 12, 20), until=date(2027, 1, 3), line=16)
    scope = Scope(workspaces=("*-prod",), projects=frozenset({"prj-web", "web shop"}), tags=frozenset({"web"}))
    assert policy.freezes == (
        FreezeWindow(name="weekend", scope=scope, window=weekend, reason="nobody is there", line=8),
        FreezeWindow(name="year end", scope=Scope(), window=year_end, line=16),
    )
    circle = Circle(people=frozenset({"U0ANA"}), groups=frozenset({"S0SRE"}))
    assert policy.break_glass == BreakGlass(circle=circle, channel="C0REVIEW")
    assert policy.zone == "Europe/Berlin"


def test_a_whole_file_tells_when_people_are_reminded() -> None:
    first, second = parse_rules(WHOLE).reminders
    assert first == ReminderRule(
        scope=Scope(workspaces=("*-prod",)),
        after=timedelta(minutes=30),
        then=timedelta(hours=2),
        escalate="S0ONCALL",
        windows=(Window(name="office", days=frozenset({0}), start=time(0), zone="Europe/Berlin", line=4),),
        expire_after=timedelta(days=2),
        warn_before=timedelta(hours=4),
        expires_all=True,
        line=27,
    )
    assert (second.is_off, second.after, second.expire_after) == (True, timedelta(hours=1), None)


def test_people_are_warned_in_the_last_quarter_and_a_day_before_at_most() -> None:
    text = '[[reminders]]\nexpire_after = "{0}"\n'
    assert parse_rules(text.format("8h")).reminders[0].warn_before == timedelta(hours=2)
    assert parse_rules(text.format("30d")).reminders[0].warn_before == timedelta(days=1)


def test_freezes_are_judged_by_and_reminders_are_not() -> None:
    plain = parse_rules('[[rights]]\nmay = ["decide"]\nmembers = true\n')
    more = '[[rights]]\nmay = ["decide"]\nmembers = true\n'
    assert parse_rules(more + '[[reminders]]\nafter = "2h"\n').hash == plain.hash
    assert parse_rules(more + '[[freezes]]\nname = "f"\ndays = ["sat"]\n').hash != plain.hash
    assert parse_rules(more + '[break_glass]\npeople = ["U0ANA"]\nchannel = "C0REVIEW"\n').hash != plain.hash


@pytest.mark.parametrize(
    "text, line, said",
    [
        ('[[freezes]]\nname = "f"', 1, "This freezes for ever: say when, by days, from, to, since or until."),
        ('[[freezes]]\nname = "f"\nzone = "UTC"', 1, "This freezes for ever"),
        ('[[freezes]]\ndays = ["sat"]', 1, "“name” is missing"),
        ('[[freezes]]\nname = "f"\ndays = ["sut"]', 3, "“sut” is no weekday. Did you mean “sun”?"),
        ('[[freezes]]\nname = "f"\nday = ["sat"]\nfrom = "09:00"', 3, "[[freezes]] has no “day”. Did you mean “days”?"),
        ('[[freezes]]\nname = "f"\nfrom = "nine"', 3, "“from” is a time of day"),
        ('[[freezes]]\nname = "f"\nfrom = "09:00"\nzone = "Europe/Berln"', 4, "Did you mean “Europe/Berlin”?"),
        ('[[freezes]]\nname = "f"\nsince = 2026-12-20\nuntil = 2026-12-19', 4, "“until” is before “since”"),
        ('[[freezes]]\nname = "f"\nfrom = "09:00"\nworkspaces = ["a b"]', 4, "cannot name a workspace"),
        ('[[freezes]]\nname = "f"\nfrom = "09:00"\nprojects = [" web"]', 4, "is no project"),
        ('[[freezes]]\nname = "f"\nfrom = "09:00"\ntags = []', 4, "“tags” is empty"),
        ('[[freezes]]\nname = "f"\nfrom = "09:00"\n[[freezes]]\nname = "f"\nfrom = "10:00"', 5, "another freeze “f”, in line 1"),
        ('[freezes]\nname = "f"', 1, "write [[freezes]] with two brackets"),
        ('[break_glass]\nchannel = "C0REVIEW"', 1, "This lets nobody break the glass"),
        ('[break_glass]\npeople = ["U0ANA"]', 1, "“channel” is missing"),
        ('[break_glass]\npeople = ["S0SRE"]\nchannel = "C0REVIEW"', 2, "Move it to groups."),
        ('[break_glass]\nperson = ["U0ANA"]\ngroups = ["S0SRE"]\nchannel = "C0REVIEW"', 2, "Did you mean “people”?"),
        ('[[break_glass]]\npeople = ["U0ANA"]', 1, "write [break_glass] with one bracket"),
        ('[time]\nzone = "Mars"', 2, "There is no time zone “Mars”."),
        ('[time]\nzones = "UTC"', 2, "Did you mean “zone”?"),
        ('time = "UTC"', 1, "write [time] with one bracket"),
        ('[[reminders]]\nafter = "soon"', 2, "“after” is a while of a year at most: after ="),
        ("[[reminders]]\nthen = 4", 2, "“then” is words in quotes"),
        ('[[reminders]]\nescalate = "U0ANA"', 2, "Move it to people."),
        ('[[reminders]]\nwindows = ["office"]', 2, "There is no window “office”: make one with [[windows]]."),
        ('[[reminders]]\noff = true\nafter = "2h"', 3, "With off = true nobody is reminded, so “after” has no effect."),
        ("[[reminders]]\nexpire_all = true", 2, "Without “expire_after” nothing expires, so “expire_all” has no effect."),
        ('[[reminders]]\nexpire_after = "2h"\nwarn_before = "2h"', 3, "“warn_before” is not shorter than “expire_after”"),
        ('[[reminders]]\nexpires_after = "2h"', 2, "Did you mean “expire_after”?"),
        ("[[reminder]]\noff = true", 1, "Did you mean “reminders”?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_right_word(text: str, line: int, said: str) -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules(text)
    (problem,) = caught.value.problems
    assert problem.startswith(f"runbell.toml, line {line}: ")
    assert said in problem
