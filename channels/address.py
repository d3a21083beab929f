"""A channel's raw address and the key that equal senders share (CHANNELS.md 7 and 8). Never decides who that is."""

from bot.contact import email_key, phone_key
from bot.model import Address, Channel

WHATSAPP = "whatsapp:"


def key_of(channel: Channel, raw: str) -> Address:
    """Keeps the raw address to reply to; the key of what is not phone-shaped is the address itself, opaque."""
    if channel is Channel.EMAIL:
        return Address(channel=channel, raw=raw, key=email_key(raw))
    bare = bare_of(raw)
    return Address(channel=channel, raw=raw, key=phone_key(bare) or bare)


def bare_of(raw: str) -> str:
    """The address without the provider's channel prefix."""
    return raw.strip().removeprefix(WHATSAPP).strip()
