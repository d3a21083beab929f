"""The model of intents: for the words of a text and its vector, how likely each intent is.

What features and what directions say is multiplied (in logarithms, each with its weight), and flattened so that what
is read with probability 0.8 is right four times in five (measured on phrases left out of the learning). A label may
carry a kind after a dot; an intent is as likely as its kinds together.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.encoder import Encoder
from bot.understanding.features import Words
from bot.understanding.learning import Example, Floats, Learnt, softmax, weighed
from bot.understanding.phrases import FAQ, STORE_QUESTION

#: How much features and directions weigh when both are there, and features when they stand alone.
BESIDE_A_VECTOR = 0.5
DIRECTION = 1.0
ALONE = 0.8
ENOUGH = 0.9  # how sure the words alone must be for the encoder not to be asked
KNOWN_BY_VECTOR = 0.5  # what the encoder knows of any text
AS_NEAR = 0.75  # cosine to a phrase of the merchant's from which its label is the likeliest
STEEP = 12.0


@dataclass(frozen=True, slots=True)
class Scored:
    """Intents by probability, likeliest first, and of each the likeliest kind, or empty.

    `known` is the share of the text's weight that the phrases know at all: 0 says nothing can be told.
    """

    ranked: tuple[tuple[str, float], ...]
    known: float
    kinds: tuple[str, ...] = ()


def topics_of(theirs: Sequence[Example], learnt: Learnt) -> dict[str, str]:
    """Which of the store questions any shop is asked the merchant answers, and under which id: one with the same id,
    or one that half of an entry's phrases ask, by our own phrases' lights."""
    ours = [place for place, label in enumerate(learnt.labels) if not label.startswith(FAQ)]
    asked: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for words, _, label in theirs:
        if label.startswith(FAQ):
            places, values, _ = weighed(words, learnt)
            scores = values @ learnt.likelihoods.of(places)
            asked[label.removeprefix(FAQ)][learnt.labels[max(ours, key=lambda place: scores[place])]] += 1
    kinds = {label.partition(".")[2] for label in learnt.labels if label.startswith(f"{STORE_QUESTION}.")}
    topics = {name: name for name in asked if name in kinds}
    for name, counted in asked.items():
        intent, _, kind = counted.most_common(1)[0][0].partition(".")
        if intent == STORE_QUESTION and 2 * max(counted.values()) >= counted.total() and name not in kinds:
            topics.setdefault(kind, name)
    return topics


class Scorer:
    """Ranks intents for stretches of text. `topics` are the store questions any shop is asked that the merchant
    answers, each with the id of the answer: these are read as `faq:<id>`, whoever's phrases they are known by."""

    def __init__(self, learnt: Learnt, encoder: Encoder | None, topics: Mapping[str, str] | None = None) -> None:
        self._learnt = learnt
        self._topics = topics or {}
        self._encoder = encoder if len(learnt.directions) else None
        parted = [self.name_of(label).partition(".")[::2] for label in learnt.labels]
        self.intents = tuple(dict.fromkeys(intent for intent, _ in parted))
        self._kinds = tuple(kind for _, kind in parted)
        place = {intent: number for number, intent in enumerate(self.intents)}
        self._intent_of = np.array([place[intent] for intent, _ in parted], np.intp)
        self._places = [np.flatnonzero(self._intent_of == number) for number in range(len(self.intents))]

    def name_of(self, label: str) -> str:
        """The intent, and perhaps kind, that a label of the phrases stands for in this shop."""
        intent, _, kind = label.partition(".")
        return f"{FAQ}{self._topics[kind]}" if intent == STORE_QUESTION and kind in self._topics else label

    def labels_of(self, intent: str) -> list[str]:
        """The labels of the phrases that stand for an intent."""
        named = zip(self._learnt.labels, self._intent_of, strict=True)
        return [label for label, number in named if self.intents[number] == intent]

    def rank(self, stretches: Sequence[tuple[Words, str]], *, quick: bool = False) -> list[Scored]:
        """Of each stretch, given by its words and as said; `quick` leaves the encoder out.

        What the words alone tell well enough is not encoded either: that takes ten times as long as all the rest.
        """
        features = [self._by_features(words) for words, _ in stretches]
        found = [self._scored(softmax(ALONE * scores), known) for scores, known in features]
        if quick or self._encoder is None:
            return found
        unsure = [place for place, scored in enumerate(found) if not scored.ranked or scored.ranked[0][1] < ENOUGH]
        vectors = self._encoder.encode([stretches[place][1] for place in unsure])
        for place, vector in zip(unsure, vectors, strict=True):
            scores, known = features[place]
            scores = BESIDE_A_VECTOR * scores + DIRECTION * self._by_direction(vector)
            found[place] = self._scored(softmax(scores), max(known, KNOWN_BY_VECTOR))
        return found

    def why(self, words: Words, label: str) -> list[tuple[str, float]]:
        """The features that speak for a label against the mean of all, strongest first."""
        places, values, _ = weighed(words, self._learnt)
        rows = self._learnt.likelihoods.of(places)
        gains = values * (rows[:, self._learnt.labels.index(label)] - rows.mean(axis=1))
        name = self._learnt.features.restore_key
        said = [(name(place), float(gain)) for place, gain in zip(places.tolist(), gains, strict=True) if gain > 0]
        return sorted(said, key=lambda entry: (-entry[1], entry[0]))

    def _by_features(self, words: Words) -> tuple[Floats, float]:
        places, values, known = weighed(words, self._learnt)
        if not len(places):
            return np.zeros(len(self._learnt.labels), np.float32), 0.0
        return values @ self._learnt.likelihoods.of(places), known

    def _by_direction(self, vector: Floats) -> Floats:
        """In logarithms, up to a constant. Near a phrase of the merchant's, what it stands for is the likeliest."""
        weights = self._learnt.directions
        scores = vector @ weights[:-1] + weights[-1]
        scores = np.maximum(scores, scores[np.isfinite(scores)].min())
        if len(self._learnt.anchors):
            nearness = np.full(len(scores), -1.0, np.float32)
            np.maximum.at(nearness, self._learnt.anchored, self._learnt.anchors @ vector)
            scores = np.maximum(scores, scores.max() + STEEP * (nearness - AS_NEAR))
        return np.asarray(scores, np.float32)

    def _scored(self, shares: Floats, known: float) -> Scored:
        summed = np.bincount(self._intent_of, shares, len(self.intents))
        order = np.lexsort((np.arange(len(summed)), -summed))
        kinds = [self._kinds[max(self._places[number], key=lambda label: shares[label])] for number in order[:5]]
        ranked = tuple((self.intents[number], float(summed[number])) for number in order if summed[number] > 1e-4)
        return Scored(ranked, known, tuple(kinds[: len(ranked)]))
