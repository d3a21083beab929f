"""How well a reader reads labelled messages: counted once, for the command, the tests and the merchant's own set."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.model import Reading
from bot.understanding.phrases import FAQ, NOTHING, STORE_QUESTION

NO_WISH = frozenset({"out_of_scope", NOTHING, "none", ""})
WANTED_PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the intent it should be read as; `delivery_problem.damaged` asks for the kind too."""

    text: str
    intent: str
    language: str = ""
    channel: str = ""

    @property
    def wanted(self) -> str:
        """The intent without its kind; everything that wants nothing of ours is the same."""
        intent = self.intent.partition(".")[0]
        return NOTHING if intent in NO_WISH else intent

    @property
    def kind(self) -> str:
        return self.intent.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Seen:
    """An example as it was read: the intents best first, how sure the first was, and whether it was acted on."""

    example: Example
    ranking: tuple[str, ...]
    probability: float
    acted: bool
    kind: str = ""

    @property
    def got(self) -> str:
        return self.ranking[0]

    @property
    def right(self) -> bool:
        return self.got == self.example.wanted

    @property
    def within_two(self) -> bool:
        return self.example.wanted in self.ranking[:2]


@dataclass(frozen=True)
class Measured:
    """What a set came to."""

    seen: tuple[Seen, ...]

    @property
    def total(self) -> int:
        return len(self.seen)

    @property
    def accuracy(self) -> float:
        return _share(sum(each.right for each in self.seen), self.total)

    @property
    def top_two(self) -> float:
        return _share(sum(each.within_two for each in self.seen), self.total)

    @property
    def acted(self) -> float:
        """The share of messages acted on without asking."""
        return _share(sum(each.acted for each in self.seen), self.total)

    @property
    def acted_right(self) -> float:
        """The share of what was acted on that was meant."""
        acted = [each for each in self.seen if each.acted]
        return _share(sum(each.right for each in acted), len(acted))

    @property
    def macro_f1(self) -> float:
        """The mean over the labels of the set of 2PR / (P + R)."""
        wanted = Counter(each.example.wanted for each in self.seen)
        got = Counter(each.got for each in self.seen)
        right = Counter(each.got for each in self.seen if each.right)
        return _share(sum(2 * right[label] / (wanted[label] + got[label]) for label in wanted), len(wanted))

    @cached_property
    def strangers(self) -> tuple[Seen, ...]:
        """Messages that want nothing of ours."""
        return tuple(each for each in self.seen if each.example.wanted == NOTHING)

    @property
    def false_accepts(self) -> float:
        """The share of these that entered a flow all the same."""
        return _share(sum(each.acted and not each.right for each in self.strangers), len(self.strangers))

    @property
    def kinds(self) -> tuple[int, int]:
        """Of the messages whose intent was right and whose kind is given: how many kinds were right, of how many."""
        asked = [each for each in self.seen if each.example.kind and each.right]
        return sum(each.kind == each.example.kind for each in asked), len(asked)

    def curve(self) -> list[tuple[float, float]]:
        """(coverage, precision) as ever less sure readings are acted on.

        Coverage is of the messages that want something; a stranger's message that is acted on is a mistake.
        """
        asking = self.total - len(self.strangers)
        points, taken, right = [], 0, 0
        for each in sorted(self.seen, key=lambda each: -each.probability):
            if each.got == NOTHING:
                continue
            taken, right = taken + 1, right + each.right
            points.append((_share(right, asking), right / taken))
        return points

    @property
    def coverage(self) -> float:
        """The largest coverage whose precision is at least WANTED_PRECISION."""
        return max((coverage for coverage, precision in self.curve() if precision >= WANTED_PRECISION), default=0.0)

    def confusion(self) -> list[tuple[str, str, int]]:
        """(wanted, read as, how often), the most frequent mistakes first."""
        counted = Counter((each.example.wanted, each.got) for each in self.seen if not each.right)
        return [(wanted, got, count) for (wanted, got), count in sorted(counted.items(), key=lambda e: (-e[1], e[0]))]

    def by(self, key: Callable[[Example], str]) -> dict[str, "Measured"]:
        """The same set in parts, by name; what has no name is left out."""
        parts: defaultdict[str, list[Seen]] = defaultdict(list)
        for each in self.seen:
            parts[key(each.example)].append(each)
        return {name: Measured(tuple(part)) for name, part in sorted(parts.items()) if name}


#: What a set can be looked at by.
KEYS: dict[str, Callable[[Example], str]] = {
    "intent": lambda example: example.intent if example.wanted != NOTHING else NOTHING,
    "language": lambda example: example.language,
    "channel": lambda example: example.channel,
}


def measure(read: Iterable[tuple[Example, Reading, Sequence[tuple[str, float]]]]) -> Measured:
    """Counts readings, each with the model's ranking of intents for what was not acted on."""
    return Measured(tuple(_seen(example, reading, ranked) for example, reading, ranked in read))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _seen(example: Example, reading: Reading, ranked: Sequence[tuple[str, float]]) -> Seen:
    if reading.stop or reading.person:
        return Seen(example, ("stop" if reading.stop else "person",), 1.0, acted=True)
    likely = [(wish.intent, wish.probability) for wish in reading.wishes or reading.candidates]
    first = likely or [(NOTHING, 0.0)]
    names = [_named(example, intent) for intent, _ in (*first, *ranked)]
    kind = next((wish.kind for wish in reading.wishes or reading.candidates), "")
    if names[0] == STORE_QUESTION and first[0][0].startswith(FAQ):
        kind = first[0][0].removeprefix(FAQ)
    return Seen(example, tuple(dict.fromkeys(names)), first[0][1], bool(reading.wishes), kind)


def _named(example: Example, intent: str) -> str:
    """An intent as the set names it: the merchant's answer to a store question is one, where the set says no more."""
    if example.wanted == STORE_QUESTION and intent.startswith(FAQ):
        return STORE_QUESTION
    return NOTHING if intent in NO_WISH else intent


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
