"""Plays what customers once wrote against the shop's files as they are now, and tells what would be answered otherwise.

The live database is only read, before anything is played; the playing has a temporary one. Every conversation is played
from its first message, because none remembers how it stood in between. docs/how-to/test-your-words.md says which
state is taken back to its time and which is not.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update

from bot.importing_text import SourceFile
from bot.notices import plan
from bot.past import news_of, order_at, records_at
from bot.service import Service
from rehearsal import MovedClock, Stage
from storage.engine import reading
from storage.handoffs import close
from storage.importing import import_files
from storage.parties import TABLES, into, party_of
from storage.past import ACTIONS, CODE, INBOX, OUTBOX, Answer, Closing, Past, PastTurn, answer_of, codes_of, latest_code

ADDRESSES, HANDOFFS = TABLES["addresses"], TABLES["handoffs"]
SAME, WORDS, ACTION, LOST = "same", "other words", "other action", "not replayable"
BEFORE = timedelta(days=7)  # the first thing played, so that a notice held for a good hour is planned before it was due
PROVING = ("CheckCode", "ChangeContact")  # actions that a code is shown for


@dataclass(frozen=True, slots=True)
class Replayed:
    """A turn, what became of it now, and how that compares. `follows` says that an earlier turn of the same customer
    came out otherwise, so that what they wrote next may no longer fit."""

    turn: PastTurn
    verdict: str
    answer: Answer | None
    why: str = ""
    follows: bool = False


def replay(
    stage: Stage,
    past: Past,
    since: datetime | None,
    limit: int | None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Replayed]:
    """The turns since a moment (all without one), at most the newest `limit`, oldest first."""
    shown = [turn for turn in past.turns if since is None or turn.at >= since]
    shown = shown[-limit:] if limit else shown
    parties = {turn.party for turn in shown}
    played = [turn for turn in past.turns if turn.party in parties]
    if not played:
        return []
    clock = MovedClock(min(*past.notices, *(turn.at for turn in played), played[0].at) - BEFORE)
    wanted = {turn.inbox_id for turn in shown}
    with stage.play(clock) as (engine, service):
        player = Player(stage, past, engine, service, clock)
        player.begin()
        return [one for one in player.play(played, progress) if one.turn.inbox_id in wanted]


@dataclass
class Player:
    """One replay while it goes on."""

    stage: Stage
    past: Past
    engine: Engine
    service: Service
    clock: MovedClock
    changed: set[int] = field(default_factory=set)  # parties whose conversation took another way

    def begin(self) -> None:
        """Takes in everything as it was a week before the first message or notice."""
        self.start = self.clock.moment
        self._let_in(records_at(self.past.export, self.start, self.past.heard))
        with self.engine.begin() as connection:
            for seat in self.past.seats:
                row = {name: value for name, value in seat.items() if name != "customer"}
                row["customer_id"] = party_of(connection, seat["customer"])
                connection.execute(into(connection, ADDRESSES).values(row).on_conflict_do_nothing())

    def play(self, turns: Sequence[PastTurn], progress: Callable[[int], None]) -> Iterator[Replayed]:
        """The turns in their order, with what happened between them at its time."""
        happenings: list[tuple[datetime, int, Any]] = [
            *((at, 0, order) for order in self.past.export["orders"] for at in news_of(order, self.past.heard)),
            *((at, 1, None) for at in self.past.notices),
            *((closing.at, 2, closing) for closing in self.past.closings),
            *((turn.at, 3, turn) for turn in turns),
        ]
        last = max(turn.at for turn in turns)
        for at, _, happening in sorted(happenings, key=lambda one: one[:2]):
            if not self.start < at <= last:
                continue
            self.clock.moment = at
            if isinstance(happening, PastTurn):
                yield self._turn(happening)
                progress(1)
            elif isinstance(happening, Closing):
                self._close(happening)
            elif happening is None:
                self.service.fire_due(at)
                self._send()
            else:
                self._hear_of(happening, at)

    def _turn(self, turn: PastTurn) -> Replayed:
        follows = turn.party in self.changed
        if turn.message is None:
            return Replayed(turn, LOST, None, turn.lost, follows)
        self.service.receive(turn.message.model_copy(update={"text": self._text(turn)}))
        self.service.answer_next()
        answer = self._answer(turn.message.provider_id)
        self._send()
        if answer is None:
            self.changed.add(turn.party)
            return Replayed(turn, LOST, None, "the turn failed", follows)
        verdict = compare(turn.answer, answer)
        if verdict != SAME:
            self.changed.add(turn.party)
        return Replayed(turn, verdict, answer, follows=follows and verdict != SAME)

    def _text(self, turn: PastTurn) -> str:
        """What was written, with the code of this playing in the place of the one that was sent then."""
        assert turn.message is not None
        text = turn.message.text
        if not any(deed.kind in PROVING and deed.status == "done" for deed in turn.answer.deeds):
            return text
        with reading(self.engine) as connection:
            code = latest_code(codes_of(connection))
        return CODE.sub(code, text) if code else text

    def _answer(self, provider_id: str) -> Answer | None:
        """What came of a message; None when it failed, and it is put aside then."""
        with self.engine.begin() as connection:
            row = connection.execute(select(INBOX).where(INBOX.c.provider_id == provider_id)).one()
            if row.state != "done":
                connection.execute(update(INBOX).where(INBOX.c.id == row.id).values(state="aside"))
                return None
            said = select(OUTBOX).where(OUTBOX.c.inbox_id == row.id, OUTBOX.c.audience == "customer")
            done = select(ACTIONS).where(ACTIONS.c.customer_id == row.customer_id, ACTIONS.c.at == self.clock.moment)
            replies = connection.execute(said.order_by(OUTBOX.c.id)).all()
            return answer_of(replies, connection.execute(done.order_by(ACTIONS.c.kind)).all())

    def _close(self, closing: Closing) -> None:
        """The oldest open case for this reason of whoever has this address."""
        query = (
            select(HANDOFFS.c.id)
            .join(ADDRESSES, ADDRESSES.c.customer_id == HANDOFFS.c.customer_id)
            .where(ADDRESSES.c.channel == closing.channel, ADDRESSES.c.key == closing.key)
            .where(HANDOFFS.c.reason == closing.reason, HANDOFFS.c.closed_at.is_(None))
            .order_by(HANDOFFS.c.id)
            .limit(1)
        )
        with self.engine.begin() as connection:
            found = connection.execute(query).scalar_one_or_none()
            if found is not None:
                close(connection, found, closing.at, self.stage.shop)

    def _hear_of(self, order: dict[str, Any], at: datetime) -> None:
        then = order_at(order, at, self.past.heard, undone_since=self.start)
        if then is not None:
            self._let_in({"orders": [then]})

    def _send(self) -> None:
        while self.service.send_next():
            pass

    def _let_in(self, records: dict[str, Any]) -> None:
        file = SourceFile("past.json", json.dumps(records).encode())
        import_files(self.engine, [file], shop=self.stage.shop, now=self.clock.moment, plan=plan)


def compare(then: Answer, now: Answer) -> str:
    if then.deeds != now.deeds:
        return ACTION
    return SAME if (then.keys, then.text) == (now.keys, now.text) else WORDS
