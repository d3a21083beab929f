"""What of a text is meant: behind "no wait", and without what is named only to be left out ("not the shirt")."""

from dataclasses import replace

from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, words_of


def after_all(text: Text, lexicon: Lexicon) -> Text:
    """The words behind the last correction within the text; all of them where there is none."""
    ends = [match.end() for pattern in lexicon.instead for match in pattern.finditer(text.plain)]
    plain = text.plain[max(ends, default=0) :].strip(" ,.:;-")
    words = words_of(plain)
    if not ends or not words:
        return text
    return replace(text, raw=plain, clean=plain, plain=plain, bare=" ".join(words), words=tuple(words))


def without_denied(plain: str, lexicon: Lexicon) -> str:
    """The folded text without the stretches that say what is not meant."""
    for pattern in lexicon.denied:
        plain = pattern.sub(" , ", plain)
    return plain
