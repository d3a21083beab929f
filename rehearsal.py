"""Plays a merchant's tests: the real service, ledger and words over a temporary SQLite database and a moved clock.

The shop's own database is never opened and nothing leaves the machine: every channel's sender only nods.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, select

from bot.errors import Fault, ImportRefused
from bot.importing_text import SourceFile
from bot.merchant.given import STRANGER, parcel_for_news, records_of
from bot.merchant.shop import Shop
from bot.merchant.stories import PRODUCTS, Placed, Turn, span_of
from bot.model import Address, Channel, Media, Message, Outgoing, Rendered
from bot.notices import plan
from bot.ports import Reader
from bot.service import Service
from channels.address import key_of
from channels.limits import numbered
from storage.engine import make_engine, migrate, reading
from storage.exporting import export_text
from storage.importing import import_files
from storage.ledger import SqlLedger
from storage.parties import TABLES
from storage.store import SqlStore

OUTBOX, NOTICES, HANDOFFS = TABLES["outbox"], TABLES["notices"], TABLES["handoffs"]
SECRET = "a rehearsal keeps no secret"  # noqa: S105 - keys the codes of a database that is thrown away
CODE_KEY = "identity.code"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One message as the customer saw it. `notice` is its kind where it answers nothing."""

    keys: tuple[str, ...]
    text: str
    choices: tuple[str, ...]
    notice: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not as it has to be, and the conversation as it went."""

    fault: Fault
    talk: tuple[str, ...]


@dataclass
class MovedClock:
    """Stands until it is moved."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Nodding:
    """Every channel's sender: takes whatever it is given, and nothing leaves."""

    def send(self, outgoing: Outgoing) -> str:
        return f"out:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return f"out:{outgoing.outbox_id}"


class Stage:
    """The shop, its reader, and an empty database to begin from, made once for all that is played."""

    def __init__(self, shop: Shop, make_reader: Callable[[Shop], Reader], folder: Path) -> None:
        self.shop = shop
        self._make_reader = make_reader
        self._folder = folder

    @cached_property
    def reader(self) -> Reader:
        return self._make_reader(self.shop)

    @cached_property
    def empty(self) -> Path:
        file = self._folder / "empty.db"
        engine = make_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file

    @contextmanager
    def play(self, clock: MovedClock) -> Iterator[tuple[Engine, Service]]:
        """A fresh database with a service over it, gone when left."""
        with TemporaryDirectory(dir=self._folder) as folder:
            engine = make_engine(f"sqlite:///{shutil.copy(self.empty, Path(folder) / 'played.db')}")
            senders = dict.fromkeys(Channel, Nodding())
            try:
                yield engine, Service(SqlStore(engine, _ledger), self.reader, lambda: self.shop, senders, clock)
            finally:
                engine.dispose()


def rehearse(stage: Stage, placed: Placed, products: Sequence[dict[str, Any]]) -> Failure | None:
    """Plays one test to its end or to the first thing that is otherwise."""
    clock = MovedClock(placed.story.begins)
    with stage.play(clock) as (engine, service):
        rehearsal = Rehearsal(stage.shop, placed, products, engine, service, clock)
        fault = rehearsal.begin() or next(rehearsal.faults(), None)
        return Failure(fault, tuple(rehearsal.lines)) if fault else None


@dataclass
class Rehearsal:
    """One test while it is played."""

    shop: Shop
    placed: Placed
    products: Sequence[dict[str, Any]]
    engine: Engine
    service: Service
    clock: MovedClock
    lines: list[str] = field(default_factory=list)
    heard: int = 0
    seen: int = 0  # the newest row of the outbox that was looked at
    cases: int = 0

    def __post_init__(self) -> None:
        settings = self.shop.settings
        self.channel = self.placed.story.channel
        self.given = records_of(self.placed.story, self.products, zone=settings.time_zone, currency=settings.currency)

    def begin(self) -> Fault | None:
        """Takes in what is given; no notice is planned of what was there before."""
        told: list[Any] = [dict(product) for product in self.products]
        faults = self._let_in({"products": told}, lambda *_: ()) or self._let_in(self.given, lambda *_: ())
        if not faults:
            return None
        first = faults[0]
        if first.key.startswith("products"):
            return Fault(PRODUCTS, 1, first.key, first.what, first.suggestion)
        return self.placed.fault((), f"{first.key}: {first.what}", first.suggestion)

    def faults(self) -> Iterator[Fault]:
        for place, turn in enumerate(self.placed.story.talk):
            yield from self._turn(turn, ("talk", place))
        yield from self._ledger()

    # -- what happens ----------------------------------------------------------------------------------------------

    def _turn(self, turn: Turn, where: tuple[str | int, ...]) -> Iterator[Fault]:
        self.channel = turn.channel or self.channel
        if turn.after:
            self._pass_by(span_of(turn.after))
            self.lines.append(f"… {turn.after} later")
        if turn.carrier:
            self._report(turn)
        if turn.says is not None or turn.chooses or turn.photo:
            self._hear(turn)
        told = self._told()
        for one in told:
            name = f"notice {one.notice} on {one.channel}" if one.notice else "bot"
            self.lines.append(f"{name} [{' '.join(one.keys)}]: {one.text}")
        called = self._called()
        if called:
            self.lines.append("a person was called")
        for key, what in differences(turn, told, called):
            yield self.placed.fault((*where, key), what)

    def _hear(self, turn: Turn) -> None:
        self.heard += 1
        text = (turn.says or "").replace("{code}", self._code())
        photo = Media(url=f"https://photos.example/{self.heard}.jpg", content_type="image/jpeg")
        self.lines.append(f"customer: {text or turn.chooses or '(a photo)'}")
        self.service.receive(
            Message(
                provider_id=f"rehearsal:{self.heard}",
                sender=self._sender(),
                text=text,
                choice=turn.chooses,
                media=(photo,) if turn.photo else (),
                received_at=self.clock.moment,
            )
        )
        while self.service.answer_next():
            pass
        self._send()

    def _sender(self) -> Address:
        who: Mapping[str, Any] = STRANGER if self.placed.story.stranger else self.given["customers"][0]
        if self.channel is Channel.EMAIL:
            return key_of(Channel.EMAIL, who["email"])
        return key_of(self.channel, ("whatsapp:" if self.channel is Channel.WHATSAPP else "") + who["phone"])

    def _report(self, turn: Turn) -> None:
        assert turn.carrier is not None
        order = next(one for one in self.given["orders"] if one["number"] == turn.carrier.order)
        news = turn.carrier.model_dump(exclude={"order"})
        parcel_for_news(order)["events"].append({"at": self.clock.moment.isoformat(), **news})
        order["status"] = "delivered" if turn.carrier.status == "delivered" else "shipped"
        self._let_in({"orders": [order]}, plan)
        self.lines.append(f"carrier: {order['number']} {turn.carrier.status} {turn.carrier.reason or ''}".rstrip())
        self._pass_by(timedelta(minutes=3))

    def _pass_by(self, span: timedelta) -> None:
        """Moves the clock an hour at a time, as the scheduler would tick."""
        end = self.clock.moment + span
        while self.clock.moment < end:
            self.clock.moment = min(end, self.clock.moment + HOUR)
            self.service.fire_due(self.clock.moment)
            self._send()

    def _send(self) -> None:
        while self.service.send_next():
            pass

    def _let_in(self, records: Mapping[str, Any], planned: Callable[..., Any]) -> Sequence[Fault]:
        file = SourceFile("given.json", json.dumps(records, default=str).encode())
        try:
            import_files(self.engine, [file], shop=self.shop, now=self.clock.moment, plan=planned)
        except ImportRefused as refused:
            return refused.faults
        return ()

    # -- what came of it -------------------------------------------------------------------------------------------

    def _told(self) -> list[Told]:
        kind = select(NOTICES.c.kind).where(NOTICES.c.id == OUTBOX.c.notice_id).scalar_subquery().label("kind")
        query = select(OUTBOX, kind).where(OUTBOX.c.id > self.seen).order_by(OUTBOX.c.id)
        with reading(self.engine) as connection:
            rows = connection.execute(query).all()
        self.seen = max((row.id for row in rows), default=self.seen)
        return [told_of(row, row.kind) for row in rows if row.audience == "customer" and row.state != "dropped"]

    def _called(self) -> bool:
        """Whether a case was opened that silences the bot; what is merely to be done by somebody is none."""
        with reading(self.engine) as connection:
            count = len(connection.execute(select(HANDOFFS.c.id).where(HANDOFFS.c.silences_bot)).all())
        before, self.cases = self.cases, count
        return count > before

    def _code(self) -> str:
        """The one-time code last sent; only ever read from a database that is thrown away."""
        query = select(OUTBOX).where(OUTBOX.c.key.contains(CODE_KEY)).order_by(OUTBOX.c.id.desc()).limit(1)
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        found = re.search(r"\b\d{6}\b", row.body.get("text", "")) if row else None
        return found.group() if found else "{code}"

    def _ledger(self) -> Iterator[Fault]:
        wanted = self.placed.story.ledger
        with reading(self.engine) as connection:
            export: dict[str, list[dict[str, Any]]] = json.loads("".join(export_text(connection)))
        own = self.given["customers"][0]["id"]
        known = {order["number"] for order in self.given["orders"]}
        by_number = {order["number"]: order for order in export["orders"]}
        found: dict[str, Any] = {
            "customer": next(one for one in export["customers"] if one["id"] == own),
            "orders": {name: by_number.get(name, {}) for name in wanted.orders},
            "subscriptions": {plan["id"]: plan for plan in export["subscriptions"]},
            "handoffs": export["handoffs"],
            "reviews": export["reviews"],
            "scores": export["scores"],
            "consents": [line for line in export["consents"] if line["source"] != "checkout"],
            "new_orders": [order for number, order in by_number.items() if number not in known],
        }
        for name in wanted.model_fields_set:
            for path, what in unlike(found[name], getattr(wanted, name), (name,)):
                yield self.placed.fault(("ledger", *path), what)


def differences(turn: Turn, told: Sequence[Told], called: bool) -> Iterator[tuple[str, str]]:
    """What a turn came to that is not as it has to be: the key of the expectation, and what was instead."""
    answers = [one for one in told if one.notice is None]
    keys = [key for one in answers for key in one.keys]
    text = "\n".join(one.text for one in told)
    said = f"the bot said {_listed(keys)}" if keys else "the bot said nothing"
    said += f": {text!r}" if text else ""
    channels = [one.channel for one in told]
    if turn.on is not None and list(turn.on) != channels:
        yield "on", f"{_listed(turn.on)} was expected, not {_listed(channels)}; {said}"
    kinds = [one.notice for one in told if one.notice]
    if turn.bot is not None and list(turn.bot) != keys:
        yield "bot", f"{_listed(turn.bot)} was expected; {said}"
    for fragment in turn.contains:
        if fragment not in text:
            yield "contains", f"{fragment!r} is not in the answer; {said}"
    for fragment in turn.not_contains:
        if fragment in text:
            yield "not_contains", f"{fragment!r} is in the answer; {said}"
    offered = sorted(choice for one in answers for choice in one.choices)
    if turn.offers is not None and sorted(turn.offers) != offered:
        yield "offers", f"{_listed(turn.offers)} was to be offered, not {_listed(offered)}; {said}"
    if turn.person is not None and turn.person != called:
        yield "person", f"{'no' if turn.person else 'a'} person was called; {said}"
    if turn.notices is not None and list(turn.notices) != kinds:
        yield "notices", f"{_listed(turn.notices)} was to be sent, not {_listed(kinds)}; {said}"


def unlike(found: Any, wanted: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a record lacks what is wanted of it. Money and times are compared as they are written."""
    if isinstance(wanted, Mapping):
        for name, value in wanted.items():
            if not isinstance(found, Mapping) or name not in found:
                yield (*path, name), "is not on record"
            else:
                yield from unlike(found[name], value, (*path, name))
    elif isinstance(wanted, list | tuple):
        if not isinstance(found, list) or len(found) != len(wanted):
            number = len(found) if isinstance(found, list) else 0
            yield path, f"{len(wanted)} entries were expected, {number} are on record: {_brief(found)}"
            return
        for place, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from unlike(one, other, (*path, place))
    elif found != wanted and (isinstance(wanted, bool) or wanted is None or str(found) != str(wanted)):
        yield path, f"{wanted!r} was expected, {found!r} is on record"


def told_of(row: Any, notice: str | None) -> Told:
    body = Rendered.model_validate(row.body)
    text = "\n".join(numbered(Channel(row.channel), body).parts)
    return Told(tuple(row.key.split()), text, tuple(choice.id for choice in body.choices), notice, row.channel)


def _brief(found: Any) -> str:
    text = json.dumps(found, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "nothing"


def _ledger(connection: Connection, party: int, sender: Address, shop: Shop, now: datetime) -> SqlLedger:
    return SqlLedger(connection, party, sender, shop=shop, now=now, secret=SECRET)
