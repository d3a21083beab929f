"""POST /webhooks/email/mime: signed, read, handed on; and one-click unsubscribe."""

import io
from collections.abc import Mapping
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.model import Address, Category, DeliveryStatus, Message
from channels.email.inbound import MAX_REFERENCES
from channels.email.unsubscribe import unsubscribe_blueprint
from channels.email.web import MAX_BYTES, Inlet, mime_blueprint
from tests.channels.email.mails import NOW, SETTINGS, SHOP, TOKENS, WORDS, FixedClock, mail, payload

SIGNED = {"Authorization": "Bearer webhook-secret"}
PATH = "/webhooks/email/mime"


class Shop:
    """What the route hands on to, kept."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.deliveries: list[tuple[str, DeliveryStatus, str | None, int | None, datetime]] = []
        self.suppressed: list[tuple[int, str]] = []
        self.unsubscribed: list[tuple[str, Category]] = []
        self.sent: dict[str, list[str]] = {}

    def receive(self, message: Message) -> bool:
        self.messages.append(message)
        return True

    def client(self) -> FlaskClient:
        inlet = Inlet(
            settings=SETTINGS,
            receive=self.receive,
            record_delivery=lambda *report: self.deliveries.append(report),
            suppress=lambda outbox_id, why: self.suppressed.append((outbox_id, why)),
            sent_bodies=lambda address: self.sent.get(address.key, []),
            clock=FixedClock(),
        )
        app = Flask(__name__)
        app.register_blueprint(mime_blueprint(inlet))
        app.register_blueprint(unsubscribe_blueprint(SETTINGS, lambda: SHOP, WORDS.__getitem__, self.unsubscribe))
        return app.test_client()

    def unsubscribe(self, address: Address, category: Category) -> None:
        self.unsubscribed.append((address.key, category))


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic d2ViaG9vayBzZWNyZXQ="}, 401),
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": "Bearer webhook-secre"}, 403),
        ({"Authorization": "Bearer \xe9"}, 403),
    ],
)
def test_without_the_secret_nothing_is_taken(shop: Shop, headers: Mapping[str, str], status: int) -> None:
    assert shop.client().post(PATH, data=mail(), headers=headers).status_code == status
    assert shop.messages == []


@pytest.mark.parametrize(
    "content_type",
    ["message/rfc822", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream", None],
)
def test_a_raw_mail_is_handed_on_whatever_its_content_type(shop: Shop, content_type: str | None) -> None:
    answer = shop.client().post(PATH, data=mail(), headers=SIGNED, content_type=content_type)
    assert answer.status_code == 204
    assert [message.text for message in shop.messages] == ["Where is my order?"]
    assert shop.messages[0].received_at == NOW


def test_a_form_may_carry_the_mail_as_a_file_or_a_field(shop: Shop) -> None:
    client = shop.client()
    client.post(
        PATH, data={"message": (io.BytesIO(mail()), "m.eml")}, headers=SIGNED, content_type="multipart/form-data"
    )
    client.post(PATH, data={"message": mail().decode()}, headers=SIGNED, content_type="multipart/form-data")
    assert [message.text for message in shop.messages] == ["Where is my order?"] * 2


def test_the_envelope_travels_in_headers_or_in_the_query(shop: Shop) -> None:
    client = shop.client()
    to = TOKENS.reply_to(77, "jane@gmail.com")
    client.post(PATH, data=mail(), headers=SIGNED | {"X-Envelope-From": "<jane@gmail.com>", "X-Envelope-To": to})
    client.post(f"{PATH}?mail_from=%3C%3E&rcpt_to={to.replace('+', '%2B')}", data=mail(), headers=SIGNED)
    client.post(PATH, data=mail(), headers=SIGNED | {"X-Envelope-From": ""})
    assert [(message.thread, message.silent) for message in shop.messages] == [
        ("outbox:77", ""),
        ("outbox:77", "null_sender"),
        (None, "null_sender"),
    ]


@pytest.mark.parametrize("body", [b"", b"\r\n \n\t", b"\0\0"])
def test_nothing_at_all_is_unreadable(shop: Shop, body: bytes) -> None:
    assert shop.client().post(PATH, data=body, headers=SIGNED).status_code == 400


def test_a_mail_over_the_cap_is_too_large(shop: Shop) -> None:
    assert shop.client().post(PATH, data=b"x" * (MAX_BYTES + 1), headers=SIGNED).status_code == 413
    assert shop.messages == []


def test_what_we_lately_sent_to_the_address_is_looked_up(shop: Shop) -> None:
    shop.sent["jane@gmail.com"] = ["The carrier could not deliver your parcel today because nobody was at home."]
    shop.client().post(PATH, data=mail(f"Friday\n\n{shop.sent['jane@gmail.com'][0]}"), headers=SIGNED)
    assert shop.messages[0].text == "Friday"


def test_a_bounce_updates_its_delivery_and_suppresses_the_address_and_is_no_message(shop: Shop) -> None:
    raw = payload("bounce.eml")
    headers = SIGNED | {"X-Envelope-From": "<>", "X-Envelope-To": TOKENS.return_path(77)}
    assert shop.client().post(PATH, data=raw, headers=headers).status_code == 204
    assert shop.deliveries == [("email:77", DeliveryStatus.UNDELIVERED, "5.1.1", 77, NOW)]
    assert (shop.suppressed, shop.messages) == ([(77, "bounced")], [])


def test_a_forged_bounce_changes_nothing_and_is_kept_as_a_silent_message(shop: Shop) -> None:
    headers = SIGNED | {"X-Envelope-From": "<>", "X-Envelope-To": "support+b4d-aaaaaaaaaaaaaaaa@shop.example"}
    shop.client().post(PATH, data=payload("bounce.eml"), headers=headers)
    assert (shop.deliveries, shop.suppressed) == ([], [])
    assert [message.silent for message in shop.messages] == ["return_path"]


def test_a_fault_of_ours_is_a_500_so_that_the_server_sends_again(shop: Shop) -> None:
    def broken(message: Message) -> bool:
        raise OSError("the database is away")

    shop.receive = broken  # type: ignore[method-assign]
    client = shop.client()
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    assert client.post(PATH, data=mail(), headers=SIGNED).status_code == 500


def test_a_thread_of_any_length_keeps_a_bounded_history(shop: Shop) -> None:
    many = " ".join(f"<{number}@x>" for number in range(500))
    shop.client().post(PATH, data=mail(References=many), headers=SIGNED)
    assert len(shop.messages[0].references) == MAX_REFERENCES


def test_opening_the_unsubscribe_link_shows_a_page_and_changes_nothing(shop: Shop) -> None:
    answer = shop.client().get(f"/u/{TOKENS.unsubscribe('jane@gmail.com', 'marketing')}")
    assert (answer.status_code, shop.unsubscribed) == (200, [])
    assert "Stop these mails?" in answer.text
    assert 'method="post"' in answer.text


def test_one_click_unsubscribes_without_login(shop: Shop) -> None:
    path = f"/u/{TOKENS.unsubscribe('Jane@gmail.com', 'review')}"
    answer = shop.client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, shop.unsubscribed) == (200, [("jane@gmail.com", Category.REVIEW)])


@pytest.mark.parametrize("token", ["x", "WyJqYW5lQGdtYWlsLmNvbSIsIm1hcmtldGluZyJd.AAAA"])
def test_a_link_that_we_did_not_make_does_nothing(shop: Shop, token: str) -> None:
    client = shop.client()
    assert (client.get(f"/u/{token}").status_code, client.post(f"/u/{token}").status_code) == (404, 404)
    made = TOKENS.unsubscribe("jane@gmail.com", "everything")
    assert client.post(f"/u/{made}").status_code == 404
    assert shop.unsubscribed == []
