"""The requests to a server that may apply a run, as its request log noted them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.core.decisions import Deed
from bot.core.runs import CONFIRM, OVERRIDES

APPLIES = re.compile(r"/api/v2/(?:runs/[^/]+/actions/apply|(?:policy-checks|task-stages)/[^/]+/actions/override)")


class UndecidedApply(AssertionError):
    """A bot applied a run, or sent an override that may apply it, without a decision that allows it."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A request that may apply a run, as the server noted it when it came. `plan` is the digest of the plan that the run had then."""

    path: str
    run_id: str
    status: int | None
    received_at: datetime
    token: str
    comment: str
    plan: str

    @property
    def deed(self) -> Deed:
        return Deed(self.path.rpartition("/")[2])

    @property
    def gate(self) -> str:
        """Return the gate where a bot decides about it."""
        return CONFIRM if self.deed is Deed.APPLY else OVERRIDES + self.path.split("/")[4]

    @property
    def was_throttled(self) -> bool:
        """Whether the server did nothing, so that it may be sent again."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS


def orders_of(log: Mapping[str, Any]) -> list[Order]:
    """Return the orders in a request log. UndecidedApply if the log has lost any."""
    found = [one for one in log["requests"] if is_order(f"{one['method']} {one['path']}")]
    counted = sum(times for call, times in log["counts"].items() if is_order(call))
    if counted != len(found):
        raise UndecidedApply(f"the request log kept {len(found)} of {counted} applies")
    return [
        Order(
            path=one["path"],
            run_id=one["run"],
            status=one["status"],
            received_at=datetime.fromisoformat(one["received_at"]),
            token=one["token"],
            comment=one["comment"],
            plan=one["plan"],
        )
        for one in found
    ]


def is_order(call: str) -> bool:
    method, _, path = call.partition(" ")
    return method == "POST" and APPLIES.fullmatch(path) is not None


def fingerprint(token: str) -> str:
    """Return the token's hash as the request log notes it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]
