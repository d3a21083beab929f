"""Everything that phrases teach a reader, ours and the merchant's together, kept on the shelf as one.

Reading thousands of phrases takes a second or two; what came of the same phrases before is taken back in a tenth of it.
"""

import io
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from bot.ports import Shelf
from bot.understanding.encoder import Encoder
from bot.understanding.features import Words, is_word
from bot.understanding.learning import Learnt, digest_of, learn, packed, unpacked
from bot.understanding.lexicon import LANGUAGES, raw_sections
from bot.understanding.normalise import fold
from bot.understanding.phrases import Labelled, example, own_examples, own_labelled, own_languages, yes_no_examples
from bot.understanding.scorer import topics_of

Tongues = Mapping[str, tuple[str, ...]]
"""Word → the languages whose phrases use it."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """`learnt` is of intents, `yes_no` of yes, no and neither. `phrases` are words → the label of the phrase they are;
    `topics` as in scorer.topics_of."""

    learnt: Learnt
    yes_no: Learnt
    phrases: Mapping[Words, str]
    topics: Mapping[str, str]
    tongues: Tongues

    @property
    def vocabulary(self) -> list[str]:
        return [feature for feature in self.learnt.features if is_word(feature)]


@lru_cache(maxsize=2)
def lessons(theirs: Labelled, languages: Labelled, shelf: Shelf | None, encoder: Encoder | None) -> Lessons:
    """Of our phrases and `theirs`, which go before ours where they say the same. `languages` are theirs again, each
    with its language. The same are learnt once, so that a reload of other files costs nothing."""
    name = f"lessons-{_fingerprint(theirs, encoder)}"
    kept = _unpacked(shelf.take(name)) if shelf else None
    if kept is not None:
        return kept
    known = {fold(phrase) for phrase, _ in theirs}
    own, said = own_examples(), tuple(example(phrase, label) for phrase, label in theirs)
    mine = [each for each, (phrase, _) in zip(own, own_labelled(), strict=True) if fold(phrase) not in known]
    learnt = learn(own, said, encoder, shelf)
    made = Lessons(
        learnt=learnt,
        yes_no=learn(yes_no_examples(), (), encoder, shelf),
        phrases={words: label for words, _, label in (*mine, *said) if words},
        topics=topics_of(said, learnt),
        tongues=_tongues(languages),
    )
    if shelf:
        shelf.put(name, _packed(made))
    return made


def _tongues(theirs: Labelled) -> dict[str, tuple[str, ...]]:
    """`theirs` are the merchant's phrases, each with its language."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    ours = zip((words for words, _, _ in own_examples()), own_languages(), strict=True)
    for words, language in (*ours, *((example(line, "")[0], language) for line, language in theirs)):
        for word in words:
            used[word].add(language)
    return {word: tuple(sorted(in_these)) for word, in_these in used.items()}


@lru_cache(maxsize=1)
def _own_fingerprint() -> str:
    """Of our phrases and rules, of how they are learnt, and of how this machine writes numbers."""
    source = files("bot.understanding")
    code = [source.joinpath(f"{name}.py").read_text("utf-8") for name in CODE]
    texts = [raw_sections(folder, language) for folder in FOLDERS for language in LANGUAGES]
    return digest_of(sys.byteorder, *code, *texts)


ANSWERS = "yes_no_"  # before the names of arrays that are of answers
FOLDERS = ("phrases", "yes_no_phrases", "lexicon")
CODE = ("learning", "lessons", "features", "phrases", "normalise", "clauses", "scorer")


def _fingerprint(theirs: Labelled, encoder: Encoder | None) -> str:
    return digest_of(_own_fingerprint(), encoder.name if encoder else "", repr(theirs))


def _packed(made: Lessons) -> bytes:
    held = io.BytesIO()
    rest = {
        "phrases": [[" ".join(words), label] for words, label in made.phrases.items()],
        "topics": made.topics,
        "tongues": made.tongues,
    }
    arrays = packed(made.learnt) | {ANSWERS + name: array for name, array in packed(made.yes_no).items()}
    np.savez(held, rest=np.frombuffer(json.dumps(rest).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return held.getvalue()


def _unpacked(content: bytes | None) -> Lessons | None:
    """What was packed; None where it is cut short or something else."""
    try:
        with np.load(io.BytesIO(content or b""), allow_pickle=False) as held:
            rest = json.loads(held["rest"].tobytes())
            answers = {name.removeprefix(ANSWERS): held[name] for name in held if name.startswith(ANSWERS)}
            return Lessons(
                learnt=unpacked(held),
                yes_no=unpacked(answers),
                phrases={tuple(words.split(" ")): label for words, label in rest["phrases"]},
                topics=rest["topics"],
                tongues={word: tuple(languages) for word, languages in rest["tongues"].items()},
            )
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile):
        return None
