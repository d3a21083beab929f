"""Reading YAML: values, lines, and faults in words a merchant understands."""

from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.merchant.yamltext import Document, read_yaml
from tests.bot.merchant.sample import sample_texts


def read(text: str) -> tuple[Document, list[str]]:
    document, faults = read_yaml("shop.yaml", text)
    return document, [str(fault) for fault in faults]


def test_every_path_knows_its_line() -> None:
    document, faults = read("name: Fern\nhours:\n  mon:\n    - one\n    - two\n")
    assert not faults
    assert document.value == {"name": "Fern", "hours": {"mon": ["one", "two"]}}
    assert document.lines[("hours", "mon")] == 3
    assert document.lines[("hours", "mon", 1)] == 5


def test_a_path_that_is_not_there_is_told_where_it_would_stand() -> None:
    document, _ = read("name: Fern\nhandoff:\n  email: x\n")
    assert document.line(("handoff", "answer_within_hours")) == 2


def test_fractions_are_decimals_and_days_and_yes_stay_text() -> None:
    document, _ = read('a: 12.50\nb: 3\nc: true\nd: 2026-12-25\ne: yes\nf: "05401"\ng:\nh: 09:00\n')
    assert document.value == {
        "a": Decimal("12.50"),
        "b": 3,
        "c": True,
        "d": "2026-12-25",
        "e": "yes",
        "f": "05401",
        "g": None,
        "h": "09:00",
    }


def test_a_text_over_several_lines_knows_the_line_of_each() -> None:
    document, _ = read("key: |\n  one\n  two\nother: short\n")
    assert document.texts[("key",)].line_of(2) == 3
    assert document.texts[("other",)].line_of(1) == 4


def test_a_folded_text_is_told_by_its_first_line() -> None:
    document, _ = read("key: >\n  one\n  two\n\n  three\n")
    assert document.texts[("key",)].line_of(2) == 2


def test_a_key_written_twice_is_refused_with_both_lines() -> None:
    _, faults = read("a: 1\nb: 2\na: 3\n")
    assert faults == [
        "shop.yaml:3: a: the key stands here a second time; the first is on line 1 (remove or rename one of them)"
    ]


def test_a_tab_is_called_a_tab() -> None:
    _, faults = read("a:\n\tb: 1\n")
    assert faults == ["shop.yaml:2: a tab is used to indent (indent with spaces)"]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: b: c\n", 1, "quotes"),
        ('a: "open\nb: 2\n', 3, "quote"),
        ("a: 1\n  b: 2\n", 2, "not valid YAML"),
        ("a: {b: 1\n", 2, "not valid YAML"),
        ("a: 1\n- b\n", 2, "not valid YAML"),
        ("%YAML\n", 1, "not valid YAML"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, line: int, part: str) -> None:
    _, faults = read(text)
    assert faults[0].startswith(f"shop.yaml:{line}:")
    assert part in faults[0]


def test_anchors_and_tags_are_refused() -> None:
    _, faults = read("a: &x {b: 1}\nc: *x\nd: !!python/object:os.system 1\n")
    assert "anchors and aliases" in faults[0]
    assert "the tag" in faults[1]


def test_a_file_that_refers_to_itself_ends() -> None:
    _, faults = read("a: &x [*x, *x]\n")
    assert len(faults) == 2


def test_a_very_deep_file_is_a_fault_and_no_crash() -> None:
    _, faults = read("[" * 5000)
    assert len(faults) == 1


def test_an_empty_file_is_nothing() -> None:
    document, faults = read("# only a comment\n")
    assert document.value is None
    assert not faults


@given(st.text(max_size=200))
def test_no_text_makes_it_fall_over(text: str) -> None:
    document, faults = read_yaml("any.yaml", text)
    assert isinstance(document, Document)
    assert all(fault.file == "any.yaml" for fault in faults)


SCALARS = "a: 1\nb: no\nc: 0o17\nd: 0x1F\ne: 2026-12-25\nf: .5\ng: ~\nh: 1_000\ni: =\nj: 12:30:45\nk: !!str 5\nl: on\n"


@pytest.mark.parametrize("text", [SCALARS, *sample_texts().values()], ids=["scalars", *sample_texts()])
def test_both_parsers_read_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = read_yaml.__wrapped__("a.yaml", text)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert read_yaml.__wrapped__("a.yaml", text) == quick


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000, "[" * 60 + "]" * 60])
def test_what_is_nested_without_end_is_refused(text: str) -> None:
    _, faults = read(text)
    assert len(faults) == 1
    assert "nested more than 50 deep" in faults[0]
