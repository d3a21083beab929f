"""Notices from import to outbox, on both databases: planned once, judged by today's facts, written or rehearsed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select

from bot.consent import Drop, Hold
from bot.merchant.shop import Shop
from bot.model import Address, Category, Channel, Conversation, Outgoing
from bot.notices import Go, NoticeKind, opening_key, plan
from bot.outreach import Fired
from bot.records import ConsentRecord, Customer, Order, Product, Review
from bot.service import Service
from storage.dealings import OUTBOX
from storage.ingest import ingest
from storage.ledger import SqlLedger
from storage.merchant import load_files
from storage.notices import NOTICES, due_of
from storage.parties import ADDRESSES, conversation_from, party_row
from storage.rounds import hold_round
from storage.shelf import FolderShelf
from storage.store import SqlStore

START = datetime(2026, 3, 16, 15, tzinfo=UTC)  # Monday, 11:00 in New York
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOP = Path(__file__).resolve().parents[2] / "shop"


@cache
def sample_shop() -> Shop:
    return load_files(SHOP, FolderShelf()).shop


def actions(connection: Connection, party: int, sender: Address, shop: Shop, now: datetime) -> SqlLedger:
    return SqlLedger(connection, party, sender, shop=shop, now=now, secret="secret")


@dataclass
class Outbox:
    """A sender that keeps what it is given."""

    sent: list[Outgoing]

    def send(self, outgoing: Outgoing) -> str:
        self.sent.append(outgoing)
        return f"SM{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return None


@dataclass
class At:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class House:
    """A shop with one customer, whose clock is moved by hand."""

    engine: Engine

    def take(self, *records: Any, now: datetime = START) -> None:
        with self.engine.begin() as connection:
            ingest(connection, records, shop=sample_shop(), now=now, source="test", plan=plan)

    def round(self, now: datetime, *, send: bool = True) -> dict[str, Fired]:
        fired = hold_round(self.engine, actions, sample_shop(), now, send=send)
        return {one.notice.kind.value: one for one in fired}

    def outcomes(self, now: datetime, *, send: bool = True) -> dict[str, str]:
        """By kind: the channel it goes out on, or why it does not."""
        told = {}
        for kind, one in self.round(now, send=send).items():
            judged = one.judgement
            told[kind] = judged.send.channel.value if isinstance(judged, Go) else judged.why
        return told

    def count(self, table: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def letters(self) -> list[Any]:
        with self.engine.begin() as connection:
            rows = connection.execute(select(OUTBOX).where(OUTBOX.c.audience == "customer").order_by(OUTBOX.c.id))
            return list(rows)

    def conversation(self) -> Conversation:
        with self.engine.begin() as connection:
            return conversation_from(party_row(connection, 1))

    def deliver(self, now: datetime) -> list[Outgoing]:
        """What leaves when everything waiting in the outbox is sent."""
        outbox = Outbox([])
        senders = dict.fromkeys(Channel, outbox)
        store = SqlStore(self.engine, actions)
        service = Service(store, None, sample_shop, senders, At(now))  # type: ignore[arg-type]
        while service.send_next():
            pass
        return [outgoing for outgoing in outbox.sent if outgoing.audience == "customer"]


def customer(*categories: str) -> Customer:
    agreed = [{"channel": "sms", "category": category, "given_at": START.isoformat()} for category in categories]
    record = {
        "id": "c1",
        "first_name": "Ada",
        "phone": "+12125550100",
        "email": "ada@example.com",
        "time_zone": "America/New_York",
        "address": {"region": "NY", "country": "US"},
        "consents": agreed,
    }
    return Customer.model_validate(record)


BEANS = Product.model_validate(
    {
        "id": "beans",
        "title": "Beans",
        "usage_days": 30,
        "variants": [{"sku": "BEANS", "price": "14.00", "currency": "USD"}],
    }
)


def order(*events: tuple[str, timedelta] | tuple[str, timedelta, str], id: str = "o1", **fields: Any) -> Order:
    told = [
        {"at": (START + after).isoformat(), "status": status, "reason": (rest or [None])[0]}
        for status, after, *rest in events
    ]
    parcels = [{"id": f"{id}-1", "carrier": "UPS", "tracking_number": "1Z1", "events": told}] if events else []
    known: dict[str, Any] = {
        "id": id,
        "number": id.upper(),
        "customer_id": "c1",
        "placed_at": (START - 3 * DAY).isoformat(),
        "status": "shipped" if events else "pending",
        "currency": "USD",
        "lines": [
            {"id": "l1", "product_id": "beans", "sku": "BEANS", "title": "Beans", "quantity": 1, "price": "14.00"}
        ],
        "shipments": parcels,
    }
    return Order.model_validate(known | fields)


DELIVERED = order(("in_transit", -DAY), ("delivered", timedelta()))


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


def test_a_first_import_tells_nobody_anything(house: House) -> None:
    house.take(customer("review", "marketing"), BEANS, order(("in_transit", -5 * HOUR)), now=START)
    assert house.outcomes(START) == {}
    assert house.letters() == []


def test_an_exception_is_told_in_the_next_tick_with_the_ways_to_mend_it(house: House) -> None:
    house.take(customer(), BEANS, order(("in_transit", -DAY)))
    house.take(order(("in_transit", -DAY), ("attempt_failed", timedelta(), "not_home")))
    store = SqlStore(house.engine, actions)
    service = Service(store, None, sample_shop, {}, At(START))  # type: ignore[arg-type]
    assert service.fire_due(START) == 1
    assert service.fire_due(START) == 0
    (letter,) = house.letters()
    assert (letter.key, letter.channel, letter.category) == ("problem.attempt_failed", "sms", "transactional")
    assert [choice["id"] for choice in letter.body["choices"]][:3] == ["redeliver", "pickup", "address"]
    expected = house.conversation().expected
    assert expected is not None
    assert expected.name == "fix"


def test_told_once_however_often_it_is_heard_and_fired(house: House) -> None:
    house.take(customer(), BEANS, order())
    for _ in range(3):
        house.take(order(("exception", timedelta(), "damaged")))
        house.round(START)
    assert [letter.key.split()[0] for letter in house.letters()] == ["problem.damaged_by_carrier"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("attempt_failed", "closed"),
        ("exception", "wrong_address"),
        ("exception", "damaged"),
        ("exception", "lost"),
        ("exception", "customs"),
        ("exception", "held"),
        ("returned_to_sender", None),
        ("available_for_pickup", None),
    ],
)
def test_every_exception_has_words_that_open_as_foreseen(house: House, status: str, reason: str | None) -> None:
    house.take(customer(), BEANS, order((status, timedelta(), reason)))  # type: ignore[arg-type]
    fired = house.round(START)["exception"]
    assert fired.letter is not None
    assert fired.letter.key.split()[0] == opening_key(fired.notice)


def test_five_days_after_delivery_the_review_prompt_comes_and_takes_a_bare_number(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    assert house.outcomes(START + 5 * DAY - HOUR) == {}
    assert house.outcomes(START + 5 * DAY) == {"review": "sms"}
    (letter,) = house.letters()
    assert (letter.key, letter.category) == ("review.ask", "review")
    expected = house.conversation().expected
    assert expected is not None
    assert expected.kind == "rating"
    assert house.outcomes(START + 5 * DAY) == {}


def test_a_return_opened_on_day_four_stops_the_review_prompt(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    back = {"id": "r1", "requested_at": (START + 4 * DAY).isoformat()}
    house.take(DELIVERED.model_validate(DELIVERED.model_dump(mode="json") | {"returns": [back]}), now=START + 4 * DAY)
    assert house.outcomes(START + 5 * DAY) == {"review": "return_open"}


def test_a_review_given_meanwhile_stops_the_prompt(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    house.take(Review(id="rv1", customer_id="c1", order_id="o1", rating=5, at=START + DAY))
    assert house.outcomes(START + 5 * DAY) == {"review": "already_reviewed"}


def test_the_prompt_lapses_after_day_seven(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    assert house.outcomes(START + 8 * DAY) == {"review": "lapsed"}


def test_without_consent_nobody_is_asked(house: House) -> None:
    house.take(customer(), BEANS, DELIVERED)
    assert house.outcomes(START + 5 * DAY) == {"review": "no_consent:review"}


def test_on_day_25_of_a_30_day_supply_the_reminder_comes(house: House) -> None:
    house.take(customer("marketing"), BEANS, DELIVERED)
    assert house.outcomes(START + 24 * DAY) == {"review": "lapsed"}
    assert house.outcomes(START + 25 * DAY) == {"replenishment": "sms"}
    (letter,) = house.letters()
    assert (letter.key, letter.category) == ("reorder.offer", "marketing")


def test_a_reorder_on_day_20_stops_the_reminder(house: House) -> None:
    house.take(customer("marketing"), BEANS, DELIVERED)
    house.take(order(id="o2", placed_at=(START + 20 * DAY).isoformat()), now=START + 20 * DAY)
    house.round(START + 21 * DAY)
    assert house.outcomes(START + 25 * DAY) == {"replenishment": "bought_again"}


def test_an_opt_out_between_writing_and_sending_stops_it(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    due = START + 5 * DAY
    assert house.outcomes(due) == {"review": "sms"}
    house.take(
        ConsentRecord(customer_id="c1", channel="sms", category=Category.TRANSACTIONAL, given=False, at=due),
        now=due,
    )
    assert house.deliver(due + HOUR) == []
    assert house.letters()[0].state == "dropped"


def test_what_is_written_goes_out(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    house.round(START + 5 * DAY)
    (outgoing,) = house.deliver(START + 5 * DAY)
    assert outgoing.to == "+12125550100"
    assert outgoing.category is Category.REVIEW


def test_the_frequency_cap_counts_what_was_sent(house: House) -> None:
    placed = {f"o{number}": order(("delivered", number * HOUR), id=f"o{number}") for number in range(4)}
    house.take(customer("review"), BEANS, *placed.values(), now=START + 4 * HOUR)
    fired = list(hold_round(house.engine, actions, sample_shop(), START + 5 * DAY + 4 * HOUR, send=True))
    assert [isinstance(one.judgement, Go) for one in fired] == [True, True, True, False]
    held = fired[3].judgement
    assert held == Hold(START + 12 * DAY + 4 * HOUR, "frequency_cap")
    with house.engine.begin() as connection:
        rows = connection.execute(select(NOTICES.c.reason, NOTICES.c.due_at).where(NOTICES.c.state == "planned"))
        assert ("frequency_cap", held.until) in [tuple(row) for row in rows]


def test_a_rehearsal_shows_the_words_and_changes_nothing(house: House) -> None:
    house.take(customer("review"), BEANS, DELIVERED)
    before = {name: house.count(table) for name, table in (("notices", NOTICES), ("outbox", OUTBOX))}
    fired = house.round(START + 5 * DAY, send=False)["review"]
    assert fired.letter is not None
    assert "O1" in fired.letter.body.text or "Beans" in fired.letter.body.text
    assert {name: house.count(table) for name, table in (("notices", NOTICES), ("outbox", OUTBOX))} == before
    assert house.conversation() == Conversation()
    assert house.outcomes(START + 5 * DAY) == {"review": "sms"}


def test_records_imported_late_are_judged_as_of_the_moment_asked_about(house: House) -> None:
    later = order(("in_transit", -DAY), ("exception", timedelta(), "held"), ("delivered", 2 * DAY))
    house.take(customer("review"), BEANS, later, now=START + 200 * DAY)
    assert house.outcomes(START + HOUR, send=False) == {"exception": "sms"}
    assert house.outcomes(START + 3 * DAY, send=False) == {}
    assert house.outcomes(START + 7 * DAY, send=False) == {"review": "sms"}


def test_every_decision_is_kept_with_its_reason(house: House) -> None:
    house.take(customer(), BEANS, DELIVERED)
    (fired,) = house.round(START + 5 * DAY).values()
    assert fired.judgement == Drop("no_consent:review")
    with house.engine.begin() as connection:
        row = connection.execute(select(NOTICES).where(NOTICES.c.kind == NoticeKind.REVIEW)).one()
    assert (row.state, row.reason, row.decided_at) == ("dropped", "no_consent:review", START + 5 * DAY)


def test_news_goes_where_they_wrote_last_while_the_session_lasts(house: House) -> None:
    house.take(customer(), BEANS, order())
    with house.engine.begin() as connection:
        here = ADDRESSES.c.channel == "whatsapp"
        connection.execute(ADDRESSES.update().where(here).values(last_inbound_at=START - 23 * HOUR))
    house.take(order(("in_transit", timedelta())))
    assert house.outcomes(START) == {"shipped": "whatsapp"}
    assert house.letters()[0].key == "notice.shipped"


def test_due_notices_are_found_by_the_index_alone(house: House, engine: Engine) -> None:
    house.take(customer(), BEANS, DELIVERED)
    rows = [
        {
            "key": f"k{number}",
            "kind": "review",
            "customer_id": 1,
            "order_id": "o1",
            "subject": {},
            "due_at": START + (number + 2) * HOUR,
            "state": "planned",
            "planned_at": START,
        }
        for number in range(5000)
    ]
    query = select(NOTICES.c.id, NOTICES.c.customer_id).where(NOTICES.c.due_at <= START).order_by(NOTICES.c.due_at)
    with engine.begin() as connection:
        connection.execute(insert(NOTICES), rows)
        assert due_of(connection, 1, START) == ()
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE notices")
        from storage.notices import PLANNED

        words = query.where(PLANNED).limit(100).compile(engine, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
        told = " ".join(str(row) for row in connection.exec_driver_sql(explain + str(words).replace("%", "%%")))
    assert "ix_notices_due" in told
    assert "SCAN notices" not in told
    assert "Seq Scan" not in told
