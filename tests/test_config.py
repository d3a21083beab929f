from pathlib import Path

import pytest

from bot.errors import SettingsError
from config import load_settings

SECRET = "a-secret-that-is-long-enough"
SID = "AC" + "0" * 32
TWILIO = {
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_SMS_FROM": "+15005550006",
    "PUBLIC_BASE_URL": "https://bot.example.com",
}


def problems(environment: dict[str, str], *, serving: bool = False) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment, serving=serving)
    return caught.value.problems


def test_an_empty_environment_is_enough_to_look_at_files():
    settings = load_settings({})

    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///doorstep.db"
    assert settings.shop_dir == Path("shop")
    assert settings.twilio is None
    assert settings.embedded


def test_serving_needs_a_secret_key():
    assert any(problem.startswith("SECRET_KEY") for problem in problems({}, serving=True))


def test_every_fault_is_told_at_once_by_name():
    told = problems(
        {
            "PORT": "eighty",
            "DATABASE_URL": "mysql://x",
            "PUBLIC_BASE_URL": "bot",
            "TWILIO_AUTH_TOKEN": "",
            "API_TOKEN": "x",
        }
    )

    assert {problem.split()[0] for problem in told} >= {
        "PORT",
        "DATABASE_URL",
        "PUBLIC_BASE_URL",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_ACCOUNT_SID",
        "API_TOKEN",
    }


@pytest.mark.parametrize("token", ["", "   "])
def test_channels_1_an_empty_twilio_token_is_refused(token: str):
    told = problems({**TWILIO, "TWILIO_AUTH_TOKEN": token})

    assert [problem for problem in told if problem.startswith("TWILIO_AUTH_TOKEN")]


def test_twilio_needs_a_sender_and_the_public_address():
    told = problems({"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "token"})

    assert {problem.split()[0] for problem in told} == {"TWILIO_SMS_FROM", "PUBLIC_BASE_URL"}


def test_twilio_settings_are_read_whole():
    twilio = load_settings({**TWILIO, "TWILIO_WHATSAPP_FROM": "+14155238886"}).twilio

    assert twilio is not None
    assert twilio.account_sid == SID
    assert twilio.whatsapp_from == "whatsapp:+14155238886"


@pytest.mark.parametrize(
    "url", ["smtp://mail.example.com:25?starttls=false", "http://mail.example.com", "smtp://h:port", "smtp://h?tls=1"]
)
def test_mail_in_the_clear_and_unreadable_addresses_are_refused(url: str):
    told = problems({"SMTP_URL": url, "EMAIL_FROM": "hello@shop.example"})

    assert [problem.split()[0] for problem in told] == ["SMTP_URL"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_mail_in_the_clear_may_go_to_this_machine(host: str):
    url = f"smtp://{host}:2525?starttls=false"

    assert load_settings({"SMTP_URL": url, "EMAIL_FROM": "Shop <hello@shop.example>"}).mail.smtp_url == url


def test_smtp_and_the_sender_come_together():
    assert problems({"SMTP_URL": "smtps://h"})[0].startswith("EMAIL_FROM")
    assert problems({"EMAIL_FROM": "hello@shop.example"})[0].startswith("SMTP_URL")


@pytest.mark.parametrize("name", ["SECRET_KEY", "API_TOKEN", "EMAIL_WEBHOOK_SECRET", "METRICS_TOKEN"])
@pytest.mark.parametrize("value", ["", "short"])
def test_a_secret_set_but_empty_or_guessable_is_refused(name: str, value: str):
    assert problems({name: value})[0].startswith(name)


def test_a_database_in_memory_is_refused():
    assert problems({"DATABASE_URL": "sqlite://"})[0].startswith("DATABASE_URL")


def test_no_secret_is_in_the_printed_form():
    settings = load_settings(
        {
            **TWILIO,
            "TWILIO_AUTH_TOKEN": "hidden-token",
            "SECRET_KEY": SECRET,
            "API_TOKEN": "hidden-api-token-1234",
            "DATABASE_URL": "postgresql://user:hidden@127.0.0.1/db",
            "SMTP_URL": "smtps://user:hidden@mail.example.com",
            "EMAIL_FROM": "hello@shop.example",
        }
    )

    assert "hidden" not in repr(settings)
    assert SECRET not in repr(settings)


def test_the_directory_of_the_shop_must_be_there_to_serve(tmp_path: Path):
    told = problems({"SECRET_KEY": SECRET, "SHOP_DIR": str(tmp_path / "none")}, serving=True)

    assert told[0].startswith("SHOP_DIR")
    assert load_settings({"SECRET_KEY": SECRET, "SHOP_DIR": str(tmp_path)}, serving=True).shop_dir == tmp_path
