"""Tells the transcripts of tests/conversations: the real store, service, reader, words and sample shop, a moved clock.

Nothing of a turn is left in memory for the next one: between every two turns the engine, the store and the service are
built anew over the same database, so that each transcript is a restart test. tests/conversations/README.md says what a
transcript may hold.
"""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from bot.importing_text import SourceFile
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Location, Media, Message, Outgoing
from bot.notices import plan
from bot.records import number_key
from bot.service import Service
from bot.understanding.reader import Reader
from channels.address import key_of
from channels.limits import numbered
from console.demo.sample import sample
from joining import make_reader
from storage.engine import make_engine, migrate, reading
from storage.erasing import erase_due
from storage.exporting import export_text
from storage.importing import import_files
from storage.ledger import SqlLedger
from storage.merchant import load_files
from storage.parties import TABLES
from storage.shelf import FolderShelf
from storage.store import SqlStore

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday, nine in the morning in Portland
FILES = Path(__file__).resolve().parents[1] / "shop"
STRANGER = {"phone": "+15035550199", "email": "someone@example.net"}
PEOPLE: dict[str, dict[str, Any]] = {
    "Maya": {"id": "c-maya", "first_name": "Maya", "last_name": "Okafor", "phone": "+15035550100"},
    "Ben": {"id": "c-ben", "first_name": "Ben", "last_name": "Carter", "phone": "+15035550121"},
}
HOME = {"line1": "12 Alder Street", "city": "Portland", "region": "OR", "postcode": "97205", "country": "US"}
EVENT = ("at", "status", "reason", "message", "place")
WAYS = ("whatsapp", "sms", "email")
UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}

#: What a carrier may say: status, reason, message, place.
SCANS: dict[str, tuple[str, str | None, str, str]] = {
    "label": ("pre_transit", None, "Label created", "Portland, OR"),
    "picked up": ("in_transit", None, "Picked up", "Portland, OR"),
    "sorted": ("in_transit", None, "Arrived at sorting center", "Memphis, TN"),
    "held up": ("in_transit", "delayed", "Delayed by weather", "Memphis, TN"),
    "in the van": ("out_for_delivery", None, "Out for delivery", "Portland, OR"),
    "at the point": ("available_for_pickup", None, "Ready for pick-up", "UPS Store, 88 Pine St"),
    "at the door": ("delivered", None, "Delivered, front door", "Portland, OR"),
    "nobody there": ("attempt_failed", "not_home", "Nobody at home", "Portland, OR"),
    "no such place": ("exception", "wrong_address", "Address cannot be found", "Memphis, TN"),
    "broken": ("exception", "damaged", "Package damaged in transit", "Memphis, TN"),
    "at customs": ("exception", "customs", "Held by customs", "Toronto, ON"),
    "kept": ("exception", "held", "Held at facility", "Memphis, TN"),
    "sent back": ("returned_to_sender", "refused", "Returned to sender", "Portland, OR"),
}
#: State of a parcel → in how many hours it is promised, and what was said of it how many hours ago.
PARCELS: dict[str, tuple[int, tuple[tuple[int, str], ...]]] = {
    "label_made": (72, ((3, "label"),)),
    "in_transit": (48, ((30, "picked up"), (5, "sorted"))),
    "stale": (48, ((90, "picked up"), (72, "sorted"))),
    "late": (-24, ((100, "picked up"), (6, "held up"))),
    "out_for_delivery": (7, ((40, "sorted"), (2, "in the van"))),
    "pickup": (-20, ((26, "in the van"), (4, "at the point"))),
    "delivered": (-24, ((30, "in the van"), (20, "at the door"))),
    "delivered_long_ago": (-480, ((500, "in the van"), (490, "at the door"))),
    "attempt_failed": (-3, ((8, "in the van"), (4, "nobody there"))),
    "wrong_address": (24, ((40, "picked up"), (5, "no such place"))),
    "damaged": (24, ((40, "picked up"), (5, "broken"))),
    "lost": (-120, ((240, "picked up"), (220, "sorted"))),
    "customs": (24, ((60, "picked up"), (20, "at customs"))),
    "held": (24, ((60, "picked up"), (20, "kept"))),
    "returned": (-24, ((60, "in the van"), (20, "sent back"))),
    "unknown": (72, ()),
}
PLAIN = {"not_shipped": "pending", "cancelled": "cancelled", "no_tracking": "shipped", "delivered_plain": "delivered"}


@cache
def reader() -> Reader:
    """One for every restart: it remembers nothing between two readings."""
    return make_reader(shop(), encoder=True)


@cache
def shop() -> Shop:
    return load_files(FILES, FolderShelf()).shop


@cache
def catalog() -> list[dict[str, Any]]:
    return list(sample(NOW)["products"])


@dataclass
class Mouths:
    """Every channel's sender at once: keeps what it was given, and the provider never fails."""

    sent: list[Outgoing] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> str:
        self.sent.append(outgoing)
        return f"out:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return f"out:{outgoing.outbox_id}"


@dataclass
class Told:
    """One message as the customer saw it: the keys said, in order, and the text with its menu."""

    keys: list[str]
    text: str
    channel: str


class Transcript:
    """One transcript while it is told."""

    def __init__(self, story: Mapping[str, Any], folder: Path, empty: Path) -> None:
        self.now = _moment(story.get("now"))
        self.story = story
        self.channel = Channel(story.get("channel", "sms"))
        self.file = shutil.copy(empty, folder / "doorstep.db")
        self.mouths = Mouths()
        self.count = 0
        known = [customer_of("Maya", story.get("customer") or {})]
        orders = [self._order(number, told, "c-maya") for number, told in (story.get("orders") or {}).items()]
        if story.get("others"):
            known.append(customer_of("Ben", {}))
            orders += [self._order(number, told, "c-ben") for number, told in story["others"].items()]
        self.orders = {order["number"]: order for order in orders}
        plans = [self._subscription(name, told) for name, told in (story.get("subscriptions") or {}).items()]
        records = {"customers": known, "products": catalog(), "orders": orders, "subscriptions": plans}
        if story.get("notices"):
            self._let_in(records)
        else:
            self._let_in(records, planned=lambda *_: ())

    def tell(self, step: Mapping[str, Any]) -> list[Told]:
        """One step; what the customer is written in it."""
        already = len(self.mouths.sent)
        self.channel = Channel(step.get("channel", self.channel))
        if "later" in step:
            self._pass_by(_span(step["later"]))
        if "carrier" in step:
            self._report(step["carrier"])
        if {"says", "taps", "photo", "location"} & set(step):
            return self._hear(step, already)
        return [self._told(outgoing) for outgoing in self.mouths.sent[already:] if outgoing.audience == "customer"]

    def afterwards(self) -> dict[str, Any]:
        """The export as it stands."""
        with self._fresh() as (engine, _), reading(engine) as connection:
            return dict(json.loads("".join(export_text(connection))))

    # -- in and out ------------------------------------------------------------------------------------------------

    def _hear(self, step: Mapping[str, Any], already: int) -> list[Told]:
        self.count += 1
        sender = self._sender()
        text = str(step.get("says", "")).replace("{code}", self._code())
        photo = Media(url=f"https://api.twilio.com/photo-{self.count}.jpg", content_type="image/jpeg")
        place = Location(latitude=45.52, longitude=-122.67) if step.get("location") else None
        message = Message(
            provider_id=f"transcript:{self.count}",
            sender=sender,
            text=text,
            choice=step.get("taps"),
            media=(photo,) if step.get("photo") else (),
            location=place,
            verified=not step.get("unproven"),
            thread="ours" if step.get("unproven") and self.count > 1 else None,
            opt_out=step.get("opt_out"),
            received_at=self.now,
        )
        with self._fresh() as (_, service):
            service.receive(message)
            while service.answer_next():
                pass
        with self._fresh() as (_, service):
            while service.send_next():
                pass
        said = [outgoing for outgoing in self.mouths.sent[already:] if outgoing.audience == "customer"]
        return [self._told(outgoing) for outgoing in said if outgoing.to == sender.raw]

    def _sender(self) -> Address:
        who = STRANGER if self.story.get("stranger") else customer_of("Maya", self.story.get("customer") or {})
        if self.channel is Channel.EMAIL:
            return key_of(Channel.EMAIL, who["email"])
        prefix = "whatsapp:" if self.channel is Channel.WHATSAPP else ""
        return key_of(self.channel, prefix + who["phone"])

    def _code(self) -> str:
        """The one-time code last sent, to whichever contact it went."""
        found = [match for outgoing in self.mouths.sent for match in re.findall(r"code is (\d{6})", outgoing.body.text)]
        return found[-1] if found else "{code}"

    def _told(self, outgoing: Outgoing) -> Told:
        keys = self._rows_by_id()[outgoing.outbox_id].split()
        return Told(keys, "\n".join(numbered(outgoing.channel, outgoing.body).parts), outgoing.channel.value)

    def _rows_by_id(self) -> dict[int, str]:
        with self._fresh() as (engine, _), reading(engine) as connection:
            return {row.id: row.key for row in connection.execute(TABLES["outbox"].select())}

    def _fresh(self) -> "Fresh":
        return Fresh(str(self.file), self)

    # -- the world outside -----------------------------------------------------------------------------------------

    def _let_in(self, records: dict[str, Any], planned: Callable[..., Any] = plan) -> None:
        file = SourceFile("story.json", json.dumps(records).encode())
        with self._fresh() as (engine, _):
            import_files(engine, [file], shop=shop(), now=self.now, plan=planned)

    def _pass_by(self, span: timedelta) -> None:
        """Moves the clock an hour at a time, as the scheduler would tick."""
        end = self.now + span
        with self._fresh() as (engine, service):
            while self.now < end:
                self.now = min(end, self.now + timedelta(hours=1))
                service.fire_due(self.now)
                while service.send_next():
                    pass
                erase_due(engine, shop(), self.now)

    def _report(self, told: Mapping[str, Any]) -> None:
        """The carrier's news of an order's first parcel, or a parcel for an order that had none."""
        order = self.orders[told["order"]]
        if not order.get("shipments"):
            order["shipments"] = [self._parcel(order["number"], 0, "unknown", [line["id"] for line in order["lines"]])]
        event = {"at": self.now.isoformat(), **{key: value for key, value in told.items() if key != "order"}}
        order["shipments"][0]["events"].append(event)
        order["status"] = "delivered" if told["status"] == "delivered" else "shipped"
        self._let_in({"orders": [order]})
        self._pass_by(timedelta(minutes=3))

    def _order(self, number: str, told: Mapping[str, Any] | str, customer: str) -> dict[str, Any]:
        told = {"state": told} if isinstance(told, str) else dict(told)
        state = told.get("state", "in_transit")
        lines = [_line(number, place, text) for place, text in enumerate(told.get("lines", ["Steel Water Bottle"]), 1)]
        states = told.get("parcels") or ([] if state in PLAIN else [state])
        ids = [line["id"] for line in lines]
        parcels = [
            self._parcel(number, place, state, [ids[place]] if len(states) > 1 else ids)
            for place, state in enumerate(states)
        ]
        total = sum(line["quantity"] * Decimal(line["price"]) for line in lines)
        paid = [{"kind": "payment", "amount": str(total), "method_id": told["paid"]}] if "paid" in told else []
        delivered = parcels and all(_is_delivered(parcel) for parcel in parcels)
        return {
            "id": f"o-{number}",
            "number": number,
            "customer_id": customer,
            "placed_at": (self.now - _span(told.get("placed", "4 days"))).isoformat(),
            "status": PLAIN.get(state, "delivered" if delivered else "shipped"),
            "currency": "USD",
            "shipping_address": HOME,
            "lines": lines,
            "payments": paid,
            "shipments": parcels,
        }

    def _subscription(self, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """`{of: a line as on a receipt, every: days, next: a span from now}` and whatever the import format has."""
        told = dict(told)
        line = _line(name, 1, told.pop("of"))
        fields = {"sku": line["sku"], "quantity": line["quantity"], "price": line["price"], "status": "active"}
        next_charge = self.now + _span(told.pop("next", "9 days"))
        fields |= {"interval_days": told.pop("every", 30), "next_charge_at": next_charge.isoformat(), "address": HOME}
        return {"id": name, "customer_id": "c-maya", **fields, **told}

    def _parcel(self, number: str, place: int, state: str, lines: list[str]) -> dict[str, Any]:
        hours, events = PARCELS[state]
        code = f"UP{number_key(number)}{place + 1}"
        return {
            "id": f"s-{number}-{place + 1}",
            "carrier": "UPS",
            "tracking_number": code,
            "tracking_url": f"https://ups.example/{code}",
            "line_ids": lines,
            "promised_at": (self.now + timedelta(hours=hours)).isoformat(),
            "events": [
                dict(zip(EVENT, ((self.now - timedelta(hours=ago)).isoformat(), *SCANS[scan]), strict=True))
                for ago, scan in events
            ],
        }


class Fresh:
    """An engine and a service over the transcript's database, gone when left."""

    def __init__(self, file: str, transcript: Transcript) -> None:
        self.file = file
        self.transcript = transcript

    def __enter__(self) -> tuple[Engine, Service]:
        self.engine = make_engine(f"sqlite:///{self.file}")
        service = Service(
            SqlStore(self.engine, ledger),
            reader(),
            shop,
            dict.fromkeys(Channel, self.transcript.mouths),
            Standing(self.transcript),
        )
        return self.engine, service

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()


@dataclass
class Standing:
    """The transcript's own clock."""

    transcript: Transcript

    def now(self) -> datetime:
        return self.transcript.now


def make_empty(file: Path) -> Path:
    """A database with all tables and nothing in them, to be copied."""
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


def customer_of(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """A customer in the import format; `agrees_to` are the categories they gave consent for, on every channel."""
    told = dict(told)
    known = {"email": f"{name.lower()}@example.com", "time_zone": "America/Los_Angeles", "address": HOME}
    return {**PEOPLE[name], **known, "consents": _consents(told.pop("agrees_to", [])), **told}


def _consents(categories: list[str]) -> list[dict[str, Any]]:
    given_at = (NOW - timedelta(days=90)).isoformat()
    return [
        {"channel": way, "category": category, "given_at": given_at, "source": "checkout"}
        for way in WAYS
        for category in categories
    ]


def _line(number: str, place: int, told: str) -> dict[str, Any]:
    """`2 x Merino Socks (L)`, a line as a receipt has it, found in the sample shop's catalogue."""
    match = re.fullmatch(r"(?:(\d+) x )?(.+?)(?: \((.+)\))?", told)
    assert match, told
    quantity, title, option = match.groups()
    product = next(one for one in catalog() if one["title"] == title)
    variant = next(one for one in product["variants"] if option is None or option in one["options"].values())
    return {
        "id": f"o-{number}/{place}",
        "product_id": product["id"],
        "sku": variant["sku"],
        "title": title,
        "options": variant["options"],
        "quantity": int(quantity or 1),
        "price": variant["price"],
    }


def _is_delivered(parcel: Mapping[str, Any]) -> bool:
    return bool(parcel["events"]) and parcel["events"][-1]["status"] == "delivered"


def _span(told: str) -> timedelta:
    amount, unit = told.split()
    return timedelta(**{UNITS[unit.rstrip("s")]: float(amount)})


def _moment(told: Any) -> datetime:
    return datetime.fromisoformat(str(told)) if told else NOW


def ledger(connection: Connection, party: int, sender: Address, shop: Shop, now: datetime) -> SqlLedger:
    return SqlLedger(connection, party, sender, shop=shop, now=now, secret="a secret of the tests")
