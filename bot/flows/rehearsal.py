"""What would happen if: another story told to the point where it would ask for a yes, with nothing done on the way.

The amounts are thus those of the very summary the customer would be asked to agree to. No action leaves here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.actions import Action
from bot.model import CaseState, Json, Kind, Outcome, Say, Sort, Status
from bot.story import Asked, Case, Gone, HandedOver, Question, tell

MOST_STEPS = 20
WISHES = ("wish", "early")  # of the matter rehearsed: what began it is not weighed again
#: What is taken for granted where only money is asked about.
PRESUMED: Mapping[str, Json] = {
    "as_it_came": True,
    "cancel_instead": True,
    "return_instead": True,
    "another_size": False,
    "photo": {"photos": ["later"]},
    "pay_by": None,
    "refund_to": None,
}
REFUND, CREDIT = "refund", "store_credit"
ANY_REASON = ("changed_mind", "no_longer_needed")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`key` and `facts` of the summary that it comes to, by these `answers`; without one `says` tell why not, or a
    `person` decides, or it may be one `among` several."""

    key: str
    facts: Mapping[str, Any]
    says: tuple[Say, ...] = ()
    person: bool = False
    answers: Mapping[str, Json] = field(default_factory=dict)
    among: Question[Any] | None = None  # the versions it may be, where none is said


def rehearse(
    case: Case, flow: str, answers: Mapping[str, Json], outcomes: Mapping[str, Any] | None = None
) -> Rehearsed:
    """Tells the flow with these answers; asks in this case for what only the customer can say, such as which item."""
    from bot.flows import FLOWS

    told: dict[str, Json] = {name: value for name, value in answers.items() if name not in WISHES}
    said: list[Say] = []
    done = {name: Outcome.model_validate(outcome) for name, outcome in (outcomes or {}).items()}
    label = f"{flow}-{told.get('order', '')}"
    for _ in range(MOST_STEPS):
        state = CaseState(id=f"{case.state.id}~", flow=flow, opened_at=case.now, answers=told, outcomes=done)
        telling = tell(FLOWS[flow].story, state, case.world, _nothing_is_done)
        said += [say for say in telling.says if say not in said and not say.key.startswith("wish.")]
        match telling.outcome:
            case Asked(question) if question.sort is Sort.CONFIRM:
                return Rehearsed(question.key, question.facts, tuple(said), answers=telling.state.answers)
            case Asked(question) if question.kind is Kind.VARIANT:
                return Rehearsed("", {}, tuple(said), among=question)
            case Asked(question):
                told = {**telling.state.answers, question.name: _given(case, question, f"{label}-{question.name}")}
            case Gone(other, more):
                flow, told = other, {name: value for name, value in more.items() if name not in WISHES}
            case HandedOver():
                return Rehearsed("", {}, tuple(said), person=True)
            case _:
                return Rehearsed("", {}, tuple(said))
    return Rehearsed("", {}, tuple(said), person=True)


def question_of(
    case: Case, flow: str, answers: Mapping[str, Json], outcomes: Mapping[str, Any] | None = None
) -> Question[Any] | None:
    """What the flow asks next with these answers, or None."""
    from bot.flows import FLOWS

    done = {name: Outcome.model_validate(outcome) for name, outcome in (outcomes or {}).items()}
    state = CaseState(id=f"{case.state.id}~", flow=flow, opened_at=case.now, answers=dict(answers), outcomes=done)
    outcome = tell(FLOWS[flow].story, state, case.world, _nothing_is_done).outcome
    return outcome.question if isinstance(outcome, Asked) else None


def _given(case: Case, question: Question[Any], name: str) -> Json:
    """The answer that is taken for granted, else the customer's."""
    offered = [choice.id for choice in question.choices]
    if question.name == "reason":
        reason = next((one for one in ANY_REASON if one in offered), offered[0] if offered else "other")
        return {"reason": reason, "words": ""}
    if question.name == "remedy":
        return _remedy(case, offered)
    if question.name in PRESUMED:
        presumed = PRESUMED[question.name]
        return offered[0] if presumed is None and offered else presumed
    case.need(replace(question, name=name))
    return case.answers[name]


def _remedy(case: Case, offered: list[str]) -> Json:
    credit = any(method.get("kind") == CREDIT for method in case.heard("methods"))
    wanted = CREDIT if credit and CREDIT in offered else REFUND
    return wanted if wanted in offered else offered[0]


def _nothing_is_done(_action: Action, _key: str) -> Outcome:
    return Outcome(status=Status.REFUSED, code="rehearsed")
