"""The retail shop's records as its own file has them, and what is true of an order by them.

Reads the JSON that was imported and nothing of bot/: what an answer says is held against this.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.conftest import SHARED

Record = dict[str, Any]

SHOP_ZONE = ZoneInfo("America/Los_Angeles")  # shop/shop.yaml
CLOSED_WEEKDAY = 6  # shop/shop.yaml: open from Monday to Saturday
HOLIDAYS = {date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1)}
SHIPS_WITHIN = 2  # business days, shop/policies.yaml
LOST_AFTER = timedelta(days=7)
TOO_CLOSE = timedelta(minutes=5)  # a promise that may run out while the test runs

MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10}
MONTHS |= {"nov": 11, "dec": 12, "ene": 1, "abr": 4, "ago": 8, "dic": 12}
MONTHS |= {
    "mär": 3,
    "mai": 5,
    "okt": 10,
    "dez": 12,
    "fév": 2,
    "avr": 4,
    "aoû": 8,
    "déc": 12,
    "gen": 1,
    "mag": 5,
    "giu": 6,
}
MONTHS |= {"lug": 7, "set": 9, "ott": 10, "fev": 2, "out": 10, "mrt": 3, "maa": 3, "mei": 5, "juin": 6, "juil": 7}

#: How each state is told, in the languages the shop has words in.
TOLD = {
    "pending": (
        "hasn't shipped yet",
        "aún no ha salido",
        "noch nicht verschickt",
        "pas encore partie",
        "ainda não foi enviado",
        "non è ancora partito",
        "nog niet verzonden",
    ),
    "packed": ("packed", "empacado", "gepackt", "emballée", "embalado", "aspetta il ritiro", "ingepakt"),
    "in transit": (
        "is on its way",
        "va en camino",
        "unterwegs",
        "est en route",
        "está a caminho",
        "è in viaggio",
        "is onderweg",
    ),
    "late": ("running late", "con retraso", "Verspätung", "a du retard", "atrasado", "in ritardo", "heeft vertraging"),
    "out for delivery": (
        "out for delivery",
        "en reparto",
        "in Zustellung",
        "en cours de livraison",
        "saiu para entrega",
        "è in consegna",
        "is onderweg met bestelling",
    ),
    "delivered": (
        "was delivered",
        "se entregó",
        "zugestellt",
        "a été livrée",
        "foi entregue",
        "è stato consegnato",
        "bezorgd door",
    ),
    "cancelled": (
        "was cancelled",
        "fue cancelado",
        "wurde storniert",
        "a été annulée",
        "foi cancelado",
        "è stato annullato",
        "is geannuleerd",
    ),
}


@dataclass(frozen=True)
class Truth:
    """What may be said of an order now (`days`, `times`), and what must be (`states`, `must_days`, …)."""

    number: str
    state: str
    carrier: str | None
    tracking_number: str | None
    days: frozenset[tuple[int, int]]
    must_days: frozenset[tuple[int, int]]
    times: frozenset[str]


class Retail:
    """The records of one run of the converter, by the time they were made at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._records: Record = json.loads(path.read_text())

    @cached_property
    def customers(self) -> dict[str, Record]:
        return {customer["id"]: customer for customer in self._records["customers"]}

    @cached_property
    def orders(self) -> dict[str, list[Record]]:
        """By customer."""
        found = defaultdict(list)
        for order in self._records["orders"]:
            found[order["customer_id"]].append(order)
        return dict(found)

    def awaited(self, customer_id: str) -> list[Record]:
        return [order for order in self.orders[customer_id] if order["status"] in ("pending", "shipped")]

    def truth(self, order: Record, now: datetime, zone: ZoneInfo | None = None) -> Truth:
        """As of now, in the zone of whoever ordered it unless told otherwise."""
        zone = zone or ZoneInfo(self.customers[order["customer_id"]]["time_zone"])
        parcel = order["shipments"][0] if order["shipments"] and order["status"] != "cancelled" else None
        last = max((moment(event["at"]) for event in parcel["events"]), default=None) if parcel else None
        promised = moment(parcel["promised_at"]) if parcel else None
        state = state_of(order, now)
        may = [promised, last] if parcel else []
        must: list[datetime | None] = []
        if state == "pending":
            may = must = [ships_by(moment(order["placed_at"]))]
        elif state == "packed":
            must = [promised] if promised and promised > now else []
        elif state == "in transit":
            must = [promised, last]
        elif parcel:
            must = [last]
        return Truth(
            number=order["number"],
            state=state,
            carrier=parcel["carrier"] if parcel else None,
            tracking_number=parcel["tracking_number"] if parcel else None,
            days=_days(may, zone),
            must_days=_days(must, zone),
            times=frozenset({f"{last.astimezone(zone):%I:%M %p}".lstrip("0")}) if last and parcel else frozenset(),
        )

    def find(self, kind: str, now: datetime) -> Iterator[tuple[Record, Record]]:
        """Customers with the order that they will ask for: `shipped` and `pending` wait for that one alone, `several`
        for two; `delivered` and `cancelled` have no other order at all."""
        for customer_id, orders in self.orders.items():
            awaited = self.awaited(customer_id)
            alone = orders if kind in ("delivered", "cancelled") else awaited
            wanted = "shipped" if kind == "several" else kind
            count = 2 if kind == "several" else 1
            fits = len(alone) == count and all(one["status"] == wanted or kind == "several" for one in alone)
            if fits and not any(_about_to_change(order, now) for order in alone):
                yield self.customers[customer_id], alone[0]


def make_retail(path: Path) -> Retail:
    """Runs the converter over the retail data, as of now."""
    converter = SHARED / "tools" / "retail_import.py"
    made = subprocess.run([sys.executable, str(converter)], check=True, capture_output=True, timeout=60)
    path.write_bytes(made.stdout)
    return Retail(path)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def state_of(order: Record, now: datetime) -> str:
    if order["status"] in ("pending", "cancelled"):
        return str(order["status"])
    parcel = order["shipments"][0]
    last = max(parcel["events"], key=lambda event: moment(event["at"]))
    if last["status"] == "delivered":
        return "delivered"
    if last["status"] == "pre_transit":
        return "packed"
    assert now - moment(last["at"]) < LOST_AFTER, "the converter lets no parcel lie so long"
    if moment(parcel["promised_at"]) < now:
        return "late"
    return "out for delivery" if last["status"] == "out_for_delivery" else "in transit"


def ships_by(placed: datetime) -> datetime:
    """So many of the shop's open days later."""
    local, left = placed.astimezone(SHOP_ZONE), SHIPS_WITHIN
    while left:
        local += timedelta(days=1)
        left -= local.weekday() != CLOSED_WEEKDAY and local.date() not in HOLIDAYS
    return local


def days_said(text: str) -> frozenset[tuple[int, int]]:
    """Every (month, day) named, in the languages the shop has words in."""
    english = re.findall(r"\b([A-Z][a-z]{2})[a-z]* (\d{1,2})\b", text)
    others = [(month, day) for day, month in re.findall(r"\b(\d{1,2})\.? (?:de )?(juin|juil|[^\W\d]{3})", text)]
    found = [(MONTHS.get(month.lower()), int(day)) for month, day in [*english, *others]]
    return frozenset((month, day) for month, day in found if month)


def times_said(text: str) -> frozenset[str]:
    found = re.findall(r"\b(\d{1,2}:\d\d)\s([ap])\.?\s?m", text, re.I)
    of_24 = re.findall(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?!\s[ap]\.?\s?m)", text, re.I)
    clocks = {f"{(int(hour) + 11) % 12 + 1}:{minute} {'AP'[int(hour) >= 12]}M" for hour, minute in of_24}
    return frozenset({f"{clock} {half.upper()}M" for clock, half in found} | clocks)


def _days(moments: list[datetime | None], zone: ZoneInfo) -> frozenset[tuple[int, int]]:
    local = [one.astimezone(zone) for one in moments if one]
    return frozenset((one.month, one.day) for one in local)


def _about_to_change(order: Record, now: datetime) -> bool:
    return any(abs(moment(parcel["promised_at"]) - now) < TOO_CLOSE for parcel in order["shipments"])
