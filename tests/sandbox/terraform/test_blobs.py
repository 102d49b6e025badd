"""Logs on the blob service: framed, growing, read by offset, and only by who has the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.terraform.archives import pack_archive
from bot.sandbox.terraform.logs import CUT, LARGEST_LOG, LogStream
from tests.sandbox.terraform.calling import CONFIGURATION, eventually

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


@pytest.mark.parametrize(
    "words, status, text",
    [
        ("down x1 on GET /v1/object/*", 503, ""),
        ("refused:404 x1 on GET /v1/object/*", 404, ""),
        ("slow:0.01 x1 on GET /v1/object/*", 200, "\x02"),
        ("cut x1 on GET /v1/object/*", 200, "\x02"),
    ],
)
async def test_what_is_read_is_struck_by_faults_that_name_it(caller: Caller, words: str, status: int, text: str) -> None:
    run = await caller.planned("app-dev")
    whole = await caller.log(f"/api/v2/runs/{run}/plan")
    url = (await caller.get(f"/api/v2/runs/{run}/plan")).data["attributes"]["log-read-url"]
    assert (await caller.control("POST", "faults", {"say": words})).status == 200
    async with caller.session.get(url) as response:
        found = (response.status, await response.text())
    assert (found[0], found[1][:1]) == (status, text)
    assert (len(found[1]) == len(whole) // 2) is words.startswith("cut")
    assert await fetch(caller, url) == whole


async def test_an_upload_whose_answer_is_lost_is_there_all_the_same_and_a_fault_for_everything_spares_it(caller: Caller) -> None:
    created = await caller.create_configuration("app-dev", auto_queue_runs=False)
    url = created["attributes"]["upload-url"]
    await caller.control("POST", "faults", {"say": "lost x1 on PUT /v1/object/*"})
    assert await caller.put(url, pack_archive(CONFIGURATION)) == 404, "the client has asked again by itself, and it was written already"

    async def is_taken() -> bool:
        return bool((await caller.get(f"/api/v2/configuration-versions/{created['id']}")).data["attributes"]["status"] == "uploaded")

    await eventually(is_taken)
    other = (await caller.create_configuration("app-dev", auto_queue_runs=False))["attributes"]["upload-url"]
    await caller.control("POST", "faults", {"say": "503"})
    assert await caller.put(other, pack_archive(CONFIGURATION)) == 200


async def test_a_configuration_that_is_read_back_is_cut_to_nothing(caller: Caller) -> None:
    version = await caller.upload("app-dev", auto_queue_runs=False)
    path = f"{caller.api.address}/api/v2/configuration-versions/{version}/download"
    await caller.control("POST", "faults", {"say": "cut x1 on GET /v1/object/*"})
    sizes = []
    for _ in range(2):
        async with caller.session.get(path, headers={"Authorization": f"Bearer {caller.token}"}, allow_redirects=False) as asked:
            url = asked.headers["Location"]
        async with caller.session.get(url) as response:
            sizes.append(len(await response.read()))
    assert (sizes[0], sizes[1] > 0) == (0, True)
