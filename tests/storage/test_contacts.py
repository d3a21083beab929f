"""Whose a phone number or mail address is."""

from datetime import timedelta

from sqlalchemy import Engine, select

from bot.model import Address, Category, Channel, Message
from storage import inbox, parties
from storage.contacts import ADDRESSES
from storage.engine import reading
from storage.inbox import INBOX
from storage.records import CUSTOMERS
from tests.storage.floor import MAYA, NOW, take_in

PHONE = MAYA["phone"]
NOAH = {"id": "c-2", "first_name": "Noah", "phone": PHONE}


def owner(engine: Engine, channel: str, key: str) -> str | None:
    """The customer that an address leads to; None for a stranger; `nowhere` when it is not known."""
    query = select(CUSTOMERS.c.source_id).join(ADDRESSES, ADDRESSES.c.customer_id == CUSTOMERS.c.id)
    with reading(engine) as connection:
        found = connection.execute(query.where(ADDRESSES.c.channel == channel, ADDRESSES.c.key == key)).first()
    return found[0] if found else "nowhere"


def text(text_id: str = "twilio:SM1", key: str = PHONE) -> Message:
    sender = Address(channel=Channel.SMS, raw=key, key=key)
    return Message(provider_id=text_id, sender=sender, text="hi", received_at=NOW)


def receive(engine: Engine, message: Message) -> int:
    with engine.begin() as connection:
        if inbox.keep(connection, message, NOW) is None:
            assert parties.meet(connection, message, NOW)
            assert inbox.keep(connection, message, NOW)
        query = select(INBOX.c.customer_id).where(INBOX.c.provider_id == message.provider_id)
        return int(connection.execute(query).scalar_one())


def test_a_customers_contacts_lead_to_them_on_every_channel(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA]})
    assert owner(engine, "sms", PHONE) == owner(engine, "whatsapp", PHONE) == "c-1"
    assert owner(engine, "email", "maya@example.com") == "c-1"


def test_a_contact_that_two_customers_share_leads_to_neither(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA]})
    take_in(engine, {"customers": [NOAH]})
    assert owner(engine, "sms", PHONE) is None
    assert owner(engine, "email", "maya@example.com") == "c-1"


def test_a_contact_shared_from_the_start_leads_nowhere(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA, NOAH]})
    assert owner(engine, "sms", PHONE) == "nowhere"


def test_a_contact_no_longer_shared_leads_to_the_one_who_has_it(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA, NOAH]})
    take_in(engine, {"customers": [MAYA | {"phone": "+15035550111"}]})
    assert owner(engine, "sms", PHONE) == "c-2"
    assert owner(engine, "sms", "+15035550111") == "c-1"


def test_a_number_given_up_leads_to_its_customer_no_more(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA]})
    take_in(engine, {"customers": [MAYA | {"phone": None}]}, NOW + timedelta(days=1))
    assert owner(engine, "sms", PHONE) is None


def test_two_spellings_of_a_number_are_one_contact(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA | {"phone": "+5215512345678"}]})
    assert owner(engine, "whatsapp", "+525512345678") == "c-1"


def test_what_a_stranger_wrote_moves_to_the_customer_they_turn_out_to_be(engine: Engine) -> None:
    stranger = receive(engine, text())
    with engine.begin() as connection:
        connection.execute(ADDRESSES.update().values(suppressed="opted_out"))
    take_in(engine, {"customers": [MAYA]})
    with reading(engine) as connection:
        waiting = connection.execute(select(INBOX.c.customer_id)).scalar_one()
        maya = parties.party_of(connection, "c-1")
        kept = select(ADDRESSES.c.suppressed).where(ADDRESSES.c.channel == "sms")
        assert connection.execute(kept).scalar_one() == "opted_out"
    assert waiting == maya != stranger


def test_the_same_customer_again_settles_nothing_anew(engine: Engine) -> None:
    take_in(engine, {"customers": [MAYA]})
    before = receive(engine, text())
    take_in(engine, {"customers": [MAYA]})
    assert receive(engine, text("twilio:SM2")) == before


def test_consent_that_was_taken_back_is_not_given_again_by_the_same_file(engine: Engine) -> None:
    granted = MAYA | {
        "consents": [{"channel": "email", "category": "marketing", "given_at": "2026-01-01T00:00:00+00:00"}]
    }
    take_in(engine, {"customers": [granted]})
    back = {"customer_id": "c-1", "channel": "email", "category": "marketing", "given": False}
    take_in(engine, {"consents": [back | {"at": "2026-02-01T00:00:00+00:00"}]})
    renamed = granted | {
        "first_name": "Mia",
        "consents": [*granted["consents"], granted["consents"][0] | {"given_at": "2026-01-15T00:00:00+00:00"}],
    }
    take_in(engine, {"customers": [renamed]})
    from storage.notices import newest_consents

    with reading(engine) as connection:
        party = parties.party_of(connection, "c-1")
        assert party is not None
        assert newest_consents(connection, party) == {(Channel.EMAIL, Category.MARKETING): False}
