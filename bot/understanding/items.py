"""Which of the items offered, and how many of each: "both", "the lamp and two mugs", "1 and 3", "all but the shirt".

An item that cannot be told makes the whole text no answer, so that nothing is ever left out or taken along by guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.model import Choice, Json
from bot.understanding.choices import common_words, own_words, said_of, says
from bot.understanding.lexicon import Lexicon
from bot.understanding.meant import after_all, without_denied
from bot.understanding.normalise import Text, words_of
from bot.understanding.reasons import tells_reason

MOST_WORDS = 60
MOST_CHARACTERS = 400
SMALL = frozenset(
    [
        "just",
        "only",
        "solo",
        "nur",
        "seulement",
        "juste",
        "so",
        "apenas",
        "alleen",
        "soltanto",
        "them",
        "items",
        "item",
        "things",
        "back",
        "solamente",
        "articles",
        "artikel",
        "return",
        "send",
        "keep",
        "these",
        "those",
        "beiden",
        "both",
        "all",
        "n",
        "hi",
        "hey",
        "from",
        "pls",
        "with",
    ]
)
PARTED = re.compile(r"[,;&+/.!]|\b(?:and|plus|y|e|et|und|en|n|also|as well as|with|tambien|aussi|auch|ook|anche)\b")
TIMES = re.compile(r"(?<![\w-])(\d{1,3}) ?[x×](?![a-z])|(?<!\w)[x×] ?(\d{1,3})\b|\((\d{1,3})\)")
REST = re.compile(
    r"(?:,|\b(?:and|y|et|und|e|en)\b)? *\b(?:(?:i ?ll |i will |i )?keep(?:ing)? (?:the (?:rest|others?)|everything else"
    r"|all the (?:rest|others))|nothing else|leave the rest|(?:the )?rest (?:is|are) (?:fine|ok|okay|good)"
    r"|(?:den )?rest behalte(?:n)?(?: ich)?|sonst nichts|nada mas|me quedo con el resto|rien d autre|je garde le reste"
    r"|mais nada|fico com o resto|nient altro|tengo il resto|verder niets|de rest hou(?:d)? ik)\b"
)
MEASURE = re.compile(r"\b(\d+(?:[.,]\d+)?) ([a-z]{1,8})\b")
WORD = re.compile(r"[^\W\d_]{6,}")
RANGE = re.compile(r"\d ?(?:-|–|to|bis|tot) ?\d")
PAIR = re.compile(
    r"\b(?:both|beide[ns]?|allebei|amb[oa]s|entramb[ie]|(?:l[oa]s|les|i|le|[ao]s|die|de|the|tutti e|tutte e) "
    r"(?:dos|deux|due|dois|duas|zwei|twee|two))\b"
)
PAIRS = frozenset({"both", "beide", "los dos"})
ARTICLED = frozenset({"the", "el", "le", "il", "la"})
ARTICLES = frozenset(["un", "una", "une", "ein", "eine", "einen", "um", "uma", "een", "uno", "a", "an", "one"])
EITHER = frozenset(["or", "o", "ou", "oder", "of", "to", "bis", "tot", "a"])
COUNTING = frozenset(["of", "de", "von", "di", "da", "van"])


@dataclass(frozen=True, slots=True)
class Offered:
    """What may be picked, and the words that pick nothing."""

    choices: tuple[Choice, ...]
    lexicon: Lexicon
    common: frozenset[str]


def read_items(text: Text, choices: Sequence[Choice], lexicon: Lexicon) -> Json:
    """[{"id": the choice's, "quantity": number said or None}] in the order offered, or None."""
    plain = _as_titled(REST.sub(" ", text.plain[:MOST_CHARACTERS]), choices)
    if not choices or RANGE.search(plain) or (lexicon.nothing - ARTICLES - EITHER) & set(words_of(plain)):
        return None
    telling_nothing = common_words(lexicon) | SMALL | lexicon.first | lexicon.last | lexicon.every
    offered = Offered(tuple(choices), lexicon, telling_nothing)
    everything, rest = _every(plain, lexicon)
    if everything:
        left_out = (_named(rest, offered) or _all_called(rest, offered)) if rest else {}
        if left_out is None or (rest and not left_out) or len(left_out) == len(choices):
            return None
        return [{"id": choice.id, "quantity": None} for choice in choices if choice.id not in left_out]
    named = _named(without_denied(plain, lexicon), offered)
    if not named:
        return None
    return [{"id": choice.id, "quantity": named[choice.id]} for choice in choices if choice.id in named]


def _as_titled(plain: str, choices: Sequence[Choice]) -> str:
    """The text with words parted as the titles part them: `smart watch` for `smartwatch`, `500ml` for `500 ml`."""
    titled = [words_of(" ".join((choice.title, *choice.words))) for choice in choices]
    single = {word for words in titled for word in words}
    parted = {first + second: f"{first} {second}" for words in titled for first, second in pairwise(words)}

    def joined(match: re.Match[str]) -> str:
        return match[1] + match[2] if match[1] + match[2] in single else match.group()

    plain = MEASURE.sub(joined, plain)
    return WORD.sub(
        lambda match: match.group() if match.group() in single else parted.get(match.group(), match.group()), plain
    )


def _all_called(rest: str, offered: Offered) -> dict[str, int | None] | None:
    """Several of a kind left out together: "everything but the bottles"."""
    telling = [word for word in words_of(rest) if word not in offered.common]
    fitting = [
        choice
        for choice in offered.choices
        if telling and all(says(own_words(choice, offered.common), word, offered.lexicon) for word in telling)
    ]
    titled = {word for choice in fitting for word in words_of(choice.title)}
    several = len(fitting) > 1 and telling[-1] not in titled
    return {choice.id: None for choice in fitting} if several else None


def read_quantity(text: Text, lexicon: Lexicon, most: int | None) -> int | None:
    """How many: a number in digits or in words, "both", "a dozen", or all where it is known how many there are.

    None where several numbers are said, for which one is meant is a guess then.
    """
    meant = after_all(text, lexicon)
    words = words_of(without_denied(meant.plain, lexicon))[:MOST_WORDS]
    for length in (3, 2, 1):
        for start in range(len(words) - length + 1):
            said = " ".join(words[start : start + length])
            if said in lexicon.dozen:
                return lexicon.dozen[said]
            if most is not None and said in lexicon.every:
                return most
    if words and words[0] not in ARTICLES and (leading := _amount(words[0], lexicon)) is not None:
        return None if set(words[1:2]) & EITHER else leading
    found = {number for word in words if (number := _amount(word, lexicon)) is not None}
    counted = {number for word in words if word not in ARTICLES and (number := _amount(word, lexicon)) is not None}
    found = counted or found
    return found.pop() if len(found) == 1 else None


def _amount(word: str, lexicon: Lexicon) -> int | None:
    if word.isdecimal() and len(word) <= 9:
        return int(word)
    return None if word in lexicon.ordinals else lexicon.numbers.get(word)


def _every(plain: str, lexicon: Lexicon) -> tuple[bool, str]:
    """Whether all is said to be meant by itself, and what is said to be left out of it."""
    words = words_of(plain)[:MOST_WORDS]
    place = next((place for place, word in enumerate(words) if _starts(words, place, lexicon.every)), None)
    if place is None or {"not", "no", "nicht", "pas", "niet", "non", "nao"} & set(words[:place]):
        return False, ""
    for after in range(place + 1, len(words)):
        length = _starts(words, after, lexicon.but)
        if length:
            return True, " ".join(words[after + length :]) or "?"
    return False, ""


def _starts(words: Sequence[str], place: int, phrases: frozenset[str]) -> int:
    """The length of the longest phrase that begins there, or 0."""
    return next((length for length in (4, 3, 2, 1) if " ".join(words[place : place + length]) in phrases), 0)


def _named(plain: str, offered: Offered) -> dict[str, int | None] | None:
    """The items named, each with how many; None as soon as a part names none that is offered."""
    found: dict[str, int | None] = {}
    phrase = " ".join(word for word in words_of(plain) if word not in offered.lexicon.filler or word in ARTICLED)
    plain = "all" if phrase in offered.lexicon.every - PAIRS and not PAIR.search(plain) else PAIR.sub("both", plain)
    for part in PARTED.split(plain):
        named = _in_part(part, offered)
        if named is None:
            return None
        found.update(named)
    return found


def _in_part(part: str, offered: Offered) -> dict[str, int | None] | None:
    """What one part names: nothing where it only tells why, None where it names what is not offered."""
    times = TIMES.search(part)
    count = int(next(filter(None, times.groups()))) if times else None
    words = words_of(TIMES.sub(" ", part))[:MOST_WORDS]
    telling = [word for word in words if word not in offered.common and _number(word, offered.lexicon) is None]
    if not words:
        return {} if count is None else None
    if not telling:
        return _without_names(words, offered, count)
    group = _all_of(words, telling, offered)
    if group:
        return group
    choice = said_of(words, offered.choices, offered.lexicon)
    if choice:
        return {choice.id: count or _quantity(words, choice, offered)}
    return {} if tells_reason(part, offered.lexicon) else None


def _without_names(words: Sequence[str], offered: Offered, count: int | None) -> dict[str, int | None] | None:
    """By place and number alone: "3", "the third one", "the last two", "both", "all three"."""
    numbers = [number for word in words if (number := _cardinal(word, offered.lexicon)) is not None]
    places = [number for word in words if (number := _place(word, offered.lexicon)) is not None]
    line, amount = " ".join(words), len(offered.choices)
    last, first = offered.lexicon.last & set(words), offered.lexicon.first & set(words)
    if (last or first) and len(numbers) == 1 and numbers[0] < amount:
        picked = offered.choices[-numbers[0] :] if last else offered.choices[: numbers[0]]
        return {choice.id: None for choice in picked}
    if last and not numbers:
        return {offered.choices[-1].id: None}
    every = any(_starts(words, place, offered.lexicon.every) for place in range(len(words)))
    if every or PAIR.search(line):
        wanted = 2 if PAIR.search(line) else next(iter(numbers), amount)
        return {choice.id: None for choice in offered.choices} if wanted == amount else None
    if count is not None:
        return None
    told = places or ([] if COUNTING & set(words) else numbers)
    if not told:
        return None if any(word.isdigit() for word in words) else {}
    if any(not 1 <= place <= amount for place in told) or (len(told) > 1 and not places and not _digits(words)):
        return None
    return {offered.choices[place - 1].id: None for place in told}


def _all_of(words: Sequence[str], telling: Sequence[str], offered: Offered) -> dict[str, int | None] | None:
    """Every item that "both shirts" or "all the mugs" names; nothing where none is said to be all."""
    every = any(_starts(words, place, offered.lexicon.every) for place in range(len(words)))
    pair = PAIR.search(" ".join(words)) is not None
    if not (every or pair):
        return None
    fitting = [
        choice
        for choice in offered.choices
        if all(says(own_words(choice, offered.common), word, offered.lexicon) for word in telling)
    ]
    if pair and len(fitting) == 1:
        return {fitting[0].id: 2}
    if not fitting or (pair and len(fitting) != 2):
        return None
    return {choice.id: None for choice in fitting}


def _quantity(words: Sequence[str], choice: Choice, offered: Offered) -> int | None:
    """The number that stands before the item's own words, "two mugs", or right behind them."""
    own = own_words(choice, offered.common)
    title = set(words_of(choice.title))
    for place, word in enumerate(words):
        number = _cardinal(word, offered.lexicon)
        if number is None or word in ARTICLES - {"one"} or word in title:
            continue
        before = [] if word == "one" else words[max(0, place - 1) : place]
        near = [*words[place + 1 : place + 4], *before]
        if any(says(own, other, offered.lexicon) for other in near):
            return number
    return None


def _digits(words: Sequence[str]) -> bool:
    return any(word.isdigit() for word in words)


def _place(word: str, lexicon: Lexicon) -> int | None:
    return lexicon.numbers.get(word) if word in lexicon.ordinals else None


def _cardinal(word: str, lexicon: Lexicon) -> int | None:
    return None if word in lexicon.ordinals or word in ARTICLES - {"one"} else _number(word, lexicon)


def _number(word: str, lexicon: Lexicon) -> int | None:
    if word.isdecimal() and len(word) <= 3:
        return int(word)
    return lexicon.numbers.get(word)
