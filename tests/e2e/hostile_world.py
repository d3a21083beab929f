"""The people of tests/e2e/hostile and what the shop has on record of them, each with data that nobody else has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from console.demo.sample import sample
from tests.e2e.street import Sender

Record = dict[str, Any]
FOLDER = Path(__file__).parent / "hostile"
NOW = datetime.now(UTC).replace(microsecond=0)
FIRST = tuple("Anouk Bjarne Cosima Dagny Elio Fenja Gaspar Henrike Ilmari Jorunn Kaspian Matteus Nils Pelle".split())  # noqa: SIM905
LAST = tuple("Abendroth Brightwater Castellane Drummond Fairweather Grimaldi Hollister Jarrow".split())  # noqa: SIM905
STREETS = tuple("Juniper Larkspur Marigold Nettle Osier Primrose Quince Rowan Sorrel Tansy Willow".split())  # noqa: SIM905
#: State → order status, parcel events as hours ago and status, hours till it is promised.
STATES: Mapping[str, tuple[str, tuple[tuple[int, str], ...], int]] = {
    "pending": ("pending", (), 0),
    "shipped": ("shipped", ((30, "in_transit"), (5, "in_transit")), 48),
    "delivered": ("delivered", ((30, "out_for_delivery"), (20, "delivered")), -24),
    "old": ("delivered", ((1450, "out_for_delivery"), (1440, "delivered")), -1440),
}
OTHERS = 2  # at the end of the list: who is only asked about


@dataclass(frozen=True)
class Person:
    """One customer by their place in the list, which everything about them hangs on."""

    place: int
    states: tuple[str, ...]
    goods: str = "Steel Water Bottle"
    plan_in_days: int | None = None

    @property
    def id(self) -> str:
        return f"c-{self.place}"

    @property
    def first(self) -> str:
        return FIRST[self.place % len(FIRST)]

    @property
    def last(self) -> str:
        return f"{LAST[self.place % len(LAST)]}{'abcdefghij'[self.place // len(LAST)]}"

    @property
    def email(self) -> str:
        return f"{self.first}.{self.last}@example.com".lower()

    @property
    def phone(self) -> str:
        return f"+1503555{2000 + self.place}"

    @property
    def street(self) -> str:
        return f"{300 + self.place} {STREETS[self.place % len(STREETS)]} Road"

    @property
    def postcode(self) -> str:
        return f"{97301 + self.place}"

    def number(self, place: int = 0) -> str:
        return f"HX-{5000 + self.place * 10 + place}"

    def tracking(self, place: int = 0) -> str:
        return f"1ZHX{880_000 + self.place * 10 + place}"

    @cached_property
    def own(self) -> set[str]:
        """What stands on record of nobody else, and must be told to nobody else."""
        places = range(len(self.states))
        found = {self.last, self.email, self.phone, self.street, *map(self.number, places), *map(self.tracking, places)}
        return found | {self.number(place).replace("-", "") for place in places}

    def record(self) -> Record:
        card = {"id": f"visa-{self.place}", "kind": "credit_card", "label": "Visa", "last4": "4242"}
        return {
            "id": self.id,
            "first_name": self.first,
            "last_name": self.last,
            "email": self.email,
            "phone": self.phone,
            "time_zone": "America/Los_Angeles",
            "address": self.address,
            "payment_methods": [card],
        }

    @property
    def address(self) -> Record:
        return {"line1": self.street, "city": "Salem", "region": "OR", "postcode": self.postcode, "country": "US"}

    def orders(self, products: list[Record]) -> Iterator[Record]:
        product = next(one for one in products if one["title"] == self.goods)
        variant = product["variants"][0]
        for place, state in enumerate(self.states):
            status, events, promised = STATES[state]
            yield {
                "id": f"o-{self.place}-{place}",
                "number": self.number(place),
                "customer_id": self.id,
                "placed_at": ago(1500 if state == "old" else 72 if events else 2),
                "status": status,
                "currency": "USD",
                "shipping_address": self.address,
                "lines": [
                    {
                        "id": f"l-{self.place}-{place}",
                        "product_id": product["id"],
                        "sku": variant["sku"],
                        "title": product["title"],
                        "options": variant["options"],
                        "quantity": 1,
                        "price": variant["price"],
                    }
                ],
                "payments": [{"kind": "payment", "amount": variant["price"], "method_id": f"visa-{self.place}"}],
                "shipments": [self._parcel(place, events, promised)] if events else [],
            }

    def _parcel(self, place: int, events: tuple[tuple[int, str], ...], promised: int) -> Record:
        code = self.tracking(place)
        return {
            "id": f"s-{self.place}-{place}",
            "carrier": "UPS",
            "tracking_number": code,
            "tracking_url": f"https://ups.example/{code}",
            "line_ids": [f"l-{self.place}-{place}"],
            "promised_at": ago(-promised),
            "events": [{"at": ago(hours), "status": status, "place": "Salem, OR"} for hours, status in events],
        }

    def plans(self) -> Iterator[Record]:
        if self.plan_in_days is not None:
            yield {
                "id": f"plan-{self.place}",
                "customer_id": self.id,
                "sku": "COFFEE-1",
                "quantity": 1,
                "interval_days": 30,
                "next_charge_at": ago(-24 * self.plan_in_days),
                "price": "18.00",
                "status": "active",
                "address": self.address,
            }


@dataclass(frozen=True)
class Talk:
    """One entry of the files, with who says it and about whom."""

    story: Mapping[str, Any]
    person: Person
    other: Person
    victim: Person

    @property
    def turns(self) -> list[tuple[Sender, str, str]]:
        """Who writes, what, and the id of the button that was tapped."""
        return [self._turn(said if isinstance(said, dict) else {"text": said}) for said in self.story["says"]]

    def _turn(self, said: Mapping[str, Any]) -> tuple[Sender, str, str]:
        channel = said.get("channel", self.story["channel"])
        unproven = said.get("unproven") or self.story.get("who") == "unproven"
        contact = self.person.email if channel == "email" else self.person.phone
        sender = Sender(channel, contact, dmarc=None if unproven else "pass")
        return sender, self.filled(str(said["text"])), str(said.get("tap", ""))

    def filled(self, text: str) -> str:
        names = {"{order}": self.person.number()}
        for name, person in (("other", self.other), ("victim", self.victim)):
            number = person.number()
            names |= {
                f"{{{name}.{field}}}": getattr(person, field)
                for field in ("first", "last", "email", "phone", "street", "postcode")
            }
            names |= {f"{{{name}.number}}": number, f"{{{name}.tracking}}": person.tracking()}
            names |= {f"{{{name}.wide}}": "".join(chr(ord(one) + 0xFEE0) for one in number)}
            names |= {f"{{{name}.spaced}}": " ".join(number)}
        for mark, value in names.items():
            text = text.replace(mark, value)
        return text


def talks() -> list[Talk]:
    stories = [
        story
        for file in sorted(FOLDER.glob("*.yaml"))
        for story in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    ]
    other = Person(len(stories), ("delivered",), "Lantern Lamp", plan_in_days=9)
    victim = Person(len(stories) + 1, ("pending",), "Lantern Lamp")
    return [Talk(story, _person(place, story), other, victim) for place, story in enumerate(stories)]


def _person(place: int, story: Mapping[str, Any]) -> Person:
    return Person(place, tuple(story.get("orders", ())), plan_in_days=story.get("plan"))


def records(told: list[Talk]) -> Record:
    """The import document: everybody who is a customer, and the shop's products."""
    people = [talk.person for talk in told if talk.story.get("who") != "stranger"] + [told[0].other, told[0].victim]
    products = list(sample(NOW)["products"])
    return {
        "customers": [person.record() for person in people],
        "products": products,
        "orders": [order for person in people for order in person.orders(products)],
        "subscriptions": [plan for person in people for plan in person.plans()],
    }


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()
