"""Privacy: what is held about somebody, sent to them; and all of it deleted, but for what the law has the shop keep.

Both only for who is shown to be the customer, and told exactly: where the file went, what stays and for how long.
"""

from collections.abc import Sequence

from bot import identity, policy
from bot.actions import EraseCustomer, ExportData
from bot.facts import order_sources, order_view
from bot.model import Choice, Kind, Source, Status
from bot.records import Customer, Order
from bot.story import Case, Ending, Question

EXPORT, ERASE, PERSON = "export", "erase", "person"
OFFERED = (EXPORT, ERASE, PERSON)


def privacy(case: Case) -> Ending:
    """A copy of the data, its deletion, or what the shop says of privacy and which of these is meant."""
    kind = str((case.answers.get("wish") or {}).get("kind", ""))
    wanted = case.need(
        Question(
            "what",
            Kind.CHOICE,
            "privacy.which",
            lambda answer: answer if answer in OFFERED else None,
            {"notice_url": case.world.policies.privacy.notice_url},
            tuple(Choice(id=one, title="") for one in OFFERED),
            presumed=kind or None,
        )
    )
    if wanted == PERSON:
        return case.person("privacy")
    return _export(case) if wanted == EXPORT else _erase(case)


def _export(case: Case) -> Ending:
    """Everything that is held, as a file, to the mail address on file and nowhere else."""
    customer = identity.shown(case)
    outcome = case.once(ExportData(customer_id=customer.id))
    if outcome.status is Status.DONE:
        return case.end("privacy.export_sent", sources=_sources(customer), sent_to=outcome.data["masked"])
    return case.person("privacy_export", proposed="send_export")


def _erase(case: Case) -> Ending:
    """Asks clearly, says what stays; while something is open a person decides, where policy wants it so."""
    customer = identity.shown(case)
    orders = [order for order in case.world.orders if order.customer_id == customer.id]
    if "EraseCustomer" not in case.state.outcomes and not policy.erasable(orders, case.world.policies).granted:
        return _open(case, orders)
    years = case.world.policies.privacy.keep_orders_years
    if not case.confirm("erase", "privacy.erase_confirm", sources=_sources(customer), years=years):
        return case.end("privacy.erase_kept")
    outcome = case.once(EraseCustomer(customer_id=customer.id))
    if outcome.status in (Status.DONE, Status.PENDING):
        return case.end("privacy.erase_started", years=years)
    return _open(case, orders) if outcome.code == "open_matters" else case.person("privacy_erase")


def _open(case: Case, orders: Sequence[Order]) -> Ending:
    still = [order for order in orders if policy.is_open(order)]
    sources = tuple(source for order in still for source in order_sources(order))
    case.say("privacy.erase_open", sources=sources, orders=[order_view(order, private=False) for order in still])
    return case.person("privacy_erase", order_id=still[0].id if still else None, proposed="close_then_erase")


def _sources(customer: Customer) -> tuple[Source, ...]:
    return (Source(record=f"customers/{customer.id}"),)
