"""What is left behind when customers change their account, ask for their data, or say what they think."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update

from bot.actions import (
    Action,
    ChangeContact,
    ChangeHomeAddress,
    EraseCustomer,
    ExportData,
    RecordScore,
    SendContactCode,
    SetConsent,
    SetPreference,
)
from bot.model import Category, Channel, Outcome, Status
from bot.records import Customer
from storage.contacts import ADDRESSES
from storage.engine import reading
from storage.ingest_messages import OUTBOX
from storage.ingest_people import CONSENTS
from storage.ingest_rest import HANDOFFS, SCORES
from storage.ledger import ACTIONS
from storage.ledger_codes import CODES
from storage.parties import party_of
from storage.records import CUSTOMERS, SqlRecords
from tests.storage.floor import MAYA, NOW, ago, event, export, order, records, take_in
from tests.storage.test_ledger import OAK, Desk

NEW = {"customer_id": "c-1", "kind": "email", "contact": "new@example.org"}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    take_in(engine, records())
    with reading(engine) as connection:
        maya = party_of(connection, "c-1")
    assert maya is not None
    return Desk(engine, maya, 0)


def known(desk: Desk) -> Customer:
    with reading(desk.engine) as connection:
        found = SqlRecords(connection).customer("c-1")
    assert found is not None
    return found


def code(desk: Desk) -> str:
    return next(text for text in reversed(desk.mails("identity.code")) if text).split("code is ")[1][:6]


def changes(desk: Desk, **fields: Any) -> Outcome:
    assert desk.does(SendContactCode(**NEW)).status is Status.DONE
    return desk.does(ChangeContact(**NEW, code=code(desk), **fields))


def owner(desk: Desk, key: str) -> int:
    return next(row.customer_id for row in desk.rows(ADDRESSES) if row.key == key)


# -- contact -----------------------------------------------------------------------------------------------------------


def test_a_code_goes_to_the_new_contact_and_nowhere_else(desk: Desk) -> None:
    desk.does(SendContactCode(**NEW))
    assert [row.address for row in desk.rows(OUTBOX) if row.key == "identity.code"] == ["new@example.org"]


def test_the_right_code_makes_the_contact_count(desk: Desk) -> None:
    assert changes(desk).status is Status.DONE
    assert known(desk).email == "new@example.org"
    row = next(row for row in desk.rows(CUSTOMERS) if row.source_id == "c-1")
    assert (row.email_key, row.email_changed_at, row.phone_changed_at) == ("new@example.org", NOW, None)
    assert owner(desk, "new@example.org") == desk.maya
    assert owner(desk, "maya@example.com") != desk.maya


def test_the_old_contact_and_the_new_are_told_and_the_shop_has_a_task(desk: Desk) -> None:
    changes(desk)
    told = [row.address for row in desk.rows(OUTBOX) if row.key == "account.contact_notice"]
    assert told == ["Maya@example.com", "new@example.org"]
    assert [row.reason for row in desk.rows(HANDOFFS)] == ["account_changed"]


def test_a_wrong_code_changes_nothing(desk: Desk) -> None:
    desk.does(SendContactCode(**NEW))
    wrong = "000000" if code(desk) != "000000" else "111111"
    assert desk.does(ChangeContact(**NEW, code=wrong)).code == "wrong"
    assert known(desk).email == "Maya@example.com"


def test_a_code_for_one_contact_makes_no_other_count(desk: Desk) -> None:
    desk.does(SendContactCode(**NEW))
    other = NEW | {"contact": "thief@example.org"}
    assert desk.does(ChangeContact(**other, code=code(desk))).code == "expired"


def test_a_code_is_good_once_and_not_for_ever(desk: Desk) -> None:
    desk.does(SendContactCode(**NEW))
    sent = code(desk)
    desk.now = NOW + timedelta(minutes=11)
    assert desk.does(ChangeContact(**NEW, code=sent)).code == "expired"
    assert known(desk).email == "Maya@example.com"


def test_the_code_is_not_kept_with_the_action(desk: Desk) -> None:
    changes(desk)
    (kept,) = [row.action for row in desk.rows(ACTIONS) if row.kind == "ChangeContact"]
    assert "code" not in kept
    assert all(len(row.digest) == 64 for row in desk.rows(CODES))


def test_another_customer_s_contact_is_not_taken(desk: Desk) -> None:
    take_in(desk.engine, {"customers": [{"id": "c-2", "email": "new@example.org"}]})
    assert changes(desk).code == "taken"
    assert known(desk).email == "Maya@example.com"


def test_codes_to_new_contacts_are_limited_like_all_others(desk: Desk) -> None:
    sent = [
        desk.does(SendContactCode(customer_id="c-1", kind="email", contact=f"n{number}@example.org"))
        for number in range(6)
    ]
    assert [outcome.status for outcome in sent] == [Status.DONE] * 5 + [Status.REFUSED]


def test_what_was_changed_here_outlives_a_source_that_repeats_the_old(desk: Desk) -> None:
    changes(desk)
    desk.does(ChangeHomeAddress(customer_id="c-1", address=OAK))
    take_in(desk.engine, {"customers": [MAYA | {"last_name": "Okafor", "address": None}]})
    after = known(desk)
    assert (after.email, after.address, after.last_name) == ("new@example.org", OAK, "Okafor")


def test_a_source_that_has_something_newer_wins(desk: Desk) -> None:
    changes(desk)
    take_in(desk.engine, {"customers": [MAYA | {"email": "third@example.org"}]})
    assert known(desk).email == "third@example.org"


# -- preferences -------------------------------------------------------------------------------------------------------


def test_a_channel_asked_for_is_kept_and_agreed_to(desk: Desk) -> None:
    wish = SetPreference(customer_id="c-1", channel=Channel.WHATSAPP, words="whatsapp please")
    assert desk.does(wish).status is Status.DONE
    assert known(desk).preferred_channel == "whatsapp"
    (line,) = desk.rows(CONSENTS)
    assert (line.channel, line.category, line.given, line.words) == (
        "whatsapp",
        "transactional",
        True,
        "whatsapp please",
    )
    assert json.loads(export(desk.engine))["customers"][0]["preferred_channel"] == "whatsapp"


def test_a_channel_that_was_stopped_stays_stopped(desk: Desk) -> None:
    stop = SetConsent(channel=Channel.SMS, categories=tuple(Category), given=False, source="customer", words="STOP")
    desk.does(stop)
    assert desk.does(SetPreference(customer_id="c-1", channel=Channel.SMS)).code == "stopped"
    assert known(desk).preferred_channel is None


def test_a_language_is_kept_on_the_record(desk: Desk) -> None:
    desk.does(SetPreference(customer_id="c-1", language="es"))
    assert known(desk).language == "es"


# -- scores ------------------------------------------------------------------------------------------------------------


def test_words_come_to_the_score_of_the_same_matter(desk: Desk) -> None:
    desk.does(RecordScore(scale="nps", score=9, matter="4"))
    desk.does(RecordScore(scale="nps", score=9, matter="4", words="quick"))
    desk.now = NOW + timedelta(days=182)
    desk.does(RecordScore(scale="nps", score=3, matter="9"))
    assert [(row.score, row.words) for row in desk.rows(SCORES)] == [(9, "quick"), (3, None)]


# -- data --------------------------------------------------------------------------------------------------------------


def test_the_export_is_a_file_to_the_mail_on_file_with_everything_of_theirs_alone(desk: Desk) -> None:
    take_in(
        desk.engine,
        {
            "customers": [{"id": "c-2", "first_name": "Ben"}],
            "orders": [order(id="o-2", number="2", customer_id="c-2", shipments=[])],
        },
    )
    desk.does(RecordScore(scale="nps", score=9, matter="4"))
    assert desk.does(ExportData(customer_id="c-1")).data == {"masked": "M•••@e•••.com"}
    (mail,) = [row for row in desk.rows(OUTBOX) if row.key == "privacy.export_mail"]
    assert mail.address == "Maya@example.com"
    (file,) = mail.body["files"]
    held = json.loads(file["text"])
    assert [customer["id"] for customer in held["customers"]] == ["c-1"]
    assert [one["id"] for one in held["orders"]] == ["o-1"]
    assert [score["score"] for score in held["scores"]] == [9]
    assert "products" not in held
    assert set(held) >= {"subscriptions", "reviews", "registrations", "handoffs", "consents", "messages"}


def test_the_file_does_not_stay_in_mails_that_have_left(desk: Desk) -> None:
    desk.does(ExportData(customer_id="c-1"))
    with desk.engine.begin() as connection:
        connection.execute(update(OUTBOX).values(state="sent"))
    desk.does(ExportData(customer_id="c-1"))
    mails = [row for row in desk.rows(OUTBOX) if row.key == "privacy.export_mail"]
    assert [len(row.body["files"]) for row in mails] == [0, 1]


def test_nothing_is_mailed_to_an_address_put_on_file_lately(desk: Desk) -> None:
    changes(desk)
    assert desk.does(ExportData(customer_id="c-1")).code == "no_email"


@pytest.mark.parametrize(
    "opens",
    [
        {"orders": [order()]},
        {"orders": [order(status="pending", shipments=[])]},
        {
            "subscriptions": [
                {
                    "id": "sub-1",
                    "customer_id": "c-1",
                    "sku": "MUG-BLUE",
                    "quantity": 1,
                    "interval_days": 30,
                    "next_charge_at": ago(-100),
                    "price": "18.00",
                    "status": "paused",
                }
            ]
        },
    ],
    ids=["under way", "pending", "subscribed"],
)
def test_while_something_is_open_nothing_is_erased(engine: Engine, opens: dict[str, Any]) -> None:
    take_in(engine, records(**({"orders": []} | opens)))
    assert erasing(engine).code == "open_matters"


def test_with_nothing_open_it_is_asked_for_and_done_later(engine: Engine) -> None:
    take_in(engine, records(orders=[order(status="delivered", shipments=[arrived()])]))
    assert erasing(engine).status is Status.PENDING
    with reading(engine) as connection:
        row = connection.execute(CUSTOMERS.select().where(CUSTOMERS.c.source_id == "c-1")).one()
    assert (row.erase_at, row.erased_at) == (NOW, None)


def arrived() -> dict[str, Any]:
    return {"id": "s-1", "tracking_number": "1Z 999", "events": [event("delivered", 300)]}


def erasing(engine: Engine) -> Outcome:
    with reading(engine) as connection:
        maya = party_of(connection, "c-1")
    assert maya is not None
    action: Action = EraseCustomer(customer_id="c-1")
    return Desk(engine, maya, 0).does(action)
