"""Values of a YAML file checked against a section of bot/merchant/schema.py; faults are told in plain words."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Fault
from bot.merchant.yamltext import Document, Path, dotted
from bot.wording.paths import closest

M = TypeVar("M", bound=BaseModel)

#: pydantic's error type → what it means to a merchant. Types not listed are told in pydantic's own words.
PLAIN: dict[str, str] = {
    "missing": "is missing",
    "string_type": "this has to be text",
    "int_type": "this has to be a whole number",
    "int_parsing": "this has to be a whole number",
    "int_from_float": "this has to be a whole number",
    "decimal_type": "this has to be a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": "this has to be a list",
    "list_type": "this has to be a list",
    "dict_type": "this has to be a mapping of keys to values",
    "model_type": "this has to be a mapping of keys to values",
    "model_attributes_type": "this has to be a mapping of keys to values",
    "date_from_datetime_parsing": "write a day as 2026-12-25",
    "date_parsing": "write a day as 2026-12-25",
    "date_type": "write a day as 2026-12-25",
}


def validated(model: type[M], document: Document, value: Any, path: Path = ()) -> tuple[M | None, tuple[Fault, ...]]:
    """The section made of the value, or None with each fault; `path` is where the value stands in the document."""
    if not isinstance(value, dict):
        return None, (document.fault(path, PLAIN["model_type"]),)
    try:
        return model.model_validate(value), ()
    except ValidationError as error:
        schema = model.model_json_schema()
        return None, tuple(_fault(document, path, details, schema) for details in error.errors(include_url=False))


def _fault(document: Document, path: Path, details: ErrorDetails, schema: dict[str, Any]) -> Fault:
    loc = tuple(part for part in details["loc"] if part != "[key]")
    kind = details["type"]
    where = (*path, *loc)
    if kind == "extra_forbidden":
        known = sorted(_keys_at(schema, loc[:-1]))
        return document.fault(where, "no such key", closest(str(loc[-1]), known) or "keys: " + ", ".join(known))
    if kind == "missing":
        line = document.line(where)
        return Fault(document.file, line, dotted(where), "is missing", "")
    if kind in ("literal_error", "enum"):
        choices = [
            word.strip("' ")
            for word in str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")
        ]
        near = closest(str(details["input"]), choices)
        return document.fault(where, f"{details['input']!r} is not one of these: {', '.join(choices)}", near)
    if kind == "value_error":
        return document.fault(where, f"{details['input']!r} is not right", str(details["ctx"]["error"]))
    if kind == "string_pattern_mismatch":
        return document.fault(where, f"{details['input']!r} does not have the right form", details["ctx"]["pattern"])
    return document.fault(where, PLAIN.get(kind, details["msg"][:1].lower() + details["msg"][1:]))


def _keys_at(schema: dict[str, Any], loc: Path) -> Iterator[str]:
    """The keys the schema knows at a place; none where any key may stand."""
    here: dict[str, Any] = schema
    for part in loc:
        here = _inside(schema, here, part)
    yield from _resolved(schema, here).get("properties", {})


def _inside(schema: dict[str, Any], here: dict[str, Any], part: str | int) -> dict[str, Any]:
    here = _resolved(schema, here)
    if isinstance(part, int):
        inner = here.get("items", {})
    else:
        inner = here.get("properties", {}).get(part) or here.get("additionalProperties") or {}
    return inner if isinstance(inner, dict) else {}


def _resolved(schema: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
    for option in here.get("anyOf", [here]):
        if "$ref" in option:
            found: dict[str, Any] = schema["$defs"][option["$ref"].rsplit("/", 1)[-1]]
            return found
    return here
