"""Delivery problems told to their end: what is asked, what is recorded, where the policy stops."""

from datetime import timedelta

from bot.actions import OpenClaim, OpenHandoff, RefundLines, Replace, RequestDelivery
from bot.model import Level, Media, Outcome, Status
from tests.bot.stories import NOW, Talk, answers, customer, keys, order, parcel, says, wants

PHOTO = (Media(url="https://api.twilio.com/photo", content_type="image/jpeg"),)
ADDRESS = {"line1": "9 Oak Road", "city": "Portland", "postcode": "97201", "country": "US"}


def delivered(days: int, **fields):
    return order("FF-1001", ("delivered", None, 24 * days), status="delivered", **fields)


def complaint(problem: str):
    return wants("delivery_problem", problem=problem)


def test_a_damaged_item_is_replaced_after_a_photo_and_a_choice():
    talk = Talk([delivered(2)])
    assert keys(talk.hear(complaint("damaged"))) == ["problem.damaged_photo"]
    assert keys(talk.hear(says(""), media=PHOTO)) == ["problem.remedy"]
    assert keys(talk.hear(answers("replacement"))) == ["mend.replacement"]
    assert talk.ledger.of(Replace)[0].line_ids == ("FF-1001/1",)
    assert talk.ledger.of(OpenClaim)[0].photos == ("https://api.twilio.com/photo",)


def test_without_a_photo_a_person_looks():
    talk = Talk([delivered(2)])
    talk.hear(complaint("damaged"))
    assert keys(talk.hear(answers({"photos": []}))) == ["handoff.opened"]
    assert not talk.ledger.of(Replace)


def test_when_there_is_none_to_replace_it_a_refund_is_offered_and_needs_a_yes():
    talk = Talk([delivered(2)])
    talk.ledger.outcomes["Replace"] = Outcome(status=Status.REFUSED, code="out_of_stock")
    talk.hear(complaint("damaged"))
    talk.hear(says(""), media=PHOTO)
    assert keys(talk.hear(answers("replacement"))) == ["mend.refund_instead"]
    assert not talk.ledger.of(RefundLines)
    assert keys(talk.hear(answers(True, "yes"))) == ["mend.refund"]
    assert str(talk.ledger.of(RefundLines)[0].amount) == "29.00"


def test_above_the_limit_a_person_decides_the_remedy():
    lines = [{"id": "l-1", "sku": "TENT-1", "title": "Two-Person Tent", "quantity": 1, "price": "349.00"}]
    talk = Talk([delivered(2, lines=lines)])
    talk.hear(complaint("damaged"))
    assert keys(talk.hear(says(""), media=PHOTO)) == ["handoff.opened"]
    assert talk.ledger.of(OpenHandoff)[0].proposed == "decide_remedy"
    assert not talk.ledger.of(RefundLines)


def test_damage_reported_after_the_policys_days_is_a_persons():
    assert keys(Talk([delivered(40)]).hear(complaint("damaged"))) == ["problem.damage_reported_late", "handoff.opened"]


def test_a_parcel_delivered_today_is_looked_for_and_then_waited_for():
    talk = Talk([delivered(1)])
    assert keys(talk.hear(complaint("not_received"))) == ["problem.not_received"]
    assert keys(talk.hear(answers("still_missing"))) == ["problem.wait"]
    assert not talk.ledger.of(OpenClaim)


def test_a_parcel_still_missing_after_the_wait_is_traced():
    talk = Talk([delivered(4)])
    talk.hear(complaint("not_received"))
    assert keys(talk.hear(answers("still_missing"))) == ["problem.trace"]
    assert talk.ledger.of(OpenClaim)[0].what == "not_received"


def test_a_parcel_that_was_found_ends_well():
    talk = Talk([delivered(1)])
    talk.hear(complaint("not_received"))
    assert keys(talk.hear(answers("found"))) == ["problem.found"]


def test_a_parcel_without_movement_for_the_policys_days_is_lost():
    talk = Talk([order("FF-1001", ("in_transit", None, 24 * 8))])
    assert keys(talk.hear(complaint("lost"))) == ["problem.lost", "problem.remedy"]
    assert keys(talk.hear(answers("refund"))) == ["mend.refund"]
    assert talk.ledger.of(OpenClaim)[0].what == "lost"


def test_a_parcel_on_its_way_is_not_lost_yet():
    taken = Talk([order("FF-1001", ("in_transit", None, 30))]).hear(complaint("not_received"))
    assert keys(taken) == ["wismo.in_transit", "problem.not_lost_yet"]
    assert taken.says[1].facts["lost_on"] == NOW - timedelta(hours=30) + timedelta(days=7)


def test_a_corrected_address_is_read_back_and_passed_on_only_after_a_yes():
    talk = Talk([order("FF-1001", ("exception", "wrong_address", 3))])
    assert keys(talk.hear(wants("where_is_my_order"))) == ["problem.wrong_address", "mend.ask_address"]
    assert keys(talk.hear(answers(ADDRESS))) == ["mend.address_summary"]
    assert not talk.ledger.of(RequestDelivery)
    assert keys(talk.hear(answers(True, "yes"))) == ["mend.address_pending"]
    assert talk.ledger.of(RequestDelivery)[0].address.line1 == "9 Oak Road"


def test_an_address_that_was_read_back_wrong_is_asked_for_again():
    talk = Talk([order("FF-1001", ("exception", "wrong_address", 3))])
    talk.hear(wants("where_is_my_order"))
    talk.hear(answers(ADDRESS))
    assert keys(talk.hear(answers(False, "no")))[-1] == "mend.ask_address"
    assert keys(talk.hear(answers(ADDRESS | {"line1": "11 Oak Road"}))) == ["mend.address_summary"]


def test_a_fresh_contact_needs_a_code_before_an_address_changes():
    talk = Talk([order("FF-1001", ("exception", "wrong_address", 3))], contact_changed_at=NOW - timedelta(days=2))
    assert keys(talk.hear(wants("where_is_my_order"))) == ["identity.ask_code"]


def test_what_no_story_mends_goes_to_a_person_with_what_is_known():
    talk = Talk([order("FF-1001", ("exception", "customs", 3))])
    taken = talk.begin(
        "delivery_problem", order="o-FF-1001", shipment="s-FF-1001", problem="customs", told_by="carrier"
    )
    assert keys(taken) == ["problem.customs", "handoff.unasked"]


def test_of_several_parcels_the_one_in_trouble_is_meant():
    parcels = [
        parcel("FF-1001-1", ("in_transit", None, 3), lines=["FF-1001/1"]),
        parcel("FF-1001-2", ("attempt_failed", "not_home", 3)),
    ]
    taken = Talk([order("FF-1001", status="shipped", shipments=parcels)]).hear(wants("delivery_problem"))
    assert keys(taken) == ["problem.attempt_failed"]
    assert taken.says[0].facts["shipment"]["tracking_number"] == "UPFF10012"


def test_a_problem_that_is_being_mended_is_not_begun_again():
    at = NOW - timedelta(hours=1)
    change = {"at": at.isoformat(), "what": "delivery", "after": {"shipment_id": "s-FF-1001", "fix": "pickup"}}
    failed = order("FF-1001", ("attempt_failed", "not_home", 3), changes=[change])
    assert keys(Talk([failed]).hear(wants("where_is_my_order"))) == ["wismo.being_mended"]


def test_the_customer_in_the_tests_is_not_the_one_of_strangers():
    assert Talk(level=Level.UNKNOWN).world().customer is None
    assert customer().id == "c-1"


def test_a_parcel_that_does_not_move_is_none_of_those_delivered():
    moving = order("FF-1002", ("in_transit", None, 30))
    assert keys(Talk([delivered(3), moving]).hear(complaint("lost"))) == ["wismo.in_transit", "problem.not_lost_yet"]


def test_what_came_damaged_is_none_of_those_on_their_way():
    moving = order("FF-1002", ("in_transit", None, 30))
    assert keys(Talk([moving, delivered(3)]).hear(complaint("damaged"))) == ["problem.damaged_photo"]
