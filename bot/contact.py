"""What equal contacts share: the keys by which a customer is found again. Compared, never written to.

A key is made in one place, because a phone number in a shop's record and the same number as WhatsApp reports it are
often spelt differently (CHANNELS.md 8). The number written to stays the one that was given.
"""

import re
from functools import lru_cache

import phonenumbers

_SHAPE = re.compile(r"\+[\d\s().\-/]+")
_LENGTHS = range(7, 16)  # E.164 allows 15 digits with the country code; under 7 it is a short code

#: Mexico's 521, Argentina's 549, and Brazil's ninth digit, which landlines (first digit 2 to 5) never had.
_FOLDED = (
    (re.compile(r"^521([2-9]\d{9})$"), r"52\1"),
    (re.compile(r"^549([1-9]\d{9})$"), r"54\1"),
    (re.compile(r"^55([1-9]\d)([6-9]\d{7})$"), r"55\g<1>9\2"),
)


@lru_cache(maxsize=4096)
def phone_key(text: str) -> str | None:
    """The number in E.164 with its country's two spellings made one, or None when it is not phone-shaped.

    Argentina joins a mobile and a landline of the same digits, so two customers who share a key are ambiguous.
    """
    if not _SHAPE.fullmatch(text.strip()):
        return None
    digits = re.sub(r"\D", "", text)
    if len(digits) not in _LENGTHS:
        return None
    return "+" + _folded(_canonical(digits))


def email_key(text: str) -> str:
    return text.strip().lower()


def _canonical(digits: str) -> str:
    """Without a trunk zero left behind the country code ("+44 (0)20 …"); what no country would dial stays as it is."""
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_valid_number(number):
        return digits
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def _folded(digits: str) -> str:
    for spelling, one in _FOLDED:
        digits = spelling.sub(one, digits)
    return digits
