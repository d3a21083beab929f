"""Receiving: once per provider id, whose it is, and how much of one sender is taken in."""

import threading
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.model import Address, Channel
from bot.records import Customer
from storage import inbox
from tests.works import NOW, PHONE, Works, message

MAYA = Customer(id="c-1", first_name="Maya", phone=PHONE, email="maya@example.com")


@pytest.fixture
def works(engine: Engine) -> Works:
    return Works(engine)


def at_once(*jobs: Any) -> list[Any]:
    """Runs them in threads that start together; their results."""
    ready = threading.Barrier(len(jobs))
    results: list[Any] = []

    def run(job: Any) -> None:
        ready.wait()
        try:
            results.append(job())
        except Exception as fault:
            results.append(fault)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_message_fifty_times_at_once_is_one_row_and_one_reply(works: Works) -> None:
    same = message(provider_id="twilio:SM1")
    heard = at_once(*[lambda: works.service.receive(same)] * 50)
    assert sorted(heard) == [False] * 49 + [True]
    assert len(works.rows("inbox")) == 1
    assert works.answer_all() == 1
    assert works.send_all() == 1
    assert len(works.mouth.sent) == 1


def test_a_stranger_becomes_a_party_and_is_the_same_party_the_next_time(works: Works) -> None:
    works.hear()
    works.hear("again")
    first, second = works.rows("inbox")
    assert first.customer_id == second.customer_id
    assert len(works.rows("customers")) == 1


def test_first_messages_of_a_new_sender_at_once_make_one_party(works: Works) -> None:
    heard = at_once(*[works.hear] * 12)
    assert heard == [True] * 12
    assert len(works.rows("customers")) == len(works.rows("addresses")) == 1


def test_the_phone_of_a_customer_is_the_customer_on_every_phone_channel(works: Works) -> None:
    maya = works.add_customer(MAYA)
    works.hear(channel=Channel.WHATSAPP)
    works.hear(channel=Channel.SMS)
    assert {row.customer_id for row in works.rows("inbox")} == {maya}


def test_a_phone_that_two_customers_share_is_neither_of_them(works: Works) -> None:
    both = {works.add_customer(MAYA), works.add_customer(MAYA.model_copy(update={"id": "c-2", "email": None}))}
    works.hear()
    assert works.rows("inbox")[0].customer_id not in both


def test_an_unlinked_contact_of_one_customer_is_found_by_their_record(works: Works) -> None:
    maya = works.add_customer(MAYA)
    works.run("DELETE FROM addresses")
    works.hear()
    assert works.rows("inbox")[0].customer_id == maya


def test_a_mail_that_proved_nothing_never_joins_the_customer(works: Works) -> None:
    maya = works.add_customer(MAYA)
    sender = Address(channel=Channel.EMAIL, raw="maya@example.com", key="maya@example.com")
    works.hear(sender=sender, verified=False)
    works.hear(sender=sender, verified=True)
    unproven, proven = works.rows("inbox")
    assert unproven.customer_id != maya
    assert proven.customer_id == maya


def test_the_raw_address_last_written_from_is_kept(works: Works) -> None:
    works.add_customer(MAYA)
    works.hear(sender=Address(channel=Channel.WHATSAPP, raw="whatsapp:+5215512345678", key=PHONE))
    works.answer_all()
    whatsapp = [row for row in works.rows("addresses") if row.channel == "whatsapp"]
    assert [(row.raw, row.last_inbound_at) for row in whatsapp] == [("whatsapp:+5215512345678", NOW)]


def test_a_replay_is_no_sign_of_life(works: Works) -> None:
    same = message()
    works.service.receive(same)
    works.answer_all()
    works.clock.pass_by(days=2)
    assert works.service.receive(same) is False
    works.answer_all()
    assert works.rows("addresses")[0].last_inbound_at == NOW


def test_a_flood_is_kept_but_set_aside_and_the_first_of_it_answered(works: Works, monkeypatch: Any) -> None:
    for _ in range(inbox.MOST_WAITING + 3):
        assert works.hear()
    states = [row.state for row in works.rows("inbox")]
    assert states == ["waiting"] * inbox.MOST_WAITING + ["aside"] * 3
    works.service.answer_next()
    works.hear()
    assert works.rows("inbox")[-1].state == "waiting"
