"""`flask understand export-unclear`: what customers wrote that was not understood, ready to be labelled."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import FlaskGroup

from app import create_app
from bot.model import Channel, Expected, Reading, Wish
from bot.ports import Known
from bot.records import Customer
from console.commands.unclear import COLUMNS, rows_of
from storage.engine import make_engine, migrate
from storage.unclear import is_unclear
from tests.e2e.outside import environment
from tests.works import NOW, PHONE, WordReader, Works

MAYA = Customer(id="c-1", first_name="Maya", last_name="Okafor", phone=PHONE, email="maya@example.com")
HEADER = list(COLUMNS)
Type = Callable[..., Result]


class Doubtful(WordReader):
    """Is unsure between two things when it hears "perhaps"."""

    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        found = super().read(text, expected, known, language)
        if "perhaps" not in text.lower():
            return found
        guesses = ("refund", "where_is_my_order")
        return found.model_copy(
            update={"candidates": tuple(Wish(intent=intent, probability=0.3, text=text) for intent in guesses)}
        )


@dataclass(frozen=True)
class Written:
    text: str
    guesses: tuple[str, ...] = ()
    language: str = "en"
    channel: Channel = Channel.SMS
    names: tuple[str, ...] = ()


@pytest.fixture
def works(sqlite_url: str) -> Works:
    engine = make_engine(sqlite_url)
    migrate(engine)
    made = Works(engine, reader=Doubtful())
    made.add_customer(MAYA)
    yield made
    engine.dispose()


@pytest.fixture
def type_(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    for name, value in environment(database_url=sqlite_url, port=1, twilio_url="http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    group = FlaskGroup(create_app=create_app)
    return lambda *words: CliRunner().invoke(group, ("understand", "export-unclear", *words))


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_fresh_database_gives_only_the_header(type_: Type):
    told = type_()

    assert told.exit_code == 0
    assert table(told.stdout) == [HEADER]


def test_what_was_asked_back_about_comes_out_redacted_with_the_guess(works: Works, type_: Type):
    works.hear("Maya OKAFOR, maya@example.com: perhaps order FF-1001")
    works.answer_all()

    assert table(type_().stdout) == [
        HEADER,
        ["[name] [name], [email]: perhaps order [number]", "", "refund", "en", "sms", "1"],
    ]


def test_what_was_not_understood_at_all_comes_out_without_a_guess(works: Works, type_: Type):
    works.hear("mumble mumble", channel=Channel.WHATSAPP)
    works.answer_all()

    assert table(type_().stdout)[1:] == [["mumble mumble", "", "", "en", "whatsapp", "1"]]


def test_the_same_words_are_counted_whoever_wrote_them_and_in_whatever_letters(works: Works, type_: Type):
    for number, text in enumerate(["mumble", "Perhaps this", "perhaps  THIS", "perhaps this"]):
        works.hear(text, phone=f"+1503555020{number}")
    works.answer_all()

    assert table(type_().stdout)[1:] == [
        ["Perhaps this", "", "refund", "en", "sms", "3"],
        ["mumble", "", "", "en", "sms", "1"],
    ]


@pytest.mark.parametrize(
    "text", ["where is it", "hello", "person", "STOP", "1044", "👍", "FF-1001", "maya@example.com"]
)
def test_what_was_understood_a_command_or_nothing_but_a_number_does_not(works: Works, type_: Type, text: str):
    works.hear(text)
    works.answer_all()

    assert table(type_().stdout) == [HEADER]


@pytest.mark.parametrize(
    "fields", [{"silent": "auto_reply"}, {"opt_out": "STOP"}, {"choice": "again", "text": "perhaps"}], ids=str
)
def test_what_a_customer_did_not_write_does_not(works: Works, type_: Type, fields: dict[str, str]):
    works.hear(**{"text": "perhaps", **fields})
    works.answer_all()

    assert table(type_().stdout) == [HEADER]


def test_what_still_waits_does_not(works: Works, type_: Type):
    works.hear("perhaps")

    assert table(type_().stdout) == [HEADER]


def test_what_came_before_a_day_is_left_out(works: Works, type_: Type):
    works.hear("perhaps yesterday")
    works.answer_all()
    works.clock.pass_by(hours=7)  # midnight in UTC
    works.hear("perhaps today")
    works.answer_all()

    assert [row[0] for row in table(type_("--since", "2026-11-20").stdout)] == [
        "text",
        "perhaps yesterday",
        "perhaps today",
    ]
    assert [row[0] for row in table(type_("--since", "2026-11-21").stdout)] == ["text", "perhaps today"]
    assert table(type_("--since", "2026-11-22").stdout) == [HEADER]
    assert (NOW.hour, NOW.date().isoformat()) == (17, "2026-11-20")


def test_a_day_that_is_none_is_refused(type_: Type):
    assert type_("--since", "yesterday").exit_code == 2


def test_it_may_go_into_a_file(works: Works, type_: Type, tmp_path: Path):
    works.hear("perhaps, dónde")
    works.answer_all()
    path = tmp_path / "unclear.csv"

    told = type_(str(path))

    assert told.stdout == f"{path}: 1 messages to label\n"
    assert table(path.read_text(encoding="utf-8"))[1][0] == "perhaps, dónde"


def rows(*messages: Written) -> list[Sequence[str | int]]:
    return list(rows_of(messages))


def test_the_same_words_on_two_channels_or_in_two_languages_are_two_lines():
    (first, *others) = rows(
        Written("ok so"), Written("ok so", channel=Channel.CHAT), Written("ok so"), Written("ok so", language="de")
    )

    assert first[3:] == ("en", "sms", 2)
    assert [row[3:] for row in others] == [("en", "chat", 1), ("de", "sms", 1)]


@pytest.mark.parametrize("text", ["=HYPERLINK(A)", "+cmd", "-cmd", "@SUM(A)"])
def test_nothing_is_a_formula_to_a_spreadsheet(text: str):
    ((shown, *_),) = rows(Written(text))

    assert shown == f"'{text}"


def test_several_lines_are_one():
    ((shown, *_),) = rows(Written("so\r\n\r\n what\tnow"))

    assert shown == "so what now"


@pytest.mark.parametrize(
    "understood",
    [
        {"wishes": (Wish(intent="thanks", probability=1.0),)},
        {"answered": True, "answer": "a"},
        {"person": True},
        {"stop": True},
        {"start": True},
        {"help": True},
        {"never_mind": True},
        {"correction": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_each_way_of_being_understood_counts(understood: dict[str, object]):
    reading = Reading(text="words", language="en")

    assert is_unclear(reading)
    assert not is_unclear(reading.model_copy(update=understood))
