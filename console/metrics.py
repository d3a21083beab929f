"""What Doorstep counts of itself for Prometheus.

Counters belong to the process that counts; what lies in the tables (what waits, how old it is) is read from the
database at each scrape, so that any process tells the same. With PROMETHEUS_MULTIPROC_DIR set, the processes of one
machine count into that directory and each of them tells the sum.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

TURN_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


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


class Metrics:
    """The counters of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = self._counter("doorstep_turns", "Inbound messages handled", "outcome")
        self.sends = self._counter("doorstep_sends", "Outbound messages handed to a provider", "channel", "outcome")
        self.answers = self._counter("doorstep_webhook_answers", "Answers given to webhooks", "endpoint", "status")
        self.notices = self._counter("doorstep_notices", "Notices decided", "kind", "decision", "reason")
        self.turn_seconds = Histogram(
            "doorstep_turn_seconds", "Seconds a turn took", registry=self.registry, buckets=TURN_BUCKETS
        )

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, registry=self.registry)

    def timed(self, step: Callable[[], bool]) -> Callable[[], bool]:
        """A worker's step, counted and timed when it found something to do."""

        def run() -> bool:
            begun = perf_counter()
            try:
                found = step()
            except Exception:
                self.turns.labels("failed").inc()
                raise
            if found:
                self.turns.labels("handled").inc()
                self.turn_seconds.observe(perf_counter() - begun)
            return found

        return run

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
