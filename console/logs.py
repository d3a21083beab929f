"""How Doorstep logs: structured lines with ids, never with what a customer wrote or where they can be reached.

Everything of the process goes through here, the libraries' lines too. What slips into an event all the same (a phone
number, a mail address, a secret of the settings, the parameters of a failed statement) is taken out of it.
"""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REMOVED = "[removed]"
LONGEST, CUT = (
    16_000,
    " [cut] ",
)  # characters of a value: what is longer is no event, and costs too much to look through

#: Keys whose values are words of customers, or secrets, whatever they hold.
PRIVATE_KEYS = frozenset(
    {
        *("text", "body", "words", "message", "subject", "html", "payload", "raw", "form", "params", "content"),
        *(
            "address",
            "address_key",
            "recipient",
            "sender",
            "to",
            "from",
            "email",
            "phone",
            "profile_name",
            "first_name",
        ),
        *("last_name", "secret", "secret_key", "token", "auth_token", "api_token", "password", "authorization"),
        *("cookie", "signature", "database_url", "smtp_url", "redis_url", "environment"),
    }
)

#: Libraries that tell whole requests at their ordinary level.
QUIET = ("apscheduler", "httpx", "httpcore", "twilio.http_client", "urllib3", "selenium", "alembic")

_PATTERNS = (
    (re.compile(r"(://)[^/\s@:]*:[^/\s@]*@"), r"\1[removed]@"),  # credentials in an address
    (re.compile(r"(?<![\w.+-])[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"(?:\+|%2B)\d[\d ().-]{5,20}\d"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?![\w:-])"), "[phone]"),
    (re.compile(r"(?<=input_value=).*?(?=, input_type=)", re.DOTALL), REMOVED),  # pydantic shows what it was given
    (re.compile(r"\[parameters: .*?\](?=\s|$)", re.DOTALL), "[parameters: removed]"),  # so does SQLAlchemy
    (re.compile(r"(?<=DETAIL:  ).*"), REMOVED),  # and PostgreSQL
)


def set_up_logs(level: str = "info", *, json: bool = False, secrets: Iterable[str] = ()) -> None:
    """Sets up structlog and the standard library's logging to write to stderr; may be called again."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        redactor(secrets),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    written: Processor = structlog.processors.JSONRenderer() if json else _plain
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # one line for each request that has to wait its turn


def redactor(secrets: Iterable[str] = ()) -> Processor:
    """A processor that takes personal data and these secrets out of every value of an event."""
    known = tuple(sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True))

    def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        del logger, method
        for key in list(event):
            if not key.startswith("_"):
                event[key] = REMOVED if key.lower() in PRIVATE_KEYS else _clean(event[key], known)
        return event

    return redact


def _clean(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return _clean_text(value, secrets)
    if isinstance(value, dict):
        return {
            key: REMOVED if str(key).lower() in PRIVATE_KEYS else _clean(inner, secrets) for key, inner in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(inner, secrets) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _clean_text(str(value), secrets)


def _clean_text(value: str, secrets: tuple[str, ...]) -> str:
    if len(value) > LONGEST:
        value = value[: LONGEST // 2] + CUT + value[-LONGEST // 2 :]
    for secret in secrets:
        value = value.replace(secret, REMOVED)
    for pattern, put in _PATTERNS:
        value = pattern.sub(put, value)
    return value


def _plain(logger: WrappedLogger, method: str, event: MutableMapping[str, Any]) -> str:
    """`time level logger event key=value…`, and a traceback below it."""
    del logger, method
    trace = event.pop("exception", None)
    head = (
        f"{event.pop('timestamp', '')} {event.pop('level', ''):<7} {event.pop('logger', '')}: {event.pop('event', '')}"
    )
    rest = "".join(f" {key}={value}" for key, value in event.items())
    return f"{head}{rest}\n{trace}" if trace else f"{head}{rest}"
