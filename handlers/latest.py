"""Which of the clicks in an open modal was the last: their answers may overtake each other."""

from __future__ import annotations

from collections import OrderedDict

MOST = 1000
"""Modals that are remembered; a form that is older has long been left alone."""


class Latest:
    def __init__(self) -> None:
        self._clicks: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def note(self, view_id: str, clicked_at: str) -> None:
        """`clicked_at` is Slack's word for it: seconds and a fraction."""
        if not self.is_latest(view_id, clicked_at):
            return
        self._clicks[view_id] = rank(clicked_at)
        self._clicks.move_to_end(view_id)
        while len(self._clicks) > MOST:
            self._clicks.popitem(last=False)

    def is_latest(self, view_id: str, clicked_at: str) -> bool:
        return rank(clicked_at) >= self._clicks.get(view_id, (0, ""))


def rank(clicked_at: str) -> tuple[int, str]:
    """By the number of digits of the whole seconds, then as text."""
    return len(clicked_at.partition(".")[0]), clicked_at
