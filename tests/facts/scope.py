"""What may be said to somebody at a moment: the records they have a right to, and what follows from those by reckoning.

Everything is worked out here from stored records in the import format, the merchant's numbers and the clock, in
Decimal; nothing of bot/ is asked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from itertools import product as every
from typing import Any
from zoneinfo import ZoneInfo

from tests.facts import merchant

Record = Mapping[str, Any]
SHOP_ZONE = ZoneInfo("America/Los_Angeles")
CENT = Decimal("0.01")
PRIVATE = ("shipping_address", "payments", "refunds", "changes", "customer_id")
SUNDAY = 6
MOST_ORDERS = 10  # of one customer whose totals are added up
MOST_SUMS = 4096
MOST_ORDERED = 10  # of one product at once


@dataclass(frozen=True)
class Scope:
    """`status_only` are orders shown by knowledge alone. `texts` are what the sender wrote; `moments` what else stands
    on record for them (when a person answers by). `formerly` is the customer as they stood a turn ago."""

    now: datetime
    customer: Record | None = None
    orders: tuple[Record, ...] = ()
    status_only: tuple[Record, ...] = ()
    plans: tuple[Record, ...] = ()
    products: tuple[Record, ...] = ()
    texts: tuple[str, ...] = ()
    moments: tuple[datetime, ...] = ()
    formerly: Record | None = None
    narrowed: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo((self.customer or {}).get("time_zone") or SHOP_ZONE.key)

    def about(self, text: str) -> "Scope":
        """Narrowed to the orders whose numbers are said, if any are."""
        orders = tuple(one for one in self.orders if _says(text, one["number"]))
        status = tuple(one for one in self.status_only if _says(text, one["number"]))
        if not orders and not status:
            return self
        linked = {text for one in orders for text in strings(one.get("changes", ()))}
        orders += tuple(one for one in self.orders if one not in orders and one["id"] in linked)
        return replace(self, orders=orders, status_only=status, narrowed=True)

    # -- what stands on record ----------------------------------------------------------------------------------------

    def records(self) -> Iterator[Any]:
        yield from self.orders
        yield from self.plans
        for one in (self.customer, self.formerly):
            if one:
                yield {name: value for name, value in one.items() if name != "consents"}
        yield from ({name: value for name, value in one.items() if name not in PRIVATE} for one in self.status_only)

    def strings(self) -> set[str]:
        """Every text of the records, and those made of several in a row as people write them."""
        found = set(strings(list(self.records()))) | set(merchant.names())
        found |= {written(place) for place in places(list(self.records()))}
        found |= {text for one in self.goods() for text in strings(one)}
        for line in self.lines():
            found.add(", ".join(line.get("options", {}).values()))
        for customer in (self.customer, self.formerly):
            found |= {masked(contact) for contact in contacts(customer or {})}
        found |= {masked(contact) for text in self.texts for contact in re.findall(r"\S+@\S+\w|\+[\d ]{8,}", text)}
        for one in self.status_only:
            found |= set(one.get("masked", ()))
        return {text for text in found if text}

    def goods(self) -> Iterator[Record]:
        """Products that may be spoken of: their own, what goes with those, and what they named themselves."""
        own = {str(line.get("product_id")) for line in self.lines()}
        own |= {fitting for one in own for fitting in merchant.accessories().get(one, ())}
        skus = {plan["sku"] for plan in self.plans} | {line["sku"] for line in self.lines()}
        said = " ".join(self.texts).casefold()
        for one in self.products:
            named = any(word.casefold()[:5] in said for word in re.findall(r"\w{4,}", one["title"]))
            fits = own & {one["id"], *one.get("accessories", ())} or skus & {each["sku"] for each in one["variants"]}
            if fits or named or not self.orders:
                yield one

    def lines(self) -> Iterator[Record]:
        for order in (*self.orders, *self.status_only):
            yield from order["lines"]
            for change in order.get("changes", ()):
                yield from (line for line in _deep(change) if isinstance(line, Mapping) and "sku" in line)

    # -- what follows from it -----------------------------------------------------------------------------------------

    def days(self) -> Iterator[datetime]:
        """Every moment on record or that follows from one by a rule of the shop."""
        yield self.now
        yield from self.moments
        for text in strings(list(self.records())):
            found = moment(text)
            if found:
                yield found
        rules = merchant.rules()
        for order in (*self.orders, *self.status_only):
            yield ships_by(moment(order["placed_at"]) or self.now)
            for event in (event for parcel in order["shipments"] for event in parcel["events"]):
                at = moment(event["at"]) or self.now
                yield at + timedelta(days=7)  # tracking.lost_after_days
                if event["status"] == "delivered":
                    yield from (at + timedelta(days=days) for days in (2, 14, 30))  # wait, damage report, return window
                    yield from (_months_on(at, months) for months in rules["months"])
            yield from (_months_on(moment(order["placed_at"]) or self.now, months) for months in rules["months"])
            for one in order.get("returns", ()):
                yield (moment(one["requested_at"]) or self.now) + timedelta(days=14)  # returns.send_within_days
        for plan in self.plans:
            charge = moment(plan["next_charge_at"]) or self.now
            paces = {plan["interval_days"], *(14, 30, 45, 60, 90)}  # subscriptions.intervals
            yield charge - timedelta(hours=48)  # subscriptions.cutoff_hours
            yield charge + timedelta(days=1)  # the first day until which it may pause
            yield self.now + timedelta(days=120)  # subscriptions.pause_days
            yield from (charge + timedelta(days=pace * count) for pace in paces for count in range(-6, 7))
        yield from (self.now + timedelta(days=days) for days in range(1, 8))  # delivery.redeliver_within_days

    def amounts(self) -> set[Decimal]:
        """Money on record: prices, what lines and orders come to, what was paid, and what a swap makes of it."""
        found = {Decimal(0)}
        for order in self.orders or self.status_only:
            sums = sums_of(order["lines"])
            found |= sums | {abs(one) for one in _differences(order, self.products)}
            found |= {money(one["amount"]) for kind in ("payments", "refunds") for one in order.get(kind, ())}
            found |= {money(one["price_difference"]) for one in order.get("returns", ()) if one.get("price_difference")}
            total = _total(order)
            found |= {total + one for one in _differences(order, self.products)}
            for change in order.get("changes", ()):
                kept = [one for one in _deep(change) if isinstance(one, list) and one and _is_line(one[0])]
                found |= {one for lines in kept for one in sums_of(lines)}
        totals = [
            sum((money(line["price"]) * line["quantity"] for line in one["lines"]), Decimal(0)) for one in self.orders
        ]
        for count in range(2, len(totals) + 1):  # what several orders come to together
            found |= {sum(some, Decimal(0)) for some in combinations(totals, count)} if len(totals) <= 10 else set()
        for plan in self.plans:
            for price in {money(plan["price"]), *self._prices(plan["sku"])}:
                found |= {price * count * share for count in range(1, 7) for share in (Decimal(1), Decimal("0.9"))}
        most = max((line["quantity"] for line in self.lines()), default=1) if self.narrowed else MOST_ORDERED
        for one in self.goods():
            found |= {money(each["price"]) * count for each in one["variants"] for count in range(1, most + 1)}
        for method in (self.customer or {}).get("payment_methods", ()):
            found |= {money(method["balance"])} if method.get("balance") else set()
        return {one.quantize(CENT) for one in found}

    def _prices(self, sku: str) -> set[Decimal]:
        there = [one["variants"] for one in self.products if any(each["sku"] == sku for each in one["variants"])]
        return {money(each["price"]) for variants in there for each in variants}

    def counts(self) -> set[int]:
        """How many of something there are on record."""
        orders = (*self.orders, *self.status_only)
        found = {len(self.orders), len(self.plans), len(orders)}
        for order in orders:
            quantities = [line["quantity"] for line in order["lines"]]
            found |= {len(order["shipments"]), len(quantities), sum(quantities)}
            found |= {count for most in quantities for count in range(1, most + 1)}
        for plan in self.plans:
            found |= {plan["quantity"], plan["interval_days"] // 7}
        loyalty = (self.customer or {}).get("loyalty") or {}
        if loyalty:
            levels = merchant.rules()["points"]
            found |= {loyalty["points"], *(abs(level - loyalty["points"]) for level in levels)}
        return found

    def stock(self) -> set[int]:
        """How many there are of what may be spoken of, by variant and in all."""
        each = [
            [one["stock"] for one in product["variants"] if one.get("stock") is not None] for product in self.goods()
        ]
        return {count for counts in each for count in (*counts, sum(counts))}

    def paces(self) -> set[int]:
        """Days and weeks between two deliveries of a subscription, before and after a change."""
        plans = [one for plan in self.plans for one in _deep(plan) if isinstance(one, Mapping)]
        return {one["interval_days"] for one in plans if "interval_days" in one}

    def days_since(self) -> set[int]:
        """Whole days from what is on record till now."""
        return {(self.now - at).days for at in self.days() if at <= self.now}


# -- reckoning ---------------------------------------------------------------------------------------------------------


def money(text: Any) -> Decimal:
    return Decimal(str(text))


def moment(text: Any) -> datetime | None:
    """The aware moment that a text is, if it is one."""
    if not isinstance(text, str) or not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ships_by(placed: datetime) -> datetime:
    """Two of the shop's open days later (tracking.ships_within_days)."""
    local, left = placed.astimezone(SHOP_ZONE), 2
    while left:
        local += timedelta(days=1)
        left -= local.weekday() != SUNDAY and str(local.date()) not in merchant.holidays()
    return local


def _total(order: Record) -> Decimal:
    return sum((money(line["price"]) * line["quantity"] for line in order["lines"]), Decimal(0))


def sums_of(lines: Iterable[Record]) -> set[Decimal]:
    """What any of these lines come to together, each whole or in part."""
    found = {Decimal(0)}
    for line in lines:
        parts = [money(line["price"]) * count for count in range(line["quantity"] + 1)]
        found = {before + part for before, part in every(found, parts)}
        if len(found) > MOST_SUMS:
            break
    return found


def masked(contact: str) -> str:
    """`m•••@e•••.com`, `•••00`."""
    if "@" in contact:
        name, domain = contact.split("@", 1)
        return f"{name[0]}•••@{domain[0]}•••.{domain.rsplit('.', 1)[-1]}"
    return "•••" + contact.strip()[-2:]


def contacts(customer: Record) -> list[str]:
    return [customer[name] for name in ("email", "phone") if customer.get(name)]


def strings(node: Any) -> Iterator[str]:
    yield from (one for one in _deep(node) if isinstance(one, str))


def places(node: Any) -> Iterator[Record]:
    yield from (one for one in _deep(node) if isinstance(one, Mapping) and "line1" in one)


def written(place: Record) -> str:
    """A postal address on one line."""
    town = " ".join(part for part in (place.get("region"), place.get("postcode")) if part)
    parts = (place.get("line1"), place.get("line2"), place.get("city"), town, place.get("country"))
    return ", ".join(part for part in parts if part)


def _differences(order: Record, products: Iterable[Record]) -> set[Decimal]:
    """What swapping some of one line, or of two, for another of the same product adds or takes."""
    parts: list[set[Decimal]] = []
    for line in order["lines"]:
        there = [one["variants"] for one in products if one["id"] == line.get("product_id")]
        steps = {money(each["price"]) - money(line["price"]) for variants in there for each in variants}
        parts.append({step * count for step in steps for count in range(1, line["quantity"] + 1)})
    pairs = {one + other for first, second in combinations(parts, 2) for one, other in every(first, second)}
    return {Decimal(0)}.union(pairs, *parts)


def _months_on(at: datetime, months: int) -> datetime:
    """The day before the same day so many months later."""
    month = at.month - 1 + months
    year, month = at.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return at.replace(year=year, month=month, day=min(at.day, last))


def _is_line(one: Any) -> bool:
    return isinstance(one, Mapping) and {"price", "quantity"} <= set(one)


def _says(text: str, number: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", text) is not None


def _deep(node: Any) -> Iterator[Any]:
    yield node
    values = node.values() if isinstance(node, Mapping) else node if isinstance(node, list | tuple) else ()
    for value in values:
        yield from _deep(value)
