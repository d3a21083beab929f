"""Mails and settings that the tests of the email channel share."""

from datetime import UTC, datetime
from pathlib import Path

from bot.merchant.schema import ShopSettings
from bot.model import Category, Channel, Choice, Message, Outgoing, Rendered
from bot.records import PostalAddress
from channels.email.inbound import read_envelope, read_message
from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens

NOW = datetime(2025, 11, 24, 9, 30, tzinfo=UTC)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "email"
SETTINGS = EmailSettings(
    sender="Acme <support@shop.example>",
    secret_key="a secret of the tests",
    webhook_secret="webhook-secret",
    authserv_id="mx.shop.example",
    public_base_url="https://bot.shop.example",
)
TOKENS = Tokens(SETTINGS)
SHOP = ShopSettings(
    name="Acme",
    time_zone="Europe/Berlin",
    currency="EUR",
    postal_address=PostalAddress(line1="Main Street 1", postcode="10115", city="Berlin", country="DE"),
)
WORDS = {
    "unsubscribe.button": "Unsubscribe",
    "unsubscribe.ask": "Stop these mails?",
    "unsubscribe.done": "You will get no more of these mails.",
    "unsubscribe.gone": "This link is not valid.",
}


class FixedClock:
    def now(self) -> datetime:
        return NOW


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def mail(body: str = "Where is my order?", **headers: str) -> bytes:
    """A plain mail; a header is named with `_` for `-`, and left out when empty."""
    lines = {"From": "Jane <jane@gmail.com>", "To": "support@shop.example", "Subject": "My order"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in lines.items() if value) + "\r\n" + body).encode()


def read(raw: bytes, mail_from: str | None = None, rcpt_to: str | None = None, sent: tuple[str, ...] = ()) -> Message:
    envelope = read_envelope(raw, mail_from, rcpt_to, SETTINGS.authserv_id)
    return read_message(envelope, TOKENS, sent, NOW)


def outgoing(
    text: str = "It arrives tomorrow.",
    *,
    to: str = "jane@gmail.com",
    choices: tuple[Choice, ...] = (),
    subject: str | None = None,
    category: Category = Category.TRANSACTIONAL,
    audience: str = "customer",
    headers: dict[str, str] | None = None,
) -> Outgoing:
    return Outgoing(
        outbox_id=77,
        channel=Channel.EMAIL,
        to=to,
        body=Rendered(text=text, choices=choices, subject=subject),
        category=category,
        audience=audience,
        headers=headers or {},
        created_at=NOW,
    )
