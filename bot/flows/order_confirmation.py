"""Order confirmation and receipt: did it go through, what is in it, what does it cost, when does it ship."""

from datetime import timedelta

from bot import identity
from bot.actions import ResendReceipt
from bot.facts import order_sources, order_view
from bot.flows.where_is_my_order import awaits_return, business_days_after
from bot.flows.which import Fits, which_order
from bot.model import Status
from bot.records import OrderStatus
from bot.story import Case, Ending


def order_confirmation(case: Case) -> Ending:
    """The order's contents, total and dispatch; no prices and no address for who showed a number and a contact."""
    order = which_order(case, placed_lately(case))
    case.focus = order.id
    sources = order_sources(order)
    private = identity.owns(case.world, order)
    view = order_view(order, private=private)
    if not private:
        return case.end("order.brief", sources=sources, order=view)
    if order.status is OrderStatus.CANCELLED:
        return case.end("order.cancelled", sources=sources, order=view)
    if order.status is OrderStatus.PENDING:
        days = case.world.policies.tracking.ships_within_days
        ships_by = business_days_after(order.placed_at, days, case)
        overdue = ships_by < case.now or awaits_return(case, order)
        return case.end("order.confirmed", sources=sources, order=view, ships_by=None if overdue else ships_by)
    return case.end("order.on_record", sources=sources, order=view)


def placed_lately(case: Case) -> Fits:
    """Without a number the newest order is meant, or one of those placed within a day of it."""
    newest = max((order.placed_at for order in case.world.orders), default=case.now)
    return lambda order: newest - order.placed_at < timedelta(days=1)


def resend_receipt(case: Case) -> Ending:
    """Sends the confirmation or receipt again, to the email address on file and nowhere else."""
    order = which_order(case, placed_lately(case))
    case.focus = order.id
    outcome = case.once(ResendReceipt(order_id=order.id))
    if outcome.status is Status.DONE:
        own = identity.owns(case.world, order)
        return case.end(
            "receipt.sent", order=order_view(order, private=False), sent_to=outcome.data["masked"] if own else None
        )
    return case.person("no_receipt", order_id=order.id)
