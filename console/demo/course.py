"""The demo's course of time."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from console.demo.desk import Desk
from console.demo.sample import Step


class Course:
    """As the clock moves, carriers report what the script says, and what falls due is done within its hour."""

    def __init__(self, desk: Desk, script: Sequence[Step]) -> None:
        self._desk = desk
        self._waiting = list(script)
        self._told: set[str] = set()  # parcels of which the page told otherwise: the script is off for these
        self._lock = Lock()

    def go_on(self, target: datetime) -> None:
        with self._lock:
            for moment in self._hours(target):
                self._desk.clock.move_to(moment)
                self._report_due(moment)
                self._desk.pass_once()

    def report(self, shipment_id: str, event: dict[str, Any]) -> None:
        with self._lock:
            self._told.add(shipment_id)
            self._tell(shipment_id, event)
            self._desk.pass_once()

    def _hours(self, target: datetime) -> Iterator[datetime]:
        moment = self._desk.clock.now()
        while moment < target:
            moment = min(moment + timedelta(hours=1), target)
            yield moment

    def _report_due(self, moment: datetime) -> None:
        due = [step for step in self._waiting if step.at <= moment]
        self._waiting = self._waiting[len(due) :]
        for step in due:
            if step.shipment_id not in self._told:
                self._tell(step.shipment_id, step.event)

    def _tell(self, shipment_id: str, event: dict[str, Any]) -> None:
        self._desk.ingest({"events": [{"kind": "tracking_events", "shipment_id": shipment_id, **event}]})
