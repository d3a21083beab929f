"""The operator's commands, as they are typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask.cli import FlaskGroup

from app import create_app
from tests.e2e.outside import ROOT, environment, phone, write_shop

Type = Callable[..., Result]


@pytest.fixture
def type_(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types a command at a fresh shop with two customers; `_lines` is what is written to it."""
    from click.testing import CliRunner

    for name, value in environment(database_url=sqlite_url, port=1, twilio_url="http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    group = FlaskGroup(create_app=create_app)

    def typed(*words: str, lines: str = "") -> Result:
        return CliRunner().invoke(group, words, input=lines)

    typed("shop", "import", str(write_shop(tmp_path / "shop.json", 2)))
    return typed


def test_chat_answers_a_customer_from_their_record(type_: Type):
    told = type_("chat", "--as", phone(0), lines="where is my order?\n")

    assert told.exit_code == 0
    assert "5001" in told.output
    assert "5002" not in told.output


def test_chat_tells_a_stranger_nothing_of_an_order(type_: Type):
    told = type_("chat", lines="where is my order #5001?\n")

    assert told.exit_code == 0
    assert "Portland" not in told.output
    assert "1Z999" not in told.output


def test_chat_remembers_what_was_said_before(type_: Type):
    type_("chat", "--as", phone(0), lines="I want to talk to a person\n")

    assert type_("chat", "--as", phone(0), lines="hello?\n").stdout.strip() == ""


def test_chat_by_another_channel_needs_to_know_whose_it_is(type_: Type):
    assert "needs --as" in type_("chat", "--channel", "sms").output


def test_chat_as_nobody_is_refused(type_: Type):
    assert "exactly one customer" in type_("chat", "--as", "+15005559999").output


def test_a_case_is_listed_and_given_back_to_the_bot(type_: Type):
    type_("chat", "--as", phone(0), lines="let me talk to a human\n")

    assert "asked_for_person" in type_("handoffs").output
    assert "case 1 is closed" in type_("handoffs", "close", "1").output
    assert "nobody waits" in type_("handoffs").output
    assert "5001" in type_("chat", "--as", phone(0), lines="where is my order?\n").output


def test_a_case_is_shown_answered_once_by_its_key_and_closed(type_: Type):
    type_("chat", "--as", phone(0), lines="let me talk to a human\n")

    sent = type_("handoffs", "reply", "1", "On it.", "--agent", "anna", "--key", "k")
    again = type_("handoffs", "reply", "1", "On it.", "--agent", "anna", "--key", "k")
    shown = json.loads(type_("handoffs", "show", "1").stdout)

    assert "goes out by chat" in sent.output
    assert again.output == sent.output
    assert [entry["text"] for entry in shown["transcript"] if entry["who"] == "agent"] == ["On it."]
    assert "anna" in type_("handoffs").output
    assert "somebody else has this case (anna)" in type_("handoffs", "reply", "1", "x", "--agent", "ben").output
    assert "case 1 is closed" in type_("handoffs", "close", "1", "--note", "by phone").output
    assert "the case is closed" in type_("handoffs", "reply", "1", "x").output


@pytest.mark.parametrize("words", [("close", "7"), ("show", "7"), ("reply", "7", "x")])
def test_a_case_that_is_not_there_is_told(type_: Type, words: tuple[str, ...]):
    told = type_("handoffs", *words)

    assert told.exit_code == 1
    assert "there is no case 7" in told.output


def test_the_doctor_says_what_to_mend(type_: Type, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "short")
    monkeypatch.setenv("PORT", "x")

    told = type_("doctor")

    assert told.exit_code == 1
    assert "MEND settings: SECRET_KEY" in told.output
    assert "MEND settings: PORT" in told.output


def test_the_doctor_finds_the_shop_and_the_database_and_misses_twilio(type_: Type):
    told = type_("doctor")

    assert "ok   database: sqlite" in told.output
    assert "ok   shop files" in told.output
    assert "MEND Twilio" in told.output
    assert told.exit_code == 1


def test_the_doctor_reads_faults_of_the_shop_files(type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "shop.yaml").write_text("nmae: Mine\n")
    monkeypatch.setenv("SHOP_DIR", str(tmp_path / "mine"))

    assert "MEND shop files: shop.yaml:1" in type_("doctor").output


def test_wrong_settings_are_told_by_the_command_that_needs_them(type_: Type, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://nowhere")

    told = type_("handoffs")

    assert told.exit_code == 1
    assert "DATABASE_URL must begin with" in told.output
    assert "Traceback" not in told.output


def test_wrong_settings_are_told_by_what_reads_the_shops_words(
    type_: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "shop").symlink_to(ROOT / "shop")
    monkeypatch.setenv("PORT", "eighty")

    for command in (("shop", "check"), ("understand", "hello")):
        told = type_(*command)

        assert told.exit_code == 1
        assert "PORT must be a whole number" in told.output
        assert "Traceback" not in told.output
