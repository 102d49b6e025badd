"""The modal of a review in its main states, as files; and what Slack takes of one that is as full as can be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.core.errors import RightMissing
from bot.core.handouts import Handout, What
from bot.core.reviews import PER_PAGE, Part, Piece, Review, review_of
from bot.sandbox.slack.view_shapes import refuse_view
from bot.slack import ids, replies
from bot.slack.attachments import comment
from bot.slack.views.review import LETTERS_MOST, asked, letters, reading, review, trouble, unread
from tests.slack.pictures import LINK, PROD, plan, run

FOLDER = Path(__file__).parent / "golden" / "review"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
HOSTILE = "<!channel> `x` *bold* \u202eevil"


def piece(part: Part, address: str, change: dict[str, Any] | None = None, **facts: Any) -> Piece:
    return Piece(part=part, address=address, change=json.dumps(change or {}).encode(), **facts)


def replaced() -> dict[str, Any]:
    return {
        "actions": ["delete", "create"],
        "before": {"name": "shop", "engine": "postgres15", "password": "canary", "tags": {"env": "prod"}, "script": "a\nb\nc"},
        "after": {
            "name": HOSTILE,
            "engine": "postgres16",
            "password": "canary2",
            "tags": {"env": "prod", "team": "shop"},
            "script": "a\nB\nc",
        },
        "after_unknown": {"id": True},
        "before_sensitive": {"password": True},
        "after_sensitive": {"password": True},
        "replace_paths": [["engine"]],
    }


def full() -> Review:
    created = {"actions": ["create"], "before": None, "after": {f"attribute_{number}": "v" * 90 for number in range(30)}}
    database = 'module.data["eu"].aws_db_instance.main'
    return review_of(
        [
            piece(Part.REPLACE, database, replaced(), module='module.data["eu"]', reason="replace_because_cannot_update"),
            piece(Part.DESTROY, "aws_s3_bucket.old", {"actions": ["delete"], "before": {"bucket": "old"}, "after": None}, deposed="d1"),
            piece(Part.CREATE, "aws_instance.web[0]", created, module=""),
            piece(Part.MOVE, "aws_instance.new", moved_from="aws_instance.old"),
            piece(Part.OUTPUT, "output.url", {"actions": ["update"], "before": "http://a", "after": "http://b"}),
            piece(Part.DRIFT, "aws_instance.drifted", {"actions": ["update"], "before": {"size": 1}, "after": {"size": 2}}),
        ],
        is_partial=True,
        has_errors=True,
    )


def many(number: int = 100) -> Review:
    value = {f"key_{each}": "&" * 200 for each in range(40)}
    change = {"actions": ["delete"], "before": value, "after": None}
    name = "n" * 300
    return review_of(
        [piece(Part.DESTROY, f'module.m{each}.a.{name}["{each}"]', change, module=f"{each}{'&' * 150}") for each in range(number)]
    )


def shown(found: Review, number: int = 0, query: str = "") -> dict[str, Any]:
    return review(run(), PROD, plan(), found, found.page(number, query))


VIEWS: dict[str, dict[str, Any]] = {
    "reading": reading("run-1"),
    "trouble": trouble("run-1", replies.reply(RightMissing("read", "acme/storefront-prod", groups=["S0PLATFORM"], source="runbell.toml"))),
    "unread": unread(run(), PROD, plan(), "The token I use may not read this plan’s details.", LINK),
    "full": shown(full()),
    "second_page": shown(review_of([piece(Part.UPDATE, f"a.b[{number}]") for number in range(20)]), 1),
    "found_one": shown(full(), 0, "db_instance"),
    "found_nothing": shown(full(), 0, "nowhere <!here>"),
    "nothing": review(run(is_destroy=True), PROD, plan(0, 0, 0), Review(), Review().page()),
}


@pytest.mark.parametrize("name", VIEWS)
def test_the_modal_is_as_kept_and_slack_would_open_it(name: str) -> None:
    file, made = FOLDER / f"{name}.json", VIEWS[name]
    if REWRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == made
    refuse_view(made, "modal")
    assert "canary" not in json.dumps(made)


def test_no_file_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(VIEWS)


def test_slack_takes_a_page_that_is_as_full_as_can_be() -> None:
    for number in (0, 6, 12):
        made = shown(many(), number, "n" * 120)

        refuse_view(made, "modal")
        assert letters(made["blocks"]) <= LETTERS_MOST + 300
        assert len(made["blocks"]) <= 40
    alone = shown(many(1))
    refuse_view(alone, "modal")
    assert letters(shown(many(1), 0, "a.n")["blocks"]) <= LETTERS_MOST


def test_what_there_is_no_room_for_is_said() -> None:
    text = json.dumps(shown(many()), ensure_ascii=False)

    assert text.count("Destroy ") < PER_PAGE + 3
    assert "too much in them" in text


def test_the_metadata_is_an_address_and_nothing_else() -> None:
    made = shown(many(), 3, '[" module.m')

    assert made["private_metadata"] == f'w1:{run().id}:3:[" module.m'
    assert ids.decode_review(made["private_metadata"]) == ids.ReviewAddress(run().id, 3, '[" module.m')
    assert ids.decode_review(made["private_metadata"] + "\n") is None
    assert ids.decode_review(None) is None
    assert ids.decode_review("w1::1:x") is None


def test_what_is_searched_for_is_read_from_the_field() -> None:
    state = {"state": {"values": {ids.REVIEW_QUERY: {ids.REVIEW_QUERY: {"value": "  db   main " + "x" * 500}}}}}

    assert asked(state).startswith("db main xxx")
    assert len(asked(state)) == 120
    assert asked({}) == ""


def test_a_file_says_whose_it_is_and_what_it_lacks() -> None:
    handout = Handout(what=What.PLAN, run=run(), workspace=PROD, link=LINK, person="U0ANA", path=Path("x"), notes=(HOSTILE,))

    said = comment(handout)

    assert said.startswith("📄 The plan of <https://")
    assert "<@U0ANA>" in said
    assert "<!channel>" not in said
