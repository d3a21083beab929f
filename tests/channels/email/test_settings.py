"""CHANNELS.md 36: where mail may be handed over in the clear, and what a wrong setting is told as."""

import pytest

from bot.errors import SettingsError
from channels.email.settings import EmailSettings, Server, Tls, read_smtp_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://me:p%40ss@mail.example:587?starttls=true", Server("mail.example", 587, Tls.STARTTLS, "me", "p@ss")),
        ("smtps://mail.example", Server("mail.example", 465, Tls.IMPLICIT)),
        ("smtp://mail.example", Server("mail.example", 587, Tls.STARTTLS)),
        ("smtp://127.0.0.1:2525", Server("127.0.0.1", 2525, Tls.NONE)),
        ("smtp://[::1]:25?starttls=true", Server("::1", 25, Tls.STARTTLS)),
        ("smtp://localhost", Server("localhost", 25, Tls.NONE)),
    ],
)
def test_an_smtp_url_says_host_port_and_encryption(url: str, server: Server) -> None:
    assert read_smtp_url(url) == server


@pytest.mark.parametrize(
    "url", ["smtp://mail.example?starttls=false", "http://mail.example", "smtp://", "mail.example", "smtp://h:99999"]
)
def test_a_url_that_cannot_be_or_would_send_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="SMTP_URL"):
        read_smtp_url(url)


def test_secrets_are_never_shown() -> None:
    shown = repr(read_smtp_url("smtp://me:hunter2@127.0.0.1")) + repr(EmailSettings("a@b.example", "key7", "hook7"))
    assert not [secret for secret in ("hunter2", "key7", "hook7") if secret in shown]


def test_every_fault_of_the_settings_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        EmailSettings(sender="nobody", secret_key="")
    assert len(told.value.problems) == 2
    with pytest.raises(SettingsError, match="before the @"):
        EmailSettings(sender=f"{'x' * 30}@b.example", secret_key="k")
