"""What variables are set to for runs that were not sent yet. It is in no database, no log and no message: it ends with this process."""

from __future__ import annotations


class Values:
    """By the id of the intent: names and HCL literals."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[str, str], ...]] = {}

    @property
    def known(self) -> frozenset[str]:
        """The ids of the intents whose values are known here."""
        return frozenset(self._kept)

    def keep(self, intent_id: str, variables: tuple[tuple[str, str], ...]) -> None:
        if variables:
            self._kept[intent_id] = variables

    def of(self, intent_id: str) -> tuple[tuple[str, str], ...]:
        """Nothing where none are known here."""
        return self._kept.get(intent_id, ())

    def forget(self, intent_id: str) -> None:
        self._kept.pop(intent_id, None)
