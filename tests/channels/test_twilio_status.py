"""CHANNELS.md 12: what a status callback says, whatever order they come in."""

import pytest

from bot.errors import UnreadableMessage
from bot.model import DeliveryStatus
from channels.twilio.status import STATUSES, Callback, parse_status
from tests.channels.twilio_payloads import payload

TWILIO_SAYS = {
    "accepted", "scheduled", "queued", "sending", "sent", "failed", "delivered", "undelivered", "read",
    "partially_delivered", "canceled",
}  # fmt: skip


def told(name: str, query: dict[str, str] | None = None, **changed: str) -> Callback:
    return parse_status(dict(payload(name, **changed)), query or {})


def test_a_failure_names_the_message_the_code_and_the_outbox_row() -> None:
    callback = told("status_undelivered", {"outbox": "42"})
    assert callback.provider_id == "twilio:SM0123456789abcdef0123456789abcd08"
    assert (callback.status, callback.error_code, callback.outbox_id) == (DeliveryStatus.UNDELIVERED, "30003", 42)


def test_a_read_receipt_has_no_code() -> None:
    callback = told("status_read", ErrorCode="0")
    assert (callback.status, callback.error_code, callback.outbox_id) == (DeliveryStatus.READ, None, None)


def test_every_word_of_twilio_for_what_we_sent_has_a_meaning() -> None:
    assert set(STATUSES) == TWILIO_SAYS


def test_a_word_of_tomorrow_means_nothing_rather_than_something_wrong() -> None:
    callback = told("status_read", MessageStatus="teleported")
    assert (callback.status, callback.word) == (None, "teleported")


@pytest.mark.parametrize("outbox", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_an_outbox_row_that_is_no_number_is_left_out(outbox: str) -> None:
    assert told("status_read", {"outbox": outbox}).outbox_id is None


def test_a_callback_about_no_message_is_unreadable() -> None:
    with pytest.raises(UnreadableMessage):
        told("status_read", MessageSid="")
