"""JSON Schemas of the merchant's files and of the import format, for editors that complete and check."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from bot.merchant.golden import ALSO
from bot.merchant.guides import Guide
from bot.merchant.phrases import known_intents
from bot.merchant.schema import CatalogEntry, FaqEntry, NoticesFile, Policies, ShopSettings
from bot.merchant.stories import Story
from bot.records import (
    Alert,
    ConsentRecord,
    Customer,
    Handoff,
    MessageRecord,
    Order,
    Product,
    Registration,
    Review,
    Subscription,
)
from bot.wording.keys import KEYS, Key
from bot.wording.load import MOST_TITLE, PARTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS = (Customer, Product, Order, Subscription, Review, Registration, Alert, Handoff, ConsentRecord, MessageRecord)

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Each schema by the file it is for; `import.json` is the import and export format."""
    made = {
        "shop.yaml": ShopSettings.model_json_schema(),
        "policies.yaml": Policies.model_json_schema(),
        "notices.yaml": NoticesFile.model_json_schema(),
        "catalog.yaml": TypeAdapter(list[CatalogEntry]).json_schema(),
        "guides.yaml": Guide.model_json_schema(),
        "faq.yaml": TypeAdapter(list[FaqEntry]).json_schema(),
        "templates.yaml": _templates(),
        "phrases.yaml": _phrases(known_intents()),
        "golden.yaml": {"type": "object", "additionalProperties": _phrases((*known_intents(), *ALSO))},
        "tests.yaml": TypeAdapter(list[Story]).json_schema(),
        "import.json": _import_format(),
    }
    return {name: {"$schema": DIALECT, **schema} for name, schema in made.items()}


def _templates() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _template(key) for name, key in KEYS.items()},
    }


def _template(key: Key) -> Schema:
    facts = ", ".join((*key.facts, "shop"))
    parts: Schema = {name: {"type": "string"} for name in PARTS if name != "choices"}
    if key.choices:
        parts["choices"] = _choices(key.choices)
    mapping = {"type": "object", "additionalProperties": False, "properties": parts}
    return {"description": f"facts: {facts}", "anyOf": [{"type": "string"}, mapping]}


def _choices(ids: tuple[str, ...]) -> Schema:
    title = {"type": "string", "minLength": 1, "maxLength": MOST_TITLE}
    words = {"type": "array", "items": {"type": "string"}}
    full = {
        "type": "object",
        "additionalProperties": False,
        "required": ["title"],
        "properties": {"title": title, "words": words},
    }
    entry = {"anyOf": [title, full]}
    return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(ids, entry)}


def _phrases(intents: Iterable[str]) -> Schema:
    """Lists of texts by intent; an editor completes those we know, and takes `faq:<id>` beside them."""
    texts = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "properties": dict.fromkeys(intents, texts), "additionalProperties": texts}


def _import_format() -> Schema:
    properties: Schema = {}
    definitions: Schema = {}
    for kind in KINDS:
        schema = kind.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        definitions[kind.__name__] = schema
        properties[kind.kind] = {"type": "array", "items": {"$ref": f"#/$defs/{kind.__name__}"}}
    return {"type": "object", "properties": properties, "$defs": definitions}
