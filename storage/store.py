"""The one way from the service to the tables: opens each transaction, takes the locks in order, and closes it.

One code path for both databases; where SQLite has no lock clause, its one writer at a time is the lock.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.model import Address, Channel, DeliveryStatus, Message
from bot.notices import Notice
from bot.store import Inbound, Outreach, Receipt
from storage import inbox, notices, outbox, parties
from storage.dealings import MakeActions, SqlOutreach, SqlReady, SqlTurn, ready_from
from storage.engine import reading
from storage.opted_out import recall

MEETINGS = 5  # attempts to keep a new address that several messages bring at once


class SqlStore:
    """Fills `bot.store.Store`. `actions` makes the ledger that performs actions inside a dealing's transaction."""

    def __init__(self, engine: Engine, actions: MakeActions) -> None:
        self._engine = engine
        self._actions = actions

    # -- receiving -------------------------------------------------------------------------------------------------

    def receive(self, message: Message, now: datetime) -> Receipt:
        try:
            return self._receive(message, now)
        except DBAPIError as fault:
            if not fault.connection_invalidated:
                raise
        return self._receive(message, now)  # the database was restarted; its pool of connections is new now

    def _receive(self, message: Message, now: datetime) -> Receipt:
        for _ in range(MEETINGS):
            with self._engine.connect() as connection, connection.begin() as transaction:
                receipt = inbox.keep(connection, message, now)
                if receipt is None and inbox.is_here(connection, message):
                    receipt = Receipt(new=False)
                if receipt is None and parties.meet(connection, message, now):
                    recall(connection, [{"channel": message.sender.channel.value, "key": parties.key_of(message)}])
                    receipt = inbox.keep(connection, message, now)
                if receipt is not None:
                    return receipt
                transaction.rollback()  # another message of the same new address was quicker
        raise RuntimeError("a new address could not be kept")

    # -- turns -----------------------------------------------------------------------------------------------------

    @contextmanager
    def next_turn(self, now: datetime) -> Iterator[SqlTurn | None]:
        with self._engine.begin() as connection:
            yield self._claim(connection, now)

    @contextmanager
    def again(self, inbound: Inbound) -> Iterator[SqlTurn | None]:
        with self._engine.begin() as connection:
            locked = parties.lock(connection, [inbound.party])
            turn = self._turn(connection, inbound.party) if locked else None
            yield turn if turn and turn.inbound.id == inbound.id else None

    def _claim(self, connection: Connection, now: datetime) -> SqlTurn | None:
        """Until the lock taken is of a party whose message nobody finished between the finding and the taking."""
        while (party := inbox.oldest_party(connection, now)) is not None:
            turn = self._turn(connection, party)
            if turn:
                return turn
        return None

    def _turn(self, connection: Connection, party: int) -> SqlTurn | None:
        row = inbox.oldest_message(connection, party)
        return SqlTurn(connection, party, row, self._actions) if row else None

    # -- sending ---------------------------------------------------------------------------------------------------

    @contextmanager
    def next_outgoing(self, now: datetime) -> Iterator[SqlReady | None]:
        with self._engine.begin() as connection:
            row = None
            while row is None and (party := outbox.due_party(connection, now)) is not None:
                row = outbox.due_row(connection, party, now)
            yield ready_from(connection, row.customer_id, row) if row else None

    def sent(self, outbox_id: int, provider_id: str, now: datetime) -> None:
        with self._engine.begin() as connection:
            outbox.mark_sent(connection, outbox_id, provider_id, now)

    def failed(self, outbox_id: int, reason: str, code: str) -> None:
        self._change(outbox_id, state="failed", reason=reason, error_code=code or None, lease_until=None)

    def later(self, outbox_id: int, due_at: datetime, reason: str, code: str) -> None:
        self._change(
            outbox_id, state="waiting", due_at=due_at, reason=reason, error_code=code or None, lease_until=None
        )

    def unknown(self, outbox_id: int, due_at: datetime, code: str) -> None:
        self._change(outbox_id, state="unknown", due_at=due_at, error_code=code or None, lease_until=None)

    def _change(self, outbox_id: int, **values: Any) -> None:
        with self._engine.begin() as connection:
            outbox.change(connection, outbox_id, **values)

    def suppress(self, channel: Channel, key: str, why: str) -> None:
        with self._engine.begin() as connection:
            parties.suppress(connection, channel.value, key, why)

    def suppress_recipient(self, outbox_id: int, why: str) -> None:
        with self._engine.begin() as connection:
            address = outbox.recipient(connection, outbox_id)
            if address:
                parties.suppress(connection, address.channel.value, address.key, why)

    def bodies_sent(self, address: Address) -> Sequence[str]:
        with reading(self._engine) as connection:
            return outbox.bodies_sent(connection, address)

    def record_delivery(
        self,
        provider_id: str,
        status: DeliveryStatus,
        error_code: str | None,
        outbox_id: int | None,
        at: datetime,
    ) -> Address | None:
        with self._engine.begin() as connection:
            return outbox.record(connection, provider_id, status, error_code, outbox_id, at)

    def expire_leases(self, now: datetime) -> int:
        with self._engine.begin() as connection:
            return outbox.expire_leases(connection, now)

    # -- reaching out ----------------------------------------------------------------------------------------------

    def due_parties(self, now: datetime, limit: int) -> Sequence[int]:
        with reading(self._engine) as connection:
            return tuple(dict.fromkeys(party for _, party in notices.due(connection, now, limit)))

    def reach_out(
        self,
        these: Sequence[int],
        now: datetime,
        deal: Callable[[Outreach, Notice], object],
        faulted: Callable[[Outreach, Notice | None, Exception], None],
    ) -> int:
        with self._engine.begin() as connection:
            locked = parties.lock(connection, these)
            for party in locked:
                outreach = SqlOutreach(connection, party, parties.party_row(connection, party), self._actions)
                try:
                    due = outreach.due(now)
                except (ValueError, TypeError, LookupError) as fault:
                    faulted(outreach, None, fault)
                    continue
                for notice in due:
                    _alone(connection, partial(deal, outreach, notice), partial(faulted, outreach, notice))
            return len(locked)


def _alone(connection: Connection, deal: Callable[[], object], faulted: Callable[[Exception], None]) -> None:
    """Undoes this much alone when it fails; when the database itself does, everything."""
    try:
        with connection.begin_nested():
            deal()
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:
        faulted(fault)
