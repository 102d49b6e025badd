"""Reading requests: paging, includes, filters, bodies. What a parameter means to runs or workspaces is in their routes."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, TypeVar

from bot.sandbox.terraform.context import context_of
from bot.sandbox.terraform.errors import ApiError, bad_request

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aiohttp import web
    from yarl import URL

Item = TypeVar("Item")
DEFAULT_SIZE, LARGEST_SIZE = 20, 100
MOST_DIGITS = 9


def words(request: web.Request, name: str) -> frozenset[str]:
    """The comma separated values of a parameter; empty where it is absent."""
    return frozenset(word for word in request.query.get(name, "").split(",") if word)


def includes(request: web.Request, known: Collection[str]) -> frozenset[str]:
    """The resources that are to stand beside the answer. The official SDKs write some of them with hyphens."""
    wanted = frozenset(word.replace("-", "_") for word in words(request, "include"))
    if not context_of(request).flavour.includes:
        return frozenset()
    if unknown := wanted.difference(known):
        raise bad_request(f"Invalid include parameter: {', '.join(sorted(unknown))}")
    return wanted


def page(request: web.Request, items: Sequence[Item], address: str, *, totals: bool = True) -> tuple[Sequence[Item], dict[str, Any]]:
    """The items of the page asked for, and the `links` and `meta` of the answer. Without `totals` nobody is told how many there are,
    as in an organization's list of runs.
    """
    flavour = context_of(request).flavour
    if not flavour.pages(request.path):
        return items, {}
    number, size = _number_and_size(request)
    last = max(1, math.ceil(len(items) / size))
    pagination: dict[str, Any] = {
        "current-page": number,
        "page-size": size,
        "prev-page": number - 1 if number > 1 else None,
        "next-page": number + 1 if number < last else None,
    }
    wanted = {"self": number, "prev": pagination["prev-page"], "next": pagination["next-page"]}
    if totals:
        pagination |= {"total-pages": last, "total-count": len(items)}
        wanted |= {"first": 1, "last": last}
    shown = items[(number - 1) * size : number * size]
    if not flavour.tells_pages(request.path):
        return shown, {}
    links = {name: _page_link(request.rel_url, address, target, size) for name, target in wanted.items()}
    return shown, {"links": links, "meta": {"pagination": pagination}}


def end_of_page(request: web.Request) -> int:
    """How many items there must be for the page asked for to be full."""
    number, size = _number_and_size(request)
    return number * size


def page_if_asked(request: web.Request, documents: Sequence[dict[str, Any]], address: str) -> dict[str, Any]:
    """A small list: whole where no page is asked for, as the API does it for policy checks and the like."""
    if not any(name.startswith("page[") and value for name, value in request.query.items()):
        return {"data": list(documents)}
    shown, rest = page(request, documents, address)
    return {"data": list(shown), **rest}


async def json_body(request: web.Request) -> dict[str, Any]:
    """The body as an object; an empty body is an empty object. 400 where it is neither, or holds half of a surrogate pair."""
    text = await request.text()
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_request("the body is not JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise bad_request("the body is not a JSON object")
    return body


async def resource_body(request: web.Request, *kinds: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and relationships of the JSON:API resource in the body; 422 where it is of another kind."""
    data = (await json_body(request)).get("data")
    if not isinstance(data, dict) or data.get("type") not in kinds:
        raise ApiError(422, "unprocessable entity", f"data.type must be {kinds[0]}", "/data/type")
    attributes, relationships = data.get("attributes") or {}, data.get("relationships") or {}
    if not isinstance(attributes, dict) or not isinstance(relationships, dict):
        raise ApiError(422, "unprocessable entity", "attributes and relationships must be objects", "/data")
    return attributes, relationships


def related_id(relationships: dict[str, Any], name: str, kind: str) -> str | None:
    """The id that a relationship names, None where there is none; 422 where it is no such relationship."""
    relationship = relationships.get(name)
    if relationship is None or (isinstance(relationship, dict) and relationship.get("data") is None):
        return None
    data = relationship.get("data") if isinstance(relationship, dict) else None
    if not isinstance(data, dict) or data.get("type") != kind or not isinstance(data.get("id"), str):
        raise ApiError(422, "unprocessable entity", f"{name} must name one of {kind}", f"/data/relationships/{name}")
    return str(data["id"])


def _number_and_size(request: web.Request) -> tuple[int, int]:
    return _positive(request, "page[number]", 1), min(_positive(request, "page[size]", DEFAULT_SIZE), LARGEST_SIZE)


def _positive(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > MOST_DIGITS or int(value) < 1:
        raise bad_request(f"{name} must be a whole number above 0")
    return int(value)


def _page_link(url: URL, address: str, number: int | None, size: int) -> str | None:
    if number is None:
        return None
    return address + str(url.update_query({"page[number]": str(number), "page[size]": str(size)}))
