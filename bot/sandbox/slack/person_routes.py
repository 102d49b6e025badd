"""The routes of `/_person/`: which verb on which path is which deed. Described for readers in docs/sandbox.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.slack import person_admin, person_controls, person_does, person_sees, person_terraform
from bot.sandbox.slack.errors import Document
from bot.sandbox.slack.state import State

Answer = Callable[[State, web.Request], Awaitable[Document]]
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/_person/world", person_sees.see_world),
    ("GET", "/_person/messages", person_sees.see_messages),
    ("GET", "/_person/view", person_sees.see_view),
    ("GET", "/_person/file", person_sees.see_file),
    ("GET", "/_person/compose", person_sees.see_preview),
    ("POST", "/_person/command", person_does.type_command),
    ("POST", "/_person/message", person_does.write_message),
    ("POST", "/_person/compose", person_does.compose),
    ("POST", "/_person/click", person_does.click),
    ("POST", "/_person/options", person_does.ask_options),
    ("POST", "/_person/fill", person_does.fill),
    ("POST", "/_person/submit", person_does.submit),
    ("POST", "/_person/close", person_does.close),
    ("POST", "/_person/shortcut", person_does.use_shortcut),
    ("POST", "/_person/home", person_does.open_home),
    ("POST", "/_person/upload", person_does.upload),
    ("POST", "/_person/invite", person_does.invite),
    ("POST", "/_person/remove", person_does.remove),
    ("POST", "/_person/delete", person_admin.delete_message),
    ("POST", "/_person/admin/archive", person_admin.archive_channel),
    ("POST", "/_person/admin/rename", person_admin.rename_channel),
    ("POST", "/_person/admin/delete", person_admin.delete_channel),
    ("POST", "/_person/admin/deactivate", person_admin.deactivate_person),
    ("POST", "/_person/admin/group", person_admin.change_group),
    ("POST", "/_person/admin/revoke", person_admin.revoke_token),
    ("GET", "/_person/terraform/{what}", person_terraform.look),
    ("POST", "/_person/terraform/{what}", person_terraform.do),
    ("POST", "/_person/restart", person_terraform.restart_app),
    ("GET", "/_person/traffic", person_controls.see_traffic),
    ("GET", "/_person/faults", person_controls.see_faults),
    ("POST", "/_person/faults", person_controls.pull_fault),
    ("DELETE", "/_person/faults", person_controls.end_faults),
    ("DELETE", "/_person/faults/{fault}", person_controls.end_faults),
    ("POST", "/_person/clock", person_controls.set_clock),
    ("POST", "/_person/limits", person_controls.set_limits),
    ("POST", "/_person/sockets", person_controls.break_sockets),
    ("POST", "/_person/delivery", person_controls.choose_delivery),
)
