from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.server import SlackServer
from tests.sandbox.slack.refusals import error_of


async def test_a_person_is_described_with_their_flags(client: AsyncWebClient) -> None:
    ana = (await client.users_info(user="U0ANA"))["user"]
    gus = (await client.users_info(user="U0GUS"))["user"]
    bot = (await client.users_info(user="U0RUNBELL"))["user"]

    assert (ana["real_name"], ana["profile"]["email"], ana["is_restricted"]) == ("Ana Ruiz", "ana@acme.example", False)
    assert (gus["is_restricted"], gus["is_ultra_restricted"], gus["deleted"]) == (True, False, False)
    assert bot["is_bot"] is True
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error_of(client.api_call("users.info")) == "invalid_arguments"


async def test_people_are_listed_in_pages(client: AsyncWebClient) -> None:
    first = await client.users_list(limit=3)
    rest = await client.users_list(limit=9, cursor=first["response_metadata"]["next_cursor"])

    assert [person["name"] for person in first["members"] + rest["members"]] == ["ana", "kim", "raj", "gus", "eva", "leo", "runbell"]


async def test_an_address_finds_its_person_unless_they_have_left(slack: SlackServer, client: AsyncWebClient) -> None:
    assert (await client.users_lookupByEmail(email="KIM@acme.example"))["user"]["id"] == "U0KIM"
    slack.state.team.people["U0KIM"].deleted = True
    assert (await client.users_info(user="U0KIM"))["user"]["deleted"] is True
    assert await error_of(client.users_lookupByEmail(email="kim@acme.example")) == "users_not_found"


async def test_groups_and_their_members(slack: SlackServer, client: AsyncWebClient) -> None:
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    members = await client.usergroups_users_list(usergroup="S0PLATFORM")

    assert [(group["handle"], group["users"]) for group in groups] == [("platform", ["U0ANA", "U0KIM"])]
    assert members["users"] == ["U0ANA", "U0KIM"]
    assert await error_of(client.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    slack.state.team.groups["S0PLATFORM"].is_disabled = True
    assert await error_of(client.usergroups_users_list(usergroup="S0PLATFORM")) == "no_such_subteam"
    assert (await client.usergroups_list())["usergroups"] == []
    assert (await client.usergroups_list(include_disabled=True))["usergroups"][0]["date_delete"] == 1
