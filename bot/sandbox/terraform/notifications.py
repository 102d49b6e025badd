"""Notification configurations and their deliveries: verified when saved, signed, sent once, to loopback addresses alone."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.terraform.errors import ApiError, unprocessable
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.statuses import milliseconds
from bot.sandbox.terraform.triggers import VERIFICATION, Notice, notice_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.sandbox.clock import Clock
    from bot.sandbox.terraform.records import Run, Workspace
    from bot.sandbox.terraform.store import Store

SIGNATURE = "X-TFE-Notification-Signature"
MOST_FOR_ONE = 20
KEPT_BODY = 4096
ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)


@dataclass(slots=True)
class Subscription:
    """One notification configuration. `owner_kind` is `workspaces` or `projects`; `token` is written and never read."""

    id: str
    owner_kind: str
    owner_id: str
    name: str
    destination_type: str
    url: str | None
    created_at: datetime
    updated_at: datetime
    enabled: bool = False
    token: str | None = None
    triggers: list[str] = field(default_factory=list)
    email_addresses: list[str] = field(default_factory=list)
    delivery: dict[str, Any] | None = None


class Notifications:
    """`retries` is how often a failed delivery of a run's notice is sent again; the platform documents none."""

    def __init__(self, store: Store, clock: Clock, address: str) -> None:
        self._store, self._clock, self._address = store, clock, address
        self._session: aiohttp.ClientSession | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self.subscriptions: dict[str, Subscription] = {}
        self.retries = 0

    def of(self, owner_id: str) -> list[Subscription]:
        return [each for each in self.subscriptions.values() if each.owner_id == owner_id]

    def new(self, owner_kind: str, owner_id: str, name: str, destination_type: str, url: str | None) -> Subscription:
        """One that is not saved yet; 422 where its owner has all that it may have."""
        if len(self.of(owner_id)) >= MOST_FOR_ONE:
            raise unprocessable(f"There can be at most {MOST_FOR_ONE} notification configurations")
        now = self._clock.now()
        return Subscription(new_id("nc"), owner_kind, owner_id, name, destination_type, url, now, now)

    async def save(self, subscription: Subscription) -> None:
        """Keep it; where it is enabled only once its receiver has answered the verification. 400 where that fails."""
        if subscription.enabled:
            await self.verify(subscription)
        subscription.updated_at = self._clock.now()
        self.subscriptions[subscription.id] = subscription

    async def verify(self, subscription: Subscription) -> None:
        if subscription.url is None:
            return
        message = {"message": f"Verification of {subscription.name}", "trigger": VERIFICATION}
        payload = _payload(subscription) | {"notifications": [message | dict.fromkeys(("run_status", "run_updated_at", "run_updated_by"))]}
        if not await self._deliver(subscription, payload):
            code = (subscription.delivery or {}).get("code")
            raise ApiError(400, "bad request", f"Notification configuration verification failed: {code or 'no answer'}")

    def hear(self, run: Run) -> None:
        """A run has a new status: tell those who want to know. Plan-only runs are never told of."""
        if run.request.plan_only or not self.subscriptions:
            return
        notice = notice_for(run)
        if notice is None:
            return
        workspace = self._store.workspace_of(run)
        for subscription in self._interested(workspace, notice):
            task = asyncio.create_task(self._tell(subscription, self._run_payload(subscription, workspace, run, notice)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _interested(self, workspace: Workspace, notice: Notice) -> Iterable[Subscription]:
        owners = (workspace.id, self._store.project_id)
        return [each for each in self.subscriptions.values() if each.enabled and each.owner_id in owners and notice.concerns(each.triggers)]

    async def _tell(self, subscription: Subscription, payload: dict[str, Any]) -> None:
        for _ in range(1 + self.retries):
            if await self._deliver(subscription, payload):
                return

    async def _deliver(self, subscription: Subscription, payload: dict[str, Any]) -> bool:
        """Send it, and keep the answer: whether it was a good one."""
        if subscription.url is None:
            return True
        demand_loopback(subscription.url)
        body = json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"}
        if subscription.token and subscription.destination_type == "generic":
            headers[SIGNATURE] = hmac.new(subscription.token.encode(), body, hashlib.sha512).hexdigest()
        code, text, got = None, "", dict[str, str]()
        try:
            async with self._open_session().post(subscription.url, data=body, headers=headers, allow_redirects=False) as answer:
                text = (await answer.content.read(KEPT_BODY)).decode(errors="replace")
                code, got = answer.status, dict(answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            text = f"no answer: {error}"
        is_good = code is not None and 200 <= code < 300  # noqa: PLR2004 - the range of success
        subscription.delivery = {
            "url": subscription.url,
            "code": None if code is None else str(code),
            "body": text,
            "headers": {name: [value] for name, value in got.items()},
            "sent-at": milliseconds(self._clock.now()),
            "successful": "true" if is_good else "false",
        }
        return is_good

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=ANSWER_WITHIN, trust_env=False, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _run_payload(self, subscription: Subscription, workspace: Workspace, run: Run, notice: Notice) -> dict[str, Any]:
        organization = self._store.organization
        return _payload(subscription) | {
            "run_url": f"{self._address}/app/{organization}/workspaces/{workspace.name}/runs/{run.id}",
            "run_id": run.id,
            "run_message": run.request.message,
            "run_created_at": milliseconds(run.created_at),
            "run_created_by": run.creator.username if run.creator else None,
            "workspace_id": workspace.id,
            "workspace_name": workspace.name,
            "organization_name": organization,
            "notifications": [
                {
                    "message": notice.message,
                    "trigger": notice.trigger,
                    "trigger_type": notice.trigger_type,
                    "run_status": run.status,
                    "run_updated_at": milliseconds(run.updated_at),
                    "run_updated_by": None,
                }
            ],
        }


def demand_loopback(url: str) -> None:
    """422 unless the URL leads to this machine: the sandbox talks to nobody else."""
    parts = urlsplit(url)
    try:
        is_loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        is_loopback = False
    if parts.scheme not in ("http", "https") or not is_loopback:
        raise unprocessable("Url must be an http address of this machine, such as http://127.0.0.1:3000/hook", "/data/attributes/url")


def _payload(subscription: Subscription) -> dict[str, Any]:
    names = ("run_url", "run_id", "run_message", "run_created_at", "run_created_by", "workspace_id", "workspace_name", "organization_name")
    return {"payload_version": 1, "notification_configuration_id": subscription.id, **dict.fromkeys(names)}
