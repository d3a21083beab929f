"""Where is my order: every parcel that is still awaited, each with what is truly known of it and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import identity
from bot.business_hours import is_holiday
from bot.facts import order_sources, order_view, shipment_view
from bot.flows.which import named_orders, which_order
from bot.model import Json, Kind, Sort
from bot.records import Order, OrderStatus, ReturnStatus, Shipment
from bot.story import YES_NO, Case, Ended, Ending, Question
from bot.tracking import PROBLEMS, State, order_state, progress_of

NOT_BACK = frozenset({ReturnStatus.REQUESTED, ReturnStatus.APPROVED})
AT_ONCE = 3  # awaited orders told in one answer; with more, the customer is asked which


def where_is_my_order(case: Case) -> Ending:
    """Tells the orders meant, else all that are awaited, else the latest one."""
    orders = _orders_meant(case)
    problems = [problem for order in orders for problem in _problems_of(case, order)]
    apart = problems[0] if len(problems) == 1 else None
    for order in orders:
        tell_where(case, order, apart)
    case.focus = orders[0].id if len(orders) == 1 else None
    if apart is None:
        return _offer(case, orders[0]) if len(orders) == 1 else Ended()
    answers = {"order": apart.order.id, "shipment": apart.shipment.id, "problem": apart.state.value}
    return case.go("delivery_problem", **answers, told_by="carrier")


def _offer(case: Case, order: Order) -> Ending:
    """One sensible next step: is what was delivered lately there; shall somebody look into what should have left."""
    if order_state(order) is State.NOT_SHIPPED:
        late = ships_by(case, order) < case.now and not awaits_return(case, order)
        return case.go("look_into", order=order.id) if late else Ended()
    lately = case.now - timedelta(days=case.world.policies.delivery.damage_report_days)
    lasts = [parcel.delivered_at for parcel in order.shipments]
    if order_state(order) is not None or not lasts or not all(at and at >= lately for at in lasts):
        return Ended()
    return case.go("have_it", order=order.id)


def have_it(case: Case) -> Ending:
    """Is the delivered parcel there? If not, straight into looking for it."""
    order = which_order(case)
    case.focus = order.id
    view = order_view(order, private=False)
    there = Question("there", Kind.CHOICE, "wismo.have_it", _text, {"order": view}, YES_NO, sort=Sort.DONE)
    if case.need(there) == "yes":
        return case.end("wismo.enjoy", order=view)
    return case.go("delivery_problem", order=order.id, problem="not_received")


def look_into(case: Case) -> Ending:
    """Should somebody find out why the order has not left?"""
    order = which_order(case)
    case.focus = order.id
    if case.confirm("look", "wismo.look_into", sort=Sort.OFFER, order=order_view(order, private=False)):
        return case.person("not_shipped", order_id=order.id, proposed="find_out_why")
    return case.end("acknowledged")


def _orders_meant(case: Case) -> tuple[Order, ...]:
    world = case.world
    named = named_orders(case, world.orders)
    asked_for_one = "order" in case.answers or case.heard("order_numbers") or not world.orders
    if asked_for_one or len(named) == 1:
        return (which_order(case),)
    awaited = tuple(order for order in (named or world.orders) if is_awaited(order))
    if not awaited:
        return (which_order(case),) if len(named) > 1 else (named or world.orders)[:1]
    if len(awaited) > AT_ONCE:
        return (which_order(case, is_awaited),)
    return awaited


def is_awaited(order: Order) -> bool:
    """Whether somebody may still be waiting for it: not cancelled, and not all of it delivered."""
    if order.status is OrderStatus.CANCELLED:
        return False
    if order.shipments:
        return any(parcel.delivered_at is None for parcel in order.shipments)
    return order.status is not OrderStatus.DELIVERED


@dataclass(frozen=True, slots=True)
class Problem:
    """A parcel in trouble that nobody is mending yet."""

    order: Order
    shipment: Shipment
    state: State


def _problems_of(case: Case, order: Order) -> Iterator[Problem]:
    """The troubled parcels of an order, where the sender may act on it; one alone leads into its resolution."""
    if not identity.owns(case.world, order) or order.status is OrderStatus.CANCELLED:
        return
    for shipment in order.shipments:
        state = progress_of(shipment, case.now, case.world.policies.tracking).state
        if state in PROBLEMS and not already_raised(order, shipment):
            yield Problem(order, shipment, state)


def already_raised(order: Order, shipment: Shipment) -> bool:
    """Whether a fix or claim for this parcel stands on the order since its newest event."""
    since = shipment.latest.at if shipment.latest else None
    return any(
        change.what in ("delivery", "claim")
        and isinstance(change.after, dict)
        and change.after.get("shipment_id") == shipment.id
        and (since is None or change.at >= since)
        for change in order.changes
    )


def tell_where(case: Case, order: Order, apart: Problem | None = None) -> None:
    """Tells each parcel of the order but the one whose trouble is a story of its own."""
    state = order_state(order)
    sources = order_sources(order)
    private = identity.owns(case.world, order)
    view = order_view(order, private=private)
    if state is None:
        for shipment in order.shipments:
            if apart and shipment.id == apart.shipment.id:
                continue
            progress = progress_of(shipment, case.now, case.world.policies.tracking)
            facts = {"order": view, "shipment": shipment_view(order, shipment, progress)}
            if already_raised(order, shipment) and progress.state in PROBLEMS:
                case.say("wismo.being_mended", sources=sources, **facts)
            else:
                case.say(f"wismo.{progress.state}", sources=sources, **facts)
    elif state is State.NOT_SHIPPED and awaits_return(case, order):
        case.say("wismo.awaits_return", sources=sources, order=view)
    elif state is State.NOT_SHIPPED:
        by = ships_by(case, order)
        key = "wismo.not_shipped" if by >= case.now else "wismo.not_shipped_late"
        case.say(key, sources=sources, order=view, ships_by=by)
    else:
        case.say(f"wismo.{state}_plain", sources=sources, order=view)


def awaits_return(case: Case, order: Order) -> bool:
    """Whether it was made for goods that have to be back before it leaves, and are not."""
    made = next((change.after for change in order.changes if change.what == "exchange_of"), None)
    if not isinstance(made, dict) or made.get("ships") != "on_arrival":
        return False
    first = case.world.order(str(made.get("order_id")))
    return first is not None and any(one.status in NOT_BACK for one in first.returns)


def ships_by(case: Case, order: Order) -> datetime:
    """Till when the order should have left, by the shop's policy."""
    return business_days_after(order.placed_at, case.world.policies.tracking.ships_within_days, case)


def business_days_after(moment: datetime, days: int, case: Case) -> datetime:
    """So many of the shop's working days later, at the same time of day in the shop's zone."""
    settings = case.world.shop.settings
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    open_days: set[str] = {name for name, hours in settings.business_hours.items() if hours} or set(names[:5])
    local = moment.astimezone(ZoneInfo(settings.time_zone))
    while days > 0:
        local += timedelta(days=1)
        if names[local.weekday()] in open_days and not is_holiday(settings, local.date()):
            days -= 1
    return local


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) else None
