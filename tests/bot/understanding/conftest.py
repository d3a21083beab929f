"""A reader of our own phrases, and a customer with two orders."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.model import Choice, Expected, Kind, Reading
from bot.records import Customer as Person
from bot.records import Line, Order, OrderStatus, Product, Shipment, Variant
from bot.understanding.encoder import packaged_encoder
from bot.understanding.reader import Reader
from storage.shelf import FolderShelf

TODAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday


@dataclass(frozen=True)
class Customer:
    today: datetime = TODAY
    orders: tuple[Order, ...] = ()
    catalogue: tuple[Variant, ...] = ()
    bought: tuple[Product, ...] = ()
    customer: Person | None = None

    def variants(self) -> tuple[Variant, ...]:
        return self.catalogue or tuple(variant for product in self.bought for variant in product.variants)

    def products(self) -> tuple[Product, ...]:
        return self.bought


def replace_customer(known: Customer, person: Person) -> Customer:
    return replace(known, customer=person)


def order(number: str, *lines: Line, tracking: str = "") -> Order:
    parcels = (Shipment(id=f"s-{number}", tracking_number=tracking),) if tracking else ()
    return Order(
        id=f"o-{number}",
        number=number,
        customer_id="c1",
        placed_at=TODAY,
        status=OrderStatus.SHIPPED,
        currency="USD",
        lines=lines,
        shipments=parcels,
    )


def line(name: str, title: str, **options: str) -> Line:
    return Line(id=name, sku=name, title=title, options=options, quantity=1, price=Decimal("10.00"))


CUSTOMER = Customer(
    orders=(
        order(
            "#W2611340",
            line("shirt-blue", "Cotton Shirt", color="blue", size="M"),
            line("shirt-red", "Cotton Shirt", color="red", size="M"),
            tracking="1Z999AA10123456784",
        ),
        order("#W2618852", line("lamp", "Oak Desk Lamp"), line("mug", "Stoneware Mug", color="green")),
    )
)


class Ear:
    """Reads as a customer would be heard: `ear("2", Kind.CHOICE, choices)`."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __call__(
        self,
        text: str,
        kind: Kind | None = None,
        choices: tuple[Choice, ...] = (),
        *,
        known: Customer = CUSTOMER,
        language: str | None = None,
        optional: bool = False,
    ) -> Reading:
        expected = Expected(name="open", kind=kind, choices=choices, optional=optional) if kind else None
        return self.reader.read(text, expected, known, language)


@pytest.fixture(scope="session")
def ear() -> Ear:
    return Ear(Reader(shelf=FolderShelf(), encoder=packaged_encoder(FolderShelf())))


@pytest.fixture
def stranger() -> Customer:
    return Customer()


@pytest.fixture(scope="session")
def bare_ear() -> Ear:
    """Without the sentence encoder."""
    return Ear(Reader(shelf=FolderShelf()))
