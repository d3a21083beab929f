"""A postal address in a customer's words.

Read only when a street line stands beside a town or a postcode; the story reads it back before it is used.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.records import PostalAddress

POSTCODES: dict[str, re.Pattern[str]] = {
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE),
    "CA": re.compile(r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b", re.IGNORECASE),
    "NL": re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b(?!\w)"),
    "PT": re.compile(r"\b\d{4}-\d{3}\b"),
    "BR": re.compile(r"\b\d{5}-\d{3}\b"),
    "US": re.compile(r"\b\d{5}-\d{4}\b"),
}
PLAIN_POSTCODE = re.compile(r"\b\d{4,5}\b")
FIVE_DIGITS = frozenset({"US", "DE", "FR", "ES", "IT", "MX"})
LEAD = re.compile(
    r"^(?:(?:hi|hello|yes|ok|sure|please|thanks|so|it['’]s|its|it|is|the|my|new|correct|right|address|delivery|shipping|should|be|"
    r"send|ship|deliver|it to|to|at|now|la|mi|es|direccion|dirección|adresse|mon|ma|est|meine|"
    r"ist|endereço|indirizzo|adres|mijn)\b[\s:,.-]*)+",
    re.IGNORECASE,
)
STREET_WORD = re.compile(
    r"(?:street|str\b|st\b|road|rd\b|avenue|ave\b|lane|ln\b|drive|dr\b|boulevard|blvd|court|ct\b|place|pl\b|way|terrace|square|"
    r"highway|hwy|close|crescent|calle|avenida|rue|chemin|allee|strasse|straße|weg\b|platz|gasse|"
    r"rua|via|viale|corso|piazza|straat|laan|plein|gracht)",
    re.IGNORECASE,
)
FLAT = re.compile(r"^(?:apt|apartment|unit|suite|ste|flat|floor|fl|#|piso|appt|app|etage|bus)\b|^#", re.IGNORECASE)
_NO_TOWN = """
i you we he she my your not no yes dont know same before as above idk sure what why how that this it need want have nope
ok okay thanks please yo se mismo igual je ne sais pas meme nous ich nicht weiss gleiche wie nein ja nao mesmo sei non
stesso niet weet zelfde geen wrong correct right wait sorry help hello hi
"""
NO_TOWN = frozenset(_NO_TOWN.split())  # said instead of one
LEADS_TO = re.compile(
    r"(?:\b(?:to|is|at|address|into|a|à|zu|nach|an|auf|lautet|es|sera|è|al|alla|para|pra|naar|is)\b[\s:]+|[:\n>])",
    re.IGNORECASE,
)
AFTER_A_SENTENCE = re.compile(r"(?<=[?!])\s+")
REGION = re.compile(r"\b([A-Z]{2,3})$")
LONGEST = 300
MOST_OF_A_STREET = 6  # words of a street line within a sentence


def read_address(clean: str, country: str) -> PostalAddress | None:
    """The address, or None when there is no street line with a town or postcode."""
    text = clean.strip()[:LONGEST]
    sentences = AFTER_A_SENTENCE.split(text)
    found = (_address_of(LEAD.sub("", said), country) for said in (text, *sentences[1:]))
    return next((address for address in found if address), None)


def address_within(clean: str, country: str) -> PostalAddress | None:
    """The address that a sentence leads up to: "change it to 12 Oak Street, Austin", without what comes before it."""
    text = clean.strip()[:LONGEST]
    begins = [match.end() for pattern in (LEADS_TO, AFTER_A_SENTENCE) for match in pattern.finditer(text)]
    starts = sorted({0, *begins})
    found = (_address_of(LEAD.sub("", text[start:]), country) for start in reversed(starts))
    return next((one for one in found if one and len(one.line1.split()) <= MOST_OF_A_STREET), None)


def missing_slots(clean: str, country: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is known of an address with what a short text adds to it: the postcode, the town, the street, or the flat.

    None when it adds nothing. Nothing that is known is changed.
    """
    if not given:
        return None
    parts = [
        part.strip(" .") for part in re.split(r"[,\n;]+", LEAD.sub("", clean.strip()[:LONGEST])) if part.strip(" .")
    ]
    found: dict[str, Any] = {}
    if not given.get("postcode"):
        found["postcode"], parts = _take_postcode(parts, country)
    region, parts = _take_region(parts, country)
    if region and not given.get("region"):
        found["region"] = region
    for part in parts:
        if FLAT.match(part):
            found.setdefault("line2", part)
        elif not given.get("line1") and "line1" not in found and _is_street(part):
            found["line1"] = part
        elif not given.get("city") and "city" not in found and _is_town(part):
            found["city"] = part
    added = {slot: value for slot, value in found.items() if value}
    return {**given, **added} if added else None


def _is_town(part: str) -> bool:
    words = part.split()
    if NO_TOWN & {word.lower().replace("'", "").replace("’", "") for word in words}:
        return False
    return 1 <= len(words) <= 4 and len(part) >= 2 and not any(character.isdigit() for character in part)


def _address_of(text: str, country: str) -> PostalAddress | None:
    parts = [part.strip(" .") for part in re.split(r"[,\n;]+", text) if part.strip(" .")]
    if not parts or "?" in text:
        return None
    place = next((index for index, part in enumerate(parts) if _is_street(part)), None)
    if place is None:
        return None
    line1, after = _street_and_rest(parts[place])
    rest = ([after] if after else []) + parts[place + 1 :]
    line2 = rest.pop(0) if rest and FLAT.match(rest[0]) else None
    postcode, rest = _take_postcode(rest, country)
    region, rest = _take_region(rest, country)
    city = rest[0] if rest else ""
    if not (postcode or city) or len(line1) > 120:
        return None
    return PostalAddress(line1=line1, line2=line2, city=city, region=region, postcode=postcode, country=None)


def find_postcodes(clean: str, country: str, *, asked: bool = False) -> tuple[str, ...]:
    """Postcodes whose shape is their own; bare digits only when asked for, or beside a word that says so."""
    found = [_tidy(match.group()) for pattern in POSTCODES.values() for match in pattern.finditer(clean)]
    found += [
        match.group(1)
        for match in re.finditer(
            r"(?i)\b(?:zip|zipcode|postcode|postal code|plz|cp|cap)(?: code)?(?: is)?[\s:]*(\d{4,5})\b", clean
        )
    ]
    if asked:
        wanted = 5 if country in FIVE_DIGITS else 4
        found += [match.group() for match in PLAIN_POSTCODE.finditer(clean) if len(match.group()) == wanted]
    return tuple(dict.fromkeys(found))


def _is_street(part: str) -> bool:
    """A number and a name: `12 Oak Street`, `Hauptstr. 5`, `Calle Mayor 3`; or a street word alone with a name."""
    words = part.split()
    has_number = any(character.isdigit() for character in part)
    letters = sum(character.isalpha() for character in part)
    return len(words) >= 2 and letters >= 3 and len(words) <= 14 and has_number and not _only_postcode(part)


def _only_postcode(part: str) -> bool:
    if STREET_WORD.search(part):
        return False
    return bool(re.fullmatch(r"(?:[A-Z]{2}\s)?\d{4,5}(?:-\d{3,4})?(?:\s\D+)?|\D+\s\d{5}(?:-\d{4})?", part.strip()))


def _street_and_rest(part: str) -> tuple[str, str]:
    """A line without commas: what follows the street word and is more than its number is the town."""
    found = STREET_WORD.search(part)
    if not found or not re.match(r"\d", part):
        return part, ""
    line, rest = part[: found.end()].strip(), part[found.end() :].strip(" .")
    return (line, rest) if rest else (part, "")


def _take_postcode(parts: list[str], country: str) -> tuple[str, list[str]]:
    patterns = [*([POSTCODES[country]] if country in POSTCODES else []), *POSTCODES.values(), PLAIN_POSTCODE]
    for pattern in patterns:
        for place, part in enumerate(parts):
            match = pattern.search(part)
            if match:
                left = (part[: match.start()] + part[match.end() :]).strip(" ,.-")
                return _tidy(match.group()), [*parts[:place], *([left] if left else []), *parts[place + 1 :]]
    return "", parts


def _take_region(parts: list[str], country: str) -> tuple[str | None, list[str]]:
    """The state behind the town, where towns are written so."""
    if country not in ("US", "CA", "AU") or not parts:
        return None, parts
    for place, part in enumerate(parts):
        match = REGION.search(part if part.isupper() or len(part) > 3 else part.upper())
        if match and len(match.group(1)) == 2:
            left = part[: match.start()].strip(" ,.")
            return match.group(1).upper(), [*parts[:place], *([left] if left else []), *parts[place + 1 :]]
    return None, parts


def _tidy(postcode: str) -> str:
    return postcode.upper()
