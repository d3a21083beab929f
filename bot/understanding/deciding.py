"""From ranked intents to what is done about them: act, ask which, or nothing. The thresholds are data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import Wish
from bot.understanding.phrases import NOTHING
from bot.understanding.scorer import Scored

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which to act, and to offer as one of the candidates; `known` is the least share of the words
    that the phrases must know."""

    act: float
    offer: float = 0.12
    known: float = 0.25


DEFAULT = Thresholds(act=0.55)
ONLY_TELLS = Thresholds(act=0.45)
#: What changes something is acted on only when it is surer; what only tells, small talk, and what goes to a person
#: anyway sooner.
BY_INTENT: Mapping[str, Thresholds] = {
    **dict.fromkeys(("where_is_my_order", "order_confirmation"), ONLY_TELLS),
    "delivery_problem": Thresholds(act=0.5),  # tells and asks before it does anything
    **dict.fromkeys(("cancel_order", "change_order", "change_address", "reorder", "privacy"), Thresholds(act=0.65)),
    **dict.fromkeys(("greeting", "thanks", "goodbye"), Thresholds(act=0.35)),
    **dict.fromkeys(("spam", "jobs", "wholesale"), Thresholds(act=0.60, known=0.4)),
    **dict.fromkeys(("safety", "legal_threat", "chargeback"), Thresholds(act=0.55, known=0.35)),
    OUT_OF_SCOPE: Thresholds(act=0.45, known=0.35),
}
#: Said beside a wish, these are manners or mood, not wishes.
COURTESIES = frozenset({"greeting", "thanks", "goodbye", "complaint", "identity", OUT_OF_SCOPE})
#: A wish that another one in the same message already tells: the first gives way to any of the second.
CONTAINED: Mapping[str, frozenset[str]] = {
    "where_is_my_order": frozenset({"delivery_problem", "refund_status"}),
    "refund": frozenset({"return", "refund_status", "cancel_order", "delivery_problem", "chargeback"}),
    "return": frozenset({"refund_status", "exchange"}),
    "complaint": frozenset({"legal_threat", "chargeback", "safety"}),
    "delivery_problem": frozenset({"safety"}),
    "setup_help": frozenset({"warranty"}),
    "product_question": frozenset({"exchange", "reorder", "change_order"}),
    "order_confirmation": frozenset({"resend_receipt", "payment"}),
}
RULED = 0.9  # what a rule that fits is worth
SURER_THAN_A_RULE = 0.7
MORE_THAN_MANNERS = 0.35  # a guess this likely is asked about, though the message is sure to be polite
MOST_CANDIDATES = 3
MOST_WISHES = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """The intents of a stretch of text, and the kind of delivery problem, if that is the first of them."""

    ranked: tuple[tuple[str, float], ...]
    known: float
    problem: str = ""

    @property
    def best(self) -> tuple[str, float]:
        return self.ranked[0] if self.ranked else (NOTHING, 0.0)

    @property
    def acted_on(self) -> str | None:
        """The intent sure enough to act on."""
        intent, probability = self.best
        needed = needed_for(intent)
        sure = intent != NOTHING and probability >= needed.act and self.known >= needed.known
        return intent if sure else None


def needed_for(intent: str) -> Thresholds:
    """An answer to a store question (`faq:<id>`) only tells."""
    return BY_INTENT.get(intent, ONLY_TELLS if intent.startswith("faq:") else DEFAULT)


def judged(scored: Scored) -> Judged:
    """What the scores come to; only a delivery problem has kinds."""
    kind = scored.kind if scored.ranked and scored.ranked[0][0] == "delivery_problem" else ""
    return Judged(scored.ranked, scored.known, kind)


def ruled(found: Judged, label: str, *, certain: bool = False) -> Judged:
    """What a rule says goes first, unless the phrases surely say otherwise; a `certain` one always does."""
    intent, _, kind = label.partition(".")
    best, probability = found.best
    if best == intent:
        return replace(
            found,
            ranked=((intent, max(probability, RULED)), *found.ranked[1:]),
            known=1.0,
            problem=found.problem or kind,
        )
    if not certain and probability >= SURER_THAN_A_RULE and best != NOTHING:
        return found
    rest = tuple((name, share * (1 - RULED)) for name, share in found.ranked if name != intent)
    return Judged(((intent, RULED), *rest), 1.0, kind)


def candidates(found: Judged, text: str) -> tuple[Wish, ...]:
    """What to ask about when nothing is sure: the likely few, or nothing where "nothing" is likeliest by far."""
    if not found.ranked or found.known < DEFAULT.known or found.best[0] in (NOTHING, OUT_OF_SCOPE):
        return ()
    likely = [
        Wish(intent=intent, probability=round(probability, 4), text=text)
        for intent, probability in found.ranked
        if intent not in COURTESIES and intent != NOTHING and probability >= BY_INTENT.get(intent, DEFAULT).offer
    ]
    return tuple(likely[:MOST_CANDIDATES])


def settle(wishes: Sequence[tuple[Wish, bool]]) -> tuple[Wish, ...]:
    """The wishes of a message, each intent once, in order. A wish is given with whether it was asked as a question."""
    real = {wish.intent for wish, _ in wishes if wish.intent not in COURTESIES}
    kept: list[Wish] = []
    for wish, question in wishes:
        courtesy = wish.intent in COURTESIES and bool(real)
        told = bool(CONTAINED.get(wish.intent, frozenset()) & real) and not (
            question and wish.intent == "where_is_my_order"
        )
        if not courtesy and not told and all(wish.intent != other.intent for other in kept):
            kept.append(wish)
    if not real:
        kept = _one_courtesy(kept)
    return tuple(kept[:MOST_WISHES])


def _one_courtesy(wishes: list[Wish]) -> list[Wish]:
    """Of several courtesies the weightiest is answered: a complaint before thanks, thanks before a greeting."""
    order = ("complaint", "identity", OUT_OF_SCOPE, "goodbye", "thanks", "greeting")
    return sorted(wishes, key=lambda wish: order.index(wish.intent))[:1]
