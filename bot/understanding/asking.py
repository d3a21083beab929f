"""A message that asks about money, as a whole: the questions first, then what else it wants or answers.

What asks never answers a question that cannot be taken back: a yes beside it is asked for again.
"""

from bot.model import Entities, Expected, Json, Kind, Reading, Wish
from bot.ports import Known
from bot.understanding import deciding
from bot.understanding.money import BACK, CANCEL, DIFFERENCE, INTENT, OF_THE_SENDER, RETURN, TOTAL, Questions
from bot.understanding.normalise import Text

SURE = 0.95
SURE_BESIDE = 0.65  # a wish beside a question about money is believed only so sure
FEWEST_WORDS = 2
#: What the words around such a question are easily taken for.
NONE_BESIDE = frozenset(
    {
        *deciding.COURTESIES,
        "loyalty",
        "refund",
        "refund_status",
        "order_confirmation",
        "product_question",
        "payment",
        "recommendation",
        "setup_help",
        "faq:payment_methods",
        "faq:returns",
        "faq:shipping",
    }
)
HOW = {"cancel_order": CANCEL, "return": RETURN, "refund": RETURN}
THINGS = ("order_numbers", "products", "items", "scope", "everything", "left_out")


def with_questions(
    text: Text,
    asked: Questions,
    beside: Reading | None,
    named: Entities,
    expected: Expected | None,
    known: Known,
    spoken: str,
) -> Reading | None:
    """The reading of a text that asks so, `beside` being that of the rest; None where it asks nothing of the kind."""
    if beside and (beside.stop or beside.person or beside.help or beside.start):
        return None
    about = named.model_dump(mode="json", exclude_defaults=True)
    things = bool(named.items or named.products or named.order_numbers)
    if not all(_can_be_asked(kind, expected, known, things=things) for kind in asked.kinds):
        return None
    others = _beside(beside, about)
    questions = tuple(
        Wish(intent=INTENT, kind=_kind(kind, others), probability=SURE, text=asked.said, named=about)
        for kind in asked.kinds
    )
    answer = _answer(beside, expected)
    return Reading(
        text=text.raw,
        language=beside.language if beside else spoken,
        wishes=(*questions, *others),
        entities=beside.entities if answer is not None and beside else named,
        answer=answer,
        answered=answer is not None,
        never_mind=bool(beside and beside.never_mind),
        correction=bool(beside and beside.correction and answer is not None),
        **({"mood": beside.mood, "complaint": beside.complaint} if beside else {}),
    )


def _can_be_asked(kind: str, expected: Expected | None, known: Known, *, things: bool) -> bool:
    if kind in OF_THE_SENDER:
        return True
    if not known.orders:
        return False
    return kind != DIFFERENCE or expected is not None or things


def _beside(beside: Reading | None, about: dict[str, Json]) -> tuple[Wish, ...]:
    """What else is surely wanted; what it is about may only be said in the question."""
    if beside is None or len(beside.text.split()) < FEWEST_WORDS:
        return ()
    found = []
    for wish in beside.wishes:
        if wish.intent in NONE_BESIDE or wish.probability < SURE_BESIDE:
            continue
        more = {} if any(name in wish.named for name in THINGS) else {n: about[n] for n in THINGS if n in about}
        found.append(wish.model_copy(update={"named": {**more, **wish.named}}))
    return tuple(found)


def _kind(kind: str, others: tuple[Wish, ...]) -> str:
    """What comes back is asked of what is wanted beside: "I want to return both, how much is it in all?"."""
    how = next((HOW[wish.intent] for wish in others if wish.intent in HOW), "")
    return f"{BACK}.{how}" if how and kind.partition(".")[0] in (BACK, TOTAL) else kind


def _answer(beside: Reading | None, expected: Expected | None) -> Json:
    if beside is None or expected is None or not beside.answered:
        return None
    bound = "yes" if beside.answer is True else beside.answer
    if expected.kind is Kind.REASON and isinstance(beside.answer, dict) and beside.answer.get("reason") == "other":
        return None  # any words are another reason
    return None if isinstance(bound, str) and bound in expected.binding else beside.answer
