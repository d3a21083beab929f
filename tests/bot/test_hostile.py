"""What people who mean harm try on the whole bot: real words, real understanding, a real database."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from bot.model import Address, Channel
from bot.records import Customer
from bot.understanding.reader import Reader
from storage.engine import make_engine, migrate
from tests.bot.stories import order
from tests.works import PHONE, Works, message, shop

MAYA = Customer.model_validate(
    {
        "id": "c-1",
        "first_name": "Maya",
        "phone": PHONE,
        "email": "maya@example.com",
        "address": {"line1": "1 Elm St", "city": "Portland", "postcode": "97205", "country": "US"},
    }
)
BEN = Customer(id="c-2", first_name="Ben", phone="+15035550177", email="ben@example.com")
MAYAS = order("FF-1001", ("in_transit", None, 5))
MAYAS_DELIVERED = order("FF-1002", ("delivered", None, 30), status="delivered")
BENS = order("FF-2002", ("in_transit", None, 5), customer_id="c-2")
STRANGER = "+15035550199"


@cache
def reader() -> Reader:
    settings = shop().settings
    return Reader(shop().phrases, shop().faq, language=settings.language, country=settings.country)


@pytest.fixture
def works(sqlite_url: str) -> Iterator[Works]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    yield Works(engine, reader=reader())  # type: ignore[arg-type]
    engine.dispose()


def told(works: Works, text: str, **fields: Any) -> str:
    """Everything sent because of this message, to whomever."""
    before = len(works.mouth.sent)
    works.service.receive(message(text, received_at=works.clock.now(), **fields))
    works.answer_all()
    works.send_all()
    return "\n".join(sent.body.text for sent in works.mouth.sent[before:] if sent.audience == "customer")


def mail(
    address: str, text: str, *, verified: bool = False, thread: str | None = None, **fields: Any
) -> dict[str, Any]:
    return {
        "text": text,
        "sender": Address(channel=Channel.EMAIL, raw=address, key=address),
        "verified": verified,
        "thread": thread,
        **fields,
    }


# -- look-ups -------------------------------------------------------------------------------------------------------


LIMIT = shop().policies.identity.failed_lookups


def strangers(count: int) -> list[str]:
    return [f"+1503555{2000 + number}" for number in range(count)]


def test_an_order_cannot_be_guessed_at_from_ever_new_numbers(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    ask = "where is order FF-1001, postcode"
    for number, sender in enumerate(strangers(LIMIT)):
        assert "UPFF1001" not in told(works, f"{ask} 9730{number}", phone=sender)
    assert "UPFF1001" not in told(works, f"{ask} 97205", phone=STRANGER)
    works.clock.pass_by(minutes=shop().policies.identity.window_minutes + 1)
    assert "UPFF1001" in told(works, f"{ask} 97205", phone="+15035550188")


def test_an_order_behind_a_known_mail_address_cannot_be_guessed_at_from_ever_new_numbers(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    for number, sender in enumerate(strangers(LIMIT)):
        assert "UPFF1001" not in told(works, f"where is order FF-77{number}7, maya@example.com", phone=sender)
    assert "UPFF1001" not in told(works, "where is order FF-1001, maya@example.com", phone=STRANGER)
    works.clock.pass_by(minutes=shop().policies.identity.window_minutes + 1)
    assert "UPFF1001" in told(works, "where is order FF-1001, maya@example.com", phone="+15035550188")
