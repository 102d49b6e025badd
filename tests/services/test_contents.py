"""What plans would do, read from their JSON: read once, remembered, and None only for a reason that lasts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.core.contents import Effect
from bot.core.errors import RequestRefused, TerraformUnreachable, TooLarge
from bot.core.logs import SavedText
from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.services import contents as subject
from bot.services.contents import Contents
from tests.core.making import make_run
from tests.fakes.terraform import FakePlanTexts

FINISHED = PlanFacts(plan_id="plan-1", status_word="finished", additions=0, changes=0, destructions=1)
RUN = make_run("planned", plan_id="plan-1")
CHANGE = {"address": "aws_vm.web", "type": "aws_vm", "change": {"actions": ["delete"]}}
PLAN = json.dumps({"format_version": "1.2", "resource_changes": [CHANGE]}).encode()


class Texts(FakePlanTexts):
    """Counts what it is asked for, and raises `trouble` where there is any."""

    def __init__(self, text: bytes | None = PLAN) -> None:
        super().__init__()
        self.texts["plan-1"] = text
        self.asked = 0
        self.trouble: Exception | None = None

    async def save(self, plan_id: str, path: Path, most: int, *, redacted: bool = True) -> SavedText | None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        return await super().save(plan_id, path, most, redacted=redacted)


async def test_a_plan_is_read_once_for_everybody() -> None:
    texts = Texts()
    contents = Contents(texts)
    found = await asyncio.gather(*(contents.of(RUN, FINISHED) for _ in range(5)))
    assert found[0] is not None
    assert [change.effect for change in found[0].changes] == [Effect.DESTROY]
    assert all(one is found[0] for one in (*found, await contents.of(RUN, FINISHED)))
    assert texts.asked == 1


async def test_only_so_many_plans_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "KEPT_MOST", 1)
    texts = Texts()
    texts.texts["plan-2"] = PLAN
    contents = Contents(texts)
    for plan_id in ("plan-1", "plan-2", "plan-2", "plan-1"):
        await contents.of(make_run("planned", plan_id=plan_id), FINISHED)
    assert texts.asked == 3


@pytest.mark.parametrize(
    "run, facts",
    [
        (make_run("planned", plan_id=None), FINISHED),
        (RUN, None),
        (RUN, PlanFacts(plan_id="plan-1", status_word="running")),
    ],
)
async def test_a_plan_that_is_not_finished_is_not_asked_for(run: Run, facts: PlanFacts | None) -> None:
    texts = Texts()
    assert await Contents(texts).of(run, facts) is None
    assert texts.asked == 0


@pytest.mark.parametrize("trouble", [RequestRefused("terraform.test", "too old"), TooLarge("The JSON", 1)])
async def test_a_reason_that_lasts_leaves_a_plan_unread(trouble: Exception) -> None:
    texts = Texts()
    texts.trouble = trouble
    assert await Contents(texts).of(RUN, FINISHED) is None


async def test_a_plan_that_the_token_may_not_see_is_unread() -> None:
    assert await Contents(FakePlanTexts()).of(RUN, FINISHED) is None


async def test_a_reason_that_passes_is_raised_and_forgotten() -> None:
    texts = Texts()
    contents = Contents(texts)
    texts.trouble = TerraformUnreachable("terraform.test")
    with pytest.raises(TerraformUnreachable):
        await contents.of(RUN, FINISHED)
    texts.trouble = None
    assert await contents.of(RUN, FINISHED) is not None


@pytest.mark.parametrize("text", [None, b"", b"{", b"[]", b"\xff", b"[" * 100_000])
async def test_what_is_no_plan_is_unread(text: bytes | None) -> None:
    assert await Contents(Texts(text)).of(RUN, FINISHED) is None


async def test_a_plan_that_shows_less_than_the_server_counts_is_not_believed() -> None:
    more = PlanFacts(plan_id="plan-1", status_word="finished", additions=0, changes=0, destructions=2)
    assert await Contents(Texts()).of(RUN, more) is None
