"""From ranked intents to what is done about them: act, ask which, or nothing. The thresholds are data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import Wish
from bot.understanding.phrases import NOTHING
from bot.understanding.scorer import Scored

OUT_OF_SCOPE = "out_of_scope"
STOP = "stop"
PERSON = "person"
IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which to act, and to offer as one of the candidates; `known` is the least share of the words
    that the phrases must know."""

    act: float
    offer: float = 0.12
    known: float = 0.25


DEFAULT = Thresholds(act=0.55)
ONLY_TELLS = Thresholds(act=0.45)
TELLING = ("where_is_my_order", "order_confirmation")
#: What changes something is acted on only when it is surer; what only tells, small talk, and what goes to a person
#: anyway sooner.
BY_INTENT: Mapping[str, Thresholds] = {
    **dict.fromkeys(TELLING, ONLY_TELLS),
    "delivery_problem": Thresholds(act=0.5),  # tells and asks before it does anything
    **dict.fromkeys(("cancel_order", "change_order", "change_address", "reorder", "privacy"), Thresholds(act=0.65)),
    **dict.fromkeys(("greeting", "thanks", "goodbye"), Thresholds(act=0.35)),
    **dict.fromkeys(("spam", "jobs", "wholesale"), Thresholds(act=0.60, known=0.4)),
    **dict.fromkeys(("safety", "legal_threat", "chargeback"), Thresholds(act=0.55, known=0.35)),
    OUT_OF_SCOPE: Thresholds(act=0.45, known=0.35),
    STOP: Thresholds(act=0.8),
    PERSON: Thresholds(act=0.35),  # a person is always reachable
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
#: Kinds of delivery problems that are told as the reason why something goes back or is mended.
REASONS_TO_SEND_BACK = frozenset({"damaged", "wrong_item"})
SENT_BACK = frozenset({"return", "exchange", "warranty"})
#: Where two kinds may be wanted at once: "pause it, and change the address".
OF_MANY_KINDS = frozenset({"subscription", "account", "change_order", "product_question", "privacy"})


@dataclass(frozen=True, slots=True)
class SecondWish:
    """Weights of what speaks for a part of a message being a wish of its own."""

    alone: float  # of the logarithm of the odds that the part gives by itself
    backed: float  # of the logarithm of the share that the whole message gives
    asked: float  # for what is wanted
    told: float  # for what may only be told: where things are, what went wrong
    wondered: float  # for the same, put as a question
    vague: float  # for what a part of a sentence is easily taken for

    def by_intent(self, intent: str, *, question: bool) -> float:
        if intent in TOLD:
            return self.wondered if question else self.told
        return self.vague if intent in VAGUE else self.asked


SECOND_WISH = SecondWish(alone=0.88, backed=0.5, asked=2.0, told=0.5, wondered=0.95, vague=0.3)
TOLD = frozenset({"where_is_my_order", "delivery_problem", "order_confirmation", "reorder", "complaint"})
VAGUE = frozenset({"setup_help", "resend_receipt", "person"})
APART = frozenset({"where_is_my_order", "return", "setup_help", "product_question", "order_confirmation"})
SURELY_STOP = 0.9  # how sure a part of a message must be that no more messages are wanted
SURELY_A_PERSON = 0.35
SURELY_A_PERSON_ALL_THE_SAME = 0.85  # of the message as a whole, where words deny it
SURELY_NO_PERSON = 0.97
SURE_AMONG_OTHER_THINGS = 0.95  # how sure a wish must be in a message that is none of our business as a whole
SURELY_ASKS_WHO = 0.8
SAID_BY_ITSELF = 0.92  # how sure a wish must be to stand beside one that usually tells it already
GRAVE = frozenset({"safety", "legal_threat", "chargeback"})
GRAVER_THAN_A_RULE = 0.4
RULED = 0.9  # what a rule that fits is worth
SURER_THAN_A_RULE = 0.7
PLAIN = frozenset({"delivery_problem.not_received"})  # what this rule looks for says it: "marked as delivered, but"
SURER_THAN_A_PLAIN_RULE = 0.97
MORE_THAN_MANNERS = 0.35  # a guess this likely is asked about, though the message is sure to be polite
MOST_CANDIDATES = 3
MOST_WISHES = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """The intents of a stretch of text, likeliest first, and the kind of the first, or empty."""

    ranked: tuple[tuple[str, float], ...]
    known: float
    kind: str = ""

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


def is_wish(part: Judged, whole: Judged, *, question: bool) -> bool:
    """Whether a part of a message is a wish of its own, and not what happened before it ("I ordered it last week").

    How sure the part is, how much of the message as a whole speaks for it, and what kind of intent it is are weighed
    as they were found to tell in messages with two wishes and with one (logistic regression).
    """
    intent = part.acted_on
    if intent is None:
        return False
    if whole.acted_on is None or intent in GRAVE:
        return True
    if whole.acted_on == OUT_OF_SCOPE and part.best[1] < SURE_AMONG_OTHER_THINGS:
        return False
    alone = math.log(part.best[1] / (1.001 - part.best[1]))
    backed = math.log(dict(whole.ranked).get(intent, 0.0) + 0.001)
    return (
        SECOND_WISH.alone * alone + SECOND_WISH.backed * backed + SECOND_WISH.by_intent(intent, question=question) > 0
    )


def is_wish_for_a_person(wishes: Sequence[Wish], whole: Judged, *, denied: bool) -> bool:
    """Whether the model is sure enough to bring a person; where the words seem to deny it, only the whole tells."""
    if denied:
        return whole.best[0] == PERSON and whole.best[1] >= SURELY_A_PERSON_ALL_THE_SAME
    return any(wish.intent == PERSON and wish.probability >= SURELY_A_PERSON for wish in wishes)


def is_someone_elses_business(whole: Judged) -> bool:
    """Whether a message is so surely none of ours that a rule's wish for a person is not believed."""
    return whole.best[0] == OUT_OF_SCOPE and whole.best[1] >= SURELY_NO_PERSON


def acted_on_after_asking(intent: str) -> bool:
    """Whether a second opinion is enough to act on: only for what only tells."""
    return intent in TELLING or intent.startswith("faq:")


def judged(scored: Scored) -> Judged:
    """What the scores come to."""
    return Judged(scored.ranked, scored.known, scored.kinds[0] if scored.kinds else "")


def ruled(found: Judged, label: str, *, certain: bool = False) -> Judged:
    """What a rule says goes first, unless the phrases surely say otherwise; a `certain` one always does."""
    intent, _, kind = label.partition(".")
    best, probability = found.best
    if best == intent:
        return replace(
            found,
            ranked=((intent, max(probability, RULED)), *found.ranked[1:]),
            known=1.0,
            kind=kind or found.kind,
        )
    surer = GRAVER_THAN_A_RULE if best in GRAVE else SURER_THAN_A_PLAIN_RULE if label in PLAIN else SURER_THAN_A_RULE
    if not certain and probability >= surer and best != NOTHING:
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
        if intent not in COURTESIES
        and intent not in (NOTHING, STOP)
        and probability >= BY_INTENT.get(intent, DEFAULT).offer
    ]
    return tuple(likely[:MOST_CANDIDATES])


def settle(wishes: Sequence[tuple[Wish, bool]]) -> tuple[Wish, ...]:
    """The wishes of a message, each intent once, in order. A wish is given with whether it was asked as a question."""
    real = {wish.intent for wish, _ in wishes if wish.intent not in COURTESIES}
    kept: list[Wish] = []
    for wish, question in wishes:
        courtesy = wish.intent in COURTESIES and bool(real) and not _asks_who(wish)
        contained = bool(CONTAINED.get(wish.intent, frozenset()) & real)
        apart = question if wish.intent == "where_is_my_order" else wish.probability >= SAID_BY_ITSELF
        told = _is_why(wish, real) or (contained and not (apart and wish.intent in APART))
        if not courtesy and not told and not any(_same(wish, other) for other in kept):
            kept.append(wish)
    if not real:
        kept = _one_courtesy(kept)
    return tuple(kept[:MOST_WISHES])


def _is_why(wish: Wish, real: set[str]) -> bool:
    """Whether what went wrong only says why something goes back: "it came broken, I want to return it"."""
    return wish.intent == "delivery_problem" and wish.kind in REASONS_TO_SEND_BACK and bool(SENT_BACK & real)


def _asks_who(wish: Wish) -> bool:
    """Whether it surely asks who writes here: this is answered, whatever else is wanted."""
    return wish.intent == IDENTITY and wish.probability >= SURELY_ASKS_WHO


def _same(wish: Wish, other: Wish) -> bool:
    """Whether two wishes are one; two kinds of what has many are two."""
    kinds = wish.intent in OF_MANY_KINDS and wish.kind and other.kind and wish.kind != other.kind
    return wish.intent == other.intent and not kinds


def _one_courtesy(wishes: list[Wish]) -> list[Wish]:
    """Of several courtesies the weightiest is answered: a complaint before thanks, thanks before a greeting."""
    order = ("complaint", "identity", OUT_OF_SCOPE, "goodbye", "thanks", "greeting")
    return sorted(wishes, key=lambda wish: order.index(wish.intent))[:1]
