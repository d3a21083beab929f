"""From what a turn says to a message for the outbox: rendered once, with what it was based on kept beside it (P4).

Decides the approved WhatsApp template that may stand in for the words, and a mail's threading; never whether to send.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from pydantic_core import to_jsonable_python

from bot.merchant.shop import Shop
from bot.model import Address, Category, Channel, Json, Message, Rendered, Say
from bot.wording.words import locale_of


@dataclass(frozen=True, slots=True)
class Draft:
    """A message for the outbox. `key` is every template key said, in order, joined by a blank.

    `handoff_id` is the case that it tells of or answers, `written_by` the person at the shop whose words it carries.
    `template` is the approved WhatsApp template: {"sid": …, "variables": [text…]}, for use outside the session.
    """

    channel: Channel
    address: Address
    key: str
    says: list[Json]
    body: Rendered
    due_at: datetime
    category: Category = Category.TRANSACTIONAL
    audience: Literal["customer", "shop"] = "customer"
    exempt: bool = False
    inbox_id: int | None = None
    notice_id: int | None = None
    handoff_id: int | None = None
    written_by: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    language: str | None = None
    template: dict[str, Json] | None = None


def draft(
    says: Sequence[Say],
    address: Address,
    shop: Shop,
    *,
    language: str,
    zone: str,
    now: datetime,
    category: Category = Category.TRANSACTIONAL,
    exempt: bool = False,
    inbox_id: int | None = None,
    notice_id: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Draft | None:
    """One message of everything said in a turn (CHANNELS.md 18), or None when nothing is said."""
    if not says:
        return None
    body = shop.words.render(says, channel=address.channel, language=language, zone=zone, now=now)
    if not body.text:
        return None
    return Draft(
        channel=address.channel,
        address=address,
        key=" ".join(say.key for say in says),
        says=[_stored(say) for say in says],
        body=body,
        due_at=now,
        category=category,
        exempt=exempt,
        inbox_id=inbox_id,
        notice_id=notice_id,
        headers=dict(headers or {}),
        language=language,
        template=_template(says, shop, language, zone) if address.channel is Channel.WHATSAPP else None,
    )


def threading(message: Message) -> dict[str, str]:
    """The headers by which an answer joins the thread of the mail it answers (RFC 5322, 3.6.4); {} for no mail.

    The subject of a mail that is not proven and answers none of ours is not repeated: whoever wrote it could have us
    say it to anybody.
    """
    if message.sender.channel is not Channel.EMAIL:
        return {}
    headers = {}
    if message.message_id:
        references = dict.fromkeys((*message.references, message.message_id))
        headers = {"In-Reply-To": message.message_id, "References": " ".join(references)}
    if message.subject and (message.verified or message.thread):
        headers["Subject"] = message.subject
    if message.thread:
        headers["Thread"] = message.thread
    return headers


def _stored(say: Say) -> Json:
    return {
        "key": say.key,
        "facts": to_jsonable_python(say.facts, fallback=str),
        "sources": [source.model_dump(mode="json") for source in say.sources],
    }


def _template(says: Sequence[Say], shop: Shop, language: str, zone: str) -> dict[str, Json] | None:
    """The approved template of the first thing said that has one in this language, or in the shop's own."""
    for say in says:
        languages = shop.settings.whatsapp_templates.get(say.key, {})
        found = languages.get(language) or languages.get(shop.settings.language)
        if found:
            values = [_fact(say.facts, path, shop, language, zone) for path in found.variables]
            return {"sid": found.sid, "variables": values} if all(values) else None
    return None


def _fact(facts: Mapping[str, Any], path: str, shop: Shop, language: str, zone: str) -> str:
    """A fact by its dotted path, as text; empty when it is not known."""
    found: Any = facts
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
    locale = locale_of(language, shop.settings.country)
    if isinstance(found, datetime):
        return str(format_datetime(found, "EEEE d MMMM, HH:mm", tzinfo=ZoneInfo(zone), locale=locale))
    if isinstance(found, date):
        return str(format_date(found, "EEEE d MMMM", locale=locale))
    return "" if found is None else " ".join(str(found).split())
