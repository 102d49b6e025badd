"""The page's static files at `/`, by an allow-list of endings, under a strict content security policy."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml", ".png": "image/png"}
NAME = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)*[a-z0-9][a-z0-9_-]*\.(?:js|css|html|svg|png)")
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


def is_page_file(path: str) -> bool:
    """Whether a path is the page or one of its files, by its name alone."""
    return path == "/" or NAME.fullmatch(path.removeprefix("/")) is not None


def page_file(folder: Path, path: str) -> web.StreamResponse:
    """The file behind a path; 404 for what is not there, not a plain file, or not of the page."""
    name = path.removeprefix("/") or "index.html"
    file = folder / name
    if NAME.fullmatch(name) is None or not file.is_file() or file.is_symlink():
        return web.Response(status=404, text="There is nothing here.\n", headers=HEADERS)
    body = file.read_bytes()
    return web.Response(body=body, content_type=TYPES[file.suffix], charset="utf-8" if file.suffix != ".png" else None, headers=HEADERS)
