"""The email part of the settings, and what follows from it. A wrong value is refused at the start."""

import ipaddress
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

from bot.errors import SettingsError
from channels.email.addresses import is_address

LONGEST_LOCAL_PART = 29  # 64 (RFC 5321 4.5.3.1.1) less "+", a letter, 16 digits, "-", 16 letters of a token


class Tls(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over. `tls` is NONE on loopback only (CHANNELS.md 36)."""

    host: str
    port: int
    tls: Tls
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """EMAIL_FROM, EMAIL_WEBHOOK_SECRET, EMAIL_AUTHSERV_ID, SECRET_KEY, PUBLIC_BASE_URL.

    An empty webhook secret refuses every mail; an empty authserv id verifies none.
    """

    sender: str
    secret_key: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)
    authserv_id: str = ""
    public_base_url: str = ""

    def __post_init__(self) -> None:
        problems = []
        if not is_address(self.address):
            problems.append("EMAIL_FROM must be a mail address, with or without a name")
        elif len(self.address.rpartition("@")[0]) > LONGEST_LOCAL_PART:
            problems.append(f"EMAIL_FROM may have at most {LONGEST_LOCAL_PART} characters before the @")
        if not self.secret_key:
            problems.append("SECRET_KEY is needed to sign the reply addresses of mails")
        if problems:
            raise SettingsError(problems)

    @property
    def name(self) -> str:
        return parseaddr(self.sender)[0]

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1].lower()

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def read_smtp_url(url: str) -> Server:
    """`smtp://user:password@host:587?starttls=true` or `smtps://…`; raises SettingsError without the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(["SMTP_URL cannot be read as smtp://user:password@host:port"]) from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingsError(["SMTP_URL must look like smtp://user:password@host:587?starttls=true or smtps://…"])
    tls = _tls(parts.scheme, parts.hostname, parse_qs(parts.query).get("starttls", [""])[-1].lower())
    return Server(
        host=parts.hostname,
        port=port or {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}[tls],
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _tls(scheme: str, host: str, starttls: str) -> Tls:
    if scheme == "smtps":
        return Tls.IMPLICIT
    if starttls in ("true", "1", "yes"):
        return Tls.STARTTLS
    if is_loopback(host):
        return Tls.NONE
    if starttls in ("false", "0", "no"):
        raise SettingsError([f"SMTP_URL sends in the clear to {host}; only loopback may do without TLS"])
    return Tls.STARTTLS


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
