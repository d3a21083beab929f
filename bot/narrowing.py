"""What of a proposal shall stay out of it: some of the orders, or some of the things, that it is about.

Said beside a yes, it is no yes to what was shown: what is left is shown again.
"""

import re

from bot.model import CaseState, Json, Kind, Reading, Sort
from bot.records import Order
from bot.stage import Stage

PART = "part"
#: Behind what is named: "only the lamp stays".
STAYING = re.compile(r"\b(?:stays?|staying|remains?|bleib\w*|behalt\w*|rest(?:e|ent|a|ano)|qued\w+|fica\w*|blij\w+)\b")


def narrowed(stage: Stage, reading: Reading) -> bool:
    """Whether the open matter is about less now; it is to be told again then."""
    case = stage.top
    if case is None or not stage.expected:
        return False
    changed = (
        _without_orders(stage, case, reading)
        or _without_lines(case, reading)
        or _only_lines(stage, case, reading)
        or _only_part(stage, case, reading)
    )
    if changed is None:
        return False
    stage.stack[-1] = case.model_copy(update={"answers": changed})
    stage.misses = 0
    return True


def _without_orders(stage: Stage, case: CaseState, reading: Reading) -> dict[str, Json] | None:
    numbers = set(reading.entities.kept_orders)
    kept = {order.id for order in stage.world.orders if order.number in numbers}
    about = set(case.answers.get("orders", ()))
    if not about & kept or not about - kept:
        return None
    return {**case.answers, "spared": sorted({*case.answers.get("spared", ()), *kept})}


def _without_lines(case: CaseState, reading: Reading) -> dict[str, Json] | None:
    """The things picked without those that are said not to be meant: "not the keyboard"."""
    picked = [one for one in case.answers.get("lines") or () if isinstance(one, dict)]
    kept = [one for one in picked if one["id"] not in reading.entities.left_out]
    return {**case.answers, "lines": kept} if kept and kept != picked else None


def _only_lines(stage: Stage, case: CaseState, reading: Reading) -> dict[str, Json] | None:
    """Of the things proposed those alone that are said to be all: "only the lamp then"."""
    named = reading.entities
    proposed = stage.expected is not None and stage.expected.sort is Sort.CONFIRM
    things = {*named.products, *(one for item in named.items for one in item.ids)} - {*named.left_out}
    picked = [one for one in case.answers.get("lines") or () if isinstance(one, dict)]
    meant = [one for one in picked if one["id"] in things]
    narrower = proposed and named.nothing_else and 0 < len(meant) < len(picked)
    return {**case.answers, "lines": meant} if narrower else None


def _only_part(stage: Stage, case: CaseState, reading: Reading) -> dict[str, Json] | None:
    """Some things of the one order that was to be cancelled, and not all of it: "no, only the bike"."""
    confirming = stage.expected is not None and stage.expected.kind is Kind.YES_NO and bool(stage.expected.binding)
    asks = "?" in reading.text or reading.declined or reading.answer is True
    if case.flow != "cancel_order" or not confirming or asks or not stage.world.policies.change.remove:
        return None
    about = [order for order in stage.world.orders if order.id in case.answers.get("orders", ())]
    some = _named(about[0], reading) if len(about) == 1 else []
    if not some:
        return None
    return {**case.answers, "heard": {"products": some}, "scope": PART}


def _named(order: Order, reading: Reading) -> list[str]:
    """The order's lines that are named, but for those left out; nothing where that is none or all of them."""
    entities = reading.entities
    lines = [line.id for line in order.lines if line.quantity]
    said = {line_id for item in entities.items for line_id in item.ids}
    named = [line_id for line_id in lines if line_id in said and line_id not in entities.left_out]
    if STAYING.search(reading.text.lower()):
        named = [line_id for line_id in lines if line_id not in said]
    if not named and set(entities.left_out) & set(lines):
        named = [line_id for line_id in lines if line_id not in entities.left_out]
    return named if 0 < len(named) < len(lines) else []
