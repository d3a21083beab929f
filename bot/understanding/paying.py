"""Ways to pay or be paid in a customer's words, against the methods they have: "my PayPal", "the visa ending 4242".

What is told of how it was paid, and what is said not to be meant ("not the gift card"), is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import NamedMethod
from bot.records import Customer, PaymentMethod
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import fold

MOST_CHARACTERS = 600
BEFORE = 40  # characters in which a way to pay is denied
BEHIND = 40  # characters in which a card's last digits stand
CARD, ORIGINAL = "credit_card", "original"
BRANDS = ("visa", "mastercard", "amex", "american express", "maestro", "discover")
ALIKE = {"debit_card": CARD, "card": CARD, "gift": "gift_card", "giftcard": "gift_card", "credit": "store_credit"}


@dataclass(frozen=True, slots=True)
class Paying:
    """The ways named and the digits that belong to a card, which are no order number."""

    methods: tuple[NamedMethod, ...] = ()
    digits: tuple[str, ...] = ()


def find_methods(plain: str, customer: Customer | None, lexicon: Lexicon) -> Paying:
    """The ways wanted, in the order told; `plain` is folded."""
    plain = plain[:MOST_CHARACTERS]
    own = customer.payment_methods if customer else ()
    told: list[tuple[int, int, str]] = []
    for kind, pattern in lexicon.methods:
        for match in pattern.finditer(plain):
            if not any(start < match.end() and match.start() < end for start, end, _ in told):
                told.append((match.start(), match.end(), kind))
    found: dict[NamedMethod, None] = {}
    digits: list[str] = []
    for start, end, kind in sorted(told):
        last4 = _digits(plain[end : end + BEHIND], lexicon) if kind == CARD else None
        if last4:
            digits.append(last4)
        if not any_of(lexicon.method_denied, plain[max(0, start - BEFORE) : start]):
            found.setdefault(_named(kind, last4, plain[start:end], own))
    return Paying(_without_repeats(tuple(found)), tuple(digits))


def _digits(behind: str, lexicon: Lexicon) -> str | None:
    return next((match[1] for pattern in lexicon.method_digits if (match := pattern.match(behind))), None)


def _named(kind: str, last4: str | None, said: str, own: Sequence[PaymentMethod]) -> NamedMethod:
    """The way, with the one method of theirs that it can be."""
    fitting = [method for method in own if ALIKE.get(method.kind, method.kind) == kind]
    if last4:
        fitting = [method for method in fitting if method.last4 == last4]
    brand = next((name for name in BRANDS if name in said), None)
    branded = [method for method in fitting if brand and brand in fold(method.label or "")]
    fitting = branded or fitting
    return NamedMethod(kind=kind, last4=last4 or (fitting[0].last4 if len(fitting) == 1 else None), id=_only(fitting))


def _only(fitting: Sequence[PaymentMethod]) -> str | None:
    return fitting[0].id if len(fitting) == 1 else None


def _without_repeats(methods: tuple[NamedMethod, ...]) -> tuple[NamedMethod, ...]:
    """Each kind once where it is told again in other words ("my visa card, the one ending 4242")."""
    kept: list[NamedMethod] = []
    for method in methods:
        again = next((other for other in kept if other.kind == method.kind), None)
        if again is None:
            kept.append(method)
        elif method.last4 and not again.last4:
            kept[kept.index(again)] = method
        elif method.last4 and method.last4 != again.last4:
            kept.append(method)
    return tuple(kept)
