"""Commands about what a plan would do and what a run has written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bot.core.commands.grammar import Command, Row
from bot.core.commands.runs import RunReference, about
from bot.core.policy import Right


@dataclass(frozen=True, slots=True)
class ReviewPlan(Command):
    changes: ClassVar[bool] = False
    run: RunReference


@dataclass(frozen=True, slots=True)
class PostPlan(Command):
    changes: ClassVar[bool] = False
    run: RunReference


@dataclass(frozen=True, slots=True)
class PostLog(Command):
    changes: ClassVar[bool] = False
    run: RunReference


GRAMMAR = (
    Row(
        word="review",
        usage="review <run>",
        summary="Review a run's plan: what it destroys and replaces first, attribute by attribute.",
        example="review storefront-prod",
        right=Right.READ,
        build=about(ReviewPlan),
        details=("Only you see it. Sensitive values are hidden; the search finds addresses.",),
    ),
    Row(
        word="plan",
        usage="plan <run>",
        summary="Put a run's plan into the thread of its card, as a file.",
        example="plan storefront-prod",
        right=Right.READ,
        build=about(PostPlan),
        details=("Everybody in the channel sees it. Sensitive values, and what looks like a secret, are hidden.",),
    ),
    Row(
        word="log",
        usage="log <run>",
        summary="Put what a run has written into the thread of its card, as a file.",
        example="log storefront-prod",
        right=Right.READ,
        build=about(PostLog),
        details=("Everybody in the channel sees it. Colours are taken out, and so is what looks like a secret, as far as it is known.",),
    ),
)
