"""CHANNELS.md 6, 7, 20 and 21: what a Twilio request means, before anybody looks at who sent it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnreadableMessage
from bot.model import Channel, Location, Message
from channels.twilio.inbound import parse_message
from tests.channels.twilio_payloads import payload

FIELDS = [
    *("Body", "To", "NumMedia", "MediaUrl0", "MediaContentType0", "ProfileName", "WaId", "ButtonText", "ButtonPayload"),
    *("ListId", "ListTitle", "InteractiveData", "Latitude", "Longitude", "Address", "Label", "OptOutType"),
    *("OriginalRepliedMessageSid", "MessagingServiceSid", "ExternalUserId", "SomethingNew"),
]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def parsed(name: str, **changed: str) -> Message:
    return parse_message(dict(payload(name, **changed)), NOW)


def test_a_text_keeps_its_words_its_sender_and_the_moment_it_came() -> None:
    message = parsed("sms_text")
    assert message.provider_id == "twilio:SM0123456789abcdef0123456789abcd01"
    assert (message.sender.channel, message.sender.raw, message.sender.key) == (
        Channel.SMS,
        "+14155550100",
        "+14155550100",
    )
    assert message.text == "  Where is my order #W1001?  "
    assert (message.recipient, message.received_at, message.verified) == ("+14155550111", NOW, True)
    assert (message.choice, message.opt_out, message.silent, message.media) == (None, None, "", ())


def test_a_tapped_button_is_its_payload_and_its_words() -> None:
    message = parsed("whatsapp_button")
    assert (message.choice, message.text) == ("redeliver", "Try again tomorrow")
    assert message.sender.channel is Channel.WHATSAPP
    assert (message.sender.raw, message.sender.key) == ("whatsapp:+5215512345678", "+525512345678")
    assert message.profile_name == "Ana Díaz 🌿"
    assert message.references == ("twilio:MM0123456789abcdef0123456789abcdff",)


def test_a_button_of_an_approved_template_without_payload_is_read_by_its_words() -> None:
    message = parsed("whatsapp_button", ButtonPayload="")
    assert (message.choice, message.text) == (None, "Try again tomorrow")


def test_a_chosen_row_of_a_list_is_its_id_and_its_title() -> None:
    message = parsed("whatsapp_list")
    assert (message.choice, message.text) == ("line-2", "Trail tent")


def test_a_location_without_words_is_a_message() -> None:
    message = parsed("whatsapp_location")
    assert message.text == ""
    assert message.location == Location(
        latitude=37.7879277, longitude=-122.3937508, label="Office", address="375 Beale St, San Francisco"
    )


@pytest.mark.parametrize("latitude", ["", "north", "nan", "inf"])
def test_a_location_that_is_none_is_left_out(latitude: str) -> None:
    assert parsed("whatsapp_location", Latitude=latitude).location is None


def test_photos_without_words_are_a_message() -> None:
    message = parsed("mms_photos")
    assert message.text == ""
    assert [item.content_type for item in message.media] == ["image/jpeg", "image/png"]
    assert message.media[1].url.endswith("/Media/ME2")


def test_a_sender_who_hides_the_number_is_an_opaque_address_and_a_person() -> None:
    message = parsed("whatsapp_user_name")
    assert (message.sender.raw, message.sender.key) == (
        "whatsapp:US.13491208655302741918",
        "US.13491208655302741918",
    )
    assert message.silent == ""


def test_a_hidden_number_that_is_told_beside_is_the_key_and_replies_still_go_to_the_raw_address() -> None:
    sender = parsed("whatsapp_user_name", WaId="14155550100").sender
    assert (sender.raw, sender.key) == ("whatsapp:US.13491208655302741918", "+14155550100")


@pytest.mark.parametrize(("sender", "why"), [("72404", "short_code"), ("DHLEXPRESS", "named_sender")])
def test_short_codes_and_names_are_never_answered(sender: str, why: str) -> None:
    assert parsed("sms_text", From=sender).silent == why


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP", "stop"])
def test_what_twilio_already_answered_is_told(kind: str) -> None:
    assert parsed("sms_stop", OptOutType=kind).opt_out == kind.upper()


def test_an_unknown_opt_out_type_is_none() -> None:
    assert parsed("sms_stop", OptOutType="PAUSE").opt_out is None


def test_a_message_from_nobody_is_unreadable() -> None:
    with pytest.raises(UnreadableMessage, match="From"):
        parsed("sms_text", From=" ")


def test_a_message_without_an_id_is_unreadable() -> None:
    with pytest.raises(UnreadableMessage, match="MessageSid"):
        parsed("sms_text", MessageSid="", SmsSid="", SmsMessageSid="")


def test_another_channel_of_the_provider_is_unreadable() -> None:
    with pytest.raises(UnreadableMessage, match="messenger"):
        parsed("sms_text", From="messenger:1234567890")


def test_nul_characters_never_reach_the_database() -> None:
    assert parsed("sms_text", Body="a\x00b").text == "ab"


@given(
    st.dictionaries(
        st.sampled_from(FIELDS),
        st.text(max_size=60),
    )
)
def test_no_field_whatever_it_holds_breaks_a_message(fields: dict[str, str]) -> None:
    message = parsed("sms_text", **fields)
    assert Message.model_validate_json(message.model_dump_json()) == message
