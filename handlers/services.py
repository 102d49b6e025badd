"""What listeners are given: the use cases of one installation. They are made in bot/app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.links import run_link
from bot.core.workspaces import Workspace
from bot.services.approvals import Approvals
from bot.services.audits import Audits
from bot.services.closures import Closures
from bot.services.comments import Comments
from bot.services.confirmations import Confirmations
from bot.services.freezing import Freezing
from bot.services.greetings import Greetings
from bot.services.handouts import Handouts
from bot.services.homes import Homes
from bot.services.launches import Launches
from bot.services.listings import Listings
from bot.services.locks import Locking
from bot.services.lookups import Lookups
from bot.services.notices import Notices
from bot.services.previews import Previews
from bot.services.promotions import Promotions
from bot.services.reminding import Reminders
from bot.services.repeats import Repeats
from bot.services.requests import Requests
from bot.services.retries import Retries
from bot.services.reviews import Reviews
from bot.services.suggestions import Suggestions
from bot.services.unfurls import Unfurls
from bot.services.uploads import Uploads
from bot.services.waiting import Waiting
from bot.services.watching import Watching
from bot.slack.blocks import Block, Said
from bot.slack.privately import Shown
from handlers.latest import Latest


class Privately(Protocol):
    """What one person sees and nobody else."""

    async def open(self, trigger_id: str, view: Block) -> Shown:
        """Put a modal before whoever clicked; a ChatTrouble where that cannot be."""

    async def push(self, trigger_id: str, view: Block) -> Shown:
        """Put one on top of the modal that was clicked in."""

    async def update(self, known: Shown, view: Block) -> Shown:
        """Change an open modal; ChatRefused where it has changed since, or was closed."""

    async def tell(self, channel: str, person: str, said: Said, *, thread_ts: str = "") -> bool:
        """Whether Slack took it."""

    async def write(self, channel: str, said: Said, *, thread_ts: str = "") -> bool:
        """Say it in direct messages that are open already. Whether Slack took it."""

    async def edit(self, channel: str, ts: str, said: Said) -> bool:
        """Put it in the place of a message of ours there; False where that cannot be."""


class Surfaces(Protocol):
    """What Slack shows beside messages."""

    async def publish(self, person: str, view: Block, known: str = "") -> None:
        """Set somebody's Home tab, if it has not changed since `known`; a ChatTrouble where that cannot be."""

    async def unfurl(self, channel: str, ts: str, unfurls: Mapping[str, Block]) -> None: ...

    async def run_of_thread(self, channel: str, thread_ts: str, app_user: str) -> str:
        """The run of the message of ours that heads a thread, "" where there is none; a ChatTrouble where that cannot be read."""


class Known(Protocol):
    """What we remember of people and user groups for a minute."""

    def person_changed(self, person_id: str) -> None: ...

    def group_changed(self, group_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`command` is the slash command that people type, `app_user` our own user in Slack, `address` the server whose runs these are.

    `declare_dead` has everybody know that Slack no longer takes our token. `slack_address` is that of the Slack workspace.
    """

    command: str
    app_user: str
    address: str
    launches: Launches
    promotions: Promotions
    retries: Retries
    approvals: Approvals
    previews: Previews
    confirmations: Confirmations
    lookups: Lookups
    listings: Listings
    waiting: Waiting
    watching: Watching
    freezing: Freezing
    reminders: Reminders
    locking: Locking
    comments: Comments
    greetings: Greetings
    closures: Closures
    privately: Privately
    known: Known
    audits: Audits
    repeats: Repeats
    requests: Requests
    reviews: Reviews
    handouts: Handouts
    declare_dead: Callable[[], None]
    notices: Notices
    unfurls: Unfurls
    surfaces: Surfaces
    homes: Homes
    suggestions: Suggestions
    uploads: Uploads
    slack_address: str = ""
    latest: Latest = field(default_factory=Latest)

    def link(self, workspace: Workspace, run_id: str) -> str:
        return run_link(self.address, workspace.organization, workspace.name, run_id)
