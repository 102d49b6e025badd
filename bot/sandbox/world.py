"""The whole sandbox: Runs API, blob service, Slack and its page on loopback, in one temporary folder, until the block ends."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.terraform.samples import SAMPLES, Sample
from bot.sandbox.terraform.server import open_runs_api
from bot.sandbox.terraform.terraform_engine import GRACE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bot.sandbox.slack.server import SlackServer
    from bot.sandbox.terraform.engines import Choice
    from bot.sandbox.terraform.flavours import FlavourName
    from bot.sandbox.terraform.server import RunsApi

SLACK_PORT, RUNS_API_PORT, BLOB_PORT = 8800, 8801, 8802


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """How a world is opened. Port 0 is any free one; a port that is taken is told on stderr and the next free one used.

    `flavour` is the dialect of the Runs API; `workspaces` adds made-up ones to the samples, `live` of them with a run that is not
    over (both need the scripted engine, which `auto` then means); `wanted_faults` are pulled from the start.
    `engine` is `auto` (terraform or tofu where the PATH has one), `terraform` or `scripted`. `manifest` is the app's parsed manifest,
    `request_url` chooses signed HTTP over Socket Mode, `limits` switches Slack's limits on, `grace_seconds` is what an interrupted
    terraform has until it is killed.
    """

    slack_port: int = SLACK_PORT
    runs_api_port: int = RUNS_API_PORT
    blob_port: int = BLOB_PORT
    engine: Choice = "auto"
    speed: float = 1.0
    flavour: FlavourName = "hcp"
    workspaces: int = 0
    live: int = 0
    wanted_faults: tuple[Mapping[str, Any], ...] = ()
    samples: tuple[Sample, ...] = SAMPLES
    manifest: Mapping[str, Any] | None = None
    scopes: frozenset[str] | None = None
    request_url: str | None = None
    limits: bool = False
    grace_seconds: float = GRACE_SECONDS
    page_dir: Path = field(default=Path(__file__).parent / "page")


@dataclass(frozen=True, slots=True)
class World:
    secret: str
    clock: Clock
    faults: Faults
    runs_api: RunsApi
    slack: SlackServer

    def card(self) -> dict[str, Any]:
        """All that a client needs, as `runbell sandbox --json` prints it. The page's address carries the secret in its fragment."""
        return {
            "page": f"{self.slack.url}/#secret={self.secret}",
            "engine": self.runs_api.engine,
            "secret": self.secret,
            "terraform": self.runs_api.card(),
            "slack": self.slack.card(),
        }


@asynccontextmanager
async def open_world(options: WorldOptions | None = None) -> AsyncIterator[World]:
    """Open a new world; everything in it is gone when the block ends."""
    from bot.sandbox.slack.server import open_slack  # noqa: PLC0415 - the Runs API is of use without Slack

    options = options or WorldOptions()
    secret, clock, faults = secrets.token_urlsafe(24), Clock(options.speed), Faults()
    for each in options.wanted_faults:
        faults.add(each)
    engine: Choice = "scripted" if options.workspaces and options.engine == "auto" else options.engine
    with tempfile.TemporaryDirectory(prefix="runbell-sandbox-", ignore_cleanup_errors=True) as folder:
        async with (
            open_runs_api(
                clock,
                faults,
                secret,
                Path(folder),
                engine=engine,
                port=options.runs_api_port,
                blob_port=options.blob_port,
                samples=options.samples,
                grace_seconds=options.grace_seconds,
                flavour=options.flavour,
                workspaces=options.workspaces,
                live=options.live,
            ) as runs_api,
            open_slack(
                clock=clock,
                faults=faults,
                secret=secret,
                port=options.slack_port,
                page_dir=options.page_dir,
                terraform=runs_api.place(),
                engine=runs_api.engine,
                desk=runs_api.desk(),
                manifest=options.manifest,
                scopes=options.scopes,
                request_url=options.request_url,
                limits=options.limits,
            ) as slack,
        ):
            yield World(secret, clock, faults, runs_api, slack)
