"""What phrases teach: how likely each label is for each feature, and in which direction each label lies.

Two models. Features: multinomial naive Bayes over length-normalised tf-idf counts (Rennie et al., 2003), which learns
from few examples and in no time, from our phrases and the merchant's alike. Vectors of the encoder, where there is one:
multinomial logistic regression over our own phrases, by the quadratic bound of its Hessian (Böhning, 1992) with
Nesterov's momentum; encoding thousands of phrases takes many seconds, so what is learnt of them comes with the package,
in `directions.npz` (made by `python -m bot.understanding.learning`). The merchant's phrases stand beside it as anchors:
what lies near one means what it means. Deterministic: nothing is drawn at random.
"""

import io
import json
import zipfile
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from importlib.resources import files
from typing import Any

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray

from bot.ports import Shelf
from bot.understanding.encoder import Encoder, Vectors
from bot.understanding.features import Words, features_of, grams_of, is_word, pairs_in, plain_words
from bot.understanding.wordlist import packed_trie, unpacked_trie

SMOOTHING = 0.1
FEWEST = 2  # examples a feature that is no word must stand in
PENALTY = 0.3
STEPS = 60
LEVELLING = 0.2  # how far a label that has many phrases is held back: 0 not at all, 1 as if all had as many
BATCH = 1024
LIKELIHOODS = "likelihoods_"  # before the names of their arrays
PACKAGED = "directions.npz"
PACKAGED_YES_NO = "directions_yes_no.npz"

Floats = NDArray[np.float32]
#: Words as learnt from, the text as the encoder takes it, and the label: an intent, perhaps with a kind after a dot.
Example = tuple[Words, str, str]


@dataclass(frozen=True, slots=True)
class Directions:
    """`weights` are of the vector's width + 1 × `labels`."""

    labels: tuple[str, ...]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Of features × labels, in logarithms. Few features were ever seen with more than a few labels, so that only these
    are held: of feature f the `labels` from `starts[f]` to `starts[f + 1]`, and how likely each is; every other is as
    likely as in `unseen`."""

    unseen: NDArray[np.float16]
    starts: NDArray[np.int32]
    labels: NDArray[np.uint16]
    likely: NDArray[np.float16]

    def of(self, features: NDArray[np.intp]) -> Floats:
        """A row for each feature, given by its number."""
        starts = self.starts[features]
        lengths = self.starts[features + 1] - starts
        rows = np.repeat(np.arange(len(features)), lengths)
        held = np.arange(len(rows)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
        found = np.empty((len(features), len(self.unseen)), np.float32)
        found[:] = self.unseen
        found[rows, self.labels[held]] = self.likely[held]
        return found


@dataclass(frozen=True, slots=True)
class Learnt:
    """`features` have numbers, and `likelihoods` go by these. `directions` are of the vector's width + 1 × labels, or
    empty, and -inf where a label has none.

    `telling` is by feature how much it tells: the rarer, the more. `anchors` are the vectors of the merchant's phrases
    in rows, `anchored` the place of each one's label.
    """

    labels: tuple[str, ...]
    features: Trie
    telling: Floats
    likelihoods: Likelihoods
    directions: Floats
    anchors: Vectors
    anchored: NDArray[np.intp]
    rarest: float  # what a word tells that no phrase has


def learn(
    own: Sequence[Example], theirs: Sequence[Example], encoder: Encoder | None, shelf: Shelf | None = None
) -> Learnt:
    """What our examples and the merchant's teach. Directions that are not packaged are kept on the shelf."""
    examples = [*own, *theirs]
    labels = tuple(dict.fromkeys(label for _, _, label in examples))
    place = {label: number for number, label in enumerate(labels)}
    answers = np.array([place[label] for _, _, label in examples], np.intp)
    features, telling, likelihoods = _learn_features([words for words, _, _ in examples], answers, len(labels))
    none = np.zeros((0, len(labels)), np.float32)
    rarest = float(telling.max(initial=1.0))
    learnt = Learnt(labels, features, telling, likelihoods, none, none, np.zeros(0, np.intp), rarest)
    if encoder is None or not own:
        return learnt
    return replace(
        learnt,
        directions=_spread(directions_of(own, encoder, shelf), labels),
        anchors=encoder.encode([said for _, said, _ in theirs]),
        anchored=answers[len(own) :],
    )


# -- features ----------------------------------------------------------------------------------------------------------


def weighed(words: Words, learnt: Learnt) -> tuple[NDArray[np.intp], Floats, float]:
    """The known features by number, their values at length 1, and the share of the words' weight that is known."""
    numbers, counts, lost = [], [], 0
    for feature, count in features_of(words).items():
        number = learnt.features.get(feature)
        if number is not None:
            numbers.append(number)
            counts.append(count)
        elif is_word(feature):
            lost += 1
    if not numbers:
        return np.zeros(0, np.intp), np.zeros(0, np.float32), 0.0
    places = np.array(numbers, np.intp)
    values = (1 + np.log(np.array(counts, np.float32))) * learnt.telling[places]
    square = float(values @ values)
    unknown = lost * learnt.rarest**2
    return places, (values / np.sqrt(square)).astype(np.float32), square / (square + unknown)


def _learn_features(texts: Sequence[Words], answers: NDArray[np.intp], labels: int) -> tuple[Trie, Floats, Likelihoods]:
    names, text, feature, counts = _counted(texts)
    seen = np.bincount(feature, minlength=len(names))
    kept = (seen >= FEWEST) | np.array([is_word(name) for name in names], bool)
    rare = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
    known = kept[feature]
    text, feature, counts = text[known], feature[known], counts[known]
    values = (1 + np.log(counts, dtype=np.float32)) * rare[feature]
    values /= np.sqrt(np.bincount(text, values * values, len(texts)))[text]
    features = Trie([name for name, keep in zip(names, kept, strict=True) if keep])
    place = np.zeros(len(names), np.intp)
    place[kept] = [features[name] for name, keep in zip(names, kept, strict=True) if keep]
    telling = np.empty(len(features), np.float32)
    telling[place[kept]] = rare[kept]
    return features, telling, _likely(place[feature], answers[text], values, (len(features), labels))


def _counted(texts: Sequence[Words]) -> tuple[list[str], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The names of all features; then text, feature by its place among these, and how often it stands there."""
    numbers: dict[str, int] = {}
    of_word: dict[str, list[int]] = {}
    said, lengths = array("q"), []
    for words in texts:
        plain = plain_words(words)
        found = [numbers.setdefault(pair, len(numbers)) for pair in pairs_in(plain)]
        for word in plain:
            if word not in of_word:
                of_word[word] = [numbers.setdefault(part, len(numbers)) for part in (word, *grams_of(word))]
            found += of_word[word]
        said.extend(found)
        lengths.append(len(found))
    rows = np.repeat(np.arange(len(texts)), lengths)
    pairs, counts = np.unique(rows * len(numbers) + np.array(said, np.int64), return_counts=True)
    text, feature = np.divmod(pairs, max(len(numbers), 1))
    return list(numbers), text, feature, counts


def _likely(
    features: NDArray[np.intp], answers: NDArray[np.intp], values: NDArray[np.float64], shape: tuple[int, int]
) -> Likelihoods:
    """Of each label's mass, spread over all features, the logarithm of each one's share."""
    pairs, which = np.unique(features * shape[1] + answers, return_inverse=True)
    mass = np.bincount(which, values, len(pairs))
    feature, label = np.divmod(pairs, shape[1])
    whole = np.log(np.bincount(label, mass, shape[1]) + SMOOTHING * shape[0])
    starts = np.searchsorted(feature, np.arange(shape[0] + 1)).astype(np.int32)
    likely = (np.log(mass + SMOOTHING) - whole[label]).astype(np.float16)
    return Likelihoods((np.log(SMOOTHING) - whole).astype(np.float16), starts, label.astype(np.uint16), likely)


# -- vectors -----------------------------------------------------------------------------------------------------------


def directions_of(examples: Sequence[Example], encoder: Encoder, shelf: Shelf | None = None) -> Directions:
    """The packaged ones, where they were learnt of these examples with this encoder; else learnt now, which takes
    about a millisecond an example."""
    name = name_of(examples, encoder)
    packaged = [files("bot.understanding").joinpath(file) for file in (PACKAGED, PACKAGED_YES_NO)]
    found = (_read_directions(file.read_bytes(), name) for file in packaged if file.is_file())
    kept = next((directions for directions in found if directions), None)
    kept = kept or (_read_directions(shelf.take(name) or b"", name) if shelf else None)
    if kept:
        return kept
    labels = tuple(dict.fromkeys(label for _, _, label in examples))
    place = {label: number for number, label in enumerate(labels)}
    answers = np.array([place[label] for _, _, label in examples], np.intp)
    texts = [said for _, said, _ in examples]
    vectors = np.vstack([encoder.encode(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
    weights = _learn_directions(vectors, answers, len(labels)).astype(np.float16).astype(np.float32)  # as they are kept
    made = Directions(labels, weights)
    if shelf:
        shelf.put(name, packed_directions(made, name))
    return made


def name_of(examples: Sequence[Example], encoder: Encoder) -> str:
    """Changes with the examples, the encoder and how directions are learnt."""
    said = repr([(text, label) for _, text, label in examples])
    return f"directions-{digest_of(encoder.name, said, repr((PENALTY, STEPS, LEVELLING)))}"


def packed_directions(made: Directions, name: str) -> bytes:
    held = io.BytesIO()
    names = json.dumps({"name": name, "labels": made.labels}).encode()
    np.savez_compressed(held, names=np.frombuffer(names, np.uint8), weights=made.weights.astype(np.float16))
    return held.getvalue()


def _read_directions(content: bytes, name: str) -> Directions | None:
    """What was packed under this name; None where it is of other examples, cut short or something else."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            names = json.loads(held["names"].tobytes())
            if names["name"] != name:
                return None
            return Directions(tuple(names["labels"]), held["weights"].astype(np.float32))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile):
        return None


def _spread(made: Directions, labels: Sequence[str]) -> Floats:
    """The weights in the order of these labels; one that has none is never likely by its direction."""
    weights = np.zeros((len(made.weights), len(labels)), np.float32)
    weights[-1] = -np.inf
    place = {label: number for number, label in enumerate(made.labels)}
    for number, label in enumerate(labels):
        if label in place:
            weights[:, number] = made.weights[:, place[label]]
    return weights


def _learn_directions(vectors: Vectors, answers: NDArray[np.intp], labels: int) -> Floats:
    """Weights of a softmax over the vector and a constant 1."""
    known = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])
    width = known.shape[1]
    penalty = np.full((width, 1), PENALTY, np.float32)
    penalty[-1] = PENALTY / 100  # how common a label is costs nothing to say
    bound = (known.T @ known).astype(np.float64) / 2 + np.diag(penalty[:, 0])
    step = np.linalg.inv(bound).astype(np.float32)
    right = np.zeros((len(vectors), labels), np.float32)
    right[np.arange(len(vectors)), answers] = 1
    wanted = known.T @ right
    weights = ahead = np.zeros((width, labels), np.float32)
    pace = 1.0
    for _ in range(STEPS):
        shares = softmax(known @ ahead)
        moved = ahead + step @ (wanted - known.T @ shares - penalty * ahead)
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = moved + np.float32((pace - 1) / next_pace) * (moved - weights)
        weights, pace = moved, next_pace
    weights[-1] -= LEVELLING * np.log(np.bincount(answers, minlength=labels) / len(answers)).astype(np.float32)
    return weights


def softmax(scores: Floats) -> Floats:
    """Shares along the last axis."""
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float32)


# -- the shelf ---------------------------------------------------------------------------------------------------------


def digest_of(*parts: str) -> str:
    digest = sha256()
    for part in parts:
        digest.update(f"{len(part)}\0{part}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def packed(learnt: Learnt) -> dict[str, NDArray[Any]]:
    """As arrays, by name."""
    names = json.dumps({"labels": learnt.labels}).encode()
    likely = {LIKELIHOODS + field.name: getattr(learnt.likelihoods, field.name) for field in fields(Likelihoods)}
    return likely | {
        "names": np.frombuffer(names, np.uint8),
        "features": packed_trie(learnt.features),
        "telling": learnt.telling,
        "directions": learnt.directions,
        "anchors": learnt.anchors,
        "anchored": learnt.anchored,
    }


def unpacked(held: Mapping[str, NDArray[Any]]) -> Learnt:
    """Raises KeyError or ValueError where something is missing or spoilt."""
    return Learnt(
        labels=tuple(json.loads(held["names"].tobytes())["labels"]),
        features=unpacked_trie(held["features"]),
        telling=held["telling"],
        likelihoods=Likelihoods(*(held[LIKELIHOODS + field.name] for field in fields(Likelihoods))),
        directions=held["directions"],
        anchors=held["anchors"],
        anchored=held["anchored"],
        rarest=float(held["telling"].max(initial=1.0)),
    )


def _main() -> None:
    """Learns the directions of our own phrases anew and writes them where the package keeps them."""
    from pathlib import Path

    from bot.understanding.encoder import packaged_encoder
    from bot.understanding.phrases import own_examples, yes_no_examples

    encoder = packaged_encoder()
    if encoder is None:
        raise SystemExit("the encoder's package is not installed")
    for file, examples in ((PACKAGED, own_examples()), (PACKAGED_YES_NO, yes_no_examples())):
        path = Path(__file__).with_name(file)
        path.write_bytes(packed_directions(directions_of(examples, encoder), name_of(examples, encoder)))
        print(f"{path.name}: learnt of {len(examples)} phrases")  # noqa: T201 - what the command tells


if __name__ == "__main__":
    _main()
