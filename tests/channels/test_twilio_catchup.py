"""What was written to us while we were down is taken in afterwards, once, and never what came before our time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.model import Message
from channels.twilio.catchup import Catchup
from channels.twilio.settings import TwilioSettings
from tests.channels.twilio_payloads import ACCOUNT, BASE, TOKEN
from tests.channels.twilio_stand_in import Fault, StandIn, standing_in

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OURS = "+14155550111"


class Inbox:
    """What a shop took in, and a look at what it missed."""

    def __init__(self, twilio: StandIn, began: datetime | None = NOW - timedelta(hours=5)) -> None:
        self.twilio = twilio
        self.began = began
        self.messages: dict[str, Message] = {}
        settings = TwilioSettings(ACCOUNT, TOKEN, BASE, sms_from=OURS, api_url=twilio.url, timeout=(1.0, 0.5))
        self.catchup = Catchup(
            settings, began=lambda: self.began, seen=self.messages.__contains__, receive=self.receive, clock=self
        )

    def now(self) -> datetime:
        return NOW

    def receive(self, message: Message) -> bool:
        new = message.provider_id not in self.messages
        self.messages.setdefault(message.provider_id, message)
        return new

    def written(self, body: str, ago: timedelta, **changed: str) -> str:
        form = {"To": OURS, "From": "+14155550100", "Body": body}
        at = format_datetime(NOW - ago)
        return str(self.twilio.keep(form, direction="inbound", date_created=at, date_sent=at, **changed)["sid"])


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with standing_in() as twilio:
        yield Inbox(twilio)


def test_missed_messages_are_taken_in_once_and_in_their_order(inbox: Inbox) -> None:
    inbox.written("second", timedelta(minutes=30))
    inbox.written("first", timedelta(hours=2))
    assert inbox.catchup.run() == 2
    assert [message.text for message in inbox.messages.values()] == ["first", "second"]
    assert inbox.catchup.run() == 0


def test_what_came_by_webhook_is_left_alone(inbox: Inbox) -> None:
    sid = inbox.written("hello", timedelta(hours=1))
    known = Message.model_validate(
        {
            "provider_id": f"twilio:{sid}",
            "sender": {"channel": "sms", "raw": "+14155550100", "key": "+14155550100"},
            "received_at": NOW,
        }
    )
    inbox.messages[known.provider_id] = known
    assert inbox.catchup.run() == 0


@pytest.mark.parametrize("ago", [timedelta(hours=6), timedelta(hours=30), timedelta(seconds=20)])
def test_what_is_older_than_our_time_or_may_still_arrive_is_left_alone(inbox: Inbox, ago: timedelta) -> None:
    inbox.written("hello", ago)
    assert inbox.catchup.run() == 0


def test_a_shop_that_never_heard_from_twilio_answers_nobodys_old_messages(inbox: Inbox) -> None:
    inbox.began = None
    inbox.written("hello", timedelta(hours=1))
    assert inbox.catchup.run() == 0
    assert not inbox.twilio.asked


def test_our_own_messages_are_not_taken_for_the_customers(inbox: Inbox) -> None:
    inbox.twilio.keep(
        {"To": OURS, "From": OURS, "Body": "echo"}, date_created=format_datetime(NOW - timedelta(hours=1))
    )
    assert inbox.catchup.run() == 0


def test_when_twilio_does_not_answer_it_is_tried_another_time(inbox: Inbox) -> None:
    inbox.written("hello", timedelta(hours=1))
    inbox.twilio.faults.append(Fault(status=503))
    assert inbox.catchup.run() == 0
    assert inbox.catchup.run() == 1
