"""The open question's own parser: one for each kind of answer. A text that does not answer is None, never a guess."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.model import Entities, Expected, Json, Kind
from bot.ports import Known
from bot.understanding.addresses import find_address, street_key
from bot.understanding.binding import CANCELLING, asks_to_cancel, clear_answer
from bot.understanding.choices import NO_IDS, choose, said_of
from bot.understanding.dates import find_window, read_date
from bot.understanding.items import read_items, read_quantity
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.meant import after_all, without_denied
from bot.understanding.normalise import Text, normalise, words_of
from bot.understanding.places import account_meant, agrees, amend, kept_addresses, lends, on_record, point_at
from bot.understanding.ratings import SCALE_OF_TEN, read_rating, read_score
from bot.understanding.reasons import find_reasons
from bot.understanding.tellings import tellings_of
from bot.understanding.variants import read_variant, said_of_variants
from bot.understanding.yes_no import said_first, yes_or_no

MOST_QUESTION_WORDS = 40
BEFORE_A_QUESTION = frozenset(
    [
        "wait",
        "but",
        "and",
        "ok",
        "okay",
        "so",
        "oh",
        "well",
        "hmm",
        "y",
        "e",
        "et",
        "und",
        "en",
        "ma",
        "mas",
        "mais",
        "aber",
        "pero",
        "maar",
    ]
)


YES_OR_NO = {True: "yes", False: "no"}  # the ids of choices that are no more than a yes and a no


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with what was already found in it; `question` says that it asks something itself."""

    text: Text
    entities: Entities
    known: Known
    lexicon: Lexicon
    country: str
    question: bool
    wishes: bool  # it surely asks for something


def is_yes_or_no(expected: Expected) -> bool:
    """Whether a yes or a no is what is waited for, with buttons of its own or without."""
    ids = {choice.id for choice in expected.choices}
    return expected.kind is Kind.YES_NO or (expected.kind is Kind.CHOICE and ids == set(YES_OR_NO.values()))


def read_answer(expected: Expected, heard: Heard) -> Json:
    """The answer as JSON (see model.Expected), or None. An optional text may be declined: its answer is then empty."""
    parser = EARLY.get(expected.kind) if expected.early else None
    answer = (parser or PARSERS[expected.kind])(expected, heard)
    if not expected.binding or answer is None:
        return answer
    lead = said_first(heard.text.bare.split()[:MOST_QUESTION_WORDS], heard.lexicon)
    return clear_answer(answer, expected, heard.text, heard.lexicon, lead)


def asks(text: Text, lexicon: Lexicon) -> bool:
    """Whether the text is itself a question."""
    if "?" in text.plain:
        return True
    words = text.bare.split()[:MOST_QUESTION_WORDS]
    while len(words) > 2 and words[0] in BEFORE_A_QUESTION:
        words = words[1:]
    return len(words) > 1 and words[0] in lexicon.question


def _yes_no(expected: Expected, heard: Heard) -> Json:
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    if chosen in ("yes", "no"):
        return chosen == "yes"
    told = yes_or_no(heard.text, heard.lexicon, tellings_of(expected.sort))
    if told is None and asks_to_cancel(expected):
        words = [word for word in words_of(heard.text.plain) if word not in CANCELLING]
        told = yes_or_no(normalise(" ".join(words), heard.lexicon.expand), heard.lexicon) if words else None
        told = told if "?" not in heard.text.plain else None
    return told


def _choice(expected: Expected, heard: Heard) -> Json:
    meant = after_all(heard.text, heard.lexicon)
    way = _by_way_back(expected, heard)
    if way and not heard.question:
        return way
    if is_yes_or_no(expected):
        told = _yes_no(expected, heard)
        return told if told is None else YES_OR_NO[bool(told)]
    asks_which = heard.question and (bool(expected.binding) or not any_of(heard.lexicon.request, heard.text.plain))
    chosen = choose(meant, expected.choices, heard.lexicon, question=asks_which)
    return chosen or (None if heard.question else _plain_refusal(expected, heard))


def _choice_told(expected: Expected, heard: Heard) -> Json:
    """The choice that the words of a text name which was written before: no number, place, yes or no means one then."""
    way = _by_way_back(expected, heard)
    if way:
        return way
    words = words_of(without_denied(heard.text.plain, heard.lexicon))[:MOST_QUESTION_WORDS]
    found = said_of(words, expected.choices, heard.lexicon)
    return found.id if found else None


def _by_way_back(expected: Expected, heard: Heard) -> str | None:
    """Money or credit, told by where it shall go: to a method on record it is money, whatever that method is called."""
    if not {REFUND, CREDIT} <= {choice.id for choice in expected.choices}:
        return None
    ways = {CREDIT if way.kind == CREDIT else REFUND for way in heard.entities.methods if way.kind == CREDIT or way.id}
    return ways.pop() if len(ways) == 1 else None


def _reason_told(expected: Expected, heard: Heard) -> Json:
    offered = [choice.id for choice in expected.choices]
    told = next((name for name in find_reasons(heard.text, heard.lexicon) if name in offered), None)
    return {"reason": told, "words": ""} if told else None


def _address_told(expected: Expected, heard: Heard) -> Json:
    return _address_of(expected, heard, asked=bool(expected.given))


def _plain_refusal(expected: Expected, heard: Heard) -> Json:
    """The one choice that says no, for a text that begins with a no: "not yet, still got plenty"."""
    refusing = [choice.id for choice in expected.choices if choice.id in NO_IDS]
    return refusing[0] if len(refusing) == 1 and yes_or_no(heard.text, heard.lexicon) is False else None


def _order_number(expected: Expected, heard: Heard) -> Json:
    if heard.entities.order_numbers:
        return heard.entities.order_numbers[0]
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=heard.question)
    newest = {"last", "latest", "newest", "recent"} & set(heard.text.words)
    if chosen is None and newest and heard.known.orders and not heard.question and len(heard.text.words) <= 8:
        return heard.known.orders[0].number
    return chosen


def _contact(_expected: Expected, heard: Heard) -> Json:
    named = heard.entities
    for name, values in (("email", named.emails), ("phone", named.phones), ("postcode", named.postcodes)):
        if values:
            return {name: values[0]}
    return None


def _code(expected: Expected, heard: Heard) -> Json:
    if heard.entities.codes:
        return heard.entities.codes[0]
    return choose(heard.text, expected.choices, heard.lexicon, question=False)


def _date(expected: Expected, heard: Heard) -> Json:
    window = find_window(heard.text, heard.lexicon)
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    day = chosen or read_date(heard.text, heard.known.today.date(), heard.lexicon, heard.country)
    if day is None or (heard.question and heard.wishes):
        return None
    return {"date": day, "window": window}


def _address(expected: Expected, heard: Heard) -> Json:
    return _address_of(expected, heard, asked=True)


def _address_of(expected: Expected, heard: Heard, *, asked: bool) -> Json:
    """The address as written, with the names of those on record that it may be (`on_file`): these, where it is only
    begun or only spoken of. A mere part of one is an answer where one was asked for.
    """
    changed = amend(heard.text, heard.country, expected.given, heard.lexicon)
    if changed and expected.given.get("line1") == changed["line1"]:
        return changed
    written = find_address(heard.text.clean, heard.country)
    typed = written.address.model_dump(mode="json") if written else {}
    kept = kept_addresses(heard.known)
    begun = [name for name in on_record(heard.text, heard.known) if agrees(typed, kept[name])]
    named = heard.entities.order_numbers if asked and not expected.early and lends(heard.text) else ()
    sources = (*heard.entities.address_of, *named)
    shown = street_key(str(expected.given.get("line1") or ""))
    if begun and all(street_key(kept[name].line1) != shown for name in begun):
        return {**typed, "on_file": begun}
    if changed:
        return changed
    if written and (written.is_whole or (asked and written.address.line1) or (asked and not heard.question)):
        return typed
    pointed = None
    if not (account_meant(heard.text, heard.lexicon) and not sources):
        pointed = point_at(heard.text, heard.known, heard.lexicon, sources, asked=asked and not heard.question)
    return None if pointed is None else {"on_file": list(pointed)}


def _rating(expected: Expected, heard: Heard) -> Json:
    if expected.most == SCALE_OF_TEN:
        return read_score(heard.text, heard.lexicon)
    rating = read_rating(heard.text, heard.lexicon)
    if rating is not None:
        return rating
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    return int(chosen) if chosen and chosen.isdecimal() else None


def _number(expected: Expected, heard: Heard) -> Json:
    """A whole number, in digits or in words; nothing that asks."""
    return None if heard.question else read_quantity(heard.text, heard.lexicon, expected.most)


def _items(expected: Expected, heard: Heard) -> Json:
    return None if heard.question else read_items(heard.text, expected.choices, heard.lexicon)


def _variant(expected: Expected, heard: Heard) -> Json:
    """One of the variants offered, by its values in any wording, its price or its number."""
    if heard.question:
        return choose(heard.text, expected.choices, heard.lexicon, question=True)
    meant = after_all(heard.text, heard.lexicon)
    by_sku = {variant.sku: variant for variant in heard.known.variants()}
    offered = [by_sku[choice.id] for choice in expected.choices if choice.id in by_sku]
    found = read_variant(meant, offered, heard.lexicon)
    if found or any(said_of_variants(meant, offered, heard.lexicon)):
        return found.sku if found else None
    return _choice(expected, heard)


def _reason(expected: Expected, heard: Heard) -> Json:
    """One of the reasons offered, by its place, its title or what is told; whatever else is told is another reason."""
    offered = [choice.id for choice in expected.choices]
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    told = chosen or next((name for name in find_reasons(heard.text, heard.lexicon) if name in offered), None)
    told = told or (None if heard.question else choose(heard.text, expected.choices, heard.lexicon, question=False))
    said = not heard.question and not heard.wishes and heard.text.bare
    if told is None and "other" in offered and said and yes_or_no(heard.text, heard.lexicon) is None:
        told = "other"
    return {"reason": told, "words": heard.text.raw.strip()} if told else None


def _email(_expected: Expected, heard: Heard) -> Json:
    return heard.entities.emails[0] if heard.entities.emails else None


def _photo(_expected: Expected, heard: Heard) -> Json:
    bare = heard.text.bare
    declined = (
        bare in heard.lexicon.skip or bare in heard.lexicon.no or any_of(heard.lexicon.photo_none, heard.text.plain)
    )
    return {"photos": []} if declined else None


def _text(expected: Expected, heard: Heard) -> Json:
    bare = heard.text.bare
    if expected.optional and (bare in heard.lexicon.no or bare in heard.lexicon.skip):
        return ""
    if heard.question and heard.wishes:
        return None
    return heard.text.raw.strip() or None


PARSERS: dict[Kind, Callable[[Expected, Heard], Json]] = {
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.ORDER_NUMBER: _order_number,
    Kind.CONTACT: _contact,
    Kind.CODE: _code,
    Kind.DATE: _date,
    Kind.ADDRESS: _address,
    Kind.NUMBER: _number,
    Kind.RATING: _rating,
    Kind.PHOTO: _photo,
    Kind.ITEMS: _items,
    Kind.VARIANT: _variant,
    Kind.REASON: _reason,
    Kind.EMAIL: _email,
    Kind.TEXT: _text,
}

#: Where a text that was written before the question is read otherwise.
REFUND, CREDIT = "refund", "store_credit"  # ids of what comes for something sent back
EARLY: dict[Kind, Callable[[Expected, Heard], Json]] = {
    Kind.CHOICE: _choice_told,
    Kind.REASON: _reason_told,
    Kind.ADDRESS: _address_told,
}
