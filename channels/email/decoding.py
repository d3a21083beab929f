"""Bytes to text, whatever the transfer encoding and character set claim to be. Never raises."""

import codecs
import re
from email.message import Message as Part

# Codecs that are not character sets of mail, or take more than linear time (punycode, idna).
_NOT_CHARSETS = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem"}
_UNSAID = {"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "default", "unknown"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """Without NUL, other control characters, byte order marks and lone surrogates; tabs and newlines stay."""
    return _CONTROLS.sub("", text)


def text_of(data: bytes, charset: str) -> str:
    """The text in the charset named; without a usable one as UTF-8, else as Windows-1252, where bytes are letters."""
    codec = _codec(charset)
    if codec is None:
        try:
            return clean(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            if error.end >= len(data) - 3 and error.reason == "unexpected end of data":
                return clean(data.decode("utf-8", "ignore"))
            codec = "cp1252"
    try:
        return clean(data.decode(codec, "replace"))
    except (UnicodeError, ValueError, LookupError):
        return clean(data.decode("latin-1"))


def _codec(charset: str) -> str | None:
    if charset.lower() in _UNSAID:
        return None
    try:
        name = codecs.lookup(charset).name
        b"".decode(name)
    except (LookupError, ValueError):
        return None
    return None if name.replace("-", "_") in _NOT_CHARSETS else name


def payload_bytes(part: Part, limit: int) -> bytes:
    """The first `limit` bytes of what a part holds, out of its transfer encoding; b"" for a part of parts."""
    if part.is_multipart():
        return b""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return b""
    return data[:limit] if isinstance(data, bytes) else b""
