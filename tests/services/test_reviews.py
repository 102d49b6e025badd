"""Reviews: read once, a page at a time, for whoever may read the workspace at that moment; and counts alone, with the reason, otherwise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.commands.runs import RunReference
from bot.core.errors import NothingToReview, RequestRefused, RightMissing, TerraformUnreachable
from bot.core.plans import PlanFacts
from bot.core.reviews import Part
from bot.core.runs import Run
from bot.services import plan_files
from bot.services import reviews as subject
from bot.services.reviews import NOT_KNOWN, NOT_SHOWN, Reviews, Turn
from tests.services.house import ANA, GUS, House, open_house


def plan_text(number: int = 20) -> bytes:
    entries = [{"address": f"a.b[{each}]", "change": {"actions": ["create"], "after": {"a": each}}} for each in range(number)]
    return json.dumps({"format_version": "1.2", "resource_changes": entries}).encode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def waiting(house: House, text: bytes | None = None) -> Run:
    run = house.runs.add_run(house.runs.add_workspace("shop-prod"), "planned")
    assert run.plan_id is not None
    house.texts.texts[run.plan_id] = plan_text() if text is None else text
    return run


async def test_a_page_of_a_plan_is_shown_and_turned(house: House) -> None:
    run = waiting(house)

    first = await house.reviews.open(RunReference(run_id=run.id), ANA)
    second = await house.reviews.turn(run.id, ANA, Turn(number=1))
    found = await house.reviews.turn(run.id, ANA, Turn(query="b[19]"))
    jumped = await house.reviews.turn(run.id, ANA, Turn(part=Part.CREATE))

    assert first.page is not None
    assert (first.workspace.name, first.page.pages, first.page.found, first.why) == ("shop-prod", 3, 20, "")
    assert second.page is not None
    assert second.page.entries[0].piece.address == "a.b[8]"
    assert found.page is not None
    assert found.page.is_alone
    assert jumped.page is not None
    assert jumped.page.number == 0
    assert len(house.runs.calls_of("read_run")) == 1


async def test_who_may_not_read_sees_nothing_at_any_click(house: House) -> None:
    run = waiting(house)
    with pytest.raises(RightMissing):
        await house.reviews.open(RunReference(run_id=run.id), GUS)
    await house.reviews.open(RunReference(run_id=run.id), ANA)

    with pytest.raises(RightMissing):
        await house.reviews.turn(run.id, GUS, Turn())


async def test_a_run_that_we_have_forgotten_is_read_anew(house: House) -> None:
    run = waiting(house)

    found = await house.reviews.turn(run.id, ANA, Turn(number=2))

    assert found.page is not None
    assert found.page.number == 2


@pytest.mark.parametrize(
    "text, why",
    [(b"{}", NOT_KNOWN), (b"no json", NOT_KNOWN), (b'{"format_version":"9.0"}', NOT_KNOWN)],
)
async def test_what_cannot_be_read_falls_back_to_the_counts_and_says_why(house: House, text: bytes, why: str) -> None:
    found = await house.reviews.open(RunReference(run_id=waiting(house, text).id), ANA)

    assert (found.review, found.page, found.why) == (None, None, why)
    assert found.plan.additions == 1


async def test_without_the_right_to_the_json_or_if_it_is_too_large_the_counts_remain(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(house)
    assert run.plan_id is not None
    text = house.texts.texts.pop(run.plan_id)

    assert (await house.reviews.open(RunReference(run_id=run.id), ANA)).why == NOT_SHOWN
    house.texts.texts[run.plan_id] = text
    monkeypatch.setattr(plan_files, "MOST_BYTES", 10)
    assert "larger than" in (await house.reviews.open(RunReference(run_id=run.id), ANA)).why


async def test_what_may_be_had_a_moment_later_is_no_reason(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    run = waiting(house)

    async def save(*_: Any, **__: Any) -> None:
        raise TerraformUnreachable("terraform.test")

    monkeypatch.setattr(house.texts, "save", save)
    with pytest.raises(TerraformUnreachable):
        await house.reviews.open(RunReference(run_id=run.id), ANA)

    async def refuse(*_: Any, **__: Any) -> None:
        raise RequestRefused("terraform.test", "too old")

    monkeypatch.setattr(house.texts, "save", refuse)
    assert (await house.reviews.open(RunReference(run_id=run.id), ANA)).why == NOT_SHOWN


async def test_there_is_nothing_to_review_before_the_plan_is_there(house: House) -> None:
    workspace = house.runs.add_workspace("shop-dev")
    run = house.runs.add_run(workspace)
    with pytest.raises(NothingToReview, match="not finished"):
        await house.reviews.open(RunReference(workspace="shop-dev"), ANA)
    finished = waiting(house)
    assert finished.plan_id is not None
    house.texts.texts[finished.plan_id] = None

    with pytest.raises(NothingToReview):
        await house.reviews.open(RunReference(run_id=finished.id), ANA)
    with pytest.raises(NothingToReview, match="failed"):
        await house.reviews.of(run, PlanFacts(plan_id="plan-1", status_word="errored"))


async def test_a_plan_is_read_once_for_everybody_and_some_are_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    save = house.texts.save

    async def saved(plan_id: str, path: Path, most: int, *, redacted: bool = True) -> Any:
        assert redacted
        asked.append(plan_id)
        return await save(plan_id, path, most)

    monkeypatch.setattr(house.texts, "save", saved)
    run = waiting(house)
    reference = RunReference(run_id=run.id)
    await asyncio.gather(*(house.reviews.open(reference, ANA) for _ in range(5)))
    assert asked == [run.plan_id]

    monkeypatch.setattr(subject, "KEPT_BYTES", 10)
    other = house.runs.add_run(house.runs.add_workspace("shop-eu"), "planned")
    house.texts.texts[str(other.plan_id)] = plan_text(1)
    await house.reviews.open(RunReference(run_id=other.id), ANA)
    await house.reviews.open(reference, ANA)
    assert asked == [run.plan_id, other.plan_id, run.plan_id]
    assert isinstance(house.reviews, Reviews)
