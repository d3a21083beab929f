"""The real path of a mail: swaks → OpenSMTPD → pipe → webhook → answer → OpenSMTPD → Maildir (CHANNELS.md, stand-ins).

The server is real, the shop behind the webhook is small: it answers what may be answered. OpenSMTPD checks no DMARC, so
the verdict is written into the mails here, as a server that does would.
"""

import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot.model import Category, Channel, DeliveryStatus, Message, Outgoing, Rendered
from channels.email.compose import Composer
from channels.email.outbound import EmailSender
from channels.email.settings import Server, Tls
from channels.email.tokens import Tokens
from channels.email.web import Inlet, mime_blueprint
from tests.channels.email.mails import NOW, SETTINGS, SHOP, WORDS, FixedClock
from tests.mail.opensmtpd import CUSTOMER_DOMAIN, GONE, MailServer, mail_server

pytestmark = pytest.mark.mailserver

CUSTOMER = f"jane@{CUSTOMER_DOMAIN}"
PROVEN = f"Authentication-Results: mx.shop.example; dmarc=pass header.from={CUSTOMER_DOMAIN}"
TOKENS = Tokens(SETTINGS)


class AnsweringShop:
    """Takes mails in and answers each one that may be answered, once, through the same mail server."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.deliveries: list[tuple[int | None, DeliveryStatus, str | None]] = []
        self.changed = threading.Condition()
        self.sender: EmailSender | None = None
        self.receiving = self.receive

    def receive(self, message: Message) -> bool:
        with self.changed:
            if message.provider_id in self.messages:
                return False
            self.messages[message.provider_id] = message
            self.changed.notify_all()
        if not message.silent:
            self.answer(message)
        return True

    def take(self, message: Message) -> bool:
        return self.receiving(message)

    def answer(self, message: Message) -> None:
        assert self.sender is not None
        headers = {"In-Reply-To": message.message_id or "", "Subject": message.subject or ""}
        self.sender.send(letter(100 + len(self.messages), message.sender.raw, f"You wrote: {message.text}", headers))

    def record(
        self, provider_id: str, status: DeliveryStatus, code: str | None, outbox_id: int | None, at: object
    ) -> None:
        with self.changed:
            self.deliveries.append((outbox_id, status, code))
            self.changed.notify_all()

    def wait_for(self, messages: int = 0, deliveries: int = 0) -> list[Message]:
        with self.changed:
            self.changed.wait_for(lambda: len(self.messages) >= messages and len(self.deliveries) >= deliveries, 20)
            return list(self.messages.values())


def letter(outbox_id: int, to: str, text: str, headers: dict[str, str] | None = None) -> Outgoing:
    return Outgoing(
        outbox_id=outbox_id,
        channel=Channel.EMAIL,
        to=to,
        body=Rendered(text=text, subject="Your order"),
        category=Category.TRANSACTIONAL,
        headers=headers or {},
        created_at=NOW,
    )


@pytest.fixture
def shop() -> AnsweringShop:
    return AnsweringShop()


@pytest.fixture
def mails(shop: AnsweringShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    inlet = Inlet(
        settings=SETTINGS,
        receive=shop.take,
        record_delivery=shop.record,
        suppress=lambda outbox_id, why: None,
        sent_bodies=lambda address: (),
        clock=FixedClock(),
    )
    app = Flask(__name__)
    app.register_blueprint(mime_blueprint(inlet))
    web = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=web.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{web.server_port}/webhooks/email/mime"
    directory = open_to_the_server(tmp_path_factory.mktemp("mail"))
    try:
        with mail_server(directory, url, SETTINGS.webhook_secret) as server:
            there = Server("127.0.0.1", server.port, Tls.NONE)
            shop.sender = EmailSender(there, Composer(SETTINGS, lambda: SHOP, WORDS.__getitem__))
            yield server
    finally:
        web.shutdown()
        thread.join()
        web.server_close()


def open_to_the_server(directory: Path) -> Path:
    """The server delivers as nobody, who must be able to walk to the directory."""
    for parent in (directory, *directory.parents):
        parent.chmod(0o755)
        if parent.name.startswith("pytest-of"):
            break
    return directory


def parsed(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").strip()


def test_a_customer_writes_and_the_answer_lands_in_their_thread(shop: AnsweringShop, mails: MailServer) -> None:
    mails.inject(
        "--from", CUSTOMER, "--to", "support@shop.example", "--add-header", PROVEN,
        "--header", "Subject: Where is it?", "--header", "Message-Id: <1@customer.example>",
        "--body", "Where is W1001?",
    )  # fmt: skip
    answer = parsed(mails.delivered(1)[0])
    (message,) = shop.wait_for(messages=1)
    assert (message.text, message.verified, message.silent) == ("Where is W1001?", True, "")
    assert text_of(answer) == "You wrote: Where is W1001?"
    assert (answer["In-Reply-To"], answer["Subject"]) == ("<1@customer.example>", "Re: Where is it?")
    assert answer["Return-Path"].strip("<>") == TOKENS.return_path(101)

    mails.inject(
        "--from", CUSTOMER, "--to", answer["Reply-To"], "--header", "Message-Id: <2@customer.example>",
        "--header", f"In-Reply-To: {answer['Message-ID']}",
        "--body", f"Thanks\n\nOn Mon, 24 Nov 2025 at 9:30, Acme <{answer['Reply-To']}> wrote:\n\n> You wrote: W1001\n",
    )  # fmt: skip
    reply = next(found for found in shop.wait_for(messages=2) if found.message_id == "<2@customer.example>")
    assert (reply.text, reply.thread) == ("Thanks", "outbox:101")


def test_a_null_sender_reaches_us_as_one_and_is_not_answered(shop: AnsweringShop, mails: MailServer) -> None:
    mails.inject("--from", "<>", "--to", "support@shop.example", "--header", f"From: {CUSTOMER}", "--body", "hello")
    (message,) = shop.wait_for(messages=1)
    assert message.silent == "null_sender"
    assert mails.delivered(1, seconds=1) == []


def test_the_servers_own_bounce_comes_home_to_its_mail(shop: AnsweringShop, mails: MailServer) -> None:
    assert shop.sender is not None
    shop.sender.send(letter(7, GONE, "It arrives tomorrow."))
    shop.wait_for(deliveries=1)
    ((outbox_id, status, _),) = shop.deliveries
    assert (outbox_id, status) == (7, DeliveryStatus.UNDELIVERED)
    assert shop.messages == {}


def test_a_mail_is_kept_by_the_server_while_the_webhook_fails_and_is_taken_once_later(
    shop: AnsweringShop, mails: MailServer
) -> None:
    failures: list[str] = []

    def failing(message: Message) -> bool:
        failures.append(message.provider_id)
        if len(failures) == 1:
            raise OSError("the database is away")
        return shop.receive(message)

    shop.receiving = failing
    mails.inject("--from", CUSTOMER, "--to", "support@shop.example", "--body", "hello")
    mails.try_again(lambda: bool(shop.messages))
    assert len(shop.messages) == 1
    assert len(mails.delivered(1)) == 1
