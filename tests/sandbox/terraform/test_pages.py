"""The plain pages of runs and workspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import aiohttp

    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Caller

NAVIGATION = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def page(caller: Caller, path: str) -> tuple[aiohttp.ClientResponse, str]:
    """Opened by following a link from elsewhere, without a token."""
    async with caller.session.get(f"{caller.api.address}/app/acme/{path}", headers=NAVIGATION) as response:
        return response, await response.text()


async def test_a_waiting_run_is_shown_with_counts_message_and_log(caller: Caller) -> None:
    run = await caller.planned("app-dev", message="Release 42")
    response, text = await page(caller, f"workspaces/app-dev/runs/{run}")
    assert response.status == 200
    for shown in ("Release 42", "3 to add, 2 to change, 1 to destroy", "waits for a person", "planned", "scripted", "api-team_deployers"):
        assert shown in text
    assert "http-equiv=refresh" in text


async def test_a_finished_run_is_not_refreshed(caller: Caller) -> None:
    run = await caller.planned("app-dev")
    await caller.act(run, "apply", "Go <ahead>")
    await caller.until(run, "applied")
    _, text = await page(caller, f"workspaces/app-dev/runs/{run}")
    assert "http-equiv=refresh" not in text
    assert "3 added, 2 changed, 1 destroyed" in text
    assert "Go &lt;ahead&gt;" in text


async def test_a_queued_run_says_what_it_waits_for(caller: Caller) -> None:
    first, second = await caller.planned("app-dev"), await caller.start("app-dev")
    _, text = await page(caller, f"workspaces/app-dev/runs/{second}")
    assert f"waits behind <a href='/app/acme/workspaces/app-dev/runs/{first}'>" in text


async def test_pages_run_no_script_and_escape_what_people_wrote(caller: Caller) -> None:
    run = await caller.planned("app-dev", message="<script>alert(1)</script>'\"&")
    for path in (f"workspaces/app-dev/runs/{run}", "workspaces/app-dev"):
        response, text = await page(caller, path)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script-src" not in response.headers["Content-Security-Policy"]
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;&#x27;&quot;&amp;" in text


async def test_workspaces_and_their_runs_are_listed(caller: Caller) -> None:
    run = await caller.start("slow")
    _, workspaces = await page(caller, "workspaces")
    assert "<a href='/app/acme/workspaces/slow'>slow</a>" in workspaces
    for path in ("workspaces/slow", "workspaces/slow/runs"):
        _, text = await page(caller, path)
        assert run in text
        assert "a run holds this workspace" in text


async def test_the_style_comes_from_the_server_itself(caller: Caller) -> None:
    _, text = await page(caller, "workspaces")
    assert "width=device-width" in text
    async with caller.session.get(f"{caller.api.address}/app/pages.css", headers={"Sec-Fetch-Site": "same-origin"}) as response:
        assert (response.status, response.content_type) == (200, "text/css")


async def test_what_is_not_there_has_a_page_too(caller: Caller, api: RunsApi) -> None:
    run = await caller.start("slow")
    paths = ("workspaces/none", "workspaces/slow/runs/run-none", f"workspaces/idle/runs/{run}")
    assert [(await page(caller, path))[0].status for path in paths] == [404, 404, 404]
    async with caller.session.get(f"{api.address}/app/other/workspaces") as response:
        assert response.status == 404


async def test_a_run_that_needs_an_override_says_so_and_what_judged_it(caller: Caller) -> None:
    await caller.control("POST", "stages/app-dev", {"policy_check": "soft_failed", "cost_estimate": "finished", "seconds": 0.1})
    run = await caller.start("app-dev")
    await caller.until(run, "policy_override")
    _, text = await page(caller, f"workspaces/app-dev/runs/{run}")
    assert "waits for a person to override it" in text
    assert "cost estimate finished, policy check soft failed" in text
