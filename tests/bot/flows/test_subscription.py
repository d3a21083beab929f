"""Subscriptions told to their end: what is stated before a yes, what is changed after it, where policy stops."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.actions import ChangeSubscription, OpenHandoff
from bot.model import Level, Outcome, Reading, Status
from bot.records import Product, Subscription
from tests.bot.stories import NOW, MemoryRecords, Talk, answers, customer, keys, order, wants

HOME = {"line1": "1 Elm St", "city": "Portland", "postcode": "97205", "country": "US"}
OFFICE = {"line1": "9 Oak Road", "city": "Portland", "postcode": "97201", "country": "US"}
COFFEE = Product.model_validate(
    {
        "id": "p-coffee",
        "title": "Coffee Beans",
        "variants": [
            {"sku": "COFFEE-1", "options": {"size": "1 kg"}, "price": "18.00", "currency": "USD", "stock": 9},
            {"sku": "COFFEE-2", "options": {"size": "500 g"}, "price": "11.00", "currency": "USD", "stock": 9},
            {"sku": "COFFEE-3", "options": {"size": "2 kg"}, "price": "33.00", "currency": "USD", "stock": 0},
        ],
    }
)
FILTER = Product.model_validate(
    {
        "id": "p-filter",
        "title": "Filter Cartridge",
        "variants": [{"sku": "FILTER-1", "price": "24.50", "currency": "USD", "stock": 4}],
    }
)


def plan(**fields: Any) -> Subscription:
    known = {
        "id": "sub-1",
        "customer_id": "c-1",
        "sku": "COFFEE-1",
        "quantity": 2,
        "interval_days": 30,
        "next_charge_at": (NOW + timedelta(days=9)).isoformat(),
        "price": "18.00",
        "status": "active",
        "address": HOME,
    }
    return Subscription.model_validate(known | fields)


FILTERS = plan(id="sub-2", sku="FILTER-1", quantity=1, interval_days=60, price="24.50")


def talk(*plans: Subscription, **fields: Any) -> Talk:
    known = MemoryRecords([], [customer()], [COFFEE, FILTER], subscriptions=plans or (plan(),))
    return Talk(records=known, **fields)


def about(kind: str, **entities: Any) -> Reading:
    reading = wants("subscription", **entities)
    return reading.model_copy(update={"wishes": (reading.wishes[0].model_copy(update={"kind": kind}),)})


def changes(told: Talk) -> list[ChangeSubscription]:
    return told.ledger.of(ChangeSubscription)


def step(taken: Any) -> dict[str, Any]:
    found = next(say for say in taken.says if "plan_steps" in say.facts)
    return dict(found.facts["plan_steps"][0])


def test_what_there_is_is_shown_with_its_dates_and_charges():
    taken = talk(plan(), FILTERS).hear(about("show"))
    assert keys(taken) == ["subscription.show"]
    first, second = taken.says[0].facts["plans"]
    assert (first["name"], first["quantity"], str(first["charge"].amount)) == ("Coffee Beans (1 kg)", 2, "36.00")
    assert (second["interval_days"], second["next_charge_at"]) == (60, NOW + timedelta(days=9))
    assert {source.record for source in taken.says[0].sources} >= {"subscriptions/sub-1", "subscriptions/sub-2"}


def test_a_subscription_in_general_is_shown_and_asked_about():
    told = talk()
    assert keys(told.hear(about(""))) == ["subscription.menu"]
    assert keys(told.hear(answers("skip"))) == ["subscription.skip_summary"]


@pytest.mark.parametrize(
    ("kind", "entities", "before", "wanted"),
    [
        ("skip", {}, (), {"what": "skip"}),
        ("pause", {"dates": ("2027-01-15",)}, (), {"until": datetime(2027, 1, 15, 17, tzinfo=UTC)}),
        ("pause", {}, ({"date": "open", "window": None},), {"until": None}),
        ("frequency", {"every_days": 45}, (), {"interval_days": 45}),
        ("frequency", {}, ("60",), {"interval_days": 60}),
        ("swap", {}, (), {"sku": "COFFEE-2", "price": Decimal("11.00")}),
        ("quantity", {"quantity": 3}, (), {"quantity": 3}),
        ("quantity", {}, (1,), {"quantity": 1}),
    ],
)
def test_a_change_is_made_once_and_only_after_a_yes_to_it(kind, entities, before, wanted):
    told = talk()
    taken = told.hear(about(kind, **entities))
    for answer in before:
        taken = told.hear(answers(answer))
    assert keys(taken) == [f"subscription.{kind}_summary"]
    assert changes(told) == []
    assert keys(told.hear(answers(True, "yes"))) == [f"subscription.{kind}_done"]
    [action] = changes(told)
    assert {name: getattr(action, name) for name in wanted} == wanted
    assert action.seen == NOW + timedelta(days=9)


@pytest.mark.parametrize("kind", ["skip", "swap", "cancel"])
def test_a_no_changes_nothing(kind):
    told = talk()
    told.hear(about(kind, reason="quality"))
    if kind == "cancel":
        told.hear(answers("leave"))
    assert keys(told.hear(answers(False, "no"))) == ["subscription.kept"]
    assert changes(told) == []


def test_skipping_states_what_is_left_out_and_what_comes_next():
    shown = step(talk().hear(about("skip")))
    assert shown["before"]["next_charge_at"] == NOW + timedelta(days=9)
    assert shown["after"]["next_charge_at"] == NOW + timedelta(days=39)
    assert str(shown["after"]["charge"].amount) == "36.00"


def test_a_charge_that_moved_since_it_was_stated_is_stated_anew():
    told = talk()
    told.hear(about("skip"))
    assert told.records is not None
    told.records.subscriptions = [plan(next_charge_at=(NOW + timedelta(days=20)).isoformat())]
    assert keys(told.hear(answers(True, "yes"))) == ["subscription.skip_summary"]
    assert changes(told) == []


@pytest.mark.parametrize("kind", ["skip", "swap", "quantity", "address"])
def test_after_the_cut_off_the_next_charge_stays_as_it_is(kind):
    soon = NOW + timedelta(hours=47)
    told = talk(plan(next_charge_at=soon.isoformat()))
    taken = told.hear(about(kind, quantity=1))
    assert keys(taken) == ["subscription.refused_too_late"]
    assert taken.says[0].facts["until"] == soon - timedelta(hours=48)
    assert changes(told) == []


def test_at_the_cut_off_it_is_too_late_and_a_moment_before_it_is_not():
    at = talk(plan(next_charge_at=(NOW + timedelta(hours=48)).isoformat()))
    assert keys(at.hear(about("skip"))) == ["subscription.refused_too_late"]
    before = talk(plan(next_charge_at=(NOW + timedelta(hours=48, seconds=1)).isoformat()))
    assert keys(before.hear(about("skip"))) == ["subscription.skip_summary"]


@pytest.mark.parametrize("kind", ["pause", "cancel"])
def test_a_pause_or_an_end_after_the_cut_off_leaves_the_charge_that_is_too_near(kind):
    soon = NOW + timedelta(hours=20)
    told = talk(plan(next_charge_at=soon.isoformat()))
    taken = told.hear(about(kind, reason="quality"))
    taken = told.hear(answers({"date": "open", "window": None} if kind == "pause" else "leave"))
    assert keys(taken) == [f"subscription.{kind}_summary"]
    assert step(taken)["charged_at"] == soon


def test_a_person_is_offered_to_who_insists_and_brought_the_third_time():
    told = talk(plan(next_charge_at=(NOW + timedelta(hours=5)).isoformat()))
    assert keys(told.hear(about("skip"))) == ["subscription.refused_too_late"]
    assert keys(told.hear(about("skip"))) == ["subscription.refused_too_late", "policy.person_offer"]
    told.hear(answers(False, "no"))
    assert keys(told.hear(about("skip"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "insists"


def test_a_pause_longer_than_policy_has_is_asked_for_again():
    told = talk()
    far = (NOW + timedelta(days=300)).date().isoformat()
    taken = told.hear(about("pause", dates=(far,)))
    assert keys(taken)[-1] == "subscription.pause_until"
    assert keys(told.hear(answers({"date": far, "window": None})))[0] == "subscription.day_not_possible"
    assert changes(told) == []


def test_what_is_paused_starts_again_by_the_policys_days_or_when_asked_for():
    paused = plan(status="paused", paused_until=(NOW + timedelta(days=50)).isoformat())
    told = talk(paused)
    taken = told.hear(about("resume"))
    assert keys(taken) == ["subscription.resume_summary"]
    assert step(taken)["after"]["next_charge_at"] == NOW + timedelta(days=1)
    told = talk(paused)
    taken = told.hear(about("resume", dates=("2026-12-20",)))
    assert step(taken)["after"]["next_charge_at"].date().isoformat() == "2026-12-20"


@pytest.mark.parametrize(
    ("kind", "standing", "code"),
    [
        ("resume", {}, "not_paused"),
        ("pause", {"status": "paused"}, "already_paused"),
        ("skip", {"status": "paused"}, "already_paused"),
        ("cancel", {"status": "cancelled"}, "already_cancelled"),
        ("skip", {"next_charge_at": (NOW - timedelta(hours=1)).isoformat()}, "charging"),
    ],
)
def test_what_cannot_be_is_told_by_what_is_on_record(kind, standing, code):
    told = talk(plan(**standing))
    assert keys(told.hear(about(kind))) == [f"subscription.refused_{code}"]
    assert changes(told) == []


def test_a_pause_that_has_run_out_is_over():
    told = talk(plan(status="paused", paused_until=(NOW - timedelta(days=1)).isoformat()))
    assert keys(told.hear(about("skip"))) == ["subscription.skip_summary"]


def test_how_often_is_chosen_from_what_policy_has():
    told = talk()
    taken = told.hear(about("frequency", every_days=42))
    assert keys(taken) == ["subscription.interval_not_offered", "subscription.which_interval"]
    assert [choice.id for choice in taken.says[-1].choices] == ["14", "30", "45", "60", "90"]
    assert keys(told.hear(answers("45"))) == ["subscription.frequency_summary"]
    assert keys(talk().hear(about("frequency", every_days=30))) == ["subscription.same_interval"]


def test_more_than_policy_has_of_one_is_asked_again():
    told = talk()
    told.hear(about("quantity"))
    assert keys(told.hear(answers(40))) == ["subscription.too_many", "subscription.how_many"]


def test_of_several_it_is_asked_which_or_all_of_them():
    told = talk(plan(), FILTERS)
    taken = told.hear(about("skip"))
    assert keys(taken) == ["subscription.which"]
    assert [choice.id for choice in taken.says[0].choices] == ["sub-1", "sub-2", "all"]
    assert keys(told.hear(answers("all"))) == ["subscription.skip_summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["subscription.skip_done"]
    assert [action.subscription_id for action in changes(told)] == ["sub-1", "sub-2"]


def test_the_one_named_is_meant():
    told = talk(plan(), FILTERS)
    assert step(told.hear(about("skip", products=("p-filter",))))["before"]["title"] == "Filter Cartridge"


def test_all_of_them_at_once_where_everything_is_said():
    taken = talk(plan(), FILTERS).hear(about("skip", everything=True))
    assert len(taken.says[0].facts["plan_steps"]) == 2


def test_what_fails_is_handed_to_a_person_and_never_told_as_done():
    told = talk()
    told.ledger.outcomes["ChangeSubscription-skip-sub-1"] = Outcome(status=Status.REFUSED, code="moved")
    told.hear(about("skip"))
    assert keys(told.hear(answers(True, "yes"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "subscription_failed"


def test_of_several_what_failed_is_handed_over_and_the_rest_told():
    told = talk(plan(), FILTERS)
    told.ledger.outcomes["ChangeSubscription-skip-sub-2"] = Outcome(status=Status.UNSUPPORTED)
    told.hear(about("skip"))
    told.hear(answers("all"))
    taken = told.hear(answers(True, "yes"))
    assert keys(taken) == ["subscription.skip_done", "handoff.opened"]
    assert len(taken.says[0].facts["plan_steps"]) == 1


# -- the address -------------------------------------------------------------------------------------------------------


def test_another_address_is_read_back_before_it_is_changed():
    told = talk()
    assert keys(told.hear(about("address"))) == ["subscription.ask_address"]
    taken = told.hear(answers(OFFICE))
    assert keys(taken) == ["subscription.address_summary"]
    assert taken.says[0].facts["new_address"] == "9 Oak Road, Portland, 97201, US"
    assert keys(told.hear(answers(False, "no"))) == ["subscription.ask_address"]
    told.hear(answers(OFFICE))
    assert keys(told.hear(answers(True, "yes"))) == ["subscription.address_done"]
    assert changes(told)[0].address is not None


def test_another_address_needs_a_code_where_the_contact_is_new():
    told = talk(contact_changed_at=NOW - timedelta(days=3))
    assert keys(told.hear(about("address"))) == ["identity.ask_code"]
    assert keys(told.hear(answers("123456"))) == ["subscription.ask_address"]


# -- payment -----------------------------------------------------------------------------------------------------------


def test_card_data_is_never_taken_only_the_shops_page_named():
    taken = talk().hear(about("payment"))
    assert keys(taken) == ["subscription.payment_link"]
    assert taken.says[0].facts["payment_url"] == "https://fernandfield.example/account/payment"


# -- cancelling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "offer", "action"),
    [
        ("quality", "skip", {"what": "skip"}),
        ("too_much", "frequency", {"what": "frequency", "interval_days": 45}),
        ("found_cheaper", "discount", {"what": "discount", "price": Decimal("16.20")}),
    ],
)
def test_one_offer_that_suits_the_reason_is_made_and_taken_up(reason, offer, action):
    told = talk()
    assert keys(told.hear(about("cancel"))) == ["subscription.reason"]
    taken = told.hear(answers({"reason": reason, "words": "because"}))
    assert keys(taken) == [f"subscription.offer_{offer}"]
    assert keys(told.hear(answers("accept"))) == [f"subscription.{offer}_done"]
    [done] = changes(told)
    assert {name: getattr(done, name) for name in action} == action


def test_one_offer_is_made_and_no_second():
    told = talk()
    told.hear(about("cancel", reason="found_cheaper"))
    assert keys(told.hear(answers("leave"))) == ["subscription.cancel_summary"]
    assert keys(told.hear(answers(True, "yes"))) == ["subscription.cancel_done"]
    [done] = changes(told)
    assert (done.what, done.reason) == ("cancel", "found_cheaper")


def test_a_discount_is_given_once_to_a_subscription():
    had = {"at": NOW.isoformat(), "what": "discount", "before": {"price": "20.00"}, "after": {"price": "18.00"}}
    taken = talk(plan(changes=[had])).hear(about("cancel", reason="found_cheaper"))
    assert keys(taken) == ["subscription.offer_skip"]


def test_nothing_is_offered_to_who_has_paused_that_only_makes_sense_otherwise():
    taken = talk(plan(status="paused")).hear(about("cancel", reason="quality"))
    assert keys(taken) == ["subscription.cancel_summary"]


def test_another_wish_for_the_subscription_takes_the_open_ones_place():
    told = talk()
    assert keys(told.hear(about("pause"))) == ["subscription.pause_until"]
    assert keys(told.hear(about("cancel", reason="quality"))) == ["subscription.offer_skip"]
    assert [case.answers["what"] for case in told.conversation.stack] == ["cancel"]


def test_a_question_between_is_answered_and_the_open_wish_goes_on():
    told = talk()
    told.hear(about("pause"))
    assert keys(told.hear(about("show"))) == ["subscription.show", "resume", "subscription.pause_until"]


# -- who asks ----------------------------------------------------------------------------------------------------------


def test_a_stranger_sees_nothing_without_a_code():
    known = MemoryRecords([order()], [customer(phone="+15035550199")], [COFFEE], subscriptions=[plan()])
    told = Talk(level=Level.UNKNOWN, records=known)
    assert keys(told.hear(about("show"))) == ["identity.ask_contact_alone"]
    assert keys(told.hear(answers({"email": "maya@example.com"}))) == ["identity.ask_code_blind"]
    assert keys(told.hear(answers("123456"))) == ["subscription.show"]


def test_somebody_elses_is_nobodys():
    known = MemoryRecords([], [customer()], [COFFEE], subscriptions=[plan(customer_id="c-2")])
    assert keys(Talk(records=known).hear(about("cancel"))) == ["subscription.none", "policy.person_offer"]


def test_starting_one_is_for_a_person():
    told = talk()
    assert keys(told.hear(about("start"))) == ["handoff.opened"]
    assert told.ledger.of(OpenHandoff)[0].reason == "subscription_start"
