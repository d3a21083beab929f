"""Actions: each done once, and what is left behind by it."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.actions import (
    Action,
    CheckCode,
    NoteLookup,
    OpenClaim,
    OpenHandoff,
    PassOn,
    RecordReview,
    RefundLines,
    Reorder,
    Replace,
    RequestDelivery,
    ResendReceipt,
    SendCode,
    SetConsent,
)
from bot.model import Address, Category, Channel, Message, Outcome, Status
from bot.records import Order, PostalAddress
from storage.contacts import ADDRESSES
from storage.engine import reading
from storage.ingest_messages import INBOX, OUTBOX
from storage.ingest_people import CONSENTS
from storage.ingest_rest import HANDOFFS, REVIEWS
from storage.ledger import ACTIONS, DOERS, SqlLedger
from storage.ledger_codes import CODES
from storage.parties import party_of
from storage.records import CUSTOMERS, ORDERS, SqlRecords
from tests.storage.floor import MAYA, NOW, order, product, records, sample_shop, stored_order, take_in

SMS = Address(channel=Channel.SMS, raw="+15035550100", key="+15035550100")
MAIL = Address(channel=Channel.EMAIL, raw="maya@example.com", key="maya@example.com")
STRANGER = Address(channel=Channel.SMS, raw="+15035550199", key="+15035550199")
CARD = {"id": "m-1", "kind": "card", "label": "Visa", "last4": "4242"}
OAK = PostalAddress(line1="2 Oak St", city="Portland", postcode="97205", country="US")


@dataclass
class Desk:
    """Maya's party and a stranger's, and the actions done for them one after another."""

    engine: Engine
    maya: int
    stranger: int
    now: datetime = NOW
    done: list[str] = field(default_factory=list)

    def does(self, action: Action, key: str | None = None, sender: Address = SMS, party: int | None = None) -> Outcome:
        key = key or f"key-{len(self.done)}"
        self.done.append(key)
        with self.engine.begin() as connection:
            ledger = SqlLedger(
                connection, party or self.maya, sender, shop=sample_shop(), now=self.now, secret="k" * 32
            )
            return ledger.perform(action, key)

    def asks(self, action: Action) -> Outcome:
        return self.does(action, sender=STRANGER, party=self.stranger)

    def rows(self, of: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(of).order_by(*of.primary_key)).all())

    def mails(self, key: str) -> list[str]:
        return [row.body["text"] for row in self.rows(OUTBOX) if row.key == key]

    def order(self, order_id: str = "o-1") -> Order:
        return stored_order(self.engine, order_id)

    def stock(self, sku: str = "MUG-BLUE") -> int | None:
        with reading(self.engine) as connection:
            found = SqlRecords(connection).product_of_sku(sku)
        assert found is not None
        return next(variant.stock for variant in found.variants if variant.sku == sku)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    take_in(engine, records(customers=[MAYA | {"payment_methods": [CARD]}]))
    with engine.begin() as connection:
        maya = party_of(connection, "c-1")
        key = connection.execute(CUSTOMERS.insert().values(created_at=NOW)).inserted_primary_key
        assert maya is not None
        assert key is not None
    return Desk(engine, maya, key[0])


def test_every_action_there_is_has_a_doer() -> None:
    assert set(Action.__subclasses__()) == set(DOERS)


REPLACE = Replace(order_id="o-1", line_ids=("l-1",), reason="damaged")


def test_the_same_key_again_gives_the_first_outcome_and_changes_nothing(desk: Desk) -> None:
    first = desk.does(REPLACE, "key")
    assert desk.does(REPLACE, "key") == first
    assert desk.stock() == 1
    assert len(desk.rows(ORDERS)) == 2


def test_a_refusal_is_kept_as_well(desk: Desk) -> None:
    action = Replace(order_id="o-1", line_ids=("l-2",), reason="damaged")
    assert desk.does(action, "key").code == "out_of_stock"
    take_in(desk.engine, {"products": [product(variants=[product()["variants"][1] | {"stock": 5}])]})
    assert desk.does(action, "key").code == "out_of_stock"


def test_the_same_key_at_once_is_done_once(desk: Desk) -> None:
    barrier, outcomes = Barrier(6), []

    def perform() -> None:
        barrier.wait()
        outcomes.append(desk.does(REPLACE, "key"))

    threads = [Thread(target=perform) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.data for outcome in outcomes] == [{"number": "#1001-R1"}] * 6
    assert desk.stock() == 1


def test_what_is_rolled_back_was_never_done(desk: Desk) -> None:
    with desk.engine.connect() as connection, connection.begin() as transaction:
        SqlLedger(connection, desk.maya, SMS, shop=sample_shop(), now=NOW, secret="k" * 32).perform(REPLACE, "key")
        transaction.rollback()
    assert desk.rows(ACTIONS) == []
    assert desk.does(REPLACE, "key").status is Status.DONE


# -- parcels and money -------------------------------------------------------------------------------------------------


def test_a_new_delivery_is_kept_on_the_order_and_given_to_a_person(desk: Desk) -> None:
    wish = RequestDelivery(order_id="o-1", shipment_id="s-1", fix="redeliver", date="2026-11-23", window="morning")
    assert desk.does(wish).status is Status.PENDING
    [change] = desk.order().changes
    assert (change.what, change.after["shipment_id"], change.after["date"]) == ("delivery", "s-1", "2026-11-23")
    [task] = desk.rows(HANDOFFS)
    assert (task.reason, task.silences_bot, task.order_id) == ("delivery_redeliver", False, "o-1")
    [mail] = desk.mails("handoff.email")
    assert "2026-11-23" in mail
    assert "1Z 999" in mail


def test_a_corrected_address_becomes_the_orders(desk: Desk) -> None:
    desk.does(RequestDelivery(order_id="o-1", shipment_id="s-1", fix="address", address=OAK))
    changed = desk.order()
    assert changed.shipping_address == OAK
    assert [change.what for change in changed.changes] == ["delivery", "address"]
    assert changed.changes[1].before["line1"] == "1 Elm St"
    take_in(desk.engine, {"orders": [order()]})
    assert desk.order().shipping_address == OAK


def test_waiting_is_kept_but_gives_nobody_a_task(desk: Desk) -> None:
    wait = RequestDelivery(order_id="o-1", shipment_id="s-1", fix="wait", date="2026-11-23")
    assert desk.does(wait).status is Status.DONE
    assert desk.rows(HANDOFFS) == []


def test_a_claim_is_kept_with_its_photos(desk: Desk) -> None:
    claim = OpenClaim(order_id="o-1", shipment_id="s-1", what="damaged", photos=("https://example.com/1",))
    assert desk.does(claim).status is Status.DONE
    [change] = desk.order().changes
    assert (change.what, change.after["photos"]) == ("claim", ["https://example.com/1"])
    assert "https://example.com/1" in desk.mails("handoff.email")[0]


def test_a_replacement_is_a_new_order_free_of_charge(desk: Desk) -> None:
    assert desk.does(REPLACE).data == {"number": "#1001-R1"}
    new = desk.order("o-1-R1")
    assert (new.status.value, new.total, new.customer_id) == ("pending", Decimal(0), "c-1")
    assert (new.lines[0].sku, new.lines[0].quantity) == ("MUG-BLUE", 2)
    assert desk.order().changes[0].after["number"] == "#1001-R1"
    with reading(desk.engine) as connection:
        assert SqlRecords(connection).orders_by_number("1001-R1")[0].id == "o-1-R1"


def test_a_line_is_mended_once(desk: Desk) -> None:
    refund = RefundLines(order_id="o-1", line_ids=("l-1",), amount=Decimal("36.00"), reason="damaged")
    desk.does(REPLACE)
    assert desk.does(REPLACE).code == "already_replaced"
    assert desk.does(refund).code == "already_replaced"
    other = refund.model_copy(update={"line_ids": ("l-2",), "amount": Decimal("18.00")})
    assert desk.does(other).status is Status.PENDING
    assert desk.does(other).code == "already_refunded"


def test_a_refund_goes_to_the_original_payment(desk: Desk) -> None:
    refund = RefundLines(order_id="o-1", line_ids=("l-1",), amount=Decimal("36.00"), reason="lost")
    assert desk.does(refund).data == {"amount": "36.00", "currency": "USD", "method": "Visa 4242"}
    [kept] = desk.order().refunds
    assert (kept.amount, kept.method_id, kept.status) == (Decimal("36.00"), "m-1", "pending")


def test_no_more_is_refunded_than_was_paid(desk: Desk) -> None:
    refund = RefundLines(order_id="o-1", line_ids=("l-1",), amount=Decimal("36.01"), reason="lost")
    assert desk.does(refund).code == "too_much"
    assert desk.order().refunds == ()


def again(**more: Any) -> Reorder:
    known = {"order_id": "o-1", "line_id": "l-1", "quantity": 2, "price": Decimal("18.00")}
    return Reorder(**(known | more))


def test_a_reorder_is_a_new_order_at_todays_price(desk: Desk) -> None:
    assert desk.does(again()).data == {"number": "#1001-N1", "amount": "36.00", "currency": "USD"}
    assert desk.does(again(quantity=1)).data["number"] == "#1001-N2"
    assert desk.stock() == 0
    assert desk.does(again(quantity=1)).code == "out_of_stock"


def test_a_reorder_at_yesterdays_price_or_of_what_is_gone_is_refused(desk: Desk) -> None:
    assert desk.does(again(price=Decimal("17.00"))).code == "price_changed"
    take_in(desk.engine, {"products": [product(variants=[])]})
    assert desk.does(again()).code == "gone"


def test_two_who_reorder_the_last_one_do_not_both_get_it(desk: Desk) -> None:
    take_in(desk.engine, {"products": [product(variants=[product()["variants"][0] | {"stock": 1}])]})
    barrier, codes = Barrier(2), []

    def perform(number: int) -> None:
        barrier.wait()
        codes.append(desk.does(again(quantity=1), f"reorder-{number}").code)

    threads = [Thread(target=perform, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["", "out_of_stock"]
    assert desk.stock() == 0


# -- people ------------------------------------------------------------------------------------------------------------


def test_a_handoff_tells_the_shop_the_whole_story(desk: Desk) -> None:
    said = Message(provider_id="twilio:1", sender=SMS, text="It came broken", received_at=NOW)
    with desk.engine.begin() as connection:
        row = {"provider_id": said.provider_id, "customer_id": desk.maya, "channel": "sms", "state": "waiting"}
        row |= {"message": said.model_dump(mode="json"), "tries": 0, "received_at": NOW}
        connection.execute(INBOX.insert().values(row))
    outcome = desk.does(OpenHandoff(reason="decide_remedy", order_id="o-1", mood="angry", proposed="refund"))
    assert outcome.data["id"] == str(desk.rows(HANDOFFS)[0].id)
    assert datetime.fromisoformat(outcome.data["expected_by"]) == NOW + timedelta(hours=4)
    [mail] = desk.mails("handoff.email")
    for part in ("decide remedy", "angry", "Maya", "#1001", "It came broken", "+15035550100"):
        assert part in mail
    [row] = desk.rows(OUTBOX)
    assert (row.audience, row.channel, row.address) == ("shop", "email", "care@fernandfield.example")
    assert "#1001" in row.body["subject"]


def test_a_strangers_handoff_says_where_they_write_from(desk: Desk) -> None:
    desk.asks(OpenHandoff(reason="order_not_found"))
    assert "+15035550199" in desk.mails("handoff.email")[0]


def test_what_is_added_to_a_case_goes_to_the_shop(desk: Desk) -> None:
    case = desk.does(OpenHandoff(reason="decide_remedy")).data["id"]
    desk.does(PassOn(handoff_id=case, text="Any news?", media=("https://example.com/1",)))
    assert "Any news?\nhttps://example.com/1" in desk.mails("handoff.more")[0]
    assert {str(row.handoff_id) for row in desk.rows(OUTBOX)} == {case}


def test_a_receipt_goes_to_the_address_on_file_whoever_asks(desk: Desk) -> None:
    outcome = desk.asks(ResendReceipt(order_id="o-1"))
    assert outcome.data == {"masked": "M•••@e•••.com"}
    [row] = desk.rows(OUTBOX)
    assert (row.address, row.customer_id, row.channel) == ("Maya@example.com", desk.maya, "email")
    assert "#1001" in row.body["text"]


def test_no_receipt_without_an_address(desk: Desk) -> None:
    take_in(desk.engine, {"customers": [{"id": "c-1", "email": None}]})
    assert desk.does(ResendReceipt(order_id="o-1")).code == "no_email"


def test_a_rating_is_kept_once_and_takes_words_later(desk: Desk) -> None:
    desk.does(RecordReview(order_id="o-1", rating=4))
    desk.does(RecordReview(order_id="o-1", rating=4, words="Lovely mugs"))
    desk.does(RecordReview(order_id="o-1", rating=5))
    [review] = desk.rows(REVIEWS)
    assert (review.rating, review.words) == (5, "Lovely mugs")


STOP = SetConsent(channel=Channel.SMS, categories=tuple(Category), given=False, source="customer", words="STOP")
START = STOP.model_copy(update={"given": True, "categories": (Category.TRANSACTIONAL,), "words": "START"})


def shut(desk: Desk) -> dict[str, str | None]:
    return {row.channel: row.suppressed for row in desk.rows(ADDRESSES)}


def test_stop_shuts_the_channel_and_drops_what_waits_for_it(desk: Desk) -> None:
    desk.does(SendCode(customer_id="c-1"), sender=MAIL)
    desk.does(ResendReceipt(order_id="o-1"))
    desk.does(STOP)
    assert shut(desk) == {"sms": "opted_out", "whatsapp": None, "email": None}
    assert [(row.channel, row.state, row.reason) for row in desk.rows(OUTBOX)] == [
        ("sms", "dropped", "opted_out"),
        ("email", "waiting", None),
    ]
    assert [(row.category, row.given) for row in desk.rows(CONSENTS)] == [
        ("transactional", False),
        ("review", False),
        ("alert", False),
        ("marketing", False),
    ]


def test_start_opens_the_channel_again_for_what_was_asked(desk: Desk) -> None:
    desk.does(STOP)
    desk.does(START)
    assert shut(desk)["sms"] is None
    assert [row.category for row in desk.rows(CONSENTS) if row.given] == ["transactional"]


def test_an_address_shut_for_another_reason_is_not_freed_from_elsewhere(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(update(ADDRESSES).where(ADDRESSES.c.channel == "email").values(suppressed="bounced"))
    elsewhere = START.model_copy(update={"channel": Channel.EMAIL})
    desk.does(elsewhere)
    assert shut(desk)["email"] == "bounced"


# -- codes -------------------------------------------------------------------------------------------------------------


def code_sent(desk: Desk) -> str:
    found = re.search(r"\b\d{6}\b", desk.mails("identity.code")[-1])
    assert found is not None
    return found[0]


def check(code: str, number: int = 1) -> CheckCode:
    return CheckCode(customer_id="c-1", code=code, number=number)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_goes_to_the_contact_on_file_and_proves_once(desk: Desk) -> None:
    assert desk.asks(SendCode(customer_id="c-1")).data == {"channel": "email", "masked": "m•••@e•••.com"}
    [row] = desk.rows(OUTBOX)
    assert (row.address, row.customer_id) == ("Maya@example.com", desk.maya)
    code = code_sent(desk)
    assert desk.asks(check(code)).status is Status.DONE
    assert desk.asks(check(code, 2)).code == "expired"


def test_a_code_goes_another_way_than_the_one_that_asks(desk: Desk) -> None:
    assert desk.does(SendCode(customer_id="c-1"), sender=MAIL).data["channel"] == "sms"


def test_a_code_is_good_for_the_sender_who_asked_alone(desk: Desk) -> None:
    desk.asks(SendCode(customer_id="c-1"))
    assert desk.does(check(code_sent(desk))).code == "expired"


def test_a_code_expires(desk: Desk) -> None:
    desk.asks(SendCode(customer_id="c-1"))
    desk.now = NOW + timedelta(minutes=sample_shop().policies.identity.code_minutes)
    assert desk.asks(check(code_sent(desk))).code == "expired"


def test_a_code_takes_only_so_many_tries(desk: Desk) -> None:
    desk.asks(SendCode(customer_id="c-1"))
    code = code_sent(desk)
    limit = sample_shop().policies.identity.code_tries
    codes = [desk.asks(check(wrong(code), number)).code for number in range(limit)]
    assert codes == ["wrong"] * (limit - 1) + ["too_many"]
    assert desk.asks(check(code, 99)).code == "too_many"


def test_a_newer_code_ends_the_older(desk: Desk) -> None:
    desk.asks(SendCode(customer_id="c-1"))
    older = code_sent(desk)
    desk.asks(SendCode(customer_id="c-1", number=2))
    if older != code_sent(desk):
        assert desk.asks(check(older)).code == "wrong"


def test_only_so_many_codes_are_sent_in_a_window(desk: Desk) -> None:
    limit = sample_shop().policies.identity.failed_lookups
    codes = [desk.asks(SendCode(customer_id="c-1", number=number)).code for number in range(limit + 1)]
    assert codes == [""] * limit + ["too_many"]
    desk.now = NOW + timedelta(minutes=sample_shop().policies.identity.window_minutes)
    assert desk.asks(SendCode(customer_id="c-1", number=99)).status is Status.DONE


def test_no_code_where_nothing_may_be_sent(desk: Desk) -> None:
    assert desk.asks(SendCode(customer_id="nobody")).code == "no_contact"
    with desk.engine.begin() as connection:
        connection.execute(update(ADDRESSES).values(suppressed="opted_out"))
    assert desk.asks(SendCode(customer_id="c-1")).code == "no_contact"


def test_a_code_stays_readable_nowhere(desk: Desk) -> None:
    desk.asks(SendCode(customer_id="c-1"))
    code = code_sent(desk)
    with desk.engine.begin() as connection:
        connection.execute(update(OUTBOX).values(state="sent"))
    desk.asks(check(code))
    everything = [str(row) for of in (OUTBOX, CODES, ACTIONS) for row in desk.rows(of)]
    assert not [row for row in everything if re.search(rf"\b{code}\b", row)]


def test_failed_look_ups_are_counted_by_sender_and_by_order(desk: Desk) -> None:
    desk.asks(NoteLookup(order_number="#99-99", found=False))
    desk.asks(NoteLookup(order_number="1001", found=True, number=2))
    with reading(desk.engine) as connection:
        books = SqlRecords(connection)
        since = NOW - timedelta(hours=1)
        assert books.failed_lookups(sender=STRANGER.key, since=since) == 1
        assert books.failed_lookups(order_number="9999", since=since) == 1
        assert books.failed_lookups(order_number="1001", since=since) == 0
        assert books.failed_lookups(sender=STRANGER.key, since=NOW) == 0
