"""May we write to them: opt-outs, consent for each channel and purpose, dead addresses, the session, the hour."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.consent import Contact, Decision, Drop, Hold, Send, may_send
from bot.hours import Whereabouts
from bot.model import Address, Category, Channel

NOON = datetime(2026, 3, 16, 16, tzinfo=UTC)
NIGHT = datetime(2026, 3, 17, 2, tzinfo=UTC)
NEW_YORK = Whereabouts(("America/New_York",), ({"daily": "08:00-21:00"},))


def contact(channel: Channel, **fields: Any) -> Contact:
    return Contact(Address(channel=channel, raw="there", key="there"), **fields)


def ask(channel: Channel, category: Category = Category.TRANSACTIONAL, now: datetime = NOON, **more: Any) -> Decision:
    known = more.pop("contact", contact(channel))
    return may_send(known, category, now, consents=more.pop("consents", {}), place=NEW_YORK, **more)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_news_of_an_order_is_welcome_until_they_say_stop(channel: Channel) -> None:
    assert isinstance(ask(channel), Send)
    stopped = {(channel, Category.TRANSACTIONAL): False, (channel, Category.REVIEW): True}
    assert ask(channel, consents=stopped) == Drop("opted_out")
    assert ask(channel, Category.REVIEW, consents=stopped) == Drop("opted_out")


@pytest.mark.parametrize("category", [Category.REVIEW, Category.MARKETING])
def test_what_they_did_not_ask_for_needs_consent_for_that_channel(category: Category) -> None:
    assert ask(Channel.SMS, category) == Drop(f"no_consent:{category}")
    assert ask(Channel.SMS, category, consents={(Channel.EMAIL, category): True}) == Drop(f"no_consent:{category}")
    assert isinstance(ask(Channel.SMS, category, consents={(Channel.SMS, category): True}), Send)
    assert ask(Channel.SMS, category, consents={(Channel.SMS, category): False}) == Drop(f"no_consent:{category}")


def test_nothing_goes_to_a_suppressed_address_not_even_a_reply() -> None:
    gone = contact(Channel.SMS, suppressed="opted_out", last_inbound_at=NOON)
    assert ask(Channel.SMS, contact=gone) == Drop("suppressed:opted_out")


def test_the_one_confirmation_of_an_opt_out_passes_the_opt_out_and_nothing_else() -> None:
    gone = contact(Channel.SMS, suppressed="opted_out")
    stopped = {(Channel.SMS, Category.TRANSACTIONAL): False}
    assert isinstance(ask(Channel.SMS, contact=gone, consents=stopped, exempt=True), Send)
    dead = contact(Channel.SMS, suppressed="21610")
    assert ask(Channel.SMS, contact=dead, exempt=True) == Drop("suppressed:21610")


def test_quiet_hours_hold_what_sells_and_let_news_of_an_order_through() -> None:
    agreed = {(Channel.SMS, Category.REVIEW): True}
    morning = datetime(2026, 3, 17, 12, tzinfo=UTC)
    assert ask(Channel.SMS, Category.REVIEW, NIGHT, consents=agreed) == Hold(morning, "quiet_hours")
    assert isinstance(ask(Channel.SMS, now=NIGHT), Send)


@pytest.mark.parametrize(("seconds", "open_"), [(86_399, True), (86_400, False), (86_401, False)])
def test_whatsapp_takes_free_text_for_less_than_24_hours(seconds: int, open_: bool) -> None:
    wrote = contact(Channel.WHATSAPP, last_inbound_at=NOON - timedelta(seconds=seconds))
    free = ask(Channel.WHATSAPP, contact=wrote)
    assert isinstance(free, Send) if open_ else free == Drop("whatsapp_session_over")
    with_template = ask(Channel.WHATSAPP, contact=wrote, has_template=True)
    assert isinstance(with_template, Send)
    assert with_template.in_session is open_


def test_nobody_is_written_to_on_whatsapp_who_neither_wrote_nor_agreed_there() -> None:
    assert ask(Channel.WHATSAPP, has_template=True) == Drop("whatsapp_not_welcome")
    agreed = {(Channel.WHATSAPP, Category.TRANSACTIONAL): True}
    assert isinstance(ask(Channel.WHATSAPP, consents=agreed, has_template=True), Send)
    assert ask(Channel.WHATSAPP, consents=agreed) == Drop("whatsapp_session_over")
