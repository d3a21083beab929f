"""CHANNELS.md 7 and 8: opaque addresses, and one key for the spellings of one number."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.contact import phone_key
from bot.model import Channel
from channels.address import key_of


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("whatsapp:+5215512345678", "+525512345678"),
        ("whatsapp:+525512345678", "+525512345678"),
        ("whatsapp:+5491123456789", "+541123456789"),
        ("whatsapp:+541123456789", "+541123456789"),
        ("whatsapp:+551187654321", "+5511987654321"),
        ("whatsapp:+5511987654321", "+5511987654321"),
    ],
)
def test_the_two_spellings_of_a_number_share_a_key_and_the_raw_address_is_kept(raw: str, key: str) -> None:
    address = key_of(Channel.WHATSAPP, raw)
    assert (address.key, address.raw) == (key, raw)


@pytest.mark.parametrize("landline", ["+551133224455", "+554132334455", "+556155554444"])
def test_a_brazilian_landline_never_gets_a_ninth_digit(landline: str) -> None:
    assert key_of(Channel.SMS, landline).key == landline


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+1 (415) 555-0100", "+14155550100"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+4915123456789", "+4915123456789"),
        ("+390612345678", "+390612345678"),
        ("+8613812345678", "+8613812345678"),
        ("+999123456789", "+999123456789"),
    ],
)
def test_a_number_is_known_however_it_is_written(written: str, key: str) -> None:
    assert phone_key(written) == key


@pytest.mark.parametrize("opaque", ["US.13491208655302741918", "72404", "DHLEXPRESS", "+12345", "4155550100", "+", ""])
def test_what_is_not_phone_shaped_is_its_own_key(opaque: str) -> None:
    assert phone_key(opaque) is None
    assert key_of(Channel.SMS, opaque).key == opaque
    assert key_of(Channel.WHATSAPP, f"whatsapp:{opaque}").key == opaque


def test_sms_and_whatsapp_of_one_number_share_a_key() -> None:
    assert key_of(Channel.SMS, "+14155550100").key == key_of(Channel.WHATSAPP, "whatsapp:+14155550100").key


def test_an_email_key_ignores_case_and_blanks_around() -> None:
    assert key_of(Channel.EMAIL, " Ana.Diaz@Example.COM ").key == "ana.diaz@example.com"


@given(st.text(max_size=40))
def test_any_address_has_a_key_and_a_key_of_a_key_is_itself(raw: str) -> None:
    key = key_of(Channel.WHATSAPP, raw).key
    assert key_of(Channel.WHATSAPP, key).key == key


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
@example("+4300000")
@example("+430000000")
@example("+5210123456789")
@settings(max_examples=500)
def test_every_number_keeps_one_key(number: str) -> None:
    key = phone_key(number)
    assert key is not None
    assert phone_key(key) == key
