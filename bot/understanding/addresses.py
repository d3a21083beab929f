"""A postal address among a customer's words: where it begins, what belongs to it, and where the sentence goes on.

A street with its number, or a postcode with its town, makes an address; the story asks for what is missing and reads
it back before it is used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.records import PostalAddress
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import fold, words_of
from bot.understanding.regions import COUNTRIES, REGIONS, region_code
from bot.understanding.streets import (
    FLAT,
    LEADING_IN,
    LEADS_IN,
    LITTLE,
    PARTED,
    PARTICLES,
    STREETS,
    STRONG,
    TOWN_WORD,
    UPPER,
    WEAK,
)

POSTCODES: dict[str, re.Pattern[str]] = {
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE),
    "CA": re.compile(r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b", re.IGNORECASE),
    "NL": re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b(?!\w)"),
    "PT": re.compile(r"\b\d{4}-\d{3}\b"),
    "BR": re.compile(r"\b\d{5}-\d{3}\b"),
    "US": re.compile(r"\b\d{5}-\d{4}\b"),
}
PLAIN_POSTCODE = re.compile(r"(?<![\w#.,-])(?:[A-Z]{1,2}-)?(\d{4,5})(?![\w-]|[.,]\d)")
FIVE_DIGITS = frozenset({"US", "DE", "FR", "ES", "IT", "MX"})
PROVINCES = frozenset({"BR", "IT"})  # two capitals behind the town
TOWN_LAST = frozenset({"BR"})  # of two names before the postcode, the district comes first
LONGEST = 600
LONGEST_STREET = 120
MOST_OF_A_TOWN = 4  # words
MOST_OF_A_REGION = 3


@dataclass(frozen=True, slots=True)
class Written:
    """An address and the stretch of the text that it takes; `certain` where a street or postcode leaves no doubt."""

    address: PostalAddress
    start: int
    end: int

    @property
    def is_whole(self) -> bool:
        return bool(self.address.line1 and (self.address.city or self.address.postcode))


def find_address(clean: str, country: str) -> Written | None:
    """The address that a text holds, with all that it says of it; the fullest where there are several."""
    text = clean[:LONGEST]
    found = [one for one in _candidates(text, country) if not _is_denied(text[: one.start])]
    return max(found, key=lambda one: (_fullness(one.address), -one.start), default=None) or _only_town(text, country)


def find_postcodes(clean: str, country: str, *, asked: bool = False) -> tuple[str, ...]:
    """Postcodes whose shape is their own; bare digits only when asked for, or beside a word that says so."""
    found = [match.group().upper() for pattern in POSTCODES.values() for match in pattern.finditer(clean)]
    found += [
        match.group(1)
        for match in re.finditer(
            r"(?i)\b(?:zip|zipcode|postcode|postal code|plz|cp|cap)(?: code)?(?: is)?[\s:]*(\d{4,5})\b", clean
        )
    ]
    if asked:
        wanted = 5 if country in FIVE_DIGITS else 4
        found += [digits for digits in re.findall(r"\b\d{4,5}\b", clean) if len(digits) == wanted]
    return tuple(dict.fromkeys(found))


def decent(said: str) -> str:
    """With capitals where it has none or nothing else; what is written in both, or knows none, stays."""
    if not (said.islower() or (said.isupper() and len(said) > 3)):
        return said
    words = said.split(" ")
    return " ".join(_decent_word(word, first=not place) for place, word in enumerate(words))


def _first_capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _decent_word(word: str, *, first: bool) -> str:
    low = word.lower()
    if low in UPPER:
        return word.upper()
    if not first and low in PARTICLES:
        return low
    if low[:1].isdigit():
        return low if re.fullmatch(r"\d+(?:st|nd|rd|th)", low) else word.upper()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))


# -- the street --------------------------------------------------------------------------------------------------------


def _candidates(text: str, country: str) -> Iterator[Written]:
    for pattern, needs_place, needs_both in STREETS:
        for match in pattern.finditer(text):
            begin = match.start() + _not_of_it(match.group())
            line1 = text[begin : match.end()].strip(" ,")
            if not _is_name(line1) or len(line1) > LONGEST_STREET:
                continue
            tail = _tail(text, match.end(), country, capital=any(word[:1].isupper() for word in line1.split()))
            placed = bool(tail.city) + bool(tail.postcode)
            if placed < needs_place + needs_both or (needs_both and not _looks_like_one(line1, tail, country)):
                continue
            before = re.search(rf"(?:{FLAT.pattern})[ ,/\n]+$", text[:begin], re.IGNORECASE)
            line2 = tail.line2 or (before.group().strip(" ,/\n") if before else "")
            yield Written(
                _address(_first_capital(decent(line1)), line2, tail), before.start() if before else begin, tail.end
            )


def _not_of_it(street: str) -> int:
    """How much before a street's name only leads up to it: "please send it to Am Markt 5"."""
    if street[:1].isdigit():
        return 0
    begin = 0
    for match in re.finditer(r"\S+\s*", street):
        if _is_never(match.group().strip()):
            begin = match.end()
    while (lead := re.match(r"\S+\s+", street[begin:])) and fold(lead.group()) in LEADING_IN and lead.group().islower():
        begin += lead.end()
    return begin


def _is_never(word: str) -> bool:
    """Whether no street is called so; "Am" is a word of names where it is written like one."""
    low = fold(word).strip(".,:")
    return low in lexicon().address_never and not (word[:1].isupper() and low in PARTICLES)


def _is_name(street: str) -> bool:
    """Whether nothing in it is said only in sentences: "2 actually no way" is no street."""
    words = street.split()
    letters = sum(character.isalpha() for character in street)
    return len(words) >= 2 and letters >= 3 and not any(map(_is_never, words))


def _looks_like_one(line1: str, tail: "_Tail", country: str) -> bool:
    """Where no word says that it is a street: it is written like one, or stands before a region's code."""
    name = [word for word in line1.split() if word[:1].isalpha()]
    return all(word[:1].isupper() or word.lower() in PARTICLES for word in name) or (
        bool(tail.region) and country in REGIONS
    )


def _is_denied(before: str) -> bool:
    return any(pattern.search(fold(before[-60:]) + " ") for pattern in lexicon().address_denied)


def _fullness(address: PostalAddress) -> int:
    numbered = any(character.isdigit() for character in address.line1)
    return 2 * numbered + bool(address.line1) + bool(address.city) + bool(address.postcode)


# -- what follows it ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tail:
    line2: str = ""
    city: str = ""
    region: str | None = None
    postcode: str = ""
    country: str | None = None
    end: int = 0
    capital: bool = False  # whether the street before is written with capitals


def _address(line1: str, line2: str, tail: _Tail) -> PostalAddress:
    return PostalAddress(
        line1=line1,
        line2=decent(line2) or None,
        city=decent(tail.city),
        region=tail.region,
        postcode=tail.postcode,
        country=tail.country,
    )


def _segments(text: str, start: int) -> Iterator[tuple[str, int, bool]]:
    """The stretches from there on, each with its end and whether a sentence ended before it."""
    ended = False
    place = start
    for match in [*PARTED.finditer(text, start), None]:
        end = match.start() if match else len(text)
        if text[place:end].strip():
            yield text[place:end], end, ended
            ended = False
        ended = ended or bool(match and match["end"])
        place = match.end() if match else end


def _tail(text: str, start: int, country: str, *, capital: bool = False) -> _Tail:
    tail = _Tail(end=start, capital=capital)
    names: list[str] = []
    for segment, end, ended in _segments(text, start):
        if ended and (tail.postcode or tail.city or names):
            break
        before = (tail.line2, tail.city, tail.region, tail.postcode, tail.country, len(names))
        rest = _segment(LEADS_IN.sub("", segment.strip()), tail, names, country)
        if before == (tail.line2, tail.city, tail.region, tail.postcode, tail.country, len(names)):
            break
        tail.end = end
        if rest:
            break
    if names and not tail.city:
        tail.city = names.pop(-1 if country in TOWN_LAST else 0)
    if names and not tail.region and country not in REGIONS:
        if country in TOWN_LAST:
            tail.line2 = tail.line2 or names[0]
        elif len(names[0].split()) <= MOST_OF_A_REGION:
            tail.region = decent(names[0])
    return tail


def _segment(said: str, tail: _Tail, names: list[str], country: str) -> str:
    """Takes what the stretch has of an address; what is left of it is no part of one."""
    flat = FLAT.match(said) if not tail.line2 else None
    if flat:
        tail.line2 = flat.group().strip()
        said = said[flat.end() :].strip(" .-")
        if not said:
            return ""
    land = COUNTRIES.get(fold(said).strip(". "))
    if land and not (land == "US" and len(said) < 2):
        tail.country = land
        return ""
    where = tail.country or country
    match = None if tail.postcode else _postcode(said, where)
    if match is None:
        return _names(said, tail, names, where)
    tail.postcode = (match.group(1) if match.re is PLAIN_POSTCODE else match.group()).upper()
    before, behind = said[: match.start()].strip(" ,.-"), said[match.end() :].strip(" ,.-")
    before = re.sub(r"(?i)\b(?:zip|zip ?code|postcode|postal code|plz|cp|cap)(?: code)?(?: is)?:?$", "", before).strip()
    last = re.search(r"(?:^|[ ,])([A-Z]{2,3})\.?$", before, re.IGNORECASE)
    code = region_code(last.group(1), where) if last and not tail.region and (names or last.start()) else None
    if code and last:
        tail.region, before = code, before[: last.start()].strip(" ,")
    if before:
        _names(before, tail, names, where)
    if behind and not names and not tail.city:
        return _names(behind, tail, names, where)
    found = COUNTRIES.get(fold(behind).strip(". "))
    tail.country = found or tail.country
    return "" if found else behind


def _postcode(said: str, country: str) -> re.Match[str] | None:
    own = [POSTCODES[country]] if country in POSTCODES else []
    for pattern in [*own, *POSTCODES.values(), PLAIN_POSTCODE]:
        match = pattern.search(said)
        if match:
            return match
    return None


def _names(said: str, tail: _Tail, names: list[str], country: str) -> str:
    """A town and the region behind it; what goes on as a sentence is left."""
    words = list(TOWN_WORD.finditer(said))
    if not words or words[0].start() > 0:
        return said
    if tail.capital and not tail.postcode and words[0].group()[:1].islower():
        return said
    never, taken = lexicon().address_never, 0
    capital = words[0].group()[:1].isupper()
    for place, word in enumerate(words[: MOST_OF_A_TOWN + 2]):
        gap = said[words[place - 1].end() : word.start()] if place else ""
        low = fold(word.group()).strip(".")
        region = place > 0 and region_code(word.group(), country) is not None and word.group().isupper()
        region = region or (country in PROVINCES and word.group().isupper() and len(low) == 2)
        if gap.strip() or (low in never and not region):
            break
        known = place > 0 and region_code(word.group(), country)
        if capital and word.group()[:1].islower() and low not in PARTICLES and not known:
            break
        taken = place + 1
    while taken and fold(words[taken - 1].group()) in PARTICLES and not region_code(words[taken - 1].group(), country):
        taken -= 1
    if not taken:
        return said
    town = [word.group() for word in words[:taken]]
    if country in PROVINCES and town[-1].isupper() and len(town[-1]) == 2 and (len(town) > 1 or names or tail.city):
        tail.region = town.pop()
    rest = said[words[taken - 1].end() :].strip(" .")
    for length in (3, 2, 1):
        code = region_code(" ".join(town[-length:]), country) if len(town) >= length else None
        if code and not tail.region and (len(town) > length or names or tail.city):
            tail.region, town = code, town[:-length]
            break
    if len(town) > MOST_OF_A_TOWN:
        return said
    if town:
        names.append(" ".join(town).strip(" .,"))
    return rest


def town_of(said: str, country: str) -> str | None:
    """The town that a stretch begins with, with no more behind it than a region."""
    tail, names = _Tail(), list[str]()
    rest = _names(said.strip(" .!"), tail, names, country)
    return decent(names[0]) if names and not rest else None


def _only_town(text: str, country: str) -> Written | None:
    """A postcode beside its town, the street still to come; only where nothing else is said."""
    said = led_off(text)
    tail = _tail(said, 0, country)
    names = (tail.city, tail.postcode, tail.region or "", REGIONS.get(country, {}).get(tail.region or "", ""))
    known = {word for name in names for word in words_of(name)} | LITTLE
    lands = {word for name, land in COUNTRIES.items() if land == tail.country for word in words_of(name)}
    whole = tail.city and tail.postcode and set(words_of(said)) <= known | lands
    return Written(_address("", tail.line2, tail), 0, len(text)) if whole else None


def led_off(text: str) -> str:
    """Without the words that lead up to a part of an address: "it is in Springfield"."""
    said, never = text.strip(" ."), lexicon().address_never
    while (match := re.match(r"[^\w]*([^\W\d_][\w'’]*)[\s:,.!]+(?=\S)", said)) and (
        fold(match.group(1)) in never or fold(match.group(1)) in LITTLE
    ):
        said = said[match.end() :]
    return said


@lru_cache(maxsize=256)
def street_key(line1: str) -> tuple[str, ...]:
    """What the spellings of a street share: its number and the words of its name."""
    words = re.findall(r"[^\W_]+", fold(line1))
    return tuple(word for word in words if not re.fullmatch(f"(?:{STRONG}|{WEAK})", word)) or tuple(words)
