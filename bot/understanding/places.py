"""The customer's addresses on record as their words point at them, and an address put right in part."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.ports import Known
from bot.records import PostalAddress
from bot.understanding.addresses import decent, find_address, find_postcodes, led_off, street_key, town_of
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import Text, fold, words_of
from bot.understanding.regions import region_code, region_names
from bot.understanding.streets import FLAT

ACCOUNT, BEFORE, SAME = "account", "before", "same"  # names beside the ids of orders
LEADING = frozenset({"other", "before", "same", "product"})  # may say themselves that it is to go there
LEADS = re.compile(r"\b(?:to|back|same|went)\b")
REGION_SAID = re.compile(
    r"\b(?:state|province|region|estado|provincia|bundesland)(?: (?:is|should be|code))*:? (\w+(?: \w+)?)"
)
LEADS_NUMBER = re.compile(
    r"^(?:calle|avenida|av|via|viale|rua|piazza|corso|c/)\b|(?:stra(?:ß|ss)e|str\.?|weg|platz|gasse|allee|straat|laan|"
    r"plein|gracht)$",
    re.IGNORECASE,
)
SHORT = 5  # words that name a place and nothing else
SHORT_DETAIL = 8
SHORT_NAME = 3
ADDRESS_WORD = re.compile(r"\b(?:addr|addy|adres|direccion|domicilio|anschrift|endereco|morada|indirizz)|adresse\b")
OWNS = re.compile(r"^s? (?:shipping |delivery )?(?:address|adress|addy)\b")
LENDS = re.compile(r"\b(?:went|goes|one|same as|like|where)\b")
BEFORE_IT = 60  # characters looked at


def kept_addresses(known: Known) -> dict[str, PostalAddress]:
    """What is on record, by `account` or the id of the order."""
    home = known.customer.address if known.customer else None
    found = {ACCOUNT: home} if home else {}
    return found | {order.id: order.shipping_address for order in known.orders if order.shipping_address}


def point_at(
    text: Text, known: Known, lexicon: Lexicon, numbers: Sequence[str] = (), *, asked: bool
) -> tuple[str, ...] | None:
    """The addresses on record that are meant, by `account`, `before` (the one before the last change), `same` (the one
    spoken of last) or an order's id; None where none is spoken of, empty where none of that sort is known.

    `numbers` are the orders whose address is meant. With `asked` an address was asked for: any mention counts then.
    """
    plain, kept = text.plain[:600], kept_addresses(known)
    by_number = [order.id for order in known.orders if order.number.lstrip("#") in {one.lstrip("#") for one in numbers}]
    if numbers:
        return tuple(by_number)
    named = _by_place(plain, kept, lexicon, asked=asked)
    said = {name.removeprefix("asked_") for name in _mentions(plain, lexicon, asked=asked)}
    orders = [name for name in kept if name != ACCOUNT]
    if "account" in said:
        own = (ACCOUNT,) if ACCOUNT in kept else tuple(orders)
        return tuple(one for one in own if not named or one in named) or own
    if named:
        return named
    if "before" in said:
        return (BEFORE,)
    went = [order.id for order in known.orders if order.id in kept and _names_a_line(text, order.lines)]
    if "product" in said and went:
        return tuple(went)
    if said & {"other", "product"}:
        return tuple(orders)
    return (SAME,) if "same" in said else None


def on_record(text: Text, known: Known) -> tuple[str, ...]:
    """The addresses on record whose number and street the text begins to write: "546 Lakeview"."""
    words = words_of(text.clean[:600])
    pairs = set(pairwise(words))
    found = []
    for name, address in kept_addresses(known).items():
        key = street_key(address.line1)
        if len(key) >= 2 and any(letter.isdigit() for letter in "".join(key)) and tuple(key[:2]) in pairs:
            found.append(name)
    return tuple(found)


def agrees(typed: Mapping[str, Any], address: PostalAddress) -> bool:
    """Whether what was typed says nothing else than this address, as far as it goes."""
    pairs = ((typed.get("city"), address.city), (typed.get("postcode"), address.postcode))
    same = all(not said or not there or fold(said) == fold(there) for said, there in pairs)
    other_region = typed.get("region") and address.region and fold(typed["region"]) != fold(address.region)
    key, own = street_key(typed.get("line1") or ""), street_key(address.line1)
    return same and not other_region and (not key or key == own[: len(key)] or own == key[: len(own)])


def account_meant(text: Text, lexicon: Lexicon) -> bool:
    """Whether it is the account's address that is spoken of as the one to change."""
    return any_of(lexicon.address_account, text.plain[:600])


def source_orders(clean: str, numbers: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Those of the order numbers whose address is to be taken for another: "to the address of order W123"."""
    plain = fold(clean)
    found: list[str] = []
    if not ADDRESS_WORD.search(plain):
        return ()
    for number in numbers:
        at = plain.find(fold(number.lstrip("#")))
        before, behind = plain[max(0, at - 2 * BEFORE_IT) : at], plain[at + len(number.lstrip("#")) :]
        owns = OWNS.match(behind) and any_of(lexicon.address_lead, before.removesuffix("#"))
        if at > 0 and (owns or any_of(lexicon.address_of, before)):
            found.append(number)
    return tuple(found)


def lends(text: Text) -> bool:
    """Whether an order that is named where an address was asked for may be named for its address."""
    return bool(ADDRESS_WORD.search(text.plain) or LENDS.search(text.plain)) or len(text.words) <= SHORT_NAME


def _mentions(plain: str, lexicon: Lexicon, *, asked: bool) -> list[str]:
    """The sorts of addresses on record that are named; unasked only behind what leads to an address."""
    found: list[str] = []
    for name, pattern in lexicon.address_kept:
        if name.startswith("asked_") and not asked:
            continue
        for match in pattern.finditer(plain):
            before = plain[max(0, match.start() - BEFORE_IT) : match.start()]
            led = any(any_of(lexicon.address_lead, part) for part in (before, before + match.group()))
            leads = name in LEADING and LEADS.search(match.group())
            if (asked or led or leads) and not any_of(lexicon.address_denied, before):
                found.append(name)
    return found


def _by_place(plain: str, kept: Mapping[str, PostalAddress], lexicon: Lexicon, *, asked: bool) -> tuple[str, ...]:
    """The addresses in a town or state that is named as an address is: "the Austin one", "my place in Texas"."""
    nouns = "|".join(sorted(lexicon.address_noun))
    short = asked and len(plain.split()) <= SHORT
    found = []
    for name, address in kept.items():
        names = [fold(address.city), *map(fold, region_names(address.region, address.country))]
        for place in filter(None, names):
            said = re.escape(place)
            beside = (
                rf"\b{said} (?:\w+ )?(?:{nouns})\b"
                rf"|\b(?:{nouns})\b[^.!?]{{0,15}}\b(?:in|at|en|a|em|de|von|te) (?:the )?{said}\b"
                rf"|\b(?:to|naar|nach|para|a|vers) {said}(?: instead)?(?:$| ?[.,!?;])"
            )
            if len(place) == 2:
                beside = rf"\bthe {said} (?:{nouns})\b"
            elif short or asked:
                beside += rf"|^(?:the |to |in |my |use |please )*{said}\b" if short else ""
            if re.search(beside, plain):
                found.append(name)
                break
    return tuple(found)


def _names_a_line(text: Text, lines: Sequence[Any]) -> bool:
    words = set(text.bare.split())
    return any(words_of(line.title) and words_of(line.title)[-1] in words for line in lines)


# -- put right in part -------------------------------------------------------------------------------------------------


def amend(text: Text, country: str, given: Mapping[str, Any], lexicon: Lexicon) -> dict[str, Any] | None:
    """The given address with what the text adds to it or puts right; None where it changes nothing."""
    if not given:
        return None
    written = find_address(text.clean, str(given.get("country") or country))
    if written and written.address.line1:
        found = {slot: value for slot, value in written.address.model_dump(mode="json").items() if value}
        changed = _same_street(found, given) if given.get("line1") else {**given, **found}
        return changed if changed != dict(given) else None
    town = written.address.model_dump(mode="json") if written else {}
    said = {slot: value for slot, value in town.items() if value}
    changed = {**given, **(said or _parts(text, country, given, lexicon))}
    return changed if changed != dict(given) else None


def _same_street(found: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """One that was written in full stands as it is; the same street in part is what is put right; another is new."""
    names = [{word for word in street_key(one["line1"]) if not word[0].isdigit()} for one in (found, given)]
    if names[0] != names[1]:
        return {"line2": None, "city": "", "region": None, "postcode": "", "country": given.get("country"), **found}
    if found.get("city") and found.get("postcode"):
        kept = {slot: given.get(slot) for slot in ("region", "country")}
        return {**given, **kept, "line2": None, **found}
    same_number = street_key(found["line1"]) == street_key(given["line1"])
    return {**given, **found, "line1": given["line1"] if same_number else found["line1"]}


def _parts(text: Text, country: str, given: Mapping[str, Any], lexicon: Lexicon) -> dict[str, Any]:
    clean, plain = text.clean[:300], text.plain[:300]
    country = str(given.get("country") or country)
    found: dict[str, Any] = {}
    if any_of(lexicon.address_without, plain):
        found["line2"] = None
    else:
        flat = FLAT.search(clean)
        if flat:
            found["line2"] = decent(flat.group().strip(" ."))
            clean = clean[: flat.start()] + "," + clean[flat.end() :]
    fields = {name: match for name, pattern in lexicon.address_field if (match := pattern.search(plain))}
    short = len(text.bare.split()) <= SHORT_DETAIL
    said = [code for code in find_postcodes(clean, country, asked=True) if not _denied(code, plain, lexicon)]
    fresh = [code for code in said if code != given.get("postcode")]
    if fresh and (short or "postcode" in fields):
        found["postcode"] = fresh[0]
    number = _number(fold(clean), given, lexicon, asked="number" in fields)
    if number and "postcode" not in found:
        found["line1"] = number
    if "city" in fields or (not given.get("city") and short):
        behind = plain[fields["city"].end() :] if "city" in fields else plain
        at = len(clean) - len(behind) if len(clean) == len(plain) else 0
        town = town_of(led_off(re.sub(r"^\W*(?:is|es|est|ist|e|é|should be)\b", "", clean[at:])), country)
        if town:
            found["city"] = town
    region = REGION_SAID.search(plain)
    if region:
        code = region_code(region[1], country) or region_code(region[1].split()[0], country)
        found |= {"region": code} if code else {}
    return found


def _denied(said: str, plain: str, lexicon: Lexicon) -> bool:
    at = plain.find(fold(said))
    return at > 0 and any_of(lexicon.address_denied, plain[max(0, at - BEFORE_IT) : at])


def _number(plain: str, given: Mapping[str, Any], lexicon: Lexicon, *, asked: bool) -> str | None:
    """The street with the house number put right: "number 15", "it's 324, not 322"."""
    line1: str = given.get("line1") or ""
    if not line1:
        return None
    old = re.search(r"\d+\w*", line1)
    numbers = re.findall(r"(?<![\w-])\d{1,5}[a-z]?(?![\w-])", plain[:200])
    other = [one for one in numbers if not (old and one == old.group()) and one != given.get("postcode")]
    if old is None:
        wanted = other[0] if len(other) == 1 and (asked or len(plain.split()) <= SHORT) else None
        leads = LEADS_NUMBER.search(line1)
        return (f"{line1} {wanted}" if leads else f"{wanted} {line1}") if wanted else None
    swapped = old.group() in numbers and _denied(old.group(), plain, lexicon)
    if len(other) == 1 and (asked or swapped):
        return line1[: old.start()] + str(other[0]) + line1[old.end() :]
    return None
