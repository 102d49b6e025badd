"""The meter that Prometheus reads, in its text format. What there is to measure is in core/metrics.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics import MetricWrapperBase

from bot.core.metrics import METRICS, Metric, Sort

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began is a second series for each

CONTENT_TYPE = CONTENT_TYPE_LATEST
Kept = TypeVar("Kept", bound=MetricWrapperBase)


class PrometheusMeter:
    """Fits core/metrics.py:Meter. A registry of its own, so that two in one process do not meet."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters = {one: Counter(one.name, one.about, one.labels, registry=self.registry) for one in of_sort(Sort.COUNTER)}
        self._gauges = {one: Gauge(one.name, one.about, one.labels, registry=self.registry) for one in of_sort(Sort.GAUGE)}
        self._histograms = {
            one: Histogram(one.name, one.about, one.labels, registry=self.registry, buckets=one.buckets) for one in of_sort(Sort.HISTOGRAM)
        }

    def count(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        labelled(self._counters[metric], labels).inc(amount)

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        labelled(self._histograms[metric], labels).observe(value)

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        labelled(self._gauges[metric], labels).set(value)

    def text(self) -> bytes:
        """Everything, as `CONTENT_TYPE` says."""
        return generate_latest(self.registry)


def of_sort(sort: Sort) -> list[Metric]:
    return [metric for metric in METRICS if metric.sort is sort]


def labelled(kept: Kept, labels: Mapping[str, str]) -> Kept:
    return kept.labels(**labels) if labels else kept
