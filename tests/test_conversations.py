"""Strangers write to the sample shop in their own words: what they are told, and what stands in the ledger afterwards.

Each transcript of tests/conversations is a test; README.md there says how to write one. What a transcript does not say
to have happened must not have happened, and every fact of every reply stands on record (tests/facts).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from storage.engine import make_engine
from tests.facts.book import Book
from tests.transcripts import Told, Transcript, make_empty

FOLDER = Path(__file__).parent / "conversations"
LEDGER = (
    "changes",
    "plan_changes",
    "returns",
    "refunds",
    "handoffs",
    "reviews",
    "scores",
    "consents",
    "new_orders",
)
KNOWN = {
    "covers",
    "title",
    "channel",
    "now",
    "stranger",
    "notices",
    "customer",
    "orders",
    "others",
    "talk",
    "record",
    "states",
    "subscriptions",
    *LEDGER,
}
STEPS = {"says", "taps", "photo", "location", "unproven", "opt_out", "channel", "later", "carrier"}


def transcripts() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for story in YAML(typ="safe").load(file.read_text(encoding="utf-8")):
            yield pytest.param(story, id=f"{file.stem}: {story['title']}")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_empty(tmp_path_factory.mktemp("conversations") / "empty.db")


@pytest.mark.parametrize("story", list(transcripts()))
def test_conversation(story: Mapping[str, Any], empty: Path, tmp_path: Path) -> None:
    assert set(story) <= KNOWN, set(story) - KNOWN
    transcript = Transcript(story, tmp_path, empty)
    engine = make_engine(f"sqlite:///{transcript.file}")
    book = Book(engine)
    book.look()
    for step in story["talk"]:
        assert set(step) <= STEPS | {"bot", "shows", "hides", "on"}, step
        _compare(step, transcript.tell(step))
        assert book.check(transcript.now) == []
    engine.dispose()
    _compare_ledger(story, transcript)


def _compare(step: Mapping[str, Any], told: list[Told]) -> None:
    """The keys in the order said, over all messages of the step; `on` is the channel of each message."""
    said = [key for message in told for key in message.keys]
    expected = step.get("bot") or []
    texts = "\n\n".join(message.text for message in told)
    if expected != "anything":
        assert said == ([expected] if isinstance(expected, str) else expected), f"{dict(step)}\n{texts}"
    for fragment in _several(step.get("shows")):
        assert fragment in texts, f"{fragment!r} is missing in:\n{texts}"
    for fragment in _several(step.get("hides")):
        assert fragment not in texts, f"{fragment!r} should not be in:\n{texts}"
    if "on" in step:
        assert [message.channel for message in told] == _several(step["on"])


def _compare_ledger(story: Mapping[str, Any], transcript: Transcript) -> None:
    """Every entry told of is there with these fields, in this order, and none beside it."""
    export = transcript.afterwards()
    known = [order for order in export["orders"] if order["number"] in transcript.orders]
    found = {
        "changes": [{"order": order["number"], **change} for order in known for change in order["changes"]],
        "returns": [{"order": order["number"], **one} for order in known for one in order["returns"]],
        "plan_changes": [
            {"subscription": plan["id"], **change, "now": plan}
            for plan in export["subscriptions"]
            for change in plan["changes"]
        ],
        "refunds": [{"order": order["number"], **refund} for order in known for refund in order["refunds"]],
        "new_orders": [order for order in export["orders"] if order["number"] not in transcript.orders],
        "handoffs": export["handoffs"],
        "reviews": export["reviews"],
        "scores": export["scores"],
        "consents": [line for line in export["consents"] if line["source"] != "checkout"],
    }
    record = next(customer for customer in export["customers"] if customer["id"] == "c-maya")
    _contains(record, story.get("record") or {}, "record")
    begun = {number: order["status"] for number, order in transcript.orders.items()}
    states = {order["number"]: order["status"] for order in known if order["status"] != begun[order["number"]]}
    assert states == (story.get("states") or {})
    for kind in LEDGER:
        expected = story.get(kind) or []
        assert len(found[kind]) == len(expected), f"{kind}: {found[kind]}"
        for entry, fields in zip(found[kind], expected, strict=True):
            _contains(entry, fields, kind)


def _contains(entry: Any, fields: Any, where: str) -> None:
    if isinstance(fields, Mapping):
        for name, value in fields.items():
            assert name in entry, f"{where}.{name} is not in {entry}"
            _contains(entry[name], value, f"{where}.{name}")
    elif isinstance(fields, list):
        assert len(entry) == len(fields), f"{where}: {entry}"
        for one, wanted in zip(entry, fields, strict=True):
            _contains(one, wanted, where)
    else:
        assert entry == fields, f"{where}: {entry!r}, not {fields!r}"


def _several(told: Any) -> list[str]:
    return [] if told is None else [told] if isinstance(told, str) else list(told)
