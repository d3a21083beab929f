"""Which language a short text is in, among those we have phrases for. Sticky: the language so far wins unless the
evidence is clear, because "ok" and "1044" are in no language."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.understanding.lexicon import LANGUAGES, Lexicon
from bot.understanding.wordlist import Table

ENOUGH = 1.4  # to name a language where none is known
CLEARLY = 1.6  # more than the language so far, to leave it
MOST_WORDS = 200

#: What customers call the languages when they ask for one.
NAMES: Mapping[str, str] = {
    "english": "en", "ingles": "en", "anglais": "en", "englisch": "en", "inglese": "en", "engels": "en",
    "spanish": "es", "espanol": "es", "espagnol": "es", "spanisch": "es", "spagnolo": "es", "castellano": "es",
    "french": "fr", "francais": "fr", "frances": "fr", "franzosisch": "fr", "francese": "fr", "frans": "fr",
    "german": "de", "deutsch": "de", "aleman": "de", "allemand": "de", "tedesco": "de", "duits": "de",
    "portuguese": "pt", "portugues": "pt", "portugais": "pt", "portugiesisch": "pt", "portoghese": "pt",
    "italian": "it", "italiano": "it", "italien": "it", "italienisch": "it", "italiaans": "it",
    "dutch": "nl", "nederlands": "nl", "neerlandais": "nl", "holandes": "nl", "niederlandisch": "nl", "olandese": "nl",
}  # fmt: skip
DENIALS = frozenset({"not", "no", "nao", "non", "pas", "kein", "geen", "dont"})


class Languages:
    """Knows which words each language uses: its common words, and those of its phrases."""

    def __init__(self, tongues: Table[tuple[str, ...]], lexicon: Lexicon) -> None:
        self._weights = tongues.told(lambda languages: _shared(dict.fromkeys(languages, 0.5)))
        common: dict[str, dict[str, float]] = {}
        for language, words in lexicon.common.items():
            for word in words:
                common.setdefault(word, dict.fromkeys(tongues.get(word, ()), 0.5))[language] = 1.0
        self._common = {word: _shared(weights) for word, weights in common.items()}

    def read(self, bare: str, given: str | None, default: str) -> str:
        """The language of the folded words; `given` is the language so far."""
        scores: defaultdict[str, float] = defaultdict(float)
        for word in bare.split()[:MOST_WORDS]:
            for language, weight in (self._common.get(word) or self._weights.get(word, {})).items():
                scores[language] += weight
        if not scores:
            return given or default
        best = max(scores, key=lambda language: (scores[language], language == (given or default)))
        if given:
            return best if scores[best] >= CLEARLY + 1.5 * scores.get(given, 0.0) else given
        sure = scores[best] >= ENOUGH or scores[best] > 2 * scores.get(default, 0.0)
        return best if sure and scores[best] > scores.get(default, 0.0) else default


def _shared(weights: Mapping[str, float]) -> dict[str, float]:
    return {language: weight / len(weights) for language, weight in weights.items()}


def language_asked_for(words: Sequence[str]) -> str | None:
    """The one language that a wish for another language names; none when it is only said not to be spoken."""
    named = {NAMES[word] for word in words if word in NAMES}
    if len(named) != 1 or DENIALS & set(words):
        return None
    return next(iter(named & set(LANGUAGES)), None)
