"""Scripted customers over the retail data: each wants something of their own orders, says it in words of their own, and
answers what they are asked as somebody would who reads the screen. What must be on record afterwards is worked out here
from the imported file and the policy as it is written, and from nothing of bot/.

Everything hangs on the seed: which customers, what they want, and how they say it.
"""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.conftest import SHARED

Record = dict[str, Any]
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
WINDOW = timedelta(days=30)  # shop/policies.yaml: returns.window_days
AUTO_LIMIT = Decimal("500.00")  # returns.auto_limit
REASONS = {
    "no_longer_needed": ("i no longer need it", "dont need it any more", "no longer needed"),
    "ordered_by_mistake": ("ordered it by mistake", "it was an accident, wrong click", "by mistake"),
    "changed_mind": ("i changed my mind", "changed my mind about it"),
}
STREETS = ("12 Oak Street, Austin, TX 78701", "480 Pine Ave, Denver, CO 80203", "7 Harbor Road, Portland, ME 04101")


def retail_records(now: datetime) -> Record:
    """The import document that the retail converter makes as of this moment."""
    tool = SHARED / "tools" / "retail_import.py"
    made = subprocess.run([sys.executable, str(tool), "--now", now.isoformat()], check=True, capture_output=True)
    return dict(json.loads(made.stdout))


@dataclass
class Shopper:
    """One customer with one matter. `expected` is the order as it must be afterwards, by the fields that may change."""

    customer: Record
    kind: str
    order: Record
    opening: str
    expected: Record
    facts: dict[str, Any] = field(default_factory=dict)
    consented: bool = False
    refuses: bool = False
    turns: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.kind} {self.customer['id']} {self.order['number']}"

    def answer(self, reply: str) -> str | None:
        """What they write to this, or None where nothing is asked any more."""
        if (
            re.search(r"Shall I|Is that right\?|Cancel order [^\n]*\?", reply)
            and "another size right away" not in reply
        ):
            if "cancel all of order" in reply:
                return "the whole order"
            return self._agree(reply)
        for pattern, key in ASKED:
            if re.search(pattern, reply):
                return str(self.facts[key]) if key in self.facts else None
        return None

    def _agree(self, summary: str) -> str:
        """Yes, where everything that was wanted stands in what is read back, and nothing else."""
        told = [part for part in self.facts["read_back"] if part.lower() in " ".join(summary.lower().split())]
        if len(told) < len(self.facts["read_back"]) or self.refuses:
            return "no"
        self.consented = True
        return self.facts["yes"]


#: What is asked, as it reads on the screen, and the fact that answers it.
ASKED = (
    (r"Why would you like to cancel|What's the reason", "reason"),
    (r"as it came, unused", "condition"),
    (r"another size right away", "another_size"),
    (r"Which order", "number"),
    (r"Which item", "titles"),
    (r"What shall I do with", "how"),
    (r"Which .* would you like instead", "variant"),
    (r"What would you like for", "remedy"),
    (r"How would you like to pay|Where shall the money go", "method"),
    (r"What would you like to change", "what"),
    (r"What's the new address", "street"),
    (r"Which of these do you mean|Do you mean this", "meant"),
    (r"Which is it\?", "meant"),
)


def shoppers(records: Record, count: int, seed: int) -> list[Shopper]:
    """So many customers, each once, with what they want in turn."""
    chance = random.Random(seed)
    customers = sorted(records["customers"], key=lambda one: one["id"])
    chance.shuffle(customers)
    makers = (cancel, give_back, exchange, swap, pay_otherwise, move, too_late, gone)
    found: list[Shopper] = []
    for customer in customers:
        orders = [one for one in records["orders"] if one["customer_id"] == customer["id"]]
        start = chance.randrange(len(makers))
        for maker in (*makers[start:], *makers[:start]):
            made = maker(records, customer, orders, chance)
            if made:
                found.append(made)
                break
        if len(found) == count:
            return found
    return found


def cancel(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    order = _one(chance, [one for one in orders if one["status"] == "pending"])
    if order is None:
        return None
    reason = chance.choice(list(REASONS))
    said = chance.choice(REASONS[reason])
    number = _number(order, chance)
    opening = chance.choice(
        (
            f"please cancel order {number}",
            f"hi, i need to cancel {number}, {said}",
            f"can you cancel my order {number} pls",
            f"I want to cancel order {number}. {said}.",
            f"cancel {number}",
        )
    )
    back = _paid(order)
    expected = {
        "status": "cancelled",
        "cancel_reason": reason,
        "refunds": sorted((method, amount) for method, amount in back.items()),
    }
    facts = {
        "reason": said,
        "read_back": [order["number"], _money(sum(back.values(), Decimal(0)))],
        "yes": _yes(chance),
    }
    return _made(customer, "cancel", order, opening, expected, facts, chance)


def give_back(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    order = _one(chance, [one for one in orders if _returnable(one, records)])
    if order is None:
        return None
    lines = _some_lines(order, chance)
    titles = _titles(lines)
    number = _number(order, chance)
    opening = chance.choice(
        (
            f"i want to return the {titles} from order {number}",
            f"Hello, I'd like to send back the {titles} ({number}). I changed my mind.",
            f"can i return {titles} in {number}? want my money back",
            f"returning the {titles} of order {number} please",
        )
    )
    expected = {"return": _return(lines, "refund"), "refund_method_id": order["payments"][0]["method_id"]}
    facts = {
        "reason": "changed my mind",
        "remedy": "money back",
        "titles": titles,
        "read_back": [order["number"], *(line["title"] for line in lines), _money(_value(lines))],
        "yes": _yes(chance),
    }
    return _made(customer, "return", order, opening, expected, facts, chance)


def exchange(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    return _other_variant(records, customer, [one for one in orders if _returnable(one, records)], "exchange", chance)


def swap(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    return _other_variant(records, customer, [one for one in orders if one["status"] == "pending"], "swap", chance)


def pay_otherwise(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    order = _one(chance, [one for one in orders if one["status"] == "pending"])
    if order is None:
        return None
    held = _paid(order)
    able = [one for one in customer["payment_methods"] if one["id"] not in held and _covers(one, sum(held.values()))]
    method = _one(chance, able)
    if method is None:
        return None
    name = _method_name(method)
    number = _number(order, chance)
    opening = chance.choice(
        (
            f"change the payment method of order {number} to my {name}",
            f"i want to pay order {number} with my {name} instead",
            f"Can you switch the payment for {number} to {name}?",
        )
    )
    total = sum(held.values(), Decimal(0))
    expected = {
        "payment": (method["id"], total),
        "refunds": sorted((before, amount) for before, amount in held.items()),
    }
    facts = {"method": name, "meant": "change an order", "what": "how it's paid"}
    facts |= {"read_back": [order["number"], _money(total), name], "yes": _yes(chance)}
    return _made(customer, "payment", order, opening, expected, facts, chance)


def move(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    order = _one(chance, [one for one in orders if one["status"] == "pending"])
    if order is None:
        return None
    street = chance.choice(STREETS)
    number = _number(order, chance)
    opening = chance.choice(
        (
            f"please change the shipping address of order {number} to {street}",
            f"i moved! can you send {number} to {street}",
            f"wrong address on {number}, need to change it",
        )
    )
    first, city, place = (part.strip() for part in street.split(","))
    expected = {"address": {"line1": first, "city": city, "postcode": place.split()[1]}}
    facts = {"street": street, "read_back": [first, city], "yes": _yes(chance), "meant": "change the address"}
    facts |= {"what": "the address"}
    return _made(customer, "address", order, opening, expected, facts, chance)


def too_late(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    """Wants to return what was delivered too long ago, and gets nothing."""
    order = _one(chance, [one for one in orders if one["status"] == "delivered" and not _returnable(one, records)])
    if order is None:
        return None
    opening = f"i want to return the {_titles(order['lines'][:1])} from order {_number(order, chance)}"
    facts = {"reason": "changed my mind", "read_back": [], "yes": "yes", "condition": "yes"}
    return _made(customer, "too late", order, opening, {}, facts, chance)


def gone(records: Record, customer: Record, orders: Sequence[Record], chance: random.Random) -> Shopper | None:
    """Wants to cancel what has shipped, and gets nothing."""
    order = _one(chance, [one for one in orders if one["status"] == "shipped"])
    if order is None:
        return None
    opening = f"cancel order {_number(order, chance)} please, i no longer need it"
    return _made(customer, "gone", order, opening, {}, {"read_back": [], "yes": "yes"}, chance)


# -- what must be on record --------------------------------------------------------------------------------------------


def wrongs(shopper: Shopper, before: Record, after: Record) -> list[str]:
    """Everything about the order that is not as it must be; nothing where all of it is."""
    expected = shopper.expected if shopper.consented else {}
    found = []
    lines = expected.get("lines") or [(one["sku"], one["quantity"], one["price"]) for one in before["lines"]]
    if sorted(lines) != sorted((one["sku"], one["quantity"], one["price"]) for one in after["lines"]):
        found.append("lines")
    if after["status"] != expected.get("status", before["status"]):
        found.append("status")
    if after["cancel_reason"] != expected.get("cancel_reason"):
        found.append(f"cancel_reason {after['cancel_reason']}")
    refunds = sorted((one["method_id"], Decimal(one["amount"])) for one in after["refunds"])
    if refunds != expected.get("refunds", []):
        found.append("refunds")
    found += _wrong_payments(expected, before, after)
    found += _wrong_returns(expected, after)
    found += _wrong_address(expected, before, after)
    return found


def _wrong_payments(expected: Record, before: Record, after: Record) -> list[str]:
    more = [(one["method_id"], Decimal(one["amount"])) for one in after["payments"][len(before["payments"]) :]]
    return [] if more == ([expected["payment"]] if "payment" in expected else []) else ["payments"]


def _wrong_returns(expected: Record, after: Record) -> list[str]:
    if "return" not in expected:
        return ["returns"] if after["returns"] else []
    if len(after["returns"]) != 1:
        return ["returns"]
    made, wanted = after["returns"][0], expected["return"]
    found = [name for name in wanted if _plain(made[name]) != wanted[name]]
    if made["refund_method_id"] != expected.get("refund_method_id"):
        found.append("refund_method_id")
    return found


def _wrong_address(expected: Record, before: Record, after: Record) -> list[str]:
    if "address" not in expected:
        return [] if after["shipping_address"] == before["shipping_address"] else ["address"]
    wanted = expected["address"]
    return [] if all(after["shipping_address"][name] == value for name, value in wanted.items()) else ["address"]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((tuple(sorted(one.items())) for one in value), key=str)
    return value


# -- parts -------------------------------------------------------------------------------------------------------------


def _other_variant(
    records: Record, customer: Record, orders: Sequence[Record], kind: str, chance: random.Random
) -> Shopper | None:
    order = _one(chance, list(orders))
    line = _one(chance, _named_apart(order)) if order else None
    product = next((one for one in records["products"] if line and one["id"] == line["product_id"]), None)
    if order is None or line is None or product is None:
        return None
    others = [one for one in product["variants"] if one["sku"] != line["sku"] and one["stock"]]
    variant = _one(chance, others)
    if variant is None:
        return None
    changed = {name: value for name, value in variant["options"].items() if line["options"].get(name) != value}
    wanted = ", ".join(f"{name} {value}" for name, value in changed.items())
    difference = Decimal(variant["price"]) - Decimal(line["price"])
    method = order["payments"][0]["method_id"]
    if difference > 0 and not _covers(_method(customer, method), difference * line["quantity"]):
        return None
    number, title = _number(order, chance), line["title"].lower()
    opening = chance.choice(
        (
            f"i'd like to exchange the {title} in order {number} for one with {wanted}",
            f"can you swap the {title} from {number} to {wanted}? everything else the same",
            f"Please change the {title} in my order {number}: {wanted} instead",
        )
    )
    facts = {
        "variant": ", ".join(variant["options"].values()),
        "titles": title,
        "how": "another version",
        "meant": "exchange something" if kind == "exchange" else "change an order",
        "what": "the items",
        "remedy": "exchange",
        "another_size": "no thanks",
        "reason": "changed my mind",
        "read_back": [order["number"], *variant["options"].values()],
        "yes": _yes(chance),
    }
    quantity = line["quantity"]
    if kind == "swap":
        lines = [(one["sku"], one["quantity"], one["price"]) for one in order["lines"] if one is not line]
        expected: Record = {"lines": [*lines, (variant["sku"], quantity, variant["price"])]}
        if difference > 0:
            expected["payment"] = (method, difference * quantity)
        elif difference < 0:
            expected["refunds"] = [(method, -difference * quantity)]
    else:
        asked = _return([line], "exchange")
        asked["exchange_for"] = [(("line_id", line["id"]), ("sku", variant["sku"]))]
        asked["price_difference"] = str(difference * quantity)
        expected = {"return": asked}
    return _made(customer, kind, order, opening, expected, facts, chance)


def _made(
    customer: Record,
    kind: str,
    order: Record,
    opening: str,
    expected: Record,
    facts: dict[str, Any],
    chance: random.Random,
) -> Shopper:
    known = {"condition": "yes, all unused", "number": order["number"], "another_size": "no thanks", **facts}
    return Shopper(customer, kind, order, opening, expected, known, refuses=chance.random() < 0.1)


def _return(lines: Sequence[Record], remedy: str) -> Record:
    parts = sorted((("line_id", line["id"]), ("quantity", line["quantity"])) for line in lines)
    return {"status": "requested", "remedy": remedy, "lines": sorted(parts, key=str)}


def _returnable(order: Record, records: Record) -> bool:
    """Delivered, within the window with a day to spare on either side, and below what a person approves."""
    at = [event["at"] for one in order["shipments"] for event in one["events"] if event["status"] == "delivered"]
    if order["status"] != "delivered" or not at:
        return False
    return datetime.fromisoformat(records["as_of"]) - datetime.fromisoformat(max(at)) < WINDOW - timedelta(days=1)


def _named_apart(order: Record) -> list[Record]:
    """The lines that share their title with no other."""
    titles = [line["title"] for line in order["lines"]]
    return [line for line in order["lines"] if titles.count(line["title"]) == 1]


def _some_lines(order: Record, chance: random.Random) -> list[Record]:
    lines = _named_apart(order) or order["lines"][:1]
    return sorted(chance.sample(lines, min(len(lines), chance.choice((1, 1, 2)))), key=lambda line: line["id"])


def _titles(lines: Sequence[Record]) -> str:
    return " and ".join(line["title"].lower() for line in lines)


def _paid(order: Record) -> dict[str, Decimal]:
    held: dict[str, Decimal] = {}
    for payment in order["payments"]:
        held[payment["method_id"]] = held.get(payment["method_id"], Decimal(0)) + Decimal(payment["amount"])
    return held


def _covers(method: Record | None, amount: Any) -> bool:
    if method is None:
        return False
    return method["kind"] != "gift_card" or Decimal(method["balance"] or "0") >= amount


def _method(customer: Record, method_id: str) -> Record | None:
    return next((one for one in customer["payment_methods"] if one["id"] == method_id), None)


def _method_name(method: Record) -> str:
    return " ".join(part for part in ((method["label"] or method["kind"]).replace("_", " "), method["last4"]) if part)


def _value(lines: Sequence[Record]) -> Decimal:
    return sum((Decimal(line["price"]) * line["quantity"] for line in lines), Decimal(0))


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _number(order: Record, chance: random.Random) -> str:
    return str(chance.choice((order["number"], order["number"].lstrip("#"), order["number"].lstrip("#").lower())))


def _yes(chance: random.Random) -> str:
    return chance.choice(("yes", "yes please", "yep go ahead", "ok do it", "sure"))


def _one(chance: random.Random, choices: Sequence[Any]) -> Any:
    return chance.choice(list(choices)) if choices else None


def talked(shopper: Shopper) -> Iterator[str]:
    """The conversation as it was read and written."""
    for said, told in shopper.turns:
        yield f"> {said}"
        yield told
