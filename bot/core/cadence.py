"""When each recipe looks at the server next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.pace import Pace


class Recipe(StrEnum):
    """The ways of looking; see CONTRIBUTING, "Looking at the server"."""

    LIVE = "live"
    NEW = "new"
    ORGANIZATION = "organization"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One recipe for one organization: when it is due, how far its last complete look reached, and what the server cannot do.

    `supported` is False once the server has answered that it does not know the request; it is asked again a day later.
    """

    organization: str
    recipe: Recipe
    next_at: datetime | None = None
    watermark: datetime | None = None
    supported: bool = True
    failures: int = 0
    last_error: str = ""


DAY = timedelta(days=1)
BACK_OFF_MOST = 6


def next_look(look: Look, pace: Pace, now: datetime, *, live: bool, throttled: bool, chance: float) -> datetime:
    """When to look again; `chance` in [0, 1) spreads looks by a fifth to either side.

    Faster while runs are live, slower when idle, half as often after a 429, and further apart while the server fails.
    """
    if not look.supported:
        return now + DAY
    seconds = interval(look.recipe, pace, live=live) * (2 if throttled else 1) * 2 ** min(look.failures, BACK_OFF_MOST)
    return now + timedelta(seconds=seconds * (0.8 + 0.4 * chance))


def interval(recipe: Recipe, pace: Pace, *, live: bool) -> float:
    usual = {
        Recipe.LIVE: pace.look_live,
        Recipe.NEW: pace.look_new,
        Recipe.ORGANIZATION: pace.look_organization,
        Recipe.ALL: pace.look_all,
    }[recipe]
    return usual if live else max(usual, pace.look_idle)
