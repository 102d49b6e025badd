"""Commands that somebody was shown, kept until they click: for that person, once, for ten minutes."""

from __future__ import annotations

from secrets import token_urlsafe

from bot.core.confirmations import CONFIRM_WITHIN, TOKEN_BYTES, Confirmation
from bot.core.errors import ConfirmationExpired, NotYourConfirmation
from bot.core.policy import Actor
from bot.services.ports import Clock, Store


class Confirmations:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def ask(
        self, actor: Actor, channel: str, command: str, *, thread_ts: str = "", run_id: str = "", plan_digest: str = ""
    ) -> Confirmation:
        """Keep what was shown to somebody; its id goes into the button."""
        now = self._clock.now()
        confirmation = Confirmation(
            id=token_urlsafe(TOKEN_BYTES),
            person=actor.id,
            team_id=actor.team_id,
            channel=channel,
            thread_ts=thread_ts,
            command=command,
            run_id=run_id,
            plan_digest=plan_digest,
            created_at=now,
            expires_at=now + CONFIRM_WITHIN,
        )
        async with self._store.write() as transaction:
            await transaction.confirmations.add(confirmation)
        return confirmation

    async def take(self, confirmation_id: str, actor: Actor, channel: str) -> Confirmation:
        """What the click confirms, which is used up by this. ConfirmationExpired or NotYourConfirmation otherwise; then nothing is used.

        It is used up before anything is done: no other click takes it. The stored request of this one may, as long as it had no effect.
        """
        async with self._store.write() as transaction:
            taken = await transaction.confirmations.take(confirmation_id, actor.id, actor.team_id, channel, self._clock.now())
            known = taken or await transaction.confirmations.get(confirmation_id)
        if taken is not None:
            return taken
        if known is not None and (known.person, known.team_id) != (actor.id, actor.team_id):
            raise NotYourConfirmation
        raise ConfirmationExpired
