"""Where the server sends word of runs: the notification configurations of a workspace or of a project."""

from __future__ import annotations

from bot.core.errors import NotVisible
from bot.core.notifications import NewNotification, Notification, Scope
from bot.terraform.exchanges import Exchanges
from bot.terraform.member_documents import decode_notification, decode_notifications
from bot.terraform.paths import new_notification_document, path_of, resource

CONFIGURATIONS = "notification-configurations"


class WebhooksClient:
    """Admin rights are needed for all of it, else NotVisible."""

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges

    async def all(self, scope: Scope, owner_id: str) -> tuple[Notification, ...]:
        """Those of one workspace or project; there are at most 20, on one page."""
        what = f"The webhooks of {owner_id}"
        return decode_notifications(await self._exchanges.read(path_of(what, scope.value, owner_id, CONFIGURATIONS), what))

    async def create(self, wish: NewNotification) -> Notification:
        """RequestRefused where `url` does not answer the server's question. Look for the URL in `all` first, and again where the answer
        was lost: nothing keeps two of one URL apart.
        """
        what = f"The webhooks of {wish.owner_id}"
        path = path_of(what, wish.scope.value, wish.owner_id, CONFIGURATIONS)
        return decode_notification(await self._exchanges.write(path, what, new_notification_document(wish)))

    async def enable(self, webhook_id: str, *, enabled: bool) -> Notification:
        what = f"Webhook {webhook_id}"
        path = path_of(what, CONFIGURATIONS, webhook_id)
        document = resource(CONFIGURATIONS, {"enabled": enabled})
        return decode_notification(await self._exchanges.write(path, what, document, method="PATCH"))

    async def verify(self, webhook_id: str) -> Notification:
        """Have the server ask the URL once more, ten times a minute at most; RequestRefused where that does not answer."""
        what = f"Webhook {webhook_id}"
        return decode_notification(await self._exchanges.write(path_of(what, CONFIGURATIONS, webhook_id, "actions", "verify"), what))

    async def remove(self, webhook_id: str) -> None:
        """Nothing happens where it is gone already."""
        what = f"Webhook {webhook_id}"
        try:
            await self._exchanges.write(path_of(what, CONFIGURATIONS, webhook_id), what, method="DELETE")
        except NotVisible:
            return
