"""Records with an id of their source's, merged into the table that keeps them. Knows no kind by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.merging import merge
from bot.records import Record
from storage.records import rows_by


class Identified(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class Tally:
    added: int = 0
    changed: int = 0
    same: int = 0


@dataclass(slots=True)
class Intake:
    """One taking-in while it lasts: where to, when, where from, and what it came to so far."""

    connection: Connection
    now: datetime
    source: str
    progress: Callable[[int], None]
    report: dict[str, Tally] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def count(self, kind: str, before: object, after: object) -> bool:
        """Counts one record as added, changed or the same; whether it is to be written."""
        tally = self.report.setdefault(kind, Tally())
        self.progress(1)
        if before is None:
            tally.added += 1
        elif before != after:
            tally.changed += 1
        else:
            tally.same += 1
        return before is None or before != after

    def happened(self, kind: str, party: int | None, **data: Any) -> None:
        self.events.append({"customer_id": party, "at": self.now, "kind": kind, "data": data})


@dataclass(frozen=True, slots=True)
class Stored(Generic[R]):
    """A record that was added or changed: its row, what was known before, what is known now."""

    row_id: int
    before: R | None
    after: R
    party: int = 0


def as_json(record: Record) -> dict[str, Any]:
    return record.model_dump(mode="json")


def upsert(
    intake: Intake,
    kind: str,
    into: Any,
    records: Sequence[R],
    columns: Callable[[R, R | None], Mapping[str, Any]],
    first: Mapping[str, Any] | None = None,
    merged: Callable[[R | None, R], R] = merge,
) -> list[Stored[R]]:
    """Adds or changes the rows of these records; gives those that were. `columns` are written beside the record."""
    query = select(into.c.source_id, into.c.id, into.c.record)
    kept = {row.source_id: row for row in rows_by(intake.connection, query, into.c.source_id, map(identity, records))}
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    stored: list[tuple[int, R | None, R]] = []
    for record in records:
        row = kept.get(identity(record))
        before = type(record).model_validate(row.record) if row else None
        after = merged(before, record)
        if not intake.count(kind, row.record if row else None, as_json(after)):
            continue
        values = {"record": as_json(after), **columns(after, before)}
        if row:
            changed.append({"row": row.id, **values})
        else:
            added.append({"source_id": identity(record), **(first or {}), **values})
        stored.append((row.id if row else 0, before, after))
    insert_all(intake.connection, into, added)
    update_all(intake.connection, into, changed)
    ids = row_ids(intake.connection, into, (identity(after) for row_id, _, after in stored if not row_id))
    return [Stored(row_id or ids[identity(after)], before, after) for row_id, before, after in stored]


def identity(record: Record) -> str:
    return str(record.id)  # type: ignore[attr-defined]


def row_ids(connection: Connection, of: Any, source_ids: Iterable[str]) -> dict[str, int]:
    """source id → row id."""
    query = select(of.c.source_id, of.c.id)
    return {row.source_id: row.id for row in rows_by(connection, query, of.c.source_id, source_ids)}


def insert_all(connection: Connection, into: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(into), [dict(row) for row in rows])


def update_all(connection: Connection, of: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Each row names its id as `row`; all of them carry the same columns."""
    if rows:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "row"}
        statement = update(of).where(of.c.id == bindparam("row")).values(values)
        connection.execute(
            statement,
            [{name if name == "row" else f"new_{name}": value for name, value in row.items()} for row in rows],
        )
