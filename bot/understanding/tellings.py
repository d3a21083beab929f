"""What an answer tells that says neither yes nor no, and which of the two that is, by what was asked.

"I opened it" denies that something is unopened, and answers nothing else. The labels are those of `yes_no_phrases`.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.model import Sort
from bot.understanding.normalise import words_of
from bot.understanding.phrases import yes_no_labelled

GENERAL: Mapping[str, bool] = {"yes": True, "no": False}
NEITHER = "neither"
FOREIGN = 0.3  # how much of its share what answers another sort of question keeps (measured by leaving phrases out)
_ACT = {"wanted": True, "unwanted": False}
_RESULT = {"well": True, "unwell": False}
_CHECK = {"looked": True, "unlooked": False}
_KEPT = {"kept": True, "gone": False}
_SAME = {"same": True, "other": False}

MEANT: Mapping[Sort | None, Mapping[str, bool]] = {
    Sort.CONFIRM: _ACT,
    Sort.OFFER: _ACT,
    Sort.DONE: _RESULT,
    Sort.CHECKED: _CHECK,
    Sort.INTACT: {"unused": True, "unharmed": True, "used": False, "harmed": False},
    Sort.FAULT: {"harmed": True, "unharmed": False},
    Sort.MISSING: {"lacking": True, "complete": False},
    Sort.HAVING: _KEPT,
    Sort.IDENTITY: _SAME | _ACT,
    Sort.MORE: {"more": True, "enough": False},
    None: _ACT | _RESULT | _CHECK | _KEPT | _SAME,
}
"""Sort of question → what is told → the answer; whatever else is told answers it neither way."""

NONE: Mapping[str, bool] = {}
LABELS = frozenset(label for meant in (*MEANT.values(), GENERAL) for label in meant) | {NEITHER}


@lru_cache(maxsize=1)
def known_tellings() -> Mapping[Sort | None, Mapping[str, bool]]:
    """By sort of question, our phrases that answer it by what they tell, word by word; one that a sort takes both ways
    answers it not at all."""
    told = [(" ".join(words_of(phrase)), label) for phrase, label in yes_no_labelled() if label not in GENERAL]
    return {sort: _answers(told, meant) for sort, meant in MEANT.items() if sort}


def tellings_of(sort: Sort | None) -> Mapping[str, bool]:
    """Of one sort; none where it is not known what was asked."""
    return known_tellings().get(sort, NONE)


def _answers(told: Iterable[tuple[str, str]], meant: Mapping[str, bool]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    torn: set[str] = set()
    for line, label in told:
        if line and label in meant and found.setdefault(line, meant[label]) is not meant[label]:
            torn.add(line)
    return {line: answer for line, answer in found.items() if line not in torn}


def answer_told(ranked: Iterable[tuple[str, float]], sort: Sort | None) -> tuple[bool | None, float]:
    """The likeliest answer, or None for neither, with how likely it is; what answers others was hardly said."""
    shares: dict[bool | None, float] = {}
    meant = {**GENERAL, **MEANT[sort]}
    for label, share in ranked:
        answer = meant.get(label)
        likely = share if label in meant or label == NEITHER else FOREIGN * share
        shares[answer] = shares.get(answer, 0.0) + likely
    answer, most = max(shares.items(), key=lambda entry: entry[1], default=(None, 0.0))
    return answer, most / (sum(shares.values()) or 1.0)
