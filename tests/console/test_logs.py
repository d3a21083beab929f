import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from console.logs import redactor, set_up_logs
from tests.stalls import no_stall

SECRET = "the-very-secret-token"


@pytest.fixture(autouse=True)
def logs_put_back() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def cleaned(**event: object) -> dict[str, object]:
    return dict(redactor([SECRET])(None, "info", dict(event)))


@pytest.mark.parametrize(
    "private",
    ["+15005550006", "+44 20 7946 0958", "(212) 555-0100", "2125550100", "ada@example.com", "%2B15005550006", SECRET],
)
def test_personal_data_and_secrets_are_taken_out_of_any_value(private: str):
    assert private not in str(cleaned(event=f"failed for {private}.", detail=[{"why": private}]))


@pytest.mark.parametrize("key", ["text", "body", "token", "phone", "address", "Authorization"])
def test_words_of_customers_and_secrets_are_left_out_by_name(key: str):
    assert "hello" not in str(cleaned(event="received", **{key: "hello"}))


@pytest.mark.parametrize(
    "kept",
    ["inbox_id", "SM0123456789abcdef0123456789abcdef", "2026-11-22T05:32:10.123456+00:00", "line 12:5", "0.25 s"],
)
def test_ids_and_times_stay_readable(kept: str):
    assert kept in str(cleaned(event="turn_failed", what=kept, inbox_id=4711))


def test_credentials_are_taken_out_of_addresses():
    assert cleaned(event="x", at="postgresql://user:pw@db/doorstep") == {
        "event": "x",
        "at": "postgresql://[removed]@db/doorstep",
    }


def test_a_traceback_shows_the_fault_and_not_what_the_customer_wrote(capsys: pytest.CaptureFixture[str]):
    set_up_logs(json=True)
    try:
        raise ValueError("1 error for X [type=int, input_value='I hate this', input_type=str] of bob@example.com")
    except ValueError:
        structlog.get_logger("test").exception("turn_failed", inbox_id=7)

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["inbox_id"]) == ("turn_failed", "error", 7)
    assert "ValueError" in line["exception"]
    assert "I hate this" not in line["exception"]
    assert "bob@" not in line["exception"]


def test_lines_of_libraries_go_the_same_way(capsys: pytest.CaptureFixture[str]):
    set_up_logs(secrets=[SECRET])

    logging.getLogger("library").warning("cannot reach %s with %s", "+15005550006", SECRET)

    line = capsys.readouterr().err
    assert "library: cannot reach [phone] with [removed]" in line


@pytest.mark.parametrize("piece", ["a", "a.", "://", "input_value=", "[parameters: ", "+1 ", "a@"])
def test_a_long_value_is_cut_and_holds_nothing_up(piece: str):
    with no_stall():
        written = str(cleaned(event=piece * 100_000)["event"])
    assert len(written) < 100_000
