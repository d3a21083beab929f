"""Three hundred scripted customers: the ledger afterwards is exactly what was asked and agreed to.

The whole of Doorstep but the wire, over a real database and the retail data, with a clock that moves half a minute from
message to message.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.importing_text import SourceFile
from bot.model import Channel, Message
from bot.service import Service
from channels.address import key_of
from channels.limits import numbered
from joining import make_reader
from storage.engine import make_engine, migrate, reading
from storage.exporting import export_text
from storage.importing import import_files
from storage.store import SqlStore
from tests.facts.book import Book, Finding
from tests.shoppers import NOW, Shopper, retail_records, shoppers, talked, wrongs
from tests.transcripts import Mouths, ledger, shop
from tests.works import MovedClock

SEED = 20261120
TURNS = 14
pytestmark = [pytest.mark.shared, pytest.mark.slow]


class Counter:
    """Where the customers write and read: SMS, WhatsApp or mail, by turns."""

    def __init__(self, folder: Path, records: dict[str, Any]) -> None:
        self.engine = make_engine(f"sqlite:///{folder / 'doorstep.db'}")
        migrate(self.engine)
        self.clock = MovedClock(NOW)
        self.mouths = Mouths()
        file = SourceFile("retail.json", json.dumps(records).encode())
        import_files(self.engine, [file], shop=shop(), now=NOW, plan=lambda *_: ())
        reader = make_reader(shop(), encoder=True)
        self.service = Service(
            SqlStore(self.engine, ledger), reader, shop, dict.fromkeys(Channel, self.mouths), self.clock
        )
        self.count = 0
        self.book = Book(self.engine)
        self.book.look()
        self.untrue: list[Finding] = []

    def say(self, shopper: Shopper, text: str, channel: Channel) -> str:
        """What is read for it."""
        self.count += 1
        self.clock.pass_by(seconds=30)
        contact = shopper.customer["email"] if channel is Channel.EMAIL else shopper.customer["phone"]
        prefix = "whatsapp:" if channel is Channel.WHATSAPP else ""
        sender = key_of(channel, prefix + contact)
        before = len(self.mouths.sent)
        message = Message(
            provider_id=f"shopper:{self.count}", sender=sender, text=text, received_at=self.clock.now(), verified=True
        )
        self.service.receive(message)
        while self.service.answer_next():
            pass
        while self.service.send_next():
            pass
        self.untrue += self.book.check(self.clock.now())
        sent = [one for one in self.mouths.sent[before:] if one.audience == "customer" and one.to == sender.raw]
        return "\n".join("\n".join(numbered(one.channel, one.body).parts) for one in sent)

    def orders(self) -> dict[str, dict[str, Any]]:
        with reading(self.engine) as connection:
            return {one["id"]: one for one in json.loads("".join(export_text(connection)))["orders"]}


def serve(counter: Counter, shopper: Shopper, channel: Channel) -> None:
    """One customer from their first word till nothing is asked of them any more."""
    text: str | None = shopper.opening
    for _ in range(TURNS):
        if text is None:
            return
        told = counter.say(shopper, text, channel)
        shopper.turns.append((text, told))
        text = shopper.answer(told)


def served(folder: Path, records: dict[str, Any], count: int, seed: int) -> tuple[list[Shopper], Counter]:
    folder.mkdir()
    counter = Counter(folder, records)
    channels = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
    them = shoppers(records, count, seed)
    for place, shopper in enumerate(them):
        serve(counter, shopper, channels[place % len(channels)])
    return them, counter


@pytest.fixture(scope="module")
def records() -> dict[str, Any]:
    return retail_records(NOW)


def test_three_hundred_customers_get_what_they_agreed_to_and_nothing_else(
    tmp_path: Path, records: dict[str, Any]
) -> None:
    them, counter = served(tmp_path / "shop", records, 300, SEED)
    before = {order["id"]: order for order in records["orders"]}
    after = counter.orders()
    wrong = {}
    for shopper in them:
        order_id = shopper.order["id"]
        found = wrongs(shopper, {**after[order_id], **before[order_id]}, after[order_id])
        if shopper.expected and not shopper.consented and not shopper.refuses:
            found.append("not served")
        if found:
            wrong[shopper.key] = (found, list(talked(shopper)))
    touched = {shopper.order["id"] for shopper in them}
    made = {order["number"] for key, order in after.items() if key not in before}
    exchanged = {f"{one.order['number']}-X1" for one in them if one.kind == "exchange" and one.consented}
    untouched = [key for key in before if key not in touched and after[key]["changes"] + after[key]["returns"]]
    counter.engine.dispose()
    assert len(them) == 300
    assert counter.untrue == []
    assert untouched == []
    assert made <= exchanged  # a person looks at the dearer ones first
    assert wrong == {}, "\n\n".join("\n".join([key, str(what), *talk]) for key, (what, talk) in wrong.items())


def test_the_same_seed_has_the_same_conversations_to_the_letter(tmp_path: Path, records: dict[str, Any]) -> None:
    told = []
    for name in ("one", "two"):
        them, counter = served(tmp_path / name, records, 40, SEED + 1)
        told.append([line for shopper in them for line in talked(shopper)])
        counter.engine.dispose()
    assert told[0] == told[1]
