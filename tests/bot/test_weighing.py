"""Which wishes are believed in the middle of a matter, and what of a proposal stays out of it."""

import pytest

from bot.actions import CancelOrder, OpenHandoff
from bot.model import NamedItem, Wish
from bot.records import OrderStatus
from tests.bot.stories import NOW, Talk, answers, keys, order, says, wants

PENDING = order("FF-1002", placed_at=NOW.isoformat())
OTHER = order("FF-1003", placed_at=NOW.isoformat())
ARRIVED = order("FF-1001", ("delivered", None, 5), status="delivered")


def weakly(intent: str, probability: float, text: str = "only the bottle", **fields: object):
    return wants(intent, text=text).model_copy(
        update={"wishes": (Wish(intent=intent, probability=probability, text=text, **fields),)}
    )


def cancelling(*orders, **entities) -> Talk:
    talk = Talk(list(orders))
    entities.setdefault("reason", "changed_mind")
    assert keys(talk.hear(wants("cancel_order", **entities))) == ["cancel.summary"]
    return talk


@pytest.mark.parametrize("intent", ["setup_help", "payment", "privacy", "warranty"])
def test_a_weak_wish_for_what_people_do_brings_none_into_an_open_matter(intent):
    talk = cancelling(PENDING)
    assert keys(talk.hear(weakly(intent, 0.8))) == ["again", "cancel.summary"]
    assert not talk.ledger.of(OpenHandoff)


def test_a_sure_one_still_does():
    talk = cancelling(PENDING)
    assert "handoff.opened" in keys(talk.hear(weakly("payment", 0.97, "my card was charged twice")))


def test_nothing_is_missing_from_what_has_not_left_however_sure_it_sounds():
    talk = cancelling(PENDING)
    assert keys(talk.hear(weakly("delivery_problem", 0.99, kind="missing_item"))) == ["again", "cancel.summary"]


def test_without_an_open_matter_a_person_is_offered_for_what_has_not_left():
    talk = Talk([PENDING])
    reading = wants("delivery_problem", problem="missing_item")
    assert keys(talk.hear(reading)) == ["wismo.not_shipped", "policy.person_offer"]
    assert keys(talk.hear(answers(True))) == ["handoff.opened"]


def test_swapping_buys_no_other_one():
    talk = Talk([ARRIVED])
    talk.hear(wants("return"))
    asked = talk.conversation.expected
    talk.hear(weakly("reorder", 0.9, "swap for the white one"))
    assert talk.conversation.expected == asked


def test_one_of_several_orders_is_kept():
    talk = cancelling(PENDING, OTHER, order_numbers=["FF-1002", "FF-1003"])
    assert keys(talk.hear(says("keep FF-1003", entities={"kept_orders": ("FF-1003",)}))) == ["cancel.summary"]
    talk.hear(answers(True, "yes"))
    assert [action.order_id for action in talk.ledger.of(CancelOrder)] == ["o-FF-1002"]


def test_what_is_denied_ends_the_open_question_and_starts_nothing():
    talk = Talk([PENDING])
    assert keys(talk.hear(wants("cancel_order"))) == ["cancel.reason"]
    assert keys(talk.hear(says("don't cancel it", declined=True))) == ["never_mind"]
    assert keys(talk.hear(says("don't cancel it", declined=True))) == ["acknowledged"]


def test_a_matter_that_ends_by_itself_while_it_is_asked_again_fails_no_turn():
    talk = cancelling(PENDING)
    talk.orders = [PENDING.model_copy(update={"status": OrderStatus.CANCELLED})]
    assert keys(talk.hear(says("blargh"))) == ["cancel.refused_already_cancelled"]
    assert talk.conversation.stack == ()


def test_a_thing_alone_goes_on_with_what_was_done_last():
    talk = Talk([ARRIVED])
    talk.hear(wants("return"))
    talk.hear(says("no", never_mind=True))
    line = ARRIVED.lines[0].id
    item = NamedItem(id=line, ids=(line,), quantity=None, options={}, keep=(), other=None)
    talk.hear(says("and the bottle", entities={"products": (line,), "items": (item,)}))
    assert talk.conversation.stack[-1].flow == "return"


def test_what_stays_is_not_taken_out():
    both = order("FF-1004", placed_at=NOW.isoformat())
    lines = (both.lines[0], both.lines[0].model_copy(update={"id": "second"}))
    talk = cancelling(both.model_copy(update={"lines": lines}))
    item = NamedItem(id="second", ids=("second",), quantity=None, options={}, keep=(), other=None)
    talk.hear(says("only the second one stays, the rest goes", entities={"items": (item,)}))
    told = talk.conversation.stack[-1] if talk.conversation.stack else talk.ledger.of(OpenHandoff)[-1]
    assert told.flow == "change_items"
    assert [one["id"] for one in told.answers["lines"]] == [lines[0].id]
