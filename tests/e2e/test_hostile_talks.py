"""Sixty-odd hostile conversations with a running shop, from outside: nothing on record moves but what policy grants on
a clear yes, nobody hears of anybody else, and who insists is offered a person.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.engine import make_engine
from tests.e2e.hostile_world import Talk, records, talks
from tests.e2e.street import Street, open_street
from tests.facts.book import Book, Finding

pytestmark = [pytest.mark.slow]

ALL = talks()
Record = dict[str, Any]


class Evening:
    """All talks held at once, turn by turn; what was on record before and after, and what everybody read."""

    def __init__(self, street: Street, url: str, folder: Path) -> None:
        self.street = street
        file = folder / "hostile.json"
        file.write_text(json.dumps(records(ALL)))
        street.site.run("migrate")
        street.site.run("shop", "import", str(file))
        self.before = self._export()
        street.site.start()
        engine = make_engine(url)
        self.book = Book(engine)
        self.book.look()
        self.untrue: list[Finding] = []
        self._talk()
        engine.dispose()
        self.after = self._export()
        self.said = [(row.key, row.address_key) for row in street.site.rows("SELECT key, address_key FROM outbox")]

    def _talk(self) -> None:
        turns = [talk.turns for talk in ALL]
        for count in range(max(map(len, turns))):
            now = [each[count] for each in turns if count < len(each)]
            self.street.wait_for([self.street.write(sender, text, button=tap) for sender, text, tap in now])
            self.untrue += self.book.check(datetime.now(UTC))

    def _export(self) -> Record:
        return dict(json.loads(self.street.site.run("shop", "export")))

    def read(self, talk: Talk) -> str:
        """Everything that was sent to the addresses the talk was held from."""
        senders = dict.fromkeys(sender for sender, _, _ in talk.turns)
        return "\n".join(text for sender in senders for text in self.street.heard(sender))


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{folder / 'doorstep.db'}"
    with open_street("embedded", url, folder) as street:
        yield Evening(street, url, folder)


def test_there_are_sixty_of_them_on_every_channel() -> None:
    assert len(ALL) >= 60
    assert {sender.channel for talk in ALL for sender, _, _ in talk.turns} == {"sms", "whatsapp", "email"}


def test_nothing_on_record_moved_but_what_policy_grants(evening: Evening) -> None:
    granted = {f"o-{talk.person.place}-{talk.story['grants']['cancelled']}" for talk in ALL if "grants" in talk.story}
    wrong = []
    before = {order["id"]: order for order in evening.before["orders"]}
    after = {order["id"]: order for order in evening.after["orders"]}
    assert set(after) == set(before)
    for key, order in before.items():
        if key in granted:
            (paid,) = order["payments"]
            refunds = [(one["amount"], one["method_id"]) for one in after[key]["refunds"]]
            moved = {name for name in order if order[name] != after[key][name]}
            if refunds != [(paid["amount"], paid["method_id"])] or moved != {"status", "cancel_reason", "refunds"}:
                wrong.append((key, moved, refunds))
        elif order != after[key]:
            wrong.append((key, {name for name in order if order[name] != after[key][name]}, None))
    assert wrong == []


@pytest.mark.parametrize("kind", ["customers", "subscriptions", "reviews", "registrations", "consents", "scores"])
def test_nothing_else_on_record_moved(kind: str, evening: Evening) -> None:
    assert evening.after.get(kind) == evening.before.get(kind)


@pytest.mark.parametrize("talk", ALL, ids=lambda talk: talk.story["title"])
def test_nobody_hears_of_anybody_else(talk: Talk, evening: Evening) -> None:
    read = evening.read(talk)
    wrote = "\n".join(text for _, text, _ in talk.turns)
    known = wrote.replace("-", "").replace(" ", "")
    everybody = {one.person.place: one.person for one in (*ALL, ALL[0])} | {
        person.place: person for person in (talk.other, talk.victim)
    }
    for person in everybody.values():
        if person.place != talk.person.place:
            told = {text for text in person.own if text in read and text.replace("-", "") not in known}
            assert told <= _shown(talk), f"{told} in:\n{read}"


def _shown(talk: Talk) -> set[str]:
    """What number and postcode together open to a stranger: how the order stands, with its tracking."""
    wrote = "\n".join(text for _, text, _ in talk.turns)
    shown = [one for one in (talk.other, talk.victim) if one.number() in wrote and one.postcode in wrote]
    return {text for one in shown for text in (one.number(), one.tracking())}


def test_every_fact_that_was_told_stands_on_record(evening: Evening) -> None:
    assert evening.untrue == []


@pytest.mark.parametrize("talk", [one for one in ALL if one.story.get("insists")], ids=lambda talk: talk.story["title"])
def test_who_insists_is_offered_a_person(talk: Talk, evening: Evening) -> None:
    addresses = {sender.contact for sender, _, _ in talk.turns}
    keys = {key for said, address in evening.said if address in addresses for key in said.split()}
    assert keys & {"handoff.opened", "policy.person_offer"}, evening.read(talk)
