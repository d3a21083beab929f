"""Everything that phrases teach a reader, ours and the merchant's together, kept on the shelf as one.

Reading thousands of phrases takes a second or two; what came of the same phrases before is taken back in a tenth of it.
"""

import io
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.ports import Shelf
from bot.understanding.encoder import Encoder
from bot.understanding.features import is_word
from bot.understanding.learning import Example, Learnt, digest_of, learn, packed, unpacked
from bot.understanding.lexicon import LANGUAGES, raw_sections
from bot.understanding.normalise import fold
from bot.understanding.phrases import Labelled, example, own_examples, own_labelled, own_languages, yes_no_examples
from bot.understanding.scorer import topics_of
from bot.understanding.wordlist import Table, table_of, unpacked_table

Tongues = Table[tuple[str, ...]]
"""Word → the languages whose phrases use it."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """`learnt` is of intents, `yes_no` of yes, no and neither. `phrases` are words between blanks → the
    label of the phrase they are;
    `topics` as in scorer.topics_of."""

    learnt: Learnt
    yes_no: Learnt
    phrases: Table[str]
    topics: Mapping[str, str]
    tongues: Tongues

    @property
    def vocabulary(self) -> list[str]:
        return [feature for feature in self.learnt.features.iterkeys() if is_word(feature)]


@lru_cache(maxsize=2)
def lessons(theirs: Labelled, languages: Labelled, shelf: Shelf | None, encoder: Encoder | None) -> Lessons:
    """Of our phrases and `theirs`, which go before ours where they say the same. `languages` are theirs again, each
    with its language. The same are learnt once, so that a reload of other files costs nothing."""
    name = f"lessons-{_fingerprint(theirs, encoder)}"
    kept = _unpacked(shelf.take(name)) if shelf else None
    if kept is not None:
        return kept
    own, said = own_examples(), tuple(example(phrase, label) for phrase, label in theirs)
    learnt = learn(own, said, encoder, shelf)
    made = Lessons(
        learnt=learnt,
        yes_no=learn(yes_no_examples(), (), encoder, shelf),
        phrases=table_of({" ".join(words): label for words, _, label in (*_unsaid(own, theirs), *said) if words}),
        topics=topics_of(said, learnt),
        tongues=_tongues(languages),
    )
    if shelf:
        shelf.put(name, _packed(made))
    return made


def _unsaid(own: Sequence[Example], theirs: Labelled) -> Sequence[Example]:
    """Of our examples those that are none of the merchant's phrases."""
    if not theirs:
        return own
    known = {fold(phrase) for phrase, _ in theirs}
    return [each for each, (phrase, _) in zip(own, own_labelled(), strict=True) if fold(phrase) not in known]


def _tongues(theirs: Labelled) -> Tongues:
    """`theirs` are the merchant's phrases, each with its language."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    ours = zip((words for words, _, _ in own_examples()), own_languages(), strict=True)
    for words, language in (*ours, *((example(line, "")[0], language) for line, language in theirs)):
        for word in words:
            used[word].add(language)
    return table_of({word: tuple(sorted(in_these)) for word, in_these in used.items()})


@lru_cache(maxsize=1)
def _own_fingerprint() -> str:
    """Of our phrases and rules, of how they are learnt, and of how this machine writes numbers."""
    source = files("bot.understanding")
    code = [source.joinpath(f"{name}.py").read_text("utf-8") for name in CODE]
    texts = [raw_sections(folder, language) for folder in FOLDERS for language in LANGUAGES]
    return digest_of(sys.byteorder, *code, *texts)


ANSWERS, PHRASES, TONGUES = "yes_no_", "phrases_", "tongues_"  # before the names of arrays that are of these
FOLDERS = ("phrases", "yes_no_phrases", "lexicon")
CODE = ("learning", "lessons", "features", "phrases", "normalise", "clauses", "scorer", "wordlist")


def _fingerprint(theirs: Labelled, encoder: Encoder | None) -> str:
    return digest_of(_own_fingerprint(), encoder.name if encoder else "", repr(theirs))


def _packed(made: Lessons) -> bytes:
    held = io.BytesIO()
    rest = {
        "labels": made.phrases.values_by_number,
        "languages": made.tongues.values_by_number,
        "topics": made.topics,
    }
    parts = {
        "": packed(made.learnt),
        ANSWERS: packed(made.yes_no),
        PHRASES: made.phrases.packed(),
        TONGUES: made.tongues.packed(),
    }
    arrays = {prefix + name: array for prefix, part in parts.items() for name, array in part.items()}
    np.savez(held, rest=np.frombuffer(json.dumps(rest).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return held.getvalue()


def _unpacked(content: bytes | None) -> Lessons | None:
    """What was packed; None where it is cut short or something else."""
    try:
        with np.load(io.BytesIO(content or b""), allow_pickle=False) as held:
            rest = json.loads(held["rest"].tobytes())
            return Lessons(
                learnt=unpacked(held),
                yes_no=unpacked(_part(held, ANSWERS)),
                phrases=unpacked_table(_part(held, PHRASES), tuple(rest["labels"])),
                topics=rest["topics"],
                tongues=unpacked_table(_part(held, TONGUES), tuple(map(tuple, rest["languages"]))),
            )
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile):
        return None


def _part(held: Mapping[str, NDArray[Any]], prefix: str) -> Mapping[str, NDArray[Any]]:
    return {name.removeprefix(prefix): held[name] for name in held if name.startswith(prefix)}
