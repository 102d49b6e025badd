"""Webhooks: verified, signed, told once of what was subscribed to, and sent to this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.terraform.triggers import COARSE
from tests.sandbox.terraform.calling import Answer, Caller, eventually
from tests.sandbox.terraform.hooks import Hook, open_hook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.sandbox.terraform.server import RunsApi

KEY = "a-long-random-secret"


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with open_hook() as hook:
        yield hook


@pytest.fixture
def ana(caller: Caller, api: RunsApi) -> Caller:
    """An administrator of the workspaces."""
    return caller.holding(api.user_token.secret)


async def subscribe(
    ana: Caller, url: str, *, project: bool = False, kind: str = "notification-configurations", **attributes: Any
) -> Answer:
    owner = f"projects/{ana.api.context.store.project_id}" if project else f"workspaces/{(await ana.workspace('app-dev'))['id']}"
    wanted = {"destination-type": "generic", "name": "bot", "url": url, "token": KEY, "enabled": True, "triggers": list(COARSE)}
    wanted |= {name.replace("_", "-"): value for name, value in attributes.items()}
    return await ana.post(f"/api/v2/{owner}/notification-configurations", {"data": {"type": kind, "attributes": wanted}})


async def heard(hook: Hook, *triggers: str) -> None:
    async def has_all() -> bool:
        return set(triggers) <= set(hook.triggers)

    await eventually(has_all)


async def test_a_configuration_is_verified_before_it_is_saved(ana: Caller, hook: Hook) -> None:
    answer = await subscribe(ana, hook.url)
    assert answer.status == 201, answer.text
    (payload,) = hook.payloads
    assert payload["payload_version"] == 1
    assert payload["notification_configuration_id"] == answer.data["id"]
    assert (payload["run_id"], payload["workspace_name"], payload["organization_name"]) == (None, None, None)
    assert payload["notifications"][0]["trigger"] == "verification"
    assert payload["notifications"][0]["message"] == "Verification of bot"
    assert hook.is_signed_with(KEY)
    attributes = answer.data["attributes"]
    assert (attributes["token"], attributes["delivery-responses"][0]["code"]) == (None, "200")
    assert attributes["delivery-responses"][0]["successful"] == "true"


async def test_a_configuration_whose_verification_fails_is_not_saved(ana: Caller, hook: Hook) -> None:
    hook.status = 500
    refused = await subscribe(ana, hook.url)
    assert (refused.status, "verification failed" in refused.detail) == (400, True)
    nobody = await subscribe(ana, "http://127.0.0.1:9/hook")
    assert nobody.status == 400
    workspace = (await ana.workspace("app-dev"))["id"]
    assert (await ana.get(f"/api/v2/workspaces/{workspace}/notification-configurations")).data == []


async def test_a_configuration_that_is_off_is_saved_unverified_and_hears_nothing(ana: Caller, caller: Caller, hook: Hook) -> None:
    assert (await subscribe(ana, hook.url, enabled=False)).status == 201
    await caller.planned("app-dev")
    assert hook.bodies == []


async def test_the_way_of_a_run_is_told_signed_and_once(ana: Caller, caller: Caller, hook: Hook) -> None:
    await subscribe(ana, hook.url)
    run = await caller.planned("app-dev", message="bump the image")
    await heard(hook, "run:needs_attention")
    await caller.act(run, "apply")
    await heard(hook, "run:completed")
    assert sorted(hook.triggers[1:]) == sorted(["run:created", "run:planning", "run:needs_attention", "run:applying", "run:completed"])
    assert hook.is_signed_with(KEY)
    told = next(each for each in hook.payloads if each["notifications"][0]["trigger"] == "run:needs_attention")
    assert (told["run_id"], told["run_message"], told["workspace_name"]) == (run, "bump the image", "app-dev")
    assert (told["notifications"][0]["trigger_type"], told["notifications"][0]["run_status"]) == ("run:pending_apply_approval", "planned")
    assert told["run_url"].endswith(f"/app/acme/workspaces/app-dev/runs/{run}")


async def test_a_discarded_run_is_told_as_an_errored_one(ana: Caller, caller: Caller, hook: Hook) -> None:
    await subscribe(ana, hook.url, triggers=["run:errored"])
    await caller.act(await caller.planned("app-dev"), "discard")
    await heard(hook, "run:errored")
    assert hook.payloads[-1]["notifications"][0]["run_status"] == "discarded"
    assert len(hook.bodies) == 2


async def test_an_override_needs_attention_and_has_a_finer_word(ana: Caller, caller: Caller, hook: Hook) -> None:
    await subscribe(ana, hook.url, triggers=["run:policy_override_required"])
    await caller.control("POST", "stages/app-dev", {"policy_check": "soft_failed", "seconds": 0.1})
    await caller.until(await caller.start("app-dev"), "policy_override")
    await heard(hook, "run:needs_attention")
    assert hook.payloads[-1]["notifications"][0]["trigger_type"] == "run:policy_override_required"


async def test_a_project_hears_of_all_its_workspaces_but_not_of_plan_only_runs(ana: Caller, caller: Caller, hook: Hook) -> None:
    answer = await subscribe(ana, hook.url, project=True, kind="notification-configuration", triggers=["run:created"])
    assert answer.data["relationships"]["subscribable"]["data"]["type"] == "projects"
    await caller.until(await caller.start("app-prod", plan_only=True), "planned_and_finished")
    for name in ("app-dev", "app-prod"):
        await caller.planned(name)

    async def has_both() -> bool:
        return {each["workspace_name"] for each in hook.payloads[1:]} == {"app-dev", "app-prod"}

    await eventually(has_both)
    assert len(hook.bodies) == 3


async def test_a_failed_delivery_is_sent_again_only_where_that_is_switched_on(ana: Caller, caller: Caller, hook: Hook) -> None:
    saved = (await subscribe(ana, hook.url, triggers=["run:created"])).data
    hook.status = 503
    await caller.start("slow")
    for retries, deliveries in ((0, 2), (2, 5)):
        await caller.control("POST", "notifications", {"retries": retries})
        await caller.act(await caller.planned("app-dev"), "discard")

        async def all_came(wanted: int = deliveries) -> bool:
            return len(hook.bodies) == wanted

        await eventually(all_came)
    last = (await ana.get(f"/api/v2/notification-configurations/{saved['id']}")).data["attributes"]["delivery-responses"][0]
    assert (last["code"], last["successful"], last["body"]) == ("503", "false", "heard")


async def test_a_configuration_is_changed_verified_and_deleted(ana: Caller, hook: Hook) -> None:
    path = f"/api/v2/notification-configurations/{(await subscribe(ana, hook.url)).data['id']}"
    changes = {"data": {"type": "notification-configurations", "attributes": {"name": "other", "triggers": []}}}
    changed = await ana.call("PATCH", path, changes)
    assert (changed.status, changed.data["attributes"]["name"], changed.data["attributes"]["triggers"]) == (200, "other", [])
    assert (await ana.post(f"{path}/actions/verify")).status == 200
    hook.status = 404
    assert (await ana.post(f"{path}/actions/verify")).status == 400
    renamed = {"data": {"type": "notification-configurations", "attributes": {"name": "third"}}}
    assert (await ana.call("PATCH", path, renamed)).status == 400
    assert (await ana.get(path)).data["attributes"]["name"] == "other"
    assert (await ana.call("DELETE", path)).status == 204
    assert (await ana.get(path)).status == 404


async def test_verifications_are_limited_to_ten_a_minute(ana: Caller, hook: Hook, api: RunsApi) -> None:
    path = f"/api/v2/notification-configurations/{(await subscribe(ana, hook.url)).data['id']}/actions/verify"
    api.context.clock.speed = 1e-9
    statuses = [(await ana.post(path)).status for _ in range(11)]
    assert (statuses.count(200), statuses[-1]) == (10, 429)


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "http://10.0.0.1/hook", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http:///x", "x"]
)
async def test_nothing_is_sent_beyond_this_machine(ana: Caller, url: str) -> None:
    refused = await subscribe(ana, url)
    assert (refused.status, "this machine" in refused.detail) == (422, True)


@pytest.mark.parametrize(
    "attributes",
    [
        {"triggers": ["run:tea"]},
        {"triggers": "run:created"},
        {"name": ""},
        {"destination_type": "pigeon"},
        {"url": None},
        {"enabled": "yes"},
    ],
)
async def test_a_configuration_that_makes_no_sense_is_refused(ana: Caller, hook: Hook, attributes: dict[str, Any]) -> None:
    wanted = {"url": hook.url, **attributes}
    url = wanted.pop("url")
    assert (await subscribe(ana, url, **wanted)).status == 422
    assert hook.bodies == []


async def test_who_does_not_administer_sees_no_configurations(caller: Caller, api: RunsApi, hook: Hook) -> None:
    for token in (api.team_token, api.organization_token):
        assert (await subscribe(caller.holding(token.secret), hook.url)).status == 404


async def test_a_workspace_has_at_most_twenty(ana: Caller, hook: Hook, api: RunsApi) -> None:
    api.context.limits.per_second = None
    answers = [(await subscribe(ana, hook.url, enabled=False)).status for _ in range(21)]
    assert answers == [201] * 20 + [422]
