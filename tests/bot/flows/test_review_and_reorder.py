"""A rating with its words, and the usual once more."""

import pytest

from bot.actions import OpenHandoff, RecordReview, Reorder
from bot.model import Level
from bot.records import Product
from tests.bot.stories import MemoryRecords, Talk, answers, customer, keys, order, wants

DELIVERED = order("FF-1001", ("delivered", None, 24 * 5), status="delivered")


def coffee(price: str = "18.00", stock: int | None = 8) -> Product:
    variant = {"sku": "BOTTLE-1", "price": price, "currency": "USD", "stock": stock}
    return Product.model_validate({"id": "p-1", "title": "Coffee", "usage_days": 30, "variants": [variant]})


@pytest.mark.parametrize(("rating", "asked"), [(5, "review.loved"), (4, "review.loved"), (3, "review.better")])
def test_what_is_asked_after_a_rating_depends_on_it(rating, asked):
    talk = Talk([DELIVERED])
    talk.begin("review", order="o-FF-1001")
    assert keys(talk.hear(answers(rating))) == [asked]
    assert talk.ledger.of(RecordReview)[0].rating == rating


@pytest.mark.parametrize("rating", [1, 5])
def test_the_invitation_to_publish_is_the_same_for_every_rating(rating):
    talk = Talk([DELIVERED])
    talk.begin("review", order="o-FF-1001")
    talk.hear(answers(rating))
    taken = talk.hear(answers("as it was"))
    thanks = next(say for say in taken.says if say.key == "review.thanks")
    assert thanks.facts == {"publish_url": talk.world().policies.review.publish_url}


def test_a_bad_rating_is_told_to_a_person_and_help_is_offered():
    talk = Talk([DELIVERED])
    talk.begin("review", order="o-FF-1001")
    talk.hear(answers(2))
    assert keys(talk.hear(answers("the lid leaks"))) == ["review.thanks", "review.offer_help"]
    task = talk.ledger.of(OpenHandoff)[0]
    assert (task.reason, task.summary, task.silences_bot) == ("low_rating", "the lid leaks", False)
    assert keys(talk.hear(answers(True, "yes"))) == ["handoff.opened"]


def test_the_usual_is_ordered_at_todays_price_only_after_it_was_accepted():
    talk = Talk([DELIVERED], products=[coffee("19.50")])
    offered = talk.begin("reorder", order="o-FF-1001", line="FF-1001/1")
    assert keys(offered) == ["reorder.offer"]
    assert str(offered.says[0].facts["total"].amount) == "19.50"
    assert not talk.ledger.of(Reorder)
    assert keys(talk.hear(answers("again"))) == ["reorder.done"]
    assert str(talk.ledger.of(Reorder)[0].price) == "19.50"


def test_a_price_that_changed_since_the_offer_is_offered_anew():
    talk = Talk([DELIVERED], products=[coffee("18.00")])
    talk.begin("reorder", order="o-FF-1001", line="FF-1001/1")
    talk.products = [coffee("25.00")]
    assert keys(talk.hear(answers("again"))) == ["reorder.offer"]
    assert not talk.ledger.of(Reorder)


def test_another_amount_is_asked_for_and_confirmed_with_its_total():
    talk = Talk([DELIVERED], products=[coffee()])
    talk.begin("reorder", order="o-FF-1001", line="FF-1001/1")
    assert keys(talk.hear(answers("other_amount"))) == ["reorder.how_many"]
    taken = talk.hear(answers(3))
    assert keys(taken) == ["reorder.confirm"]
    assert str(taken.says[0].facts["total"].amount) == "54.00"
    assert keys(talk.hear(answers(True, "yes"))) == ["reorder.done"]
    assert talk.ledger.of(Reorder)[0].quantity == 3


def test_what_is_out_of_stock_is_not_offered():
    talk = Talk([DELIVERED], products=[coffee(stock=0)])
    assert keys(talk.begin("reorder", order="o-FF-1001", line="FF-1001/1")) == ["reorder.out_of_stock"]


def test_not_now_orders_nothing():
    talk = Talk([DELIVERED], products=[coffee()])
    talk.begin("reorder", order="o-FF-1001", line="FF-1001/1")
    assert keys(talk.hear(answers("not_now"))) == ["reorder.not_now"]
    assert not talk.ledger.of(Reorder)


def test_a_stranger_orders_nothing_without_a_code():
    records = MemoryRecords([DELIVERED], [customer(phone="+15035550199")], [coffee()])
    talk = Talk(level=Level.UNKNOWN, records=records)
    talk.hear(wants("reorder", order_numbers=["FF1001"], emails=["maya@example.com"]))
    assert talk.conversation.expected is not None
    assert talk.conversation.expected.name == "code"
