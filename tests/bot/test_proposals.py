"""What is said to a proposal: a yes counts for exactly it, and what is taken out of it is proposed anew."""

from typing import Any

from bot.actions import ChangeLines, CreateReturn
from bot.model import Entities, NamedItem, NamedMethod, Reading
from tests.bot.flows.goods import GOODS, arrived, bought, line, owner, reason
from tests.bot.stories import Talk, answers, keys, wants

SOCKS, JACKET = "FF-1001/SOCKS", "FF-1001/JACKET"


def item(line_id: str, **options: str) -> NamedItem:
    return NamedItem(id=line_id, ids=(line_id,), quantity=None, options=options, keep=(), other=None)


def said(reading: Reading, *, reserved: bool = False, **entities: Any) -> Reading:
    return reading.model_copy(update={"entities": Entities(**entities), "reserved": reserved})


def swaps() -> Talk:
    jacket = GOODS[1].model_copy(
        update={"variants": (GOODS[1].variants[0], GOODS[1].variants[1].model_copy(update={"stock": 3}))}
    )
    told = Talk((bought(),), products=(GOODS[0], jacket), owner=owner())
    wish = wants("change_items", items=(item(SOCKS, size="XL"), item(JACKET, size="L")))
    assert keys(told.hear(wish)) == ["items.summary"]
    return told


def proposed(told: Any) -> list[str]:
    return [step["before"]["title"] for step in told.says[-1].facts["steps"]]


def test_a_yes_that_takes_part_of_it_back_does_nothing_and_is_asked_again():
    told = swaps()
    again = told.hear(said(answers(True, "yes, but undo the jacket"), reserved=True, items=(item(JACKET),)))
    assert keys(again) == ["confirm.exactly", "items.summary"]
    assert not told.ledger.of(ChangeLines)


def test_what_is_kept_out_of_a_proposal_leaves_the_rest_of_it():
    told = swaps()
    again = told.hear(said(answers(False, "no, leave the jacket"), left_out=(JACKET,)))
    assert keys(again) == ["items.summary"]
    assert proposed(again) == ["Merino Socks"]
    assert keys(told.hear(answers(True, "yes"))) == ["items.done"]
    assert [one.sku for one in told.ledger.of(ChangeLines)[0].lines] == ["SOCKS-XL", "JACKET-M"]


def test_only_what_is_named_is_left_of_a_proposal():
    told = swaps()
    again = told.hear(said(answers(None, "only the jacket then"), nothing_else=True, items=(item(JACKET),)))
    assert proposed(again) == ["Rain Jacket"]


def test_a_yes_that_says_again_what_was_proposed_is_a_yes():
    told = swaps()
    assert keys(told.hear(said(answers(True, "yes, the socks and the jacket"), items=(item(SOCKS), item(JACKET))))) == [
        "items.done"
    ]


def returning() -> Talk:
    told = Talk((arrived("FF-1001", line("FF-1001", "SOCKS", quantity=2)),), products=GOODS, owner=owner())
    told.hear(wants("return", reason="wrong_item"))
    assert keys(told.hear(answers("refund"))) == ["return.summary"]
    return told


def way(kind: str, method_id: str | None) -> NamedMethod:
    return NamedMethod(kind=kind, last4=None, id=method_id)


def test_a_way_that_money_may_not_go_is_told_before_anything_is_done():
    told = returning()
    again = told.hear(said(answers(True, "yes, to my paypal"), methods=(way("paypal", "paypal"),)))
    assert keys(again)[0] == "method.not_allowed"
    assert not told.ledger.of(CreateReturn)


def test_another_way_for_the_money_is_another_proposal():
    told = returning()
    again = told.hear(said(wants("payment", text="on my gift card please"), methods=(way("gift_card", "gift"),)))
    assert keys(again) == ["return.summary"]
    assert again.says[-1].facts["method"] == "gift card"
    assert keys(told.hear(answers(True, "yes"))) == ["return.done"]
    assert told.ledger.of(CreateReturn)[0].refund_method_id == "gift"


def test_money_after_all_ends_an_exchange_as_a_return():
    told = Talk((arrived("FF-1001", line("FF-1001", "SOCKS")),), products=GOODS, owner=owner())
    told.hear(wants("exchange", items=(item(SOCKS, size="L"),)))
    assert keys(told.hear(answers(True, "yes"))) == ["exchange.summary"]
    assert keys(told.hear(wants("refund", text="just give me my money back"))) == ["return.reason"]
    assert keys(told.hear(answers(reason("wrong_item")))) == ["return.summary"]
