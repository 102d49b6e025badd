"""auth.test and apps.connections.open: who a token is, and the door to Socket Mode."""

from __future__ import annotations

from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.web_api.calls import Call, Method, Methods


async def test(call: Call) -> Document:
    team, app = call.state.team, call.state.team.app
    if call.token_kind == "app":
        return {"app_name": app.name, "app_id": app.id}
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": team.person(app.user_id).name,
        "team_id": team.id,
        "user_id": app.user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


async def open_connection(call: Call) -> Document:
    ticket = call.state.links.issue_ticket()
    address = call.state.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/_socket/link?ticket={ticket}&app_id={call.state.team.app.id}"}


METHODS: Methods = {
    "auth.test": Method(test, token_kinds=("bot", "app")),
    "apps.connections.open": Method(open_connection, tier=1, token_kinds=("app",)),
}
