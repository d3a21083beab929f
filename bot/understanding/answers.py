"""The open question's own parser: one for each kind of answer. A text that does not answer is None, never a guess."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.model import Entities, Expected, Json, Kind
from bot.ports import Known
from bot.understanding.addresses import read_address
from bot.understanding.binding import clear_answer
from bot.understanding.choices import NO_IDS, choose
from bot.understanding.dates import find_window
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import Text
from bot.understanding.ratings import read_rating

YES_SIGNS = frozenset("👍👌✅✔☑💯🆗🙌")
NO_SIGNS = frozenset("👎❌🚫✖🙅⛔")
SKIN = range(0x1F3FB, 0x1F400)
MOST_QUESTION_WORDS = 40


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


def read_answer(expected: Expected, heard: Heard) -> Json:
    """The answer as JSON (see model.Expected), or None. An optional text may be declined: its answer is then empty."""
    answer = PARSERS[expected.kind](expected, heard)
    if not expected.binding or answer is None:
        return answer
    lead = said_first(heard.text.bare.split()[:MOST_QUESTION_WORDS], heard.lexicon)
    return clear_answer(answer, expected, heard.text, heard.lexicon, lead)


def asks(text: Text, lexicon: Lexicon) -> bool:
    """Whether the text is itself a question."""
    if "?" in text.plain:
        return True
    first = text.bare.split(" ", 1)[0]
    return first in lexicon.question and " " in text.bare


def yes_or_no(text: Text, lexicon: Lexicon) -> bool | None:
    """Yes, no or neither, in all the wordings of the lexicon; more may follow a clear word."""
    sign = _signed(text.raw)
    if not text.bare:
        return sign
    if text.bare in lexicon.yes:
        return True
    if text.bare in lexicon.no:
        return False
    if any(f" {words} " in f" {text.bare} " for words in lexicon.unsure):
        return None
    found = _leading(text.bare.split()[:MOST_QUESTION_WORDS], lexicon)
    return sign if found is None else found


def said_first(words: list[str], lexicon: Lexicon) -> int:
    """How many leading words are a yes or a no of their own, with the courtesies behind it."""
    for length in range(min(4, len(words)), 0, -1):
        lead = " ".join(words[:length])
        if (lead in lexicon.yes or lead in lexicon.no) and lead not in lexicon.weak:
            return length
    return 0


def _leading(words: list[str], lexicon: Lexicon) -> bool | None:
    length = said_first(words, lexicon)
    if not length:
        return None
    lead = " ".join(words[:length])
    return lead in lexicon.yes


def _signed(raw: str) -> bool | None:
    signs = {character for character in raw[:64] if ord(character) not in SKIN}
    yes, no = bool(signs & YES_SIGNS), bool(signs & NO_SIGNS)
    return None if yes == no else yes


def _yes_no(expected: Expected, heard: Heard) -> Json:
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    if chosen in ("yes", "no"):
        return chosen == "yes"
    return yes_or_no(heard.text, heard.lexicon)


def _choice(expected: Expected, heard: Heard) -> Json:
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=heard.question)
    return chosen or (None if heard.question else _plain_refusal(expected, heard))


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
    day = chosen or (heard.entities.dates[0] if heard.entities.dates else None)
    if day is None or (heard.question and heard.wishes):
        return None
    return {"date": day, "window": window}


def _address(_expected: Expected, heard: Heard) -> Json:
    found = read_address(heard.text.clean, heard.country)
    return found.model_dump(mode="json") if found else None


def _rating(expected: Expected, heard: Heard) -> Json:
    rating = read_rating(heard.text, heard.lexicon)
    if rating is not None:
        return rating
    chosen = choose(heard.text, expected.choices, heard.lexicon, question=True)
    return int(chosen) if chosen and chosen.isdecimal() else None


def _number(_expected: Expected, heard: Heard) -> Json:
    """The first whole number, in digits or in words; nothing that asks."""
    if heard.question:
        return None
    for word in heard.text.bare.split()[:MOST_QUESTION_WORDS]:
        if word.isdecimal() and len(word) <= 6:
            return int(word)
        if word in heard.lexicon.numbers:
            return heard.lexicon.numbers[word]
    return None


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
    Kind.TEXT: _text,
}
