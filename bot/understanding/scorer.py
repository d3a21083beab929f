"""The model of intents: weights of words, word pairs and runs of three letters, learnt from phrases in pure Python.

A passive-aggressive classifier (Crammer et al., 2006, PA-I, averaged) over idf-weighted features. Deterministic: the
same phrases in the same order give the same weights. A label may carry a kind after a dot; an intent is as likely as
its likeliest kind. Scores become probabilities by a softmax whose steepness is set so that, over phrases left out of
the learning, what is read with probability 0.6 or more is right five times in six.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

EPOCHS = 4
AGGRESSIVENESS = 0.3
STEEPNESS = 10.0
GRAM = 3
NEGLIGIBLE = 0.005
LONGEST_WORD = 24

Features = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Intents by probability, likeliest first, and the likeliest kind of the first, or empty.

    `known` is the share of the text's weight that the phrases know at all: 0 says nothing can be told.
    """

    ranked: tuple[tuple[str, float], ...]
    known: float
    kind: str = ""


class Scorer:
    """Ranks labels for the words of a text."""

    def __init__(self, examples: Sequence[tuple[Sequence[str], str]]) -> None:
        self.labels = tuple(dict.fromkeys(label for _, label in examples))
        self._intents = len({label.partition(".")[0] for label in self.labels})
        raw = [_raw_features(words) for words, _ in examples]
        self._idf = _idf(raw)
        self._unknown = max(self._idf.values(), default=1.0)
        index = {label: place for place, label in enumerate(self.labels)}
        vectors = [self._vector(features)[0] for features in raw]
        self._weights = _train(vectors, [index[label] for _, label in examples])

    def rank(self, words: Sequence[str]) -> Scored:
        """The intents that any feature speaks for or against."""
        vector, known = self._vector(_raw_features(words))
        scores: defaultdict[int, float] = defaultdict(float)
        for feature, value in vector:
            for label, weight in self._weights.get(feature, {}).items():
                scores[label] += weight * value
        best: dict[str, tuple[float, str]] = {}
        for label, score in sorted(scores.items()):
            intent, _, kind = self.labels[label].partition(".")
            if intent not in best or score > best[intent][0]:
                best[intent] = (score, kind)
        ranked = _softmax({intent: score for intent, (score, _) in best.items()}, self._intents)
        return Scored(ranked, known, best[ranked[0][0]][1] if ranked else "")

    def why(self, words: Sequence[str], label: str) -> list[tuple[str, float]]:
        """The features that speak for a label, strongest first."""
        place = self.labels.index(label)
        vector, _ = self._vector(_raw_features(words))
        said = [(feature, value * self._weights.get(feature, {}).get(place, 0.0)) for feature, value in vector]
        return sorted((entry for entry in said if entry[1] > 0), key=lambda entry: -entry[1])

    def _vector(self, counted: Counter[str]) -> tuple[Features, float]:
        """The features known, at length 1, and the share of weight that is known."""
        vector: Features = []
        square = lost = 0.0
        for feature, count in counted.items():
            idf = self._idf.get(feature)
            if idf is None:
                if feature[0] not in "_^":
                    lost += self._unknown**2
                continue
            value = idf * count
            square += value * value
            vector.append((feature, value))
        if not vector:
            return [], 0.0
        length = math.sqrt(square)
        return [(feature, value / length) for feature, value in vector], square / (square + lost)


def _raw_features(words: Sequence[str]) -> Counter[str]:
    counted: Counter[str] = Counter(words)
    for first, second in pairwise(("<", *words, ">")):
        counted[f"_{first} {second}"] += 1
    for word in words:
        if len(word) > GRAM:
            bounded = f"<{word[:LONGEST_WORD]}>"
            for place in range(len(bounded) - GRAM + 1):
                counted["^" + bounded[place : place + GRAM]] += 1
    return counted


def _idf(documents: Sequence[Iterable[str]]) -> dict[str, float]:
    seen: Counter[str] = Counter()
    for document in documents:
        seen.update(set(document))
    total = len(documents)
    return {
        feature: (1 + math.log(total / count)) * (0.7 if feature[0] in "_^" else 1.0) for feature, count in seen.items()
    }


def _train(vectors: Sequence[Features], answers: Sequence[int]) -> dict[str, dict[int, float]]:
    """Averaged PA-I: after each mistake or narrow win the right label gains and the best wrong one loses."""
    weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
    sums: defaultdict[str, dict[int, float]] = defaultdict(dict)
    step = 1
    order = [(place * 7919) % len(vectors) for place in range(len(vectors))] if vectors else []
    for _ in range(EPOCHS):
        for place in order:
            vector, right = vectors[place], answers[place]
            scores: dict[int, float] = {}
            for feature, value in vector:
                for label, weight in weights[feature].items():
                    scores[label] = scores.get(label, 0.0) + weight * value
            own = scores.pop(right, 0.0)
            wrong, best = _best_wrong(scores)
            loss = 1.0 - own + best
            if loss > 0:
                rate = min(AGGRESSIVENESS, loss / 2)
                _move(weights, sums, vector, right, rate, step)
                if wrong is not None:
                    _move(weights, sums, vector, wrong, -rate, step)
            step += 1
    return {feature: _averaged(by_label, sums[feature], step) for feature, by_label in weights.items()}


def _averaged(by_label: dict[int, float], summed: dict[int, float], step: int) -> dict[int, float]:
    """The mean over all steps; what hardly counts is left out."""
    averaged = ((label, weight - summed.get(label, 0.0) / step) for label, weight in by_label.items())
    return {label: weight for label, weight in averaged if abs(weight) >= NEGLIGIBLE}


def _best_wrong(scores: dict[int, float]) -> tuple[int | None, float]:
    if not scores:
        return None, 0.0
    label = max(scores, key=scores.__getitem__)
    return label, scores[label]


def _move(
    weights: dict[str, dict[int, float]],
    sums: dict[str, dict[int, float]],
    vector: Features,
    label: int,
    rate: float,
    step: int,
) -> None:
    for feature, value in vector:
        change = rate * value
        by_label, summed = weights[feature], sums[feature]
        by_label[label] = by_label.get(label, 0.0) + change
        summed[label] = summed.get(label, 0.0) + change * step


def _softmax(scores: dict[str, float], intents: int) -> tuple[tuple[str, float], ...]:
    """Shares of all intents; those that no feature spoke for count with a score of 0."""
    if not scores:
        return ()
    ranked = sorted(scores.items(), key=lambda entry: (-entry[1], entry[0]))
    top = ranked[0][1]
    shares = [(intent, math.exp(STEEPNESS * (score - top))) for intent, score in ranked]
    silent = max(intents - len(ranked), 0) * math.exp(STEEPNESS * -max(top, 0.0))
    total = sum(share for _, share in shares) + silent
    return tuple((intent, share / total) for intent, share in shares)
