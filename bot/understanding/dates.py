"""Days and hours in a customer's words, from the day where they are.

Only words that are surely a date count: "may I" is no month, "4/5" no day unless a day was asked for. A weekday is
the next one after today; "next Friday" is Friday of next week. A day without a year is the nearest such day, or the
next one when a day to come was asked for.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from bot.understanding.lexicon import Lexicon
from bot.understanding.meant import after_all, without_denied
from bot.understanding.normalise import Text, words_of

ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
NUMERIC = re.compile(r"(?<![\d/.$€£-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2})?)?(?![\d/%])")
ORDINAL = re.compile(r"^(\d{1,2})(?:st|nd|rd|th|er|eme|e|o|a)?$")
SUFFIXED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
GREETINGS = frozenset({"guten", "goede", "buenas", "jeden"})
PART_OF_DAY = frozenset({"la", "de"})  # "por la mañana" is a morning
BETWEEN = frozenset({"of", "de", "the", "del", "di"})
BEFORE_A_DAY = frozenset(["the", "le", "el", "il", "den", "dem", "der", "dia", "de", "del", "o"])
CLOCK = frozenset(
    ["am", "pm", "h", "hs", "uhr", "uur", "heures", "horas", "ore", "oclock", "o", "and", "to", "bis", "a"]
)
OPEN_ENDED = re.compile(
    r"\b(?:any ?(?:day|time)|whenever|(?:after|before|nach|vor dem|apres le|avant le|despues del|antes del|"
    r"depois d[eo]|antes d[eo]|dopo il|prima del|na de|voor de) "
    r"(?:the |(?=\d)|(?=[a-z]+day|lunes|martes|miercoles|jueves|viernes))"
    r"(?!\d{1,2}(?:[:.]\d\d)? ?(?:am|pm|h\b|uhr|uur|\b(?!st|nd|rd|th))))"
)
MONTH_FIRST = frozenset({"US", "PH", "CA"})
AMBIGUOUS = frozenset(
    {
        "sun",
        "sat",
        "mon",
        "mar",
        "may",
        "mai",
        "mei",
        "march",
        "marco",
        "marzo",
        "segunda",
        "quarta",
        "quinta",
        "sexta",
        "terca",
        "dec",
    }
)
ARTICLES = frozenset(["one", "un", "una", "une", "ein", "eine", "um", "uma", "een", "uno"])
THIS_YEAR = re.compile(
    r"\b(?:this year|de este ano|este ano|deste ano|cette annee|dieses jahres|dieses jahr|di quest anno|quest anno|"
    r"dit jaar|van dit jaar)\b"
)
LAST_YEAR = re.compile(
    r"\b(?:last year|(?:del )?ano pasado|(?:do )?ano passado|annee derniere|l an dernier|letztes jahr|letzten jahres|"
    r"(?:dell )?anno scorso|vorig jaar|afgelopen jaar)\b"
)
RECENT = timedelta(days=120)
FEIRAS = frozenset({"segunda", "terca", "quarta", "quinta", "sexta"})
OF_A_DAY = re.compile(
    r"(\w+(?:tag|dag|woch|abend))(?:vormittag|nachmittag|morgen|mittag|abend|fruh|nacht|ochtend|middag|avond)s?$"
)
BEFORE_AN_HOUR = frozenset(
    [
        "dopo",
        "prima",
        "verso",
        "entro",
        "after",
        "before",
        "despues",
        "antes",
        "apres",
        "avant",
        "nach",
        "vor",
        "na",
        "voor",
    ]
)
FEASTS = (
    (
        24,
        re.compile(
            r"\b(?:(?:christmas|xmas) eve|nochebuena|heiligabend|veille de noel|vespera de natal|"
            r"vigilia di natale|kerstavond)\b"
        ),
    ),
    (26, re.compile(r"\bboxing day\b")),
    (31, re.compile(r"\b(?:new years? eve|nye|silvester|nochevieja|saint sylvestre|san silvestro|oudjaarsdag)\b")),
)
ARTICLED = frozenset(["el", "le", "am", "den", "dem", "dia", "il", "op", "al", "de", "the"])
MOST_WORDS = 300


def find_dates(
    text: Text, today: date, lexicon: Lexicon, *, asked: bool = False, country: str = "US"
) -> tuple[str, ...]:
    """ISO days in the order written."""
    words = text.bare.split()[:MOST_WORDS]
    found = [
        *_numeric(text.plain, today, asked, country),
        *_named(words, today, lexicon, asked),
        *_relative(words, today, lexicon, asked),
        *(_lone_days(words, today) if asked else _on_the(words, today)),
    ]
    return tuple(dict.fromkeys(day.isoformat() for day in found))


def read_date(text: Text, today: date, lexicon: Lexicon, country: str) -> str | None:
    """The one ISO day that answers a question for a day, or None: of two, or of any but one, none is meant."""
    meant = after_all(text, lexicon)
    plain = without_denied(meant.plain, lexicon)
    if OPEN_ENDED.search(plain):
        return None
    words = tuple(words_of(plain))
    told = replace(meant, plain=plain, clean=plain, bare=" ".join(words), words=words)
    found = set(_with_its_weekday(list(words), today, lexicon)) or {
        date.fromisoformat(day) for day in find_dates(told, today, lexicon, asked=True, country=country)
    }
    if len(found) > 1:  # a weekday beside a date only repeats it
        written = {*_numeric(plain, today, True, country), *_named(list(words), today, lexicon, True)}
        found = written or found
    return found.pop().isoformat() if len(found) == 1 else None


def _with_its_weekday(words: list[str], today: date, lexicon: Lexicon) -> Iterator[date]:
    """`lunes 30`, `friday the 4th`: the next such day of a month, where it is that weekday."""
    for place, word in enumerate(words):
        wanted = lexicon.weekdays.get(word)
        rest = [other for other in words[place + 1 : place + 3] if other not in BEFORE_A_DAY]
        number = _number(rest[0]) if rest else None
        behind = words[place + 1 :][words[place + 1 :].index(rest[0]) + 1 :][:1] if rest else []
        if wanted is None or number is None or (behind and (behind[0] in CLOCK or behind[0] in lexicon.months)):
            continue
        days = [day for ahead in range(3) for day in _day(*_month_ahead(today, ahead), number)]
        yield from [day for day in days if day >= today and day.weekday() == wanted][:1]


def _month_ahead(today: date, ahead: int) -> tuple[int, int]:
    return today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1


def find_window(text: Text, lexicon: Lexicon) -> str | None:
    """The hours asked for, in the customer's own (folded) words: "after 5pm"."""
    for pattern in lexicon.window:
        match = pattern.search(text.plain)
        if match:
            return match.group().strip()
    return None


def _numeric(plain: str, today: date, asked: bool, country: str) -> Iterator[date]:
    for match in ISO.finditer(plain):
        yield from _day(int(match[1]), int(match[2]), int(match[3]))
    for match in NUMERIC.finditer(plain):
        first, second, year = int(match[1]), int(match[3]), match[4]
        dotted = match[2] == "." and not match.group().endswith(".") and not year and not asked
        dashed = match[2] == "-" and not year and (not asked or max(first, second) <= 12)
        if dashed:
            continue
        if not year and (dotted or not (asked or max(first, second) > 10)):
            continue
        month_first = (country in MONTH_FIRST and match[2] == "/" and first <= 12) or second > 12
        month, day = (first, second) if month_first else (second, first)
        if year:
            yield from _day(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        else:
            yield from _without_year(month, day, today, asked)


def _named(words: list[str], today: date, lexicon: Lexicon, asked: bool) -> Iterator[date]:
    """`27 Nov`, `November 27th`, `27 de noviembre`, each with a year or without."""
    for place, word in enumerate(words):
        month = lexicon.months.get(word)
        if month is None:
            continue
        before = [other for other in words[max(0, place - 3) : place] if other not in BETWEEN]
        day = _day_number(before[-1], lexicon) if before else None
        rest = words[place + 1 : place + 4]
        if day is None and rest and rest[0] == "the":
            rest = rest[1:]
        if day is None and rest:
            day, rest = _day_number(rest[0], lexicon), rest[1:]
        if day is None:
            continue
        behind = " ".join(words[place + 1 : place + 5])
        rest = [other for other in rest if other not in BETWEEN] or rest
        if rest and re.fullmatch(r"20\d\d", rest[0]):
            yield from _day(int(rest[0]), month, day)
        elif THIS_YEAR.search(behind) or LAST_YEAR.search(behind):
            yield from _day(today.year - bool(LAST_YEAR.search(behind)), month, day)
        else:
            yield from _without_year(month, day, today, asked)


def _day_number(word: str, lexicon: Lexicon) -> int | None:
    """In digits, or in words that are no mere article: "the third of December"."""
    number = _number(word)
    return lexicon.numbers.get(word) if number is None and word not in ARTICLES else number


def _number(word: str) -> int | None:
    match = ORDINAL.match(word)
    return int(match[1]) if match else None


def _relative(words: list[str], today: date, lexicon: Lexicon, asked: bool) -> Iterator[date]:
    """Days told from today. What lies behind counts only where a day was asked for."""
    taken = -1
    if asked:
        line = " ".join(words)
        yield from _ago(line, today, lexicon)
        for day, feast in FEASTS:
            if feast.search(line):
                yield from _without_year(12, day, today, True)
    for place, word in enumerate(words):
        if place <= taken:
            continue
        for length in (4, 3, 2, 1):
            span = words[place : place + length]
            shift = lexicon.days.get(" ".join(span)) if len(span) == length else None
            if shift is not None and (asked or shift >= 0):
                taken = place + length - 1
                if not _is_greeting(words, place, lexicon):
                    yield today + timedelta(days=shift)
                break
        else:
            yield from _weekday(words, place, today, lexicon, asked)
            if (
                word in lexicon.into
                or word in ("de", "within")
                or words[max(0, place - 1) : place + 1] == ["daqui", "a"]
            ):
                yield from _in_so_long(words[place + 1 : place + 4], today, lexicon)


def _ago(line: str, today: date, lexicon: Lexicon) -> Iterator[date]:
    """`3 days ago`, `hace una semana`, `vor zwei Wochen`."""
    for pattern in lexicon.ago:
        for match in pattern.finditer(line):
            number, unit = match[1], match[2]
            count = (
                int(number) if number.isdecimal() else lexicon.numbers.get(number, 1 if number in ("a", "an") else 0)
            )
            if count and unit in lexicon.spans:
                yield today - timedelta(days=count * lexicon.spans[unit])


def _is_greeting(words: list[str], place: int, lexicon: Lexicon) -> bool:
    """A greeting, or a part of the day: "guten Morgen", "por la mañana", "Freitag morgen"."""
    before = words[place - 1] if place else ""
    if words[place] == "morgen" and before in lexicon.weekdays:
        return True
    return before in GREETINGS or (words[place] in ("manana", "morgen") and before in PART_OF_DAY)


def _weekday(words: list[str], place: int, today: date, lexicon: Lexicon, asked: bool) -> Iterator[date]:
    wanted = lexicon.weekdays.get(words[place])
    if wanted is None and (compound := OF_A_DAY.match(words[place])):
        wanted = lexicon.weekdays.get(compound[1])
    if wanted is None or (words[place] in AMBIGUOUS and not _date_like(words, place, asked)):
        return
    around = words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    behind = " ".join(words[place + 1 : place + 3])
    coming = (wanted - today.weekday() - 1) % 7 + 1
    if asked and (lexicon.previous & set(around) or lexicon.previous & set(words[place + 2 : place + 3])):
        yield today + timedelta(days=coming - 7 if coming < 7 else -7)
    elif lexicon.next & {*around, behind, *words[place + 2 : place + 3]}:
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
        yield monday + timedelta(days=wanted)
    elif words[place + 1 : place + 2] == ["week"]:
        yield today + timedelta(days=coming + 7)
    else:
        yield today + timedelta(days=coming)


def _date_like(words: list[str], place: int, asked: bool) -> bool:
    """Whether a word that is not only a weekday stands where a weekday would."""
    before = words[place - 1] if place else ""
    following = words[place + 1] if place + 1 < len(words) else ""
    if following == "feira" or (asked and words[place] in FEIRAS and following not in ("opcao", "vez")):
        return True
    return len(words) <= 2 or before in {
        "on",
        "next",
        "this",
        "by",
        "until",
        "na",
        "a",
        "or",
        "and",
        "every",
        "proxima",
    }


def _in_so_long(rest: list[str], today: date, lexicon: Lexicon) -> Iterator[date]:
    for number, unit in pairwise(rest):
        article = 1 if number in ("a", "an") else None
        count = int(number) if number.isdecimal() and len(number) <= 2 else lexicon.numbers.get(number, article)
        if count is not None and unit in lexicon.spans:
            yield today + timedelta(days=count * lexicon.spans[unit])
            return


def _on_the(words: list[str], today: date) -> Iterator[date]:
    """`on the 3rd`, `by the 21st`."""
    for place in range(2, len(words)):
        match = SUFFIXED.match(words[place])
        if match and words[place - 1] == "the" and words[place - 2] in ("on", "by", "until", "before", "after"):
            yield from _day_of_month(int(match[1]), today)


def _lone_days(words: list[str], today: date) -> Iterator[date]:
    """`the 3rd`, `3rd`, where a day was asked for."""
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        hour = place > 1 and words[place - 2] in BEFORE_AN_HOUR
        last = place + 1 == len(words)
        bare = ORDINAL.match(word) if before in ARTICLED and last and not hour else None
        match = SUFFIXED.match(word) or bare
        following = words[place + 1] if place + 1 < len(words) else ""
        if match and not calendar_word(following) and not calendar_word(words[place - 1] if place else ""):
            yield from _day_of_month(int(match[1]), today)


def calendar_word(word: str) -> bool:
    """Whether the word makes a day before or after it more than a lone one."""
    return word in {"time", "floor", "one", "of"} or word[:3] in {
        name[:3].lower() for name in calendar.month_name if name
    }


def _day_of_month(day: int, today: date) -> Iterator[date]:
    for ahead in range(3):
        month = (today.month - 1 + ahead) % 12 + 1
        year = today.year + (today.month - 1 + ahead) // 12
        for found in _day(year, month, day):
            if found >= today:
                yield found
                return


def _without_year(month: int, day: int, today: date, to_come: bool) -> Iterator[date]:
    for year in (today.year, today.year + 1) if to_come else (today.year, today.year - 1, today.year + 1):
        for found in _day(year, month, day):
            if found >= today or (not to_come and today - found <= RECENT):
                yield found
                return


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
