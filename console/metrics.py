"""What Doorstep counts of itself for Prometheus.

Counters belong to the process that counts; what lies in the tables (what waits, how old it is) is read from the
database at each scrape, so that any process tells the same. With PROMETHEUS_MULTIPROC_DIR set, the processes of one
machine count into that directory and each of them tells the sum.
"""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Gauges(Protocol):
    """What waits: seconds are ages; `outbox` counts by state what is not yet finished."""

    @property
    def inbox_waiting(self) -> int: ...

    @property
    def inbox_oldest_seconds(self) -> float: ...

    @property
    def outbox(self) -> Mapping[str, int]: ...

    @property
    def outbox_oldest_seconds(self) -> float: ...

    @property
    def notices_due(self) -> int: ...

    @property
    def handoffs_open(self) -> int: ...


#: What the service tells of, and by which labels.
COUNTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "received": ("Inbound messages taken in", ("channel", "outcome")),
    "turn_failed": ("Turns that failed and come again", ("fault",)),
    "sent": ("Outbound messages by what became of the attempt", ("channel", "outcome")),
    "delivery": ("Delivery reports of providers", ("status",)),
    "notice": ("Notices decided", ("kind", "decision", "reason")),
    "webhook_answers": ("Answers given to requests", ("endpoint", "status")),
}
TIMED = {"turn": "Seconds a turn took"}


class Metrics:
    """The counters of one app, in a registry of their own; fills the service's `Watch`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters = {
            name: Counter(f"doorstep_{name}", what, labels, registry=self.registry)
            for name, (what, labels) in COUNTED.items()
        }
        self._timers = {
            name: Histogram(f"doorstep_{name}_seconds", what, registry=self.registry, buckets=BUCKETS)
            for name, what in TIMED.items()
        }

    def count(self, name: str, **labels: str) -> None:
        self._counter(name, tuple(labels.items())).inc()

    @lru_cache(maxsize=1024)  # noqa: B019 - lives as long as the app
    def _counter(self, name: str, labels: tuple[tuple[str, str], ...]) -> Counter:
        return self._counters[name].labels(**{label: str(value) for label, value in labels})

    def time(self, name: str, seconds: float) -> None:
        self._timers[name].observe(seconds)

    def exposition(self, gauges: Gauges | None) -> bytes:
        """Prometheus' text format; without gauges when the database cannot be asked."""
        registry = CollectorRegistry()
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        else:
            registry = self.registry
        text = generate_latest(registry)
        if gauges is None:
            return text
        waiting = CollectorRegistry()
        waiting.register(_Collected(gauges))
        return text + generate_latest(waiting)


class _Collected:
    """Gauges in the shape that a registry asks for."""

    def __init__(self, gauges: Gauges) -> None:
        self.gauges = gauges

    def collect(self) -> Iterator[Metric]:
        gauges = self.gauges
        yield _gauge("doorstep_inbox_waiting", "Inbound messages waiting", gauges.inbox_waiting)
        yield _gauge("doorstep_inbox_oldest_seconds", "Age of the oldest waiting one", gauges.inbox_oldest_seconds)
        yield _gauge("doorstep_outbox_oldest_seconds", "Age of the oldest due one", gauges.outbox_oldest_seconds)
        yield _gauge("doorstep_notices_due", "Notices due and not decided", gauges.notices_due)
        yield _gauge("doorstep_handoffs_open", "Cases with a person", gauges.handoffs_open)
        states = GaugeMetricFamily("doorstep_outbox", "Outbound messages not finished, by state", labels=["state"])
        for state, count in sorted(gauges.outbox.items()):
            states.add_metric([state], count)
        yield states


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)
