"""The fact checker finds what is untrue: each fact of a true reply is replaced by a wrong one, and caught.

Replies of the scripted customers and of all transcripts are held against the records in their own tests.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.facts.check import unexplained
from tests.facts.scope import Scope

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
PARCEL = {
    "id": "s-1",
    "carrier": "UPS",
    "tracking_number": "UPFF10011",
    "tracking_url": "https://ups.example/UPFF10011",
    "promised_at": "2026-11-22T17:00:00+00:00",
    "events": [
        {
            "at": "2026-11-20T12:00:00+00:00",
            "status": "in_transit",
            "message": "Arrived at sorting center",
            "place": "Memphis, TN",
        }
    ],
}
HOME = {"line1": "12 Alder Street", "city": "Portland", "region": "OR", "postcode": "97205", "country": "US"}


def line(title: str, price: str, quantity: int = 1, **options: str) -> dict[str, Any]:
    return {"id": title, "product_id": title, "sku": title, "title": title, "options": options} | {
        "price": price,
        "quantity": quantity,
    }


ORDER: dict[str, Any] = {
    "id": "o-1",
    "number": "FF-1001",
    "customer_id": "c-1",
    "placed_at": "2026-11-16T17:00:00+00:00",
    "status": "shipped",
    "shipping_address": HOME,
    "lines": [line("Steel Water Bottle", "29.00", colour="moss"), line("Merino Socks", "19.00", 2, size="M")],
    "payments": [{"kind": "payment", "amount": "67.00", "method_id": "visa"}],
    "shipments": [PARCEL],
}
OTHER = ORDER | {
    "id": "o-2",
    "number": "FF-1002",
    "lines": [line("Picnic Blanket", "55.00")],
    "shipments": [PARCEL | {"tracking_number": "UPFF10021", "tracking_url": "https://ups.example/UPFF10021"}],
}
MAYA = {
    "id": "c-1",
    "first_name": "Maya",
    "email": "maya@example.com",
    "phone": "+15035550100",
    "time_zone": "America/Los_Angeles",
    "payment_methods": [{"id": "visa", "kind": "credit_card", "label": "Visa", "last4": "4242"}],
}
SCOPE = Scope(now=NOW, customer=MAYA, orders=(ORDER, OTHER))

ON_ITS_WAY = """\
Order FF-1001 (Steel Water Bottle, Merino Socks) is on its way with UPS.
Expected by Sunday, November 22.
Last update, Fri, Nov 20, 4:00 AM: Arrived at sorting center (Memphis, TN).
Tracking: UPFF10011, https://ups.example/UPFF10011"""

SENT_BACK = """\
For order FF-1001 you'd send back:
- 2 × Merino Socks (M), $38.00
$38.00 goes back to your Visa 4242.
Shall I set it up?"""


def told(text: str, *keys: str, language: str = "en", scope: Scope = SCOPE) -> list[str]:
    return unexplained(text, keys or ("wismo.in_transit",), language, scope)


def test_a_true_reply_has_nothing_unexplained() -> None:
    assert told(ON_ITS_WAY) == []
    assert told(SENT_BACK, "return.summary") == []


@pytest.mark.parametrize(
    ("true", "untrue"),
    [
        ("with UPS", "with FedEx"),
        ("November 22", "November 23"),
        ("Sunday, November 22", "Monday, November 22"),
        ("November 22", "November 22, 2027"),
        ("4:00 AM", "5:00 AM"),
        ("4:00 AM", "4:00 PM"),
        ("Bottle", "Kettle"),
        ("Merino Socks", "Picnic Blanket"),
        ("Memphis", "Boston"),
        (": UPFF10011", ": UPFF10012"),
        (": UPFF10011", ": UPFF10021"),
        ("ups.example/UPFF10011", "ups.example/UPFF10012"),
        ("https://ups.example", "https://evil.example"),
        ("FF-1001", "FF-1003"),
        ("FF-1001 ", "FF-1001, Ben, "),
        ("is on its way with", "was delivered by"),
        ("is on its way with", "is out for delivery with"),
        ("is on its way with UPS", "is on its way; UPS tried to deliver"),
        ("Tracking", "12 of 12. Tracking"),
        ("Tracking", "99 Oak Street. Tracking"),
        ("Tracking", "ben@example.com. Tracking"),
        ("Tracking", "b•••@e•••.com. Tracking"),
        ("Tracking", "+15035550121. Tracking"),
    ],
)
def test_a_wrong_fact_is_caught(true: str, untrue: str) -> None:
    assert true in ON_ITS_WAY
    assert told(ON_ITS_WAY.replace(true, untrue)) != []


@pytest.mark.parametrize(
    ("true", "untrue"),
    [
        ("$38.00 goes", "$83.00 goes"),
        ("$38.00 goes", "$38.01 goes"),
        ("$38.00 goes", "$55.00 goes"),  # the price of another order
        ("$38.00 goes", "$5,000.00 goes"),
        ("2 ×", "4 ×"),
        ("(M)", "(XL)"),
        ("4242", "1111"),
        ("Visa", "Mastercard"),
    ],
)
def test_a_wrong_amount_count_or_card_is_caught(true: str, untrue: str) -> None:
    assert true in SENT_BACK
    assert told(SENT_BACK.replace(true, untrue), "return.summary") != []


LANGUAGES = {
    "en": "Sunday, November 22. Fri, Nov 20, 4:00 AM. $29.00",
    "es": "domingo, 22 de noviembre. vie, 20 nov, 4:00 a. m. $29.00",
    "fr": "dimanche 22 novembre. ven. 20 nov., 04:00. 29,00 $",
    "de": "Sonntag, 22. November. Fr., 20. Nov., 04:00. 29,00 $",
    "pt": "domingo, 22 de novembro. sex., 20 de nov., 04:00. US$ 29,00",
    "it": "domenica 22 novembre. ven 20 nov, 04:00. 29,00 USD",
    "nl": "zondag 22 november. vr 20 nov, 04:00. US$ 29,00",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_times_and_money_are_read_in_every_language(language: str) -> None:
    text = LANGUAGES[language]
    assert told(text, language=language) == []
    for true, untrue in (("22", "23"), ("20", "19"), ("4:00", "4:10"), ("29", "28")):
        wrong = text.replace(true, untrue)
        assert told(wrong, language=language) != [], wrong


def test_an_order_shown_by_knowledge_alone_gives_no_address_and_no_name() -> None:
    stranger = Scope(now=NOW, status_only=(ORDER,), texts=("FF-1001, 97201",))
    assert told(ON_ITS_WAY, scope=stranger) == []
    assert told(ON_ITS_WAY + "\nTo: 12 Alder Street", scope=stranger) != []
    assert told(ON_ITS_WAY.replace("Order", "Maya, order"), scope=stranger) != []
    assert told(ON_ITS_WAY, scope=replace(stranger, status_only=())) != []


def test_a_rule_of_the_shop_is_told_with_its_own_number_only() -> None:
    assert told("Please send it within 14 days.", "return.done") == []
    assert told("Please send it within 15 days.", "return.done") != []
