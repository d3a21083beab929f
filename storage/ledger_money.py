"""Money of an order through a customer's methods: taken, given back, and a gift card's balance with it.

Without a connector to a payment provider the book is kept here and a person at the shop carries out what the bank has
to do; a gift card whose balance is known is the shop's own and is credited or charged at once.
"""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select, update

from bot.paying import GIFT_CARD, can_pay, method_name, method_of
from bot.records import Customer, Order, Payment, PaymentKind, Refund
from storage.doing import Doing
from storage.records import CUSTOMERS

PENDING, DONE = "pending", "done"


def take_money(doing: Doing, order: Order, method_id: str | None, amount: Decimal) -> Order | str:
    """The order with the payment in its book, or why not: no_such_method, card_too_low."""
    customer = _locked_customer(doing, order.customer_id)
    method = method_of(customer, method_id)
    if customer is None or method is None:
        return "no_such_method"
    if not can_pay(method, amount):
        return "card_too_low"
    if method.kind == GIFT_CARD:
        _set_balance(doing, customer, method.id, -amount)
    payment = Payment(kind=PaymentKind.PAYMENT, amount=amount, method_id=method.id, at=doing.now)
    return order.model_copy(update={"payments": (*order.payments, payment)})


def give_back(doing: Doing, order: Order, amounts: Mapping[str | None, Decimal]) -> Order:
    """The order with these refunds in its book, by method id."""
    refunds = []
    for method_id, amount in amounts.items():
        customer = _locked_customer(doing, order.customer_id)
        method = method_of(customer, method_id)
        status = PENDING
        if customer and method and method.kind == GIFT_CARD and method.balance is not None:
            _set_balance(doing, customer, method.id, amount)
            status = DONE
        refunds.append(Refund(amount=amount, method_id=method_id, status=status, at=doing.now))
    return order.model_copy(update={"refunds": (*order.refunds, *refunds)})


def told_money(doing: Doing, order: Order, amounts: Mapping[str | None, Decimal]) -> list[dict[str, str | None]]:
    """What a customer is told of these amounts: `amount currency method kind`, by method."""
    customer = doing.records.customer(order.customer_id)
    methods = {method_id: method_of(customer, method_id) for method_id in amounts}
    return [
        {
            "amount": str(amount),
            "currency": order.currency,
            "method": method_name(methods[method_id]),
            "kind": method.kind if (method := methods[method_id]) else None,
        }
        for method_id, amount in amounts.items()
    ]


def _locked_customer(doing: Doing, customer_id: str) -> Customer | None:
    query = select(CUSTOMERS.c.record).where(CUSTOMERS.c.source_id == customer_id)
    query = query.with_for_update(key_share=True)  # FOR UPDATE would wait for every row that refers to it
    record = doing.connection.execute(query).scalar_one_or_none()
    return Customer.model_validate(record) if record else None


def _set_balance(doing: Doing, customer: Customer, method_id: str, by: Decimal) -> None:
    methods = tuple(
        method.model_copy(update={"balance": method.balance + by})
        if method.id == method_id and method.balance is not None
        else method
        for method in customer.payment_methods
    )
    record = customer.model_copy(update={"payment_methods": methods}).model_dump(mode="json")
    doing.connection.execute(update(CUSTOMERS).where(CUSTOMERS.c.source_id == customer.id).values(record=record))
