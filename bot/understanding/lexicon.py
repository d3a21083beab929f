"""The words that rules go by, read once from `lexicon/<language>.yaml` and joined over all languages.

Customers mix languages, so the tables are joined; the same word stands in two languages only with one meaning.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "nl")

Patterns = tuple[re.Pattern[str], ...]
Sections = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words and compiled patterns; see the files for what each section is."""

    yes: frozenset[str]
    no: frozenset[str]
    weak: frozenset[str]
    unsure: frozenset[str]
    skip: frozenset[str]
    stop: frozenset[str]
    stop_filler: frozenset[str]
    start: frozenset[str]
    help: frozenset[str]
    stop_wish: Patterns
    stop_except: Patterns
    unchanged: Patterns
    stop_cue: Patterns  # one of these has to stand in what the model takes for a wish to hear no more
    stop_other: Patterns  # and none of these: it may be this that is to end
    person: Patterns
    person_except: Patterns
    never_mind: Patterns
    correction: Patterns
    upset: Patterns
    angry: Patterns
    photo_none: Patterns
    intents: tuple[tuple[str, re.Pattern[str]], ...]
    join: Patterns
    asks_anew: re.Pattern[str]  # where a question begins without a mark before it
    window: Patterns
    question: frozenset[str]
    expand: Mapping[str, str]
    common: Mapping[str, frozenset[str]]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    spans: Mapping[str, int]
    next: frozenset[str]
    into: frozenset[str]
    numbers: Mapping[str, int]
    last: frozenset[str]
    star: frozenset[str]
    rating_lead: frozenset[str]
    rating_follow: frozenset[str]
    rating_most: frozenset[str]
    rating_least: frozenset[str]
    filler: frozenset[str]  # said around a choice
    generic: frozenset[str]  # words of titles that name no product by themselves
    every: frozenset[str]  # said of all that is offered
    but: frozenset[str]  # said before what is left out
    zero: frozenset[str]
    dozen: Mapping[str, int]  # numbers that are not counted in
    reasons: tuple[tuple[str, re.Pattern[str]], ...]
    yes_said: Patterns  # a whole part of a sentence that says yes or no
    no_said: Patterns
    condition: Patterns  # what makes a yes none
    state: Patterns  # "never opened" is no answer to whether it is unopened
    courtesy: frozenset[str]  # said around a yes or a no
    opener: frozenset[str]  # begins a sentence as often as it agrees: "ok", "right"
    first: frozenset[str]
    ordinals: frozenset[str]  # those of `numbers` that tell a place and no amount
    nothing: frozenset[str]  # "neither", "none"
    denied: Patterns  # what is named but not meant: "not the shirt"
    refused: Patterns  # what is said not to be done: "don't cancel it"
    kept: Patterns  # what is named to stay as it is: "keep the lamp"
    instead: Patterns  # behind it stands what is meant after all: "no wait"
    meanings: tuple[tuple[str, re.Pattern[str]], ...]  # what choices of any shop are about, in any wording
    ago: Patterns  # how long ago, the number in the first group and the span in the second
    previous: frozenset[str]
    newest: frozenset[str]  # of several orders
    oldest: frozenset[str]
    request: Patterns  # a question that asks for what it names: "can you mend it?"
    colours: Mapping[str, str]  # as said → in English
    sizes: Mapping[str, str]  # as said → xs to xxxl
    materials: Mapping[str, str]  # as said → in English
    option_names: Mapping[str, str]  # as said → a word of the option's name in English
    things: Mapping[str, str]  # as said → a word of titles
    one: frozenset[str]  # stands for a thing named before
    before_size: frozenset[str]
    after_size: frozenset[str]
    ranks: tuple[tuple[str, re.Pattern[str]], ...]  # cheapest, dearest
    steps: tuple[tuple[str, re.Pattern[str]], ...]  # +1 for "a size up", - for "smaller"
    swap: Patterns  # something is wanted in a thing's place
    replacing: Patterns  # verbs that say with what
    into_strong: frozenset[str]  # what follows is wanted: "for", "to"
    into_weak: frozenset[str]  # what follows is wanted or describes: "in", "with"
    instead_of: frozenset[str]  # what follows is not wanted
    same: frozenset[str]
    except_item: frozenset[str]  # before a thing that is not meant
    except_behind: frozenset[str]  # behind one
    everything: Patterns
    scopes: tuple[tuple[str, re.Pattern[str]], ...]
    methods: tuple[tuple[str, re.Pattern[str]], ...]
    method_denied: Patterns  # right before a way to pay that is not wanted
    method_digits: Patterns  # right behind a card: its last four digits
    cycle: Mapping[str, int]  # spans of time in days
    every_lead: frozenset[str]
    every_other: frozenset[str]
    per: frozenset[str]
    times: Mapping[str, int]
    often: Mapping[str, int]
    wish_condition: Patterns  # where a condition of a wish begins
    asking_if: Patterns  # right before an "if" that is no condition
    reserving: Patterns  # beside a yes: what takes something of it back
    restricting: Patterns  # what is named beside it is all that is meant
    adding: Patterns  # to come on top of what is there
    removing: Patterns  # to go out of an order
    part: Patterns  # only some of an order, not the whole
    others: Patterns  # all that were not named: "the other two", "the rest"
    order_behind: frozenset[str]  # behind a thing that an order is called by: "the laptop order"
    order_before: frozenset[str]  # before one: "the order with the laptop"
    articles: frozenset[str]  # stand between a word and the thing it leads to
    parting: frozenset[str]  # part a thing from what is said before it
    acts: tuple[tuple[str, re.Pattern[str]], ...]  # verbs for what is done with things
    denied_acts: Patterns  # such a verb with a no to it
    listing: frozenset[str]  # between things named together: and, or
    pair: frozenset[str]  # both
    each: frozenset[str]  # all of several
    no_thing: frozenset[str]  # behind "for a": no other product
    said_of_anything: frozenset[str]  # values that are said of anything
    tells_no_value: frozenset[str]  # words of values that never tell one
    nameless_options: frozenset[str]  # words of options' names that name none
    negating: frozenset[str]  # before a value that there is none of
    too: frozenset[str]  # before what is wrong with a size
    wanting: frozenset[str]  # before a value that is wanted
    instead_behind: frozenset[str]  # behind a value that is wanted
    only_named: frozenset[str]  # values that need their option's name
    some: frozenset[str]  # before another product that is wanted
    size_lead: frozenset[str]  # before a size of one letter
    money: tuple[tuple[str, re.Pattern[str]], ...]  # questions about money and orders as a whole, as in money.KINDS
    money_not: Patterns  # what such a question is not about
    money_cancel: Patterns  # by what money would come back
    money_return: Patterns
    money_remove: Patterns
    money_several: Patterns  # several orders are asked about
    money_how_much: Patterns  # asks how much, beside a yes or no that is waited for
    money_sorted: Patterns  # a list is wanted by price
    money_amount: Patterns  # asks for an amount
    money_supposed: Patterns  # begins what is only supposed: "if I cancel"
    address_never: frozenset[str]  # words that no street and no town is called by
    address_denied: Patterns  # right before an address that is not meant
    address_lead: Patterns  # right before an address on record that is meant
    address_kept: tuple[tuple[str, re.Pattern[str]], ...]  # which address on record; `asked_…` only as an answer
    address_account: Patterns  # it is the account's address that shall change
    address_of: Patterns  # right before the number of an order whose address is to be taken
    address_noun: frozenset[str]  # "the Austin one"
    address_without: Patterns  # the flat is to be left out
    address_field: tuple[tuple[str, re.Pattern[str]], ...]  # which part of an address is put right


def raw_sections(folder: str, language: str) -> str:
    """A packaged file as it stands."""
    return (files("bot.understanding") / folder / f"{language}.yaml").read_text(encoding="utf-8")


def read_sections(folder: str, language: str) -> Sections:
    """A packaged file of block texts, one entry a line, by section.

    These are YAML of one shape only, `name: |` and lines behind two blanks, so that the thousands of them are read in
    no time. Raises ValueError for any other line.
    """
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for number, line in enumerate(raw_sections(folder, language).splitlines(), 1):
        if line.startswith("  "):
            lines.append(line[2:])
        elif line.endswith(": |"):
            name = line[:-3]
            if name in found:
                raise ValueError(f"{folder}/{language}.yaml:{number}: {name} stands there already")
            lines = found[name] = []
        elif line and not line.startswith("#"):
            raise ValueError(f"{folder}/{language}.yaml:{number}: this is neither a section nor an entry of one")
    return {name: tuple(entries) for name, entries in found.items()}


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All languages' lexicons as one; read from the package on first use."""
    by_language = {language: read_sections("lexicon", language) for language in LANGUAGES}
    every = tuple(by_language.values())

    def joined(name: str) -> tuple[str, ...]:
        return tuple(line for sections in every for line in sections.get(name, ()))

    return Lexicon(
        yes=frozenset(joined("yes")),
        no=frozenset(joined("no")),
        weak=frozenset(joined("weak")),
        unsure=frozenset(joined("unsure")),
        skip=frozenset(joined("skip")),
        stop=frozenset(joined("stop")),
        stop_filler=frozenset(joined("stop_filler")),
        start=frozenset(joined("start")),
        help=frozenset(joined("help")),
        stop_wish=_patterns(joined("stop_pattern")),
        stop_except=_patterns(joined("stop_except_pattern")),
        unchanged=_patterns(joined("unchanged_pattern")),
        stop_cue=_patterns(joined("stop_cue_pattern")),
        stop_other=_patterns(joined("stop_other_pattern")),
        person=_patterns(joined("person_pattern")),
        person_except=_patterns(joined("person_except_pattern")),
        never_mind=_patterns(joined("never_mind_pattern")),
        correction=_patterns(joined("correction_pattern")),
        upset=_patterns(joined("upset_pattern")),
        angry=_patterns(joined("angry_pattern")),
        photo_none=_patterns(joined("photo_none_pattern")),
        intents=_ruled(joined("intent_pattern")),
        join=_patterns(joined("join_pattern")),
        asks_anew=re.compile("|".join(joined("asks_anew_pattern"))),
        window=_patterns(joined("window_pattern")),
        question=frozenset(joined("question")),
        expand=_pairs(joined("expand")),
        common={name: frozenset(" ".join(part.get("common", ())).split()) for name, part in by_language.items()},
        months=_counted(every, "months"),
        weekdays=_counted(every, "weekdays", start=0),
        days=_numbers(joined("days")),
        spans=_numbers(joined("spans")),
        next=frozenset(joined("next")),
        into=frozenset(joined("in")),
        numbers=_counted(every, "numbers"),
        last=frozenset(joined("last")),
        star=frozenset(joined("star")),
        rating_lead=frozenset(joined("rating_lead")),
        rating_follow=frozenset(" ".join(joined("rating_follow")).split()),
        rating_most=frozenset(joined("rating_most")),
        rating_least=frozenset(joined("rating_least")),
        filler=frozenset(" ".join(joined("filler")).split()),
        generic=frozenset(" ".join(joined("generic")).split()),
        every=frozenset(joined("every")),
        but=frozenset(joined("but")),
        zero=frozenset(joined("zero")),
        dozen=_numbers(joined("dozen")),
        reasons=_ruled(joined("reason_pattern")),
        yes_said=_patterns(joined("yes_pattern")),
        no_said=_patterns(joined("no_pattern")),
        condition=_patterns(joined("condition_pattern")),
        state=_patterns(joined("state_pattern")),
        courtesy=frozenset(" ".join(joined("courtesy")).split()),
        opener=frozenset(" ".join(joined("opener")).split()),
        first=frozenset(" ".join(joined("first")).split()),
        ordinals=frozenset(" ".join(joined("ordinal")).split()),
        nothing=frozenset(" ".join(joined("nothing")).split()),
        denied=_patterns(joined("denied_pattern")),
        refused=_patterns(joined("refused_pattern")),
        kept=_patterns(joined("kept_pattern")),
        instead=_patterns(joined("instead_pattern")),
        meanings=_ruled(joined("meaning_pattern")),
        ago=_patterns(joined("ago_pattern")),
        previous=frozenset(joined("previous")),
        newest=frozenset(" ".join(joined("newest")).split()),
        oldest=frozenset(" ".join(joined("oldest")).split()),
        request=_patterns(joined("request_pattern")),
        colours=_pairs(joined("colour")),
        sizes=_pairs(joined("size")),
        materials=_pairs(joined("material")),
        option_names=_pairs(joined("option_name")),
        things=_pairs(joined("thing")),
        one=frozenset(joined("one")),
        before_size=frozenset(joined("before_size")),
        after_size=frozenset(joined("after_size")),
        ranks=_ruled(joined("rank_pattern")),
        steps=_ruled(joined("step_pattern")),
        swap=_patterns(joined("swap_pattern")),
        replacing=_patterns(joined("replacing_pattern")),
        into_strong=frozenset(joined("into_strong")),
        into_weak=frozenset(joined("into_weak")),
        instead_of=frozenset(joined("instead_of")),
        same=frozenset(joined("same")),
        except_item=frozenset(joined("except_item")),
        except_behind=frozenset(joined("except_behind")),
        everything=_patterns(joined("everything_pattern")),
        scopes=_ruled(joined("scope_pattern")),
        methods=_ruled(joined("method_pattern")),
        method_denied=_patterns(joined("method_denied")),
        method_digits=_patterns(joined("method_digits")),
        cycle=_numbers(joined("cycle")),
        every_lead=frozenset(joined("every_lead")),
        every_other=frozenset(joined("every_other")),
        per=frozenset(joined("per")),
        times=_numbers(joined("times")),
        often=_numbers(joined("often")),
        wish_condition=_patterns(joined("wish_condition_pattern")),
        asking_if=_patterns(joined("asking_if")),
        reserving=_patterns(joined("reserving_pattern")),
        restricting=_patterns(joined("restricting_pattern")),
        adding=_patterns(joined("adding_pattern")),
        removing=_patterns(joined("removing_pattern")),
        part=_patterns(joined("part_pattern")),
        others=_patterns(joined("others_pattern")),
        order_behind=frozenset(joined("order_behind")),
        order_before=frozenset(joined("order_before")),
        articles=frozenset(" ".join(joined("article")).split()),
        parting=frozenset(" ".join(joined("parting")).split()),
        acts=_ruled(joined("act_pattern")),
        denied_acts=_patterns(joined("denied_act_pattern")),
        listing=frozenset(" ".join(joined("listing")).split()),
        pair=frozenset(" ".join(joined("pair")).split()),
        each=frozenset(" ".join(joined("each")).split()),
        no_thing=frozenset(" ".join(joined("no_thing")).split()),
        said_of_anything=frozenset(" ".join(joined("said_of_anything")).split()),
        tells_no_value=frozenset(" ".join(joined("tells_no_value")).split()),
        nameless_options=frozenset(" ".join(joined("nameless_option")).split()),
        negating=frozenset(" ".join(joined("negating")).split()),
        too=frozenset(" ".join(joined("too")).split()),
        wanting=frozenset(" ".join(joined("wanting")).split()),
        instead_behind=frozenset(" ".join(joined("instead_behind")).split()),
        only_named=frozenset(" ".join(joined("only_named")).split()),
        some=frozenset(" ".join(joined("some")).split()),
        size_lead=frozenset(" ".join(joined("size_lead")).split()),
        money=_ruled(joined("money_pattern")),
        money_not=_patterns(joined("money_not")),
        money_cancel=_patterns(joined("money_cancel")),
        money_return=_patterns(joined("money_return")),
        money_remove=_patterns(joined("money_remove")),
        money_several=_patterns(joined("money_several")),
        money_how_much=_patterns(joined("money_how_much")),
        money_sorted=_patterns(joined("money_sorted")),
        money_amount=_patterns(joined("money_amount")),
        money_supposed=_patterns(joined("money_supposed")),
        address_never=frozenset(" ".join(joined("address_never")).split()),
        address_denied=_patterns(joined("address_denied_pattern")),
        address_lead=_patterns(joined("address_lead_pattern")),
        address_kept=_ruled(joined("address_kept_pattern")),
        address_account=_patterns(joined("address_account_pattern")),
        address_of=_patterns(joined("address_of_pattern")),
        address_noun=frozenset(" ".join(joined("address_noun")).split()),
        address_without=_patterns(joined("address_without_pattern")),
        address_field=_ruled(joined("address_field_pattern")),
    )


def any_of(patterns: Patterns, text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _patterns(lines: Iterable[str]) -> Patterns:
    return tuple(re.compile(line) for line in lines)


def _ruled(lines: Iterable[str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """`intent = pattern`, over the words of a clause with abbreviations written out."""
    return tuple((intent, re.compile(pattern)) for intent, _, pattern in (line.partition(" = ") for line in lines))


def _pairs(lines: Iterable[str]) -> dict[str, str]:
    """The first meaning given stands: English comes first."""
    found: dict[str, str] = {}
    for line in lines:
        short, _, long = line.partition(" = ")
        found.setdefault(short, long)
    return found


def _numbers(lines: Iterable[str]) -> dict[str, int]:
    return {words: int(number) for words, number in _pairs(lines).items()}


def _counted(every: Iterable[Sections], name: str, start: int = 1) -> dict[str, int]:
    """Each line's place, from `start`, under every word of the line."""
    return {
        word: place
        for sections in every
        for place, line in enumerate(sections.get(name, ()), start)
        for word in line.split()
    }
