"""The members of the organization: the people of the sandbox's Slack, with their addresses."""

from __future__ import annotations

from bot.sandbox.slack.samples import PEOPLE
from tests.sandbox.terraform.calling import Caller

MEMBERSHIPS = "/api/v2/organizations/acme/organization-memberships"


async def emails(caller: Caller, query: str = "") -> list[str]:
    return [each["attributes"]["email"] for each in (await caller.get(f"{MEMBERSHIPS}?{query}")).data]


async def test_members_have_the_addresses_of_the_people_in_slack(caller: Caller) -> None:
    names = {name for _, name, _, role in PEOPLE if role != "external"}
    assert {f"{name}@acme.example" for name in names} >= set(await emails(caller)) >= {"ana@acme.example", "kim@acme.example"}


async def test_members_are_found_by_address_status_and_part_of_a_name(caller: Caller) -> None:
    assert await emails(caller, "filter[email]=kim@acme.example") == ["kim@acme.example"]
    assert await emails(caller, "filter[status]=invited") == ["gus@acme.example"]
    assert await emails(caller, "q=raj") == ["raj@acme.example"]


async def test_a_membership_leads_to_its_user_who_started_runs(caller: Caller) -> None:
    ana = caller.holding(caller.api.user_token.secret)
    run = await ana.run(await ana.start("app-dev"))
    answer = (await caller.get(f"{MEMBERSHIPS}?filter[email]=ana@acme.example&include=user,organization")).document
    user = answer["data"][0]["relationships"]["user"]["data"]
    assert user == run["relationships"]["created-by"]["data"]
    assert {each["type"] for each in answer["included"]} == {"users", "organizations"}
    read = await caller.get(f"/api/v2/organization-memberships/{answer['data'][0]['id']}?include=user")
    assert read.document["included"][0]["attributes"]["username"] == "ana"
    assert (await caller.get("/api/v2/organization-memberships/ou-none")).status == 404
