"""Import files as records: what each kind must hold, every mistake told with its file, line and field.

Pure: reads texts into validated records and faults. Whether a customer or order that is referred to exists in the
database is asked by `storage/importing.py`, with the references named here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePath
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ValidationError, model_validator
from pydantic_core import ErrorDetails

from bot.errors import Fault
from bot.importing_text import Path, Raw, SourceFile, Unreadable, close, decode, read_csv, read_json, read_json_lines
from bot.model import Category, Channel
from bot.records import (
    Alert,
    ConsentRecord,
    Customer,
    Handoff,
    Loyalty,
    MessageRecord,
    Order,
    Product,
    Record,
    Registration,
    Review,
    Score,
    Shipment,
    Subscription,
    TrackingEvent,
)


class ShipmentNews(Shipment):
    """A parcel by itself, for an order already known or in the same import."""

    kind: ClassVar[str] = "shipments"

    order_id: str


class TrackingNews(TrackingEvent):
    """A tracking event by itself; the parcel is named by its id or by its tracking number."""

    kind: ClassVar[str] = "tracking_events"

    shipment_id: str | None = None
    tracking_number: str | None = None

    @model_validator(mode="after")
    def _names_a_parcel(self) -> Self:
        if not (self.shipment_id or self.tracking_number):
            raise ValueError("name the parcel by shipment_id or tracking_number")
        return self

    @property
    def event(self) -> TrackingEvent:
        return TrackingEvent(at=self.at, status=self.status, reason=self.reason, message=self.message, place=self.place)


class LoyaltyNews(Loyalty):
    """A customer's loyalty by itself."""

    kind: ClassVar[str] = "loyalty"

    customer_id: str


#: Every kind that may be imported, in the order in which they are stored.
KINDS: Mapping[str, type[Record]] = {
    "customers": Customer,
    "products": Product,
    "orders": Order,
    "shipments": ShipmentNews,
    "tracking_events": TrackingNews,
    "subscriptions": Subscription,
    "loyalty": LoyaltyNews,
    "reviews": Review,
    "scores": Score,
    "registrations": Registration,
    "alerts": Alert,
    "handoffs": Handoff,
    "consents": ConsentRecord,
    "messages": MessageRecord,
}

#: A field that names another record: kind → field → the kind it must be of. `tracking` is a parcel's tracking number.
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "orders": {"customer_id": "customers"},
    "shipments": {"order_id": "orders"},
    "tracking_events": {"shipment_id": "shipments", "tracking_number": "tracking"},
    **{
        kind: {"customer_id": "customers"}
        for kind in (
            "subscriptions",
            "loyalty",
            "reviews",
            "scores",
            "registrations",
            "alerts",
            "handoffs",
            "consents",
            "messages",
        )
    },
}

_HINTS = {
    "phone": "write it as E.164, such as +14155550123",
    "currency": "write three capital letters, such as USD",
    "country": "write two capital letters, such as US",
}
_TIME_HINT = "write ISO 8601 with a zone, such as 2026-03-15T12:00:00+00:00"
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
#: Texts that are one of a few, where a record of that name has them (a product's category is its own).
_CLOSED = {
    "channel": tuple(Channel),
    "category": tuple(Category),
    "direction": ("in", "out"),
    "scale": ("nps", "csat"),
    "preferred_channel": tuple(Channel),
}
LONGEST = 320  # characters of an email address (RFC 3696 erratum 1690) and of whatever else is searched for


@dataclass(frozen=True, slots=True)
class Reference:
    """`field` of the record at `index` names something of this kind."""

    index: int
    field: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A record and where it stands, for the faults that only its neighbours or the database can show."""

    record: Record
    file: str
    raw: Raw

    def fault(self, name: str, what: str, suggestion: str = "") -> Fault:
        return Fault(self.file, self.raw.locate((name,)), f"{self.raw.key}.{name}", what, suggestion)


@dataclass(slots=True)
class Parsed:
    """What files came to: the good records, every fault, and the ids seen of each kind, faulty records' too."""

    placed: list[Placed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, id) → file:line

    @property
    def records(self) -> list[Record]:
        return [placed.record for placed in self.placed]


def parse(files: Sequence[SourceFile]) -> Parsed:
    """Reads every file to its end, so that all the faults are told at once."""
    parsed = Parsed()
    for file in files:
        try:
            for item in _raws(file):
                _take(parsed, file.name, item)
        except Unreadable as error:
            parsed.faults.append(Fault(file.name, error.line, "", error.what, error.suggestion))
    return parsed


def references(records: Iterable[Record]) -> Iterator[Reference]:
    """Every reference of the records to others, in their order."""
    for index, record in enumerate(records):
        for name, kind in REFERENCES.get(kind_of(record), {}).items():
            value = getattr(record, name)
            if value is not None:
                yield Reference(index, name, kind, value)


def kind_of(record: Record) -> str:
    return str(record.__class__.kind)  # type: ignore[attr-defined]


def provides(record: Record) -> Iterator[tuple[str, str]]:
    """What a record lets others refer to, as (kind, id)."""
    match record:
        case Order():
            yield "orders", record.id
            for shipment in record.shipments:
                yield from provides(shipment)
        case Shipment():
            yield "shipments", record.id
            yield "tracking", record.tracking_number
        case Customer():
            yield "customers", record.id


def _raws(file: SourceFile) -> Iterator[Raw | Fault]:
    text = decode(file.content)
    suffix = PurePath(file.name).suffix.lower()
    if suffix in (".csv", ".tsv"):
        kind = file.kind or _kind_of_name(file.name)
        return read_csv(text, kind, _fields(kind))
    if suffix in (".jsonl", ".ndjson"):
        return read_json_lines(text, KINDS)
    try:
        return iter(list(read_json(text, KINDS)))
    except Unreadable as error:
        if "Extra data" in error.what:  # JSON Lines under another name
            return read_json_lines(text, KINDS)
        raise


def _kind_of_name(name: str) -> str:
    """`orders.csv`, `orders-2026.csv`."""
    stem = PurePath(name).stem.lower()
    found = next((kind for kind in KINDS if re.match(rf"{kind}(?![a-z])", stem)), None)
    if found is None:
        raise Unreadable(0, "does not say which kind it holds", close(stem, KINDS) or "name it, or give --kind")
    return found


def _take(parsed: Parsed, file: str, item: Raw | Fault) -> None:
    if isinstance(item, Fault):
        parsed.faults.append(Fault(file, item.line, item.key, item.what, item.suggestion))
        return
    for fault in _twice(parsed, file, item):
        parsed.faults.append(fault)
    try:
        record = KINDS[item.kind].model_validate(item.value)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            parsed.faults.append(_fault(file, item, detail))
        return
    placed = Placed(record, file, replace(item, value=None))  # a large import is not kept twice
    parsed.faults.extend(_further(placed))
    for provided in provides(record):
        parsed.seen.setdefault(provided, "")
    parsed.placed.append(placed)


def _twice(parsed: Parsed, file: str, item: Raw) -> Iterator[Fault]:
    """Faults of records, and of parcels in orders, that stand in the import twice."""
    name = "customer_id" if item.kind == "loyalty" else "id"
    own = item.value.get(name) if item.kind not in ("consents", "tracking_events") else None
    found: list[tuple[str, Any, Path]] = [(item.kind, own, (name,))]
    if item.kind == "orders" and isinstance(item.value.get("shipments"), list):
        for index, shipment in enumerate(item.value["shipments"]):
            if isinstance(shipment, dict):
                found.append(("shipments", shipment.get("id"), ("shipments", index, "id")))
    for kind, identity, path in found:
        if not isinstance(identity, str):
            continue
        here = f"{file}:{item.locate(path)}"
        before = parsed.seen.get((kind, identity))
        if before:
            yield Fault(file, item.locate(path), _key(item, path), "stands twice", f"also at {before}")
        parsed.seen[kind, identity] = before or here


def _further(placed: Placed) -> Iterator[Fault]:
    """What a shape cannot say."""
    record = placed.record
    if isinstance(record, Customer) and record.email is not None and not _EMAIL.fullmatch(record.email):
        yield placed.fault("email", "is not an email address")
    if isinstance(record, Order):
        lines = [line.id for line in record.lines]
        if len(set(lines)) != len(lines):
            yield placed.fault("lines", "two lines have the same id")
    if isinstance(record, Alert) and record.customer_id is None:
        yield placed.fault("customer_id", "is required")
    for name, allowed in _CLOSED.items():
        value = None if isinstance(record, Product) else getattr(record, name, None)
        if isinstance(value, str) and value not in allowed:
            yield placed.fault(name, f"must be one of {', '.join(allowed)}", close(value, allowed))
    for index, consent in enumerate(record.consents if isinstance(record, Customer) else ()):
        for name in ("channel", "category"):
            if getattr(consent, name) not in _CLOSED[name]:
                what = f"must be one of {', '.join(_CLOSED[name])}"
                yield placed.fault(f"consents[{index}].{name}", what, close(getattr(consent, name), _CLOSED[name]))
    for name in ("email", "tracking_number", "sku"):
        if len(getattr(record, name, None) or "") > LONGEST:
            yield placed.fault(name, f"is longer than {LONGEST} characters")


def _fault(file: str, item: Raw, detail: ErrorDetails) -> Fault:
    path: Path = tuple(detail["loc"])
    last = str(path[-1]) if path else ""
    what, suggestion = detail["msg"].removeprefix("Value error, "), _HINTS.get(last, "")
    if detail["type"] == "extra_forbidden":
        what, suggestion = "unknown field", close(last, _names_at(KINDS[item.kind], path[:-1]))
    elif detail["type"] == "missing":
        what, suggestion = "is required", ""
    elif detail["type"].startswith(("timezone", "datetime")):
        suggestion = _TIME_HINT
    return Fault(file, item.locate(path), _key(item, path), what, suggestion)


def _key(item: Raw, path: Path) -> str:
    return item.key + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _names_at(model: type[BaseModel], path: Path) -> list[str]:
    """The names of the fields where a path into a model leads."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


@cache
def _fields(kind: str) -> Mapping[str, bool]:
    """The fields of a kind, and whether each holds a list or an object."""
    properties = KINDS[kind].model_json_schema(mode="validation")["properties"]
    return {name: _is_structured(schema) for name, schema in properties.items()}


def _is_structured(schema: Mapping[str, Any]) -> bool:
    options = schema.get("anyOf", [schema])
    return any(option.get("type") in ("array", "object") or _is_model(option) for option in options)


def _is_model(option: Mapping[str, Any]) -> bool:
    return str(option.get("$ref", "")).rpartition("/")[2] in {"PostalAddress", "Loyalty"}
