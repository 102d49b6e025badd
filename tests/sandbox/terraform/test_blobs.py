"""Logs on the blob service: framed, growing, read by offset, and only by who has the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.logs import CUT, LARGEST_LOG, LogStream
from tests.sandbox.terraform.calling import eventually

if TYPE_CHECKING:
    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Caller


async def test_a_finished_log_is_framed_and_read_in_pieces(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    whole = await caller.log(f"/api/v2/runs/{run}/plan")
    assert (whole[0], whole[-1]) == ("\x02", "\x03")
    assert "Plan: 3 to add, 2 to change, 1 to destroy." in whole
    url = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["log-read-url"]
    pieces, offset = "", 0
    while piece := await fetch(caller, f"{url}?limit=50&offset={offset}"):
        pieces, offset = pieces + piece, offset + len(piece)
    assert pieces == whole


async def test_a_log_grows_while_the_phase_runs(caller: Caller, api: RunsApi) -> None:
    run = await caller.start("slow")
    await caller.until(run, "planning")
    url = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["log-read-url"]
    first = await fetch(caller, url)
    assert first.startswith("\x02")
    assert not first.endswith("\x03")
    api.context.clock.speed = 20_000

    async def has_grown() -> bool:
        return bool(await fetch(caller, f"{url}?offset={len(first)}&limit=1000"))

    await eventually(has_grown)


async def test_a_log_is_empty_before_its_phase_begins(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    assert await caller.log(f"/api/v2/runs/{run}/apply") == ""


async def test_a_log_is_refused_to_who_sends_a_token(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    url = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["log-read-url"]
    async with caller.session.get(url, headers={"Authorization": f"Bearer {caller.token}"}) as response:
        assert response.status == 400
    async with caller.session.get(f"{url}?offset=-1") as response:
        assert response.status == 400
    async with caller.session.get(url[:-1]) as response:
        assert response.status == 404


async def test_a_log_url_ends_after_a_day_and_the_plan_names_a_new_one(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    path = f"/api/v2/runs/{run}/plan"
    old = (await caller.get(path)).data["attributes"]["log-read-url"]
    assert (await caller.get(path)).data["attributes"]["log-read-url"] == old
    api.context.clock.speed = 100_000
    await api.context.clock.sleep(26 * 3600)
    async with caller.session.get(old) as response:
        assert response.status == 404
    assert "Plan:" in await caller.log(path)


def test_framing_bytes_in_the_output_do_not_end_a_log() -> None:
    log = LogStream()
    log.write(b"one\x03two\x02")
    log.finish()
    log.write(b"too late")
    assert log.read(0, None) == b"\x02onetwo\x03"
    assert log.tail(5) == "onetwo"


def test_a_log_is_bounded_and_says_so() -> None:
    log = LogStream()
    for _ in range(3):
        log.write(b"x" * (LARGEST_LOG // 2))
    log.finish()
    assert len(log.read(0, None)) == LARGEST_LOG + len(CUT) + 1
    assert log.read(0, None).endswith(CUT + b"\x03")


async def fetch(caller: Caller, url: str) -> str:
    async with caller.session.get(url) as response:
        assert response.status == 200
        return await response.text()
