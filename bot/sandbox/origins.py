"""Who may speak to the sandbox's listeners: checks of Host, Origin, Sec-Fetch-Site and the secret, on HTTP and websockets.

The sandbox runs what is uploaded to it, so a web page from elsewhere must not reach it, whatever the browser sends along.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET_HEADER = "X-Sandbox-Secret"
PRIVATE = ("/_person/", "/_control/")
NAMES = ("127.0.0.1", "localhost")
HARDENING = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def never(_path: str) -> bool:
    """No path is for people to navigate to."""
    return False


def guard_listener(
    app: web.Application,
    secret: str,
    *,
    navigable: Callable[[str], bool] = never,
    without_origin: tuple[str, ...] = (),
) -> None:
    """Shut a listener: call it before any other middleware is added, so that nothing runs before the checks.

    `navigable` says which paths a person may open from a link of another site (GET, as a document of its own); paths that begin
    with one of `without_origin` refuse every Origin, their own too. `/_person/` and `/_control/` need the secret (401 without).
    """

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = refuse(request, navigable=navigable, without_origin=without_origin)
        if refusal is not None:
            return web.json_response({"error": refusal}, status=403)
        if request.path.startswith(PRIVATE) and not knows_secret(request, secret):
            return web.json_response({"error": f"the header {SECRET_HEADER} is missing or wrong"}, status=401)
        return await handler(request)

    app.middlewares.append(guarded)
    app.on_response_prepare.append(_harden)


def refuse(request: web.Request, *, navigable: Callable[[str], bool], without_origin: tuple[str, ...]) -> str | None:
    """Why this request is refused, or None. A request without Origin and Sec-Fetch-Site comes from no browser."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or hosts[0].lower() not in own_hosts(request):
        return "this listener answers only to its own loopback address"
    origins = request.headers.getall("Origin", [])
    if origins and request.path.startswith(without_origin or ("\0",)):
        return "this is no place for a browser"
    if origins and origins != [f"http://{hosts[0].lower()}"]:
        return "requests from other origins are refused"
    sites = request.headers.getall("Sec-Fetch-Site", ["none"])
    if any(site not in ("same-origin", "none") for site in sites) and not _is_navigation(request, navigable):
        return "requests from other sites are refused"
    return None


def own_hosts(request: web.Request) -> frozenset[str]:
    """The Host values under which the listener that took this request is known."""
    transport = request.transport
    sockname = transport.get_extra_info("sockname") if transport is not None else None
    return frozenset(f"{name}:{sockname[1]}" for name in NAMES) if sockname else frozenset()


def knows_secret(request: web.Request, secret: str) -> bool:
    """Whether the request carries the secret; the comparison takes the same time wherever they differ."""
    return hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape"), secret.encode())


def _is_navigation(request: web.Request, navigable: Callable[[str], bool]) -> bool:
    fetch = request.headers.get
    as_document = fetch("Sec-Fetch-Mode") == "navigate" and fetch("Sec-Fetch-Dest", "document") == "document"
    return request.method == "GET" and as_document and navigable(request.path)


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HARDENING.items():
        response.headers.setdefault(name, value)
