"""Where is my order, from outside: customers of the retail data ask in their own words, strangers learn nothing."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.retail import SHOP_ZONE, TOLD, Record, Retail, days_said, make_retail, times_said
from tests.e2e.street import Channel, Sender, Street, open_street

pytestmark = pytest.mark.shared

CARRIERS = ("UPS", "USPS", "FedEx", "DHL")
#: "on its way, but late", "so nothing is on its way", and in Dutch who delivers is on the way.
BESIDE = {"late": {"in transit"}, "cancelled": {"in transit"}, "out for delivery": {"in transit"}}


@dataclass(frozen=True)
class Question:
    channel: Channel
    kind: str
    words: str


QUESTIONS = [
    Question("sms", "shipped", "wheres my order"),
    Question("sms", "shipped", "wher is my oder??"),
    Question("sms", "pending", "WHERE THE HELL IS MY STUFF"),
    Question("sms", "shipped", "status of {number} pls"),
    Question("sms", "shipped", "{bare}?"),
    Question("sms", "delivered", "has my {title} been delivered yet"),
    Question("sms", "shipped", "order ending {ending}, where is it"),
    Question("sms", "shipped", "where is {slip}"),
    Question("sms", "shipped", "eta?"),
    Question("whatsapp", "shipped", "Good morning! I hope you're well. I was just wondering if you could possibly let "
    "me know when my parcel might be arriving? Thanks so much in advance, {first_name}"),
    Question("whatsapp", "shipped", "hola, ¿dónde está mi pedido?"),
    Question("whatsapp", "shipped", "Wo bleibt mein Paket?"),
    Question("whatsapp", "pending", "bonjour, où est ma commande svp ?"),
    Question("whatsapp", "shipped", "📦❓ any news on my delivery 🙏"),
    Question("whatsapp", "shipped", "where's {tracking}"),
    Question("whatsapp", "several", "still waiting for my order, when will it come???"),
    Question("whatsapp", "cancelled", "track my package"),
    Question("email", "shipped", "Hi team,\n\nCould you tell me when order {number} will arrive?\n\nBest regards,\n"
    "{first_name}\n\nSent from my iPhone"),
    Question("email", "pending", "Salve, dov'è il mio ordine?"),
    Question("email", "delivered", "any update on {number}?\n\nOn Mon, 16 Nov 2026 at 10:02, Shop <hello@shop.example> "
    "wrote:\n> Your order #W9999999 has shipped.\n> Thank you for shopping with us.\n"),
    Question("email", "shipped", "Onde está a minha encomenda?"),
    Question("email", "pending", "I'd like to know if my {title} has been sent off yet. Kind regards, {first_name}"),
]  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """A customer with a question about an order of theirs."""

    sender: Sender
    words: str
    customer: Record
    order: Record


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("spread out", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def street(
    request: pytest.FixtureRequest, retail: Retail, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    """One running shop with the retail data for all tests here."""
    folder = tmp_path_factory.mktemp("wismo")
    embedded = request.param == "embedded"
    url = f"sqlite:///{folder / 'doorstep.db'}" if embedded else request.getfixturevalue("postgres_of_module")
    with open_street(request.param, url, folder) as opened:
        opened.site.run("migrate")
        opened.site.run("shop", "import", str(retail.path))
        opened.site.start()
        yield opened


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Retail:
    return make_retail(tmp_path_factory.mktemp("retail") / "retail.json")


@pytest.fixture(scope="module")
def askings(retail: Retail) -> list[Asking]:
    """Each question put by another customer."""
    now = datetime.now(UTC)
    found = {kind: retail.find(kind, now) for kind in {question.kind for question in QUESTIONS}}
    return [_asking(question, *next(found[question.kind])) for question in QUESTIONS]


def _asking(question: Question, customer: Record, order: Record) -> Asking:
    number = order["number"]
    words = question.words.format(
        number=number,
        bare=number.strip("#").lower(),
        ending=number[-4:],
        slip=f"{number[:-1]}{(int(number[-1]) + 5) % 10}",
        title=order["lines"][0]["title"].lower(),
        tracking=order["shipments"][0]["tracking_number"] if order["shipments"] else "",
        first_name=customer["first_name"],
    )
    contact = customer["email"] if question.channel == "email" else customer["phone"]
    return Asking(Sender(question.channel, contact), words, customer, order)


def check_against_record(
    answer: str, orders: Sequence[Record], retail: Retail, now: datetime, zone: ZoneInfo | None = None
) -> None:
    """The state, numbers, carrier, days and hours told are those of the record, and no others; in the zone of whoever
    ordered, unless told otherwise."""
    truths = [retail.truth(order, now, zone) for order in orders]
    assert set(re.findall(r"#W\d+", answer)) == {truth.number for truth in truths}
    assert set(re.findall(r"\d{12}", answer)) == {truth.tracking_number for truth in truths if truth.tracking_number}
    assert {name for name in CARRIERS if re.search(rf"\b{name}\b", answer)} == {t.carrier for t in truths if t.carrier}
    days, times = days_said(answer), times_said(answer)
    states = {truth.state for truth in truths}
    for truth in truths:
        assert any(words in answer for words in TOLD[truth.state]), f"{truth.state} is not told"
        assert truth.must_days <= days
    for state in set(TOLD) - states - BESIDE.get(min(states), set()):
        assert not any(words in answer for words in TOLD[state]), f"{state} is told of {truths}"
    assert days <= frozenset().union(*(truth.days for truth in truths))
    assert times <= frozenset().union(*(truth.times for truth in truths))
    assert times or states <= {"pending", "packed", "cancelled"}


def test_every_customer_is_told_what_the_record_says(street: Street, retail: Retail, askings: list[Asking]):
    answers = street.ask_all([(asking.sender, asking.words) for asking in askings])
    now = datetime.now(UTC)

    _keep_transcript(askings, answers)
    assert len({asking.customer["id"] for asking in askings}) == len(askings) >= 20
    for asking, answer in zip(askings, answers, strict=True):
        several = len(retail.awaited(asking.customer["id"])) > 1
        orders = retail.awaited(asking.customer["id"]) if several else [asking.order]
        try:
            check_against_record(answer, orders, retail, now)
        except AssertionError as wrong:
            raise AssertionError(f"{asking.words!r} on {asking.sender.channel}: {wrong}\n\n{answer}") from wrong
    assert "nobody waits for a person" in street.site.run("handoffs")


def _keep_transcript(askings: list[Asking], answers: list[str]) -> None:
    """Writes what was asked and answered where TRANSCRIPTS says."""
    folder = os.environ.get("TRANSCRIPTS")
    if not folder:
        return
    turns = [
        f"**{asking.customer['first_name']}**, by {asking.sender.channel}:\n\n"
        f"{_quoted(asking.words)}\n\n{_indented(answer)}"
        for asking, answer in zip(askings, answers, strict=True)
    ]
    head = (
        "# Where is my order?\n\nWritten by `TRANSCRIPTS=docs/transcripts pytest tests/e2e/test_where_is_my_order.py`"
    )
    text = "\n\n---\n\n".join([f"{head}: the retail data, asked about from outside.", *turns])
    (Path(folder) / "where-is-my-order.md").write_text(text + "\n")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip().splitlines())


# -- strangers ---------------------------------------------------------------------------------------------------------

NOBODYS = "#W0000042"


def strangers(channel: Channel, count: int, start: int) -> list[Sender]:
    """People the shop has no record of: phone numbers of no customer, addresses of a domain no customer has."""
    if channel == "email":
        return [Sender("email", f"someone{start + number}@elsewhere.example") for number in range(count)]
    return [Sender(channel, f"+1617555{start + number:04d}") for number in range(count)]


def check_nothing_of(order: Record, customer: Record, answer: str) -> None:
    """Neither state, item, day, carrier, tracking number, name nor contact."""
    secrets = [line["title"] for line in order["lines"]] + [customer["last_name"], customer["email"], customer["phone"]]
    secrets += [word for words in TOLD.values() for word in words] + list(CARRIERS)
    address = order["shipping_address"]
    secrets += [address["line1"], address["city"], address["postcode"]]
    for parcel in order["shipments"]:
        secrets += [parcel["tracking_number"], *(event["message"] for event in parcel["events"])]
    found = [secret for secret in secrets if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", answer, re.I)]
    assert not found, f"{found} in {answer!r}"
    assert not days_said(answer)
    assert not times_said(answer)


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_a_stranger_asking_for_these_orders_learns_nothing_not_even_that_they_exist(
    street: Street, askings: list[Asking], channel: Channel
):
    asked = [*askings, None]  # the last is asked for an order that nobody has
    people = strangers(channel, len(asked), start=100)

    def number_of(asking: Asking | None) -> str:
        return asking.order["number"] if asking else NOBODYS

    first = street.ask_all(
        [(who, f"where is my order {number_of(one)}?") for who, one in zip(people, asked, strict=True)]
    )
    then = street.ask_all([(who, "pat@elsewhere.example") for who in people])

    for answers in (first, then):
        assert len(set(answers)) == 1, "the wording tells which orders exist"
        assert answers[0]
        for asking in askings:
            check_nothing_of(asking.order, asking.customer, answers[0])


@pytest.mark.parametrize(
    "verdict", [("fail", None), (None, None), ("none", None), ("pass", "elsewhere.example")], ids=str
)
def test_a_mail_that_is_not_proven_to_be_the_customers_learns_nothing(
    street: Street, retail: Retail, verdict: tuple[str | None, str | None]
):
    now = datetime.now(UTC)
    start = 3 * ["fail", None, "none", "pass"].index(verdict[0])
    victims = list(retail.find("delivered", now))[10 + start : 13 + start]
    forged = [Sender("email", customer["email"], *verdict) for customer, _ in victims]
    unknown = Sender("email", f"nobody{start}@elsewhere.example", *verdict)

    answers = street.ask_all(
        [(who, f"where is my order {order['number']}?") for who, (_, order) in zip(forged, victims, strict=True)]
        + [(unknown, f"where is my order {NOBODYS}?")]
    )

    assert len(set(answers)) == 1
    assert answers[0]
    for customer, order in victims:
        check_nothing_of(order, customer, answers[0])
    customer, order = victims[0]
    own = street.ask(Sender("email", customer["email"]), "where is my order?")
    check_against_record(own, [order], retail, now)


def test_a_sender_gets_few_guesses_even_if_the_last_one_is_right(street: Street, retail: Retail):
    customer, order = next(retail.find("shipped", datetime.now(UTC)))
    (guesser,) = strangers("sms", 1, start=900)

    street.ask(guesser, f"where is order {order['number']}, my email is pat@elsewhere.example")
    for number in range(4):
        street.ask(guesser, f"{order['number']} pat{number}@elsewhere.example")
    answer = street.ask(guesser, f"where is order {order['number']}, my email is {customer['email']}")

    check_nothing_of(order, customer, answer)


def test_an_order_is_not_open_to_guesses_from_many_senders(street: Street, retail: Retail):
    customer, order = list(retail.find("shipped", datetime.now(UTC)))[-1]
    postcodes = [f"{number:05d}" for number in range(10_000, 10_006)]
    guessers = strangers("sms", len(postcodes) + 1, start=920)

    for guesser, postcode in zip(guessers, postcodes, strict=False):
        street.ask(guesser, f"where is order {order['number']}, postcode {postcode}")
    answer = street.ask(guessers[-1], f"where is order {order['number']}, postcode {customer['address']['postcode']}")

    assert answer
    check_nothing_of(order, customer, answer)


@pytest.mark.parametrize("proof", ["email", "phone", "postcode"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_with_the_number_and_a_contact_the_state_is_told_and_no_address(
    street: Street, retail: Retail, channel: Channel, proof: str
):
    now = datetime.now(UTC)
    place = 20 + ["sms", "whatsapp", "email"].index(channel) * 3 + ["email", "phone", "postcode"].index(proof)
    customer, order = list(retail.find("shipped", now))[place]
    (friend,) = strangers(channel, 1, start=800 + place)
    shown = {"email": customer["email"], "phone": customer["phone"], "postcode": order["shipping_address"]["postcode"]}

    street.ask(friend, f"Where is {order['number']}?")
    answer = street.ask(friend, shown[proof])

    check_against_record(answer, [order], retail, now, SHOP_ZONE)
    private = [order["shipping_address"]["line1"], order["shipping_address"]["postcode"]]
    private += [customer["last_name"], customer["email"], customer["phone"]]
    assert not [secret for secret in private if secret in answer]
