"""`flask notices`: a list for people and one for machines, and nothing changed unless asked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from bot.consent import Drop, Hold, Send
from bot.model import Address, Category, Channel, Choice, Rendered
from bot.notices import Go, Notice, NoticeKind
from bot.outreach import Fired
from bot.reply import Draft
from console.commands.notices import notices_command

NOW = datetime(2026, 3, 21, 15, tzinfo=UTC)
SMS = Address(channel=Channel.SMS, raw="+12125550100", key="+12125550100")


def notice(kind: NoticeKind, number: int) -> Notice:
    due = NOW - timedelta(hours=number)
    return Notice(number, f"{kind}:o{number}", kind, 1, f"o{number}", {}, due, None)


LETTER = Draft(
    channel=Channel.SMS,
    address=SMS,
    key="review.ask",
    says=[],
    body=Rendered(text="How was it?", choices=(Choice(id="5", title="5 stars"),)),
    due_at=NOW,
    category=Category.REVIEW,
)
FIRED = (
    Fired(notice(NoticeKind.REVIEW, 3), "c1", Go(Send(Channel.SMS, SMS), "review", {}), LETTER),
    Fired(notice(NoticeKind.REVIEW, 2), "c2", Hold(NOW + timedelta(hours=1), "quiet_hours")),
    Fired(notice(NoticeKind.REPLENISHMENT, 1), "c3", Drop("bought_again")),
)


@dataclass
class Doorstep:
    """What stands behind the command, noting what it was asked."""

    asked: list[Any] = field(default_factory=list)

    @property
    def clock(self) -> "Doorstep":
        return self

    def now(self) -> datetime:
        return NOW

    def notice_round(self, now: datetime, *, send: bool) -> Iterable[Fired]:
        self.asked.append((now, send))
        return reversed(FIRED)

    def send_waiting(self, now: datetime) -> int:
        self.asked.append(("send_waiting", now))
        return 1


@pytest.fixture
def doorstep() -> Doorstep:
    return Doorstep()


def run(doorstep: Doorstep, *args: str) -> Any:
    app = Flask(__name__)
    app.extensions["doorstep"] = doorstep
    app.cli.add_command(notices_command)
    return app.test_cli_runner().invoke(args=["notices", *args])


def test_machines_get_each_decision_with_its_reason(doorstep: Doorstep) -> None:
    told = json.loads(run(doorstep, "--json").output)
    assert [row["decision"] for row in told] == ["send", "hold", "drop"]
    assert [row["reason"] for row in told] == [None, "quiet_hours", "bought_again"]
    assert told[0] | {"to": None, "due_at": None} == {
        "kind": "review",
        "key": "review:o3",
        "customer_id": "c1",
        "order_id": "o3",
        "due_at": None,
        "decision": "send",
        "reason": None,
        "until": None,
        "channel": "sms",
        "to": None,
        "template": "review.ask",
        "text": "How was it?",
        "choices": ["5 stars"],
    }
    assert told[1]["until"] == "2026-03-21T16:00:00+00:00"


def test_people_get_a_table_without_anybodys_number(doorstep: Doorstep) -> None:
    output = run(doorstep).output
    assert "review.ask: How was it?" in output
    assert "bought_again" in output
    assert "1 to send, 1 held, 1 dropped, of 3 due." in output
    assert "2125550100" not in output
    assert doorstep.asked == [(NOW, False)]


@pytest.mark.parametrize("written", ["2026-03-20T12:00:00+01:00", "2026-03-20T11:00:00", "2026-03-20T11:00:00Z"])
def test_the_moment_may_be_given(doorstep: Doorstep, written: str) -> None:
    run(doorstep, "--now", written, "--json")
    assert doorstep.asked == [(datetime(2026, 3, 20, 11, tzinfo=UTC), False)]


def test_with_send_it_is_done_and_sent_as_of_that_moment(doorstep: Doorstep) -> None:
    output = run(doorstep, "--send").output
    assert doorstep.asked == [(NOW, True), ("send_waiting", NOW)]
    assert "1 sent" in output


def test_what_is_no_moment_is_refused(doorstep: Doorstep) -> None:
    refused = run(doorstep, "--now", "tomorrow")
    assert refused.exit_code == 2
    assert "not a moment" in refused.output
