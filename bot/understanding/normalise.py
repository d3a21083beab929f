"""A text made comparable: folded letters, no invisible characters, whole words, known abbreviations written out.

Every step is linear in the text, and only the first `LONGEST` characters are looked at: what a customer wants stands
there.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 4_000
PICTURES = "[\u2600-\u27bf\U0001f300-\U0001faff]"  # of a pattern: what stands between sentences as a full stop does
MOST_LETTERS = 4_096

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "“": '"', "”": '"', "\u00a0": " "})
_ENGLISH_SUFFIX = re.compile(r"'(?=(?:s|t|m|d|re|ve|ll|em|all|clock)\b)")
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the forms that rules look at; `raw` is as received.

    `clean` is without invisible characters, lines kept; `plain` is it folded, on one line, punctuation kept; `bare` is
    its words between single blanks; `words` are these with abbreviations written out.
    """

    raw: str
    clean: str
    plain: str
    bare: str
    words: tuple[str, ...]


def normalise(raw: str, expand: Mapping[str, str]) -> Text:
    clean = _visible(raw[:LONGEST])
    plain = fold(clean)
    found = _WORD.findall(plain)
    return Text(raw, clean, plain, " ".join(found), expanded(found, expand))


def fold(text: str) -> str:
    """Lower case, no accents, one line. An English apostrophe goes ("dont"), another parts words ("l ordine")."""
    text = text.translate(_APOSTROPHES).lower()
    if "'" in text:
        text = _ENGLISH_SUFFIX.sub("", text).replace("'", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_PLAIN).replace("ß", "ss")
    return _SPACE.sub(" ", text).strip()


def expanded(found: list[str], expand: Mapping[str, str]) -> tuple[str, ...]:
    words: list[str] = []
    for word in found:
        known = expand.get(word)
        if known is None:
            words.append(word)
        else:
            words += known.split()
    return tuple(words)


@lru_cache(maxsize=4096)
def unstretched(word: str) -> str:
    """`heeeey` → `hey`: three or more of a letter in a row are one."""
    return _STRETCHED.sub(r"\1", word)


def words_of(text: str) -> list[str]:
    """The folded words of any text, nothing written out."""
    return _WORD.findall(fold(text))


def _visible(text: str) -> str:
    """Without format and control characters; line breaks stay. Compatibility forms (full width, bold) become plain."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFKC", text).translate(_VISIBLE)


def _seen(character: str) -> str:
    if character in "\n\t ":
        return character
    category = unicodedata.category(character)
    if category in ("Cf", "Cs", "Mn"):
        return character if category == "Mn" and not "\ufe00" <= character <= "\ufe0f" else ""
    return "\n" if character in "\r\x0b\x0c\u2028\u2029" else " " if category[0] in "CZ" else character


class _Letters(dict[int, str]):
    """For str.translate: what becomes of each letter, worked out when it is first met, and kept for the first few
    thousand."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, letter: int) -> str:
        found = self._become(chr(letter))
        if len(self) < MOST_LETTERS:
            self[letter] = found
        return found


_VISIBLE = _Letters(_seen)
_PLAIN = _Letters(lambda letter: "" if unicodedata.combining(letter) else letter)
