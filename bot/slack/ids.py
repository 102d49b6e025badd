"""The words that travel to Slack and back with a click: ids of actions, and the address that a button carries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.core.links import is_message_time
from bot.core.listings import FIRST, Turn
from bot.core.runs import Action

APPROVE = "run.approve"
APPROVE_BECAUSE = "approve.because"
"""The menu beside the buttons of a run: approving with a reason where none is demanded."""

DISCARD = "run.discard"
CANCEL = "run.cancel"
OVERRIDE = "run.override"
FORCE_CANCEL = "run.force_cancel"
UNVOTE = "run.unvote"
SNOOZE = "run.snooze"
OPEN = "run.open"
"""A button that opens a link: the browser does it, but Slack still sends the click, which wants an ack."""

PROMOTE_NEXT = "promote.next"
PROMOTE_FORM = "promote.form"
PROMOTE_SUBMIT = "promote.submit"
"""Buttons that promote what a run has applied to a stage, and that open the form for any two workspaces; the callback id of that form."""

RETRY = "retry.run"

APPROVAL = "run.approval"
"""The callback id of the modal in which somebody gives a reason, or types a workspace's name."""

DISCARDING = "run.discarding"
"""The callback id of the modal in which somebody may say why a run is discarded."""

OVERRIDING = "run.overriding"
"""The callback id of the modal in which somebody says why a failed check shall not count."""

GLASS = "run.glass"
OVERRIDE_GLASS = "run.override_glass"
"""Applying and overriding in spite of a freeze: of the button that offers it, and of the modal that asks why."""

CANCELING = "run.canceling"
FORCE_CANCELING = "run.force_canceling"
"""The callback ids of the modal before an apply is canceled, by force or not: it says what that can leave behind."""

CONFIRM_COMMAND = "command.confirm"
CONFIRM_FORM = "command.form"
"""The one button under a command that somebody was shown before it is carried out: it does it, or opens the form that asks for more."""

REVIEW = "run.review"
"""The button that opens a plan for review."""

REVIEW_VIEW = "review.view"
REVIEW_BACK = "review.back"
REVIEW_ON = "review.on"
REVIEW_SEARCH = "review.search"
REVIEW_QUERY = "review.query"
REVIEW_ALL = "review.all"
REVIEW_JUMP = "review.jump"
"""The callback id of that modal, and what turns its pages: back, on, the search with its field, its end, and a jump to a kind of change."""

START_FORM = "start.form"
"""The callback id of the global shortcut that opens the form in which a run is started; a button that does so is START_OPEN."""

START_OPEN = "start.open"
START_KIND = "start.kind"
START_MORE = "start.more"
START_SUBMIT = "start.submit"
"""The callback id of that form."""

UPLOAD_MESSAGE = "upload.message"
"""The callback id of the shortcut on a message whose files shall be run; a button that opens the form without files is UPLOAD_OPEN."""

UPLOAD_OPEN = "upload.open"
UPLOAD_SUBMIT = "upload.submit"
"""The callback id of that form."""

FILE = re.compile(r"F[A-Z0-9]{2,30}")

WORKSPACE_TO_START = "workspace.start"
WORKSPACE_TO_READ = "workspace.read"
"""Fields that look workspaces up while somebody types: those in which they may start runs, or whose runs they may see."""

LOOK_ON = "look.on"
LOOK_BACK = "look.back"
"""To the next page of a list and to the one before; the list is replaced."""

LOOK_AT = "look.at"
LOOK_PENDING = "look.pending"
LOOK_WORKSPACES = "look.workspaces"
LOOK_MINE = "look.mine"
LOOK_OWN = "look.own"
LOOK_QUEUE = "look.queue"
LOOK_HELP = "look.help"
LOOK_FAMILIES = "look.family."
"""Buttons that do what typing a command does that only looks. Of one for each family its word follows."""

RUN_MESSAGE = "run.message"
"""The callback id of the shortcut that shows the run that a message is about."""

HOME = "home"
HOME_SHOW = "home.show"
HOME_NOTIFY = "home.notify"
"""The callback id of the Home tab, and its buttons: a run is shown, and whether somebody is written to about their own is turned."""

SHOWN = "run.shown"
"""The callback id of the modal that shows a run; nothing can be submitted in it."""

MESSAGE_EVENT = "runbell_message"
"""The event type in the metadata of every message of ours; names are of [a-z0-9_] (Slack, "Message metadata")."""

BUTTON_FOR = MappingProxyType(
    {
        Action.APPLY: APPROVE,
        Action.OVERRIDE: OVERRIDE,
        Action.DISCARD: DISCARD,
        Action.CANCEL: CANCEL,
        Action.FORCE_CANCEL: FORCE_CANCEL,
    }
)
ACTION_OF = MappingProxyType({button: action for action, button in BUTTON_FOR.items()})
GLASS_FOR = MappingProxyType({Action.APPLY: GLASS, Action.OVERRIDE: OVERRIDE_GLASS})
CANCELING_FOR = MappingProxyType({Action.CANCEL: CANCELING, Action.FORCE_CANCEL: FORCE_CANCELING})
ACTION_OF_CANCELING = MappingProxyType({word: action for action, word in CANCELING_FOR.items()})
ACTION_OF_GLASS = MappingProxyType({word: action for action, word in GLASS_FOR.items()})

RUN = r"(?P<run>(?!run-\Z)[A-Za-z0-9][A-Za-z0-9_.~-]{0,127})"
DIGEST = r"(?P<digest>(?:sha256|weak):[0-9a-f]{64})"
VALUE = re.compile(f"r1:{RUN}(?:={DIGEST})?")
GATE = r"(?P<gate>[A-Za-z0-9:_.~-]{1,200})"
TS = r"(?P<ts>[0-9]{1,12}\.[0-9]{1,9})"
METADATA = re.compile(f"v1:(?P<channel>[A-Z][A-Z0-9]{{1,30}}):{RUN}:(?P<workspace>.{{1,120}})")
METADATA_AT_GATE = re.compile(f"v2:(?P<channel>[A-Z][A-Z0-9]{{1,30}}):{RUN}:{GATE}=(?P<workspace>.{{1,120}})")
METADATA_OF_PLAN = re.compile(f"v(?P<v>[45]):(?P<channel>[A-Z][A-Z0-9]{{1,30}}):{TS}?:{DIGEST}?:{RUN}:{GATE}?=(?P<workspace>.{{1,120}})")
METADATA_AT_MESSAGE = re.compile(f"v3:(?P<channel>[A-Z][A-Z0-9]{{1,30}}):{TS}?:{RUN}:{GATE}?=(?P<workspace>.{{1,120}})")
"""A run's id is opaque: `run-…` as a rule, and a UUID or a number on some servers."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a button is about. The run's state is read again at the click.

    `digest` identifies the plan that the person was shown, "" where the button shows none: another plan is not approved by it.
    """

    run_id: str
    digest: str = ""


def encode(address: Address) -> str:
    """The value of a button, far below Slack's 2000 letters."""
    return f"r1:{address.run_id}={address.digest}" if address.digest else f"r1:{address.run_id}"


def decode(value: object) -> Address | None:
    """The address in a button's value; None for anything that we did not write."""
    found = VALUE.fullmatch(value) if isinstance(value, str) else None
    return Address(found["run"], found["digest"] or "") if found else None


CONFIRMATION = re.compile(f"c1:(?P<id>[A-Za-z0-9_-]{{32}})(?::{RUN}(?:={DIGEST})?)?")


def encode_confirmation(confirmation_id: str, run_id: str = "", digest: str = "") -> str:
    """The value of a button that confirms a command: what it stands for is in our own rows, so the run and its plan are for the record."""
    about = f":{run_id}" if run_id else ""
    return f"c1:{confirmation_id}{about}{f'={digest}' if about and digest else ''}"


def decode_confirmation(value: object) -> str | None:
    found = CONFIRMATION.fullmatch(value) if isinstance(value, str) else None
    return found["id"] if found else None


def decode_confirmed(value: object) -> Address | None:
    """The run and the plan that such a button was shown with; None where it was shown with none."""
    found = CONFIRMATION.fullmatch(value) if isinstance(value, str) else None
    return Address(found["run"], found["digest"] or "") if found and found["run"] else None


STAGE = re.compile(f"p1:{RUN}:(?P<stage>[^:/\\s]{{1,120}}/[^:/\\s]{{1,120}})")


@dataclass(frozen=True, slots=True)
class Stage:
    """Which run's configuration goes to which workspace, by its full name. Whether that is the next stage is judged at the click."""

    run_id: str
    workspace: str


def encode_stage(stage: Stage) -> str:
    return f"p1:{stage.run_id}:{stage.workspace}"


def decode_stage(value: object) -> Stage | None:
    found = STAGE.fullmatch(value) if isinstance(value, str) else None
    return Stage(found["run"], found["stage"]) if found else None


@dataclass(frozen=True, slots=True)
class ViewAddress:
    """What a modal is about and where it was opened. `workspace` is the name that was shown; what is typed is compared with it at once.

    `gate` is the question that it answers, where it must answer no other one. `ts` is the message in that channel from which it was
    opened, "" for none: where the audit points to. `digest` identifies the plan that it shows, "" for none. `becomes_result`: that
    message is an answer of ours in direct messages, which the result replaces.
    """

    run_id: str
    channel: str
    workspace: str
    gate: str = ""
    ts: str = ""
    digest: str = ""
    becomes_result: bool = False


def encode_view(address: ViewAddress) -> str:
    """The private metadata of a modal, far below Slack's 3000 letters."""
    version = 5 if address.becomes_result else 4
    return f"v{version}:{address.channel}:{address.ts}:{address.digest}:{address.run_id}:{address.gate}={address.workspace}"


def decode_view(value: object) -> ViewAddress | None:
    """The address in a modal's metadata, be it of one that an older release has opened; None for anything that we did not write."""
    if not isinstance(value, str):
        return None
    if found := METADATA_OF_PLAN.fullmatch(value):
        where = (found["run"], found["channel"], found["workspace"], found["gate"] or "", found["ts"] or "")
        return ViewAddress(*where, digest=found["digest"] or "", becomes_result=found["v"] == "5")
    if found := METADATA_AT_MESSAGE.fullmatch(value):
        return ViewAddress(found["run"], found["channel"], found["workspace"], found["gate"] or "", found["ts"] or "")
    if found := METADATA_AT_GATE.fullmatch(value):
        return ViewAddress(found["run"], found["channel"], found["workspace"], found["gate"])
    found = METADATA.fullmatch(value)
    return ViewAddress(found["run"], found["channel"], found["workspace"]) if found else None


FORM_VERSION = 1
CHANNEL = re.compile(r"[A-Z][A-Z0-9]{1,30}")


@dataclass(frozen=True, slots=True)
class FormAddress:
    """Of a modal that concerns no run: what kind of form it is, where it was opened ("" for nowhere), and words that it has to keep.

    Nothing in it is a fact: whoever submits it, and what they may, is read afresh. `ts` is as in a ViewAddress.
    """

    kind: str
    channel: str = ""
    channel_name: str = ""
    kept: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ts: str = ""


def encode_form(address: FormAddress) -> str:
    """Private metadata; Slack takes 3000 letters of it, so what is kept has to be short."""
    said = {"v": FORM_VERSION, "kind": address.kind, "channel": address.channel, "name": address.channel_name, "kept": dict(address.kept)}
    said |= {"ts": address.ts} if address.ts else {}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def decode_form(value: object, kind: str = "") -> FormAddress | None:
    """The address in a form's metadata; None for anything that we did not write, or that is of another kind than the one asked for."""
    try:
        said = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if not isinstance(said, dict) or said.get("v") != FORM_VERSION:
        return None
    found_kind, channel, name, kept = (said.get(key) for key in ("kind", "channel", "name", "kept"))
    if not (isinstance(found_kind, str) and isinstance(channel, str) and isinstance(name, str) and isinstance(kept, dict)):
        return None
    if (kind and found_kind != kind) or (channel and not CHANNEL.fullmatch(channel)):
        return None
    ts = said.get("ts")
    ts = ts if isinstance(ts, str) and channel and is_message_time(ts) else ""
    return FormAddress(found_kind, channel, name, {key: one for key, one in kept.items() if isinstance(one, str)}, ts)


REVIEW_METADATA = re.compile(f"w1:{RUN}:(?P<number>[0-9]{{1,6}}):(?P<query>.{{0,120}})")


@dataclass(frozen=True, slots=True)
class ReviewAddress:
    """Which page of which run's plan a modal shows; nothing in it is a fact."""

    run_id: str
    number: int = 0
    query: str = ""


def encode_review(address: ReviewAddress) -> str:
    return f"w1:{address.run_id}:{address.number}:{address.query}"


def decode_review(value: object) -> ReviewAddress | None:
    """The address in the metadata of a review; None for anything that we did not write."""
    found = REVIEW_METADATA.fullmatch(value) if isinstance(value, str) else None
    return ReviewAddress(found["run"], int(found["number"]), found["query"]) if found else None


def channel_of_view(value: object) -> str:
    """Where a modal was opened, by its metadata; "" where that was in no channel."""
    address = decode_view(value) or decode_form(value)
    return address.channel if address is not None else ""


LOOK = re.compile(r"l1:(?P<way>[<>])(?P<anchor>[A-Za-z0-9][A-Za-z0-9_.~-]{0,127})?:(?P<text>.{0,1900})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LookAddress:
    """A question as it would be typed, and where its page begins. It says nothing of the answer, which is found afresh at the click."""

    text: str
    turn: Turn = FIRST


def encode_look(address: LookAddress) -> str:
    return f"l1:{'<' if address.turn.back else '>'}{address.turn.anchor}:{address.text}"


def decode_look(value: object) -> LookAddress | None:
    """The question in a button's value; None for anything that we did not write."""
    found = LOOK.fullmatch(value) if isinstance(value, str) else None
    return LookAddress(found["text"], Turn(found["anchor"] or "", found["way"] == "<")) if found else None
