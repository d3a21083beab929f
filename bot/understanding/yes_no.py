"""Yes, no or neither. A wrong yes costs more than a question asked again: what doubts, asks or conditions is neither.

A text is looked at in its parts, between full stops and commas. The first part that tells anything may begin or end
with its yes or no ("yes it works again", "it did, yeah"); of the others only those count that say nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.lexicon import Lexicon, Patterns, any_of
from bot.understanding.normalise import Text, words_of

YES_SIGNS = frozenset("👍👌✅✔☑💯🆗🙌")
NO_SIGNS = frozenset("👎❌🚫✖🙅⛔")
SKIN = range(0x1F3FB, 0x1F400)
SENTENCE = re.compile(r"[.!?…\n]+")
PART = re.compile(r"[,;:()–—]+|\s-+\s")
STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
NEGATION = frozenset({"not", "nicht", "nich", "niet", "que no", "que non", "que nao", "che no"})
POINTING = frozenset({"that", "thats", "its", "it", "im", "this", "c", "ca", "das", "eso", "esta", "va", "ta", "i"})
NONE: Mapping[str, bool] = {}
LONGEST_PHRASE = 5
LONGEST_LEAD = 4
MOST_BEFORE_THE_END = 4  # words before a yes or a no that ends its part
MOST_PARTS = 12
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """Words between two marks; `forms` are them with fewer and fewer courtesies around, the last one with none."""

    forms: tuple[tuple[str, ...], ...]
    asked: bool  # a question mark ends it
    conditioned: bool
    doubted: bool
    opens: bool  # it is a mere "ok", "right"

    @property
    def words(self) -> tuple[str, ...]:
        return self.forms[0]

    @property
    def core(self) -> tuple[str, ...]:
        return self.forms[-1]


def yes_or_no(text: Text, lexicon: Lexicon, tellings: Mapping[str, bool] = NONE) -> bool | None:
    """What the words say, or else the signs in it (👍). `tellings` are answers to just this sort of question."""
    sign = signed(text.raw)
    if not text.bare:
        return sign
    sentences = _sentences(text, lexicon)
    parts = [part for sentence in sentences for part in sentence]
    told = _told(parts, lexicon, tellings)
    if told is None:
        return None if any(part.doubted for part in parts) else sign
    return told


def may_tell(text: Text, lexicon: Lexicon, tellings: Mapping[str, bool], *, strict: bool) -> bool:
    """Whether a text that no rule reads may still tell: it has words, and none that ask, doubt or condition, nor a yes
    beside a no. With `strict` no word of it says yes or no at all: the rules have weighed these."""
    parts = [part for sentence in _sentences(text, lexicon) for part in sentence]
    said = set(text.bare.split()[:MOST_WORDS])
    doubted = any(f" {doubt} " in f" {text.bare} " for doubt in lexicon.unsure)
    if not said or doubted or any(part.asked or part.conditioned for part in parts):
        return False
    if strict:
        return not said & (lexicon.yes | lexicon.no) and not any(part.opens for part in parts)
    plain = said - lexicon.weak
    told = {_telling(part, tellings) for part in parts} | {_whole(part, lexicon) for part in parts if not part.opens}
    return not {True, False} <= told and not (plain & lexicon.yes and plain & lexicon.no)


def said_first(words: Sequence[str], lexicon: Lexicon) -> int:
    """How many leading words are a yes or a no of their own."""
    for length in range(min(LONGEST_LEAD, len(words)), 0, -1):
        lead = " ".join(words[:length])
        if (lead in lexicon.yes or lead in lexicon.no) and lead not in lexicon.weak:
            return length
    return 0


def signed(raw: str) -> bool | None:
    """What the signs say, colours of skin left out; None where both or neither do."""
    signs = {character for character in raw[:64] if ord(character) not in SKIN}
    yes, no = bool(signs & YES_SIGNS), bool(signs & NO_SIGNS)
    return None if yes == no else yes


def _sentences(text: Text, lexicon: Lexicon) -> list[list[Part]]:
    found: list[list[Part]] = []
    start = 0
    for match in [*SENTENCE.finditer(text.clean), None]:
        end, mark = (match.start(), match.group()) if match else (len(text.clean), "")
        said = PART.split(text.clean[start:end])[:MOST_PARTS]
        start = match.end() if match else end
        words = [tuple(words_of(stretch)[:MOST_WORDS]) for stretch in said]
        words = [stretch for stretch in words if stretch]
        last = len(words) - 1
        found.append([_part(stretch, "?" in mark and place == last, lexicon) for place, stretch in enumerate(words)])
    return [sentence for sentence in found if sentence][:MOST_PARTS]


def _part(words: tuple[str, ...], asked: bool, lexicon: Lexicon) -> Part:
    line = " ".join(words)
    front = _from_the_front(words, lexicon)
    forms = tuple(dict.fromkeys([words, front, _from_the_end(words, lexicon), _from_the_end(front, lexicon)]))
    core = forms[-1]
    return Part(
        forms,
        asked,
        conditioned=any_of(lexicon.condition, line),
        doubted=_doubts(line, lexicon),
        opens=len(core) == 1 and core[0] in lexicon.opener,
    )


def _doubts(line: str, lexicon: Lexicon) -> bool:
    """Whether it is unsure; "no rush" beside a yes is not."""
    return any(f" {doubt} " in f" {line} " for doubt in lexicon.unsure if not doubt.startswith("no "))


def _from_the_front(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    while len(words) > 1 and words[0] in lexicon.courtesy and not _is_said(words, lexicon):
        words = words[1:]
    return words


def _from_the_end(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    while len(words) > 1 and words[-1] in lexicon.courtesy and not _is_said(words, lexicon):
        words = words[:-1]
    return words


def _is_said(words: Sequence[str], lexicon: Lexicon) -> bool:
    return len(words) <= LONGEST_PHRASE and (" ".join(words) in lexicon.yes or " ".join(words) in lexicon.no)


def _told(parts: Sequence[Part], lexicon: Lexicon, tellings: Mapping[str, bool]) -> bool | None:
    """What the first part that tells anything says, where nothing beside it doubts or contradicts."""
    answers = {part: answer for part in parts if not part.asked and (answer := _telling(part, tellings)) is not None}
    if answers and not any(part.conditioned or part.doubted for part in parts):
        return _beside_a_telling([part for part in parts if part not in answers], set(answers.values()), lexicon)
    told: bool | None = None
    opened: bool | None = None
    silent = False  # something was said that is neither
    for part in parts:
        whole = _whole(part, lexicon)
        if told is not None:
            if whole is not None and whole is not told and _contradicts(part, whole, lexicon):
                return None
        elif part.opens and len(parts) > 1:
            opened = whole if opened is None else opened
        elif whole is not None:
            told = whole
        elif not silent:
            told = _beginning_or_end(part, lexicon)
            silent = told is None and any(word not in lexicon.courtesy for word in part.core)
    if told is None and opened is not None and not silent:
        told = opened
    return None if told and any(part.conditioned or part.doubted for part in parts) else told


def _telling(part: Part, tellings: Mapping[str, bool]) -> bool | None:
    return next((tellings[line] for words in part.forms if (line := " ".join(words)) in tellings), None)


def _beside_a_telling(parts: Sequence[Part], answers: set[bool], lexicon: Lexicon) -> bool | None:
    """What is told, unless it is told both ways, or a plain yes or no beside it says otherwise: "yes, i opened it"."""
    for part in parts:
        whole = _whole(part, lexicon)
        if whole is not None and not part.opens and not {" ".join(words) for words in part.forms} & lexicon.weak:
            answers = answers | {whole}
    return next(iter(answers)) if len(answers) == 1 else None


def _contradicts(part: Part, whole: bool, lexicon: Lexicon) -> bool:
    """ "no, that's fine" and "no, perfect" stay a no: they say how things are."""
    mild = " ".join(part.core) in lexicon.weak or (whole and part.words[0] in POINTING)
    return not part.asked and not part.opens and not mild


def _whole(part: Part, lexicon: Lexicon) -> bool | None:
    """What a part says that says nothing else. With a question mark it asks, unless it is a "why not?"."""
    for words in part.forms:
        for line in _spellings(words):
            if part.asked and not (line in lexicon.yes and words[0] in lexicon.question):
                continue
            if line in lexicon.unsure:
                return None
            if line in lexicon.no or _fully(lexicon.no_said, line):
                return False
            if line in lexicon.yes or _fully(lexicon.yes_said, line):
                return True
    return None


def _fully(patterns: Patterns, line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in patterns)


def _spellings(words: Sequence[str]) -> tuple[str, ...]:
    """As written, and with a stretched letter once or twice: "yesss", "neeee"."""
    line = " ".join(words)
    if not STRETCHED.search(line):
        return (line,)
    return (line, STRETCHED.sub(r"\1", line), STRETCHED.sub(r"\1\1", line))


def _beginning_or_end(part: Part, lexicon: Lexicon) -> bool | None:
    for line in _spellings(part.core):
        words = line.split()
        length = said_first(words, lexicon)
        if length:
            return _lead(words, length, part, lexicon)
        for size in range(min(3, len(words) - 1), 0, -1):
            end = " ".join(words[-size:])
            if end in lexicon.weak or len(words) - size > MOST_BEFORE_THE_END or part.asked:
                continue
            if end in lexicon.no or (end in lexicon.yes and not _denies(words, lexicon)):
                return None if words[0] in lexicon.question else end in lexicon.yes
    return None


def _lead(words: Sequence[str], length: int, part: Part, lexicon: Lexicon) -> bool | None:
    lead, rest = " ".join(words[:length]), words[length:]
    if any(" ".join(words[:size]) in lexicon.unsure for size in range(length, LONGEST_PHRASE + 1)):
        return None
    if lead in lexicon.no:
        return None if length > 1 and any_of(lexicon.state, " ".join(rest)) else False
    if {" ".join(rest[:1]), " ".join(rest[:2])} & NEGATION:
        return False
    if said_first(rest, lexicon) and " ".join(rest[: said_first(rest, lexicon)]) in lexicon.no:
        return None
    return None if part.asked and not _goes_on_asking(rest, lexicon) else True


def _goes_on_asking(rest: Sequence[str], lexicon: Lexicon) -> bool:
    """ "yes and where is it?" says yes and asks; "yes it is?" only asks."""
    return any(word in lexicon.question or word in ("and", "but", "y", "et", "und", "e", "en") for word in rest[:2])


def _denies(words: Sequence[str], lexicon: Lexicon) -> bool:
    return any(word in lexicon.no or word in NEGATION for word in words)
