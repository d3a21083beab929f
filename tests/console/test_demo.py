"""The demo's own parts: its sample shop, its providers' side, its clock, and the words on its page."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.model import Channel, Rendered
from bot.notices.kinds import NoticeKind
from bot.records import Customer
from console.demo.command import address_of
from console.demo.desk import Desk, MovableClock
from console.demo.plain import NOTICES, REASONS, notice_name, why
from console.demo.providers import Typed, mail_of, twilio_form
from console.demo.sample import sample, script
from console.demo.tries import MOST, suggestions

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
MAYA = Customer(id="c-01", first_name="Maya", last_name="Okafor", email="maya@example.com", phone="+15035550100")


def desk() -> Desk:
    settings = SimpleNamespace(name="Fern & Field")
    made = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: NOW),
        shop=lambda: SimpleNamespace(settings=settings),
        mail_names=lambda outbox_id, to: (f"hello+{outbox_id}@shop.example", f"<{outbox_id}@shop.example>"),
        email_address="hello@shop.example",
        sms_number="+15035550001",
        whatsapp_number="+15035550002",
        authserv_id="mx.shop.example",
    )
    return cast(Desk, made)


def ours(text: str, subject: str) -> Any:
    return SimpleNamespace(
        channel=Channel.EMAIL,
        inbound=False,
        text=text,
        subject=subject,
        outbox_id=7,
        at=NOW,
        rendered=Rendered(text=text),
    )


def test_the_sample_shop_is_as_large_as_promised() -> None:
    shop = sample(NOW)
    assert (len(shop["products"]), len(shop["customers"]), len(shop["orders"])) == (12, 25, 60)
    assert sum(product["usage_days"] is not None for product in shop["products"]) == 2
    assert {order["status"] for order in shop["orders"]} == {"pending", "shipped", "delivered", "cancelled"}


def test_the_same_moment_gives_the_same_shop() -> None:
    assert sample(NOW) == sample(NOW)


def test_what_carriers_will_report_lies_ahead_in_order_of_time() -> None:
    steps = script(NOW)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert all(step.at > NOW for step in steps)


def test_a_button_travels_as_a_button_and_a_row_as_a_row() -> None:
    pressed = twilio_form(desk(), MAYA, Channel.WHATSAPP, Typed("Yes", choice="yes"))
    chosen = twilio_form(desk(), MAYA, Channel.WHATSAPP, Typed("Another day", choice="redeliver", listed=True))
    assert (pressed["ButtonPayload"], pressed["ButtonText"]) == ("yes", "Yes")
    assert (chosen["ListId"], chosen["ListTitle"]) == ("redeliver", "Another day")
    assert "ButtonPayload" not in chosen


def test_an_sms_carries_words_alone() -> None:
    form = twilio_form(desk(), MAYA, Channel.SMS, Typed("1", choice="redeliver"))
    assert (form["From"], form["To"], form["Body"]) == ("+15035550100", "+15035550001", "1")
    assert not {"ButtonPayload", "ListId"} & set(form)


def test_a_photo_is_media_of_an_sms_and_an_attachment_of_a_mail() -> None:
    form = twilio_form(desk(), MAYA, Channel.SMS, Typed("", photo=True))
    mail = mail_of(desk(), MAYA, Typed("", subject="Broken", photo=True), [])
    assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/png")
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["image/png"]


def test_a_mail_with_a_subject_begins_a_thread() -> None:
    mail = mail_of(desk(), MAYA, Typed("Where is it?", subject="My parcel"), [ours("It is on its way.", "Hello")])
    assert (mail["Subject"], mail["To"], mail["In-Reply-To"]) == ("My parcel", "hello@shop.example", None)


def test_a_mail_without_a_subject_answers_the_latest_of_ours_and_quotes_it() -> None:
    mail = mail_of(desk(), MAYA, Typed("Thanks!"), [ours("It is on its way.", "My parcel")])
    assert (mail["Subject"], mail["To"]) == ("Re: My parcel", "hello+7@shop.example")
    assert mail["In-Reply-To"] == "<7@shop.example>"
    assert written(mail).startswith("Thanks!\n\nOn Fri, 20 Nov 2026")
    assert "> It is on its way." in written(mail)


def written(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_clock_never_goes_back() -> None:
    clock = MovableClock()
    clock.move_to(datetime.now(UTC) + timedelta(days=5))
    ahead = clock.now()
    clock.move_to(ahead - timedelta(days=1))
    assert clock.now() >= ahead


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("::", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_the_address_told_is_one_that_a_browser_here_can_open(host: str, address: str) -> None:
    assert address_of(host, 8000) == address


def test_every_reason_the_mind_gives_has_plain_words() -> None:
    bot = Path(__file__).resolve().parents[2] / "bot"
    sources = "\n".join(path.read_text() for path in bot.rglob("*.py"))
    codes = set(re.findall(r'\b(?:Drop|Hold)\((?:[^()"]|\([^()]*\))*"([a-z_]+)"\)', sources))
    assert {"quiet_hours", "lapsed", "person", "out_of_stock"} <= codes
    assert codes - set(REASONS) == set()


def test_every_kind_of_notice_has_a_name() -> None:
    assert set(NOTICES) == set(NoticeKind)
    assert notice_name("review", planned=True) == "Review request"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (None, ""),
        ("suppressed:opted_out", "the customer said stop"),
        ("no_consent:marketing", "the customer has not agreed to it"),
        ("a_new_code", "A new code"),
    ],
)
def test_a_reason_is_told_in_plain_words(reason: str | None, words: str) -> None:
    assert why(reason) == words


def test_suggestions_suit_how_the_orders_stand() -> None:
    tries = suggestions({"attempt failed", "delivered"})
    assert tries[:2] == ["Where is my order?", "Deliver it again on Friday?"]
    assert len(tries) == len(set(tries)) == MOST
    assert "Where is my order?" not in suggestions(())
