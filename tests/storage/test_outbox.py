"""The outbox: judged at the last moment, leased, sent once, and moved on by what the provider says."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.errors import SendLater, SendRefused, SendUnknown
from bot.model import Address, Category, Channel, DeliveryStatus, Rendered
from bot.records import Customer
from bot.reply import Draft
from bot.sending import CALLBACK_WAIT, LEASE, TRIES
from storage import outbox
from tests.works import NOW, PHONE, Works

SMS = Address(channel=Channel.SMS, raw=PHONE, key=PHONE)
MAIL = Address(channel=Channel.EMAIL, raw="maya@example.com", key="maya@example.com")
OREGON = {"line1": "1 Elm St", "city": "Portland", "region": "OR", "postcode": "97205", "country": "US"}
MAYA = Customer.model_validate({"id": "c-1", "phone": PHONE, "email": "maya@example.com", "address": OREGON})


@pytest.fixture
def works(engine: Engine) -> Works:
    return Works(engine)


@pytest.fixture
def maya(works: Works) -> int:
    return works.add_customer(MAYA)


def post(works: Works, party: int, words: str = "Hello", address: Address = SMS, **fields: Any) -> int:
    due_at = fields.pop("due_at", works.clock.now())
    letter = Draft(address.channel, address, "greeting", [], Rendered(text=words), due_at, **fields)
    with works.engine.begin() as connection:
        return outbox.insert_draft(connection, party, letter, works.clock.now())


def states(works: Works) -> list[str]:
    return [row.state for row in works.rows("outbox")]


def consent(works: Works, party: int, category: Category, *, given: bool) -> None:
    works.run(
        "INSERT INTO consents (customer_id, channel, category, given, at) VALUES (:p, 'sms', :c, :g, :at)",
        p=party,
        c=category.value,
        g=given,
        at=NOW.isoformat(),
    )


def test_a_message_is_sent_once_and_keeps_the_providers_id(works: Works, maya: int) -> None:
    post(works, maya)
    assert works.send_all() == 1
    (row,) = works.rows("outbox")
    assert (row.state, row.provider_id, row.sent_at, row.lease_until) == ("sent", "out:1", NOW, None)


def test_messages_to_one_address_keep_their_order_while_the_first_is_tried_again(works: Works, maya: int) -> None:
    works.mouth.faults = [SendLater("busy", "20429")]
    post(works, maya, "first")
    post(works, maya, "second")
    assert works.send_all() == 1
    assert states(works) == ["waiting", "waiting"]
    works.clock.pass_by(seconds=5)
    works.send_all()
    assert [outgoing.body.text for outgoing in works.mouth.sent] == ["first", "second"]


def test_trouble_on_one_channel_holds_up_no_other(works: Works, maya: int) -> None:
    works.mouth.faults = [SendLater("server is down")]
    post(works, maya, "by mail", MAIL)
    post(works, maya, "by text")
    works.send_all()
    assert states(works) == ["waiting", "sent"]


def test_a_wait_grows_and_is_never_shorter_than_the_provider_asks(works: Works, maya: int) -> None:
    works.mouth.faults = [SendLater("busy"), SendLater("busy"), SendLater("busy", after=300)]
    post(works, maya)
    waits = []
    for _ in range(3):
        works.send_all()
        due_at = works.rows("outbox")[0].due_at
        waits.append((due_at - works.clock.now()).total_seconds())
        works.clock.moment = due_at
    assert waits == [5, 10, 300]


def test_what_never_goes_is_given_up_at_last(works: Works, maya: int) -> None:
    works.mouth.faults = [SendLater("busy", "30001")] * TRIES
    post(works, maya)
    for _ in range(TRIES):
        works.send_all()
        works.clock.pass_by(hours=1)
    (row,) = works.rows("outbox")
    assert (row.state, row.reason, row.error_code) == ("failed", "given_up", "30001")


def test_a_refusal_is_final_and_may_suppress_the_address(works: Works, maya: int) -> None:
    works.mouth.faults = [SendRefused("opted out", "21610", suppresses=True)]
    post(works, maya)
    post(works, maya, "another")
    works.send_all()
    assert states(works) == ["failed", "dropped"]
    assert works.rows("outbox")[1].reason == "suppressed:refused:21610"


def test_no_answer_is_unknown_and_is_looked_for_before_it_is_sent_again(works: Works, maya: int) -> None:
    works.mouth.faults = [SendUnknown("no answer")]
    works.mouth.finds = ["out:found"]
    post(works, maya)
    works.send_all()
    assert states(works) == ["unknown"]
    assert works.mouth.looked == []
    works.clock.pass_by(seconds=CALLBACK_WAIT.total_seconds())
    works.send_all()
    assert works.mouth.sent == []
    assert [(row.state, row.provider_id) for row in works.rows("outbox")] == [("sent", "out:found")]


def test_what_surely_did_not_leave_is_sent_again(works: Works, maya: int) -> None:
    works.mouth.faults = [SendUnknown("no answer")]
    works.mouth.finds = [SendLater("cannot tell yet"), None]
    post(works, maya)
    for _ in range(4):
        works.send_all()
        works.clock.pass_by(minutes=1)
    assert len(works.mouth.looked) == 2
    assert len(works.mouth.sent) == 1
    assert states(works) == ["sent"]


def test_a_fault_of_our_own_while_sending_is_an_unknown_outcome_too(works: Works, maya: int) -> None:
    works.mouth.faults = [KeyError("a bug")]
    post(works, maya)
    works.send_all()
    assert [(row.state, row.error_code) for row in works.rows("outbox")] == [("unknown", "KeyError")]


def test_a_lease_that_ran_out_is_reconciled_and_never_sent_blindly(works: Works, maya: int) -> None:
    post(works, maya)
    with works.store.next_outgoing(works.clock.now()) as ready:
        assert ready is not None
        ready.lease(works.clock.now() + LEASE)  # and the process dies
    works.service.sweep()
    assert works.send_all() == 0
    assert states(works) == ["sending"]
    works.clock.pass_by(seconds=LEASE.total_seconds() + 1)
    works.mouth.finds = ["out:it-left"]
    works.service.sweep()
    works.send_all()
    assert works.mouth.sent == []
    assert [(row.state, row.provider_id) for row in works.rows("outbox")] == [("sent", "out:it-left")]


def test_an_opt_out_between_writing_and_sending_stops_it(works: Works, maya: int) -> None:
    post(works, maya)
    consent(works, maya, Category.TRANSACTIONAL, given=False)
    works.send_all()
    assert works.mouth.sent == []
    assert [(row.state, row.reason) for row in works.rows("outbox")] == [("dropped", "opted_out")]


def test_the_confirmation_of_an_opt_out_is_the_one_message_after_it(works: Works) -> None:
    works.hear("STOP")
    works.hear("hello")
    works.answer_all()
    works.send_all()
    assert [(row.key, row.state) for row in works.rows("outbox")] == [
        ("consent.stopped", "sent"),
        ("greeting", "dropped"),
    ]


def test_a_promotion_waits_for_a_decent_hour_and_holds_up_no_answer(works: Works, maya: int) -> None:
    consent(works, maya, Category.MARKETING, given=True)
    works.clock.moment = NOW.replace(hour=9)  # one in the morning in Portland
    post(works, maya, "new flavours", category=Category.MARKETING)
    post(works, maya, "your answer")
    works.send_all()
    assert [outgoing.body.text for outgoing in works.mouth.sent] == ["your answer"]
    assert [(row.state, row.reason) for row in works.rows("outbox")] == [("waiting", "quiet_hours"), ("sent", None)]
    works.clock.moment = works.rows("outbox")[0].due_at
    works.send_all()
    assert [outgoing.body.text for outgoing in works.mouth.sent] == ["your answer", "new flavours"]


def test_review_requests_without_consent_are_dropped_with_the_reason(works: Works, maya: int) -> None:
    post(works, maya, category=Category.REVIEW)
    works.send_all()
    assert [(row.state, row.reason) for row in works.rows("outbox")] == [("dropped", "no_consent:review")]


@pytest.mark.parametrize(("seconds", "state"), [(-1, "sent"), (0, "dropped"), (1, "dropped")])
def test_whatsapp_takes_free_text_for_a_day_after_their_last_message(works: Works, seconds: int, state: str) -> None:
    works.hear(channel=Channel.WHATSAPP)
    works.answer_all()
    works.run("DELETE FROM outbox")
    party = works.rows("inbox")[0].customer_id
    works.clock.moment = NOW + timedelta(days=1, seconds=seconds)
    post(works, party, address=Address(channel=Channel.WHATSAPP, raw=f"whatsapp:{PHONE}", key=PHONE))
    works.send_all()
    assert states(works) == [state]


def test_an_approved_template_goes_where_free_text_may_not(works: Works) -> None:
    works.hear(channel=Channel.WHATSAPP)
    works.answer_all()
    works.run("DELETE FROM outbox")
    party = works.rows("inbox")[0].customer_id
    works.clock.pass_by(days=2)
    to = Address(channel=Channel.WHATSAPP, raw=f"whatsapp:{PHONE}", key=PHONE)
    post(works, party, address=to, template={"sid": "HX" + "0" * 32, "variables": ["FF-1"]})
    works.send_all()
    (outgoing,) = works.mouth.sent
    assert (outgoing.in_session, outgoing.template_sid, outgoing.template_variables) == (
        False,
        "HX" + "0" * 32,
        ("FF-1",),
    )


def test_mail_to_the_shop_asks_no_customers_consent(works: Works, maya: int) -> None:
    consent(works, maya, Category.TRANSACTIONAL, given=False)
    post(works, maya, address=MAIL, audience="shop")
    works.send_all()
    assert states(works) == ["sent"]


# -- what the provider says ----------------------------------------------------------------------------------------


def told(
    works: Works, status: str, code: str | None = None, *, provider_id: str = "out:1", ours: int | None = None
) -> None:
    works.service.record_delivery(provider_id, DeliveryStatus(status), code, ours, works.clock.now())


def test_reports_in_any_order_never_move_a_message_backwards(works: Works, maya: int) -> None:
    post(works, maya)
    works.send_all()
    for status in ("read", "sent", "delivered", "queued", "sending", "failed", "read"):
        told(works, status)
    assert states(works) == ["read"]
    assert len(works.rows("deliveries")) == 6


def test_a_report_that_comes_before_the_provider_answered_is_matched_by_our_own_id(works: Works, maya: int) -> None:
    ours = post(works, maya)
    works.mouth.before = lambda outgoing: told(works, "delivered", ours=outgoing.outbox_id)
    works.send_all()
    (row,) = works.rows("outbox")
    assert (row.id, row.state, row.provider_id) == (ours, "delivered", "out:1")


def test_a_report_of_an_unknown_message_is_kept_and_counts_once_it_is_known(works: Works, maya: int) -> None:
    told(works, "delivered")
    post(works, maya)
    works.send_all()
    assert states(works) == ["delivered"]


def test_reports_at_the_very_moment_an_id_becomes_known_are_never_lost(works: Works, maya: int) -> None:
    for number in range(1, 21):
        post(works, maya)
        ready = threading.Barrier(2)

        def report(ready: threading.Barrier = ready, theirs: str = f"out:{number}") -> None:
            ready.wait()
            told(works, "delivered", provider_id=theirs)

        thread = threading.Thread(target=report)
        thread.start()
        ready.wait()
        works.store.sent(number, f"out:{number}", works.clock.now())
        thread.join()
    assert states(works) == ["delivered"] * 20


def test_a_report_answers_an_unknown_outcome(works: Works, maya: int) -> None:
    works.mouth.faults = [SendUnknown("no answer")]
    ours = post(works, maya)
    works.send_all()
    told(works, "sent", provider_id="out:late", ours=ours)
    works.clock.pass_by(hours=1)
    assert works.send_all() == 0
    assert [(row.state, row.provider_id) for row in works.rows("outbox")] == [("sent", "out:late")]


def test_a_failure_told_later_is_final_and_may_suppress_the_address(works: Works, maya: int) -> None:
    post(works, maya)
    works.send_all()
    told(works, "undelivered", "21610")
    told(works, "delivered")
    assert [(row.state, row.error_code) for row in works.rows("outbox")] == [("failed", "21610")]
    post(works, maya)
    works.send_all()
    assert states(works) == ["failed", "dropped"]


def test_the_texts_sent_to_an_address_are_known_newest_first(works: Works, maya: int) -> None:
    for words in ("one", "two"):
        post(works, maya, words, MAIL)
        works.clock.pass_by(seconds=1)
    assert list(works.service.sent_bodies(MAIL)) == ["two", "one"]


def test_a_bounce_suppresses_the_address_it_was_for(works: Works, maya: int) -> None:
    bounced = post(works, maya, address=MAIL)
    works.send_all()
    works.service.suppress_recipient(bounced, "bounced")
    post(works, maya, address=MAIL)
    works.send_all()
    assert [row.reason for row in works.rows("outbox")] == [None, "suppressed:bounced"]
