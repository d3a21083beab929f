"""Joins the demo: the real app over a new database, with made-up secrets and a page in place of the providers.

Beside app.py and joining.py it knows the parts, so that the page itself (console/demo/) need not.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Connection

from bot.model import Channel, Rendered
from bot.ports import Clock, Sender
from channels.email.tokens import Tokens
from channels.limits import segments, shape
from config import MailSettings, Settings, TwilioSettings
from console.demo.desk import Desk, MovableClock, PageSender
from console.parts import parts
from joining import channel_settings
from storage import timeline
from storage.engine import reading

PHONE = "+15035550001"
MAIL = "hello@fernandfield.example"
AUTHSERV = "mx.fernandfield.example"
TIMEOUT = 10.0

T = TypeVar("T")
MakeApp = Callable[[Settings, Clock, Mapping[Channel, Sender]], Flask]


def open_demo(
    make_app: MakeApp, host: str, port: int, address: str, database: Path, shop_dir: Path
) -> tuple[Flask, Desk]:
    """The demo's app for where it listens and the address it is reached at, and what its page needs of it."""
    settings = demo_settings(host, port, address, database, shop_dir)
    clock = MovableClock()
    app = make_app(settings, clock, dict.fromkeys(Channel, PageSender()))
    return app, _desk(app, settings, clock, address)


def demo_settings(host: str, port: int, address: str, database: Path, shop_dir: Path) -> Settings:
    return Settings(
        host=host,
        port=port,
        public_base_url=address,
        shop_dir=shop_dir,
        database_url=f"sqlite:///{database}",
        secret_key=token_hex(20),
        api_token=token_hex(20),
        twilio=TwilioSettings("AC" + "0" * 32, token_hex(20), sms_from=PHONE, whatsapp_from=PHONE),
        mail=MailSettings(sender=MAIL, webhook_secret=token_hex(20), authserv_id=AUTHSERV),
        log_level="warning",
    )


def _desk(app: Flask, settings: Settings, clock: MovableClock, address: str) -> Desk:
    import httpx

    joined = parts(app)
    assert settings.twilio is not None

    def read(ask: Callable[[Connection, int], list[T]]) -> Callable[[str], list[T]]:
        def asked(customer_id: str) -> list[T]:
            with reading(joined.engine) as connection:
                party = timeline.party_of(connection, customer_id)
                return ask(connection, party) if party is not None else []

        return asked

    def people() -> list[Any]:
        with reading(joined.engine) as connection:
            return timeline.people(connection)

    def sent() -> dict[str, dict[str, int]]:
        with reading(joined.engine) as connection:
            return timeline.sent_counts(connection)

    def pass_once() -> None:
        while joined.service.answer_next():
            pass
        joined.service.fire_due(clock.now())
        while joined.service.send_next():
            pass

    headers = {"Authorization": f"Bearer {settings.api_token}"}
    client = httpx.Client(trust_env=False, verify=False, headers=headers, timeout=TIMEOUT)  # noqa: S501 - plain HTTP

    def ingest(records: dict[str, Any]) -> None:
        client.post(f"{address}/api/events", json=records).raise_for_status()

    def shaped(channel: Channel, rendered: Rendered) -> Any:
        return shape(channel, rendered)

    mail = channel_settings(settings).email
    assert mail is not None
    tokens = Tokens(mail)

    def mail_names(outbox_id: int, to: str) -> tuple[str, str]:
        return tokens.reply_to(outbox_id, to), tokens.message_id(outbox_id, to)

    return Desk(
        shop=joined.shop,
        clock=clock,
        people=people,
        orders=read(timeline.orders_of),
        messages=read(timeline.messages),
        notices=read(timeline.notices_of),
        handoffs=read(timeline.open_handoffs),
        sent=sent,
        give_back=joined.desk.give_back,
        ingest=ingest,
        pass_once=pass_once,
        shape=shaped,
        segments=lambda text: segments(text).count,
        mail_names=mail_names,
        base_url=address,
        twilio_token=settings.twilio.auth_token,
        sms_number=PHONE,
        whatsapp_number=PHONE,
        email_secret=settings.mail.webhook_secret or "",
        email_address=MAIL,
        authserv_id=AUTHSERV,
    )
