"""A verified Twilio request → one message. Pure; fields it does not know never break it (CHANNELS.md 6 and 7)."""

import math
from collections.abc import Mapping
from datetime import datetime

from bot.contact import phone_key
from bot.errors import UnreadableMessage
from bot.model import Address, Channel, Location, Media, Message
from channels.address import WHATSAPP, bare_of, key_of

PROVIDER = "twilio:"
_MOST_MEDIA = 20
_OPT_OUTS = frozenset({"STOP", "START", "HELP"})
Fields = Mapping[str, str]


def parse_message(fields: Fields, now: datetime) -> Message:
    """Raises UnreadableMessage without MessageSid, From, or a channel of ours."""
    sender = _sender(fields)
    replied = _text(fields, "OriginalRepliedMessageSid")
    return Message(
        provider_id=PROVIDER + sid_of(fields),
        sender=sender,
        recipient=_text(fields, "To"),
        text=_text(fields, "ButtonText") or _text(fields, "ListTitle") or _text(fields, "Body"),
        choice=_text(fields, "ButtonPayload") or _text(fields, "ListId") or None,
        media=_media(fields),
        location=_location(fields),
        profile_name=_text(fields, "ProfileName") or None,
        opt_out=_opt_out(fields),
        silent=_silent(sender),
        references=(PROVIDER + replied,) if replied else (),
        received_at=now,
    )


def sid_of(fields: Fields) -> str:
    """Twilio's id of the message, in its newer or older spelling."""
    sid = _text(fields, "MessageSid") or _text(fields, "SmsMessageSid") or _text(fields, "SmsSid")
    if not sid or len(sid) > 64:
        raise UnreadableMessage("no MessageSid")
    return sid


def _sender(fields: Fields) -> Address:
    raw = _text(fields, "From").strip()
    if not bare_of(raw):
        raise UnreadableMessage("no From")
    if raw.startswith(WHATSAPP):
        return _whatsapp_sender(fields, key_of(Channel.WHATSAPP, raw))
    if ":" in raw:
        raise UnreadableMessage(f"not a channel of ours: {raw.partition(':')[0][:20]}")
    return key_of(Channel.SMS, raw)


def _whatsapp_sender(fields: Fields, sender: Address) -> Address:
    """A user name hides the number in From; where WaId still gives it, it is the key. Replies go to From."""
    if phone_key(sender.key):
        return sender
    number = phone_key("+" + _text(fields, "WaId").strip().removeprefix("+"))
    return sender.model_copy(update={"key": number}) if number else sender


def _silent(sender: Address) -> str:
    """Short codes and sender names are machines; a WhatsApp id that hides the number is a person."""
    if sender.channel is Channel.WHATSAPP or phone_key(sender.key):
        return ""
    return "short_code" if sender.key.lstrip("+").isdigit() else "named_sender"


def _opt_out(fields: Fields) -> str | None:
    kind = _text(fields, "OptOutType").strip().upper()
    return kind if kind in _OPT_OUTS else None


def _media(fields: Fields) -> tuple[Media, ...]:
    """By the addresses that are there; NumMedia only repeats how many."""
    found = []
    for number in range(_MOST_MEDIA):
        url = _text(fields, f"MediaUrl{number}")
        if not url:
            break
        kind = _text(fields, f"MediaContentType{number}") or "application/octet-stream"
        found.append(Media(url=url, content_type=kind))
    return tuple(found)


def _location(fields: Fields) -> Location | None:
    try:
        latitude, longitude = float(_text(fields, "Latitude")), float(_text(fields, "Longitude"))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    return Location(
        latitude=latitude, longitude=longitude, label=_text(fields, "Label"), address=_text(fields, "Address")
    )


def _text(fields: Fields, name: str) -> str:
    """A field without NUL characters, which no database takes as text."""
    return fields.get(name, "").replace("\x00", "")
