"""What a story may know of whom: the customer, the level shown, and the orders this sender has a right to (P5).

A party's own record counts only for a verified message; a grant counts for the address that showed it, till it expires.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.merchant.schema import IdentityPolicy
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Conversation, Grant, Level, Message
from bot.records import Customer, Order
from bot.store import Books, Dealing, Party
from bot.story import World

#: What of a conversation is for those alone who have shown, or been told, something in it.
OPEN: Mapping[str, object] = {
    "stack": (),
    "queue": (),
    "expected": None,
    "grants": (),
    "focus": None,
    "last": None,
}


def joined(conversation: Conversation, message: Message) -> Conversation:
    """The conversation as far as this message may go on with it.

    A mail that is not proven and answers none of ours may be anybody's who writes under that address: it finds no open
    matter to say yes to, and no right shown before.
    """
    if message.verified or message.thread is not None:
        return conversation
    return conversation.model_copy(update=OPEN)


def world_of(
    dealing: Dealing,
    sender: Address,
    shop: Shop,
    now: datetime,
    *,
    verified: bool = True,
    conversation: Conversation | None = None,
) -> World:
    """The world of a turn with this sender, or of a notice to this address; `conversation` if not the dealing's own."""
    party, books = dealing.party, dealing.books(shop)
    conversation = conversation or dealing.conversation
    own = party.customer if verified else None
    grants = _live(conversation, sender, shop.policies.identity, now)
    proven = _proven(grants, own)
    customer = own or (books.customer(proven.customer_id) if proven else None)
    orders = list(books.orders_of(party.id)) if own else []
    if proven and proven.customer_id != (own.id if own else None):
        theirs = dealing.party_of(proven.customer_id)
        orders += books.orders_of(theirs) if theirs is not None else ()
    known = {order.id for order in orders}
    shown = [order for order in _shown(grants, books) if order.id not in known]
    return World(
        now=now,
        zone=(customer.time_zone if customer else None) or shop.settings.time_zone,
        party=party.id,
        sender=sender,
        shop=shop,
        records=books,
        customer=customer,
        level=_level(customer, own, proven, shown),
        orders=tuple(sorted((*orders, *shown), key=lambda order: order.placed_at, reverse=True)),
        status_only=frozenset(order.id for order in shown),
        contact_changed_at=_contact_changed_at(party, sender) if own else None,
        mood=conversation.mood,
        focus=conversation.focus,
        refusals=conversation.refusals,
    )


def _live(conversation: Conversation, sender: Address, policy: IdentityPolicy, now: datetime) -> list[Grant]:
    lasts = {Level.KNOWLEDGE: timedelta(hours=policy.knowledge_hours), Level.CODE: timedelta(days=policy.code_days)}
    return [
        grant
        for grant in conversation.grants
        if grant.address_key == sender.key and grant.level in lasts and now - grant.at < lasts[grant.level]
    ]


def _proven(grants: list[Grant], own: Customer | None) -> Grant | None:
    """The code that counts: one for the sender's own record first, else the latest."""
    codes = [grant for grant in grants if grant.level is Level.CODE]
    for_own = [grant for grant in codes if own and grant.customer_id == own.id]
    return max(for_own or codes, key=lambda grant: grant.at, default=None)


def _shown(grants: list[Grant], books: Books) -> list[Order]:
    ids = dict.fromkeys(grant.order_id for grant in grants if grant.level is Level.KNOWLEDGE and grant.order_id)
    return [order for order in map(books.order, ids) if order is not None]


def _level(customer: Customer | None, own: Customer | None, proven: Grant | None, shown: list[Order]) -> Level:
    if proven and customer and proven.customer_id == customer.id:
        return Level.CODE
    if own:
        return Level.MATCHED
    return Level.KNOWLEDGE if shown else Level.UNKNOWN


def _contact_changed_at(party: Party, sender: Address) -> datetime | None:
    return party.email_changed_at if sender.channel is Channel.EMAIL else party.phone_changed_at
