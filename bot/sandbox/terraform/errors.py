"""Errors as the API words them; handlers raise them and the server's middleware writes the answer."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

MEDIA_TYPE = "application/vnd.api+json"


class ApiError(Exception):
    """An answer with an errors array: status, title and where it says more a detail and a pointer."""

    def __init__(self, status: int, title: str, detail: str | None = None, pointer: str | None = None) -> None:
        super().__init__(f"{status} {title}")
        self.status, self.title, self.detail, self.pointer = status, title, detail, pointer

    def response(self) -> web.Response:
        error: dict[str, Any] = {"status": str(self.status), "title": self.title}
        if self.detail is not None:
            error["detail"] = self.detail
        if self.pointer is not None:
            error["source"] = {"pointer": self.pointer}
        return document_response({"errors": [error]}, status=self.status)


class NotAllowed(ApiError):
    """The token may not: on the platform the same 404 as for what is not there, on other servers a 403."""

    def __init__(self) -> None:
        super().__init__(404, "not found")


class DocumentResponse(web.Response):
    """A JSON:API document as an answer, from its text; `document` is for those who change it on its way out."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text=text, status=status, content_type=MEDIA_TYPE)

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.text or "{}")
        return document


def document_response(document: dict[str, Any], *, status: int = 200) -> DocumentResponse:
    return DocumentResponse(json.dumps(document), status)


def not_found() -> ApiError:
    """Missing, or hidden from this token: the API does not tell them apart."""
    return ApiError(404, "not found")


def not_allowed() -> NotAllowed:
    """The token lacks the right to this."""
    return NotAllowed()


def unauthorized() -> ApiError:
    return ApiError(401, "unauthorized")


def not_allowed_now() -> ApiError:
    return ApiError(409, "transition not allowed")


def unprocessable(detail: str, pointer: str | None = None) -> ApiError:
    return ApiError(422, "unprocessable entity", detail, pointer)


def invalid_attribute(detail: str) -> ApiError:
    return ApiError(422, "Invalid Attribute", detail)


def bad_request(detail: str) -> ApiError:
    return ApiError(400, "bad request", detail)


def wrong_media_type() -> ApiError:
    return ApiError(415, "invalid content type", f"content type must be {MEDIA_TYPE}")


def unavailable() -> ApiError:
    return ApiError(503, "service unavailable")
