"""A whole Doorstep for tests: the real store, ledger, words and service over a real database; the outside is scripted.

The reader knows a few words only, so that what a message means is never what a test of storage hangs on.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from bot.merchant.shop import Shop
from bot.model import Address, Channel, Expected, Message, Outgoing, Reading, Wish
from bot.ports import Advisor, Known
from bot.records import Customer, Order, number_key
from bot.service import Service
from storage.ledger import SqlLedger
from storage.merchant import Loading, read_files
from storage.parties import TABLES
from storage.shelf import FolderShelf
from storage.store import SqlStore

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FILES = Path(__file__).resolve().parents[1] / "shop"
PHONE = "+15035550100"
WISHES = {"hello": "greeting", "thanks": "thanks", "where": "where_is_my_order", "person": "person"}


@cache
def shop() -> Shop:
    """The sample shop in English, in no hurry to take a hundred messages in a row for a loop."""
    texts = read_files(FILES)
    texts = {path: text for path, text in texts.items() if "/" not in path or path.endswith("/en.yaml")}
    texts["shop.yaml"] += "\nlimits: {automatic_replies: 10000}\n" if "\nlimits:" not in texts["shop.yaml"] else ""
    return Loading(FolderShelf()).load(texts).shop


@dataclass
class MovedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


class WordReader:
    """The first known word is the wish; "boom" fails, as the Protocol forbids."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        self.texts.append(text)
        if "boom" in text:
            raise ValueError(f"cannot read {text}")
        word = next((word for word in text.lower().split() if word in WISHES), None)
        wishes = (Wish(intent=WISHES[word], probability=1, text=text),) if word else ()
        person = word == "person"
        return Reading(text=text, language="en", wishes=wishes, stop=text.upper() == "STOP", person=person)


@dataclass
class Mouth:
    """A sender that keeps what it sent. `faults` are raised in turn; `finds` are answered when it is asked to look."""

    sent: list[Outgoing] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    finds: list[str | Exception | None] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)
    before: Callable[[Outgoing], None] | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)

    def send(self, outgoing: Outgoing) -> str:
        if self.before:
            self.before(outgoing)
        with self.guard:
            if self.faults:
                raise self.faults.pop(0)
            self.sent.append(outgoing)
            return f"out:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        with self.guard:
            self.looked.append(outgoing.outbox_id)
            found = self.finds.pop(0) if self.finds else None
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class Works:
    engine: Engine
    clock: MovedClock = field(default_factory=MovedClock)
    mouth: Mouth = field(default_factory=Mouth)
    reader: WordReader = field(default_factory=WordReader)
    advisor: Advisor | None = None

    def __post_init__(self) -> None:
        self.store = SqlStore(self.engine, _ledger)
        self.service = Service(
            self.store,
            self.reader,
            shop,
            dict.fromkeys(Channel, self.mouth),
            self.clock,
            suppresses={"21610"}.__contains__,
            jitter=lambda: 0.0,
            advisor=self.advisor,
        )

    def hear(self, text: str = "hello", **fields: Any) -> bool:
        return self.service.receive(message(text, received_at=self.clock.now(), **fields))

    def answer_all(self) -> int:
        return sum(1 for _ in iter(self.service.answer_next, False))

    def send_all(self) -> int:
        return sum(1 for _ in iter(self.service.send_next, False))

    def rows(self, table: str, order: str = "id") -> list[Any]:
        with self.engine.begin() as connection:
            chosen = TABLES[table]
            return list(connection.execute(chosen.select().order_by(chosen.c[order])))

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def add_customer(self, customer: Customer, *orders: Order) -> int:
        from storage.contacts import contact_keys, contacts_of, settle_contacts

        email, phone = contact_keys(customer)
        with self.engine.begin() as connection:
            row = {
                "source_id": customer.id,
                "email_key": email,
                "phone_key": phone,
                "record": customer.model_dump(mode="json"),
                "created_at": NOW,
            }
            key = connection.execute(TABLES["customers"].insert().values(row)).inserted_primary_key
            assert key is not None
            settle_contacts(connection, contacts_of(customer), NOW)
            for order in orders:
                values = {
                    "source_id": order.id,
                    "number_key": number_key(order.number),
                    "customer_id": key[0],
                    "placed_at": order.placed_at,
                    "status": order.status.value,
                    "record": order.model_dump(mode="json"),
                    "first_seen_at": NOW,
                    "updated_at": NOW,
                }
                connection.execute(TABLES["orders"].insert().values(values))
        return int(key[0])


def _ledger(connection: Any, party: int, sender: Address, shop: Shop, now: datetime) -> SqlLedger:
    return SqlLedger(connection, party, sender, shop=shop, now=now, secret="a secret of the tests")


_counter = iter(range(1, 1_000_000))


def message(text: str = "hello", *, phone: str = PHONE, channel: Channel = Channel.SMS, **fields: Any) -> Message:
    raw = f"whatsapp:{phone}" if channel is Channel.WHATSAPP else phone
    known: dict[str, Any] = {
        "provider_id": f"test:{next(_counter)}",
        "sender": Address(channel=channel, raw=raw, key=phone),
        "text": text,
        "received_at": NOW,
    }
    return Message(**(known | fields))
