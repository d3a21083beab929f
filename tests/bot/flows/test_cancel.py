"""Cancelling told to its end: which order, why, a clear yes, the money; and where policy stops it."""

from dataclasses import replace

import pytest

from bot.actions import CancelOrder, ChangeLines, OpenHandoff, SendCode
from bot.model import Level, NamedItem, Outcome, Status
from tests.bot.flows.goods import GOODS, arrived, bought, line, owner, reason
from tests.bot.stories import Talk, answers, keys, says, strict_shop, wants, with_rules

NOTHING = ()


def talk(*orders, **fields) -> Talk:
    return Talk(orders or (bought(),), products=GOODS, **({"owner": owner()} | fields))


def cancelling(shop=None, why: str = "no_longer_needed", **fields) -> Talk:
    told = talk(**({"shop": shop} if shop else {}), **fields)
    told.hear(wants("cancel_order", reason=why))
    return told


def named(line_id: str, quantity: int | None = None) -> NamedItem:
    return NamedItem(id=line_id, ids=(line_id,), quantity=quantity, options={}, keep=(), other=None)


def test_an_order_is_cancelled_after_a_reason_and_a_clear_yes():
    told = talk()
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.reason"]
    summary = told.hear(answers(reason("late", "takes ages")))
    assert keys(summary) == ["cancel.summary"]
    assert [(str(one["amount"].amount), one["method"]) for one in summary.says[0].facts["refunds"]] == [
        ("157.00", "Visa 4242")
    ]
    assert not told.ledger.of(CancelOrder)
    told.ledger.outcomes["CancelOrder-o-FF-1001"] = Outcome(status=Status.DONE, data={"refunds": []})
    assert keys(told.hear(answers(True, "yes"))) == ["cancel.done"]
    (action,) = told.ledger.of(CancelOrder)
    assert (action.reason, action.words) == ("late", "takes ages")


def test_a_no_keeps_it():
    told = cancelling()
    assert keys(told.hear(answers(False, "no"))) == ["cancel.kept"]
    assert not told.ledger.of(CancelOrder)


def test_never_mind_keeps_it():
    told = cancelling()
    assert keys(told.hear(says("never mind", never_mind=True))) == ["never_mind"]
    assert not told.ledger.of(CancelOrder)


def test_a_reason_that_was_said_is_not_asked_for():
    assert keys(talk().hear(wants("cancel_order", reason="ordered_by_mistake"))) == ["cancel.summary"]


def test_a_failed_cancellation_is_never_told_as_done():
    told = cancelling()
    told.ledger.outcomes["CancelOrder-o-FF-1001"] = Outcome(status=Status.REFUSED, code="shipped")
    assert keys(told.hear(answers(True, "yes"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "cancel_failed"


def test_of_several_orders_the_one_is_asked_for():
    told = talk(bought("FF-1001"), bought("FF-1002"))
    assert keys(told.hear(wants("cancel_order"))) == ["which.order"]
    assert keys(told.hear(answers("o-FF-1002"))) == ["cancel.reason"]


def test_all_that_are_pending_are_cancelled_together_after_one_yes():
    told = talk(bought("FF-1001"), bought("FF-1002"), arrived("FF-1003"))
    summary = told.hear(wants("cancel_order", scope="pending", reason="late"))
    assert [order["number"] for order in summary.says[0].facts["orders"]] == ["FF-1001", "FF-1002"]
    for number in ("FF-1001", "FF-1002"):
        told.ledger.outcomes[f"CancelOrder-o-{number}"] = Outcome(status=Status.DONE, data={"refunds": []})
    assert keys(told.hear(answers(True, "yes"))) == ["cancel.done"]
    assert [action.order_id for action in told.ledger.of(CancelOrder)] == ["o-FF-1001", "o-FF-1002"]


def test_of_two_the_one_that_failed_goes_to_a_person_and_the_other_is_told():
    told = talk(bought("FF-1001"), bought("FF-1002"))
    told.hear(wants("cancel_order", scope="pending", reason="late"))
    told.ledger.outcomes["CancelOrder-o-FF-1001"] = Outcome(status=Status.DONE, data={"refunds": []})
    told.ledger.outcomes["CancelOrder-o-FF-1002"] = Outcome(status=Status.REFUSED, code="shipped")
    taken = told.hear(answers(True, "yes"))
    assert keys(taken) == ["cancel.done", "handoff.opened"]
    assert [order["number"] for order in taken.says[0].facts["orders"]] == ["FF-1001"]
    assert told.ledger.of(OpenHandoff)[0].order_id == "o-FF-1002"


def test_one_item_named_may_be_meant_alone():
    told = talk()
    told.ledger.outcomes["ChangeLines"] = Outcome(status=Status.DONE)
    heard = {"products": ("FF-1001/SOCKS",), "items": (named("FF-1001/SOCKS"),)}
    assert keys(told.hear(wants("cancel_order", **heard))) == ["cancel.whole_or_part"]
    assert keys(told.hear(answers("part"))) == ["items.summary"]
    told.hear(answers(True, "yes"))
    assert [wanted.sku for wanted in told.ledger.of(ChangeLines)[0].lines] == ["JACKET-M"]
    assert not told.ledger.of(CancelOrder)


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (bought(status="cancelled"), "cancel.refused_already_cancelled"),
        (bought(status="shipped"), "cancel.refused_shipped"),
    ],
)
def test_what_is_gone_is_not_cancelled(one, key):
    told = talk(one)
    assert keys(told.hear(wants("cancel_order"))) == [key]
    assert not told.ledger.of(CancelOrder)


def test_a_delivered_order_may_be_sent_back_instead():
    told = talk(arrived())
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.refused_delivered", "cancel.return_instead"]
    assert keys(told.hear(answers(True, "yes"))) == ["return.which"]


def test_a_delivered_order_whose_days_are_over_is_just_refused():
    assert keys(talk(arrived(days=40)).hear(wants("cancel_order"))) == ["cancel.refused_delivered"]


@pytest.mark.parametrize(
    ("rules", "key"),
    [({"allowed": False}, "cancel.refused_not_offered"), ({"within_hours": 1}, "cancel.refused_too_late")],
)
def test_policy_holds(rules, key):
    assert keys(talk(shop=with_rules(cancel=rules)).hear(wants("cancel_order"))) == [key]


def test_who_insists_meets_the_same_rule_then_the_offer_of_a_person_then_one():
    told = talk(shop=with_rules(cancel={"allowed": False}))
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.refused_not_offered"]
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.refused_not_offered", "policy.person_offer"]
    assert keys(told.hear(answers(False, "no"))) == ["acknowledged"]
    assert keys(told.hear(wants("cancel_order"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "insists"


def test_a_person_that_is_offered_comes():
    told = talk(shop=with_rules(cancel={"allowed": False}))
    told.hear(wants("cancel_order"))
    told.hear(wants("cancel_order"))
    assert keys(told.hear(answers(True, "yes"))) == ["handoff.opened"]


def test_whom_people_look_after_is_told_the_rule_and_given_a_person():
    told = talk(shop=with_rules(cancel={"allowed": False}), owner=owner(tags=["vip"]))
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.refused_not_offered", "handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "vip"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"owner": owner(tags=["fraud"])}, "fraud_suspected"),
        ({"shop": with_rules(care={"high_value": "100.00"})}, "high_value"),
    ],
)
def test_what_has_much_value_or_is_doubted_is_a_persons(fields, why):
    told = talk(**fields)
    assert keys(told.hear(wants("cancel_order", reason="late"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == why


def test_who_knows_only_the_number_proves_it_by_code_first():
    told = Talk((bought(),), level=Level.UNKNOWN, owner=owner(), products=GOODS)
    told.hear(wants("cancel_order", order_numbers=("FF-1001",), emails=("maya@example.com",), reason="late"))
    assert told.conversation.expected.name == "code"
    assert keys(told.hear(answers("123456"))) == ["cancel.summary"]


# --- a strict shop ---


@pytest.mark.parametrize("why", ["no_longer_needed", "ordered_by_mistake"])
def test_a_strict_shop_cancels_for_its_two_reasons(why):
    assert cancelling(strict_shop(), why).conversation.expected.kind == "yes_no"


@pytest.mark.parametrize("why", ["found_cheaper", "late", "other", "changed_mind"])
def test_a_strict_shop_cancels_for_no_other_reason(why):
    told = talk(shop=strict_shop())
    assert keys(told.hear(wants("cancel_order", reason=why))) == ["cancel.refused_reason"]
    assert not told.ledger.of(CancelOrder)


def test_a_strict_shop_does_not_offer_what_it_does_not_accept():
    asked = talk(shop=strict_shop()).hear(wants("cancel_order")).says[-1]
    assert [choice.id for choice in asked.choices] == ["no_longer_needed", "ordered_by_mistake"]


def test_a_strict_shop_does_not_cancel_after_items_were_changed():
    change = {"at": "2026-11-20T10:00:00Z", "what": "lines"}
    told = talk(bought("FF-1001", line("FF-1001", "SOCKS"), changes=[change]), shop=strict_shop())
    assert keys(told.hear(wants("cancel_order"))) == ["cancel.refused_items_changed"]


class Sister(Talk):
    """A known customer who has shown a number and a postcode of somebody else's order as well."""

    def world(self):
        return replace(super().world(), status_only=frozenset({"o-FF-2002"}))


@pytest.mark.parametrize("said", [{"order_numbers": ["FF-1001", "FF-2002"]}, {"scope": "pending"}])
def test_of_several_orders_at_once_only_ones_own_are_cancelled(said):
    theirs = bought("FF-2002", customer_id="c-2")
    told = Sister((bought(), theirs), products=GOODS, owner=owner())
    summary = told.hear(wants("cancel_order", reason="late", **said))
    assert keys(summary) == ["cancel.summary"]
    assert [order["number"] for order in summary.says[0].facts["orders"]] == ["FF-1001"]
    told.hear(answers(True, "yes"))
    assert [action.order_id for action in told.ledger.of(CancelOrder)] == ["o-FF-1001"]


def test_somebody_elses_order_by_itself_takes_a_code_of_theirs():
    theirs = bought("FF-2002", customer_id="c-2")
    told = Sister((bought(), theirs), products=GOODS, owner=owner())
    assert keys(told.hear(wants("cancel_order", order_numbers=["FF-2002"]))) == ["identity.ask_code"]
    assert [sent.customer_id for sent in told.ledger.of(SendCode)] == ["c-2"]
