"""Changing an order told to its end: items, address, payment; each with its cut-off and its yes."""

import pytest

from bot.actions import ChangeLines, ChangeOrderAddress, ChangePayment, OpenHandoff
from bot.model import NamedItem, Outcome, Status
from tests.bot.flows.goods import GIFT, GOODS, VISA, arrived, bought, line, owner
from tests.bot.stories import Talk, answers, keys, strict_shop, wants, with_rules

OAK = {"line1": "2 Oak St", "city": "Portland", "postcode": "97205", "country": "US"}


def talk(*orders, **fields) -> Talk:
    return Talk(orders or (bought(),), products=GOODS, **({"owner": owner()} | fields))


def item(name: str, quantity: int | None = None, **options: str) -> NamedItem:
    line_id = f"FF-1001/{name}"
    return NamedItem(id=line_id, ids=(line_id,), quantity=quantity, options=options, keep=(), other=None)


def larger(told: Talk, size: str = "XL"):
    told.conversation = told.conversation.model_copy(update={"focus": None})
    return told.hear(wants("change_items", items=(item("SOCKS", size=size),)))


def test_another_size_is_read_back_with_its_price_and_done_after_a_yes():
    told = talk()
    summary = larger(told)
    assert keys(summary) == ["items.summary"]
    facts = summary.says[0].facts
    assert (str(facts["to_pay"].amount), facts["method"], str(facts["new_total"].amount)) == (
        "6.00",
        "Visa 4242",
        "163.00",
    )
    assert keys(told.hear(answers(True, "yes"))) == ["items.done"]
    (action,) = told.ledger.of(ChangeLines)
    assert [(wanted.sku, wanted.quantity) for wanted in action.lines] == [("SOCKS-XL", 2), ("JACKET-M", 1)]
    assert (str(action.difference), action.method_id) == ("6.00", "visa")


def test_a_no_keeps_the_items():
    told = talk()
    larger(told)
    assert keys(told.hear(answers(False, "no"))) == ["items.kept"]
    assert not told.ledger.of(ChangeLines)


def test_a_change_that_failed_is_never_told_as_done():
    told = talk()
    told.ledger.outcomes["ChangeLines"] = Outcome(status=Status.REFUSED, code="out_of_stock")
    larger(told)
    assert keys(told.hear(answers(True, "yes"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "change_items_out_of_stock"


def test_what_is_not_in_stock_goes_to_a_person():
    told = talk(bought("FF-1001", line("FF-1001", "JACKET")))
    assert keys(told.hear(wants("change_items", items=(item("JACKET", size="L"),)))) == [
        "items.no_other",
        "handoff.opened",
    ]


def test_a_gift_card_that_cannot_pay_the_difference_is_not_taken():
    told = talk(bought(method="gift"), owner=owner(VISA, GIFT | {"balance": "5.99"}))
    assert keys(larger(told)) == ["items.summary"]
    told.hear(answers(True, "yes"))
    assert told.ledger.of(ChangeLines)[0].method_id == "visa"


def more(text: str, **entities):
    return wants("change_items", text=text, on_top=True, **entities)


def test_something_of_the_catalogue_is_added_with_its_price_after_a_yes():
    told = talk(bought("FF-1001", line("FF-1001", "SOCKS")))
    assert keys(told.hear(more("add a rain jacket in M to my order"))) == ["items.summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["items.done"]
    (action,) = told.ledger.of(ChangeLines)
    assert [(one.line_id, one.sku, one.quantity) for one in action.lines] == [
        ("FF-1001/SOCKS", "SOCKS-M", 1),
        (None, "JACKET-M", 1),
    ]
    assert (str(action.difference), action.method_id) == ("119.00", "visa")


def test_which_variant_is_added_is_asked_for_and_none_that_is_gone_is_offered():
    told = talk(bought("FF-1001", line("FF-1001", "JACKET")))
    asked = told.hear(more("add merino socks"))
    assert keys(asked) == ["items.which_new"]
    assert {choice.id for choice in asked.says[0].choices} == {"SOCKS-M", "SOCKS-L", "SOCKS-XL", "SOCKS-S"}
    assert keys(told.hear(answers("SOCKS-L", "L"))) == ["items.summary"]


def test_one_more_of_what_is_there_is_one_more():
    told = talk()
    summary = told.hear(more("one more of the socks please", items=(item("SOCKS"),)))
    assert keys(summary) == ["items.summary"]
    assert summary.says[0].facts["steps"][0]["after"]["quantity"] == 3


def test_nothing_is_added_where_policy_does_not_add():
    told = talk(bought("FF-1001", line("FF-1001", "SOCKS")), shop=with_rules(change={"add": False}))
    assert keys(told.hear(more("add a rain jacket in M to my order"))) == ["items.not_added"]
    assert not told.ledger.of(ChangeLines)


def test_what_is_gone_is_not_added():
    gone = GOODS[1].model_copy(update={"variants": (GOODS[1].variants[1],)})
    told = Talk((bought("FF-1001", line("FF-1001", "SOCKS")),), products=(GOODS[0], gone), owner=owner())
    assert keys(told.hear(more("add a rain jacket"))) == ["items.not_in_stock", "items.kept"]


@pytest.mark.parametrize(
    ("one", "rules", "key"),
    [
        (bought(status="shipped"), {}, "change.refused_shipped"),
        (bought(), {"items": False}, "change.refused_not_offered"),
        (bought(), {"items_within_hours": 1}, "change.refused_too_late"),
    ],
)
def test_policy_holds(one, rules, key):
    told = talk(one, shop=with_rules(change=rules))
    assert keys(larger(told)) == [key]
    assert not told.ledger.of(ChangeLines)


def test_another_size_of_what_was_delivered_is_an_exchange():
    told = talk(arrived())
    assert keys(larger(told)) == ["return.condition"]
    assert told.conversation.stack[-1].flow == "exchange"


def test_an_address_is_read_back_and_changed_after_a_yes():
    told = talk()
    assert keys(told.hear(wants("change_address"))) == ["address.ask"]
    assert keys(told.hear(answers(OAK))) == ["address.summary"]
    assert not told.ledger.of(ChangeOrderAddress)
    assert keys(told.hear(answers(True, "yes"))) == ["address.done"]
    assert told.ledger.of(ChangeOrderAddress)[0].address.line1 == "2 Oak St"


def test_a_wrong_address_is_asked_for_again():
    told = talk()
    told.hear(wants("change_address"))
    told.hear(answers(OAK))
    assert keys(told.hear(answers(False, "no"))) == ["address.ask"]
    assert not told.ledger.of(ChangeOrderAddress)


def test_another_method_pays_after_a_yes():
    told = talk()
    assert keys(told.hear(wants("change_payment"))) == ["payment.which"]
    assert keys(told.hear(answers("paypal"))) == ["payment.summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["payment.done"]
    assert told.ledger.of(ChangePayment)[0].method_id == "paypal"


def test_who_has_no_other_method_is_told_so():
    assert keys(talk(owner=owner(VISA)).hear(wants("change_payment"))) == ["payment.none"]


def test_a_strict_shop_changes_items_once_and_says_so_before():
    summary = larger(talk(shop=strict_shop()))
    assert summary.says[0].facts["last_time"]
    changed = bought(changes=[{"at": "2026-11-20T10:00:00Z", "what": "lines"}])
    assert keys(larger(talk(changed, shop=strict_shop()))) == ["change.refused_items_changed"]


def other(line_id: str, words: str) -> NamedItem:
    return NamedItem(id=line_id, ids=(line_id,), quantity=None, options={}, keep=(), other=words)


def test_another_product_takes_the_place_of_one_where_policy_lets_it():
    told = talk(bought("FF-1001", line("FF-1001", "SOCKS")), shop=with_rules(change={"swap_for": "product"}))
    wish = wants(
        "change_items", text="swap the socks for a rain jacket", items=(other("FF-1001/SOCKS", "rain jacket"),)
    )
    summary = told.hear(wish)
    assert keys(summary) == ["items.summary"]
    assert summary.says[0].facts["steps"][0]["after"]["title"] == "Rain Jacket"
    assert keys(told.hear(answers(True, "yes"))) == ["items.done"]
    assert [(one.line_id, one.sku) for one in told.ledger.of(ChangeLines)[0].lines] == [("FF-1001/SOCKS", "JACKET-M")]


def test_another_product_is_told_to_be_none_of_its_versions_where_policy_keeps_to_these():
    told = talk(bought("FF-1001", line("FF-1001", "SOCKS")))
    wish = wants(
        "change_items", text="swap the socks for a rain jacket", items=(other("FF-1001/SOCKS", "rain jacket"),)
    )
    assert keys(told.hear(wish)) == ["lines.only_same", "lines.which_variant"]
