from decimal import Decimal
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


LLM = {"LLM_BASE_URL": "https://llm.example.com/v1", "LLM_MODEL": "a-model"}


def test_nobody_is_asked_unless_an_endpoint_is_named():
    assert load_settings({}).llm is None
    assert load_settings({"LLM_MODEL": "a-model", "LLM_API_KEY": "a-key", "LLM_PRICE_IN": "1"}).llm is None


def test_an_endpoint_is_read_whole():
    prices = {"LLM_PRICE_IN": "0.15", "LLM_PRICE_OUT": "0.60"}
    llm = load_settings({**LLM, "LLM_BASE_URL": "https://llm.example.com/v1/", "LLM_API_KEY": "a-key", **prices}).llm

    assert llm is not None
    assert (llm.base_url, llm.model, llm.api_key) == ("https://llm.example.com/v1", "a-model", "a-key")
    assert (llm.price_in, llm.price_out) == (Decimal("0.15"), Decimal("0.60"))


def test_an_endpoint_may_need_no_key_and_cost_nothing():
    llm = load_settings(LLM).llm

    assert llm is not None
    assert (llm.api_key, llm.price_in, llm.price_out) == (None, 0, 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://llm.example.com/v1",
        "http://localhost.example.com/v1",
        "http://127.0.0.1.example.com/v1",
        "http://10.0.0.7:11434/v1",
        "http://0.0.0.0:11434/v1",
        "ftp://127.0.0.1/v1",
        "llm.example.com/v1",
        "https://llm.example.com/v1?key=x",
        "https://user:hidden@llm.example.com/v1",
        "https://llm.example.com:port/v1",
    ],
)
def test_words_of_customers_leave_this_machine_encrypted_only(url: str):
    told = problems({**LLM, "LLM_BASE_URL": url})

    assert [problem.split()[0] for problem in told] == ["LLM_BASE_URL"]
    assert "hidden" not in told[0]


@pytest.mark.parametrize("host", ["127.0.0.1:11434", "localhost:11434", "[::1]:11434"])
def test_a_model_on_this_machine_may_be_asked_in_the_clear(host: str):
    llm = load_settings({**LLM, "LLM_BASE_URL": f"http://{host}/v1"}).llm

    assert llm is not None
    assert llm.base_url == f"http://{host}/v1"


@pytest.mark.parametrize("model", [{}, {"LLM_MODEL": ""}, {"LLM_MODEL": "  "}])
def test_an_endpoint_needs_the_name_of_a_model(model: dict[str, str]):
    assert problems({"LLM_BASE_URL": LLM["LLM_BASE_URL"], **model}) == (
        "LLM_MODEL is needed with LLM_BASE_URL: the name of the model to ask",
    )


@pytest.mark.parametrize("name", ["LLM_PRICE_IN", "LLM_PRICE_OUT"])
@pytest.mark.parametrize("price", ["cheap", "-1", "nan", "Infinity", "0,15", "$1"])
def test_a_price_that_is_none_is_refused(name: str, price: str):
    assert problems({**LLM, name: price}) == (f"{name} must be an amount such as 0.15",)


def test_every_fault_of_an_endpoint_is_told_at_once():
    told = problems({"LLM_BASE_URL": "http://llm.example.com", "LLM_PRICE_IN": "x", "LLM_PRICE_OUT": "x"})

    assert {problem.split()[0] for problem in told} == {"LLM_BASE_URL", "LLM_MODEL", "LLM_PRICE_IN", "LLM_PRICE_OUT"}


def test_the_key_of_an_endpoint_is_a_secret():
    settings = load_settings({**LLM, "LLM_API_KEY": "hidden-key"})

    assert "hidden-key" in settings.secrets
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "on"), [(None, True), ("", True), ("on", True), ("ON", True), ("off", False), ("Off", False)]
)
def test_the_sentence_encoder_is_on_unless_it_is_turned_off(value: str | None, on: bool):
    assert load_settings({} if value is None else {"SENTENCE_ENCODER": value}).encoder is on


@pytest.mark.parametrize("value", ["no", "0", "true", "off please"])
def test_a_sentence_encoder_neither_on_nor_off_is_refused(value: str):
    assert problems({"SENTENCE_ENCODER": value}) == ("SENTENCE_ENCODER must be one of on, off",)
