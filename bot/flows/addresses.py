"""Where something is to go: the address asked for, taken from the records where it is only named, and made whole."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from bot import identity
from bot.facts import address_text
from bot.model import Choice, Json, Kind
from bot.records import Order, PostalAddress
from bot.story import Case, Question

ACCOUNT, BEFORE, SAME = "account", "before", "same"  # as in understanding.places
NUMBERLESS = frozenset({"GB", "IE"})  # houses there may have a name instead
POSTCODELESS = frozenset({"IE"})
MOST = 5  # addresses offered in one question


def read_address(answer: Json) -> PostalAddress | None:
    if not isinstance(answer, dict) or "on_file" in answer:
        return None
    address = PostalAddress.model_validate(answer)
    return address if address.line1 and (address.city or address.postcode) else None


def need_address(case: Case, question: Question[PostalAddress], orders: Sequence[Order] = ()) -> PostalAddress:
    """The whole address. What is named of those on record is looked up, several are offered, what lacks is asked for.

    `orders` are what is to go there: what they have now tells the country, and is not proposed.
    """
    name, so_far = question.name, f"{question.name}_so_far"
    answer = case.answers.get(name)
    if isinstance(answer, dict) and "on_file" in answer:
        answer = _looked_up(case, question, answer, orders)
    answer = answer or case.answers.get(so_far)
    if not isinstance(answer, dict):
        return case.need(question)
    whole = _completed(case, PostalAddress.model_validate(answer), orders)
    lacks = _lacking(whole)
    given = whole.model_dump(mode="json")
    if lacks:
        case.answers[so_far] = given
        facts = {"lacks": lacks, "new_address": address_text(replace_country(whole)) or ""}
        case.ask(replace(question, key="address.lacks", facts=facts, given=given))
    case.forget(so_far)
    case.answers[name] = given
    return case.need(replace(question, given=given))


def ask_again(case: Case, question: Question[PostalAddress], address: PostalAddress) -> NoReturn:
    """Asks for another address than the one that was read back; what is put right in it is enough."""
    case.ask(replace(question, given=address.model_dump(mode="json")))


def is_same_place(one: PostalAddress | None, other: PostalAddress | None) -> bool:
    return _key(one) == _key(other)


def replace_country(address: PostalAddress) -> PostalAddress:
    """Without its country, for what is read back in part."""
    return address.model_copy(update={"country": None})


def _looked_up(
    case: Case, question: Question[PostalAddress], answer: dict[str, Any], orders: Sequence[Order]
) -> dict[str, Any] | None:
    """The one address on record that is meant, with what was typed of it; asks which, or tells that there is none."""
    typed = {slot: value for slot, value in answer.items() if slot != "on_file" and value}
    found = _distinct(address for name in answer["on_file"] for address in _kept(case, str(name), orders))
    other = [one for one in found if not all(is_same_place(one, order.shipping_address) for order in orders)]
    found = ((other or found) if orders else found)[:MOST]
    if len(found) > 1:
        found = [_chosen(case, f"{question.name}_of", found)]
        case.forget(f"{question.name}_of")
    if found:
        record = found[0].model_dump(mode="json")
        return {**record, **{slot: typed[slot] for slot in ("line2",) if typed.get(slot)}}
    case.forget(question.name)
    if not typed:
        case.say("address.none_on_file")
    return typed or None


def _chosen(case: Case, name: str, found: Sequence[PostalAddress]) -> PostalAddress:
    ids = {str(place): one for place, one in enumerate(found, 1)}
    choices = tuple(
        Choice(id=place, title=address_text(replace_country(one)) or "", words=(one.city, one.line1))
        for place, one in ids.items()
    )
    return case.need(Question(name, Kind.CHOICE, "address.which", lambda answer: ids.get(str(answer)), choices=choices))


def _kept(case: Case, name: str, orders: Sequence[Order]) -> list[PostalAddress]:
    """The addresses that a name stands for; only of what is the customer's own."""
    world = case.world
    home = world.customer.address if world.customer and world.level in identity.KNOWN_WELL else None
    if name == ACCOUNT:
        return [home] if home else []
    if name == BEFORE:
        befores = [change.before for order in orders for change in order.changes if change.what == "address"]
        return [PostalAddress.model_validate(one) for one in befores[-1:] if one] or ([home] if home else [])
    if name == SAME:
        order = world.order(world.focus) if world.focus else None
        own = order is not None and identity.owns(world, order)
        return [order.shipping_address] if own and order and order.shipping_address else []
    order = world.order(name)
    own = order is not None and identity.owns(world, order)
    return [order.shipping_address] if own and order and order.shipping_address else []


def _completed(case: Case, address: PostalAddress, orders: Sequence[Order]) -> PostalAddress:
    """With the region that a record has for the same postcode or town, and the country of what it replaces."""
    world = case.world
    owned = [order.shipping_address for order in world.orders if identity.owns(world, order)]
    home = world.customer.address if world.customer else None
    known = [one for one in (*(order.shipping_address for order in orders), home, *owned) if one]
    country = address.country or next((one.country for one in known if one.country), None)
    region = address.region or next(
        (one.region for one in known if one.region and address.postcode and one.postcode == address.postcode), None
    )
    in_town = {one.region for one in known if address.city and one.city.casefold() == address.city.casefold()}
    if region is None and len(in_town) == 1:
        region = in_town.pop()
    settings = world.shop.settings
    return address.model_copy(update={"region": region, "country": country or settings.country})


def _lacking(address: PostalAddress) -> list[str]:
    """What a carrier needs that is not there: `street`, `number`, `city`, `postcode`."""
    numbered = any(character.isdigit() for character in address.line1) or address.country in NUMBERLESS
    lacks = ["street" if not address.line1 else "" if numbered else "number", "" if address.city else "city"]
    lacks.append("" if address.postcode or address.country in POSTCODELESS else "postcode")
    return [one for one in lacks if one]


def _distinct(addresses: Iterable[PostalAddress]) -> list[PostalAddress]:
    found: dict[tuple[str, ...], PostalAddress] = {}
    for address in addresses:
        found.setdefault(_key(address), address)
    return list(found.values())


def _key(address: PostalAddress | None) -> tuple[str, ...]:
    if address is None:
        return ()
    slots = (address.line1, address.line2, address.city, address.region, address.postcode, address.country)
    return tuple((slot or "").casefold().strip() for slot in slots)
