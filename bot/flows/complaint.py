"""A complaint: taken in the customer's words, kept with the order in question, for a person to answer.

What can be mended at once is offered beside it. Displeasure without a matter is asked about first.
"""

from datetime import datetime

from bot.actions import OpenHandoff
from bot.facts import order_sources, order_view
from bot.flows.which import named_orders
from bot.model import Choice, Json, Kind
from bot.records import Order
from bot.story import Case, Ending, Question

TELLING = 8  # words that are a matter by themselves
SUBJECTS = ("where_is_my_order", "delivery_problem", "return", "something_else", "person")
NEXT = ("where_is_my_order", "delivery_problem", "return", "person", "no")
WORDS, ELSE, NOTHING = "words", "something_else", "no"


def complaint(case: Case) -> Ending:
    """From displeasure to a matter that somebody answers for, and to what can be done about it now."""
    said = str((case.answers.get("wish") or {}).get("text", ""))
    if len(said.split()) < TELLING and WORDS not in case.answers:
        about = case.need(_choice("about", "complaint.ask", SUBJECTS))
        if about != ELSE:
            return case.go(about, **_carried(case))
        said = ""
    words = case.need(Question(WORDS, Kind.TEXT, "complaint.what", _text, presumed=said or None))
    order = _order(case)
    task = OpenHandoff(
        reason="complaint",
        order_id=order.id if order else None,
        flow="complaint",
        summary=words,
        mood=case.world.mood.value,
        silences_bot=False,
    )
    by = case.once(task).data.get("expected_by")
    case.say(
        "complaint.noted",
        sources=order_sources(order) if order else (),
        order=order_view(order, private=False) if order else None,
        expected_by=datetime.fromisoformat(by) if by else None,
    )
    chosen = case.need(_choice("next", "complaint.next", NEXT))
    if chosen == NOTHING:
        return case.end("complaint.left")
    if chosen == "person":
        return case.person("complaint", order_id=order.id if order else None, proposed="answer_complaint")
    return case.go(chosen, **_carried(case))


def _order(case: Case) -> Order | None:
    """The order it is about: the one named, the one spoken of, or the only one."""
    orders = case.world.orders
    named = named_orders(case, orders) if case.answers.get("heard") else ()
    focused = case.world.order(case.world.focus) if case.world.focus else None
    found = named[0] if len(named) == 1 else focused or (orders[0] if len(orders) == 1 else None)
    if found:
        case.focus = found.id
    return found


def _choice(name: str, key: str, offered: tuple[str, ...]) -> Question[str]:
    return Question(
        name,
        Kind.CHOICE,
        key,
        lambda answer: answer if answer in offered else None,
        choices=tuple(Choice(id=one, title="") for one in offered),
    )


def _carried(case: Case) -> dict[str, Json]:
    return {"heard": case.answers["heard"]} if case.answers.get("heard") else {}


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) and answer.strip() else None
