"""What the merchant's files say of themselves: the words and numerals that stand literally in them, and their numbers.

Read as YAML and taken apart as text, never rendered: what a template puts in from a record is left out here, so that it
must be found in a record.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SHOP = Path(__file__).resolve().parents[2] / "shop"
ALWAYS = ("common", "menu.hint", "menu.button", "resume", "again")

#: What policies.yaml need not say: rules at their documented defaults (`flask shop schema`) that are told to customers.
DEFAULTS: Mapping[str, int] = {
    "identity.code_minutes": 10,
    "identity.contact_unchanged_days": 30,
    "returns.window_days": 30,
    "returns.send_within_days": 14,
    "returns.handling_days": 5,
    "delivery.redeliver_within_days": 7,
    "change.max_quantity": 10,
}
#: A rule's name ends on what it counts.
UNITS = ("minutes", "hours", "days", "months", "years", "percent", "quantity", "points")
#: Which rules a reply may tell, by what its key begins with; the rules of the same name beside these.
TOLD_OF: Mapping[str, tuple[str, ...]] = {
    "cancel": ("refunds",),
    "change": ("refunds",),
    "exchange": ("returns", "refunds"),
    "items": ("refunds", "change"),
    "payment": ("refunds",),
    "refund": ("refunds", "returns"),
    "return": ("returns", "refunds"),
    "mend": ("delivery", "refunds"),
    "money": ("refunds", "returns"),
    "problem": ("delivery", "tracking"),
    "wismo": ("delivery", "tracking"),
    "notice": ("delivery", "tracking"),
    "account": ("identity",),
    "subscription": ("subscriptions",),
    "alert": (),
    "faq": ("tracking", "returns", "refunds"),
}


@cache
def _file(name: str) -> Any:
    return YAML(typ="safe").load((SHOP / name).read_text(encoding="utf-8"))


@cache
def literal(key: str, language: str) -> str:
    """Every text that stands under this key in this language, without what templates put in."""
    if key.startswith("faq."):
        return "\n".join(_written(_faq(key.removeprefix("faq."), language)))
    for name in (language, language.split("-", maxsplit=1)[0], "en"):
        path = SHOP / "templates" / f"{name}.yaml"
        if path.is_file() and key in _file(f"templates/{name}.yaml"):
            return "\n".join(_written(_file(f"templates/{name}.yaml")[key]))
    return ""


def literals(keys: Iterable[str], language: str) -> str:
    guides = "\n".join(_guides()) if any(key.startswith("setup.") for key in keys) else ""
    asked = "\n".join(_titles(language)) if any(key.startswith("clarify.") for key in keys) else ""
    return "\n".join([*(literal(key, language) for key in (*keys, *ALWAYS)), guides, asked])


@cache
def names() -> tuple[str, ...]:
    """What may be said of the shop to anybody: its name, addresses and hours, links, tiers and rewards."""
    shop = dict(_file("shop.yaml"))
    parts = [shop[name] for name in ("name", "voice", "website", "postal_address")]
    parts += [shop["handoff"]["email"], _file("policies.yaml"), _file("catalog/products.yaml")]
    return tuple(text for part in parts for text in _strings(part))


@cache
def opening_hours() -> tuple[str, ...]:
    """`09:00`, `17:00`, …"""
    ranges = [text for day in _file("shop.yaml")["business_hours"].values() for text in day]
    return tuple(part for text in ranges for part in text.split("-"))


@cache
def rules(keys: tuple[str, ...] | None = None) -> dict[str, set[int]]:
    """The numbers of the shop's rules by what they count, of those rules that replies of these keys may tell."""
    found: dict[str, set[int]] = {unit: set() for unit in (*UNITS, "")}
    numbers = [*_numbers(_file("policies.yaml"), ""), *_numbers(_file("catalog/products.yaml"), ""), *DEFAULTS.items()]
    areas = {key.split(".", maxsplit=1)[0] for key in keys or ()}
    areas |= {area for one in areas for area in TOLD_OF.get(one, ())}
    for name, number in numbers:
        if keys is None or name.strip(".").startswith(tuple(areas)):
            found[next((unit for unit in UNITS if unit in name), "")].add(number)
    return found


@cache
def accessories() -> dict[str, tuple[str, ...]]:
    """What the shop says goes with a product, by product ids."""
    return {one["product"]: tuple(one.get("accessories", ())) for one in _file("catalog/products.yaml")}


def holidays() -> set[str]:
    return {str(day) for day in _file("shop.yaml")["holidays"]}


def _faq(name: str, language: str) -> Any:
    nothing: dict[str, Any] = {"answer": {}, "title": {}}
    entry = next((one for one in _file("faq/store.yaml") if one["id"] == name), nothing)
    return [part.get(language) or part.get("en") or "" for part in (entry["answer"], entry["title"])]


def _titles(language: str) -> list[str]:
    """How the store questions are called where it is asked which is meant."""
    return [one["title"].get(language) or one["title"]["en"] for one in _file("faq/store.yaml")]


@cache
def _guides() -> tuple[str, ...]:
    return tuple(text for path in sorted((SHOP / "catalog/guides").glob("*.yaml")) for text in _strings(_guide(path)))


def _guide(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def _written(node: Any) -> Iterator[str]:
    """The texts and titles of a template, without the other words by which a choice may be told."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name != "words":
                yield from _written(value)
    elif isinstance(node, list):
        for value in node:
            yield from _written(value)
    elif isinstance(node, str):
        codes = re.findall(r"{[{%].*?[%}]}", node)
        quoted = [text for code in codes for text in re.findall(r"[\"']([^\"']*)[\"']", code)]
        yield "\n".join([re.sub(r"{[{%].*?[%}]}", " ", node), *quoted])


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _strings(value)
    elif isinstance(node, str):
        yield node


def _numbers(node: Any, name: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _numbers(value, f"{name}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from _numbers(value, f"{name}.days" if "interval" in name else name)
    elif isinstance(node, int) and not isinstance(node, bool):
        yield name, node
