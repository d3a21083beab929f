"""Questions about money: exact sums by currency, answers from the record, what-ifs that write nothing."""

from decimal import Decimal
from typing import Any

import pytest

from bot.actions import CancelOrder, ChangeLines, CreateReturn, OpenHandoff
from bot.flows.money import money
from bot.flows.sums import lately_back, order_totals, ranked, totals
from bot.merchant.schema import Policies
from bot.model import Address, CaseState, Channel, Level, NamedItem, Outcome, Status
from bot.records import Money, Order
from bot.stage import Turn
from bot.story import Gone, World, tell
from tests.bot.flows.goods import GOODS, arrived, bought, line, owner, reason
from tests.bot.stories import NOW, MemoryRecords, Talk, answers, keys, sample_shop, wants, with_rules

CHEAP = {"id": "odd", "sku": "ODD", "title": "Odd", "options": {}, "quantity": 3, "price": "0.10"}


def talk(*orders: Order, **fields: Any) -> Talk:
    return Talk(orders or (bought(),), products=GOODS, **({"owner": owner()} | fields))


def asks(kind: str, **named: Any) -> Any:
    return wants("money", kind=kind, text="how much", **named)


def item(line_id: str, **options: str) -> NamedItem:
    return NamedItem(id=line_id, ids=(line_id,), quantity=None, options=options, keep=(), other=None)


def amounts(turn: Turn, key: str, name: str = "totals") -> list[str]:
    say = next(say for say in turn.says if say.key == key)
    return [f"{money.amount} {money.currency}" for money in say.facts[name]]


def nothing_done(told: Talk) -> bool:
    done = told.ledger.done.values()
    return not any(isinstance(action, CancelOrder | ChangeLines | CreateReturn | OpenHandoff) for action in done)


# -- arithmetic --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sums"),
    [
        (["0.10", "0.20"], "0.30"),
        (["0.10"] * 10, "1.00"),
        (["1157.86", "3280.31", "305.45", "249.01", "312.04"], "5304.67"),
        (["99999999.99", "0.01"], "100000000.00"),
        (["19.99", "-19.99"], "0.00"),
        (["33.33", "33.33", "33.34"], "100.00"),
    ],
)
def test_sums_are_exact(given: list[str], sums: str):
    (found,) = totals(Money(Decimal(one), "USD") for one in given)
    assert str(found.amount) == sums


def test_currencies_are_never_added_together():
    found = totals([Money(Decimal("1.10"), "USD"), Money(Decimal("2.20"), "EUR"), Money(Decimal("3.30"), "USD")])
    assert [(str(one.amount), one.currency) for one in found] == [("4.40", "USD"), ("2.20", "EUR")]


def test_nothing_comes_to_no_sum():
    assert totals([]) == []


def test_orders_of_several_currencies_are_summed_by_currency():
    orders = [bought("A"), bought("B", currency="EUR"), bought("C", CHEAP)]
    assert [(str(one.amount), one.currency) for one in order_totals(orders)] == [("157.30", "USD"), ("157.00", "EUR")]


def test_the_dearest_is_told_for_each_currency_and_equals_are_all_told():
    orders = [bought("A"), bought("B"), bought("C", CHEAP), bought("D", CHEAP, currency="EUR")]
    assert [one.number for one in ranked(orders, "dearest")] == ["A", "B", "D"]
    assert [one.number for one in ranked(orders, "cheapest")] == ["C", "D"]


def test_what_comes_back_of_a_return_under_way_is_less_its_fee():
    back = {
        "id": "r",
        "requested_at": NOW.isoformat(),
        "reason": "changed_mind",
        "refund_method_id": "visa",
        "lines": [{"line_id": "FF-1001/JACKET", "quantity": 1}],
    }
    made = arrived()
    with_return = Order.model_validate(made.model_dump(mode="json") | {"returns": [back]})
    policies = Policies.model_validate({"returns": {"restocking_fee_percent": 15}})
    (part,) = lately_back(with_return, owner(), policies, NOW)
    assert (str(part["amount"].amount), str(part["fee"].amount), part["method"]) == ("101.15", "17.85", "Visa 4242")


# -- from the record ---------------------------------------------------------------------------------------------------


def test_the_total_of_several_orders_is_told_with_each():
    told = talk(bought("FF-1001"), bought("FF-1002", CHEAP)).hear(asks("total.several"))
    assert keys(told) == ["money.total"]
    assert amounts(told, "money.total") == ["157.30 USD"]
    assert {source.record for source in told.says[0].sources} == {"orders/o-FF-1001", "orders/o-FF-1002"}


def test_a_number_said_tells_which_orders_are_added_up():
    told = talk(bought("FF-1001"), bought("FF-1002"), arrived("FF-1003")).hear(asks("total.2"))
    assert [one["number"] for one in told.says[0].facts["orders"]] == ["FF-1001", "FF-1002"]


def test_what_an_item_cost_is_told_by_its_line():
    told = talk().hear(asks("total", items=(item("FF-1001/SOCKS"),)))
    assert keys(told) == ["money.items"]
    assert amounts(told, "money.items") == ["38.00 USD"]


def test_the_gift_card_is_never_taken_for_points():
    told = talk().hear(asks("balance"))
    assert keys(told) == ["money.balance"]
    assert [(one["name"], str(one["amount"].amount)) for one in told.says[0].facts["balances"]] == [
        ("gift card", "20.00")
    ]
    assert keys(talk(owner=owner({"id": "v", "kind": "credit_card"})).hear(asks("balance"))) == ["money.no_balance"]


def test_by_what_an_order_was_paid_is_told_by_name():
    told = talk().hear(asks("paid"))
    assert [(one["method"], str(one["amount"].amount)) for one in told.says[0].facts["parts"]] == [
        ("Visa 4242", "157.00")
    ]


@pytest.mark.parametrize("kind", ["total", "total.several", "dearest", "list", "paid", "balance", "methods", "count"])
def test_who_showed_only_a_number_gets_no_amounts_without_a_code(kind: str):
    known = MemoryRecords([bought()], [owner(phone="+15035550199")])
    told = Talk(level=Level.KNOWLEDGE, records=known)
    assert all(key.startswith("identity.") for key in keys(told.hear(asks(kind, emails=("maya@example.com",)))))
    after = told.hear(answers("123456"))
    assert keys(after)[0].startswith(("money.", "order."))


def test_an_order_of_somebody_else_shown_by_its_number_is_told_without_amounts():
    others = bought("FF-2001", customer_id="c-2")
    world = World(
        now=NOW,
        zone="America/New_York",
        party=1,
        sender=Address(channel=Channel.WHATSAPP, raw="whatsapp:+15035550100", key="+15035550100"),
        shop=sample_shop(),
        records=MemoryRecords([bought(), others], [owner()], GOODS),
        customer=owner(),
        level=Level.MATCHED,
        orders=(bought(), others),
        status_only=frozenset({others.id}),
    )
    for kind in ("charged", "count", "total", "paid", "dearest", "back.cancel", "back.return"):
        wish = {"wish": {"intent": "money", "kind": kind}, "heard": {"order_numbers": ["FF-2001"]}}
        state = CaseState(id="1", flow="money", opened_at=NOW, answers=wish)
        told = tell(money, state, world, lambda *_: Outcome(status=Status.REFUSED))
        shown = [say.facts for say in told.says]
        assert "FF-2001" not in str(shown)
        assert kind == "dearest" or isinstance(told.outcome, Gone)


# -- what if -----------------------------------------------------------------------------------------------------------


def test_what_cancelling_would_give_back_writes_nothing_and_is_offered():
    told = talk(bought("FF-1001"), bought("FF-1002", CHEAP, method="gift"))
    turn = told.hear(asks("back.cancel", scope="pending"))
    assert keys(turn) == ["money.back", "money.offer"]
    assert amounts(turn, "money.back") == ["157.30 USD"]
    assert [one["method"] for one in turn.says[0].facts["parts"]] == ["Visa 4242", "gift card"]
    assert nothing_done(told)
    assert keys(told.hear(answers(True, "yes"))) == ["cancel.reason"]
    assert keys(told.hear(answers(reason("late")))) == ["cancel.summary"]
    assert nothing_done(told)


def test_the_scope_of_a_question_says_nothing_of_the_next_wish():
    told = talk(bought("FF-1001"), bought("FF-1002"))
    told.hear(asks("back.cancel", scope="pending"))
    told.hear(wants("cancel_order", order_numbers=("FF-1002",), reason="late"))
    assert [one.flow for one in told.conversation.stack] == ["cancel_order"]
    assert told.conversation.stack[0].answers["order"] == "o-FF-1002"


def test_a_return_of_things_in_two_orders_is_summed():
    told = talk(arrived("FF-1001"), arrived("FF-1002", line("FF-1002", "SOCKS", "XL")))
    turn = told.hear(asks("back.return", items=(item("FF-1001/JACKET"), item("FF-1002/SOCKS"))))
    assert keys(turn) == ["money.back"]
    assert amounts(turn, "money.back") == ["141.00 USD"]
    assert nothing_done(told)


def test_the_fee_of_policy_is_taken_off():
    shop = with_rules(returns={"restocking_fee_percent": 15})
    told = talk(arrived(), shop=shop).hear(asks("back.return", items=(item("FF-1001/JACKET"),)))
    assert amounts(told, "money.back") == ["101.15 USD"]
    assert str(told.says[0].facts["parts"][0]["fee"].amount) == "17.85"


def test_what_policy_refuses_is_said_in_the_rules_own_words():
    told = talk(arrived(days=400))
    assert keys(told.hear(asks("back.return", items=(item("FF-1001/JACKET"),)))) == ["return.refused_too_late"]
    assert nothing_done(told)


def test_a_question_at_a_confirmation_is_answered_and_the_same_is_asked_again():
    told = talk()
    summary = told.hear(wants("cancel_order", reason="late"))
    expected = told.conversation.expected
    turn = told.hear(asks("back"))
    assert keys(turn) == ["money.back", "resume", "cancel.summary"]
    assert turn.says[-1].facts == summary.says[-1].facts
    assert told.conversation.expected == expected
    assert nothing_done(told)


def test_an_answer_beside_a_question_is_kept():
    told = talk(arrived())
    told.hear(wants("return", items=(item("FF-1001/JACKET"),)))
    both = replace_answer(asks("back"), reason("changed_mind"))
    assert keys(told.hear(both))[:3] == ["money.back", "resume", "return.condition"]


def replace_answer(reading: Any, answer: Any) -> Any:
    return reading.model_copy(update={"answer": answer, "answered": True})


def test_another_version_than_the_one_proposed_is_told_and_the_proposal_stands():
    told = talk()
    told.hear(wants("change_order", kind="items", items=(item("FF-1001/SOCKS", size="L"),)))
    summary = told.conversation.expected
    turn = told.hear(asks("difference", items=(item("FF-1001/SOCKS", size="XL"),)))
    assert keys(turn) == ["money.change", "resume", "items.summary"]
    assert str(turn.says[0].facts["to_pay"].amount) == "6.00"
    assert told.conversation.expected == summary
    assert nothing_done(told)


def test_an_order_with_only_one_thing_left_is_told_and_offered():
    told = talk()
    turn = told.hear(asks("only", items=(item("FF-1001/SOCKS"),)))
    assert keys(turn) == ["money.change", "money.offer"]
    assert (str(turn.says[0].facts["new_total"].amount), str(turn.says[0].facts["back"].amount)) == ("38.00", "119.00")
    assert nothing_done(told)
    assert keys(told.hear(answers(True, "yes"))) == ["items.summary"]


def test_what_versions_cost_is_listed_where_none_is_said():
    told = talk()
    told.hear(wants("change_order", kind="items", items=(item("FF-1001/SOCKS"),)))
    told.hear(answers("swap"))
    turn = told.hear(asks("variants"))
    assert keys(turn)[0] == "money.variants"
    prices = {one["options"]: (one["more"], one["less"]) for one in turn.says[0].facts["priced"]}
    assert prices["L"] == (None, None)
    assert str(prices["XL"][0].amount) == "3.00"
    assert str(prices["S"][1].amount) == "2.00"


def test_an_order_for_a_person_to_decide_is_told_so():
    shop = with_rules(care={"high_value": "100.00"})
    told = talk(shop=shop)
    assert keys(told.hear(asks("back.cancel"))) == ["money.decided"]
    assert nothing_done(told)
