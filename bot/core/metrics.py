"""What is measured while the bot runs: every name, its labels, and what it tells. How it is kept and shown is in bot/metrics.py.

No label ever holds a workspace, a run, a person or a channel; docs/metrics.md tells which alarm to put on each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Sort(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """`name` is as Prometheus shows it, with the unit at its end; `buckets` are upper bounds of a histogram, in that unit."""

    name: str
    sort: Sort
    about: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


class Meter(Protocol):
    """Takes measurements; none of its methods fails or waits. Every label of the metric has to be given."""

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        """One more value of a histogram."""

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Where a gauge stands now."""


class Unmetered:
    """A meter that keeps nothing."""

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None: ...

    def observe(self, metric: Metric, value: float, **labels: str) -> None: ...

    def set(self, metric: Metric, value: float, **labels: str) -> None: ...


UNMETERED: Meter = Unmetered()

LOOKS = Metric("runbell_looks_total", Sort.COUNTER, "Looks at an organization, by recipe and outcome.", ("recipe", "outcome"))
TERRAFORM_REQUESTS = Metric(
    "runbell_terraform_requests_total", Sort.COUNTER, "Requests to the Runs API, by the budget they cost and for whom.", ("budget", "who")
)
BUDGET_LEFT = Metric(
    "runbell_terraform_budget_left", Sort.GAUGE, "Requests that may leave at this moment, by budget and for whom.", ("budget", "who")
)
TERRAFORM_REFUSALS = Metric("runbell_terraform_refusals_total", Sort.COUNTER, "Answers of the Runs API that were no success.", ("code",))
SLACK_REFUSALS = Metric("runbell_slack_refusals_total", Sort.COUNTER, "Messages that Slack did not take, by its error word.", ("code",))
PAINTS = Metric("runbell_paints_total", Sort.COUNTER, "Attempts to bring one message in line, by its kind.", ("kind", "outcome"))
UNPAINTED_CALL_AGE = Metric(
    "runbell_unpainted_call_age_seconds", Sort.GAUGE, "How long the oldest call for people that is not in Slack yet has waited; 0 for none."
)
LAG = Metric(
    "runbell_change_to_message_seconds",
    Sort.HISTOGRAM,
    "From the server's time of a run's newest change to the message about it.",
    ("kind",),
    (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 6.0, 10.0, 20.0, 60.0, 300.0, 3600.0),
)
INTENTS = Metric("runbell_intents", Sort.GAUGE, "Calls that people decided on and that the database holds, by state.", ("state",))
TICKS = Metric("runbell_ticks_total", Sort.COUNTER, "Ends of ticks, by loop and outcome.", ("loop", "outcome"))
ACKS = Metric(
    "runbell_ack_seconds",
    Sort.HISTOGRAM,
    "From a payload's arrival at Bolt to its acknowledgement, by listener.",
    ("listener",),
    (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
)
NOTIFICATIONS = Metric("runbell_notifications_total", Sort.COUNTER, "Words that the server sent of runs, by outcome.", ("outcome",))
HTTP_REFUSALS = Metric("runbell_http_refusals_total", Sort.COUNTER, "Requests and connections that were refused unverified.", ("reason",))

METRICS = (
    LOOKS,
    TERRAFORM_REQUESTS,
    BUDGET_LEFT,
    TERRAFORM_REFUSALS,
    SLACK_REFUSALS,
    PAINTS,
    UNPAINTED_CALL_AGE,
    LAG,
    INTENTS,
    TICKS,
    ACKS,
    NOTIFICATIONS,
    HTTP_REFUSALS,
)

CODE = re.compile(r"[a-z0-9_]{1,40}")


def code(word: str) -> str:
    """An error word of somebody else's as a label: what does not look like one is `other`."""
    return word if CODE.fullmatch(word) else "other"
