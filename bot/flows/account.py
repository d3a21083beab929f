"""The customer's account: another email or phone, another address, which channel to be written on, signing in.

A new contact counts only once a code sent to it has come back; who asks is shown before by what was on file till now.
"""

from datetime import timedelta
from typing import Any

from bot import identity, policy
from bot.actions import ChangeContact, ChangeHomeAddress, ChangeOrderAddress, SendContactCode, SetPreference
from bot.contact import email_key, phone_key
from bot.facts import address_text, order_sources, order_view
from bot.flows import small_talk
from bot.flows.addresses import ask_again, need_address, read_address
from bot.flows.where_is_my_order import is_awaited
from bot.model import Channel, Choice, Json, Kind, Outcome, Source, Status
from bot.records import Customer, Order, OrderStatus, PostalAddress
from bot.story import Case, Ending, Question

SIGNING_IN = ("password", "login")
FLOW_OF_KIND = {"contact": "change_contact", "channel": "prefer_channel"}
WHAT = ("email", "phone", "address", "other")
JUST_NOW = timedelta(minutes=30)
ANOTHER = "another"  # said instead of a code


def account(case: Case) -> Ending:
    """Which matter of the account it is; what is none of ours is told, or asked of people."""
    wish = case.answers.get("wish") or {}
    kind = str(wish.get("kind", ""))
    if kind in SIGNING_IN and case.world.shop.settings.website:
        return case.end("account.sign_in")
    if kind in FLOW_OF_KIND:
        return case.go(FLOW_OF_KIND[kind], wish=wish, heard=case.answers.get("heard") or {})
    return small_talk.asked_of_people(case)


# -- email and phone ---------------------------------------------------------------------------------------------------


def change_contact(case: Case) -> Ending:
    """Another email address or phone number on file."""
    question = Question(
        "what",
        Kind.CHOICE,
        "account.what",
        lambda answer: answer if answer in WHAT else None,
        choices=tuple(Choice(id=one, title="") for one in WHAT),
        presumed="email" if case.heard("emails") else "phone" if case.heard("phones") else None,
        early=True,
    )
    what = case.need(question)
    wish = case.answers.get("wish") or {}
    if what == "address":
        return case.go("change_home_address", wish=wish, heard=case.answers.get("heard") or {})
    if what == "other":
        return case.person("account")
    named = case.answers.setdefault("named", [*case.heard("emails" if what == "email" else "phones")])
    if case.world.customer is None:
        case.answers["heard"] = {  # what shall be is no proof of what was
            name: value for name, value in case.answers.get("heard", {}).items() if name not in ("emails", "phones")
        }
    customer = identity.shown(case)
    old = _key(what, customer.email if what == "email" else customer.phone)
    new = _new_contact(case, what, [one for one in named if _key(what, one) != old] or named)
    if _key(what, new) == old:
        return case.end("account.same_contact", sources=_sources(customer), new_contact=new)
    sent = _send_code(case, customer, what, new)
    return _check_code(case, customer, what, new, sent)


def _new_contact(case: Case, what: str, named: list[str]) -> str:
    first = named[0] if named else None
    if what == "email":
        return case.need(Question("new_email", Kind.EMAIL, "account.ask_email", _email, presumed=first))
    presumed = {"phone": first} if first else None
    return case.need(Question("new_phone", Kind.CONTACT, "account.ask_phone", _phone, presumed=presumed))


def _send_code(case: Case, customer: Customer, what: str, new: str) -> Outcome:
    number = 1 + int(case.answers.get("contact_codes", 0))
    sent = case.once(SendContactCode(customer_id=customer.id, kind=_kind(what), contact=new, number=number))
    if sent.status is not Status.DONE:
        case.leave_to_person("account", proposed="change_contact")
    return sent


def _check_code(case: Case, customer: Customer, what: str, new: str, sent: Outcome) -> Ending:
    """Asks for the code that went to the new contact, as often as the policy allows; another when it did not come."""
    tries = int(case.answers.get("contact_tries", 0))
    expired = bool(case.answers.get("contact_expired")) and not tries
    code = case.need(
        Question(
            "contact_code",
            Kind.CODE,
            "account.code_expired" if expired else "account.wrong_code" if tries else "account.ask_code",
            lambda answer: answer if isinstance(answer, str) and answer.strip() else None,
            {"new_contact": new, "minutes": case.world.policies.identity.code_minutes},
            (Choice(id=ANOTHER, title=""),),
            unshown=(ANOTHER,),
        )
    )
    case.forget("contact_code")
    if code == ANOTHER:
        case.answers["contact_codes"] = int(case.answers.get("contact_codes", 0)) + 1
        return _check_code(case, customer, what, new, _send_code(case, customer, what, new))
    checks = case.answers["contact_checks"] = 1 + int(case.answers.get("contact_checks", 0))
    action = ChangeContact(customer_id=customer.id, kind=_kind(what), contact=new, code=code, number=checks)
    changed = case.once(action)
    if changed.status is Status.DONE:
        days = case.world.policies.identity.contact_unchanged_days
        return case.end("account.contact_done", sources=_sources(customer), new_contact=new, days=days)
    if changed.code == "expired":
        case.answers |= {
            "contact_codes": int(case.answers.get("contact_codes", 0)) + 1,
            "contact_tries": 0,
            "contact_expired": True,
        }
        return _check_code(case, customer, what, new, _send_code(case, customer, what, new))
    if changed.code == "wrong":
        case.answers["contact_tries"] = tries + 1
        return _check_code(case, customer, what, new, sent)
    return case.person("account", proposed="change_contact")


# -- address -----------------------------------------------------------------------------------------------------------


def change_home_address(case: Case) -> Ending:
    """The address for orders to come; those that have not left may take it too, the others keep the old one."""
    customer = identity.shown(case)
    question = Question("home", Kind.ADDRESS, "account.ask_address", read_address, early=True)
    _presume_as_just_given(case)
    address = need_address(case, question)
    text = address_text(address)
    if not case.confirm("home_right", "account.address_summary", new_address=text):
        ask_again(case, question, address)
    outcome = case.once(ChangeHomeAddress(customer_id=customer.id, address=address))
    if outcome.status is not Status.DONE:
        return case.person("account", proposed="change_address")
    case.say("account.address_done", sources=_sources(customer), new_address=text)
    return _orders_too(case, customer, address)


def _presume_as_just_given(case: Case) -> None:
    """Where an order was sent elsewhere a moment ago and no other address is written, it is that one."""
    order = case.world.order(case.world.focus) if case.world.focus else None
    text = str((case.answers.get("wish") or {}).get("text", ""))
    if order is None or "presumed" in case.answers or "home" in case.answers or any(map(str.isdigit, text)):
        return
    case.answers["presumed"] = True
    fresh = [one for one in order.changes if one.what == "address" and case.now - one.at < JUST_NOW]
    if fresh:
        case.answers["home"] = {"on_file": ["same"]}


def _orders_too(case: Case, customer: Customer, address: PostalAddress) -> Ending:
    """Offers the new address for the orders that policy still lets go there."""
    only = {
        order.id for number in case.heard("order_numbers") for order in identity.matching(case.world.orders, number)
    }
    waiting = case.answers.setdefault(
        "waiting",
        [
            order.id
            for order in case.world.orders
            if order.customer_id == customer.id and order.shipping_address != address and is_awaited(order)
            if not only or order.id in only
        ],
    )
    orders = [order for order_id in waiting if (order := case.world.order(order_id))]
    can = [order for order in orders if _can_follow(case, order)]
    leaving = [order for order in orders if order not in can]
    if leaving:
        case.say("account.orders_keep", sources=_order_sources(leaving), orders=_views(leaving))
    if not can:
        return case.end()
    facts: dict[str, Any] = {"orders": _views(can), "new_address": address_text(address)}
    sources = _order_sources(can)
    if not case.confirm("orders_too", "account.orders_too", sources=sources, **facts):
        return case.end("account.orders_keep", sources=sources, orders=_views(can))
    outcomes = [case.once(ChangeOrderAddress(order_id=order.id, address=address)) for order in can]
    failed = [one.id for one, what in zip(can, outcomes, strict=True) if what.status is not Status.DONE]
    if failed:
        return case.person("change_address", order_id=failed[0], proposed="change_address")
    return case.end("address.done", sources=sources, **facts)


def _can_follow(case: Case, order: Order) -> bool:
    done = f"ChangeOrderAddress-{order.id}" in case.state.outcomes
    waits = order.status is OrderStatus.PENDING
    return done or (waits and policy.address_changeable(order, case.world.policies, case.now).granted)


# -- channel -----------------------------------------------------------------------------------------------------------


def prefer_channel(case: Case) -> Ending:
    """Where they would rather be written to, of the channels that the shop writes on and knows an address for."""
    known = case.world.level in identity.KNOWN_WELL and case.world.customer
    customer = known or identity.shown(case)
    offered = [channel for channel in case.world.shop.settings.channels if _reached(customer, channel)]
    if not offered:
        return case.person("account", proposed="prefer_channel")
    question = Question(
        "channel",
        Kind.CHOICE,
        "account.which_channel",
        lambda answer: Channel(answer) if answer in offered else None,
        choices=tuple(Choice(id=channel.value, title="") for channel in offered),
    )
    channel = case.need(question)
    words = str((case.answers.get("wish") or {}).get("text", ""))
    outcome = case.once(SetPreference(customer_id=customer.id, channel=channel, words=words))
    if outcome.status is Status.DONE:
        return case.end("account.channel_done", sources=_sources(customer), channel=channel.value)
    if outcome.code == "stopped":
        return case.end("account.channel_stopped", channel=channel.value)
    return case.person("account", proposed="prefer_channel")


def _reached(customer: Customer, channel: Channel) -> bool:
    if channel is Channel.EMAIL:
        return bool(customer.email)
    return channel in (Channel.SMS, Channel.WHATSAPP) and bool(customer.phone)


def _kind(what: str) -> Any:
    return "email" if what == "email" else "phone"


def _key(what: str, contact: str | None) -> str | None:
    if not contact:
        return None
    return email_key(contact) if what == "email" else phone_key(contact) or contact


def _email(answer: Json) -> str | None:
    return answer.strip() if isinstance(answer, str) and "@" in answer else None


def _phone(answer: Json) -> str | None:
    """In E.164: without its country nobody could be written to."""
    return phone_key(str(answer.get("phone") or "")) if isinstance(answer, dict) else None


def _views(orders: list[Order]) -> list[dict[str, Any]]:
    return [order_view(order, private=False) for order in orders]


def _order_sources(orders: list[Order]) -> tuple[Source, ...]:
    return tuple(source for order in orders for source in order_sources(order))


def _sources(customer: Customer) -> tuple[Source, ...]:
    return (Source(record=f"customers/{customer.id}"),)
