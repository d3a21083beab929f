"""tests/*.yaml: conversations that a merchant wants to stay true, as they are written.

Pure: reads the texts into stories and faults. What a story comes to is played by rehearsal.py.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from bot.errors import Fault
from bot.merchant.schema import Section
from bot.merchant.validate import validated
from bot.merchant.yamltext import Document, Path, read_yaml
from bot.model import Channel, Json
from bot.notices.kinds import NoticeKind
from bot.wording.paths import closest

FOLDER = "tests/"
PRODUCTS = "tests/products.yaml"
START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # a Friday, nine in the morning in Portland
SPAN = re.compile(r"(\d+) (minute|hour|day|week)s?")
ACTS = ("says", "chooses", "photo", "after", "carrier")

State = Literal[
    "not_shipped",
    "label_made",
    "in_transit",
    "stale",
    "late",
    "out_for_delivery",
    "pickup",
    "delivered",
    "attempt_failed",
    "wrong_address",
    "damaged",
    "lost",
    "customs",
    "returned",
    "cancelled",
]


def span_of(text: str) -> timedelta:
    """`2 days`, `1 hour`, …; raises ValueError for any other form."""
    match = SPAN.fullmatch(text)
    if match is None:
        raise ValueError("write a whole number and minutes, hours, days or weeks, such as 2 days")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def _span(text: str) -> str:
    span_of(text)
    return text


def _moment(text: str) -> str:
    try:
        aware = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise ValueError("write ISO 8601 with a zone, such as 2026-11-20T17:00:00+00:00")
    return text


Several = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Span = Annotated[str, AfterValidator(_span)]
M = TypeVar("M", bound=Section)


class GivenOrder(Section):
    """An order in short: what is left out is what a test seldom cares about."""

    state: State = "in_transit"
    placed: Span = Field(default="4 days", description="how long before the test begins")
    lines: Several = Field(default=(), description="as on a receipt: 2 x Merino Socks (L); the first product if none")
    paid: str | None = Field(default=None, description="the id of the customer's payment method")
    record: dict[str, Json] = Field(default_factory=dict, description="fields of the import format, instead of ours")


class GivenSubscription(Section):
    of: str = Field(description="as on a receipt: 2 x Merino Socks (L)")
    every: int = Field(default=30, ge=1, description="days")
    next: Span = Field(default="9 days", description="until the next charge")
    record: dict[str, Json] = Field(default_factory=dict, description="fields of the import format, instead of ours")


class CarrierNews(Section):
    """What the carrier says of an order's first parcel, in the terms of the import format."""

    order: str
    status: str
    reason: str | None = None
    message: str | None = None
    place: str | None = None


class Turn(Section):
    """One thing that happens, and what has to come of it. What is left out is not looked at."""

    says: str | None = None
    chooses: str | None = Field(default=None, description="a choice that was offered, by its id")
    photo: bool = False
    after: Span | None = Field(default=None, description="time that goes by first; notices due by then are sent")
    carrier: CarrierNews | None = None
    channel: Channel | None = Field(default=None, description="from here on")
    bot: Several | None = Field(default=None, description="the keys of the templates said, in their order")
    contains: Several = ()
    not_contains: Several = ()
    offers: Several | None = Field(default=None, description="the choices offered, by id, in any order")
    person: bool | None = Field(default=None, description="whether a person was called, who has the conversation then")
    on: Several | None = Field(default=None, description="the channel of each message of this turn")
    notices: Several | None = Field(default=None, description="the kinds of the notices sent, in their order")


class Ledger(Section):
    """What is on record afterwards, in the terms of the export. Only the fields named are compared; a list has to have
    as many entries as are named."""

    customer: dict[str, Json] = Field(default_factory=dict)
    orders: dict[str, dict[str, Json]] = Field(default_factory=dict, description="by number")
    subscriptions: dict[str, dict[str, Json]] = Field(default_factory=dict, description="by id")
    handoffs: tuple[dict[str, Json], ...] | None = None
    reviews: tuple[dict[str, Json], ...] | None = None
    scores: tuple[dict[str, Json], ...] | None = None
    consents: tuple[dict[str, Json], ...] | None = Field(default=None, description="those of this conversation")
    new_orders: tuple[dict[str, Json], ...] | None = None


class Story(Section):
    """A conversation that has to stay true."""

    title: Annotated[str, Field(min_length=1)]
    channel: Channel = Channel.SMS
    now: Annotated[str, AfterValidator(_moment)] = Field(default=START.isoformat(), description="when it begins")
    stranger: bool = Field(default=False, description="written from an address that the shop does not know")
    agrees_to: Several = Field(default=(), description="what the customer gave consent for: review, marketing, alert")
    customer: dict[str, Json] = Field(default_factory=dict, description="fields of the import format, instead of ours")
    orders: dict[str, GivenOrder] = Field(default_factory=dict, description="by number: a state, or more")
    others: dict[str, GivenOrder] = Field(default_factory=dict, description="orders of somebody else")
    subscriptions: dict[str, GivenSubscription] = Field(default_factory=dict, description="by id")
    talk: Annotated[tuple[Turn, ...], Field(min_length=1)]
    ledger: Ledger = Ledger()

    @field_validator("orders", "others", mode="before")
    @classmethod
    def _in_full(cls, value: Any) -> Any:
        """`FF-1001: in_transit` is short for `FF-1001: {state: in_transit}`."""
        if not isinstance(value, dict):
            return value
        return {number: {"state": told} if isinstance(told, str) else told for number, told in value.items()}

    @property
    def begins(self) -> datetime:
        return datetime.fromisoformat(self.now).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """A story and where it stands."""

    story: Story
    document: Document
    index: int

    def fault(self, path: Path, what: str, suggestion: str = "") -> Fault:
        return self.document.fault((self.index, *path), what, suggestion)


@dataclass(frozen=True, slots=True)
class Stories:
    """The stories of a shop, with the products that each of them finds there (import format)."""

    placed: tuple[Placed, ...]
    products: tuple[dict[str, Any], ...]


def read_stories(texts: Mapping[str, str], keys: Collection[str]) -> tuple[Stories, list[Fault]]:
    """The tests among a shop's files and every fault in their form. `keys` are those of the templates and of faq/."""
    placed: list[Placed] = []
    products: list[dict[str, Any]] = []
    faults: list[Fault] = []
    documents = {path: read_yaml(path, texts[path]) for path in sorted(texts) if path.startswith(FOLDER)}
    for path, (document, wrong) in documents.items():
        faults += wrong
        if document.value is None:
            continue
        if not isinstance(document.value, list):
            faults.append(document.fault((), "the file has to be a list", "begin each entry with a dash"))
        elif path == PRODUCTS:
            products = [entry for entry in document.value if isinstance(entry, dict)]
        else:
            for index, value in enumerate(document.value):
                story, found = validated(Story, document, value, (index,))
                faults += found
                placed += [Placed(story, document, index)] if story else []
    titles = [str(product.get("title")) for product in products]
    for one in placed:
        faults += _faults(one, sorted(keys), titles)
    faults += _twice(placed)
    return Stories(tuple(placed), tuple(products)), faults


def chosen(stories: Iterable[Placed], names: Collection[str]) -> tuple[Placed, ...]:
    """The stories of these files (`cancel`, `tests/cancel.yaml`) or whose title has one of these words in it."""
    wanted = [name.removeprefix(FOLDER).removesuffix(".yaml").lower() for name in names]
    return tuple(
        one
        for one in stories
        if not wanted
        or any(
            name in one.story.title.lower() or name == one.document.file.removeprefix(FOLDER).removesuffix(".yaml")
            for name in wanted
        )
    )


def _faults(one: Placed, keys: list[str], titles: list[str]) -> Iterator[Fault]:
    """What the shape cannot say: names that lead nowhere, and turns in which nothing happens."""
    story = one.story
    kinds = [kind.value for kind in NoticeKind]
    for place, turn in enumerate(story.talk):
        where: Path = ("talk", place)
        if not turn.model_fields_set & set(ACTS):
            yield one.fault(where, "nothing happens in this turn", f"write one of {', '.join(ACTS)}")
        for name, known, told in (("bot", keys, turn.bot), ("notices", kinds, turn.notices)):
            for index, word in enumerate(told or ()):
                if word not in known:
                    what = f"there is no {'key' if name == 'bot' else 'notice'} {word!r}"
                    yield one.fault((*where, name, index), what, closest(word, known))
        if turn.carrier and turn.carrier.order not in story.orders:
            tip = closest(turn.carrier.order, list(story.orders))
            yield one.fault((*where, "carrier", "order"), f"there is no order {turn.carrier.order!r} above", tip)
    for name, orders in (("orders", story.orders), ("others", story.others)):
        for number, order in orders.items():
            for index, line in enumerate(order.lines):
                yield from _line_fault(one, (name, number, "lines", index), line, titles)
    for name, plan in story.subscriptions.items():
        yield from _line_fault(one, ("subscriptions", name, "of"), plan.of, titles)
    if not titles and any((story.orders, story.others, story.subscriptions)):
        yield one.fault((), "orders need products", f"write what the shop sells in {PRODUCTS}, in the import format")


def _line_fault(one: Placed, where: Path, line: str, titles: list[str]) -> Iterator[Fault]:
    title = line_parts(line)[1]
    if titles and title not in titles:
        yield one.fault(where, f"{title!r} is not in {PRODUCTS}", closest(title, titles))


def line_parts(line: str) -> tuple[int, str, str | None]:
    """`2 x Merino Socks (L)` → 2, Merino Socks, L."""
    match = re.fullmatch(r"(?:(\d+) x )?(.+?)(?: \((.+)\))?", line)
    return (int(match[1] or 1), match[2], match[3]) if match else (1, line, None)


def _twice(placed: Iterable[Placed]) -> Iterator[Fault]:
    seen: dict[str, Placed] = {}
    for one in placed:
        first = seen.setdefault(one.story.title, one)
        if first is not one:
            where = f"{first.document.file}:{first.document.line((first.index,))}"
            yield one.fault(("title",), "another test has this title", f"the first is at {where}")
