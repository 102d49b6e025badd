"""[[rules]], [people], [[chains]] and [[windows]] of runbell.toml: what they say, and what is said of them where they are wrong."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from bot.core.chains import Chain
from bot.core.identities import KnownPerson, Role
from bot.core.people import Circle
from bot.core.rules import Demand, Match, Risk, Rule, RunKind, UnknownAuthor
from bot.core.windows import Window
from bot.rules import RulesWrong, parse_rules

WHOLE = """\
[[rules]]
name = "everything"
organizations = ["acme"]
workspaces = ["*-prod", "acme/billing"]
projects = ["prj-Shop", "Data Platform"]
tags = ["pci"]
kinds = ["apply", "destroy"]
types = ["aws_db_*"]
addresses = ['module.db["main"].*']
destroys = true
replaces = true
more_than = 3
cost_above = 99.50
failed_policy = true
people = ["U0ANA"]
groups = ["S0PLATFORM"]
members = false
votes = 2
one_from_each = ["S0SECURITY", "S0FINANCE"]
four_eyes = ["creator", "requester"]
reason = true
typed_name = true
after_stage = true
windows = ["office"]
risk = "high"

[[rules]]
name = "never"
deny = "Not here."

[[rules]]
name = "web"
outside = true

[[windows]]
name = "office"
days = ["mon", "fri"]
from = "09:00"
to = 17:30:00
zone = "Europe/Berlin"
since = 2026-01-01
until = "2026-12-31"

[[chains]]
name = "shop"
stages = ["shop-dev", "umbrella/shop-prod"]

[people]
U0ANA = { terraform = "ana", vcs = ["ana-gh", "ana@acme.example"], also = ["U0ANA2"] }
U0KIM = { terraform = ["kim", "kim.lee"] }
"""

OFFICE = Window(
    name="office",
    days=frozenset({0, 4}),
    start=time(9),
    end=time(17, 30),
    zone="Europe/Berlin",
    since=date(2026, 1, 1),
    until=date(2026, 12, 31),
    line=35,
)


def test_a_whole_file_becomes_rules_people_chains_and_windows() -> None:
    policy = parse_rules(WHOLE)
    assert policy.rules == (
        Rule(
            name="everything",
            line=1,
            match=Match(
                organizations=frozenset({"acme"}),
                workspaces=("*-prod", "acme/billing"),
                projects=frozenset({"prj-Shop", "Data Platform"}),
                tags=frozenset({"pci"}),
                kinds=frozenset({RunKind.APPLY, RunKind.DESTROY}),
                types=("aws_db_*",),
                addresses=('module.db["main"].*',),
                destroys=True,
                replaces=True,
                more_than=3,
                cost_above=Decimal("99.5"),
                failed_policy=True,
            ),
            demand=Demand(
                votes=2,
                circle=Circle(people=frozenset({"U0ANA"}), groups=frozenset({"S0PLATFORM"})),
                one_from_each=("S0SECURITY", "S0FINANCE"),
                four_eyes=frozenset({Role.CREATOR, Role.REQUESTER}),
                reason=True,
                typed_name=True,
                after_stage=True,
                windows=(OFFICE,),
                risk=Risk.HIGH,
            ),
        ),
        Rule(name="never", line=27, deny="Not here."),
        Rule(name="web", line=31, outside=True),
    )
    assert policy.chains == (Chain(name="shop", stages=("shop-dev", "umbrella/shop-prod"), line=44),)
    assert policy.people == (
        KnownPerson(slack=("U0ANA", "U0ANA2"), terraform=frozenset({"ana"}), vcs=frozenset({"ana-gh", "ana@acme.example"}), line=49),
        KnownPerson(slack=("U0KIM",), terraform=frozenset({"kim", "kim.lee"}), line=50),
    )


def test_four_eyes_can_mean_every_role() -> None:
    assert parse_rules('[[rules]]\nname = "eyes"\nfour_eyes = true').rules[0].demand.four_eyes == frozenset(Role)
    assert parse_rules('[[rules]]\nname = "eyes"\nvotes = 1\nfour_eyes = false').rules[0].demand.four_eyes == frozenset()


@pytest.mark.parametrize(
    "said, meant",
    [("", UnknownAuthor.ONE_MORE_VOTE), *((f'unknown_author = "{one.value}"', one) for one in UnknownAuthor)],
)
def test_an_unknown_author_takes_one_more_vote_or_is_refused(said: str, meant: UnknownAuthor) -> None:
    (rule,) = parse_rules(f'[[rules]]\nname = "eyes"\nfour_eyes = true\n{said}').rules
    assert rule.demand.unknown_author is meant


def test_a_window_without_anything_is_always_open() -> None:
    rules = '[[rules]]\nname = "r"\nwindows = ["w"]\n[[windows]]\nname = "w"'
    assert parse_rules(rules).rules[0].demand.windows == (Window(name="w", line=4),)


def test_the_hash_is_of_what_is_judged_by_and_of_nothing_else() -> None:
    base = parse_rules(WHOLE).hash
    assert parse_rules("# a remark\n" + WHOLE.replace(" = ", "=")).hash == base
    assert parse_rules(WHOLE + '\n[[watches]]\nchannel = "C0DEPLOYS"\nworkspaces = ["*"]\n').hash == base
    assert parse_rules(WHOLE.replace("votes = 2", "votes = 3")).hash != base
    assert parse_rules(WHOLE.replace("17:30:00", "17:31:00")).hash != base
    assert parse_rules(WHOLE.replace('terraform = "ana"', 'terraform = "bea"')).hash != base


RULE = '[[rules]]\nname = "r"\n'
VOTES = RULE + "votes = 1\n"


@pytest.mark.parametrize(
    "text, line, said",
    [
        ("[[rules]]\nvotes = 1", 1, "“name” is missing"),
        ('[[rules]]\nname = ""\nvotes = 1', 2, "“name” is words in quotes."),
        (VOTES + VOTES, 5, "There is another rule “r”, in line 1."),
        (VOTES + "vote = 1", 4, "[[rules]] has no “vote”. Did you mean “votes”?"),
        (RULE + "votes = 0", 3, "“votes” is a whole number from 1 on, without quotes."),
        (RULE + "votes = true", 3, "“votes” is a whole number from 1 on"),
        (RULE + 'votes = "2"', 3, "“votes” is a whole number from 1 on"),
        (VOTES + "more_than = -1", 4, "“more_than” is a whole number from 0 on"),
        (VOTES + 'cost_above = "much"', 4, "“cost_above” is a sum in dollars a month"),
        (VOTES + "cost_above = true", 4, "“cost_above” is a sum in dollars a month"),
        (VOTES + "cost_above = -1", 4, "“cost_above” is a sum in dollars a month"),
        (VOTES + "cost_above = inf", 4, "“cost_above” is a sum in dollars a month"),
        (VOTES + 'kinds = ["destory"]', 4, "“destory” is no kind of run. Did you mean “destroy”?"),
        (VOTES + "kinds = []", 4, "“kinds” is empty. Leave it out to mean all of them."),
        (VOTES + 'organizations = ["ac/me"]', 4, "“ac/me” is no name of an organization."),
        (VOTES + 'projects = ["web-*"]', 4, "“web-*” is no project"),
        (VOTES + 'tags = [" "]', 4, "is no tag"),
        (VOTES + 'types = ["aws db"]', 4, "“aws db” is no type of a resource"),
        (VOTES + 'addresses = [""]', 4, "is no address of a resource"),
        (VOTES + 'destroys = "yes"', 4, "“destroys” is true or false, without quotes."),
        (VOTES + 'people = ["S0SEC"]', 4, "Move it to groups."),
        (VOTES + 'one_from_each = ["U0ANA"]', 4, "Move it to people."),
        (VOTES + 'one_from_each = ["S0A", "S0A"]', 4, "A group stands in “one_from_each” twice."),
        (VOTES + 'four_eyes = ["creatr"]', 4, "“creatr” is no role. Did you mean “creator”?"),
        (VOTES + 'four_eyes = true\nunknown_author = "refused"', 5, "“refused” is no answer to an unknown author. Did you mean “refuse”?"),
        (VOTES + "four_eyes = true\nunknown_author = true", 5, "“unknown_author” is words in quotes."),
        (VOTES + 'unknown_author = "refuse"', 4, "“unknown_author” needs “four_eyes”"),
        (VOTES + 'four_eyes = false\nunknown_author = "one_more_vote"', 5, "“unknown_author” needs “four_eyes”"),
        (VOTES + 'risk = "hihg"', 4, "“hihg” is no risk. Did you mean “high”?"),
        (VOTES + 'windows = ["office"]', 4, "There is no window “office”: make one with [[windows]]."),
        (VOTES + 'windows = ["ofice"]\n[[windows]]\nname = "office"', 4, "There is no window “ofice”. Did you mean “office”?"),
        (VOTES + "windows = []", 4, "“windows” is empty. Leave it out to mean any time."),
        (VOTES + "after_stage = true", 4, "There are no stages: a [[chains]] table says"),
        (RULE + 'deny = ""', 3, "“deny” is words in quotes."),
        # Slips: what can never match, or never be met
        (RULE, 1, "This rule demands nothing"),
        (RULE + "reason = false\nmembers = false", 1, "This rule demands nothing"),
        (VOTES + "people = []", 4, "“people” is empty. Leave it out to mean those who have the right decide."),
        (VOTES + "groups = []", 4, "“groups” is empty. Leave it out to mean those who have the right decide."),
        (VOTES + "four_eyes = []", 4, "“four_eyes” is empty. Leave it out to mean nobody in particular."),
        (VOTES + "one_from_each = []", 4, "“one_from_each” is empty. Leave it out to mean nobody in particular."),
        (VOTES + 'workspaces = ["prod-[A-z]*"]', 4, "“prod-[A-z]*” has a range over letters of several kinds"),
        (VOTES + 'workspaces = ["[!0-9A-_]*"]', 4, "has a range over letters of several kinds"),
        (VOTES + 'workspaces = ["[z-a]*"]', 4, "has a range over letters of several kinds"),
        (VOTES + 'workspaces = ["prod["]', 4, "“prod[” cannot name a workspace"),
        (VOTES + 'workspaces = ["!prod"]', 4, "“!prod” cannot name a workspace"),
        (VOTES + 'deny = "no"', 3, "A rule that denies demands nothing besides. Leave out votes"),
        (RULE + 'deny = "no"\noutside = true', 4, "A rule that denies demands nothing besides. Leave out outside"),
        (VOTES + "reason = true\noutside = true", 3, "A rule that leads outside demands nothing besides. Leave out votes and reason"),
        (VOTES + 'organizations = ["acme"]\nworkspaces = ["umbrella/*"]', 5, "can never match: none of its workspaces"),
        (VOTES + 'kinds = ["destroy"]\nreplaces = true', 5, "a destroy run replaces nothing. Did you mean “destroys”?"),
        (
            VOTES + """types = ["aws_db_*"]\naddresses = ['module.m["x.y"].aws_vm.web["a.b"]']""",
            5,
            "none of its addresses is of",
        ),
        (VOTES + 'kinds = ["plan_only"]', 4, "never comes to bear: a plan-only run is never applied"),
        (VOTES + 'kinds = ["empty", "refresh_only"]\ndestroys = true', 4, "a run that is empty or refresh_only changes no resource"),
        (RULE + 'votes = 3\npeople = ["U0ANA", "U0KIM"]', 3, "can never be met: it wants 3 votes of 2 people."),
        (RULE + 'votes = 2\npeople = ["U0ANA"]', 3, "it wants 2 votes of 1 person."),
        (VOTES + 'risk = "critical"', 4, "is decided outside of Slack, where no votes count"),
        # Windows
        ('[[windows]]\nname = "w"\nname2 = 1', 3, "[[windows]] has no “name2”"),
        ('[[windows]]\nfrom = "09:00"', 1, "“name” is missing"),
        ('[[windows]]\nname = "w"\n[[windows]]\nname = "w"', 4, "There is another window “w”, in line 1."),
        ('[[windows]]\nname = "w"\ndays = ["monday"]', 3, "“monday” is no weekday. Did you mean “mon”?"),
        ('[[windows]]\nname = "w"\nfrom = "9 o clock"', 3, '“from” is a time of day: from = "09:00".'),
        ('[[windows]]\nname = "w"\nto = 17', 3, "“to” is a time of day"),
        ('[[windows]]\nname = "w"\nto = "17:00+01:00"', 3, "“to” is a time of day"),
        ('[[windows]]\nname = "w"\nsince = "soon"', 3, "“since” is a date: since = 2026-12-20."),
        ('[[windows]]\nname = "w"\nsince = 2026-12-20T12:00:00', 3, "“since” is a date"),
        ('[[windows]]\nname = "w"\nuntil = 20261220', 3, "“until” is a date"),
        ('[[windows]]\nname = "w"\nzone = "Europe/Berln"', 3, "There is no time zone “Europe/Berln”. Did you mean “Europe/Berlin”?"),
        ('[[windows]]\nname = "w"\nzone = "qqqq"', 3, "There is no time zone “qqqq”. One looks like Europe/Berlin."),
        ('[[windows]]\nname = "w"\nsince = 2026-02-02\nuntil = 2026-02-01', 4, "“until” is before “since” (2026-02-02)"),
        ('[[windows]]\nname = "w"\nsince = 2026-02-02\nuntil = 2026-02-06\ndays = ["sun"]', 5, "None of its days lies from"),
        # Chains
        ('[[chains]]\nname = "c"\nstages = ["a"]', 3, "A chain has at least two stages"),
        ('[[chains]]\nname = "c"\nstages = ["a", "a"]', 3, "“a” is in it twice."),
        ('[[chains]]\nname = "c"\nstages = ["a", "b-*"]', 3, "“b-*” is no workspace"),
        ('[[chains]]\nname = "c"\nstages = "a"', 3, '“stages” is a list: stages = ["a"].'),
        ('[[chains]]\nstages = ["a", "b"]', 1, "“name” is missing"),
        # People
        ('[[people]]\nslack = "U0ANA"', 1, "“people” is one table, [people]"),
        ("[people]\nU0ANA = 3", 1, "“people” is one table, [people]"),
        ('[people]\nana = { terraform = "ana" }', 2, "“ana” is no id of a person"),
        ("[people]\nU0ANA = {}", 2, "“U0ANA” says nothing: add terraform, vcs or also."),
        ('[people]\nU0ANA = { github = "ana" }', 2, "“U0ANA” has no “github”."),
        ('[people]\nU0ANA = { vcs = ["ana"] }\nU0KIM = { vcs = "Ana" }', 3, "“ana” stands in line 2, too: it can be one person's only."),
        ('[people]\nU0ANA = { also = ["U0KIM"] }\nU0KIM = { vcs = "kim" }', 3, "“u0kim” stands in line 2, too"),
        ('[people]\nU0ANA = { vcs = ["ana-gh", "renovate[bot]"] }', 2, "“renovate[bot]” is the account of a bot"),
        ('[people]\nU0ANA = { vcs = "web-flow" }', 2, "“web-flow” is the account of a bot"),
        ('[people]\nU0ANA = { terraform = [""] }', 2, "“” is no name."),
    ],
)
def test_a_mistake_is_told_with_its_line_its_meaning_and_the_nearest_right_word(text: str, line: int, said: str) -> None:
    with pytest.raises(RulesWrong) as caught:
        parse_rules(text)
    told = [problem for problem in caught.value.problems if said in problem]
    assert told, caught.value.problems
    assert told[0].startswith(f"runbell.toml, line {line}: ")


def test_a_machine_without_time_zones_is_told_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.rules.windows.available_timezones", set)
    with pytest.raises(RulesWrong, match=r"This machine has no time zones at all: install its package tzdata\."):
        parse_rules('[[windows]]\nname = "w"\nzone = "Europe/Berlin"')
    assert parse_rules('[[windows]]\nname = "w"\nzone = "UTC"').rules == ()


@pytest.mark.parametrize(
    "text",
    [
        VOTES + 'organizations = ["acme"]\nworkspaces = ["ac*/shop", "umbrella/x"]',
        VOTES + 'organizations = ["acme"]\nworkspaces = ["umbrella/x", "shop"]',
        RULE + 'votes = 3\npeople = ["U0ANA"]\ngroups = ["S0SEC"]',
        RULE + 'risk = "critical"',
        RULE + 'risk = "critical"\npeople = ["U0ANA"]\nvotes = 1',
        VOTES + 'kinds = ["empty", "apply"]\ndestroys = true',
        VOTES + 'kinds = ["destroy"]\ndestroys = true\nreplaces = true',
        VOTES + 'types = ["aws_db_*"]\naddresses = ["aws_vm.web", "module.m.aws_db_instance.main"]',
        VOTES + 'types = ["aws_db_*"]\naddresses = ["module.m.*"]',
        VOTES + 'workspaces = ["*-[pd]rod", "a[!0-9]*/b"]',
        VOTES + 'after_stage = true\n[[chains]]\nname = "c"\nstages = ["a", "b"]',
    ],
)
def test_what_can_match_and_be_met_is_not_told(text: str) -> None:
    assert len(parse_rules(text).rules) == 1


def test_ranges_over_letters_of_one_kind_are_taken() -> None:
    policy = parse_rules('[[rules]]\nname = "r"\nvotes = 1\nworkspaces = ["[a-f0-9]*", "[!A-Z]-[a-]", "[-_x]"]')
    assert policy.rules[0].match.workspaces == ("[a-f0-9]*", "[!A-Z]-[a-]", "[-_x]")


def test_a_rule_whose_capitals_differ_within_itself_is_no_slip() -> None:
    head = '[[rules]]\nname = "r"\nvotes = 1\n'
    policy = parse_rules(f'{head}organizations = ["ACME"]\nworkspaces = ["acme/*"]\ntypes = ["AWS_*"]\naddresses = ["aws_vpc.main"]')
    assert len(policy.rules) == 1
