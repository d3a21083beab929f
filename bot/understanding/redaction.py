"""A text without what tells who wrote it: what leaves the shop, for a merchant's file or for another's model.

Mail addresses, phone numbers, links, order, tracking and card numbers, names of the customer and streets are put as
what they are, in brackets; sizes, amounts, quantities and years stay. When in doubt it goes. Linear in the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.understanding.entities import EMAIL
from bot.understanding.normalise import LONGEST, normalise

LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+|(?<![\w.@-])[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,4}/\S+")
PHONE = re.compile(r"(?<![\w#])\+?\(?\d(?:[\s()./-]{0,3}\d){6,}")
POSTCODE = re.compile(
    r"(?i)\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)\b|\b[1-9]\d{3}\s?(?-i:[A-Z]{2})\b"
)
#: What has digits and tells of nobody, or a word with whatever hangs on it.
AMOUNT = r"[$€£]\s?\d{1,4}(?:[.,]\d{1,3}){0,2}|\d{1,4}(?:[.,]\d{1,3}){0,2}\s?(?:[$€£%](?!\w)|%s\b)"
UNITS = (
    r"(?:usd|eur|gbp|euros?|dollars?|pounds?|st|nd|rd|th|am|pm|h|hours?|min|minutes?|kg|g|grams?|ml|cl|l|cm|mm|m|in|inch|"
    r"inches|ft|oz|lbs?|x|gb|w|v|days?|weeks?|months?|years?|percent)"
)
WORD = re.compile(rf"(?i)(?P<plain>(?<![\w#-])(?:{AMOUNT.replace('%s', UNITS)})(?![\w-]))|#?\w+(?:-\w+)*")
SMALL = re.compile(r"#?\d{1,2}(?:-\d{1,2})?|(?:19|20)\d\d|\d{1,2}[a-z]{1,3}|[a-z]{1,3}\d{1,2}", re.IGNORECASE)

#: `12 Oak Street`, `12 elm way`; `12, rue de la Paix`, `12 Via Roma`; `Calle Mayor 3`, `Hauptstr. 5`, `Lindenweg 12`.
HOUSE = r"\b\d{1,5}[a-z]?(?:[-/]\d{1,4})?"
NAME = r"[^\W\d][\w.'’-]{0,30}"
WAY = r"(?:street|str|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|highway|hwy|crescent|terrace)"
WAY_OR_WORD = r"(?:way|place|pl|close|square)"
FIRST = r"(?:calle|avenida|paseo|rue|chemin|all[ée]e|boulevard|rua|via|viale|corso|piazza|largo)"
COMPOUND = r"\w{2,30}(?:str\.?|strasse|straße|weg|platz|gasse|allee|straat|laan|plein|gracht|kade)"
GERMAN = r"(?:\w{2,30}\s+)?(?:str\.|strasse|straße|platz|allee|straat|laan)"
STREETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{HOUSE},?\s+(?:{NAME}\s+){{1,3}}{WAY}\b\.?",
        rf"{HOUSE},?\s+{NAME}\s+{WAY_OR_WORD}\b",
        rf"{HOUSE},?\s+(?:bis\s+)?{FIRST}\s+{NAME}(?:\s+{NAME}){{0,3}}",
        rf"\b{FIRST}\s+(?:{NAME}\s+){{0,3}}{NAME},?\s+(?:n[º°o.]\s*)?\d{{1,5}}[a-z]?\b",
        rf"\b(?:{COMPOUND}|{GERMAN})\s*\d{{1,5}}\s?[a-z]?\b",
    )
)

SURE = r"my name is|my name's|name:|me llamo|mi nombre es|je m'appelle|mein name ist|meu nome é|mi chiamo|mijn naam is"
LEAD = re.compile(
    rf"(?i)\b(?:(?P<sure>{SURE}|ich hei(?:ß|ss)e)|this is|i am|i'm|regards,?|thanks,|thank you,|cheers,?|best,|"
    r"sincerely,?|soy|saludos,?|je suis|cordialement,?|ich bin|gr(?:ü|u|ue)(?:ß|ss)e,?|sono|saluti,?|ik ben|"
    r"groet(?:en|jes)?,?|eu sou|sou|atenciosamente,?|abraços,?)\s+"
    r"(?P<words>[^\W\d_][\w'’-]*(?:[ \t]+[^\W\d_][\w'’-]*){0,2})"
)
SIGNED = re.compile(r"\s*[-–—~]{0,2}\s*[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w.'’-]*){0,2}\s*[.!]?")
SHORTEST_PART = 3  # letters of a part of a name that is hidden by itself


def redacted(text: str, names: Iterable[str] = ()) -> str:
    """The text without invisible characters, at most its first LONGEST; `names` are the customer's own."""
    text = normalise(text.replace("’", "'"), {}).clean[:LONGEST]
    text = LINK.sub("[link]", text)
    text = EMAIL.sub("[email]", text)
    for street in STREETS:
        text = street.sub("[address]", text)
    text = PHONE.sub("[number]", text)
    text = POSTCODE.sub("[address]", text)
    text = WORD.sub(_without_number, text)
    text = LEAD.sub(_without_name, text)
    text = _without_signature(text)
    return _without(text, names)


def _without_number(match: re.Match[str]) -> str:
    """A word as it is unless it is a number that could tell whose it is."""
    word = match.group()
    if match["plain"] or sum(character.isdigit() for character in word) < 2 or SMALL.fullmatch(word):
        return word
    return "[number]"


def _without_name(match: re.Match[str]) -> str:
    """Words written as names after what announces one; after what surely does, two in whatever letters."""
    words = match["words"].split()
    named = next((place for place, word in enumerate(words) if not word[0].isupper()), len(words))
    if match["sure"]:
        named = max(named, min(2, len(words)))
    if not named:
        return match.group()
    lead = match.group()[: match.start("words") - match.start()]
    return " ".join([f"{lead}[name]", *words[named:]])


def _without_signature(text: str) -> str:
    """Without a last line that holds nothing but a name, or what is written as one."""
    above, line, last = text.rstrip().rpartition("\n")
    if not line or not SIGNED.fullmatch(last):
        return text
    words = [word for word in last.split() if word[0].isalpha()]
    return f"{above}\n[name]" if all(word[0].isupper() for word in words) else text


def _without(text: str, names: Iterable[str]) -> str:
    """Without these names and their longer parts, in any case, with their accents or without."""
    parts = {each for name in names for each in _parts(_bare(unicodedata.normalize("NFKC", name))) if len(each) > 1}
    if not parts:
        return text
    longest_first = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True))
    found = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)
    pieces, end = [], 0
    for match in found.finditer(_bare(text)):
        pieces += [text[end : match.start()], "[name]"]
        end = match.end()
    return "".join([*pieces, text[end:]])


def _parts(name: str) -> Iterator[str]:
    yield name.strip()
    yield from (part for part in re.split(r"[\s-]+", name) if len(part) >= SHORTEST_PART)


def _bare(text: str) -> str:
    """Without accents, letter for letter, so that places stay the same."""
    return text if text.isascii() else "".join(unicodedata.normalize("NFD", letter)[:1] for letter in text)
