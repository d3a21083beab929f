"""An answer that picks one of the choices offered: its id, title, number, place in the list, or words of its own."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import takewhile

from rapidfuzz import fuzz

from bot.model import Choice
from bot.understanding.lexicon import Lexicon
from bot.understanding.meant import without_denied
from bot.understanding.normalise import Text, fold, words_of

NUMBERED = re.compile(
    r"^(?:#|no\.?|nr\.?|number|option|choice|opcion|numero|nummer|optie|the|op[cz]ion[ei]?|scelta|choix)?"
    r" ?#? ?(\d{1,2})"
    r" ?[.):]*(?: (?:please|pls|plz|por favor|svp|bitte|graag|thanks))?[ .!]*$"
)
CLOSE = 86
NO_IDS = frozenset({"no", "not_now", "none", "neither"})
DENIALS = frozenset(
    {
        "not",
        "nicht",
        "pas",
        "niet",
        "isnt",
        "wasnt",
        "no",
        "non",
        "nao",
        "dont",
        "doesnt",
        "didnt",
        "wont",
        "cant",
        "never",
    }
)
PLACED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|ere|re|eme|e|a|o|ra|da|ta|ro|do|to|ste|de)?")
ORDER = re.compile(r"\d{3,}")
HOURS = re.compile(r"\b(\d{1,2})(?:[:.]\d\d)? ?(?:[-–]|to|a|bis|tot) ?(\d{1,2})\b")
HOUR = re.compile(
    r"\b(?:(?:at|around|about|by|um|gegen|ab|vers|a las|as|alle|verso le|om|rond) (?P<at>\d{1,2})(?:[:.h]\d\d)?"
    r"|(?P<hour>\d{1,2})(?:[:.]\d\d)?) ?(?:ish|h|uhr|uur|horas|(?P<half>am|pm)|o ?clock)?\b(?! ?[-–])"
)
SHORTEST_STEM = 4
DISTINCT = 0.99
MOST_WORDS = 60


def choose(text: Text, choices: Sequence[Choice], lexicon: Lexicon, *, question: bool) -> str | None:
    """The id of the choice meant, or None. With `question`, only what is surely a choice counts."""
    if not choices:
        return None
    found = _exactly(text, choices) or _by_number(text, choices) or _by_age(text, choices, lexicon)
    found = found or _by_place(text, choices, lexicon)
    if found is None:
        found = _by_yes_or_no(text, choices, lexicon)
    if found is None and not question and not leaves_open(text, lexicon) and not _contradictory(text, choices):
        found = _by_what_is_said(text, choices, lexicon)
    return found.id if found else None


def leaves_open(text: Text, lexicon: Lexicon) -> bool:
    """Whether it is all the same or not known; a mere "maybe" before a choice is not."""
    return any(" " in doubt and f" {doubt} " in f" {text.bare} " for doubt in lexicon.unsure)


def _by_what_is_said(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """By the choice's own words, or else by what is meant in other words; what is denied is left out."""
    denying = any(DENIALS & set(words_of(choice.title)) for choice in choices)
    plain = text.plain if denying else without_denied(text.plain, lexicon)
    words = words_of(plain)[:MOST_WORDS]
    by_hour = _by_hour(plain, choices)
    if by_hour:
        return by_hour
    found, several = _named_most(words, choices, lexicon)
    return found if found or several else _by_meaning(text.plain, plain, choices, lexicon)


def _exactly(text: Text, choices: Sequence[Choice]) -> Choice | None:
    said = text.raw.strip()
    for choice in choices:
        if said == choice.id:
            return choice
    plain = text.bare
    for choice in choices:
        names = {" ".join(words_of(name)) for name in (choice.title, choice.id.replace("_", " "), *choice.words)}
        if plain and (plain in names or plain.replace(" ", "") in {name.replace(" ", "") for name in names}):
            return choice
    return None


def _by_number(text: Text, choices: Sequence[Choice]) -> Choice | None:
    match = NUMBERED.match(text.plain)
    return _placed(int(match[1]), choices) if match else None


def _placed(place: int, choices: Sequence[Choice]) -> Choice | None:
    """The choice of that place; none where the same number stands in another one's title ("2 pack")."""
    if not 1 <= place <= len(choices):
        return None
    named = [choice for choice in choices if str(place) in words_of(choice.title)]
    return None if named and choices[place - 1] not in named else choices[place - 1]


def _contradictory(text: Text, choices: Sequence[Choice]) -> bool:
    """A mere number that is the place of one choice and stands in another one's title."""
    match = NUMBERED.match(text.plain)
    return match is not None and 1 <= int(match[1]) <= len(choices)


def _by_place(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """`the second one`, `option two`, `the last`: nothing else may be said."""
    words = text.bare.split()[:MOST_WORDS]
    rest = [word for word in words if word not in lexicon.filler or word in lexicon.ordinals]
    if len(rest) == 1:
        return _at(rest[0], choices, lexicon)
    bare = not rest and len(words) <= 2 and words and words[-1] in ("one", "uno", "une", "eins")
    return choices[0] if bare and "the" not in words else None


def _at(word: str, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    if word in lexicon.last:
        return choices[-1]
    if word in lexicon.first:
        return choices[0]
    digits = PLACED.fullmatch(word)
    place = lexicon.numbers.get(word) or (int(digits[1]) if digits else 0)
    if word in lexicon.ordinals and 1 <= place <= len(choices):
        return choices[place - 1]
    return _placed(place, choices)


def _by_age(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """`the newer one`, of several orders: their numbers count up. Nothing else may be said."""
    rest = {word for word in text.bare.split()[:MOST_WORDS] if word not in lexicon.filler}
    numbers = [int(match[0]) if (match := ORDER.search(choice.title)) else 0 for choice in choices]
    if not all(numbers) or len(set(numbers)) < len(numbers) or len(rest) != 1:
        return None
    for words, of_all in ((lexicon.newest, max), (lexicon.oldest, min)):
        if rest <= words:
            return choices[numbers.index(of_all(numbers))]
    return None


def _by_hour(plain: str, choices: Sequence[Choice]) -> Choice | None:
    """The one choice of several stretches of the day ("8-12") in which the hour said lies."""
    spans = [HOURS.search(choice.title) for choice in choices]
    said = HOUR.search(plain)
    if not said or not all(spans):
        return None
    hour = int(said["at"] or said["hour"])
    hour += 12 if said["half"] == "pm" and hour < 12 else 0
    fitting = [
        choice for choice, span in zip(choices, spans, strict=True) if span and int(span[1]) <= hour < int(span[2])
    ]
    return fitting[0] if len(fitting) == 1 else None


def _by_yes_or_no(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """A plain yes or no, where one choice's own words begin so or mean it."""
    for answers, ids in ((lexicon.yes, frozenset({"yes"})), (lexicon.no, NO_IDS)):
        if text.bare not in answers:
            continue
        fitting = [
            choice
            for choice in choices
            if choice.id in ids
            or (words_of(choice.title)[:1] and words_of(choice.title)[0] in answers - lexicon.weak)
            or (text.bare not in lexicon.weak and any(fold(word) in answers - lexicon.weak for word in choice.words))
        ]
        return fitting[0] if len(fitting) == 1 else None
    return None


def _named_most(words: Sequence[str], choices: Sequence[Choice], lexicon: Lexicon) -> tuple[Choice | None, bool]:
    """The one choice whose own words are said most, and whether several are named alike.

    Words that several choices share tell little. Letter by letter first, then misspelt, then as a part of a word.
    """
    common = common_words(lexicon)
    own = [_one_name(own_words(choice, common), lexicon) for choice in choices]
    spread = Counter(word for theirs in own for word in theirs)
    said = _one_name([word for word in words if word not in common], lexicon)
    for same in (_is_said, _is_misspelt, _is_part):
        scores = [sum(1 / spread[word] for word in theirs if _any(same, word, said)) for theirs in own]
        best = max(scores)
        winners = [choice for choice, score in zip(choices, scores, strict=True) if score == best]
        if best >= DISTINCT:
            return (winners[0], False) if len(winners) == 1 else (None, True)
    return None, False


def _by_meaning(whole: str, meant: str, choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """The one choice that is about the same: "my money back" for a refund, "not for me" for a change of mind."""
    said = _found(lexicon.meanings, meant) | _found(lexicon.reasons, whole)
    shared = [len(said & _meanings_of(choice, lexicon)) for choice in choices] if said else [0]
    best = max(shared)
    return choices[shared.index(best)] if best and shared.count(best) == 1 else None


def _meanings_of(choice: Choice, lexicon: Lexicon) -> frozenset[str]:
    named = fold(" ; ".join((choice.title, choice.id.replace("_", " "), *choice.words)))
    return _found(lexicon.meanings, named) | _found(lexicon.reasons, named) | {choice.id}


def _found(ruled: Sequence[tuple[str, re.Pattern[str]]], plain: str) -> frozenset[str]:
    return frozenset(name for name, pattern in ruled if pattern.search(plain))


def said_of(words: Sequence[str], choices: Sequence[Choice], lexicon: Lexicon) -> Choice | None:
    """The one choice whose own words these are."""
    return _named_most(words, choices, lexicon)[0]


def says(own: frozenset[str], word: str, lexicon: Lexicon) -> bool:
    """Whether a word is one of an item's own, a colour or a size in any language, or misspelt."""
    theirs, said = _one_name(own, lexicon), _one_name([word], lexicon)
    return any(_any(_is_misspelt, mine, said) for mine in theirs)


def common_words(lexicon: Lexicon) -> frozenset[str]:
    """Words that name nothing that could be chosen."""
    return frozenset().union(*lexicon.common.values()) | lexicon.filler


def _one_name(words: Sequence[str] | frozenset[str], lexicon: Lexicon) -> frozenset[str]:
    """The words, colours and sizes by their one name."""
    return frozenset(lexicon.colours.get(word) or lexicon.sizes.get(word) or word for word in words)


def own_words(choice: Choice, common: frozenset[str]) -> frozenset[str]:
    """The words of its title, id and synonyms that are not among the common ones."""
    theirs = {word for name in (choice.title, choice.id.replace("_", " "), *choice.words) for word in words_of(name)}
    return frozenset(word for word in theirs if word not in common and (len(word) > 1 or word in fold(choice.title)))


def _any(same: Callable[[str, str], bool], word: str, said: frozenset[str]) -> bool:
    return any(same(word, other) for other in said)


def _is_said(word: str, other: str) -> bool:
    """The same word, or the end of a number: "1340"."""
    if word == other:
        return True
    if word.isdigit():
        return len(word) >= 4 and other.isdigit() and len(other) >= 4 and word.endswith(other)
    if any(character.isdigit() for character in word):
        return len(other) >= 4 and word.endswith(other)
    return len(word) >= 3 and len(other) >= 3 and word.rstrip("s") == other.rstrip("s")


def _is_misspelt(word: str, other: str) -> bool:
    long = len(word) >= 5 and len(other) >= 4
    return _is_said(word, other) or (long and fuzz.ratio(word, other) >= CLOSE)


def _is_part(word: str, other: str) -> bool:
    """`schlauch` of `gartenschlauch`, `cafe` of `cafetera`, `macinare` beside `macinacaffe`."""
    if _is_misspelt(word, other):
        return True
    short, long = sorted((word, other), key=len)
    if len(short) < SHORTEST_STEM or not (word + other).isalpha():
        return False
    if len(long) - len(short) >= 2 and (long.startswith(short) or (long == word and long.endswith(short))):
        return True
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False)))
    return alike >= SHORTEST_STEM + 2 or (alike > SHORTEST_STEM and alike >= 0.7 * len(short))
