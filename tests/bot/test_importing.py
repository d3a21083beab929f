"""Import files: what is read from them, and what is told of each mistake."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Fault
from bot.importing import Parsed, parse
from bot.importing_text import SourceFile
from bot.records import Customer, Order

ORDER: dict[str, Any] = {
    "id": "o-1",
    "number": "1001",
    "customer_id": "c-1",
    "placed_at": "2026-03-01T10:00:00+00:00",
    "status": "pending",
    "currency": "USD",
    "lines": [{"id": "l-1", "sku": "A", "title": "Mug", "quantity": 1, "price": "18.00"}],
}


def read(text: str | bytes, name: str = "shop.json", kind: str | None = None) -> Parsed:
    return parse([SourceFile(name, text if isinstance(text, bytes) else text.encode(), kind)])


def faults(text: str | bytes, name: str = "shop.json", kind: str | None = None) -> list[str]:
    return [str(fault) for fault in read(text, name, kind).faults]


def pretty(**kinds: Any) -> str:
    return json.dumps(kinds, indent=1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_document_of_kinds_is_read_in_its_order() -> None:
    parsed = read(pretty(as_of="2026-03-01", customers=[{"id": "c-1"}], orders=[ORDER]))
    assert parsed.faults == []
    assert [type(record) for record in parsed.records] == [Customer, Order]


def test_events_and_single_records_say_their_kind() -> None:
    assert read(json.dumps({"events": [{"kind": "orders", **ORDER}]})).records == [Order.model_validate(ORDER)]
    assert read(json.dumps({"kind": "orders", **ORDER})).records == [Order.model_validate(ORDER)]
    assert read(json.dumps([{"kind": "orders", **ORDER}])).records == [Order.model_validate(ORDER)]


def test_json_lines_are_known_by_name_or_by_what_they_are() -> None:
    text = "\n".join(json.dumps(record) for record in ({"kind": "customers", "id": "c-1"}, {"kind": "orders", **ORDER}))
    assert len(read(text, "shop.jsonl").records) == 2
    assert len(read(text, "request").records) == 2


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert len(read(b"\xef\xbb\xbf" + pretty(customers=[{"id": "c-1"}]).encode()).records) == 1


def test_an_unknown_field_is_refused_by_name_with_the_name_that_was_meant() -> None:
    text = pretty(orders=[ORDER | {"lines": [ORDER["lines"][0] | {"quantitiy": 2}]}])
    assert faults(text) == [
        f"shop.json:{line_of(text, 'quantitiy')}: orders[0].lines[0].quantitiy: unknown field (did you mean quantity?)"
    ]


def test_every_fault_of_every_record_is_told_on_its_own_line() -> None:
    bad = ORDER | {"id": "o-2", "placed_at": "2026-03-01T10:00:00", "currency": "usd"}
    text = pretty(customers=[{"id": "c-1", "phone": "0171 555"}], orders=[ORDER, bad])
    told = faults(text)
    assert [fault.split(" ")[0] for fault in told] == [
        f"shop.json:{line_of(text, '0171')}:",
        f"shop.json:{line_of(text, '2026-03-01T10:00:00' + chr(34))}:",
        f"shop.json:{line_of(text, 'usd')}:",
    ]
    assert "E.164" in told[0]
    assert "with a zone" in told[1]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("price", 18.0, "decimal string"),
        ("price", 18, "decimal string"),
        ("price", "NaN", "finite"),
        ("quantity", -1, "greater than or equal to 0"),
    ],
)
def test_money_is_a_decimal_string_and_counts_are_counts(field: str, value: Any, what: str) -> None:
    [told] = faults(pretty(orders=[ORDER | {"lines": [ORDER["lines"][0] | {field: value}]}]))
    assert f"orders[0].lines[0].{field}" in told
    assert what in told


def test_a_bare_number_is_no_moment() -> None:
    assert len(faults(pretty(orders=[ORDER | {"placed_at": 1700000000}]))) == 1
    assert len(faults(pretty(orders=[ORDER | {"placed_at": "1700000000"}]))) == 1


def test_a_required_field_that_is_missing_is_told_at_the_record() -> None:
    text = pretty(orders=[{name: value for name, value in ORDER.items() if name != "number"}])
    assert faults(text) == ["shop.json:3: orders[0].number: is required"]


def test_a_record_that_stands_twice_is_told_with_the_other_place() -> None:
    text = pretty(customers=[{"id": "c-1"}, {"id": "c-2"}, {"id": "c-1"}])
    line = text[: text.rindex("c-1")].count("\n") + 1
    assert faults(text) == [f"shop.json:{line}: customers[2].id: stands twice (also at shop.json:4)"]


def test_a_parcel_in_two_orders_is_told() -> None:
    parcel = {"id": "s-1", "tracking_number": "1Z"}
    text = pretty(orders=[ORDER | {"shipments": [parcel]}, ORDER | {"id": "o-2", "shipments": [parcel]}])
    assert "orders[1].shipments[0].id: stands twice" in faults(text)[0]


def test_the_same_record_in_two_files_is_told() -> None:
    one = SourceFile("one.json", pretty(customers=[{"id": "c-1"}]).encode())
    other = SourceFile("other.json", pretty(customers=[{"id": "c-1"}]).encode())
    [fault] = parse([one, other]).faults
    assert (fault.file, fault.suggestion) == ("other.json", "also at one.json:4")


def test_an_unknown_kind_is_refused_with_the_one_that_was_meant() -> None:
    assert faults(pretty(order=[ORDER])) == ["shop.json:2: order: unknown kind of record (did you mean orders?)"]
    assert "did you mean orders?" in faults('{"kind": "oders"}', "a.jsonl")[0]
    assert "is required" in faults('{"id": "x"}', "a.jsonl")[0]


def test_a_channel_or_address_nobody_knows_is_refused() -> None:
    consent = {"channel": "whatsap", "category": "marketing", "given_at": "2026-03-01T10:00:00Z"}
    told = faults(pretty(customers=[{"id": "c-1", "email": "not an address", "consents": [consent]}]))
    assert "is not an email address" in told[0]
    assert "did you mean whatsapp?" in told[1]


@pytest.mark.parametrize("cut", [20, 100, -3])
def test_a_truncated_document_is_refused(cut: int) -> None:
    [told] = faults(pretty(customers=[{"id": "c-1", "first_name": "Maya"}], orders=[ORDER])[:cut])
    assert "is not JSON" in told


def test_a_broken_line_of_json_lines_does_not_hide_the_next() -> None:
    parsed = read('{"kind": "customers", "id": "c-1"}\n{"kind": \n{"kind": "customers", "id": 2}\n', "a.jsonl")
    assert [fault.line for fault in parsed.faults] == [2, 3]
    assert len(parsed.records) == 1


def test_what_is_not_utf8_or_not_text_is_refused_on_its_line() -> None:
    assert faults(b'{\n"customers": [{"id": "\xe9"}]}') == ["shop.json:2: is not UTF-8 (save it as UTF-8)"]
    assert "UTF-16" in faults("{}".encode("utf-16"))[0]
    assert "not text" in faults('{\n"customers": [{"id": "a\\u0000"}]}')[0]
    assert "not text" in faults('{\n"customers": [{"id": "\\ud800"}]}')[0]
    assert faults('{"customers": [{"id": "\\ud83d\\ude00"}]}') == []


def test_csv_takes_parts_in_columns_and_lists_as_json() -> None:
    rows = ('c-1,"Maya, R.",Portland,97205,vip; new,', 'c-2,,,,"[""a""]",')
    text = "\n".join(("id,first_name,address.city,address.postcode,tags,consents", *rows, ""))
    parsed = read(text, "customers-2026.csv")
    assert parsed.faults == []
    maya, other = parsed.records
    assert isinstance(maya, Customer)
    assert isinstance(other, Customer)
    assert (maya.first_name, maya.tags) == ("Maya, R.", ("vip", "new"))
    assert maya.address is not None
    assert (maya.address.city, maya.address.postcode) == ("Portland", "97205")
    assert (other.first_name, other.tags, other.address) == (None, ("a",), None)


def test_csv_orders_have_their_lines_as_json_in_a_cell() -> None:
    lines = json.dumps(ORDER["lines"]).replace('"', '""')
    header = "id;number;customer_id;placed_at;status;currency;lines"
    text = f'{header}\no-1;1001;c-1;2026-03-01T10:00:00Z;pending;USD;"{lines}"\n'
    assert read(text, "orders.csv").records == [Order.model_validate(ORDER)]


def test_csv_faults_are_on_the_line_their_row_begins() -> None:
    text = 'id,first_name,phnoe\nc-1,"two\nlines",1\nc-2,x,1,too many\n'
    assert faults(text, "customers.csv") == [
        "customers.csv:1: customers.phnoe: unknown field (did you mean phone?)",
        "customers.csv:4: customers: has 4 cells where the first row names 3",
    ]


def test_csv_that_does_not_say_its_kind_asks_for_it() -> None:
    assert "give --kind" in faults("id\nc-1\n", "export.csv")[0]
    assert read("id\nc-1\n", "export.csv", "customers").records == [Customer(id="c-1")]


def test_csv_cut_off_in_a_cell_is_refused() -> None:
    assert "not readable as CSV" in faults('id,first_name\nc-1,"May', "customers.csv")[0]


@given(st.binary(max_size=200), st.sampled_from(["a.json", "a.jsonl", "customers.csv"]))
def test_no_bytes_whatever_raise_anything(content: bytes, name: str) -> None:
    for fault in parse([SourceFile(name, content)]).faults:
        assert isinstance(fault, Fault)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_json_whatever_raises_anything(document: Any) -> None:
    for wrapped in (document, {"orders": document}, {"orders": [document]}, {"events": [document]}):
        parse([SourceFile("a.json", json.dumps(wrapped).encode())])


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_no_database_takes_is_refused(number: str) -> None:
    change = f'[{{"at": "2026-03-01T10:00:00Z", "what": "lines", "before": {number}}}]'
    text = json.dumps({"orders": [ORDER | {"changes": []}]}).replace('"changes": []', f'"changes": {change}')
    assert "is not JSON" in faults(text)[0]


def test_json_nested_too_deeply_is_refused() -> None:
    assert len(faults("[" * 100_000)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("placed_at", "0001-01-01T00:00:00+14:00"),
        ("placed_at", "9999-12-31T23:59:59-14:00"),
        ("lines", [ORDER["lines"][0] | {"price": "1E+999999"}]),
        ("lines", [ORDER["lines"][0] | {"price": "1E-999999"}]),
        ("lines", [ORDER["lines"][0] | {"quantity": 10**30}]),
    ],
)
def test_what_nobody_could_reckon_with_is_refused_by_its_field(field: str, value: Any) -> None:
    assert f"orders[0].{field}" in faults(json.dumps({"orders": [ORDER | {field: value}]}))[0]
