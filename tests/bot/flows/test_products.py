"""The product itself: its guide, its warranty, what goes with it, and what is asked before buying."""

from datetime import timedelta
from typing import Any

import pytest

from bot.actions import (
    OpenHandoff,
    OpenWarrantyClaim,
    RegisterProduct,
    Reorder,
    Replace,
    RequestAlert,
    SendGuide,
)
from bot.model import Level, Mood, Outcome, Status
from bot.records import Order, Product
from tests.bot.stories import NOW, MemoryLedger, MemoryRecords, Talk, answers, customer, keys, order, wants

PHOTO = {"photos": ["https://example.com/1.jpg"]}


def product(name: str = "press", title: str = "Camp Coffee Press", stock: int | None = 5, **fields: Any) -> Product:
    variants = [{"sku": f"{name.upper()}-1", "price": "42.00", "currency": "USD", "stock": stock}]
    return Product.model_validate({"id": f"p-{name}", "title": title, "variants": variants} | fields)


def jacket() -> Product:
    sizes = [("S", 4), ("M", 2), ("L", 0)]
    variants = [
        {"sku": f"JACKET-{size}", "options": {"size": size}, "price": "119.00", "currency": "USD", "stock": stock}
        for size, stock in sizes
    ]
    return Product.model_validate({"id": "p-jacket", "title": "Drizzle Rain Jacket", "variants": variants})


PRESS = product(warranty_months=24)
COFFEE = product("coffee", "Ridgeline Coffee Beans")
BLANKET = product("blanket", "Picnic Blanket")


def bought(days: int = 5, price: str = "42.00", **fields: Any) -> Order:
    line = {
        "id": "l-1",
        "product_id": "p-press",
        "sku": "PRESS-1",
        "title": "Camp Coffee Press",
        "quantity": 1,
        "price": price,
    }
    placed = (NOW - timedelta(days=days + 2)).isoformat()
    known = {"status": "delivered", "placed_at": placed, "lines": [line]}
    return order("FF-1001", ("delivered", None, 24 * days), **(known | fields))


def talk(*products: Product, of: Order | None = None, level: Level = Level.MATCHED, **records: Any) -> Talk:
    orders = [of or bought()]
    kept = MemoryRecords(orders, [customer()], products or (PRESS,), **records)
    return Talk(orders, level=level, records=kept)


# -- set-up ------------------------------------------------------------------------------------------------------------


def test_a_guide_is_told_step_by_step_and_branches_on_what_helped() -> None:
    told = talk()
    assert keys(told.hear(wants("setup_help", text="how do I use my press for the first time"))) == ["setup.step_next"]
    assert keys(told.hear(answers("next"))) == ["setup.step_next"]
    assert keys(told.hear(answers("next"))) == ["setup.did_it_work"]
    stuck = told.hear(answers(False))
    assert "never force it" in stuck.says[0].facts["step"]["text"]
    assert keys(told.hear(answers(True))) == ["setup.done"]


def test_the_end_of_a_guide_is_a_person_and_never_an_invention() -> None:
    told = talk()
    told.hear(wants("setup_help", text="there are grounds in the cup"))
    assert keys(told.hear(answers(False))) == ["setup.beyond_guide", "handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].answers["step-filter"] is False


def test_a_product_without_guide_or_manual_is_a_persons() -> None:
    told = talk(
        BLANKET,
        of=bought(lines=[{"id": "l-1", "sku": "BLANKET-1", "title": "Picnic Blanket", "quantity": 1, "price": "55"}]),
    )
    assert keys(told.hear(wants("setup_help", text="how do I fold the picnic blanket"))) == [
        "setup.no_guide",
        "handoff.opened",
    ]


def test_the_whole_guide_goes_to_the_address_on_file() -> None:
    told = talk()
    taken = told.hear(wants("setup_help", text="send me the manual of the press"))
    assert keys(taken) == ["setup.sent"]
    assert told.ledger.of(SendGuide)[0].customer_id == "c-1"


def test_a_guide_that_cannot_be_mailed_is_not_said_to_be_sent() -> None:
    told = talk()
    told.ledger = MemoryLedger({"SendGuide": Outcome(status=Status.REFUSED, code="no_email")})
    assert keys(told.hear(wants("setup_help", text="email me the press manual"))) == [
        "setup.no_email",
        "handoff.opened",
    ]


# -- warranty ----------------------------------------------------------------------------------------------------------


def test_cover_is_told_from_the_day_of_delivery_and_registering_offered() -> None:
    told = talk()
    taken = told.hear(wants("warranty", kind="cover"))
    assert keys(taken) == ["warranty.covered", "warranty.offer_register"]
    assert taken.says[0].facts["ends_on"].isoformat() == "2028-11-15"
    assert {source.record for source in taken.says[0].sources} >= {"orders/o-FF-1001", "products/p-press"}


def test_nothing_is_registered_without_a_clear_yes() -> None:
    told = talk()
    told.hear(wants("warranty", kind="register"))
    assert keys(told.hear(answers("no, wait: SN 4432-1"))) == ["warranty.register_confirm"]
    assert not told.ledger.of(RegisterProduct)
    assert keys(told.hear(answers(True))) == ["warranty.registered"]
    assert told.ledger.of(RegisterProduct)[0].serial == "4432-1"


def test_a_claim_within_policy_is_kept_and_replaced_after_a_choice() -> None:
    told = talk()
    asked = told.hear(wants("warranty", kind="claim", text="the plunger of my press came off"))
    assert keys(asked) == ["warranty.photo"]
    assert keys(told.hear(answers(PHOTO))) == ["warranty.remedy"]
    assert not told.ledger.of(OpenWarrantyClaim)
    assert keys(told.hear(answers("replacement"))) == ["warranty.replacement"]
    assert told.ledger.of(OpenWarrantyClaim)[0].words == "the plunger of my press came off"
    assert told.ledger.of(Replace)[0].line_ids == ("l-1",)


def test_a_repair_is_pending_and_said_so() -> None:
    told = talk()
    told.ledger = MemoryLedger({"OpenWarrantyClaim-l-1": Outcome(status=Status.PENDING)})
    told.hear(wants("warranty", kind="claim", text="the plunger of my press came off"))
    told.hear(answers(PHOTO))
    assert keys(told.hear(answers("repair"))) == ["warranty.repair"]
    assert not told.ledger.of(Replace)


@pytest.mark.parametrize(("price", "rule"), [("200.00", "auto_limit"), ("0.00", "free_of_charge")])
def test_a_claim_beyond_policy_goes_to_a_person_with_the_rule(price: str, rule: str) -> None:
    told = talk(of=bought(price=price))
    told.hear(wants("warranty", kind="claim", text="the plunger of my press came off"))
    assert keys(told.hear(answers(PHOTO))) == ["warranty.person_decides", "handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == f"warranty_{rule}"


def test_out_of_warranty_is_told_with_its_day_and_a_person_only_on_insistence() -> None:
    told = talk(of=bought(days=900))
    taken = told.hear(wants("warranty", kind="claim", text="my press broke after all"))
    assert keys(taken) == ["warranty.over"]
    assert taken.says[0].facts["ends_on"].isoformat() == "2026-06-03"
    assert keys(told.hear(answers("person"))) == ["handoff.opened"]
    assert not told.ledger.of(OpenWarrantyClaim)
    assert not told.ledger.of(Reorder)


def test_whoever_is_not_known_well_claims_only_with_a_code() -> None:
    told = talk(level=Level.UNKNOWN)
    assert keys(told.hear(wants("warranty", kind="claim"))) == ["identity.ask_number"]


# -- what goes with it -------------------------------------------------------------------------------------------------


def test_what_fits_comes_first_then_what_others_bought_with_it_and_never_what_is_gone_or_theirs() -> None:
    press = product(accessories=["p-coffee", "p-gone"])
    gone = product("gone", "Thermal Sleeve", stock=0)
    told = talk(press, COFFEE, BLANKET, gone, together={"p-press": (("p-blanket", 4), ("p-coffee", 3), ("p-rare", 1))})
    taken = told.hear(wants("recommendation", text="what goes with it"))
    items = taken.says[0].facts["items"]
    assert [(item["title"], item["reason"], item["times"]) for item in items] == [
        ("Ridgeline Coffee Beans", "compatible", None),
        ("Picnic Blanket", "bought_together", 4),
    ]


@pytest.mark.parametrize("trouble", ["handoff", "mood", "return", "claim"])
def test_nothing_is_recommended_while_something_is_wrong(trouble: str) -> None:
    back = {"id": "r-1", "requested_at": NOW.isoformat(), "status": "requested"}
    claim = {"at": (NOW - timedelta(days=3)).isoformat(), "what": "claim"}
    fields: dict[str, Any] = {"return": {"returns": [back]}, "claim": {"changes": [claim]}}.get(trouble, {})
    told = talk(product(accessories=["p-coffee"]), COFFEE, of=bought(**fields), handoffs=int(trouble == "handoff"))
    if trouble == "mood":
        told.conversation = told.conversation.model_copy(update={"mood": Mood.ANGRY})
    assert keys(told.hear(wants("recommendation"))) == ["recommend.not_now"]


# -- before buying -----------------------------------------------------------------------------------------------------


def test_a_stranger_hears_price_and_stock_from_the_record() -> None:
    told = talk(jacket(), level=Level.UNKNOWN)
    taken = told.hear(wants("product_question", kind="price", text="how much is the rain jacket"))
    assert keys(taken) == ["product.price"]
    assert str(taken.says[0].facts["product"]["price"].amount) == "119.00"
    assert [source.record for source in taken.says[0].sources] == ["products/p-jacket"]


def test_what_is_out_of_stock_is_offered_as_an_alert_and_asked_for_only_by_a_yes() -> None:
    told = talk(jacket())
    taken = told.hear(wants("product_question", kind="stock", text="do you have the rain jacket in L"))
    assert keys(taken) == ["product.out_of_stock", "alert.offer"]
    assert not told.ledger.of(RequestAlert)
    assert keys(told.hear(answers("yes"))) == ["alert.back_in_stock"]
    asked = told.ledger.of(RequestAlert)[0]
    assert (asked.sku, asked.what, asked.words) == ("JACKET-L", "back_in_stock", "do you have the rain jacket in L")


def test_a_price_alert_takes_the_price_that_was_named() -> None:
    told = talk(jacket())
    taken = told.hear(wants("product_question", kind="alert", text="tell me when the jacket drops below 90"))
    assert keys(taken) == ["alert.price"]
    assert str(taken.says[0].facts["below"].amount) == "90"
    assert keys(told.hear(answers("price_drop"))) == ["alert.price_drop"]


def test_two_things_fit_only_where_a_record_says_so() -> None:
    told = talk(product(accessories=["p-coffee"]), COFFEE, BLANKET)
    fits = wants("product_question", kind="fit", text="do the coffee beans fit the press")
    assert keys(told.hear(fits)) == ["product.fits"]
    unsure = wants("product_question", kind="fit", text="does the picnic blanket fit")
    assert keys(told.hear(unsure)) == ["product.fit", "handoff.opened"]


def test_a_product_nobody_sells_here_is_not_guessed() -> None:
    told = talk(of=bought(status="cancelled"), level=Level.UNKNOWN)
    assert keys(told.hear(wants("product_question", kind="price", text="price of a hammock"))) == ["product.which"]
    assert keys(told.hear(answers("a hammock"))) == ["product.not_found", "handoff.opened"]
