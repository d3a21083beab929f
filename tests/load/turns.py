"""The CPU time of whole turns in one process over a real database: taken in, answered, sent to a free sender."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from app import create_app
from bot.importing_text import SourceFile
from bot.model import Channel, Message, Outgoing
from channels.address import key_of
from config import load_settings
from console.parts import parts
from tests.e2e.outside import environment, phone, write_shop

CUSTOMERS = 200
TEXTS = ("where is my order?", "did my order go through", "hi, when will it arrive??", "what are your opening hours")


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of one message at each step."""

    receive: float
    turn: float
    send: float


class FreeSender:
    """Takes everything at once and sends nothing."""

    def send(self, outgoing: Outgoing) -> str:
        return f"free:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return f"free:{outgoing.outbox_id}"


def cpu_per_turn(folder: Path, turns: int) -> Cost:
    """Measured over this many turns after a tenth of them to warm up."""
    url = f"sqlite:///{folder / 'turns'}.db"
    settings = load_settings(environment(database_url=url, port=1, twilio_url="http://127.0.0.1:9"), serving=True)
    joined = parts(create_app(settings, senders=dict.fromkeys(Channel, FreeSender())))
    joined.warm()
    shop = write_shop(folder / "turns.json", CUSTOMERS)
    nothing = lambda number: None  # noqa: E731
    joined.import_files([SourceFile(shop.name, shop.read_bytes())], start=nothing, progress=nothing)
    service = joined.service
    for warming in (True, False):
        number = turns // 10 if warming else turns
        messages = [_message(index) for index in range(number)]
        received = _cpu(lambda: [service.receive(message) for message in messages])  # noqa: B023
        answered = _cpu(lambda: _drain(service.answer_next))
        sent = _cpu(lambda: _drain(service.send_next))
    joined.engine.dispose()
    return Cost(received / turns, answered / turns, sent / turns)


def _message(number: int) -> Message:
    sender = key_of(Channel.SMS, phone(number % CUSTOMERS))
    text = TEXTS[number % len(TEXTS)]
    return Message(provider_id=f"twilio:{uuid4().hex}", sender=sender, text=text, received_at=datetime.now(UTC))


def _drain(step: Callable[[], bool]) -> None:
    while step():
        pass


def _cpu(work: Callable[[], object]) -> float:
    """Milliseconds of this process's CPU, user and system."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000
