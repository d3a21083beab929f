"""Signed reply addresses, return paths, message ids and unsubscribe links."""

from hypothesis import given
from hypothesis import strategies as st

from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens
from tests.channels.email.mails import TOKENS

LONG = Tokens(EmailSettings(sender=f"{'x' * 29}@shop.example", secret_key="k"))


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_every_row_has_addresses_that_fit_and_lead_back(outbox_id: int) -> None:
    for address in (LONG.reply_to(outbox_id, "a@b.example"), LONG.return_path(outbox_id)):
        assert len(address.rpartition("@")[0]) <= 64
    assert LONG.bounced([LONG.return_path(outbox_id)]) == outbox_id
    assert LONG.answered([LONG.reply_to(outbox_id, "A@b.example")], [], "a@B.example") == outbox_id
    assert LONG.answered([], [LONG.message_id(outbox_id, "a@b.example")], "a@b.example") == outbox_id


@given(st.text(max_size=120))
def test_no_other_text_leads_anywhere(text: str) -> None:
    assert TOKENS.bounced([text]) is None
    assert TOKENS.answered([text], [text], text) is None
    assert TOKENS.read_unsubscribe(text) is None


def test_a_token_of_another_purpose_or_shop_leads_nowhere() -> None:
    as_reply = TOKENS.return_path(7).replace("+b", "+r")
    assert TOKENS.answered([as_reply], [], "") is None
    other = Tokens(EmailSettings(sender="support@shop.example", secret_key="another"))
    assert TOKENS.bounced([other.return_path(7)]) is None


def test_an_unsubscribe_link_carries_its_address_and_category_and_cannot_be_changed() -> None:
    token = TOKENS.unsubscribe("jane@gmail.com", "marketing")
    assert TOKENS.read_unsubscribe(token) == ("jane@gmail.com", "marketing")
    assert TOKENS.read_unsubscribe(token[:-2] + "AA") is None
