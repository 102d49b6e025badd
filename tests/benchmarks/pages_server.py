"""A server of 10,000 workspaces whose pages are made beforehand, so that it costs nobody anything. Prints its address, then serves."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from tests.benchmarks.documents import workspace_page

PAGES = 100


async def main() -> None:
    made = [workspace_page(number, PAGES) for number in range(1, PAGES + 1)]

    async def page(request: web.Request) -> web.Response:
        number = int(request.query.get("page[number]", "1"))
        return web.Response(body=made[number - 1], content_type="application/vnd.api+json")

    app = web.Application()
    app.router.add_get("/api/v2/organizations/acme/workspaces", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
