"""A small world for stories: orders in the import format, records and ledger in memory, the sample shop's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.actions import Action, CheckCode, CreateReturn, OpenHandoff, Replace, RequestDelivery, SendCode
from bot.conversation import Turn, start, turn
from bot.merchant.schema import Policies
from bot.merchant.shop import Shop
from bot.model import (
    Address,
    Channel,
    Conversation,
    Entities,
    Expected,
    Level,
    Message,
    Outcome,
    Reading,
    Status,
    Wish,
)
from bot.naming import best_named, narrowed
from bot.records import Customer, Order, Product, Registration, Subscription, number_key
from bot.story import World
from storage.merchant import Loading, load_files, read_files
from storage.shelf import FolderShelf

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PHONE = "+15035550100"
SHOP = Path(__file__).resolve().parents[2] / "shop"
STRICT = SHOP.parent / "docs" / "examples" / "strict" / "policies.yaml"


@cache
def sample_shop() -> Shop:
    return load_files(SHOP, FolderShelf()).shop


def customer(**fields: Any) -> Customer:
    known = {
        "id": "c-1",
        "first_name": "Maya",
        "email": "maya@example.com",
        "phone": PHONE,
        "address": {"line1": "1 Elm St", "city": "Portland", "postcode": "97205", "country": "US"},
    }
    return Customer.model_validate(known | fields)


def order(number: str = "FF-1001", *events: tuple[str, str | None, int], **fields: Any) -> Order:
    """An order with one parcel whose events are (status, reason, hours ago); without events it has no parcel."""
    known: dict[str, Any] = {
        "id": f"o-{number}",
        "number": number,
        "customer_id": "c-1",
        "placed_at": (NOW - timedelta(days=4)).isoformat(),
        "status": "shipped" if events else "pending",
        "currency": "USD",
        "shipping_address": {"line1": "1 Elm St", "city": "Portland", "postcode": "97205", "country": "US"},
        "lines": [
            {"id": f"{number}/1", "sku": "BOTTLE-1", "title": "Steel Water Bottle", "quantity": 1, "price": "29.00"}
        ],
    }
    if events:
        known["shipments"] = [parcel(number, *events, lines=[f"{number}/1"])]
    return Order.model_validate(known | fields)


def parcel(number: str, *events: tuple[str, str | None, int], lines: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "id": f"s-{number}",
        "carrier": "UPS",
        "tracking_number": f"UP{number_key(number)}",
        "tracking_url": "https://track.example/1",
        "line_ids": list(lines),
        "promised_at": (NOW + timedelta(days=1)).isoformat(),
        "events": [
            {
                "at": (NOW - timedelta(hours=hours)).isoformat(),
                "status": status,
                "reason": reason,
                "message": "Scanned",
                "place": "Memphis, TN",
            }
            for status, reason, hours in events
        ],
    }


@dataclass
class MemoryRecords:
    """Everybody's orders, whoever asks: the stories must keep them apart."""

    orders: Sequence[Order] = ()
    customers: Sequence[Customer] = ()
    products: Sequence[Product] = ()
    failed: int = 0
    together: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    registrations: Sequence[Registration] = ()
    handoffs: int = 0
    subscriptions: Sequence[Subscription] = ()

    def orders_by_number(self, number: str) -> Sequence[Order]:
        return [order for order in self.orders if number_key(order.number) == number_key(number)]

    def orders_of_contact(self, *, email: str | None = None, phone: str | None = None) -> Sequence[Order]:
        ids = {
            person.id
            for person in self.customers
            if (email and person.email == email.lower()) or (phone and person.phone == phone)
        }
        return [order for order in self.orders if order.customer_id in ids]

    def customer(self, customer_id: str) -> Customer | None:
        return next((person for person in self.customers if person.id == customer_id), None)

    def subscriptions_of(self, customer_id: str) -> Sequence[Subscription]:
        return [plan for plan in self.subscriptions if plan.customer_id == customer_id]

    def product(self, product_id: str) -> Product | None:
        return next((product for product in self.products if product.id == product_id), None)

    def product_of_sku(self, sku: str) -> Product | None:
        return next((one for one in self.products if any(variant.sku == sku for variant in one.variants)), None)

    def find_products(self, text: str) -> Sequence[Product]:
        found = best_named({product.id: product.title for product in self.products}, text)
        return narrowed([product for name in found if (product := self.product(name))], text)

    def bought_together(self, product_id: str) -> Sequence[tuple[str, int]]:
        return self.together.get(product_id, ())

    def registrations_of(self, customer_id: str) -> Sequence[Registration]:
        return [one for one in self.registrations if one.customer_id == customer_id]

    def open_handoffs(self, customer_id: str) -> int:
        return self.handoffs

    def failed_lookups(self, *, since: datetime, **by: str | None) -> int:
        return self.failed


@dataclass
class MemoryLedger:
    """Does every action once per key and remembers it; `outcomes` are those a test wants otherwise, by action name."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    done: dict[str, Action] = field(default_factory=dict)

    def perform(self, action: Action, key: str) -> Outcome:
        if key not in self.done:
            self.done[key] = action
        return self.outcomes.get(action.name) or _usual(action)

    def of(self, kind: type[Action]) -> list[Any]:
        return [action for action in self.done.values() if isinstance(action, kind)]


def _usual(action: Action) -> Outcome:
    match action:
        case OpenHandoff():
            return Outcome(status=Status.DONE, data={"id": "7", "expected_by": (NOW + timedelta(hours=3)).isoformat()})
        case SendCode():
            return Outcome(status=Status.DONE, data={"channel": "email", "masked": "m•••@e•••.com"})
        case CheckCode():
            right = action.code == "123456"
            return Outcome(status=Status.DONE) if right else Outcome(status=Status.REFUSED, code="wrong")
        case RequestDelivery():
            return Outcome(status=Status.PENDING)
        case Replace():
            return Outcome(status=Status.DONE, data={"number": "FF-1001-R1"})
        case CreateReturn():
            return Outcome(status=Status.DONE, data={"id": "RET1", "label": None, "new_number": "FF-1001-X1"})
        case _:
            return Outcome(status=Status.DONE, data={"number": "FF-2000", "masked": "m•••@e•••.com"})


@dataclass
class Talk:
    """A conversation told turn by turn; between every two turns it goes through JSON, as a restart would have it."""

    orders: Sequence[Order] = ()
    level: Level = Level.MATCHED
    channel: Channel = Channel.WHATSAPP
    records: MemoryRecords | None = None
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: datetime = NOW
    conversation: Conversation = field(default_factory=Conversation)
    products: Sequence[Product] = ()
    contact_changed_at: datetime | None = None
    owner: Customer = field(default_factory=customer)
    shop: Shop = field(default_factory=sample_shop)
    count: int = 0

    def world(self) -> World:
        known = self.level in (Level.MATCHED, Level.CODE)
        records = self.records or MemoryRecords(self.orders, [self.owner], self.products)
        granted = {grant.order_id for grant in self.conversation.grants if grant.order_id}
        coded = any(grant.level is Level.CODE for grant in self.conversation.grants)
        shown = records.orders if known or coded else [one for one in records.orders if one.id in granted]
        return World(
            now=self.now,
            zone="America/Los_Angeles",
            party=1,
            sender=Address(channel=self.channel, raw=PHONE, key=PHONE),
            shop=self.shop,
            records=records,
            customer=self.owner if known or coded else None,
            level=Level.CODE if coded else self.level,
            orders=tuple(shown),
            status_only=frozenset() if known or coded else frozenset(order.id for order in shown),
            contact_changed_at=self.contact_changed_at,
            focus=self.conversation.focus,
            refusals=self.conversation.refusals,
            mood=self.conversation.mood,
        )

    def hear(self, reading: Reading, *, reread: dict[str, Any] | None = None, **message: Any) -> Turn:
        """One message read like this; `reread` gives the answers it would be to other questions, by name."""
        self.count += 1
        sent = Message(
            provider_id=f"test:{self.count}",
            sender=Address(channel=self.channel, raw=PHONE, key=PHONE),
            text=reading.text,
            received_at=self.now,
            **message,
        )

        def read_again(expected: Expected, text: str | None = None) -> Reading:
            if reread and expected.name in reread:
                return reading.model_copy(update={"answered": True, "answer": reread[expected.name]})
            return reading.model_copy(update={"answered": False, "answer": None})

        taken = turn(self.conversation, sent, reading, self.world(), self.ledger.perform, read_again)
        self._keep(taken)
        return taken

    def begin(self, flow: str, **answers: Any) -> Turn:
        taken = start(self.conversation, flow, answers, 1, self.world(), self.ledger.perform)
        self._keep(taken)
        return taken

    def _keep(self, taken: Turn) -> None:
        self.conversation = Conversation.model_validate_json(taken.conversation.model_dump_json())


def with_rules(**sections: Any) -> Shop:
    """The sample shop under other policies."""
    return replace(sample_shop(), policies=Policies.model_validate(sections))


@cache
def strict_shop() -> Shop:
    """The sample shop under the rules of docs/examples/strict."""
    texts = read_files(SHOP) | {"policies.yaml": STRICT.read_text(encoding="utf-8")}
    return Loading(FolderShelf()).load(texts).shop


def wants(*intents: str, text: str = "a wish", kind: str = "", **entities: Any) -> Reading:
    wishes = tuple(Wish(intent=intent, kind=kind, probability=0.9, text=text) for intent in intents)
    return Reading(text=text, language="en", wishes=wishes, entities=Entities(**entities))


def answers(answer: Any, text: str = "an answer", **entities: Any) -> Reading:
    return Reading(text=text, language="en", answer=answer, answered=True, entities=Entities(**entities))


def says(text: str = "hm", **fields: Any) -> Reading:
    return Reading(text=text, language="en", **fields)


def keys(taken: Turn) -> list[str]:
    return [say.key for say in taken.says]
