"""users.* and usergroups.*: who the people are, and which groups they are in."""

from __future__ import annotations

from bot.sandbox.slack.errors import Document, SlackError
from bot.sandbox.slack.people import Person, group_document, user_document
from bot.sandbox.slack.web_api.calls import Call, Method, Methods
from bot.sandbox.slack.web_api.pages import cut_page

MOST_LISTED = 1000


async def info(call: Call) -> Document:
    return {"user": _document(call, call.state.team.person(call.required("user")))}


async def list_people(call: Call) -> Document:
    people = list(call.state.team.people.values())
    page, metadata = cut_page(people, call.text("cursor"), call.number("limit", MOST_LISTED, most=MOST_LISTED))
    return {"members": [_document(call, person) for person in page], "response_metadata": metadata}


async def lookup_by_email(call: Call) -> Document:
    wanted = call.required("email").casefold()
    for person in call.state.team.humans():
        if person.email.casefold() == wanted and not person.deleted:
            return {"user": _document(call, person)}
    raise SlackError("users_not_found")


async def list_groups(call: Call) -> Document:
    team = call.state.team
    shown = [group for group in team.groups.values() if not group.is_disabled or call.flag("include_disabled")]
    return {"usergroups": [group_document(group, team.id, with_users=call.flag("include_users")) for group in shown]}


async def list_group_members(call: Call) -> Document:
    group = call.state.team.groups.get(call.required("usergroup"))
    if group is None or (group.is_disabled and not call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _document(call: Call, person: Person) -> Document:
    return user_document(person, with_email="users:read.email" in call.state.team.app.scopes)


METHODS: Methods = {
    "users.info": Method(info, ("users:read",), tier=4),
    "users.list": Method(list_people, ("users:read",), tier=2),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",), tier=3),
    "usergroups.list": Method(list_groups, ("usergroups:read",), tier=2),
    "usergroups.users.list": Method(list_group_members, ("usergroups:read",), tier=2),
}
