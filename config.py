"""The environment as one frozen value, checked whole: every fault is told at once, by the name of its variable.

Reads variables and `.env`; never a database, never the network. `serving` says that customers will be answered with
these settings, which needs more to be set than looking at a template does.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from bot.errors import SettingsError

T = TypeVar("T")

SECRET_LENGTH = 16  # characters; shorter ones are guessed
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
LOG_LEVELS = ("debug", "info", "warning", "error")

E164 = re.compile(r"\+[1-9]\d{5,14}")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
MAIL_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """A Twilio account that sends and receives; at least one of the three senders is set."""

    account_sid: str
    auth_token: str = field(repr=False)
    sms_from: str | None = None
    whatsapp_from: str | None = None
    messaging_service_sid: str | None = None
    api_url: str | None = None


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The way out (`smtp_url`, `sender`) and the way in (`webhook_secret`, `authserv_id`), set or not apart."""

    smtp_url: str | None = field(default=None, repr=False)
    sender: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    authserv_id: str | None = None


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """An OpenAI-compatible endpoint for second opinions, and its prices of a million tokens in and out."""

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. Secrets are kept out of `repr`."""

    host: str = "127.0.0.1"
    port: int = 8000
    secret_key: str = field(default="", repr=False)
    public_base_url: str | None = None
    database_url: str = field(default="sqlite:///doorstep.db", repr=False)
    shop_dir: Path = Path("shop")
    api_token: str | None = field(default=None, repr=False)
    twilio: TwilioSettings | None = None
    mail: MailSettings = MailSettings()
    redis_url: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0
    log_level: str = "info"
    log_json: bool = False
    answerers: int = 1
    senders: int = 4
    web_threads: int = 8
    web_processes: int = 2
    encoder: bool = True
    llm: LlmSettings | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown."""
        twilio = self.twilio.auth_token if self.twilio else None
        llm = self.llm.api_key if self.llm else None
        own = (self.secret_key, self.api_token, self.metrics_token, self.mail.webhook_secret, twilio, llm)
        return tuple(secret for secret in own if secret)

    @property
    def embedded(self) -> bool:
        """Whether the database is SQLite, which one process keeps to itself."""
        return self.database_url.startswith("sqlite")


def read_environment() -> Mapping[str, str]:
    """The process's environment over what `.env` in the working directory says."""
    from dotenv import dotenv_values

    named = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return {**named, **os.environ}


def load_settings(environment: Mapping[str, str], *, serving: bool = False) -> Settings:
    """The settings, or SettingsError with every fault of every variable."""
    reading = _Reading(environment)
    settings = Settings(
        host=reading.text("HOST") or "127.0.0.1",
        port=reading.number("PORT", 8000, 0, 65535),
        secret_key=reading.secret("SECRET_KEY") or "",
        public_base_url=reading.read("PUBLIC_BASE_URL", _base_url),
        database_url=reading.read("DATABASE_URL", _database_url) or "sqlite:///doorstep.db",
        shop_dir=Path(reading.text("SHOP_DIR") or "shop"),
        api_token=reading.secret("API_TOKEN"),
        twilio=_twilio(reading),
        mail=_mail(reading),
        redis_url=reading.read("REDIS_URL", _redis_url),
        metrics_token=reading.secret("METRICS_TOKEN"),
        trusted_proxies=reading.number("TRUSTED_PROXIES", 0, 0, 10),
        log_level=reading.read("LOG_LEVEL", _one_of(LOG_LEVELS)) or "info",
        log_json=reading.read("LOG_FORMAT", _one_of(("text", "json"))) == "json",
        answerers=reading.number("ANSWERERS", 1, 1, 64),
        senders=reading.number("SENDERS", 4, 1, 64),
        web_threads=reading.number("WEB_THREADS", 8, 1, 256),
        web_processes=reading.number("WEB_CONCURRENCY", 2, 1, 64),
        encoder=reading.read("SENTENCE_ENCODER", _one_of(("on", "off"))) != "off",
        llm=_llm(reading),
    )
    if serving:
        _check_serving(settings, reading)
    if reading.problems:
        raise SettingsError(reading.problems)
    return settings


class _Reading:
    """Variables being read: hands out values, collects what is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def refuse(self, name: str, what: str) -> None:
        self.problems.append(f"{name} {what}")

    def is_set(self, name: str) -> bool:
        return name in self.environment

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def read(self, name: str, check: Callable[[str], T]) -> T | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return check(value)
        except ValueError as error:
            self.refuse(name, str(error))
            return None

    def number(self, name: str, default: int, least: int, most: int) -> int:
        number = self.read(name, _whole_number)
        if number is None:
            return default
        if not least <= number <= most:
            self.refuse(name, f"must be from {least} to {most}")
        return number

    def secret(self, name: str) -> str | None:
        """A secret of our own making. Set but empty is a mistake, not an absence: it would let everybody in."""
        if not self.is_set(name):
            return None
        value = self.environment[name].strip()
        if len(value) < SECRET_LENGTH:
            made = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'
            self.refuse(name, f"must have at least {SECRET_LENGTH} characters; make one with: {made}")
            return None
        return value


TWILIO_NAMES = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_SMS_FROM",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
)


def _twilio(reading: _Reading) -> TwilioSettings | None:
    """None when nothing of Twilio is set. With an empty token every forgery would validate (CHANNELS.md 1)."""
    if not any(reading.is_set(name) for name in TWILIO_NAMES):
        return None
    before = len(reading.problems)
    sid = reading.read("TWILIO_ACCOUNT_SID", _matching(ACCOUNT_SID, "must be AC and 32 hexadecimal digits"))
    token = reading.text("TWILIO_AUTH_TOKEN")
    sms = reading.read("TWILIO_SMS_FROM", _sms_sender)
    whatsapp = reading.read("TWILIO_WHATSAPP_FROM", _whatsapp_sender)
    service = reading.read(
        "TWILIO_MESSAGING_SERVICE_SID", _matching(SERVICE_SID, "must be MG and 32 hexadecimal digits")
    )
    url = reading.read("TWILIO_API_URL", _base_url)
    if sid is None and not reading.text("TWILIO_ACCOUNT_SID"):
        reading.refuse("TWILIO_ACCOUNT_SID", "is missing while other Twilio settings are there")
    if not token:
        reading.refuse("TWILIO_AUTH_TOKEN", "is missing or empty: without it anybody could forge messages")
    if not any(reading.text(name) for name in TWILIO_NAMES[2:]):
        reading.refuse("TWILIO_SMS_FROM", "or TWILIO_WHATSAPP_FROM or TWILIO_MESSAGING_SERVICE_SID is needed to send")
    if not reading.text("PUBLIC_BASE_URL"):
        reading.refuse("PUBLIC_BASE_URL", "is needed with Twilio: its signatures cover the public address")
    if len(reading.problems) > before or sid is None or token is None:
        return None
    return TwilioSettings(sid, token, sms, whatsapp, service, url)


def _mail(reading: _Reading) -> MailSettings:
    mail = MailSettings(
        smtp_url=reading.read("SMTP_URL", _smtp_url),
        sender=reading.read("EMAIL_FROM", _mail_sender),
        webhook_secret=reading.secret("EMAIL_WEBHOOK_SECRET"),
        authserv_id=reading.text("EMAIL_AUTHSERV_ID"),
    )
    if reading.text("SMTP_URL") and not reading.text("EMAIL_FROM"):
        reading.refuse("EMAIL_FROM", "is needed to send mail through SMTP_URL")
    if reading.is_set("EMAIL_WEBHOOK_SECRET") and not reading.text("EMAIL_FROM"):
        reading.refuse("EMAIL_FROM", "is needed to take mail in: it is the address that customers write to")
    if reading.text("EMAIL_FROM") and not reading.text("SMTP_URL"):
        reading.refuse("SMTP_URL", "is needed to send mail from EMAIL_FROM")
    return mail


def _llm(reading: _Reading) -> LlmSettings | None:
    """None unless an endpoint is named. Customers' words, though redacted, leave this machine encrypted only."""
    base_url = reading.read("LLM_BASE_URL", _encrypted_url)
    model = reading.text("LLM_MODEL")
    price_in = reading.read("LLM_PRICE_IN", _price) or Decimal(0)
    price_out = reading.read("LLM_PRICE_OUT", _price) or Decimal(0)
    if reading.text("LLM_BASE_URL") and model is None:
        reading.refuse("LLM_MODEL", "is needed with LLM_BASE_URL: the name of the model to ask")
    if base_url is None or model is None:
        return None
    return LlmSettings(base_url, model, reading.text("LLM_API_KEY"), price_in, price_out)


def _check_serving(settings: Settings, reading: _Reading) -> None:
    if not settings.secret_key and not reading.is_set("SECRET_KEY"):
        reading.refuse("SECRET_KEY", "is missing: it signs links, threads and one-time codes")
    if not settings.shop_dir.is_dir():
        reading.refuse("SHOP_DIR", f"must be a directory with the shop's files; there is none at {settings.shop_dir}")


def _whole_number(value: str) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise ValueError("must be a whole number") from error


def _matching(pattern: re.Pattern[str], otherwise: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(otherwise)
        return value

    return check


def _one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value.lower() not in names:
            raise ValueError("must be one of " + ", ".join(names))
        return value.lower()

    return check


def _sms_sender(value: str) -> str:
    """An E.164 number, a short code, or an alphanumeric sender of at most 11 characters."""
    if not re.fullmatch(r"\+[1-9]\d{5,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 _&+-]{1,11}", value):
        raise ValueError("must be a number such as +15005550006, or a short code")
    return value


def _whatsapp_sender(value: str) -> str:
    """`whatsapp:+…`; the prefix may be left out."""
    number = value.removeprefix("whatsapp:")
    if not E164.fullmatch(number):
        raise ValueError("must be a number such as whatsapp:+14155238886")
    return f"whatsapp:{number}"


def _base_url(value: str) -> str:
    """An http(s) address without query; a trailing slash is dropped."""
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://bot.example.com")
    return value.rstrip("/")


def _encrypted_url(value: str) -> str:
    url = _base_url(value)
    parts = _split(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https://, unless it is on this machine")
    if parts.username or parts.password:
        raise ValueError("must hold no user and password: the key goes into LLM_API_KEY")
    return url


def _price(value: str) -> Decimal:
    try:
        price = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("must be an amount such as 0.15") from error
    if not price.is_finite() or price < 0:
        raise ValueError("must be an amount such as 0.15")
    return price


def _database_url(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in DATABASES:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if parts.scheme == "sqlite" and not parts.path.strip("/"):
        raise ValueError("must name a file, such as sqlite:///doorstep.db: what is kept in memory is lost")
    return value


def _redis_url(value: str) -> str:
    if _split(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must begin with redis:// or rediss://")
    return value


def _smtp_url(value: str) -> str:
    """`smtp://user:password@host:587?starttls=true` or `smtps://…`; in the clear to this machine only."""
    parts = _split(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:587?starttls=true or smtps://…")
    options = parse_qs(parts.query)
    if unknown := sorted(set(options) - {"starttls"}):
        raise ValueError(f"has an unknown option: {', '.join(unknown)}")
    plain = parts.scheme == "smtp" and options.get("starttls", ["true"])[-1] != "true"
    if plain and not is_loopback(parts.hostname):
        raise ValueError("must use starttls=true or smtps: mail in the clear goes to this machine only")
    return value


def _mail_sender(value: str) -> str:
    from email.utils import parseaddr

    if any(ord(character) < 32 for character in value) or not MAIL_ADDRESS.fullmatch(parseaddr(value)[1]):
        raise ValueError("must be a mail address such as Shop <hello@shop.example>")
    return value


def _split(value: str) -> Any:
    parts = urlsplit(value)
    parts.port  # noqa: B018 - raises ValueError when it is no port number
    return parts


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
