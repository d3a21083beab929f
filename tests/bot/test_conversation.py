"""Turns: interruptions, corrections, misses, people, opt-outs, and several wishes at once."""

from datetime import timedelta

import pytest

from bot.actions import NoteLookup, OpenHandoff, PassOn, RequestDelivery, SetConsent
from bot.conversation import give_back
from bot.model import Channel, Level, Mood, Wish
from bot.stage import answers_of
from tests.bot.stories import (
    NOW,
    MemoryRecords,
    Talk,
    answers,
    customer,
    keys,
    order,
    says,
    wants,
)

ON_ITS_WAY = order("FF-1001", ("in_transit", None, 5))
PENDING = order("FF-1002", placed_at=(NOW - timedelta(hours=3)).isoformat())
FAILED = order("FF-1003", ("attempt_failed", "not_home", 2))


def test_the_only_awaited_order_is_told_without_a_question():
    taken = Talk([ON_ITS_WAY]).hear(wants("where_is_my_order"))
    assert keys(taken) == ["wismo.in_transit"]
    assert taken.says[0].facts["shipment"]["tracking_number"] == "UPFF1001"
    assert [source.record for source in taken.says[0].sources] == ["orders/o-FF-1001", "shipments/s-FF-1001"]


def test_every_awaited_order_is_told_when_there_are_few():
    assert keys(Talk([ON_ITS_WAY, PENDING]).hear(wants("where_is_my_order"))) == [
        "wismo.in_transit",
        "wismo.not_shipped",
    ]


def test_with_many_awaited_orders_the_customer_is_asked_which():
    talk = Talk([order(f"FF-{number}", ("in_transit", None, 5)) for number in range(1001, 1007)])
    asked = talk.hear(wants("where_is_my_order"))
    assert keys(asked) == ["which.order"]
    assert keys(talk.hear(answers("o-FF-1003"))) == ["wismo.in_transit"]
    assert talk.conversation.focus == "o-FF-1003"


def test_a_number_that_is_not_theirs_is_not_found_and_their_own_are_offered():
    taken = Talk([ON_ITS_WAY, PENDING]).hear(wants("where_is_my_order", order_numbers=["ZZ999999"]))
    assert keys(taken) == ["which.order_not_found"]
    assert {choice.id for choice in taken.says[0].choices} == {"o-FF-1001", "o-FF-1002"}


def test_a_slip_in_the_number_still_finds_their_own_order():
    taken = Talk([ON_ITS_WAY, PENDING]).hear(wants("where_is_my_order", order_numbers=["FF1O01"]))
    assert keys(taken) == ["wismo.in_transit"]


def test_a_neighbouring_short_number_is_another_order_and_not_a_slip():
    taken = Talk([ON_ITS_WAY]).hear(wants("where_is_my_order", order_numbers=["FF1002"]))
    assert keys(taken) == ["which.order_not_found"]


def test_one_slip_in_a_long_number_is_forgiven():
    long = order("W2611340", ("in_transit", None, 5))
    assert keys(Talk([long, PENDING]).hear(wants("where_is_my_order", order_numbers=["W2611341"]))) == [
        "wismo.in_transit"
    ]


def test_a_parcel_in_trouble_leads_straight_into_its_resolution():
    taken = Talk([FAILED]).hear(wants("where_is_my_order"))
    assert keys(taken) == ["problem.attempt_failed"]
    assert [choice.id for choice in taken.says[0].choices] == ["redeliver", "pickup", "address", "person"]


def test_a_question_in_the_middle_is_answered_and_the_story_goes_on():
    talk = Talk([FAILED, PENDING])
    talk.hear(wants("delivery_problem", order_numbers=["FF1003"]))
    taken = talk.hear(wants("order_confirmation", order_numbers=["FF1002"]))
    assert keys(taken) == ["order.confirmed", "resume", "problem.attempt_failed"]
    assert keys(talk.hear(answers("pickup"))) == ["mend.pickup_pending"]


def test_never_mind_lets_go_of_the_open_matter_only():
    talk = Talk([FAILED])
    talk.hear(wants("delivery_problem"))
    assert keys(talk.hear(says("never mind", never_mind=True))) == ["never_mind"]
    assert talk.conversation.stack == ()
    assert not talk.ledger.of(RequestDelivery)


def test_a_day_named_with_the_choice_is_not_asked_for_again():
    talk = Talk([FAILED])
    talk.begin("delivery_problem", order="o-FF-1003", shipment="s-FF-1003", problem="attempt_failed", told_by="carrier")
    day = (NOW + timedelta(days=3)).date().isoformat()
    taken = talk.hear(answers("redeliver", "reschedule to Monday", dates=[day]))
    assert keys(taken) == ["mend.redeliver_pending"]
    assert talk.ledger.of(RequestDelivery)[0].date == day


def test_a_day_out_of_reach_is_refused_and_asked_for_again():
    talk = Talk([FAILED])
    talk.hear(wants("delivery_problem"))
    talk.hear(answers("redeliver"))
    late = (NOW + timedelta(days=40)).date().isoformat()
    assert keys(talk.hear(answers({"date": late, "window": None}))) == ["mend.day_not_possible", "mend.which_day"]
    assert not talk.ledger.of(RequestDelivery)


def test_an_earlier_answer_can_be_corrected():
    talk = Talk([FAILED, order("FF-1004", ("attempt_failed", "not_home", 3))])
    talk.hear(wants("delivery_problem"))
    talk.hear(answers("o-FF-1003"))
    talk.hear(answers("redeliver"))
    taken = talk.hear(says("no, the other order", correction=True), reread={"order": "o-FF-1004"})
    assert talk.conversation.focus == "o-FF-1004"
    assert keys(taken)[-1] == "mend.which_day"


def test_two_misses_bring_a_person_and_then_the_bot_is_silent():
    talk = Talk([FAILED])
    assert keys(talk.hear(says("blargh"))) == ["clarify.menu"]
    assert keys(talk.hear(says("fnord"))) == ["handoff.opened"]
    assert talk.ledger.of(OpenHandoff)[0].reason == "not_understood"
    assert keys(talk.hear(wants("where_is_my_order"))) == []
    assert len(talk.ledger.of(PassOn)) == 1


def test_the_bot_answers_again_when_nobody_came_for_too_long():
    talk = Talk([ON_ITS_WAY])
    talk.hear(says("a person", person=True))
    talk.now += timedelta(hours=49)
    assert keys(talk.hear(wants("where_is_my_order"))) == ["wismo.late"]
    assert talk.conversation.held_since is None


def test_a_person_is_reached_from_the_middle_and_what_else_was_asked_is_told_first():
    talk = Talk([FAILED, PENDING])
    talk.hear(wants("delivery_problem", order_numbers=["FF1003"]))
    reading = wants("order_confirmation", order_numbers=["FF1002"]).model_copy(update={"person": True})
    assert keys(talk.hear(reading)) == ["order.confirmed", "handoff.opened"]


def test_two_wishes_are_served_in_their_order_each_with_its_own_number():
    talk = Talk([ON_ITS_WAY, PENDING])
    reading = wants("where_is_my_order", "order_confirmation", order_numbers=["FF1001", "FF1002"])
    first, second = reading.wishes
    wishes = (
        first.model_copy(update={"named": {"order_numbers": ["FF1001"]}}),
        second.model_copy(update={"named": {"order_numbers": ["FF1002"]}}),
    )
    taken = talk.hear(reading.model_copy(update={"wishes": wishes}))
    assert keys(taken) == ["wismo.in_transit", "order.confirmed"]
    assert taken.says[1].facts["order"]["number"] == "FF-1002"


def test_a_story_knows_what_its_wish_hangs_on():
    wish = Wish(intent="cancel_order", probability=0.9, text="cancel it", condition="unless it has shipped")
    assert answers_of(wish)["wish"]["condition"] == "unless it has shipped"
    assert "condition" not in answers_of(wish.model_copy(update={"condition": ""}))["wish"]


def test_stop_is_kept_at_once_and_confirmed_once():
    talk = Talk([ON_ITS_WAY])
    taken = talk.hear(says("please stop texting me", stop=True))
    assert keys(taken) == ["consent.stopped"]
    assert taken.exempt
    assert talk.ledger.of(SetConsent)[0].given is False


def test_nothing_is_said_when_the_provider_confirmed_the_stop_itself():
    assert keys(Talk().hear(says("STOP", stop=True), opt_out="STOP")) == []


def test_cancel_by_sms_opts_out_and_a_person_asks_about_the_order():
    talk = Talk([PENDING], channel=Channel.SMS)
    talk.hear(says("CANCEL", stop=True, stop_is_bare_cancel=True), opt_out="STOP")
    assert talk.ledger.of(SetConsent)[0].given is False
    assert talk.ledger.of(OpenHandoff)[0].reason == "cancel_or_stop"
    assert not talk.ledger.of(OpenHandoff)[0].silences_bot


def test_cancel_to_an_open_question_on_whatsapp_only_lets_go_of_it():
    talk = Talk([FAILED])
    talk.hear(wants("delivery_problem"))
    taken = talk.hear(says("cancel", stop=True, stop_is_bare_cancel=True))
    assert keys(taken) == ["never_mind"]
    assert not talk.ledger.of(SetConsent)


def test_news_in_between_leaves_the_open_question_open():
    talk = Talk([FAILED, ON_ITS_WAY])
    talk.hear(wants("delivery_problem", order_numbers=["FF1003"]))
    talk.begin("announce_delivered", order="o-FF-1001", shipments=["s-FF-1001"])
    assert keys(talk.hear(answers("pickup"))) == ["mend.pickup_pending"]


def test_a_notice_that_asks_is_answered_in_place_and_not_pressed():
    talk = Talk([order("FF-1001", ("delivered", None, 24 * 5), status="delivered"), PENDING])
    assert keys(talk.begin("review", order="o-FF-1001")) == ["review.ask"]
    assert keys(talk.hear(wants("order_confirmation", order_numbers=["FF1002"]))) == ["order.confirmed"]
    assert keys(talk.hear(answers(4))) == ["review.loved"]


def test_displeasure_changes_the_tone_and_a_third_time_brings_a_person():
    talk = Talk([ON_ITS_WAY])
    angry = wants("where_is_my_order").model_copy(update={"mood": Mood.ANGRY})
    assert keys(talk.hear(angry)) == ["mood.angry", "wismo.in_transit"]
    talk.hear(angry)
    assert keys(talk.hear(angry)) == ["mood.handed_over", "handoff.opened"]
    assert talk.ledger.of(OpenHandoff)[0].reason == "frustration"


def test_a_flood_of_one_sender_stops_being_answered():
    talk = Talk([ON_ITS_WAY])
    replies = [bool(keys(talk.hear(wants("where_is_my_order")))) for _ in range(14)]
    assert replies == [True] * 10 + [False] * 4
    assert talk.ledger.of(OpenHandoff)[0].reason == "loop"


def stranger(*orders, failed=0):
    return Talk(level=Level.UNKNOWN, records=MemoryRecords(orders, [customer(phone="+15035550199")], failed=failed))


def test_a_stranger_proves_one_order_by_its_number_and_email_and_sees_no_address():
    talk = stranger(PENDING)
    assert keys(talk.hear(wants("order_confirmation"))) == ["identity.ask_number"]
    assert keys(talk.hear(answers("FF1002"))) == ["identity.ask_contact"]
    taken = talk.hear(answers({"email": "maya@example.com"}))
    assert keys(taken) == ["order.brief"]
    assert taken.says[0].facts["order"]["address"] is None


def test_no_such_order_and_not_yours_are_one_wording():
    theirs, nobodys = stranger(PENDING), stranger(PENDING)
    said = [
        keys(talk.hear(wants("where_is_my_order", order_numbers=[number], emails=["other@example.com"])))
        for talk, number in ((theirs, "FF1002"), (nobodys, "QQ777777"))
    ]
    assert said[0] == said[1] == ["identity.not_found_again"]
    assert theirs.ledger.of(NoteLookup)[0].found is False


def test_a_stranger_who_failed_too_often_meets_a_person():
    assert keys(stranger(PENDING, failed=5).hear(wants("where_is_my_order"))) == ["handoff.opened"]


def test_a_stranger_changes_nothing_before_a_code_is_shown():
    talk = stranger(FAILED)
    talk.hear(wants("delivery_problem", order_numbers=["FF1003"], emails=["maya@example.com"]))
    assert talk.conversation.expected is not None
    assert talk.conversation.expected.name == "code"
    assert keys(talk.hear(answers("000000"))) == ["identity.wrong_code"]
    assert keys(talk.hear(answers("123456"))) == ["problem.attempt_failed"]


def test_a_carriers_news_that_needs_a_person_leaves_the_bot_answering():
    talk = Talk([order("FF-1001", ("exception", "customs", 3))])
    talk.begin("delivery_problem", order="o-FF-1001", shipment="s-FF-1001", problem="customs", told_by="carrier")
    assert keys(talk.hear(wants("greeting"))) == ["greeting"]


def test_one_parcel_in_trouble_among_several_orders_leads_into_its_resolution_after_the_others_are_told():
    taken = Talk([ON_ITS_WAY, FAILED]).hear(wants("where_is_my_order"))
    assert keys(taken) == ["wismo.in_transit", "problem.attempt_failed"]


def test_whether_an_order_went_through_is_asked_of_the_newest():
    assert keys(Talk([ON_ITS_WAY, PENDING]).hear(wants("order_confirmation"))) == ["order.confirmed"]


def test_a_case_closed_after_a_flood_gives_the_conversation_back():
    talk = Talk([ON_ITS_WAY])
    for _ in range(12):
        talk.hear(wants("where_is_my_order"))
    assert talk.conversation.held_quietly
    assert not talk.ledger.of(PassOn)
    talk.conversation = give_back(talk.conversation)
    talk.now += timedelta(minutes=5)
    assert keys(talk.hear(wants("where_is_my_order"))) == ["wismo.in_transit"]


def test_a_question_for_people_is_passed_on_and_the_bot_goes_on():
    talk = Talk([ON_ITS_WAY])
    assert keys(talk.hear(wants("store_question", text="do you rent tents"))) == ["handoff.opened"]
    task = talk.ledger.of(OpenHandoff)[0]
    assert (task.reason, task.summary, task.silences_bot) == ("store_question", "do you rent tents", False)
    assert keys(talk.hear(wants("where_is_my_order"))) == ["wismo.in_transit"]


@pytest.mark.parametrize("intent", ["jobs", "spam", "nobody_knows_it"])
def test_what_has_no_name_of_its_own_is_never_offered_as_what_was_meant(intent):
    doubtful = tuple(Wish(intent=name, probability=0.45, text="hm") for name in (intent, "return"))
    asked = Talk([ON_ITS_WAY]).hear(says("hm", candidates=doubtful))
    assert keys(asked) == ["clarify.one"]
    assert [choice.id for choice in asked.says[0].choices] == ["return", "something_else"]
