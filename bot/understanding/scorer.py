"""The model of intents: weights of words, word pairs and runs of three letters, learnt from phrases in pure Python.

A passive-aggressive classifier (Crammer et al., 2006, PA-I, averaged) over idf-weighted features. Deterministic: the
same phrases in the same order give the same weights. A label may carry a kind after a dot; an intent is as likely as
its likeliest kind. Scores become probabilities by a softmax whose steepness is set so that, over phrases left out of
the learning, what is read with probability 0.6 or more is right five times in six.
"""

import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import accumulate, pairwise

from bot.ports import Shelf

EPOCHS = 4
AGGRESSIVENESS = 0.3
STEEPNESS = 10.0
GRAM = 3
NEGLIGIBLE = 0.005
LONGEST_WORD = 24

Words = tuple[str, ...]
Weights = tuple[tuple[int, ...], Sequence[float]]
"""Of one feature: the labels it speaks for or against, and how strongly."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Intents by probability, likeliest first, and the likeliest kind of the first, or empty.

    `known` is the share of the text's weight that the phrases know at all: 0 says nothing can be told.
    """

    ranked: tuple[tuple[str, float], ...]
    known: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Vector:
    """The features of a text by number, with their values; packed, because a few thousand are held while learning."""

    features: Sequence[int]
    values: Sequence[float]


class Scorer:
    """Ranks labels for the words of a text. A text asked for again is answered from memory.

    What is learnt of these examples is put on the shelf, and taken from there when they are the same.
    """

    def __init__(self, examples: Sequence[tuple[Words, str]], shelf: Shelf | None = None) -> None:
        self.labels = tuple(dict.fromkeys(label for _, label in examples))
        self._names = [label.partition(".")[::2] for label in self.labels]
        self._intents = len({intent for intent, _ in self._names})
        self._numbers, self._idf = _learn_features(words for words, _ in examples)
        self._unknown = max(self._idf, default=1.0)
        index = {label: place for place, label in enumerate(self.labels)}
        self._weights = self._recalled(examples, shelf)
        if not self._weights:
            vectors = [self._vector(words)[0] for words, _ in examples]
            self._weights = _train(vectors, [index[label] for _, label in examples], len(self._idf))
            if shelf:
                shelf.put(_name_of(examples), _packed(self._weights))
        self.rank = lru_cache(maxsize=512)(self._rank)

    def _recalled(self, examples: Sequence[tuple[Words, str]], shelf: Shelf | None) -> list[Weights]:
        """The weights learnt of these examples before, or none."""
        content = shelf.take(_name_of(examples)) if shelf else None
        weights = _unpacked(content) if content else []
        fits = len(weights) == len(self._idf)
        return weights if fits and all(max(labels, default=0) < len(self.labels) for labels, _ in weights) else []

    def _rank(self, words: Words) -> Scored:
        """The intents that any feature speaks for or against."""
        vector, known = self._vector(words)
        scores = [0.0] * len(self.labels)
        for feature, value in zip(vector.features, vector.values, strict=True):
            labels, weights = self._weights[feature]
            for label, weight in zip(labels, weights, strict=True):
                scores[label] += weight * value
        best: dict[str, tuple[float, str]] = {}
        for (intent, kind), score in zip(self._names, scores, strict=True):
            if score and (intent not in best or score > best[intent][0]):
                best[intent] = (score, kind)
        ranked = _softmax({intent: score for intent, (score, _) in best.items()}, self._intents)
        return Scored(ranked, known, best[ranked[0][0]][1] if ranked else "")

    def why(self, words: Words, label: str) -> list[tuple[str, float]]:
        """The features that speak for a label, strongest first."""
        place = self.labels.index(label)
        names = {number: feature for feature, number in self._numbers.items()}
        vector, _ = self._vector(words)
        said = []
        for feature, value in zip(vector.features, vector.values, strict=True):
            weight = dict(zip(*self._weights[feature], strict=True)).get(place, 0.0)
            said.append((names[feature], value * weight))
        return sorted((entry for entry in said if entry[1] > 0), key=lambda entry: -entry[1])

    def _vector(self, words: Words) -> tuple[Vector, float]:
        """The features known, at length 1, and the share of weight that is known."""
        features, values = array("l"), array("d")
        square = lost = 0.0
        for feature, count in _raw_features(words).items():
            number = self._numbers.get(feature)
            if number is None:
                if feature[0] not in "_^":
                    lost += self._unknown**2
                continue
            value = self._idf[number] * count
            square += value * value
            features.append(number)
            values.append(value)
        if not features:
            return Vector((), ()), 0.0
        length = math.sqrt(square)
        return Vector(features, array("d", [value / length for value in values])), square / (square + lost)


def _raw_features(words: Words) -> Counter[str]:
    counted: Counter[str] = Counter(words)
    for first, second in pairwise(("<", *words, ">")):
        counted[f"_{first} {second}"] += 1
    for word in words:
        if len(word) > GRAM:
            bounded = f"<{word[:LONGEST_WORD]}>"
            for place in range(len(bounded) - GRAM + 1):
                counted["^" + bounded[place : place + GRAM]] += 1
    return counted


def _learn_features(texts: Iterable[Words]) -> tuple[dict[str, int], list[float]]:
    """Each feature's number, and by number how telling it is: the rarer, the more."""
    seen: Counter[str] = Counter()
    total = 0
    for words in texts:
        seen.update(_raw_features(words).keys())
        total += 1
    idf = [(1 + math.log(total / count)) * (0.7 if feature[0] in "_^" else 1.0) for feature, count in seen.items()]
    return {feature: number for number, feature in enumerate(seen)}, idf


def _train(vectors: Sequence[Vector], answers: Sequence[int], features: int) -> list[Weights]:
    """Averaged PA-I: after each mistake or narrow win the right label gains and the best wrong one loses."""
    weights: list[dict[int, float]] = [{} for _ in range(features)]
    sums: list[dict[int, float]] = [{} for _ in range(features)]
    step = 1
    order = [(place * 7919) % len(vectors) for place in range(len(vectors))] if vectors else []
    for _ in range(EPOCHS):
        for place in order:
            vector, right = vectors[place], answers[place]
            scores: dict[int, float] = {}
            for feature, value in zip(vector.features, vector.values, strict=True):
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
    return [_averaged(by_label, summed, step) for by_label, summed in zip(weights, sums, strict=True)]


def _averaged(by_label: dict[int, float], summed: dict[int, float], step: int) -> Weights:
    """The mean over all steps; what hardly counts is left out."""
    averaged = [(label, weight - summed.get(label, 0.0) / step) for label, weight in by_label.items()]
    kept = [(label, weight) for label, weight in averaged if abs(weight) >= NEGLIGIBLE]
    return tuple(label for label, _ in kept), array("d", [weight for _, weight in kept])


def _name_of(examples: Sequence[tuple[Words, str]]) -> str:
    """Changes with the examples, with how they are learnt, and with how this machine writes numbers."""
    digest = sha256(files("bot.understanding").joinpath("scorer.py").read_bytes())
    digest.update(f"{sys.byteorder}{array('l').itemsize}{examples!r}".encode())
    return f"weights-{digest.hexdigest()[:32]}"


def _packed(weights: Sequence[Weights]) -> bytes:
    """How many labels each feature has, then all labels, then all weights."""
    counts = array("H", [len(labels) for labels, _ in weights])
    labels = array("H", [label for labels, _ in weights for label in labels])
    values = array("d", [value for _, values in weights for value in values])
    lengths = array("q", [len(counts), len(labels)])
    return lengths.tobytes() + counts.tobytes() + labels.tobytes() + values.tobytes()


def _unpacked(content: bytes) -> list[Weights]:
    """What was packed; nothing where it is cut short or something else."""
    lengths, counts, labels, values = array("q"), array("H"), array("H"), array("d")
    try:
        lengths.frombytes(content[:16])
        first = 16 + 2 * lengths[0]
        second = first + 2 * lengths[1]
        for part, piece in ((counts, content[16:first]), (labels, content[first:second]), (values, content[second:])):
            part.frombytes(piece)
    except (ValueError, IndexError):
        return []
    if len(counts) != lengths[0] or not sum(counts) == len(labels) == len(values) == lengths[1]:
        return []
    ends = list(accumulate(counts))
    return [
        (tuple(labels[end - count : end]), values[end - count : end]) for count, end in zip(counts, ends, strict=True)
    ]


def _best_wrong(scores: dict[int, float]) -> tuple[int | None, float]:
    if not scores:
        return None, 0.0
    label = max(scores, key=scores.__getitem__)
    return label, scores[label]


def _move(
    weights: list[dict[int, float]],
    sums: list[dict[int, float]],
    vector: Vector,
    label: int,
    rate: float,
    step: int,
) -> None:
    for feature, value in zip(vector.features, vector.values, strict=True):
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
