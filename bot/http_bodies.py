"""Read the body of a request within limits and check its signature over the raw bytes, before anything is parsed or decoded."""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.http_limits import Admission, Refused

SLACK_TIMESTAMP = "X-Slack-Request-Timestamp"
SLACK_SIGNATURE = "X-Slack-Signature"
SLACK_AGE_MOST = 300
"""Seconds ("Verifying requests from Slack")."""

PIECE_BYTES = 4 << 10

SECONDS = re.compile(r"[0-9]{1,12}")
SHA256_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
SHA512_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")


async def slack_body(request: web.Request, secret: bytes, admission: Admission, now: Callable[[], float] = time.time) -> bytes:
    """Return the body if Slack signed it in the last five minutes. Raises Refused.

    The headers are checked first, since that costs nothing: a request without a current time and a well-formed signature is not read.
    """
    timestamp, signature = request.headers.get(SLACK_TIMESTAMP, ""), request.headers.get(SLACK_SIGNATURE, "")
    if not SECONDS.fullmatch(timestamp) or abs(now() - int(timestamp)) > SLACK_AGE_MOST:
        raise Refused(401, "age")
    if not SHA256_SIGNATURE.fullmatch(signature):
        raise Refused(401, "signature")
    mac = hmac.new(secret, f"v0:{timestamp}:".encode(), "sha256")
    return await signed_body(request, admission.limits.body_bytes, admission, mac, signature.removeprefix("v0="))


async def terraform_body(request: web.Request, signature: str, secret: bytes, most: int, admission: Admission) -> bytes:
    """Return the body if the Terraform server signed it ("Notification configurations API"). Raises Refused."""
    if not SHA512_SIGNATURE.fullmatch(signature):
        raise Refused(401, "signature")
    return await signed_body(request, most, admission, hmac.new(secret, digestmod="sha512"), signature.lower())


async def signed_body(request: web.Request, most: int, admission: Admission, mac: hmac.HMAC, signature: str) -> bytes:
    """Return the body if the MAC over it, in lowercase hex, is the signature. Raises Refused."""
    body = await bounded_body(request, most, admission, mac.update)
    # Nothing was awaited since the bytes were given back to the budget, so none of them is held unverified and uncounted.
    if not hmac.compare_digest(mac.hexdigest(), signature):
        raise Refused(401, "signature")
    return body


async def bounded_body(request: web.Request, most: int, admission: Admission, feed: Callable[[bytes], object] = lambda _: None) -> bytes:
    """Return the raw body, at most `most` bytes that came within `body_within` seconds. Raises Refused.

    `feed` gets each piece as it arrives, so that the MAC of a large body never holds up the event loop in one go.
    """
    if (request.content_length or 0) > most:
        raise Refused(413, "size")
    length, pieces = 0, list[bytes]()
    try:
        async with asyncio.timeout(admission.limits.body_within):
            async for piece in request.content.iter_any():
                if length + len(piece) > most:
                    raise Refused(413, "size")
                # Reserved as bytes arrive: a declared length is a claim, and a chunked body declares none.
                if not admission.reserve(len(piece)):
                    raise Refused(503, "budget")
                length += len(piece)
                keep(pieces, piece)
                feed(piece)
    except TimeoutError as error:
        raise Refused(401, "time") from error
    except (web.RequestPayloadError, OSError, RuntimeError) as error:
        # Broken chunks; a peer that is gone; aiohttp's RuntimeError if it was gone before the first read.
        raise Refused(400, "malformed") from error
    finally:
        admission.release(length)
    return b"".join(pieces)


def keep(pieces: list[bytes], piece: bytes) -> None:
    """Append a piece. Single bytes would cost 50 times their size as objects; one buffer that grows leaves holes in the heap."""
    if pieces and len(pieces[-1]) < PIECE_BYTES:
        pieces[-1] += piece
    else:
        pieces.append(piece)


def slack_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that Slack sends. Others aren't covered by the signature, and some of them steer Bolt (`X-Slack-Bolt-…`)."""
    names = (SLACK_TIMESTAMP, SLACK_SIGNATURE, "Content-Type", "X-Slack-Retry-Num", "X-Slack-Retry-Reason")
    return {name: headers[name] for name in names if name in headers}
