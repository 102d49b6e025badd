"""Faults that tests and curious people pull: an answer lost, refused, slow, cut short, or a server that is down."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Side = Literal["terraform", "slack"]
Kind = Literal[
    "lost", "refused", "slow", "cut", "down", "status",
    "belated", "lags", "twice", "late",
    "reset", "raced", "unknown_status", "no_actions",
]  # fmt: skip
COMMON_KINDS: tuple[Kind, ...] = ("lost", "refused", "slow", "cut", "down", "status")
TERRAFORM_KINDS: tuple[Kind, ...] = (*COMMON_KINDS, "reset", "raced", "unknown_status", "no_actions")
SLACK_KINDS: tuple[Kind, ...] = (*COMMON_KINDS, "belated", "lags", "twice", "late")


@dataclass(slots=True)
class Fault:
    """One fault. `match` is a glob over what is called: `POST /api/v2/runs/*/actions/apply` or `chat.postMessage`.

    lost: the deed is done and the connection closed without an answer; refused: the server's own error (`error`); slow: the answer
    waits `seconds`; cut: the JSON ends half way; down: nothing is done (503, or a closed connection); status: answer `status`.
    Slack's alone: belated hangs up at once and does the deed `seconds` later; lags leaves the last `seconds` out of histories; and of
    deliveries (`events_api/app_mention`) twice brings the payload again, late brings it after `seconds`.
    The Runs API's alone: reset breaks the connection before anything is done; raced lets somebody else do the deed just before, so
    that the caller finds it done; unknown_status gives runs a status that nobody knows; no_actions leaves `actions` out of them.
    Where no status is said it is 409 for refused and 500 for status.
    `times` is how often it still strikes, None for always.
    """

    id: str
    side: Side
    match: str
    kind: Kind
    times: int | None = None
    status: int = 500
    error: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    """The faults in force, for both servers of the sandbox."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, wanted: Mapping[str, Any], *, side: Side | None = None) -> Fault:
        """Put a fault in force; `side` stands where the mapping names none. ValueError says what is wrong with it."""
        named = wanted.get("side", side)
        if named not in get_args(Side):
            raise ValueError(f"side must be one of {', '.join(get_args(Side))}")
        kinds = SLACK_KINDS if named == "slack" else TERRAFORM_KINDS
        if wanted.get("kind") not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}")
        match = wanted.get("match")
        if not isinstance(match, str) or not match:
            raise ValueError("match must be a glob such as chat.* or POST /api/v2/runs")
        fault = Fault(
            id=f"fault-{next(self._numbers)}",
            side=cast("Side", named),
            match=match,
            kind=cast("Kind", wanted["kind"]),
            times=_times(wanted.get("times")),
            status=int(_number(wanted, "status", 409.0 if wanted["kind"] == "refused" else 500.0, lowest=400.0, highest=599.0)),
            error=str(wanted.get("error") or ""),
            seconds=_number(wanted, "seconds", 0.0, lowest=0.0, highest=3600.0),
        )
        self._faults.append(fault)
        return fault

    def take(self, side: Side, call: str, kinds: Collection[Kind] = COMMON_KINDS, *, named: str = "") -> Fault | None:
        """The oldest fault of these kinds that strikes this call, counted as used; None where there is none. Where something has to be
        `named`, a fault for everything is none for this.
        """
        for fault in self._faults:
            if fault.side == side and fault.kind in kinds and named in fault.match and fnmatchcase(call, fault.match):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                return fault
        return None

    def clear(self, *, side: Side | None = None, fault_id: str | None = None) -> int:
        """End the faults of a side, one fault, or all of them; how many were ended."""
        staying = [
            fault for fault in self._faults if (side is not None and fault.side != side) or (fault_id is not None and fault.id != fault_id)
        ]
        ended = len(self._faults) - len(staying)
        self._faults = staying
        return ended

    def in_force(self, side: Side | None = None) -> list[Fault]:
        return [fault for fault in self._faults if side is None or fault.side == side]


def _times(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("times must be a whole number above 0, or null")
    return value


def _number(wanted: Mapping[str, Any], key: str, default: float, *, lowest: float, highest: float) -> float:
    value = wanted.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
        raise ValueError(f"{key} must be a number from {lowest:g} to {highest:g}")
    return float(value)
