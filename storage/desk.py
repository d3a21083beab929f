"""The desk: what the shop's people do with cases, each in a transaction of its own, and their mails.

Decides nothing: storage/handoffs.py does it, bot/desk.py says what a mail asks for.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine

from bot.desk import PAGE, Case, CaseState, Refused, Replied, Why
from bot.facts import encode
from bot.merchant.shop import Shop
from bot.model import Channel, Message
from bot.ports import Clock
from storage import desk_mail, handoffs
from storage.engine import reading

T = TypeVar("T")


class SqlDesk:
    """Fills `connectors.handoffs.Desk` and what commands need. `prepare` makes sure of the tables, `posted` is called
    after the commit of a message; `senders` gives the channels that can send."""

    def __init__(
        self,
        engine: Engine,
        shop: Callable[[], Shop],
        clock: Clock,
        *,
        senders: Callable[[], Collection[Channel]],
        prepare: Callable[[], None],
        posted: Callable[[], object],
    ) -> None:
        self._engine = engine
        self._shop = shop
        self._clock = clock
        self._senders = senders
        self._prepare = prepare
        self._posted = posted

    def open_cases(self) -> list[Case]:
        return self._read(handoffs.open_cases)

    def page(self, state: CaseState, after: int = 0, limit: int = PAGE) -> tuple[list[Case], int | None]:
        return self._read(lambda connection: handoffs.page_of_cases(connection, state, after, limit))

    def show(self, number: int) -> dict[str, Any] | Refused:
        """The whole case as JSON."""
        shop = self._shop()
        found = self._read(lambda connection: handoffs.whole_case(connection, number, shop))
        return Refused(Why.NO_SUCH_CASE) if found is None else _plain(found)

    def claim(self, number: int, agent: str) -> Case | Refused:
        now = self._clock.now()
        return self._write(lambda connection: handoffs.claim(connection, number, agent, now))

    def release(self, number: int, agent: str) -> Case | Refused:
        now = self._clock.now()
        return self._write(lambda connection: handoffs.release(connection, number, agent, now))

    def reply(self, number: int, agent: str, text: str, key: str) -> Replied | Refused:
        shop, now, channels = self._shop(), self._clock.now(), frozenset(self._senders())
        replied = self._write(
            lambda connection: handoffs.reply(
                connection, number, agent, text, key, shop=shop, channels=channels, now=now
            )
        )
        if isinstance(replied, Replied) and not replied.again:
            self._posted()
        return replied

    def give_back(self, number: int, agent: str | None = None, note: str = "") -> Case | Refused:
        shop, now = self._shop(), self._clock.now()
        return self._write(lambda connection: handoffs.close(connection, number, now, shop, agent=agent, note=note))

    def take_mail(self, message: Message, named: Sequence[int]) -> bool:
        """Whether this mail was for the desk, done or left; `named` are the mails of ours that it says it answers."""
        if not named:
            return False
        answered = self._read(lambda connection: desk_mail.find_answered(connection, named))
        if answered is None or not desk_mail.is_from_desk(message, answered):
            return False
        shop, now, channels = self._shop(), self._clock.now(), frozenset(self._senders())
        outcome = self._write(
            lambda connection: desk_mail.take(connection, message, answered, shop=shop, channels=channels, now=now)
        )
        if isinstance(outcome, Replied | Refused):
            self._posted()
        return True

    def _read(self, ask: Callable[[Connection], T]) -> T:
        self._prepare()
        with reading(self._engine) as connection:
            return ask(connection)

    def _write(self, change: Callable[[Connection], T]) -> T:
        self._prepare()
        with self._engine.begin() as connection:
            return change(connection)


def _plain(case: Mapping[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(json.dumps(case, default=encode)))
