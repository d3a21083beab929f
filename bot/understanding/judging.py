"""What a stretch of text wants: the phrases' own word, a rule's, the model's; remembered for a while."""

from collections.abc import Mapping, Sequence

from bot.understanding import deciding
from bot.understanding.clauses import Clause
from bot.understanding.deciding import Judged
from bot.understanding.features import Words
from bot.understanding.lexicon import Lexicon
from bot.understanding.scorer import Scorer
from bot.understanding.spelling import Speller

MOST_RULED_WORDS = 60  # of a clause that rules look at
MOST_KEPT = 2_000


class Judge:
    """Judges clauses. The same clause is judged once while it is remembered; a message's parts are judged in one go,
    because the encoder takes little longer for three than for one."""

    def __init__(self, scorer: Scorer, speller: Speller, lexicon: Lexicon, phrases: Mapping[str, str]) -> None:
        """`phrases` are words between blanks → what they stand for."""
        self.scorer = scorer
        self._speller = speller
        self._lexicon = lexicon
        self._phrases = phrases
        self._kept: dict[tuple[str, Words], Judged] = {}

    def fixed(self, words: Words) -> Words:
        return self._speller.fixed(words)

    def together(self, clauses: Sequence[Clause]) -> list[Judged]:
        """Each clause as what it most likely wants."""
        asked = {(clause.encoded, clause.words): clause for clause in clauses}
        new = [key for key in asked if key not in self._kept]
        if len(self._kept) + len(new) > MOST_KEPT:
            self._kept.clear()
            new = list(asked)
        fixed = [self._speller.fixed(words) for _, words in new]
        scored = self.scorer.rank([(words, said) for words, (said, _) in zip(fixed, new, strict=True)])
        found = {
            key: self._ruled(deciding.judged(score), words, key[1])
            for key, words, score in zip(new, fixed, scored, strict=True)
        }
        self._kept.update(found)
        return [self._kept.get(key) or found[key] for key in ((clause.encoded, clause.words) for clause in clauses)]

    def quickly(self, clause: Clause) -> Judged:
        """By words alone: enough to see whether a closer look is worth it."""
        fixed = self._speller.fixed(clause.words)
        scored = self.scorer.rank([(fixed, clause.encoded)], quick=True)[0]
        return self._ruled(deciding.judged(scored), fixed, clause.words)

    def _ruled(self, found: Judged, fixed: Words, words: Words) -> Judged:
        phrase = self._phrases.get(" ".join(fixed)) or self._phrases.get(" ".join(words))
        if phrase:
            return deciding.ruled(found, phrase, certain=True)
        said = " ".join(fixed[:MOST_RULED_WORDS])
        label = next((label for label, pattern in self._lexicon.intents if pattern.search(said)), None)
        return deciding.ruled(found, label) if label else found
