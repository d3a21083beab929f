"""Which transcript of tests/conversations tells which flow under which of the seven conditions (PRODUCT.md, section 3).

A transcript says by `covers` which cells it is there for. `python -m tests.matrix` writes docs/reference/matrix.md,
a cell without a transcript is told in APART why it can have none, or a test fails.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "conversations"
PAGE = ROOT / "docs" / "reference" / "matrix.md"
SHOWN = 3  # links in a cell; the number of the others is told

CONDITIONS = {
    "informational": "only what is known",
    "transactional": "does it, not only describes it",
    "policy_edge": "holds the line",
    "ambiguous": "asks the right question",
    "emotion": "shifts register",
    "adversarial": "resists manipulation",
    "continuity": "remembers across channels and days",
}
FLOWS = {
    "where_is_my_order": "Where is my order",
    "order_confirmation": "Order confirmation & receipt",
    "change_order": "Change an order",
    "return": "Return",
    "exchange": "Exchange",
    "refund_status": "Refund status",
    "delivery_problem": "Delivery exceptions",
    "setup_help": "Product set-up and use",
    "warranty": "Warranty",
    "recommendation": "Recommendations",
    "subscription": "Subscriptions",
    "review": "Reviews, CSAT, NPS",
    "loyalty": "Loyalty",
    "product_question": "Before buying again",
    "store_question": "Store questions",
    "account": "Account & privacy",
    "small_talk": "Complaint, thanks, small talk, abuse, out of scope",
    "person": "Hand-off to a person",
}
#: Cells that no transcript can fill, and why.
APART: Mapping[tuple[str, str], str] = {
    ("loyalty", "ambiguous"): "there is one standing, and nothing to choose from",
    ("loyalty", "transactional"): "nothing is done to points here: they come from the shop's own system",
    ("store_question", "transactional"): "a question to the shop changes nothing on record",
}


@dataclass(frozen=True, slots=True)
class Covering:
    """One transcript, where it stands, and the cells it is there for."""

    title: str
    file: str
    line: int
    cells: tuple[tuple[str, str], ...]


def coverings() -> Iterator[Covering]:
    """Every transcript, in the order of the files."""
    for file in sorted(FOLDER.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        starts = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("- title:")]
        stories = YAML(typ="safe").load(text)
        for story, line in zip(stories, starts, strict=True):
            yield Covering(story["title"], file.name, line, _cells(story))


def _cells(story: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((cell["flow"], cell["condition"]) for cell in story.get("covers", ()))


def table(told: list[Covering]) -> dict[tuple[str, str], list[Covering]]:
    """The transcripts of each cell that has any."""
    found: dict[tuple[str, str], list[Covering]] = defaultdict(list)
    for one in told:
        for cell in one.cells:
            found[cell].append(one)
    return dict(found)


def empty_cells(cells: Mapping[tuple[str, str], list[Covering]]) -> list[tuple[str, str]]:
    every = [(flow, condition) for flow in FLOWS for condition in CONDITIONS]
    return [cell for cell in every if cell not in cells and cell not in APART]


def page(told: list[Covering]) -> str:
    """The whole of docs/reference/matrix.md."""
    cells = table(told)
    head = [
        "# Flows under the seven conditions",
        "",
        "Written by `python -m tests.matrix` from the `covers` of each transcript in `tests/conversations`; "
        "`pytest tests/test_matrix.py` fails while a cell is empty or this page is not what the transcripts say.",
        "",
        f"{len(told)} transcripts. " + "; ".join(f"*{_name(key)}*: {what}" for key, what in CONDITIONS.items()) + ".",
        "",
        "| flow | " + " | ".join(_name(key) for key in CONDITIONS) + " |",
        "|---" * (len(CONDITIONS) + 1) + "|",
    ]
    rows = [
        f"| **{name}** | " + " | ".join(_cell(cells, (flow, condition)) for condition in CONDITIONS) + " |"
        for flow, name in FLOWS.items()
    ]
    return "\n".join([*head, *rows, ""])


def _cell(cells: Mapping[tuple[str, str], list[Covering]], cell: tuple[str, str]) -> str:
    if cell not in cells:
        return f"does not apply: {APART[cell]}" if cell in APART else "**empty**"
    there = cells[cell]
    links = [f"[{one.title}](../../tests/conversations/{one.file}#L{one.line})" for one in there[:SHOWN]]
    return "<br>".join(links + ([f"and {len(there) - SHOWN} more"] if len(there) > SHOWN else []))


def _name(key: str) -> str:
    return key.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(page(list(coverings())), encoding="utf-8")
