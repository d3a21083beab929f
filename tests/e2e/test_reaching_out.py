"""Writing first, from outside: exceptions told and mended, ratings and reminders at their hour, silence where due."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.outside import wait_until
from tests.e2e.street import Sender, Street, open_street

Record = dict[str, Any]

ZONE = ZoneInfo("America/Phoenix")  # no daylight saving
NUMBERS = count(7001)
RESERVED = re.compile(r"\b(CANCEL|END|QUIT|YES|START|HELP|INFO)\b")  # CHANNELS.md 21; STOP is told as the way out
SUPPLY = {"id": "p30", "title": "Coffee Beans", "usage_days": 30}
SUPPLY |= {"variants": [{"sku": "BEANS", "price": "18.00", "currency": "USD", "stock": 50}]}
LAMP = {"id": "p1", "title": "Desk Lamp", "variants": [{"sku": "LAMP", "price": "40.00", "currency": "USD"}]}


@dataclass(frozen=True)
class Person:
    """A customer of the shop with one order."""

    customer: Record
    order: Record

    @property
    def phone(self) -> Sender:
        return Sender("sms", self.customer["phone"])

    @property
    def whatsapp(self) -> Sender:
        return Sender("whatsapp", self.customer["phone"])

    @property
    def parcel(self) -> Record:
        return dict(self.order["shipments"][0])


def a_person(*, delivered: timedelta | None = None, product: Record = LAMP, consents: tuple[str, ...] = ()) -> Person:
    """Somebody whose parcel was delivered so long ago, or is on its way. `consents` are channel:category."""
    now, number = datetime.now(UTC), next(NUMBERS)
    customer = {
        "id": f"c{number}",
        "first_name": "Pat",
        "phone": f"+1602555{number:04d}",
        "time_zone": str(ZONE),
        "address": {"line1": "1 Main St", "city": "Phoenix", "region": "AZ", "postcode": "85001", "country": "US"},
        "consents": [
            dict(
                zip(("channel", "category"), consent.split(":"), strict=True),
                given_at=(now - timedelta(60)).isoformat(),
            )
            for consent in consents
        ],
    }
    ago = delivered or timedelta(hours=20)
    status = "delivered" if delivered else "in_transit"
    order = an_order(customer, number, product, now - ago - timedelta(days=3))
    order["status"] = "delivered" if delivered else "shipped"
    order["shipments"] = [
        {
            "id": f"s{number}",
            "carrier": "UPS",
            "tracking_number": f"1Z999AA1{number:010d}",
            "tracking_url": f"https://ups.example/{number}",
            "line_ids": [f"l{number}"],
            "shipped_at": (now - ago - timedelta(days=2)).isoformat(),
            "events": [{"at": (now - ago).isoformat(), "status": status, "place": "Phoenix"}],
        }
    ]
    return Person(customer, order)


def an_order(customer: Record, number: int, product: Record, placed_at: datetime) -> Record:
    variant = product["variants"][0]
    line = {"id": f"l{number}", "product_id": product["id"], "sku": variant["sku"], "title": product["title"]}
    return {
        "id": f"o{number}",
        "number": str(number),
        "customer_id": customer["id"],
        "placed_at": placed_at.isoformat(),
        "status": "pending",
        "currency": "USD",
        "lines": [line | {"quantity": 1, "price": variant["price"]}],
    }


def exception(person: Person, reason: str = "not_home", status: str = "attempt_failed") -> Record:
    """The carrier's word of a minute ago that something went wrong."""
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
    shipment = person.parcel["id"]
    return {"kind": "tracking_events", "shipment_id": shipment, "at": at, "status": status, "reason": reason}


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("spread out", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def street(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("reaching-out")
    embedded = request.param == "embedded"
    url = f"sqlite:///{folder / 'doorstep.db'}" if embedded else request.getfixturevalue("postgres_of_module")
    with open_street(request.param, url, folder) as opened:
        opened.site.run("migrate")
        opened.site.start()
        take_in(opened, {"kind": "products", **SUPPLY}, {"kind": "products", **LAMP})
        yield opened


def take_in(street: Street, *records: Record) -> None:
    answer = street.post_events(*records)
    assert answer.status_code == 200, answer.text


def move_in(street: Street, *people: Person) -> None:
    for person in people:
        take_in(street, {"kind": "customers", **person.customer}, {"kind": "orders", **person.order})


def told(street: Street, sender: Sender, *, number: int = 1, seconds: float = 20) -> str:
    """The newest message to an address once there are so many, and no more."""
    wait_until(lambda: len(street.heard(sender)) >= number, f"{sender} is told", seconds=seconds)
    wait_until(street.site.settled, "everything has left")
    assert len(street.heard(sender)) == number
    return street.heard(sender)[-1]


def exported(street: Street) -> Record:
    found: Record = json.loads(street.site.run("shop", "export"))
    return found


def order_in(export: Record, person: Person) -> Record:
    return next(order for order in export["orders"] if order["id"] == person.order["id"])


def decided(street: Street, person: Person) -> list[tuple[str, str, str | None]]:
    """Every notice about this customer's orders: kind, state and reason."""
    query = "SELECT kind, state, reason FROM notices WHERE order_id = :order ORDER BY id"
    return [tuple(row) for row in street.site.rows(query, order=person.order["id"])]


# -- exceptions --------------------------------------------------------------------------------------------------------


def test_a_failed_delivery_is_told_within_seconds_with_numbered_ways_to_mend_it(street: Street):
    person = a_person()
    move_in(street, person)

    take_in(street, exception(person))
    text = told(street, person.phone)

    assert person.order["number"] in text
    assert person.parcel["tracking_number"] in text
    assert "UPS" in text
    assert [line[:2] for line in text.splitlines() if re.match(r"\d\.", line)] == ["1.", "2.", "3.", "4."]
    assert not RESERVED.search(text)


@pytest.fixture(scope="module")
def mended(street: Street) -> dict[str, tuple[str, Record]]:
    """What three customers were told for the way they chose, and their orders as exported afterwards."""
    ways = {
        "by number": ("2",),
        "by words with a day": ("reschedule to friday",),
        "by title": ("Another address", "12 Oak Street, Tempe, AZ 85281", "yes"),
    }
    people = {way: a_person() for way in ways}
    move_in(street, *people.values())
    take_in(street, *(exception(person) for person in people.values()))
    for person in people.values():
        told(street, person.phone)
    answers = {way: [street.ask(people[way].phone, text) for text in ways[way]][-1] for way in ways}
    export = exported(street)
    return {way: (answers[way], order_in(export, people[way])) for way in ways}


def test_a_way_chosen_by_its_number_is_recorded_and_told(mended: dict[str, tuple[str, Record]]):
    answer, order = mended["by number"]

    assert order["number"] in answer
    assert "pick-up" in answer
    (change,) = order["changes"]
    assert (change["what"], change["after"]["fix"]) == ("delivery", "pickup")
    assert change["after"]["shipment_id"] == order["shipments"][0]["id"]


def test_a_day_named_at_once_is_recorded_and_told(mended: dict[str, tuple[str, Record]]):
    answer, order = mended["by words with a day"]
    today = datetime.now(ZONE).date()
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)

    assert f"Friday, {friday:%B} {friday.day}" in answer
    (change,) = order["changes"]
    assert (change["after"]["fix"], change["after"]["date"]) == ("redeliver", friday.isoformat())


def test_a_way_chosen_by_its_title_asks_for_the_address_and_records_it(mended: dict[str, tuple[str, Record]]):
    answer, order = mended["by title"]

    assert "12 Oak Street" in answer
    delivery = next(change for change in order["changes"] if change["what"] == "delivery")
    assert delivery["after"]["fix"] == "address"
    assert delivery["after"]["address"]["postcode"] == "85281"
    assert order["shipping_address"]["line1"] == "12 Oak Street"


def test_an_event_posted_three_times_at_once_is_told_once(street: Street):
    person = a_person()
    move_in(street, person)
    event = exception(person)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda again: take_in(street, event), range(3)))
    told(street, person.phone)
    take_in(street, event)
    street.ask(person.phone, "thanks")

    assert decided(street, person).count(("exception", "sent", None)) == 1
    assert sum("couldn't deliver" in text for text in street.heard(person.phone)) == 1


def test_every_stage_of_a_return_and_its_money_is_told_unasked(street: Street):
    person = a_person(delivered=timedelta(days=2))
    move_in(street, person)
    for text in ("i want to return the lamp, dont need it anymore", "yes", "refund please", "yes"):
        street.ask(person.phone, text)
    asked = len(street.heard(person.phone))
    (back,) = order_in(exported(street), person)["returns"]

    for number, stage in enumerate(("received", "inspected"), asked + 1):
        take_in(street, {"kind": "orders", **person.order, "returns": [back | {"status": stage}]})
        assert back["id"] in told(street, person.phone, number=number)
    paid = {"amount": "40.00", "method_id": None, "status": "done", "at": datetime.now(UTC).isoformat()}
    refunded = {"returns": [back | {"status": "refunded"}], "refunds": [paid]}
    for _ in range(2):
        take_in(street, {"kind": "orders", **person.order, **refunded})
    text = told(street, person.phone, number=asked + 3)

    assert "$40.00" in text
    assert back["id"] not in text
    assert "$40.00" in street.ask(person.phone, "did my refund go out?")


def test_a_customer_who_raised_it_first_is_not_told_what_they_know(street: Street):
    person = a_person(delivered=timedelta(days=1))
    move_in(street, person)
    street.ask(person.phone, "it says delivered but I never got my parcel")

    take_in(street, exception(person, "lost", "exception"))
    wait_until(lambda: ("exception", "dropped", "already_raised") in decided(street, person), "it is dropped")

    assert len(street.heard(person.phone)) == 1


def test_nobody_is_told_anything_after_stop(street: Street):
    person = a_person()
    move_in(street, person)
    street.ask(person.phone, "STOP")

    take_in(street, exception(person))
    wait_until(lambda: "dropped" in {state for _, state, _ in decided(street, person)}, "it is dropped")

    (reason,) = [reason for _, state, reason in decided(street, person) if state == "dropped"]
    assert re.search("opted_out|suppressed", reason or "")
    assert len(street.heard(person.phone)) == 1


def test_somebody_who_just_wrote_on_whatsapp_is_told_there_and_taps_the_answer(street: Street):
    person = a_person()
    move_in(street, person)
    street.ask(person.whatsapp, "hello")

    take_in(street, exception(person))
    told(street, person.whatsapp, number=2)
    buttons = street.twilio.to(person.whatsapp.address)[-1].buttons
    answer = street.ask(person.whatsapp, "I'll pick it up", button=buttons["I'll pick it up"])

    assert street.heard(person.phone) == []
    assert "pick-up" in answer


def test_without_a_whatsapp_session_or_template_it_goes_by_sms(street: Street):
    person = a_person()
    move_in(street, person)

    take_in(street, exception(person))

    assert person.order["number"] in told(street, person.phone)
    assert street.heard(person.whatsapp) == []


def by_mail(person: Person) -> Sender:
    """Has the person reached by mail alone; the sender whose mails are proven."""
    del person.customer["phone"]
    person.customer["email"] = f"{person.customer['id']}@mail.example"
    return Sender("email", person.customer["email"])


def test_a_forged_mail_neither_answers_for_a_customer_nor_undoes_an_opt_out(street: Street):
    asked, gone = a_person(), a_person()
    customer, leaver = by_mail(asked), by_mail(gone)
    move_in(street, asked, gone)
    take_in(street, exception(asked))
    told(street, customer)

    street.ask(replace(customer, dmarc="fail"), "2")
    street.ask(leaver, "STOP")
    street.ask(replace(leaver, dmarc="fail"), "START")
    take_in(street, exception(gone))
    wait_until(lambda: ("exception", "dropped", "suppressed:opted_out") in decided(street, gone), "it is dropped")

    assert order_in(exported(street), asked)["changes"] == []
    assert "pick-up" in street.ask(customer, "2")
    assert len(street.heard(leaver)) == 1


# -- ratings and reminders, in rounds held as if it were later ---------------------------------------------------------

REVIEW, MARKETING = "sms:review", "sms:marketing"


@dataclass(frozen=True)
class Rounds:
    """Who was there, and what `flask notices` said at each moment: by moment, customer and kind."""

    people: dict[str, Person]
    said: dict[str, dict[tuple[str, str], Record]]
    fifth_day: datetime

    def decision(self, moment: str, name: str, kind: str) -> Record:
        return self.said[moment].get((self.people[name].customer["id"], kind), {})


def eleven(after: datetime) -> datetime:
    """The first eleven o'clock in the morning there, not before this moment."""
    local = after.astimezone(ZONE)
    found = local.replace(hour=11, minute=0, second=0, microsecond=0)
    return found if found >= local else found + timedelta(days=1)


@pytest.fixture(scope="module")
def rounds(street: Street) -> Rounds:
    """Rehearsals at several moments, then one real round on the fifth day; what came before is told first."""
    hours = timedelta(hours=2)
    people = {
        "agrees": a_person(delivered=hours, consents=(REVIEW,)),
        "unhappy": a_person(delivered=hours, consents=(REVIEW,)),
        "never agreed": a_person(delivered=hours),
        "agreed by mail only": a_person(delivered=hours, consents=("email:review",)),
        "session over": a_person(delivered=hours, consents=(REVIEW, "whatsapp:review")),
        "keeps it": a_person(delivered=timedelta(days=4), consents=(REVIEW,)),
        "a day early": a_person(delivered=timedelta(days=3), consents=(REVIEW,)),
        "sends it back": a_person(delivered=timedelta(days=4), consents=(REVIEW,)),
        "runs low": a_person(delivered=timedelta(days=20), product=SUPPLY, consents=(MARKETING,)),
        "runs low later": a_person(delivered=timedelta(days=19), product=SUPPLY, consents=(MARKETING,)),
        "bought again": a_person(delivered=timedelta(days=20), product=SUPPLY, consents=(MARKETING,)),
        "said stop": a_person(delivered=timedelta(days=20), product=SUPPLY, consents=(MARKETING,)),
        "wants no offers": a_person(delivered=timedelta(days=20), product=SUPPLY, consents=(REVIEW,)),
    }
    move_in(street, *people.values())
    _go_on_living(street, people)
    now = datetime.now(UTC)
    fifth_day = eleven(now + timedelta(days=5))
    moments = {
        "tomorrow": eleven(now + timedelta(days=1)),
        "night": fifth_day + timedelta(hours=9),
        "day 8": fifth_day + timedelta(days=3),
    }
    with ThreadPoolExecutor() as pool:
        said = dict(zip(moments, pool.map(lambda moment: _round(street, moment), moments.values()), strict=True))
    assert not [heard for person in people.values() for heard in street.heard(person.phone) if "stars" in heard]
    said["day 5"] = _round(street, fifth_day, "--send")
    said["day 5 again"] = _round(street, fifth_day, "--send")
    return Rounds(people, said, fifth_day)


def _go_on_living(street: Street, people: dict[str, Person]) -> None:
    """What customers do meanwhile."""
    now = datetime.now(UTC)
    back = people["sends it back"].order
    returned = {"id": "r1", "requested_at": now.isoformat(), "status": "requested", "reason": "wrong_size"}
    lines = [{"line_id": back["lines"][0]["id"], "quantity": 1}]
    take_in(street, {"kind": "orders", **back, "returns": [{**returned, "lines": lines}]})
    again = people["bought again"].customer
    take_in(street, {"kind": "orders", **an_order(again, next(NUMBERS), SUPPLY, now - timedelta(hours=3))})
    street.ask(people["said stop"].phone, "STOP")
    street.ask(people["session over"].whatsapp, "hello")


def _round(street: Street, moment: datetime, *options: str) -> dict[tuple[str, str], Record]:
    found = json.loads(street.site.run("notices", "--now", moment.isoformat(), "--json", *options))
    return {(row["customer_id"], row["kind"]): row for row in found}


def test_a_rehearsal_sends_nothing_and_a_round_sends_once(street: Street, rounds: Rounds):
    assert rounds.decision("day 5", "agrees", "review")["decision"] == "send"
    assert rounds.decision("day 5 again", "agrees", "review") == {}
    assert len(street.heard(rounds.people["agrees"].phone)) == 1


def test_the_rating_is_asked_for_on_the_fifth_day_and_not_before(rounds: Rounds):
    assert rounds.decision("tomorrow", "a day early", "review").get("decision") != "send"
    asked = rounds.decision("day 5", "agrees", "review")
    assert (asked["decision"], asked["channel"]) == ("send", "sms")


def test_at_night_it_waits_for_a_good_hour(rounds: Rounds):
    held = rounds.decision("night", "agrees", "review")

    assert (held["decision"], held["reason"]) == ("hold", "quiet_hours")
    until = datetime.fromisoformat(held["until"]).astimezone(ZONE)
    assert (until.hour, until.minute) == (10, 0)
    assert until - rounds.fifth_day < timedelta(days=1)


def test_after_the_seventh_day_it_lapses(rounds: Rounds):
    lapsed = rounds.decision("day 8", "agrees", "review")

    assert (lapsed["decision"], lapsed["reason"]) == ("drop", "lapsed")


@pytest.mark.parametrize("name", ["never agreed", "agreed by mail only"])
def test_without_consent_on_a_channel_it_is_held_back_and_says_so(street: Street, rounds: Rounds, name: str):
    held = rounds.decision("day 5", name, "review")

    assert (held["decision"], held["reason"]) == ("drop", "no_consent:review")
    assert ("review", "dropped", "no_consent:review") in decided(street, rounds.people[name])
    assert street.heard(rounds.people[name].phone) == []


def test_a_return_opened_on_the_fourth_day_stops_it(rounds: Rounds):
    assert rounds.decision("tomorrow", "keeps it", "review")["decision"] == "send"
    stopped = rounds.decision("tomorrow", "sends it back", "review")
    assert (stopped["decision"], stopped["reason"]) == ("drop", "return_open")


def test_it_goes_by_sms_when_the_whatsapp_session_is_over(street: Street, rounds: Rounds):
    assert rounds.decision("day 5", "session over", "review")["channel"] == "sms"
    assert len(street.heard(rounds.people["session over"].phone)) == 1


def test_the_reminder_comes_on_day_25_of_a_30_day_supply(street: Street, rounds: Rounds):
    person = rounds.people["runs low"]

    assert rounds.decision("day 5", "runs low later", "replenishment").get("decision") != "send"
    assert rounds.decision("day 5", "runs low", "replenishment")["decision"] == "send"
    (text,) = street.heard(person.phone)
    assert "Coffee Beans" in text
    assert "$18.00" in text
    assert not RESERVED.search(text)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bought again", "bought_again"),
        ("said stop", "opted_out|suppressed|no_consent"),
        ("wants no offers", "no_consent:marketing"),
    ],
)
def test_no_reminder_for_who_bought_again_or_does_not_want_it(street: Street, rounds: Rounds, name: str, reason: str):
    held = rounds.decision("day 5", name, "replenishment")

    assert held["decision"] == "drop"
    assert re.search(reason, held["reason"])
    assert not [text for text in street.heard(rounds.people[name].phone) if "Coffee" in text]


def test_the_answers_are_stored_with_what_stands_behind_them(street: Street, rounds: Rounds):
    happy, unhappy, low = (rounds.people[name] for name in ("agrees", "unhappy", "runs low"))

    loved = street.ask(happy.phone, "4")
    thanked = street.ask(happy.phone, "the light is lovely")
    better = street.ask(unhappy.phone, "two stars")
    offered = street.ask(unhappy.phone, "it arrived with a scratch")
    ordered = street.ask(low.phone, "1")
    export = exported(street)

    reviews = {review["customer_id"]: review for review in export["reviews"]}
    mine, theirs = reviews[happy.customer["id"]], reviews[unhappy.customer["id"]]
    assert (mine["rating"], mine["words"], mine["order_id"]) == (4, "the light is lovely", happy.order["id"])
    assert (theirs["rating"], theirs["words"]) == (2, "it arrived with a scratch")
    assert "most" in loved
    assert "better" in better
    link = re.findall(r"https://\S+", thanked)
    assert link
    assert link == re.findall(r"https://\S+", offered), "the invitation to publish is the same for every rating"
    reasons = {handoff["reason"] for handoff in export["handoffs"] if handoff["customer_id"] == unhappy.customer["id"]}
    assert "low_rating" in reasons
    (bought,) = [order for order in export["orders"] if _bought(order, low)]
    assert bought["number"] in ordered
    assert [(line["sku"], line["quantity"], line["price"]) for line in bought["lines"]] == [("BEANS", 1, "18.00")]


def _bought(order: Record, person: Person) -> bool:
    return bool(order["customer_id"] == person.customer["id"] and order["id"] != person.order["id"])
