"""How well a reader reads labelled messages: counted once, for the command, the tests and the merchant's own set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.model import Reading
from bot.understanding.phrases import NOTHING

NO_WISH = frozenset({"out_of_scope", NOTHING, "none", ""})


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the intent it should be read as; `delivery_problem.damaged` asks for the kind of problem too."""

    text: str
    intent: str
    language: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    total: int
    right: int
    within_two: int
    acted: int
    acted_right: int

    @property
    def accuracy(self) -> float:
        return self.right / self.total if self.total else 0.0


@dataclass(slots=True)
class Measured:
    """What a set came to. `wrong` has each message read otherwise, with what it was read as."""

    whole: Tally
    by_intent: dict[str, Tally] = field(default_factory=dict)
    by_language: dict[str, Tally] = field(default_factory=dict)
    by_channel: dict[str, Tally] = field(default_factory=dict)
    wrong: list[tuple[Example, str]] = field(default_factory=list)
    kinds: int = 0
    kinds_right: int = 0
    false_accepts: int = 0
    strangers: int = 0  # messages that want nothing of ours


def intents_of(reading: Reading) -> tuple[str, ...]:
    """What a reading comes to, best first: commands, a person, wishes to act on, else the candidates to ask about."""
    if reading.stop:
        return ("stop",)
    if reading.person:
        return ("person",)
    return tuple(wish.intent for wish in reading.wishes or reading.candidates) or (NOTHING,)


def measure(read: Iterable[tuple[Example, Reading, Sequence[str]]]) -> Measured:
    """Counts readings, each with the model's ranking of intents for when nothing was acted on."""
    counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    measured = Measured(Tally(0, 0, 0, 0, 0))
    for example, reading, ranking in read:
        got = list(
            dict.fromkeys([*intents_of(reading), *(ranking if not reading.wishes and not reading.person else ())])
        )
        got = got if got[0] != NOTHING or reading.candidates else [NOTHING, *got[1:]]
        right = _same(example, got[0])
        acted = bool(reading.wishes or reading.person or reading.stop)
        marks = {
            "total": 1,
            "right": right,
            "within_two": any(_same(example, intent) for intent in got[:2]),
            "acted": acted,
            "acted_right": acted and right,
        }
        keys = (
            ("whole", ""),
            ("intent", _intent(example)),
            ("language", example.language),
            ("channel", example.channel),
        )
        for key in keys:
            counts[key].update({name: int(mark) for name, mark in marks.items()})
        _note(measured, example, reading, got[0], right, acted)
    measured.whole = _tally(counts["whole", ""])
    measured.by_intent = {name: _tally(count) for (by, name), count in counts.items() if by == "intent"}
    measured.by_language = {name: _tally(count) for (by, name), count in counts.items() if by == "language" and name}
    measured.by_channel = {name: _tally(count) for (by, name), count in counts.items() if by == "channel" and name}
    return measured


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _note(measured: Measured, example: Example, reading: Reading, got: str, right: bool, acted: bool) -> None:
    kind = example.intent.partition(".")[2]
    if kind and right:
        measured.kinds += 1
        measured.kinds_right += reading.entities.problem == kind
    if _intent(example) in NO_WISH:
        measured.strangers += 1
        measured.false_accepts += acted and not right
    if not right:
        measured.wrong.append((example, got))


def _same(example: Example, intent: str) -> bool:
    wanted = _intent(example)
    return intent == wanted or (wanted in NO_WISH and intent in NO_WISH)


def _intent(example: Example) -> str:
    return example.intent.partition(".")[0]


def _tally(count: Counter[str]) -> Tally:
    return Tally(**{name: count[name] for name in ("total", "right", "within_two", "acted", "acted_right")})
