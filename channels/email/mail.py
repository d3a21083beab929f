"""Raw bytes to a Mail: headers, words in text and HTML, attachments, reports. Takes whatever comes, in linear time.

Python's parser does the work; what makes it slow or fail (thousands of parts, endless Content-Type lines) is seen
first, and such a mail is read as headers and one plain body. Nothing here judges what the mail means.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Part
from email.parser import BytesHeaderParser

from bot.errors import UnreadableMessage
from channels.email.decoding import clean, payload_bytes, text_of

TEXT_BYTES = 256 * 1024  # CHANNELS.md 25
HEADER_CHARACTERS = 16 * 1024
MAX_PARTS = 200
MAX_OF_A_HEADER = 100
MAX_ATTACHMENTS = 20
LOGO_BYTES = 20 * 1024  # an inline image below this size is somebody's letterhead, not a photo

_BLANK = b" \t\r\n\0\xef\xbb\xbf"
_DIVIDER = re.compile(rb"^--", re.M)
_CONTENT_LINE = re.compile(rb"^content-(?:type|disposition)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.I | re.M)
_CHARSET = re.compile(r"charset\s*=\s*\"?'?([\w.:+-]{1,40})", re.I)


@dataclass(frozen=True, slots=True)
class Attachment:
    """The n-th part of the mail (counted over all its leaves), named as its sender did."""

    number: int
    content_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it reads. `headers` are by lower-case name, unfolded, not decoded; `report` is the fields of a delivery
    or abuse report, block by block."""

    headers: Mapping[str, tuple[str, ...]]
    digest: str
    content_type: str = "text/plain"
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    report: tuple[Mapping[str, str], ...] = ()
    report_type: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        return self.headers.get(name, ())

    def first(self, name: str) -> str:
        """The first line of this header as it is on the wire, or an empty text."""
        return next(iter(self.all(name)), "")

    def decoded(self, name: str) -> str:
        """The first line of this header as a person reads it."""
        return decode_words(self.first(name))


@dataclass(slots=True)
class _Parts:
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    report: list[Mapping[str, str]] = field(default_factory=list)
    report_type: str = ""


def read_mail(raw: bytes) -> Mail:
    """Raises UnreadableMessage only when there is nothing at all."""
    if not raw.strip(_BLANK):
        raise UnreadableMessage("an empty mail")
    message = _parsed(raw.lstrip(_BLANK))
    parts = _Parts()
    for number, part in enumerate(_leaves(message), 1):
        _take(part, number, parts)
    return Mail(
        headers=_headers(message),
        digest=hashlib.sha256(raw).hexdigest(),
        content_type=_content_type(message),
        text="\n".join(parts.texts)[:TEXT_BYTES],
        html="\n".join(parts.htmls)[:TEXT_BYTES],
        attachments=tuple(parts.attachments[:MAX_ATTACHMENTS]),
        report=tuple(parts.report),
        report_type=parts.report_type,
    )


def decode_words(value: str) -> str:
    """RFC 2047 words decoded, as far as they can be."""
    try:
        chunks = decode_header(value)
    except (HeaderParseError, ValueError):
        return clean(value).strip()
    decoded = (chunk if isinstance(chunk, str) else text_of(chunk, charset or "latin-1") for chunk, charset in chunks)
    return " ".join(clean("".join(decoded)).split())


def _parsed(raw: bytes) -> Part:
    if _is_tame(raw):
        try:
            return message_from_bytes(raw)
        except Exception:  # noqa: S110 - the parser raises at odd mail what it likes; the plain reading follows
            pass
    return BytesHeaderParser().parsebytes(raw)


def _is_tame(raw: bytes) -> bool:
    """Whether the parser takes it in linear time: its parameter reading is quadratic, its nesting too."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    contents = [len(match[1]) for match in _CONTENT_LINE.finditer(lines)]
    dividers = sum(1 for _ in _DIVIDER.finditer(lines))
    return len(contents) <= 2 * MAX_PARTS and dividers <= 10 * MAX_PARTS and max(contents, default=0) <= 4_000


def _headers(message: Part) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        lines = found.setdefault(name.strip().lower(), [])
        if len(lines) < MAX_OF_A_HEADER:
            lines.append(_unfolded(str(value)))
    return {name: tuple(lines) for name, lines in found.items()}


def _unfolded(value: str) -> str:
    whole = " ".join(line.strip(" \t") for line in re.split(r"[\r\n]+", value[:HEADER_CHARACTERS]))
    return whole.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()


def _leaves(message: Part) -> Iterator[Part]:
    """The parts that hold something, in order; an attached mail is one of them, its inside is not ours to read."""
    waiting: list[Part] = [message]
    for _ in range(10 * MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if _content_type(part).startswith("multipart/") and part.is_multipart():
            waiting += reversed(_children(part))
        else:
            yield part


def _children(part: Part) -> list[Part]:
    inner = part.get_payload()
    return [child for child in inner if isinstance(child, Part)] if isinstance(inner, list) else []


def _raw(part: Part, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.strip().lower() == name), "")


def _content_type(part: Part) -> str:
    declared = _raw(part, "content-type")[:200].partition(";")[0].strip().lower()
    return declared if re.fullmatch(r"[\w.+-]+/[\w.+-]+", declared) else "text/plain"


def _take(part: Part, number: int, parts: _Parts) -> None:
    kind = _content_type(part)
    disposition = _raw(part, "content-disposition")[:200].strip().lower()
    if kind in ("message/delivery-status", "message/feedback-report"):
        parts.report_type = kind.partition("/")[2]
        parts.report += _fields(part)
    elif kind == "text/html" and not disposition.startswith("attachment"):
        parts.htmls.append(_words(part))
    elif kind == "text/plain" and not disposition.startswith("attachment"):
        parts.texts.append(_words(part))
    elif kind.startswith("multipart/"):
        parts.texts.append(_words(part))  # said to be of many parts, and is not
    elif not _is_logo(part, kind, disposition):
        parts.attachments.append(Attachment(number, kind, _name(part)))


def _words(part: Part) -> str:
    declared = _CHARSET.search(_raw(part, "content-type")[:4_000])
    return text_of(payload_bytes(part, TEXT_BYTES), declared[1] if declared else "")


def _name(part: Part) -> str:
    try:
        name = part.get_filename("")
    except (ValueError, LookupError, TypeError):
        return ""
    return decode_words(name)[:200]


def _is_logo(part: Part, kind: str, disposition: str) -> bool:
    if not kind.startswith("image/") or disposition.startswith("attachment"):
        return False
    shown_inside = disposition.startswith("inline") or bool(_raw(part, "content-id"))
    return shown_inside and len(payload_bytes(part, LOGO_BYTES)) < LOGO_BYTES


def _fields(part: Part) -> list[Mapping[str, str]]:
    """RFC 3464 and RFC 5965: blocks of fields, which the parser gives as parts or leaves as text."""
    if part.is_multipart():
        blocks = _children(part)[:MAX_PARTS]
    else:
        texts = re.split(rb"\r?\n[ \t]*\r?\n", payload_bytes(part, TEXT_BYTES))[:MAX_PARTS]
        blocks = [BytesHeaderParser().parsebytes(text.strip()) for text in texts if text.strip()]
    return [{name: lines[0] for name, lines in _headers(block).items()} for block in blocks]
