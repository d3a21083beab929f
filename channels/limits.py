"""What each channel can carry: SMS segments, the length of a message, buttons, lists, numbered menus.

Pure. Shapes words that are already written; the menu's closing words and the list's button come with them (`Rendered`).
Lengths are counted in UTF-16 units, as the providers' own limits are at their strictest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model import Channel, Choice, Rendered

MESSAGE = 1600  # Twilio: Body of one message
INTERACTIVE_BODY = 1024  # WhatsApp: text above buttons or a list
REPLIES, REPLY_TITLE = 3, 20  # WhatsApp: quick replies in a session
LIST, LIST_TITLE, LIST_DESCRIPTION, LIST_BUTTON, CHOICE_ID = 10, 24, 72, 20, 200

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("\f^{}\\[~]|€")  # 3GPP TS 23.038: an escape and a character, two septets
_BREAKS = tuple(
    re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[.!?…])[\"'”’)]*\s+|(?<=[。！？])", r"\s+")
)
_JOINS_BACK = re.compile(r"[\u0300-\u036f\u200d\ufe00-\ufe0f\u20d0-\u20ff]|[\U0001f3fb-\U0001f3ff]")


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What an SMS costs: `units` are septets in GSM-7 and 16-bit units in UCS-2."""

    encoding: Encoding
    units: int
    count: int


class Form(StrEnum):
    TEXT = "text"
    REPLIES = "replies"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Item:
    """A choice as shown: `description` is only ever filled in a list."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What goes out: one message for each part, and with REPLIES or LIST the choices under the only part."""

    form: Form
    parts: tuple[str, ...]
    items: tuple[Item, ...] = ()
    button: str = ""


def segments(text: str) -> Segments:
    """How many SMS segments this is: 160/153 septets, 70/67 units; no character is cut in two (CHANNELS.md 15)."""
    costs = _septets(text)
    if costs is not None:
        return Segments(Encoding.GSM7, sum(costs), _packed(costs, 160, 153))
    costs = [len16(character) for character in text]
    return Segments(Encoding.UCS2, sum(costs), _packed(costs, 70, 67))


def len16(text: str) -> int:
    """The length in UTF-16 units: an emoji outside the basic plane counts two."""
    return len(text) + sum(character > "\uffff" for character in text)


def shape(channel: Channel, rendered: Rendered, *, in_session: bool = True) -> Shaped:
    """The words as this channel can show them; choices that fit neither buttons nor a list become a numbered menu."""
    text = rendered.text.strip()
    if channel is Channel.CHAT:
        items = tuple(Item(choice.id, choice.title) for choice in rendered.choices)
        return Shaped(Form.REPLIES if items else Form.TEXT, (text,), items)
    if channel is Channel.WHATSAPP and in_session:
        return _interactive(text, rendered) or numbered(channel, rendered)
    return numbered(channel, rendered)


def numbered(channel: Channel, rendered: Rendered) -> Shaped:
    """Text only, with the choices as a numbered menu that stays whole under the last part."""
    text = rendered.text.strip()
    limit = None if channel is Channel.EMAIL else MESSAGE
    if not rendered.choices:
        return Shaped(Form.TEXT, split(text, limit))
    rows = [f"{number}. {choice.title}" for number, choice in enumerate(rendered.choices, 1)]
    menu = "\n".join([*rows, *([rendered.menu_hint] if rendered.menu_hint else [])])
    gap = "\n" if channel is Channel.SMS else "\n\n"
    return Shaped(Form.TEXT, _with_menu(split(text, limit), gap, menu, limit))


def split(text: str, limit: int | None = MESSAGE) -> tuple[str, ...]:
    """Parts of at most `limit` units, cut at paragraphs, lines, sentences or words, whichever is first to fit well."""
    text, parts = text.strip(), []
    while limit is not None and len16(text) > limit:
        end, begin = _cut(text, limit)
        parts.append(text[:end].rstrip())
        text = text[begin:].lstrip()
    return tuple(part for part in (*parts, text) if part)


def _septets(text: str) -> list[int] | None:
    costs = []
    for character in text:
        if character in _GSM_BASIC:
            costs.append(1)
        elif character in _GSM_EXTENDED:
            costs.append(2)
        else:
            return None
    return costs


def _packed(costs: Sequence[int], single: int, part: int) -> int:
    if sum(costs) <= single:
        return 1 if costs else 0
    count, room = 1, part
    for cost in costs:
        if cost > room:
            count, room = count + 1, part
        room -= cost
    return count


def _interactive(text: str, rendered: Rendered) -> Shaped | None:
    choices = rendered.choices
    if not choices or not text or len16(text) > INTERACTIVE_BODY:
        return None
    if any(not choice.id or len16(choice.id) > CHOICE_ID for choice in choices):
        return None
    if len(choices) <= REPLIES and _fit([choice.title for choice in choices], REPLY_TITLE):
        return Shaped(Form.REPLIES, (text,), tuple(Item(choice.id, choice.title) for choice in choices))
    items = tuple(_list_item(choice) for choice in choices)
    button = rendered.menu_button
    fits = len(items) <= LIST and _fit([item.title for item in items], LIST_TITLE) and _fit([button], LIST_BUTTON)
    if not fits or any(len16(item.description) > LIST_DESCRIPTION for item in items):
        return None
    return Shaped(Form.LIST, (text,), items, button)


def _fit(titles: Sequence[str], limit: int) -> bool:
    different = {title.strip().casefold() for title in titles}
    return len(different) == len(titles) and all(title.strip() and len16(title) <= limit for title in titles)


def _list_item(choice: Choice) -> Item:
    """A title too long for a row is shown shortened, and whole as the row's description."""
    if len16(choice.title) <= LIST_TITLE:
        return Item(choice.id, choice.title)
    end, _ = _cut(choice.title, LIST_TITLE - 1)
    return Item(choice.id, choice.title[:end].rstrip(" ,.;:-") + "…", choice.title)


def _with_menu(parts: tuple[str, ...], gap: str, menu: str, limit: int | None) -> tuple[str, ...]:
    last = parts[-1] + gap + menu if parts else menu
    if limit is None or len16(last) <= limit:
        return (*parts[:-1], last)
    return (*parts, *split(menu, limit))


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Where a part ends and where the next begins: the last break in the second half, the best kind of break first."""
    end = _room(text, limit)
    for pattern in _BREAKS:
        found = [match for match in pattern.finditer(text, 0, min(end + 1, len(text))) if match.start() <= end]
        if found and found[-1].start() >= end // 2 and found[-1].start() > 0:
            return found[-1].start(), found[-1].end()
    while end > 1 and _JOINS_BACK.match(text, end):
        end -= 1
    return end, end


def _room(text: str, limit: int) -> int:
    """How many characters of the text fit into so many units."""
    units = 0
    for index, character in enumerate(text):
        units += len16(character)
        if units > limit:
            return max(index, 1)
    return len(text)
