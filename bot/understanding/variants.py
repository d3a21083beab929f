"""Which variants of a product have what was asked for, and which of those offered an answer means.

Never a variant that contradicts a value said; the order is the same for the same catalogue.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from bot.model import Choice
from bot.records import Line, Product, Variant
from bot.understanding.choices import choose
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, fold, normalise
from bot.understanding.tokens import led_by, tokens_of, value_tokens
from bot.understanding.values import Said, find_values, values_of, vocabulary

RANK = "rank"  # of the options wanted: by price, no option of any product
CHEAPEST, DEAREST = "cheapest", "dearest"
STEP = re.compile(r"[+-]\d*")
SIZES = {f"={size}": Decimal(place) for place, size in enumerate(("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"))}
DEGREES = {"low": Decimal(0), "high": Decimal(10), "half": Decimal(0), "full": Decimal(10)}
NUMBER = re.compile(r"\d+(?:\.\d+)?")
THOUSAND = 1024  # gigabytes of a terabyte


def fitting(
    product: Product, line: Line | None, wanted: Mapping[str, str], keep: Collection[str] = ()
) -> tuple[Variant, ...]:
    """The variants that have everything wanted, those most like the line first.

    Where some have all that was not mentioned as the line has it, these alone. `keep` names options that must stay
    (`*`: all that are not wanted otherwise). Of a `rank` those of that price that are in stock, if any is.
    """
    names = {name.casefold(): name for variant in product.variants for name in variant.options}
    asked = {names.get(name.casefold(), name): value for name, value in wanted.items() if name != RANK}
    own = dict(line.options) if line else {}
    staying = [name for name in own if name not in asked and (name in keep or "*" in keep)]
    demanded = {**{name: own[name] for name in staying}, **asked}
    having = [
        variant
        for variant in product.variants
        if all(_has(variant, name, value, own, product) for name, value in demanded.items())
    ]
    having = _ranked(having, wanted.get(RANK))
    kept = {variant.sku: _kept(variant, own, asked) for variant in having}
    ordered = sorted(
        having, key=lambda variant: (-kept[variant.sku], _far(variant, asked, own), product.variants.index(variant))
    )
    whole = sum(1 for name in own if name not in asked)
    exact = [variant for variant in ordered if own and kept[variant.sku] == whole]
    return tuple(exact or ordered)


def _has(variant: Variant, name: str, value: str, own: Mapping[str, str], product: Product) -> bool:
    said = variant.options.get(name)
    if said is None:
        return False
    if STEP.fullmatch(value):
        return said in _stepped(name, value, own.get(name), product)
    return _same(said, value)


def _same(one: str, other: str) -> bool:
    return one == other or value_tokens(one) == value_tokens(other)


def _stepped(name: str, step: str, current: str | None, product: Product) -> tuple[str, ...]:
    """The values so many sizes up or down from the present one; all larger or smaller ones where no number is said."""
    values = sizes_of(name, product)
    place = next((place for place, value in enumerate(values) if current and _same(value, current)), None)
    if place is None:
        return ()
    if len(step) == 1:
        return values[place + 1 :] if step == "+" else values[:place]
    target = place + int(step)
    return values[target : target + 1] if target >= 0 else ()


def sizes_of(name: str, product: Product) -> tuple[str, ...]:
    """The values of an option from small to large; none where they have no order."""
    found = {variant.options[name]: None for variant in product.variants if name in variant.options}
    ranks = {value: amount_of(value) for value in found}
    if any(rank is None for rank in ranks.values()):
        return ()
    return tuple(sorted(found, key=lambda value: ranks[value] or Decimal(0)))


def amount_of(value: str) -> Decimal | None:
    """How large a value is among those of its option, if it is a size or an amount."""
    tokens = value_tokens(value)
    for token in tokens:
        if token in SIZES:
            return SIZES[token]
        number = NUMBER.match(token)
        if number:
            amount = Decimal(number.group())
            return amount * THOUSAND if token.endswith("_tb") else amount
    return next((DEGREES[token] for token in tokens if token in DEGREES), _middle(tokens))


def _middle(tokens: Sequence[str]) -> Decimal | None:
    """`portable` grills are smaller than small ones."""
    return Decimal(-1) if tuple(tokens) == ("portable",) else None


def _ranked(variants: Sequence[Variant], rank: str | None) -> list[Variant]:
    if rank not in (CHEAPEST, DEAREST) or not variants:
        return list(variants)
    there = [variant for variant in variants if variant.stock is None or variant.stock > 0] or list(variants)
    price = (min if rank == CHEAPEST else max)(variant.price for variant in there)
    return [variant for variant in there if variant.price == price]


def _kept(variant: Variant, own: Mapping[str, str], asked: Mapping[str, str]) -> int:
    return sum(1 for name, value in own.items() if name not in asked and _same(variant.options.get(name, ""), value))


def _far(variant: Variant, asked: Mapping[str, str], own: Mapping[str, str]) -> Decimal:
    """How far a "larger" or "smaller" goes: the next size first."""
    far = Decimal(0)
    for name, value in asked.items():
        before, after = amount_of(own.get(name, "")), amount_of(variant.options.get(name, ""))
        if value in ("+", "-") and before is not None and after is not None:
            far += abs(after - before)
    return far


def read_variant(text: Text | str, variants: Sequence[Variant], lexicon: Lexicon) -> Variant | None:
    """The one variant that an answer picks among those offered: by its values, its price, its number or place."""
    text = normalise(text, lexicon.expand) if isinstance(text, str) else text
    said, denied = said_of_variants(text, variants, lexicon)
    rank = find_rank(text.plain, lexicon)
    if not said and not denied and rank is None:
        return _by_place(text, variants, lexicon)
    wanted, unwanted = _by_option(said), _by_option(denied)
    having = [
        variant
        for variant in variants
        if all(variant.options.get(name) in values for name, values in wanted.items())
        and not any(variant.options.get(name) in values for name, values in unwanted.items())
    ]
    having = _ranked(having, rank)
    return having[0] if len(having) == 1 else None


def said_of_variants(
    text: Text, variants: Sequence[Variant], lexicon: Lexicon
) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """The values of these variants that the text says, and those that it says are not meant ("not the blue one")."""
    known = vocabulary(values_of(variant.options for variant in variants))
    tokens = tokens_of(text, lexicon, choosing=True)
    if len(tokens) == 1 and tokens[0].word.isdigit() and int(tokens[0].word) <= len(variants):
        return (), ()
    found = find_values(tokens, known, choosing=True)
    denied = tuple(one for one in found if led_by(tokens, one.start, lexicon.instead_of) and not says_no(one.value))
    return tuple(one for one in found if one not in denied), denied


def says_no(value: str) -> bool:
    """Whether a value itself says that there is none: `no`, `none`, `not resistant`, `non-polarized`."""
    return value_tokens(value)[:1] in {("no",), ("none",), ("not",), ("non",)}


def _by_option(said: Sequence[Said]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in said:
        found.setdefault(one.option, set()).add(one.value)
    return found


def _by_place(text: Text, variants: Sequence[Variant], lexicon: Lexicon) -> Variant | None:
    """By number or place in the list; never where the number is a value of another one."""
    choices = [Choice(id=variant.sku, title=", ".join(variant.options.values())) for variant in variants]
    chosen = choose(text, choices, lexicon, question=True)
    return next((variant for variant in variants if variant.sku == chosen), None)


def find_rank(plain: str, lexicon: Lexicon) -> str | None:
    """`cheapest` or `dearest`, where one is asked for."""
    plain = fold(plain)
    return next((name for name, pattern in lexicon.ranks if pattern.search(plain)), None)
