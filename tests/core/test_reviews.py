from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.handouts import HEAD_MOST, TAIL_MOST, Handout, What, plan_lines, secret_names, shortened, told_lines
from bot.core.plans import PlanFacts
from bot.core.reviews import ALONE_LINES_MOST, LINES_MOST, PER_PAGE, Part, Piece, Review, notes, part_of, review_of, text_lines
from bot.core.runs import Run
from bot.core.workspaces import Workspace


def piece(part: Part, address: str, module: str = "", **facts: Any) -> Piece:
    change = {"actions": ["update"], "before": {"a": 1}, "after": {"a": 2}}
    return Piece(part=part, address=address, module=module, change=json.dumps(facts.pop("change", change)).encode(), **facts)


def plan(additions: int, changes: int, destructions: int) -> PlanFacts:
    return PlanFacts(plan_id="plan-1", status_word="finished", additions=additions, changes=changes, destructions=destructions)


MANY = review_of([piece(Part.UPDATE, f"aws_x.y[{number}]") for number in range(100)])


def test_what_is_worst_comes_first_then_modules_and_numbers_in_their_order() -> None:
    found = review_of(
        [
            piece(Part.DRIFT, "a.b"),
            piece(Part.CREATE, "a.c"),
            piece(Part.DESTROY, "module.m[10].a.b", "module.m[10]"),
            piece(Part.DESTROY, "module.m[9].a.b", "module.m[9]"),
            piece(Part.DESTROY, "z.z[10]"),
            piece(Part.DESTROY, "z.z[2]"),
            piece(Part.REPLACE, "a.a"),
            piece(Part.OUTPUT, "output.x"),
        ]
    )

    assert [one.address for one in found.pieces] == [
        *("z.z[2]", "z.z[10]", "module.m[9].a.b", "module.m[10].a.b", "a.a", "a.c", "output.x", "a.b"),
    ]
    assert found.counts == {Part.DESTROY: 4, Part.REPLACE: 1, Part.CREATE: 1, Part.OUTPUT: 1, Part.DRIFT: 1}
    assert found.size > 8 * 200


@pytest.mark.parametrize(
    "actions, facts, part",
    [
        (["no-op"], {}, None),
        (["no-op"], {"is_imported": True}, Part.IMPORT),
        (["no-op"], {"is_moved": True}, Part.MOVE),
        (["read"], {}, Part.READ),
        (["create"], {"is_moved": True}, Part.CREATE),
        (["update"], {"is_imported": True}, Part.UPDATE),
        (["delete"], {}, Part.DESTROY),
        (["create", "delete"], {}, Part.REPLACE),
        (["forget"], {}, Part.FORGET),
        (["dance"], {}, Part.UNKNOWN),
        ([], {}, Part.UNKNOWN),
    ],
)
def test_actions_have_a_part(actions: list[str], facts: dict[str, bool], part: Part | None) -> None:
    assert part_of(actions, **({"is_imported": False, "is_moved": False} | facts)) is part


def test_pages_end_where_there_is_nothing_more() -> None:
    first, last = MANY.page(), MANY.page(10_000)

    assert (first.number, first.pages, first.found) == (0, 13, 100)
    assert [entry.piece.address for entry in first.entries] == [f"aws_x.y[{number}]" for number in range(PER_PAGE)]
    assert last.number == 12
    assert len(last.entries) == 100 - 12 * PER_PAGE
    assert MANY.page(-3).number == 0
    assert review_of([]).page(5).entries == ()


def test_thousands_are_counted_once_and_others_go_on_between_the_pieces_of_a_page() -> None:
    """What shows a plan asks for its counts a dozen times, and does so where everything else waits."""
    rests: list[int] = []

    MANY.page(0, "", lambda: rests.append(1))

    assert len(rests) == PER_PAGE
    assert MANY.counts is MANY.counts
    assert (MANY.counts, MANY.size) == ({Part.UPDATE: 100}, sum(len(one.change) + 2 * len(one.address) + 200 for one in MANY.pieces))


def test_a_search_finds_addresses_by_words_in_any_case() -> None:
    found = review_of(
        [piece(Part.CREATE, "module.Db.aws_db_instance.main"), piece(Part.CREATE, "aws_s3_bucket.db"), piece(Part.READ, "x.y")]
    )

    assert found.page(0, " DB ").found == 2
    assert found.page(0, "db  instance").is_alone
    assert found.page(0, "nothing").found == 0
    assert found.page(0, "nothing").pages == 1
    assert found.page_of(Part.READ) == 0
    assert MANY.page(0, "x" * 500).query == "x" * 120


def test_a_whole_address_is_shown_with_all_of_it_although_others_begin_so() -> None:
    after = {f"key{number:03}": "v" * 100 for number in range(200)}
    change = {"actions": ["create"], "before": None, "after": after}
    found = review_of([piece(Part.CREATE, "a.b", change=change), piece(Part.CREATE, "a.bc", change=change)])

    together = found.page(0, "a.b".upper())
    assert [(len(entry.lines), entry.more) for entry in together.entries] == [(7, 193), (7, 193)]
    alone = [found.page(number, "a.b") for number in range(5)]
    assert alone[0].is_alone
    assert alone[0].pages == 4
    assert len(alone[0].entries[0].lines) == ALONE_LINES_MOST
    assert sum(len(page.entries[0].lines) for page in alone[:4]) == 200
    assert alone[4].number == 3


def test_few_short_lines_are_shown_in_full_and_one_that_is_long_is_shown_all_the_same() -> None:
    short = piece(Part.CREATE, "a.b", change={"actions": ["create"], "after": {f"k{number}": number for number in range(LINES_MOST)}})
    long = piece(Part.CREATE, "a.c", change={"actions": ["create"], "after": {"k": "\n".join(["x" * 150] * 3)}})

    [one, other] = review_of([short, long]).page().entries
    assert (len(one.lines), one.more) == (LINES_MOST, 0)
    assert other.lines[0] == "+ k:"


def test_jumps_lead_to_the_first_of_a_part() -> None:
    found = review_of([*MANY.pieces, piece(Part.OUTPUT, "output.a")])

    assert found.page_of(Part.OUTPUT) == 12
    assert found.page_of(Part.DESTROY) == 0


def test_counts_that_the_server_tells_besides_are_compared() -> None:
    found = review_of([piece(Part.CREATE, "a.b"), piece(Part.REPLACE, "a.c"), piece(Part.UPDATE, "a.d"), piece(Part.DESTROY, "a.e")])

    assert not found.disagrees(None)
    assert not found.disagrees(plan(2, 1, 2))
    assert not found.disagrees(PlanFacts(plan_id="p", status_word="finished"))
    assert found.disagrees(plan(3, 1, 2))
    assert found.disagrees(plan(2, 2, 2))
    assert found.disagrees(plan(2, 1, 3))


def test_what_is_special_about_one_is_noted() -> None:
    shown = piece(Part.UPDATE, "a.b", moved_from="a.a", is_imported=True, deposed="d1", reason="replace_because_tainted")

    assert notes(shown) == ("moved from a.a", "imported", "deposed object d1", "it is tainted")
    assert notes(replace(shown, reason="replace_because_of_the_moon"))[-1] == "replace because of the moon"
    assert notes(piece(Part.IMPORT, "a.b", is_imported=True)) == ()


@pytest.mark.parametrize("change", [b"", b"[]", b"{", b"[" * 100_000])
def test_a_change_that_cannot_be_read_has_no_lines(change: bytes) -> None:
    assert Piece(part=Part.INVOKE, address="action.a", change=change).lines == ()


def test_all_of_it_is_written_as_text() -> None:
    rests: list[int] = []
    found = review_of(
        [piece(Part.DESTROY, "module.m.a.b", "module.m"), piece(Part.DESTROY, "module.m.a.c", "module.m"), piece(Part.CREATE, "a.b")]
    )

    text = "\n".join(text_lines(found, lambda: rests.append(1)))

    assert text.count("-- module.m --") == 1
    assert "== destroy (2) ==" in text
    assert "destroy module.m.a.c\n  ~ a: 1 → 2" in text
    assert len(rests) == 3
    assert list(text_lines(Review())) == []


def test_a_long_text_keeps_both_ends() -> None:
    rests: list[int] = []
    kept, gone = shortened((f"line {number:07}" for number in range(200_000)), lambda: rests.append(1))

    text = "\n".join(kept)
    assert HEAD_MOST + TAIL_MOST - 100 < len(text) < HEAD_MOST + TAIL_MOST + 200
    assert text.startswith("line 0000000\n")
    assert text.endswith("line 0199999")
    assert f"… {gone:,} lines are left out here …" in text
    assert gone + len(kept) - 1 == 200_000
    assert len(rests) == 4000
    assert shortened(["a", "b"]) == (["a", "b"], 0)
    assert shortened(["x" * HEAD_MOST, "y" * TAIL_MOST * 2])[1] == 0


def test_a_file_is_called_after_the_run() -> None:
    run, workspace = (
        Run(id="run-1", workspace_id="ws-1", status_word="planned"),
        Workspace(id="ws-1", name="shop-prod", organization="acme"),
    )
    handout = Handout(what=What.PLAN, run=run, workspace=workspace, link="", person="U0ANA", path=Path("x"))

    assert handout.file_name == "shop-prod-run-1-plan.txt"


def test_a_plan_names_what_is_secret_in_a_log() -> None:
    change = {"before_sensitive": {"list": [{"deep": True}], "id": True}, "after_sensitive": {"wifi": True, "a": False}}
    deep: Any = True
    for _ in range(100):
        deep = {"x_very_deep": deep}
    found = review_of(
        [
            piece(Part.UPDATE, "a.b", change=change),
            piece(Part.UPDATE, "a.c", change={"after_sensitive": deep, "before_sensitive": True}),
            piece(Part.OUTPUT, "output.fingerprint", change={"after_sensitive": True}),
        ]
    )

    names = secret_names(found)

    assert names == {"deep", "wifi", "fingerprint"}
    assert list(told_lines(["\x1b[1mwifi\x1b[0m = canary", "ok"], names)) == ["wifi = [redacted]", "ok"]
    assert list(plan_lines(["token = x\x07"])) == ["token = [redacted]"]
