"""Signed HTTP deliveries to the app's request URL, as an alternative to Socket Mode."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.deliveries import DeliveryError, Parcel
from bot.sandbox.slack.errors import Document

ANSWER_BYTES = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
OK = 200


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature of a request (docs: Verifying requests from Slack)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """Posts each payload to one URL. The session is the caller's; redirects are not followed."""

    def __init__(self, session: aiohttp.ClientSession, url: str, signing_secret: str) -> None:
        self._session = session
        self._url = url
        self._secret = signing_secret

    async def carry(self, parcel: Parcel) -> Any:
        """The answer's JSON object, its text as `{"text": ...}`, or None where it is empty."""
        content_type, body = _body(parcel)
        try:
            async with self._session.post(
                self._url, data=body, headers=self._headers(parcel, content_type, body), allow_redirects=False
            ) as got:
                if got.status != OK:
                    no_retry = got.headers.get("x-slack-no-retry") == "1"
                    raise DeliveryError("dispatch_failed", "http_error", may_retry=not no_retry)
                return _answer(got, await got.content.read(ANSWER_BYTES))
        except aiohttp.ClientError as problem:
            raise DeliveryError("dispatch_failed", "connection_failed") from problem

    async def verify(self, challenge: str) -> bool:
        """Whether the URL echoes a challenge, as Slack demands before it sends events there."""
        parcel = Parcel("events_api", {"type": "url_verification", "challenge": challenge, "token": "sandbox"}, accepts_answer=True)
        answer = await self.carry(parcel)
        return isinstance(answer, dict) and challenge in (answer.get("challenge"), answer.get("text"))

    def _headers(self, parcel: Parcel, content_type: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if parcel.retry_num:
            headers |= {"X-Slack-Retry-Num": str(parcel.retry_num), "X-Slack-Retry-Reason": parcel.retry_reason}
        return headers


def _body(parcel: Parcel) -> tuple[str, bytes]:
    if parcel.kind == "slash_commands":
        return FORM, urlencode(parcel.payload).encode()
    if parcel.kind == "interactive":
        return FORM, urlencode({"payload": json.dumps(parcel.payload)}).encode()
    return "application/json", json.dumps(parcel.payload).encode()


def _answer(response: aiohttp.ClientResponse, body: bytes) -> Document | None:
    text = body.decode(errors="replace").strip()
    if not text:
        return None
    if response.content_type == "application/json":
        try:
            document = json.loads(text)
        except ValueError as problem:
            raise DeliveryError("dispatch_failed", "http_error") from problem
        return document if isinstance(document, dict) else {"text": text}
    return {"text": text}
