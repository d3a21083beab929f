"""Returns and exchanges told to their end: what, why, for what, a clear yes; and where policy stops them."""

import pytest

from bot.actions import CancelReturn, CreateReturn, OpenHandoff
from bot.model import NamedItem, NamedMethod, Outcome, Status
from bot.records import Remedy
from tests.bot.flows.goods import GIFT, GOODS, arrived, bought, items, line, owner, reason
from tests.bot.stories import Talk, answers, keys, strict_shop, wants, with_rules

SOCKS = line("FF-1001", "SOCKS", quantity=2)


def talk(*orders, **fields) -> Talk:
    return Talk(orders or (arrived("FF-1001", SOCKS),), products=GOODS, **({"owner": owner()} | fields))


def item(size: str) -> NamedItem:
    line_id = "FF-1001/SOCKS"
    return NamedItem(id=line_id, ids=(line_id,), quantity=None, options={"size": size}, keep=(), other=None)


def method(kind: str, method_id: str) -> NamedMethod:
    return NamedMethod(kind=kind, last4=None, id=method_id)


def test_some_of_it_goes_back_for_the_money_after_a_yes():
    told = talk(arrived())
    assert keys(told.hear(wants("return"))) == ["return.which"]
    assert keys(told.hear(answers(items(("FF-1001/SOCKS", 1))))) == ["return.reason"]
    assert keys(told.hear(answers(reason("changed_mind", "too warm")))) == ["return.condition"]
    assert keys(told.hear(answers(True, "yes"))) == ["return.remedy"]
    summary = told.hear(answers("refund"))
    assert keys(summary) == ["return.summary"]
    assert (str(summary.says[0].facts["amount"].amount), summary.says[0].facts["method"]) == ("19.00", "Visa 4242")
    assert not told.ledger.of(CreateReturn)
    assert keys(told.hear(answers(True, "yes"))) == ["return.done"]
    (action,) = told.ledger.of(CreateReturn)
    assert [(part.line_id, part.quantity) for part in action.lines] == [("FF-1001/SOCKS", 1)]
    assert (action.reason, action.words, action.remedy) == ("changed_mind", "too warm", Remedy.REFUND)


def test_a_no_sends_nothing_back():
    told = talk()
    told.hear(wants("return", reason="wrong_item"))
    told.hear(answers("refund"))
    assert keys(told.hear(answers(False, "no"))) == ["return.kept"]
    assert not told.ledger.of(CreateReturn)


def test_what_was_used_does_not_go_back():
    told = talk()
    told.hear(wants("return", reason="changed_mind"))
    assert keys(told.hear(answers(False, "no"))) == ["return.refused_used"]


def test_a_return_that_failed_is_never_told_as_done():
    told = talk()
    told.ledger.outcomes["CreateReturn-o-FF-1001"] = Outcome(status=Status.REFUSED, code="already_returned")
    told.hear(wants("return", reason="wrong_item"))
    told.hear(answers("refund"))
    assert keys(told.hear(answers(True, "yes"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "return_already_returned"


def test_above_the_limit_a_person_approves():
    told = talk(shop=with_rules(returns={"auto_limit": "37.99"}))
    told.hear(wants("return", reason="wrong_item"))
    told.hear(answers("refund"))
    assert keys(told.hear(answers(True, "yes"))) == ["return.to_approve"]
    assert not told.ledger.of(CreateReturn)[0].approved


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (arrived("FF-1001", SOCKS, days=31), "return.refused_too_late"),
        (arrived("FF-1001", line("FF-1001", "HAT")), "return.refused_final_sale"),
        (bought("FF-1001", SOCKS, status="shipped"), "return.refused_not_delivered"),
        (bought("FF-1001", SOCKS, status="cancelled"), "return.refused_already_cancelled"),
    ],
)
def test_policy_holds(one, key):
    told = talk(one)
    assert keys(told.hear(wants("return"))) == [key]
    assert not told.ledger.of(CreateReturn)


def test_for_a_wrong_size_the_right_one_is_offered_by_express():
    told = talk()
    told.hear(wants("return", reason="wrong_size"))
    assert keys(told.hear(answers(True, "as it came"))) == ["return.another_size"]
    assert keys(told.hear(answers(True, "yes"))) == ["lines.which_variant"]
    assert keys(told.hear(answers("SOCKS-L"))) == ["exchange.summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["exchange.done"]
    assert told.ledger.of(CreateReturn)[0].expedited


@pytest.mark.parametrize(("size", "difference"), [("L", "0.00"), ("XL", "6.00"), ("S", "-4.00")])
def test_an_exchange_says_what_it_costs_or_gives_back(size, difference):
    told = talk()
    told.hear(wants("exchange", items=(item(size),)))
    assert keys(told.hear(answers(True, "as it came"))) == ["exchange.summary"]
    told.hear(answers(True, "yes"))
    assert str(told.ledger.of(CreateReturn)[0].price_difference) == difference


def test_a_refund_to_a_method_that_policy_does_not_allow_goes_back_the_way_it_came():
    told = talk()
    told.hear(wants("return", reason="wrong_item", methods=(method("paypal", "paypal"),)))
    assert keys(told.hear(answers("refund")))[0] == "method.not_allowed"


def test_a_return_is_taken_back_after_a_yes():
    asked = {
        "id": "RET1",
        "requested_at": "2026-11-20T10:00:00Z",
        "lines": [{"line_id": "FF-1001/SOCKS", "quantity": 1}],
    }
    told = talk(arrived("FF-1001", SOCKS, returns=[asked]))
    assert keys(told.hear(wants("return_cancel"))) == ["return.cancel_summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["return.cancelled"]
    assert told.ledger.of(CancelReturn)[0].return_id == "RET1"


# --- a strict shop ---


def test_a_strict_shop_asks_neither_why_nor_how_it_looks_and_knows_no_window():
    told = talk(arrived("FF-1001", SOCKS, days=900), shop=strict_shop())
    assert keys(told.hear(wants("return"))) == ["return.remedy"]
    assert [choice.id for choice in told.conversation.expected.choices] == ["refund", "exchange"]


def test_a_strict_shop_takes_back_only_what_was_delivered():
    told = talk(bought("FF-1001", SOCKS, status="shipped"), shop=strict_shop())
    assert keys(told.hear(wants("return"))) == ["return.refused_not_delivered"]


def test_a_strict_shop_refunds_to_the_gift_card_but_to_no_other_method():
    told = talk(shop=strict_shop())
    told.hear(wants("return", methods=(method("gift_card", "gift"),)))
    assert keys(told.hear(answers("refund"))) == ["return.summary"]
    told.hear(answers(True, "yes"))
    assert told.ledger.of(CreateReturn)[0].refund_method_id == "gift"


def test_a_strict_shop_takes_a_difference_only_from_what_covers_it():
    told = talk(shop=strict_shop(), owner=owner(GIFT | {"balance": "5.99"}))
    assert keys(told.hear(wants("exchange", items=(item("XL"),)))) == ["handoff.opened"]
    assert not told.ledger.of(CreateReturn)
