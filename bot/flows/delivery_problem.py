"""Delivery exceptions, told by the carrier or the customer: which parcel, what is wrong, the way to mend it."""

from collections.abc import Callable

from bot import identity
from bot.facts import order_sources, order_view, shipment_view
from bot.flows import mending
from bot.flows.mending import Trouble
from bot.flows.where_is_my_order import already_raised, is_awaited, tell_where
from bot.flows.which import Fits, which_order, which_shipment
from bot.model import Choice, Json, Kind, Sort
from bot.records import Order, OrderStatus, Shipment
from bot.story import YES_NO, Case, Ending, Question
from bot.tracking import PROBLEMS, State, progress_of

#: What a customer may say is wrong, and the story that mends it.
STORIES: dict[str, Callable[[Trouble], Ending]] = {
    "not_received": mending.not_received,
    "attempt_failed": mending.attempt_failed,
    "wrong_address": mending.wrong_address,
    "damaged": mending.damaged,
    "lost": mending.lost,
    "customs": mending.for_a_person,
    "held": mending.for_a_person,
    "returned": mending.for_a_person,
    "missing_item": mending.for_a_person,
    "wrong_item": mending.for_a_person,
    "other": mending.for_a_person,
}
OFFERED = ("not_received", "damaged", "wrong_address", "missing_item", "wrong_item", "other")


def delivery_problem(case: Case) -> Ending:
    """From "it never came" or the carrier's own word to a fix that is recorded, or to a person with the whole story."""
    order = which_order(case, _may_be_meant(case))
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    if not order.shipments:
        return _without_parcel(case, order)
    if _rest_is_coming(case, order):
        return case.go("where_is_my_order", order=order.id)
    shipment = which_shipment(case, order, lambda parcel: _in_trouble(case, parcel))
    problem = _problem(case, order, shipment)
    trouble = Trouble(case, order, shipment, problem)
    if case.answers.get("told_by") != "carrier" and already_raised(order, shipment) and not case.state.outcomes:
        case.say("wismo.being_mended", sources=trouble.sources, **trouble.facts)
        return case.person("delivery_" + problem, order_id=order.id)
    return STORIES[problem](trouble)


def _rest_is_coming(case: Case, order: Order) -> bool:
    """Whether what the customer misses is in a parcel that is still on its way without trouble."""
    missed = case.answers.get("told_by") != "carrier" and _heard_problem(case) in ("missing_item", "not_received")
    awaited = [parcel for parcel in order.shipments if parcel.delivered_at is None]
    if not missed or not awaited or len(awaited) == len(order.shipments):
        return False
    return not any(_in_trouble(case, parcel) for parcel in awaited)


def _may_be_meant(case: Case) -> Fits:
    """What was delivered is not lost; what is still on its way is not damaged, as far as the customer can tell."""
    match _heard_problem(case):
        case "lost" | "attempt_failed":
            return lambda order: has_shipped(order) and is_awaited(order)
        case "damaged" | "missing_item" | "wrong_item":
            return lambda order: has_shipped(order) and any(parcel.delivered_at for parcel in order.shipments)
        case _:
            return has_shipped


def has_shipped(order: Order) -> bool:
    return order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED) or bool(order.shipments)


def _in_trouble(case: Case, parcel: Shipment) -> bool:
    return progress_of(parcel, case.now, case.world.policies.tracking).state in PROBLEMS


def _without_parcel(case: Case, order: Order) -> Ending:
    """An order without a parcel on record: what is known of it, or a person when it should have been there."""
    if is_awaited(order) and order.status is OrderStatus.PENDING:
        return _not_left(case, order)
    return case.person("delivery_" + (_heard_problem(case) or "other"), order_id=order.id)


def _not_left(case: Case, order: Order) -> Ending:
    """What has not left can be neither broken nor missing: that is told, and a person only asked if it is wished."""
    problem = _heard_problem(case)
    if problem is None:
        return case.go("where_is_my_order", order=order.id)
    tell_where(case, order)
    offer = Question("person_instead", Kind.YES_NO, "policy.person_offer", _truth, choices=YES_NO, sort=Sort.OFFER)
    if not case.need(offer):
        return case.end("acknowledged")
    return case.person("delivery_" + problem, order_id=order.id)


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _heard_problem(case: Case) -> str | None:
    found = case.answers.get("problem") or case.answers.get("heard", {}).get("problem")
    return found if found in STORIES else None


def _problem(case: Case, order: Order, shipment: Shipment) -> str:
    """What is wrong: said by the carrier or the customer, read off the record, or asked for."""
    progress = progress_of(shipment, case.now, case.world.policies.tracking)
    from_record = progress.state.value if progress.state in PROBLEMS else None
    presumed = case.answers.get("heard", {}).get("problem") or from_record
    question = Question(
        name="problem",
        kind=Kind.CHOICE,
        key="problem.which",
        read=_known_problem,
        facts={"order": order_view(order), "shipment": shipment_view(order, shipment, progress)},
        choices=tuple(Choice(id=problem, title="") for problem in OFFERED),
        presumed=presumed,
        sources=order_sources(order),
    )
    problem = case.need(question)
    waiting = progress.state in (State.IN_TRANSIT, State.OUT_FOR_DELIVERY, State.LABEL_MADE, State.PICKUP, State.LATE)
    if problem == "not_received" and progress.state in PROBLEMS:
        return progress.state.value
    if problem == "attempt_failed" and progress.state is State.DELIVERED:
        return "not_received"
    return "lost" if problem == "not_received" and waiting else problem


def _known_problem(answer: Json) -> str | None:
    return answer if answer in STORIES else None
