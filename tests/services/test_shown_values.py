"""`show_values = "never"`: a canary stands in every value of a plan, a log and a policy, and nothing that leaves Runbell has it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.runs import RunReference
from bot.core.details import Check, Details, Failure, Said, Source
from bot.core.handouts import What
from bot.core.messages import Kind
from bot.core.policies import PolicyCheck
from bot.core.policy import Policy
from bot.core.reviews import Part, Piece, review_of, text_lines
from bot.core.runs import Run
from bot.core.without_values import bare, bare_lines
from bot.core.workspaces import Workspace
from bot.rules import RulesWrong, parse_rules
from bot.services.reviews import Turn
from bot.slack.cards.run import card
from bot.slack.views.override import Question, override
from bot.slack.views.review import review as review_view
from tests.services.house import ANA, DEPLOYS, POLICY, House, open_house

CANARY = "canary7f3a"
HIDING = replace(POLICY, hides_values_in=("Acme/SHOP-*",))
ENTRIES = [
    {
        "address": f"a.b[{number}]",
        "change": {
            "actions": ["update"],
            "before": {"size": f"{CANARY}-1", "text": f"{CANARY}\nmore", "list": [CANARY], "deep": [{"x": {"y": CANARY}}], "gone": CANARY},
            "after": {"size": f"{CANARY}-2", "text": f"{CANARY}\nother", "list": [CANARY, 1], "deep": [{"x": {"y": f"{CANARY}+"}}]},
            "after_unknown": {"id": True},
            "replace_paths": [["size"]],
        },
    }
    for number in range(20)
]
PLAN = json.dumps(
    {
        "format_version": "1.2",
        "resource_changes": ENTRIES,
        "output_changes": {"url": {"actions": ["create"], "before": None, "after": CANARY}},
        "resource_drift": ENTRIES[:1],
    }
).encode()
LOG = "\n".join(
    [
        f"aws_x.a: Creating... [id={CANARY}]",
        f'  + size = "{CANARY}"',
        f"plain {CANARY}",
        "Plan: 3 to add, 1 to change, 0 to destroy.",
        f"Plan: {CANARY} to add.",
        '{"@level":"info","@message":"Plan: 7 to add, 0 to change, 0 to destroy.","type":"change_summary"}',
        f'{{"@level":"info","@message":"Outputs: 1","type":"outputs","outputs":{{"url":{{"value":"{CANARY}"}}}}}}',
        (
            '{"@level":"error","@message":"Error: x","type":"diagnostic","diagnostic":'
            f'{{"severity":"error","summary":"Bad value \\"{CANARY}\\" for x","detail":"{CANARY}","address":"aws_x.b"}}}}'
        ),
        f"Warning: about {CANARY}",
        "╷",
        f'│ Error: creating thing ({CANARY}): name="{CANARY}" is taken',
        "│ ",
        "│   with aws_x.a,",
        '│   on main.tf line 7, in resource "aws_x" "a":',
        f'│    7:   count = "{CANARY}"',
        "│ ",
        f"│ The value {CANARY} is not right.",
        "╵",
        "Apply complete! Resources: 3 added, 1 changed, 0 destroyed.",
    ]
).encode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, policy=HIDING) as house:
        yield house


def waiting(house: House, *, name: str = "shop-prod", status: str = "planned") -> Run:
    run = house.runs.add_run(house.runs.add_workspace(name), status)
    house.texts.texts[str(run.plan_id)] = PLAN
    house.logs.texts[str(run.plan_id)] = LOG
    house.logs.over.add(str(run.plan_id))
    return run


async def reviewed(house: House, run: Run) -> str:
    """Every page of the modal, and the page of one address alone."""
    shown = []
    turns = [Turn(number=number) for number in range(4)] + [Turn(query="a.b[3]"), Turn(query="output.url"), Turn(part=Part.DRIFT)]
    for turn in turns:
        found = await house.reviews.open(RunReference(run_id=run.id), ANA, turn)
        assert found.review is not None
        assert found.page is not None
        shown.append(review_view(found.run, found.workspace, found.plan, found.review, found.page))
    return json.dumps(shown, ensure_ascii=False)


async def handed(house: House, run: Run, what: What) -> str:
    await house.handouts.hand(what, RunReference(run_id=run.id), ANA, DEPLOYS)
    return house.attachments.files[-1].text + " ".join(house.attachments.files[-1].handout.notes)


async def test_a_review_has_paths_only(house: House) -> None:
    run = waiting(house)

    shown = await reviewed(house, run)

    assert CANARY not in shown
    assert "~ size  ← forces replacement" in shown
    assert "deep[0].x.y" in shown
    assert "+ id" in shown


async def test_the_file_of_a_plan_has_paths_only(house: House) -> None:
    text = await handed(house, waiting(house), What.PLAN)

    assert CANARY not in text
    assert "- gone" in text
    assert "never shown" in text


@pytest.mark.parametrize("is_readable", [True, False])
async def test_the_file_of_a_log_has_errors_and_counts_only(house: House, *, is_readable: bool) -> None:
    run = waiting(house)
    if not is_readable:
        del house.texts.texts[str(run.plan_id)]

    texts = [await handed(house, run, What.LOG), *([] if is_readable else [await handed(house, run, What.PLAN)])]

    for text in texts:
        assert CANARY not in text
        assert "Plan: 3 to add, 1 to change, 0 to destroy." in text
        assert "Plan: 7 to add" in text
        assert "Apply complete! Resources: 3 added" in text
        assert "Error: creating thing" in text
        assert "with aws_x.a" in text
        assert "on main.tf line 7" in text
        assert "Error: Bad value … for x" in text
        assert "Warning" not in text


async def test_cards_tell_where_it_failed_and_not_with_what_even_of_what_was_read_before(house: House) -> None:
    run = waiting(house, status="errored")
    await house.reader.read(run.id)
    failure = Failure(summary=f'no such "{CANARY}"', detail=CANARY, file="main.tf", line=3, address="a.b")
    check = Check(source=Source.TASK, said=Said.FAILED, name="scan", message=CANARY)
    async with house.store.write() as transaction:
        await transaction.details.put(run.id, Details(mark="errored", checks=(check,), failures=(failure,)))

    async with house.store.read() as transaction:
        picture = await house.lookups._pictures.of(transaction, run.id, DEPLOYS.channel, Kind.END)

    assert picture is not None
    assert CANARY not in json.dumps(card(picture), ensure_ascii=False)
    assert CANARY not in repr(picture)
    assert picture.details is not None
    assert picture.details.failures[0].line == 3


async def test_an_override_is_asked_without_what_the_policies_printed(house: House) -> None:
    run = waiting(house)
    check = PolicyCheck(id="polchk-1", status_word="soft_failed", passed=2, soft_failed=1, is_overridable=True, may_override=True)
    house.policies.of_run[run.id], house.policies.outputs["polchk-1"] = (check,), f"Result: false\n{CANARY}"
    house.runs.move(run.id, "policy_override", has_changes=True)
    found = await house.reader.read(run.id)
    await house.voting.tally(found)

    asked = await house.approvals.asked(run.id)
    async with house.store.read() as transaction:
        picture = await house.lookups._pictures.of(transaction, run.id, DEPLOYS.channel, Kind.END)

    assert asked is not None
    assert asked.tally is not None
    assert asked.tally.findings
    question = Question(run=asked.run, workspace=asked.workspace, plan=asked.plan, tally=asked.tally, place=DEPLOYS, gate=str(run.gate))
    assert CANARY not in json.dumps(override(question), ensure_ascii=False)
    assert CANARY not in repr(picture)


async def test_other_workspaces_show_their_values(house: House) -> None:
    run = waiting(house, name="billing")

    assert CANARY in await reviewed(house, run)
    assert CANARY in await handed(house, run, What.PLAN)
    assert CANARY in await handed(house, run, What.LOG)


# The property: whatever a value is, nothing of it is left

VALUES = st.recursive(
    st.just(CANARY) | st.text(max_size=4).map(lambda text: f"{text}{CANARY}{text}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES, VALUES, st.sampled_from([None, True, {"a": True}]), st.sampled_from(list(Part)))
def test_no_value_is_ever_in_a_review_without_values(before: object, after: object, unknown: object, part: Part) -> None:
    change = {"actions": ["update"], "before": {"k": before}, "after": {"k": after}, "after_unknown": {"k": unknown}}
    found = replace(review_of([Piece(part=part, address="a.b", change=json.dumps(change).encode())]), shows_values=False)

    pages = [found.page(), found.page(query="a.b")]

    assert CANARY not in repr([[entry.lines for entry in page.entries] for page in pages])
    assert CANARY not in "\n".join(text_lines(found))


@given(st.lists(st.sampled_from([*LOG.decode().split("\n"), f'x = "{CANARY}"', "│ Error: one", "Error: two", f"  {CANARY}"]), max_size=12))
def test_no_line_of_a_log_is_shown_but_errors_and_counts(lines: list[str]) -> None:
    shown = list(bare_lines(lines))

    assert CANARY not in "\n".join(shown)
    assert all(line == "" or line.startswith(("Error: ", "  with ", "  on ", "Plan: ", "Apply complete!")) for line in shown)


@pytest.mark.parametrize(
    "summary",
    [
        '"{}" is bad',
        "'{}' is bad",
        "`{}`",
        "“{}”",
        "creating ({}): x",
        "x=[{}]",
        "a = {}",
        '"{} and no end',
        "([{}] x)",
        "password={}",
        "{{{}}}",
    ],
)
def test_what_an_error_quotes_is_left_out(summary: str) -> None:
    assert CANARY not in bare(summary.format(CANARY))


def test_the_rest_of_an_error_stays() -> None:
    assert bare("can't read it, and doesn't try (yet)") == "can't read it, and doesn't try …"


# Where it holds


@pytest.mark.parametrize(
    "text, hidden, shown",
    [
        ("", [], ["shop-prod"]),
        ('show_values = "never"', ["shop-prod", "x"], []),
        ('show_values = "masked"', [], ["shop-prod"]),
        ('[[plans]]\nworkspaces = ["SHOP-*"]\nshow_values = "never"', ["shop-prod", "Shop-Dev"], ["billing"]),
        ('[[plans]]\nworkspaces = ["ACME/shop-?rod"]\nshow_values = "never"', ["shop-prod"], ["shop-dev"]),
        ('[[plans]]\nworkspaces = ["other/*"]\nshow_values = "never"', [], ["shop-prod"]),
        ('[[plans]]\nshow_values = "never"', ["shop-prod"], []),
        ('[[plans]]\nshow_values = "never"\n[[plans]]\nworkspaces = ["shop-*"]\nshow_values = "masked"', ["shop-prod"], []),
    ],
)
def test_the_file_says_where_in_whatever_capitals(text: str, hidden: list[str], shown: list[str]) -> None:
    policy = parse_rules(text)

    assert [name for name in [*hidden, *shown] if not policy.shows_values(named(name))] == hidden


@pytest.mark.parametrize(
    "text",
    [
        'show_values = "nevr"',
        "show_values = true",
        "[[plans]]",
        '[[plans]]\nshow_values = "no"',
        '[[plans]]\nworkspaces = []\nshow_values = "never"',
        '[[plans]]\nworkspace = ["a"]\nshow_values = "never"',
        '[plans]\nshow_values = "never"',
    ],
)
def test_a_file_that_means_something_else_is_refused(text: str) -> None:
    with pytest.raises(RulesWrong):
        parse_rules(text)


def test_votes_are_not_bound_to_what_is_shown() -> None:
    assert parse_rules('show_values = "never"').hash == parse_rules("").hash


@given(st.text(alphabet="aBcDß-_", min_size=1, max_size=8))
def test_capitals_never_show_a_value(name: str) -> None:
    for glob in (name.upper(), name.lower(), name.swapcase(), f"ACME/{name}", f"acme/{name.swapcase()}"):
        assert not Policy(hides_values_in=(glob,)).shows_values(named(name))


def named(name: str) -> Workspace:
    return Workspace(id="ws-1", name=name, organization="acme")


def test_without_a_word_values_are_masked_and_shown() -> None:
    assert Policy().shows_values(named("shop"))
