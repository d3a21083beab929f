"""CHANNELS.md 11 and 13 to 16: sending over HTTP to a stand-in of ours, with the faults a provider has."""

import json
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import SendLater, SendRefused, SendUnknown
from bot.model import Channel, Choice, Outgoing, Rendered
from channels.twilio.outbound import TwilioSender
from channels.twilio.settings import TwilioSettings
from tests.channels.twilio_payloads import ACCOUNT, BASE, TOKEN
from tests.channels.twilio_stand_in import Fault, StandIn, standing_in

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEMPLATE = "HX" + "a" * 32


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


class Desk:
    """A sender beside the stand-in it sends to, with what the application would give it."""

    def __init__(self, twilio: StandIn) -> None:
        self.twilio = twilio
        self.clock = Clock()
        self.contents: dict[str, str] = {}
        self.taken: set[str] = set()
        twilio.now = self.clock.now

    def sender(self, **changed: Any) -> TwilioSender:
        fields: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "public_base_url": BASE,
            "sms_from": "+14155550111",
            "whatsapp_from": "+14155550112",
            "api_url": self.twilio.url,
            "timeout": (1.0, 0.4),
        }
        return TwilioSender(
            TwilioSettings(**(fields | changed)),
            get_content=self.contents.get,
            put_content=self.contents.__setitem__,
            taken=self.taken.__contains__,
            clock=self.clock,
        )


@pytest.fixture
def desk() -> Iterator[Desk]:
    with standing_in() as twilio:
        yield Desk(twilio)


def sms(text: str = "Your parcel is on its way.", *titles: str, **changed: Any) -> Outgoing:
    choices = tuple(Choice(id=f"c{number}", title=title) for number, title in enumerate(titles, 1))
    body = Rendered(text=text, choices=choices, menu_hint="Reply with a number.", menu_button="Show")
    fields: dict[str, Any] = {"outbox_id": 7, "channel": Channel.SMS, "to": "+14155550100", "created_at": NOW}
    return Outgoing(**(fields | {"body": body} | changed))


def whatsapp(text: str = "Your parcel is on its way.", *titles: str, **changed: Any) -> Outgoing:
    return sms(text, *titles, **({"channel": Channel.WHATSAPP, "to": "whatsapp:+14155550100"} | changed))


LONG = "The parcel left the depot this morning and is on its way. " * 40


# --- what is sent -------------------------------------------------------------------------------------------------


def test_a_text_goes_from_our_number_with_the_address_its_fate_is_told_to(desk: Desk) -> None:
    provider_id = desk.sender().send(sms())
    assert provider_id == f"twilio:{desk.twilio.messages[0]['sid']}"
    assert desk.twilio.sent == [
        {
            "To": "+14155550100",
            "From": "+14155550111",
            "Body": "Your parcel is on its way.",
            "StatusCallback": "https://shop.example/webhooks/twilio/status?outbox=7",
        }
    ]


def test_a_messaging_service_chooses_the_number_for_sms(desk: Desk) -> None:
    desk.sender(messaging_service_sid="MG" + "1" * 32).send(sms())
    (form,) = desk.twilio.sent
    assert form["MessagingServiceSid"] == "MG" + "1" * 32
    assert "From" not in form


def test_whatsapp_goes_from_and_to_whatsapp_addresses_and_a_hidden_number_keeps_its_own(desk: Desk) -> None:
    desk.sender().send(whatsapp())
    desk.sender().send(whatsapp(to="+14155550100"))
    desk.sender().send(whatsapp(to="whatsapp:US.13491208655302741918"))
    assert [form["To"] for form in desk.twilio.sent] == [
        "whatsapp:+14155550100",
        "whatsapp:+14155550100",
        "whatsapp:US.13491208655302741918",
    ]
    assert {form["From"] for form in desk.twilio.sent} == {"whatsapp:+14155550112"}


def test_without_a_number_of_its_own_a_channel_is_passed_over(desk: Desk) -> None:
    with pytest.raises(SendRefused) as refused:
        desk.sender(whatsapp_from="").send(whatsapp())
    assert refused.value.other_channel
    assert desk.twilio.asked == []


def test_what_ages_is_not_delivered_late(desk: Desk) -> None:
    desk.sender().send(sms(expires_at=NOW + timedelta(minutes=10)))
    desk.sender().send(sms(expires_at=NOW + timedelta(days=2)))
    assert [form.get("ValidityPeriod") for form in desk.twilio.sent] == ["600", None]
    with pytest.raises(SendRefused):
        desk.sender().send(sms(expires_at=NOW))


def test_line_11_edge_and_region_do_not_lead_past_the_address_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "frankfurt")
    monkeypatch.setenv("TWILIO_REGION", "de1")
    sender = desk.sender(api_url=desk.twilio.url + "/proxy/")
    sender.send(whatsapp("Well?", "Yes", "No"))
    assert [asked.path for asked in desk.twilio.asked] == [
        "/proxy/v1/Content",
        f"/proxy/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    ]


def test_no_number_and_no_words_reach_a_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.twilio.faults = [Fault(status=400, code=21211)]
    with caplog.at_level(logging.INFO), pytest.raises(SendRefused) as refused:
        desk.sender().send(sms())
    with pytest.raises(SendLater):
        desk.sender().find(sms())
    assert "4155550100" not in caplog.text + str(refused.value)


# --- several parts ------------------------------------------------------------------------------------------------


def test_line_15_a_long_text_is_several_messages_and_the_last_one_speaks_for_the_row(desk: Desk) -> None:
    provider_id = desk.sender().send(sms(LONG))
    assert [len(form["Body"]) <= 1600 for form in desk.twilio.sent] == [True, True]
    assert provider_id == f"twilio:{desk.twilio.messages[0]['sid']}"
    assert [form["StatusCallback"].partition("?")[2] for form in desk.twilio.sent] == ["", "outbox=7"]


def test_a_second_part_that_failed_is_sent_alone_the_next_time(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=429, code=20429, headers={"Retry-After": "7"}, passing=1)]
    sender = desk.sender()
    with pytest.raises(SendLater) as later:
        sender.send(sms(LONG))
    assert later.value.after == 7
    first = f"twilio:{desk.twilio.messages[0]['sid']}"
    assert sender.send(sms(LONG, attempt=2)) == first
    bodies = [message["body"] for message in desk.twilio.messages]
    assert "".join(bodies).replace(" ", "") == LONG.replace(" ", "")


def test_half_a_message_is_not_found_as_sent(desk: Desk) -> None:
    sender = desk.sender()
    sender.send(sms(LONG))
    del desk.twilio.messages[1]
    desk.clock.moment += timedelta(minutes=5)
    assert sender.find(sms(LONG)) is None


# --- 13: outside the session --------------------------------------------------------------------------------------


def template(*variables: str, **changed: Any) -> Outgoing:
    return whatsapp(in_session=False, template_sid=TEMPLATE, template_variables=variables, **changed)


def test_line_13_outside_the_session_only_the_approved_template_goes(desk: Desk) -> None:
    desk.sender().send(template("W1001", "Friday"))
    (form,) = desk.twilio.sent
    assert form["ContentSid"] == TEMPLATE
    assert json.loads(form["ContentVariables"]) == {"1": "W1001", "2": "Friday"}
    assert "Body" not in form


def test_line_13_without_a_template_nothing_is_asked_of_twilio(desk: Desk) -> None:
    with pytest.raises(SendRefused) as refused:
        desk.sender().send(whatsapp(in_session=False))
    assert (refused.value.code, refused.value.other_channel) == ("63016", True)
    assert desk.twilio.asked == []


def test_line_13_a_template_without_variables_names_none(desk: Desk) -> None:
    desk.sender().send(template())
    assert "ContentVariables" not in desk.twilio.sent[0]


def test_line_13_variables_hold_no_breaks_and_no_runs_of_blanks(desk: Desk) -> None:
    desk.sender().send(template("Ana\nDíaz", "a     b\tc"))
    assert json.loads(desk.twilio.sent[0]["ContentVariables"]) == {"1": "Ana Díaz", "2": "a b c"}


@pytest.mark.parametrize("variables", [("",), ("W1001", " \n "), ("x" * 1025,)])
def test_line_13_variables_whatsapp_would_refuse_are_refused_here(desk: Desk, variables: tuple[str, ...]) -> None:
    with pytest.raises(SendRefused):
        desk.sender().send(template(*variables))
    assert desk.twilio.asked == []


# --- 14: buttons and lists ----------------------------------------------------------------------------------------


def test_line_14_choices_in_a_session_are_buttons_with_their_ids(desk: Desk) -> None:
    desk.sender().send(whatsapp("Nobody was at home.\n\nWhat shall we do?", "Try again", "Pick it up"))
    (content,) = desk.twilio.contents.values()
    replies = content["types"]["twilio/quick-reply"]
    assert replies["body"] == "{{1}}\n\n{{2}}"
    assert replies["actions"][0] == {"type": "QUICK_REPLY", "title": "{{3}}", "id": "{{4}}"}
    (form,) = desk.twilio.sent
    assert json.loads(form["ContentVariables"]) == {
        "1": "Nobody was at home.",
        "2": "What shall we do?",
        "3": "Try again",
        "4": "c1",
        "5": "Pick it up",
        "6": "c2",
    }
    assert "Body" not in form
    assert desk.twilio.messages[0]["body"] == "Nobody was at home.\n\nWhat shall we do?"


def test_line_14_more_choices_are_a_list(desk: Desk) -> None:
    desk.sender().send(whatsapp("Which one?", "Kettle", "Tent", "Lamp", "Merino sweater, navy blue, size M"))
    (content,) = desk.twilio.contents.values()
    picker = content["types"]["twilio/list-picker"]
    assert picker["button"] == "{{2}}"
    assert picker["items"][3] == {"item": "{{9}}", "id": "{{10}}", "description": "{{11}}"}


def test_one_content_serves_every_text_of_its_shape_also_after_a_restart(desk: Desk) -> None:
    sender = desk.sender()
    sender.send(whatsapp("Did it help?", "Yes", "No"))
    sender.send(whatsapp("Shall we try again?", "Please", "Rather not"))
    desk.sender().send(whatsapp("All right?", "Yes", "No"))
    assert len(desk.twilio.contents) == 1
    assert len(desk.contents) == 1
    desk.sender(account_sid="AC" + "2" * 32).send(whatsapp("All right?", "Yes", "No"))
    assert len(desk.twilio.contents) == 2


def test_a_very_long_line_is_held_by_several_variables(desk: Desk) -> None:
    line = "word " * 150
    desk.sender().send(whatsapp(line, "Yes", "No"))
    variables = json.loads(desk.twilio.sent[0]["ContentVariables"])
    assert max(map(len, variables.values())) <= 250
    assert desk.twilio.messages[0]["body"] == line.strip()


@pytest.mark.parametrize("fault", [Fault(status=404), Fault(status=500), Fault(hang=0.6), Fault(text="<html>")])
def test_where_content_cannot_be_had_a_numbered_menu_goes_and_content_rests(desk: Desk, fault: Fault) -> None:
    fault.path = "/v1/Content"
    desk.twilio.faults = [fault]
    sender = desk.sender()
    sender.send(whatsapp("Well?", "Yes", "No"))
    sender.send(whatsapp("Well?", "Yes", "No"))
    assert [form["Body"] for form in desk.twilio.sent] == ["Well?\n\n1. Yes\n2. No\nReply with a number."] * 2
    assert sum(asked.path == "/v1/Content" for asked in desk.twilio.asked) == 1
    desk.clock.moment += timedelta(minutes=11)
    sender.send(whatsapp("Well?", "Yes", "No"))
    assert "ContentSid" in desk.twilio.sent[-1]


def test_content_that_twilio_no_longer_knows_becomes_a_numbered_menu(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=400, code=21655, path="Messages")]
    desk.sender().send(whatsapp("Well?", "Yes", "No"))
    assert [("Body" in form, "ContentSid" in form) for form in desk.twilio.sent] == [(False, True), (True, False)]


def test_a_recipient_who_blocked_us_is_not_sent_the_menu_either(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=400, code=63014, path="Messages")]
    with pytest.raises(SendRefused) as refused:
        desk.sender().send(whatsapp("Well?", "Yes", "No"))
    assert refused.value.suppresses
    assert len(desk.twilio.sent) == 1


def test_line_14_choices_on_sms_are_a_numbered_menu(desk: Desk) -> None:
    desk.sender().send(sms("Well?", "Yes please", "No thanks"))
    assert desk.twilio.sent[0]["Body"] == "Well?\n1. Yes please\n2. No thanks\nReply with a number."


# --- 11: faults ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("header", "after"), [("7", 7.0), ("Fri, 20 Nov 2026 12:00:00 GMT", None), ("", None)])
def test_line_11_too_many_requests_are_sent_later(desk: Desk, header: str, after: float | None) -> None:
    desk.twilio.faults = [Fault(status=429, code=20429, headers={"Retry-After": header})]
    with pytest.raises(SendLater) as later:
        desk.sender().send(sms())
    assert (later.value.code, later.value.after) == ("20429", after)


def test_line_11_a_refused_connection_is_sent_later(desk: Desk) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(SendLater):
            desk.sender(api_url=nowhere).send(sms())


@pytest.mark.parametrize(
    "fault",
    [
        Fault(hang=0.6, after_taking=True),
        Fault(status=500, after_taking=True),
        Fault(status=503, after_taking=True),
        Fault(text="<html>a proxy's page</html>", after_taking=True),
        Fault(text='{"sid": ""}', after_taking=True),
    ],
    ids=["time-out", "500", "503", "not JSON", "no sid"],
)
def test_line_11_no_sound_answer_is_unknown_and_found_by_listing(desk: Desk, fault: Fault) -> None:
    desk.twilio.faults = [fault]
    sender = desk.sender()
    with pytest.raises(SendUnknown):
        sender.send(sms())
    assert sender.find(sms()) == f"twilio:{desk.twilio.messages[0]['sid']}"
    assert len(desk.twilio.sent) == 1


def test_what_never_left_is_surely_unsent_only_after_a_while(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=500)]
    sender = desk.sender()
    with pytest.raises(SendUnknown):
        sender.send(sms())
    with pytest.raises(SendLater) as later:
        sender.find(sms())
    assert later.value.after == 60
    desk.clock.moment += timedelta(seconds=60)
    assert sender.find(sms()) is None


def test_an_earlier_message_with_the_same_words_is_not_taken_for_this_one(desk: Desk) -> None:
    sender = desk.sender()
    desk.taken.add(sender.send(sms(outbox_id=6)))
    desk.clock.moment += timedelta(hours=1)
    desk.twilio.keep({"To": "+14155550100", "Body": "Your parcel is on its way."}, direction="inbound")
    assert sender.find(sms(created_at=NOW)) is None
    assert sender.find(sms(created_at=NOW + timedelta(minutes=59))) is None


def test_a_message_from_before_the_row_is_not_taken_for_it(desk: Desk) -> None:
    sender = desk.sender()
    sender.send(sms())
    desk.clock.moment += timedelta(hours=1)
    assert sender.find(sms(created_at=NOW + timedelta(minutes=30))) is None


@pytest.mark.parametrize(
    "outgoing",
    [
        whatsapp("Well?\n\n“Really”?", "Yes", "No"),
        template("W1001"),
        sms("It’s here – “at last” …"),
        sms("🎁"),
        sms("Заказ 12"),
    ],
    ids=["buttons", "template", "smart quotes", "emoji", "Cyrillic"],
)
def test_whatever_form_it_had_an_unknown_message_is_found(desk: Desk, outgoing: Outgoing) -> None:
    sender = desk.sender()
    provider_id = sender.send(outgoing)
    listed = desk.twilio.messages[0]
    listed["body"] = listed["body"].translate(str.maketrans("’–“”…", '\'-"".'))
    assert sender.find(outgoing) == provider_id


def test_a_template_is_found_though_the_session_has_opened_meanwhile(desk: Desk) -> None:
    sender = desk.sender()
    provider_id = sender.send(template("W1001"))
    desk.twilio.messages[0]["body"] = "Your order W1001 arrives on Friday."
    assert sender.find(template("W1001").model_copy(update={"in_session": True})) == provider_id


def test_other_words_are_not_this_message(desk: Desk) -> None:
    sender = desk.sender()
    sender.send(sms("Заказ 12"))
    desk.clock.moment += timedelta(minutes=2)
    assert sender.find(sms("Посылка 12")) is None


@pytest.mark.parametrize("status", [401, 500, 429])
def test_while_twilio_cannot_be_asked_nothing_is_decided(desk: Desk, status: int) -> None:
    desk.clock.moment += timedelta(hours=1)
    desk.twilio.faults = [Fault(status=status)]
    with pytest.raises(SendLater):
        desk.sender().find(sms())


def test_a_wrong_token_loses_no_message(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=401, code=20003)]
    with pytest.raises(SendLater):
        desk.sender().send(sms())


def test_a_refusal_for_good_carries_the_code(desk: Desk) -> None:
    desk.twilio.faults = [Fault(status=400, code=21610)]
    with pytest.raises(SendRefused) as refused:
        desk.sender().send(sms())
    assert (refused.value.code, refused.value.suppresses) == ("21610", True)
