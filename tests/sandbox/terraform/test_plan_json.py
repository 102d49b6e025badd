"""The JSON of plans: by redirect, for a minute, and in its redacted form without any secret."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.terraform.plan_json import REDACTED, redacted

if TYPE_CHECKING:
    import aiohttp

    from bot.sandbox.terraform.server import RunsApi
    from tests.sandbox.terraform.calling import Caller

SECRET_VALUE = "hunter2-canary"
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "variables": {"password": {"value": SECRET_VALUE}, "size": {"value": 3}},
    "planned_values": {
        "outputs": {"key": {"sensitive": True, "value": SECRET_VALUE}, "open": {"sensitive": False, "value": "seen"}},
        "root_module": {
            "resources": [{"address": "a.b", "values": {"p": SECRET_VALUE, "q": "seen"}, "sensitive_values": {"p": True}}],
            "child_modules": [
                {"resources": [{"address": "m.a.b", "values": {"l": [SECRET_VALUE, "seen"]}, "sensitive_values": {"l": [True]}}]}
            ],
        },
    },
    "prior_state": {"values": {"root_module": {"resources": [{"values": {"p": SECRET_VALUE}, "sensitive_values": {"p": True}}]}}},
    "resource_changes": [
        {
            "address": "a.b",
            "type": "a",
            "name": "b",
            "change": {
                "actions": ["update"],
                "before": {"p": SECRET_VALUE, "n": {"deep": [SECRET_VALUE]}, "q": "seen"},
                "after": {"p": None, "n": SECRET_VALUE, "q": "seen"},
                "before_sensitive": {"p": True, "n": {"deep": [True]}},
                "after_sensitive": {"p": True, "n": True},
            },
        }
    ],
    "resource_drift": [
        {"type": "a", "name": "c", "change": {"before": SECRET_VALUE, "after": None, "before_sensitive": True, "after_sensitive": False}}
    ],
    "deferred_changes": [{"resource_change": {"type": "a", "name": "d", "change": {"after": [SECRET_VALUE], "after_sensitive": [True]}}}],
    "output_changes": {
        "key": {"actions": ["create"], "before": None, "after": SECRET_VALUE, "after_sensitive": True, "before_sensitive": False}
    },
    "configuration": {
        "provider_config": {"cloud": {"name": "cloud", "expressions": {"token": {"constant_value": SECRET_VALUE}}}},
        "root_module": {
            "variables": {"password": {"default": SECRET_VALUE, "sensitive": True}, "size": {"default": 3}},
            "outputs": {"key": {"sensitive": True, "expression": {"constant_value": SECRET_VALUE}}},
            "resources": [
                {"type": "a", "name": "b", "expressions": {"p": {"constant_value": SECRET_VALUE}, "q": {"constant_value": "seen"}}}
            ],
            "module_calls": {
                "m": {
                    "expressions": {"password": {"constant_value": SECRET_VALUE}},
                    "module": {"variables": {"password": {"sensitive": True, "default": SECRET_VALUE}}},
                }
            },
        },
    },
}


def test_a_redacted_plan_holds_no_secret_and_everything_else() -> None:
    before = copy.deepcopy(PLAN)
    shown = redacted(PLAN)
    assert SECRET_VALUE not in json.dumps(shown)
    assert before == PLAN
    change = shown["resource_changes"][0]["change"]
    assert change["before"] == {"p": REDACTED, "n": {"deep": [REDACTED]}, "q": "seen"}
    assert change["after"] == {"p": None, "n": REDACTED, "q": "seen"}
    assert shown["planned_values"]["root_module"]["child_modules"][0]["resources"][0]["values"] == {"l": [REDACTED, "seen"]}
    assert shown["configuration"]["root_module"]["resources"][0]["expressions"]["q"] == {"constant_value": "seen"}
    assert shown["variables"] == {"password": {"value": REDACTED}, "size": {"value": 3}}


def test_a_plan_of_nothing_is_redacted_to_nothing() -> None:
    assert redacted({})["resource_changes"] == []


async def ask(caller: Caller, path: str) -> aiohttp.ClientResponse:
    url, headers = f"{caller.api.address}/api/v2/{path}", {"Authorization": f"Bearer {caller.token}"}
    return await caller.session.get(url, headers=headers, allow_redirects=False)


async def test_there_is_none_until_the_plan_is_finished(caller: Caller) -> None:
    run = await caller.start("slow")
    await caller.until(run, "planning")
    assert (await ask(caller, f"runs/{run}/plan/json-output-redacted")).status == 204


@pytest.mark.parametrize("owner", ["run", "plan"])
async def test_it_is_read_by_a_redirect_without_a_token(caller: Caller, owner: str) -> None:
    run = await caller.run(await caller.planned("app-dev"))
    path = f"runs/{run['id']}/plan" if owner == "run" else f"plans/{run['relationships']['plan']['data']['id']}"
    redirect = await ask(caller, f"{path}/json-output-redacted")
    assert redirect.status == 307
    url = redirect.headers["Location"]
    async with caller.session.get(url) as answer:
        plan = await answer.json()
    assert [each["change"]["actions"] for each in plan["resource_changes"]] == [["create"]] * 3 + [["update"]] * 2 + [["delete"]]
    assert "secret" not in json.dumps([each["change"]["after"] for each in plan["resource_changes"]])
    async with caller.session.get(url, headers={"Authorization": f"Bearer {caller.token}"}) as leaked:
        assert leaked.status == 400


async def test_the_url_dies_after_a_minute(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    api.context.clock.speed = 1.0
    url = (await ask(caller, f"runs/{run}/plan/json-output-redacted")).headers["Location"]
    for passed, status in ((50, 200), (11, 404)):
        api.context.clock.advance(passed)
        async with caller.session.get(url) as answer:
            assert answer.status == status


async def test_the_plan_with_its_secrets_is_for_administrators(caller: Caller, api: RunsApi) -> None:
    run = await caller.planned("app-dev")
    assert (await ask(caller, f"runs/{run}/plan/json-output")).status == 404
    assert (await ask(caller.holding(api.organization_token.secret), f"runs/{run}/plan/json-output")).status == 404
    url = (await ask(caller.holding(api.user_token.secret), f"runs/{run}/plan/json-output")).headers["Location"]
    async with caller.session.get(url) as answer:
        assert "scripted-secret" in await answer.text()
    assert (await ask(caller.holding(api.user_token.secret), f"runs/{run}/plan/json-schema")).status == 307
