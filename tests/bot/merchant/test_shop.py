"""A shop as it writes unasked: only where something can be sent."""

from bot.model import Channel
from tests.bot.stories import sample_shop


def test_a_channel_without_a_sender_is_not_written_on_unasked() -> None:
    assert sample_shop().reaching({Channel.EMAIL, Channel.CHAT}).settings.channels == (Channel.EMAIL, Channel.CHAT)


def test_a_shop_that_has_no_sender_yet_still_shows_what_it_would_send() -> None:
    assert sample_shop().reaching(set()) is sample_shop()
    assert sample_shop().reaching({Channel.CHAT}) is sample_shop()
