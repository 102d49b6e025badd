"""Payloads as Slack never sends them: fields missing, swapped, of the wrong kind, oversized, or from other teams; each by its seed.

Every one of them bears something on account of which nothing may be done, whatever else is odd about it.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.plans import PlanFacts
from bot.core.runs import Run
from bot.core.workspaces import Workspace
from bot.slack import ids
from bot.slack.ids import Address, FormAddress, encode
from bot.slack.views.approval import Wanted, approval
from bot.slack.views.discard import discarding
from bot.slack.views.start import FORM, Form, start_form
from tests.handlers.desk import click, command, event, submission
from tests.services.house import ANA, DEPLOYS
from tests.slack.test_start_form import filled

Body = dict[str, Any]
Path = tuple[str | int, ...]

KEPT = frozenset({"response_url", "type", "command"})
"""Where the answer goes, and by what Bolt finds a listener: without them there would be little to see."""

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3.5,
    "",
    " ",
    "x",
    "<!channel>",
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    {"id": {}},
    [None],
    "U0ANA",
    "run-1",
)


FORM_SHOWN = Form(address=FormAddress(FORM, DEPLOYS.channel, DEPLOYS.channel_name), more=frozenset({"variables", "targets"}))


@dataclass(frozen=True, slots=True)
class World:
    """A run that waits, of which the payloads are; `digest` identifies its plan, as the buttons of its card carry it."""

    run: Run
    workspace: Workspace
    response_url: str
    digest: str = ""


def payload(seed: int, world: World) -> Body:
    chance = random.Random(seed)  # noqa: S311 - nothing secret hangs on it
    body: Body = json.loads(json.dumps(chance.choice(KINDS)(chance, world)))  # a form names an option twice: as sent, they are two
    if "trigger_id" in body:
        body["trigger_id"] = f"{seed}.2.abc"
    for _ in range(chance.randrange(4)):
        chance.choice(ODDITIES)(chance, body)
    disqualify(chance, body)
    return body


# What they are made from: each of these would be obeyed


def clicked(chance: random.Random, world: World) -> Body:
    button = chance.choice([*ids.ACTION_OF, *ids.ACTION_OF_GLASS, ids.UNVOTE])
    return click(button, encode(Address(world.run.id, world.digest)), ANA, DEPLOYS, world.response_url)


def typed(chance: random.Random, world: World) -> Body:
    text = chance.choice(["approve {0}", "discard {0}", "cancel {0}", "unvote {0}", "run {1} now", "run {1} --auto-apply", "watch {1}"])
    return command(text.format(world.run.id, world.workspace.name), ANA, DEPLOYS, world.response_url)


def submitted(chance: random.Random, world: World) -> Body:
    plan = PlanFacts(plan_id="plan-1", status_word="finished")
    approving = approval(world.run, world.workspace, plan, DEPLOYS, Wanted(reason=True, typed_name=True, digest=world.digest))
    view = chance.choice([approving, discarding(world.run, world.workspace, plan, DEPLOYS)])
    return submission(view, {"reason": "rotate", "name": world.workspace.name}, ANA)


def filled_in(chance: random.Random, world: World) -> Body:
    """The form for a run: submitted, changed, or asked what it offers."""
    view = {"id": "V1", "hash": "h1", "type": "modal", **filled(start_form(FORM_SHOWN), workspace_start=world.workspace.full_name)}
    field = {"action_id": ids.WORKSPACE_TO_START, "block_id": "b", "value": "store"}
    change = {"type": "checkboxes", "action_id": ids.START_MORE, "block_id": "b", "selected_options": [], "action_ts": "2.2"}
    kinds: tuple[Body, ...] = (
        {"type": "view_submission", "view": view, "response_urls": []},
        {"type": "block_actions", "view": view, "container": {"type": "view", "view_id": "V1"}, "actions": [change]},
        {"type": "block_suggestion", "view": view, "container": {"type": "view", "view_id": "V1"}, **field},
        {"type": "shortcut", "callback_id": ids.START_FORM, "action_ts": "2.2"},
    )
    person = {"id": ANA.id, "username": ANA.name, "team_id": ANA.team_id}
    return {
        "api_app_id": "A0RUNBELL",
        "team": {"id": ANA.team_id, "domain": "acme"},
        "user": person,
        "trigger_id": "1",
        **chance.choice(kinds),
    }


def happened(chance: random.Random, _world: World) -> Body:
    return event(
        chance.choice(
            [
                {"type": "user_change", "user": {"id": "U0ANA"}},
                {"type": "subteam_updated", "subteam": {"id": "S0PLATFORM"}},
                {"type": "subteam_members_changed", "subteam_id": "S0PLATFORM"},
                {"type": "member_joined_channel", "user": "U0RUNBELL", "channel": "C0DEPLOYS"},
                {"type": "channel_archive", "channel": "C0DEPLOYS"},
            ]
        ),
        f"Ev{chance.randrange(1 << 30)}",
    )


KINDS: tuple[Callable[[random.Random, World], Body], ...] = (
    *(clicked, clicked, typed, typed, submitted, submitted),
    *(filled_in, filled_in, happened),
)


# What is done to them


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place within a body, but for those that are kept."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        if key not in KEPT:
            yield (*path, key)
            yield from places(inner, (*path, key))


def at(body: Body, path: Path) -> Any:
    found: Any = body
    for key in path:
        found = found[key]
    return found


def put(body: Body, path: Path, value: Any) -> None:
    at(body, path[:-1])[path[-1]] = value


def some(chance: random.Random, body: Body) -> Path:
    return chance.choice(list(places(body)) or [("x",)])


def leave_out(chance: random.Random, body: Body) -> None:
    path = some(chance, body)
    holder = at(body, path[:-1])
    if path != ("x",):
        holder.pop(path[-1])


def swap(chance: random.Random, body: Body) -> None:
    one, other = some(chance, body), some(chance, body)
    if one[: len(other)] == other or other[: len(one)] == one or (one == ("x",)) or (other == ("x",)):
        return
    first, second = at(body, one), at(body, other)
    put(body, one, second)
    put(body, other, first)


def make_odd(chance: random.Random, body: Body) -> None:
    put(body, some(chance, body), copy.deepcopy(chance.choice(ODD)))


def oversize(chance: random.Random, body: Body) -> None:
    put(body, some(chance, body), chance.choice("aß💥\x00<") * chance.choice([300, 4000, 40_000]))


def repeat(chance: random.Random, body: Body) -> None:
    path = some(chance, body)
    value = at(body, path) if path != ("x",) else None
    if isinstance(value, list):
        value.extend(copy.deepcopy(value) * 3)


ODDITIES: tuple[Callable[[random.Random, Body], None], ...] = (leave_out, swap, make_odd, make_odd, oversize, repeat)


def disqualify(chance: random.Random, body: Body) -> None:
    """Somebody of another team, somebody whom nobody knows, or nobody at all."""
    person: object = chance.choice([None, "U0STRANGER", "", 7, ["U0ANA"], {"id": "U0ANA"}, "u0ana", "U0GUS", "U0ANA\x00", "x" * 5000])
    team: object = chance.choice(["T0ACME", "T0OTHER", "", None, 7])
    if chance.random() < 0.3:
        person, team = "U0ANA", chance.choice(["T0OTHER", "T0ACME ", "t0acme", ["T0ACME"], 7])
    body["user"] = chance.choice([{"id": person, "team_id": team, "username": "ana"}, {"id": person, "team_id": team}])
    if "command" in body:
        body.pop("user")
        body |= {"user_id": person, "team_id": team}
    elif person is None and chance.random() < 0.5:
        body.pop("user")
