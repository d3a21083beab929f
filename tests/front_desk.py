"""A shop with people at its desk, seen from outside: signed webhooks, raw mails, the API, and a clock that is moved."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from app import create_app
from bot.model import Channel, Outgoing
from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens
from config import load_settings
from console.parts import parts
from storage.parties import TABLES
from tests.e2e.outside import TOKEN, environment, inbound, phone, write_shop
from tests.e2e.post_office import AUTHSERV, SECRET, SHOP_ADDRESS
from tests.works import Mouth, MovedClock

API_TOKEN = "an-api-token-of-the-tests"
CARE = "care@fernandfield.example"  # as the sample shop has it
BEARER = {"Authorization": f"Bearer {API_TOKEN}"}
MONDAY = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)  # ten in the morning in Portland
MAIL = {
    "SMTP_URL": "smtp://127.0.0.1:9?starttls=false",
    "EMAIL_FROM": f"Shop <{SHOP_ADDRESS}>",
    "EMAIL_WEBHOOK_SECRET": SECRET,
    "EMAIL_AUTHSERV_ID": AUTHSERV,
}


class FrontDesk:
    """Customers 0 and 1 have a phone each, and orders 5001 and 5002."""

    def __init__(self, app: Flask, clock: MovedClock, mouth: Mouth) -> None:
        self.app, self.clock, self.mouth = app, clock, mouth
        self.client = app.test_client()
        self.tokens = Tokens(EmailSettings(sender=SHOP_ADDRESS, secret_key="a-secret-key-of-the-tests-only"))

    # -- customers -------------------------------------------------------------------------------------------------

    def hears(self, text: str, number: int = 0, *, whatsapp: bool = False) -> None:
        """A second later a message of a customer, answered, and what is to be sent, sent."""
        self.clock.pass_by(seconds=1)
        form = inbound(("whatsapp:" if whatsapp else "") + phone(number), text)
        signature = RequestValidator(TOKEN).compute_signature("http://127.0.0.1:80/webhooks/twilio", form)
        answer = self.client.post("/webhooks/twilio", data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200
        self.works()

    def works(self) -> None:
        service = parts(self.app).service
        while service.answer_next():
            pass
        while service.send_next():
            pass

    def told(self, channel: Channel = Channel.SMS) -> list[str]:
        """What customers were sent on this channel."""
        self.works()
        sent = [one for one in self.mouth.sent if one.audience == "customer"]
        return [one.body.text for one in sent if one.channel is channel]

    def rows(self, name: str) -> list[Any]:
        table = TABLES[name]
        with parts(self.app).engine.begin() as connection:
            return list(connection.execute(select(table)))

    # -- the API ---------------------------------------------------------------------------------------------------

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(f"/api/handoffs{path}", query_string=query, headers=BEARER)

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        headers = BEARER | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/api/handoffs{path}", json=body, headers=headers)

    def reply(self, text: str, *, agent: str = "anna", key: str = "k-1", case: int = 1) -> Any:
        return self.post(f"/{case}/reply", {"agent": agent, "text": text}, key)

    def case(self, number: int = 1) -> dict[str, Any]:
        return dict(self.get(f"/{number}").json)

    # -- mail ------------------------------------------------------------------------------------------------------

    def mails(self) -> list[Outgoing]:
        """What the shop's own people were sent."""
        self.works()
        return [one for one in self.mouth.sent if one.audience == "shop"]

    def writes(self, sender: str, text: str, *, message_id: str) -> None:
        """A customer's mail, proven."""
        written = EmailMessage()
        written["From"], written["To"], written["Subject"] = sender, SHOP_ADDRESS, "Hello"
        written["Message-ID"] = message_id
        written["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={sender.partition('@')[2]}"
        written.set_content(text)
        assert self._posts(written, sender) == 204

    def answers(
        self,
        mail: Outgoing,
        text: str,
        *,
        sender: str = CARE,
        dmarc: str = "pass",
        to: str | None = None,
        message_id: str = "<1@desk.example>",
        **headers: str,
    ) -> int:
        """One of the shop's people answers a mail by its Reply-To, as their program does."""
        written = EmailMessage()
        written["From"], written["To"] = sender, to or self.tokens.reply_to(mail.outbox_id, mail.to)
        written["Subject"], written["Message-ID"] = f"Re: {mail.body.subject}", message_id
        written["Authentication-Results"] = f"{AUTHSERV}; dmarc={dmarc} header.from={sender.partition('@')[2]}"
        for name, value in headers.items():
            del written[name.replace("_", "-")]
            written[name.replace("_", "-")] = value
        quoted = "".join(f"> {line}\n" for line in mail.body.text.splitlines())
        written.set_content(
            f"{text}\n\n-- \nAnna\n\nOn Mon, Nov 30, 2026 at 10:05 AM Shop <{SHOP_ADDRESS}> wrote:\n{quoted}"
        )
        return self._posts(written, sender)

    def _posts(self, mail: EmailMessage, sender: str) -> int:
        signed = {"Authorization": f"Bearer {SECRET}", "X-Envelope-From": sender}
        status = self.client.post("/webhooks/email/mime", data=mail.as_bytes(), headers=signed).status_code
        self.works()
        return status


@contextmanager
def front_desk(database_url: str, folder: Path, moment: datetime = MONDAY, **more: str) -> Iterator[FrontDesk]:
    """Opened on a Monday morning."""
    given: Mapping[str, str] = {"API_TOKEN": API_TOKEN, "SENTENCE_ENCODER": "off", **MAIL, **more}
    settings = environment(database_url=database_url, port=80, twilio_url="http://127.0.0.1:9", **given)
    clock, mouth = MovedClock(moment), Mouth()
    app = create_app(load_settings(settings, serving=True), clock=clock, senders=dict.fromkeys(Channel, mouth))
    parts(app).migrate()
    desk = FrontDesk(app, clock, mouth)
    records = json.loads(write_shop(folder / "shop.json", 2).read_text())
    assert desk.client.post("/api/events", json=records, headers=BEARER).status_code == 200
    yield desk
    parts(app).engine.dispose()
