"""The customer's own account, data, complaint and opinion: what is asked, what is done, and for whom."""

from datetime import timedelta
from typing import Any

import pytest

from bot.actions import (
    ChangeContact,
    ChangeHomeAddress,
    ChangeOrderAddress,
    EraseCustomer,
    ExportData,
    OpenHandoff,
    RecordScore,
    SendContactCode,
    SetPreference,
)
from bot.conversation import Turn, is_resolved
from bot.model import Channel, Level, Outcome, Reading, Status, Wish
from tests.bot.stories import NOW, MemoryLedger, Talk, answers, keys, order, says, wants

OLD = order("FF-1001", ("delivered", None, 500), status="delivered")
OPEN = order("FF-1002", ("in_transit", None, 5))
WAITING = order("FF-1003")
BIRCH = {"line1": "88 Birch Lane", "city": "Portland", "postcode": "97209", "country": "US"}
FRESH = NOW - timedelta(days=3)


def wish(intent: str, kind: str = "", text: str = "a wish", **entities: Any) -> Reading:
    read = wants(intent, text=text, **entities)
    return read.model_copy(update={"wishes": (Wish(intent=intent, kind=kind, probability=0.9, text=text),)})


def refusing(name: str, code: str) -> MemoryLedger:
    return MemoryLedger(outcomes={name: Outcome(status=Status.REFUSED, code=code)})


# -- privacy -----------------------------------------------------------------------------------------------------------


def test_everything_held_goes_to_the_mail_address_on_file() -> None:
    talk = Talk([OLD])
    taken = talk.hear(wish("privacy", "export"))
    assert keys(taken) == ["privacy.export_sent"]
    assert [action.customer_id for action in talk.ledger.of(ExportData)] == ["c-1"]


def test_a_contact_put_on_file_lately_must_show_a_code_first() -> None:
    talk = Talk([OLD], contact_changed_at=FRESH)
    assert keys(talk.hear(wish("privacy", "export"))) == ["identity.ask_code"]
    assert talk.ledger.of(ExportData) == []
    assert keys(talk.hear(answers("123456"))) == ["privacy.export_sent"]


def test_a_stranger_gets_nothing_without_the_code() -> None:
    talk = Talk([OLD], level=Level.UNKNOWN)
    assert keys(talk.hear(wish("privacy", "export"))) == ["identity.ask_number"]
    talk.hear(answers("FF-1001"))
    assert keys(talk.hear(answers({"email": "maya@example.com"}))) == ["identity.ask_code"]
    assert talk.ledger.of(ExportData) == []


def test_a_file_that_cannot_be_mailed_is_sent_by_a_person() -> None:
    talk = Talk([OLD], ledger=refusing("ExportData", "no_email"))
    assert keys(talk.hear(wish("privacy", "export"))) == ["handoff.opened"]


def test_nothing_is_erased_without_a_clear_yes() -> None:
    talk = Talk([OLD], ledger=MemoryLedger(outcomes={"EraseCustomer": Outcome(status=Status.PENDING)}))
    taken = talk.hear(wish("privacy", "erase"))
    assert keys(taken) == ["privacy.erase_confirm"]
    assert taken.says[0].facts == {"years": 7}
    assert taken.conversation.expected is not None
    assert taken.conversation.expected.binding == ("yes",)
    assert talk.ledger.of(EraseCustomer) == []
    assert keys(talk.hear(answers(True))) == ["privacy.erase_started"]
    assert len(talk.ledger.of(EraseCustomer)) == 1


def test_a_no_erases_nothing() -> None:
    talk = Talk([OLD])
    talk.hear(wish("privacy", "erase"))
    assert keys(talk.hear(answers(False))) == ["privacy.erase_kept"]
    assert talk.ledger.of(EraseCustomer) == []


def test_an_open_order_is_for_a_person_first() -> None:
    talk = Talk([OLD, OPEN])
    assert keys(talk.hear(wish("privacy", "erase"))) == ["privacy.erase_open", "handoff.opened"]
    assert talk.ledger.of(EraseCustomer) == []
    assert [case.proposed for case in talk.ledger.of(OpenHandoff)] == ["close_then_erase"]


def test_what_the_ledger_finds_open_is_for_a_person_too() -> None:
    talk = Talk([OLD], ledger=refusing("EraseCustomer", "open_matters"))
    talk.hear(wish("privacy", "erase"))
    assert keys(talk.hear(answers(True))) == ["privacy.erase_open", "handoff.opened"]


def test_a_question_of_privacy_is_told_where_to_read_and_asked_which() -> None:
    talk = Talk([OLD])
    assert keys(talk.hear(wish("privacy"))) == ["privacy.which"]
    assert keys(talk.hear(answers("person"))) == ["handoff.opened"]


# -- contact -----------------------------------------------------------------------------------------------------------


def new_mail(talk: Talk) -> Turn:
    return talk.hear(wish("account", "contact", emails=("new@example.org",)))


def test_a_new_mail_address_counts_once_its_code_has_come_back() -> None:
    talk = Talk([OLD])
    taken = new_mail(talk)
    assert keys(taken) == ["account.ask_code"]
    assert taken.says[0].facts["new_contact"] == "new@example.org"
    assert [action.contact for action in talk.ledger.of(SendContactCode)] == ["new@example.org"]
    assert talk.ledger.of(ChangeContact) == []
    assert keys(talk.hear(answers("482913"))) == ["account.contact_done"]
    (changed,) = talk.ledger.of(ChangeContact)
    assert (changed.kind, changed.contact, changed.code) == ("email", "new@example.org", "482913")


def test_what_was_on_file_shows_who_asks_before_anything_goes_to_the_new_one() -> None:
    talk = Talk([OLD], contact_changed_at=FRESH)
    assert keys(new_mail(talk)) == ["identity.ask_code"]
    assert talk.ledger.of(SendContactCode) == []
    assert keys(talk.hear(answers("123456"))) == ["account.ask_code"]


def test_a_stranger_s_new_contact_is_no_proof_of_who_they_are() -> None:
    talk = Talk([OLD], level=Level.UNKNOWN, channel=Channel.EMAIL)
    assert keys(new_mail(talk)) == ["identity.ask_number"]
    assert keys(talk.hear(answers("FF-1001"))) == ["identity.ask_contact"]
    assert talk.ledger.of(SendContactCode) == []


def test_a_wrong_code_is_asked_for_again_and_a_worn_out_one_goes_to_a_person() -> None:
    wrong, over = (Outcome(status=Status.REFUSED, code=code) for code in ("wrong", "too_many"))
    talk = Talk([OLD], ledger=MemoryLedger(outcomes={"ChangeContact-1": wrong, "ChangeContact-2": over}))
    new_mail(talk)
    assert keys(talk.hear(answers("111111"))) == ["account.wrong_code"]
    assert keys(talk.hear(answers("222222"))) == ["handoff.opened"]


def test_another_code_is_another_sending() -> None:
    talk = Talk([OLD])
    new_mail(talk)
    assert keys(talk.hear(answers("another"))) == ["account.ask_code"]
    assert [action.number for action in talk.ledger.of(SendContactCode)] == [1, 2]


def test_somebody_else_s_contact_is_for_a_person() -> None:
    talk = Talk([OLD], ledger=refusing("ChangeContact-1", "taken"))
    new_mail(talk)
    assert keys(talk.hear(answers("482913"))) == ["handoff.opened"]


def test_the_contact_on_file_is_no_change() -> None:
    talk = Talk([OLD])
    taken = talk.hear(wish("account", "contact", emails=("Maya@Example.com",)))
    assert keys(taken) == ["account.same_contact"]
    assert talk.ledger.of(SendContactCode) == []


def test_of_two_addresses_the_one_not_on_file_is_the_new_one() -> None:
    talk = Talk([OLD])
    talk.hear(wish("account", "contact", emails=("maya@example.com", "new@example.org")))
    assert [action.contact for action in talk.ledger.of(SendContactCode)] == ["new@example.org"]


def test_a_phone_number_without_its_country_is_asked_for_again() -> None:
    talk = Talk([OLD])
    talk.hear(wish("account", "contact"))
    assert keys(talk.hear(answers("phone"))) == ["account.ask_phone"]
    assert keys(talk.hear(answers({"postcode": "97205"}))) == ["account.ask_phone"]
    assert keys(talk.hear(answers({"phone": "+15035550177"}))) == ["account.ask_code"]


# -- address -----------------------------------------------------------------------------------------------------------


def moved(talk: Talk) -> None:
    talk.hear(wish("account", "contact"))
    talk.hear(answers("address"))


def test_a_new_address_is_read_back_before_it_is_kept() -> None:
    talk = Talk([OLD])
    moved(talk)
    assert keys(talk.hear(answers(BIRCH))) == ["account.address_summary"]
    assert talk.ledger.of(ChangeHomeAddress) == []
    assert keys(talk.hear(answers(True))) == ["account.address_done"]
    assert [action.address.line1 for action in talk.ledger.of(ChangeHomeAddress)] == ["88 Birch Lane"]


def test_open_orders_are_told_of_and_those_that_can_may_follow() -> None:
    talk = Talk([OLD, OPEN, WAITING])
    moved(talk)
    talk.hear(answers(BIRCH))
    taken = talk.hear(answers(True))
    assert keys(taken) == ["account.address_done", "account.orders_keep", "account.orders_too"]
    assert [view["number"] for view in taken.says[1].facts["orders"]] == ["FF-1002"]
    assert [view["number"] for view in taken.says[2].facts["orders"]] == ["FF-1003"]
    assert keys(talk.hear(answers(True))) == ["address.done"]
    assert [action.order_id for action in talk.ledger.of(ChangeOrderAddress)] == ["o-FF-1003"]


def test_orders_that_shall_not_follow_are_told_to_keep_it() -> None:
    talk = Talk([WAITING])
    moved(talk)
    talk.hear(answers(BIRCH))
    talk.hear(answers(True))
    assert keys(talk.hear(answers(False))) == ["account.orders_keep"]
    assert talk.ledger.of(ChangeOrderAddress) == []


def test_changing_the_address_with_nothing_on_its_way_is_for_later_orders() -> None:
    talk = Talk([OLD])
    assert keys(talk.hear(wish("change_address"))) == ["account.ask_address"]


# -- channel and signing in --------------------------------------------------------------------------------------------


def test_a_channel_asked_for_is_kept_with_the_words_that_agreed_to_it() -> None:
    talk = Talk([OLD], channel=Channel.SMS)
    taken = talk.hear(wish("account", "channel", text="write me on whatsapp"))
    assert keys(taken) == ["account.which_channel"]
    assert keys(talk.hear(answers("email"))) == ["account.channel_done"]
    (kept,) = talk.ledger.of(SetPreference)
    assert (kept.channel, kept.words) == (Channel.EMAIL, "write me on whatsapp")


def test_a_channel_they_stopped_themselves_is_theirs_to_open_again() -> None:
    talk = Talk([OLD], ledger=refusing("SetPreference-sms", "stopped"))
    talk.hear(wish("account", "channel"))
    assert keys(talk.hear(answers("sms"))) == ["account.channel_stopped"]


@pytest.mark.parametrize("kind", ["password", "login"])
def test_signing_in_is_the_website_s(kind: str) -> None:
    talk = Talk([OLD], level=Level.UNKNOWN)
    assert keys(talk.hear(wish("account", kind))) == ["account.sign_in"]
    assert talk.ledger.done == {}


def test_what_else_there_is_of_an_account_is_asked_of_people() -> None:
    talk = Talk([OLD])
    assert keys(talk.hear(wish("account"))) == ["handoff.opened"]
    assert [case.silences_bot for case in talk.ledger.of(OpenHandoff)] == [False]


# -- complaint ---------------------------------------------------------------------------------------------------------

MATTER = "nobody of yours has answered my five mails about the broken lid"


def test_a_complaint_that_tells_its_matter_is_kept_with_the_only_order() -> None:
    talk = Talk([OPEN])
    taken = talk.hear(wish("complaint", text=MATTER))
    assert keys(taken) == ["complaint.noted", "complaint.next"]
    (case,) = talk.ledger.of(OpenHandoff)
    assert (case.reason, case.order_id, case.summary, case.silences_bot) == ("complaint", OPEN.id, MATTER, False)
    assert keys(talk.hear(wants("where_is_my_order"))) == ["wismo.in_transit"]


def test_displeasure_alone_is_asked_about() -> None:
    talk = Talk([OPEN])
    assert keys(talk.hear(wish("complaint", text="terrible"))) == ["complaint.ask"]
    assert keys(talk.hear(answers("something_else"))) == ["complaint.what"]
    assert keys(talk.hear(answers("your driver was rude"))) == ["complaint.noted", "complaint.next"]
    assert keys(talk.hear(answers("person"))) == ["handoff.opened"]


# -- opinions ----------------------------------------------------------------------------------------------------------


def test_ten_and_why() -> None:
    talk = Talk([OLD])
    asked = talk.begin("nps")
    assert keys(asked) == ["nps.ask"]
    assert asked.conversation.expected is not None
    assert asked.conversation.expected.most == 10
    assert keys(talk.hear(answers(10))) == ["nps.why"]
    assert keys(talk.hear(answers("always quick"))) == ["score.thanks"]
    assert [(one.scale, one.score, one.words) for one in talk.ledger.of(RecordScore)] == [
        ("nps", 10, None),
        ("nps", 10, "always quick"),
    ]
    assert talk.ledger.of(OpenHandoff) == []


@pytest.mark.parametrize(("score", "told"), [(7, 0), (6, 1), (0, 1)])
def test_who_would_not_recommend_the_shop_is_told_to_a_person(score: int, told: int) -> None:
    talk = Talk([OLD])
    talk.begin("nps")
    talk.hear(answers(score))
    talk.hear(answers(""))
    assert len(talk.ledger.of(OpenHandoff)) == told


def test_a_score_beyond_the_scale_is_none() -> None:
    talk = Talk([OLD])
    talk.begin("csat")
    talk.hear(answers(9))
    assert talk.ledger.of(RecordScore) == []


def test_a_bad_conversation_is_told_and_help_is_offered() -> None:
    talk = Talk([OLD])
    talk.begin("csat")
    assert keys(talk.hear(answers(2))) == ["csat.why"]
    assert keys(talk.hear(answers("it went in circles"))) == ["review.offer_help"]
    assert keys(talk.hear(answers(True))) == ["handoff.opened"]
    assert [case.silences_bot for case in talk.ledger.of(OpenHandoff)] == [False, True]


def test_a_good_one_only_thanks() -> None:
    talk = Talk([OLD])
    talk.begin("csat")
    assert keys(talk.hear(answers(5))) == ["score.thanks"]


# -- an end worth asking about -----------------------------------------------------------------------------------------


def test_a_matter_that_came_to_its_end_is_resolved() -> None:
    assert is_resolved(Talk([OLD]).hear(wants("order_confirmation")))


@pytest.mark.parametrize("reading", [wants("thanks"), wants("person"), says("hm"), wish("privacy", "export")])
def test_manners_people_and_farewells_are_no_matter(reading: Reading) -> None:
    assert not is_resolved(Talk([OLD]).hear(reading))


def test_one_that_waits_for_an_answer_is_not_over() -> None:
    assert not is_resolved(Talk([OLD]).hear(wish("account", "contact")))
