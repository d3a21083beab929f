"""CHANNELS.md 34: a bounce or abuse report finds its mail by our signed return path, and nothing else does."""

import pytest

from bot.model import DeliveryStatus
from channels.email.bounces import Bounce, read_bounce
from channels.email.mail import read_mail
from tests.channels.email.mails import TOKENS, mail, payload


def bounce(raw: bytes, to: str | None = None) -> Bounce | None:
    return read_bounce(read_mail(raw), (to or TOKENS.return_path(77),), TOKENS)


def test_a_hard_bounce_ends_its_mail_and_the_address() -> None:
    assert bounce(payload("bounce.eml")) == Bounce(77, DeliveryStatus.UNDELIVERED, "5.1.1", "bounced")


@pytest.mark.parametrize("status", ["5.7.1", "4.4.7", "5.2.2"])
def test_a_refusal_that_is_not_about_the_address_leaves_it_alone(status: str) -> None:
    found = bounce(payload("bounce.eml").replace(b"Status: 5.1.1", f"Status: {status}".encode()))
    assert found == Bounce(77, DeliveryStatus.UNDELIVERED, status, "")


def test_a_delay_says_nothing_final() -> None:
    assert bounce(payload("bounce.eml").replace(b"Action: failed", b"Action: delayed")) is None


def test_a_delivery_receipt_is_a_delivery() -> None:
    found = bounce(payload("bounce.eml").replace(b"Action: failed", b"Action: delivered"))
    assert found is not None
    assert found.status is DeliveryStatus.DELIVERED


def test_an_abuse_report_ends_the_address() -> None:
    assert bounce(payload("abuse_report.eml")) == Bounce(77, DeliveryStatus.DELIVERED, "abuse", "abuse")


def test_a_forged_or_foreign_return_path_reports_nothing() -> None:
    assert bounce(payload("bounce.eml"), TOKENS.return_path(77).replace("+b4d", "+b4e")) is None
    assert bounce(payload("bounce.eml"), "support@shop.example") is None


def test_a_vacation_answer_to_the_return_path_reports_nothing() -> None:
    assert bounce(mail("I am away", Auto_Submitted="auto-replied")) is None


def test_exims_own_form_is_read() -> None:
    found = bounce(mail("failed", X_Failed_Recipients="gone@example.net"))
    assert found == Bounce(77, DeliveryStatus.UNDELIVERED)
