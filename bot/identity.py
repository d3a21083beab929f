"""Who is asking: what a sender has shown a right to, and the stories by which they show it (PRODUCT.md section 4).

The wording of "no such order" and "not yours" is one template, so that a failed look-up never tells which it was.
"""

from collections.abc import Sequence
from datetime import timedelta

from rapidfuzz.distance import OSA

from bot.actions import CheckCode, NoteLookup, SendCode
from bot.contact import email_key, phone_key
from bot.facts import order_view
from bot.model import Channel, Choice, Grant, Json, Kind, Level, Outcome, Status
from bot.records import Customer, Order, number_key
from bot.story import Case, Question, World

ATTEMPTS = 3  # wrong pairs in one matter before a person is asked
SLIP = 7  # characters of an order number in which one may be wrong
LOOKALIKES = str.maketrans("OIL", "011")
SUFFIX = 4  # digits of an order number that are enough beside its email or phone
MOST = 9  # orders offered in one question
UNKNOWN = "unknown"  # said instead of an order number
ANOTHER = "another"  # said instead of a code
KNOWN_WELL = frozenset({Level.MATCHED, Level.CODE})


def owns(world: World, order: Order) -> bool:
    """Whether everything of this order may be said and done, not only its status told."""
    return world.level in KNOWN_WELL and order.id not in world.status_only and world.order(order.id) is not None


def trusted(world: World) -> bool:
    """Whether the sensitive may be done without a code: matched by a contact that has not changed lately."""
    if world.level is Level.CODE:
        return True
    days = world.policies.identity.contact_unchanged_days
    changed = world.contact_changed_at
    return world.level is Level.MATCHED and (changed is None or world.now - changed >= timedelta(days=days))


def shown(case: Case) -> Customer:
    """The customer who asks, shown well enough for what is sensitive; leaves the story when that can't be shown."""
    customer = case.world.customer
    if customer is None or case.world.level not in KNOWN_WELL:
        customer_id = prove(case).customer_id
        prove_by_code(case, customer_id)
        customer = case.world.records.customer(customer_id)
    elif not trusted(case.world):
        prove_by_code(case, customer.id)
    if customer is None:
        case.leave_to_person("no_customer")
    return customer


def matching(orders: Sequence[Order], number: str) -> tuple[Order, ...]:
    """Orders this number may mean: the exact one, else those it is the end of, else those one slip away.

    A slip is forgiven in a long number only: among short ones the neighbour is another order.
    """
    wanted = number_key(number)
    if not wanted:
        return ()
    exact = tuple(order for order in orders if _as_typed(order.number) == _as_typed(number))
    if exact:
        return exact
    if len(wanted) >= SUFFIX or (len(wanted) >= 3 and wanted.isdigit()):
        ending = tuple(order for order in orders if number_key(order.number).endswith(wanted))
        if ending:
            return ending
    if len(wanted) < SLIP:
        return ()
    return tuple(order for order in orders if OSA.distance(number_key(order.number), wanted, score_cutoff=1) <= 1)


def _as_typed(number: str) -> str:
    """The number with the letters that are typed for digits taken for these."""
    return number_key(number).translate(LOOKALIKES)


def prove(case: Case) -> Order:
    """Takes an unknown sender to one order of theirs by its number and a contact; leaves the story when that fails."""
    if _limited(case.world):
        case.leave_to_person("lookups_exceeded")
    if case.answers.get("order_number") == UNKNOWN and case.heard("order_numbers"):
        case.forget("order_number")  # found after all
    number = case.need(_number_question(case))
    if number == UNKNOWN:
        return _prove_without_number(case)
    contact = case.need(
        Question("contact", Kind.CONTACT, "identity.ask_contact", _contact, presumed=_contact_heard(case))
    )
    order = None if _worn_out(case.world, number, contact) else look_up(case.world, number, contact)
    if order is None:
        _not_found(case, number, contact)
    assert order is not None
    case.grant(
        Grant(
            level=Level.KNOWLEDGE,
            customer_id=order.customer_id,
            order_id=order.id,
            address_key=case.world.sender.key,
            at=case.now,
        )
    )
    return order


def _number_question(case: Case) -> Question[str]:
    """The order number; who writes a mail address or a phone number instead, or has none at hand, needs none."""
    without = UNKNOWN if _contact_written(case) and "tried" not in case.answers else None
    return Question(
        "order_number",
        Kind.ORDER_NUMBER,
        "identity.ask_number",
        _text,
        choices=(Choice(id=UNKNOWN, title=""),),
        presumed=_first(case, "order_numbers") or without,
        unshown=(UNKNOWN,),
    )


def _prove_without_number(case: Case) -> Order:
    """One order of whoever the contact named is, after a code."""
    orders = _orders_by_code(case)
    titles = {order.id: " ".join((order.number, *(line.title for line in order.lines[:1]))) for order in orders}
    question = Question(
        "order",
        Kind.CHOICE,
        "which.order",
        lambda answer: next((order for order in orders if order.id == answer), None),
        {"orders": [order_view(order, private=False) for order in orders[:MOST]]},
        tuple(Choice(id=order.id, title=titles[order.id]) for order in orders[:MOST]),
        presumed=orders[0].id if len(orders) == 1 else None,
    )
    return case.need(question)


def prove_customer(case: Case) -> str:
    """Takes an unknown sender to everything of theirs; the customer's id. Leaves the story when that fails."""
    if _limited(case.world):
        case.leave_to_person("lookups_exceeded")
    return _orders_by_code(case)[0].customer_id


def _orders_by_code(case: Case) -> Sequence[Order]:
    """A code to the contact on file of whoever the contact named is; in the same words when that is nobody."""
    asked = Question(
        "contact_alone", Kind.CONTACT, "identity.ask_contact_alone", _reachable, presumed=_contact_written(case)
    )
    contact = case.need(asked)
    orders = case.world.records.orders_of_contact(email=contact.get("email"), phone=contact.get("phone"))
    prove_by_code(case, orders[0].customer_id if orders else "", blind=_guessable(contact))
    return orders


def prove_by_code(case: Case, customer_id: str, *, blind: str = "") -> None:
    """Has a one-time code sent to the contact on file and checks it; leaves to a person when it cannot be shown.

    What was shown in this matter counts for the turn and the address that showed it: later, and for the customer's
    other addresses, only the grant that it gave. `blind` is the contact by which the customer was named, who may be
    nobody: nothing that is said or asked then tells.
    """
    asking, here = case.world.sender.key, [case.world.sender.key, case.now.isoformat()]
    if case.answers.get("code_shown") == here:
        return
    if "code_shown" in case.answers or case.answers.get("code_asked_of", asking) != asking:
        case.answers["codes"] = int(case.answers.get("codes", 0)) + 1
        case.forget("code", "code_tries", "code_shown")
    case.answers["code_asked_of"] = asking
    _check_code(case, customer_id, _send_code(case, customer_id, blind), blind)
    case.answers["code_shown"] = here
    case.grant(Grant(level=Level.CODE, customer_id=customer_id, address_key=asking, at=case.now))


def _send_code(case: Case, customer_id: str, blind: str) -> Outcome:
    sent = case.once(SendCode(customer_id=customer_id, number=1 + int(case.answers.get("codes", 0))))
    if sent.status is not Status.DONE and not blind:
        case.leave_to_person("no_code")
    return sent


def _check_code(case: Case, customer_id: str, sent: Outcome, blind: str) -> None:
    """Asks until the code is right, as often as the policy allows; sends another when it did not come or ran out."""
    tries = int(case.answers.get("code_tries", 0))
    asking = "identity.ask_code_blind" if blind else "identity.ask_code"
    code = case.need(
        Question(
            "code",
            Kind.CODE,
            "identity.wrong_code" if tries else "identity.code_expired" if "code_expired" in case.answers else asking,
            _text,
            {
                "sent_to": None if blind else sent.data.get("masked"),
                "minutes": case.world.policies.identity.code_minutes,
            },
            (Choice(id=ANOTHER, title=""),),
            unshown=(ANOTHER,),
        )
    )
    if code == ANOTHER:
        case.answers["codes"] = int(case.answers.get("codes", 0)) + 1
        case.forget("code")
        _check_code(case, customer_id, _send_code(case, customer_id, blind), blind)
        return
    checks = case.answers["code_checks"] = 1 + int(case.answers.get("code_checks", 0))
    checked = case.once(CheckCode(customer_id=customer_id, code=code, number=checks))
    if checked.status is Status.DONE:
        return
    if checked.code == "expired" and not blind:
        case.answers |= {"codes": int(case.answers.get("codes", 0)) + 1, "code_expired": True}
        case.forget("code", "code_tries")
        _check_code(case, customer_id, _send_code(case, customer_id, blind), blind)
        return
    if tries + 1 >= case.world.policies.identity.code_tries or (checked.code != "wrong" and not blind):
        if blind:
            case.once(NoteLookup(order_number="", found=False, contact=blind, number=0))
        case.leave_to_person("no_code")
    case.answers["code_tries"] = tries + 1
    case.forget("code")
    _check_code(case, customer_id, sent, blind)


def look_up(world: World, number: str, contact: dict[str, str]) -> Order | None:
    """The one order that this number and contact name together, or None."""
    if "postcode" in contact:
        wanted = _postcode(contact["postcode"])
        found = tuple(order for order in world.records.orders_by_number(number) if wanted in _postcodes(world, order))
    else:
        orders = world.records.orders_of_contact(email=contact.get("email"), phone=contact.get("phone"))
        found = matching(orders, number)
    return found[0] if len(found) == 1 else None


def _not_found(case: Case, number: str, contact: dict[str, str]) -> None:
    tried = [*case.answers.get("tried", []), [number, contact]]
    case.answers["tried"] = tried
    case.once(NoteLookup(order_number=number, found=False, contact=_guessable(contact), number=len(tried)))
    if len(tried) >= ATTEMPTS or _limited(case.world):
        case.say("identity.not_found")
        case.leave_to_person("order_not_found")
    case.forget("order_number", "contact", "heard")
    case.ask(Question("order_number", Kind.ORDER_NUMBER, "identity.not_found_again", _text))


def _limited(world: World) -> bool:
    limit = world.policies.identity
    since = world.now - timedelta(minutes=limit.window_minutes)
    return world.records.failed_lookups(sender=world.sender.key, since=since) >= limit.failed_lookups


def _worn_out(world: World, number: str, contact: dict[str, str]) -> bool:
    """Whether too many, whoever they were, guessed at this order or with this contact: then nothing is found."""
    limit = world.policies.identity
    since = world.now - timedelta(minutes=limit.window_minutes)
    if world.records.failed_lookups(order_number=number, since=since) >= limit.failed_lookups:
        return True
    tried = _guessable(contact)
    return bool(tried) and world.records.failed_lookups(contact=tried, since=since) >= limit.failed_lookups


def _guessable(contact: dict[str, str]) -> str:
    """The contact whose order number may be guessed at; a postcode is shared by too many to be counted."""
    if contact.get("email"):
        return email_key(contact["email"])
    phone = contact.get("phone", "")
    return phone_key(phone) or phone


def _contact_written(case: Case) -> Json:
    """A mail address or phone number the customer wrote."""
    for entity, kind in (("emails", "email"), ("phones", "phone")):
        found = case.heard(entity)
        if found:
            return {kind: found[0]}
    return None


def _reachable(answer: Json) -> dict[str, str] | None:
    """A contact that can be written to."""
    return answer if isinstance(answer, dict) and (answer.get("email") or answer.get("phone")) else None


def _contact_heard(case: Case) -> Json:
    """A contact the customer wrote, or the signed phone they write from when orders stand under it."""
    written = _contact_written(case)
    if written:
        return written
    if case.heard("postcodes"):
        return {"postcode": case.heard("postcodes")[0]}
    world = case.world
    phone = world.sender.key
    on_phone = world.channel in (Channel.SMS, Channel.WHATSAPP) and phone.startswith("+")
    if on_phone and world.records.orders_of_contact(phone=phone):
        return {"phone": phone}
    return None


def _postcodes(world: World, order: Order) -> set[str]:
    customer = world.records.customer(order.customer_id)
    addresses = (order.shipping_address, customer.address if customer else None)
    return {_postcode(address.postcode) for address in addresses if address and address.postcode}


def _postcode(text: str) -> str:
    return "".join(text.split()).upper().split("-")[0]


def _first(case: Case, entity: str) -> Json:
    found = case.heard(entity)
    return found[0] if found else None


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) and answer.strip() else None


def _contact(answer: Json) -> dict[str, str] | None:
    return answer if isinstance(answer, dict) and any(answer.values()) else None
