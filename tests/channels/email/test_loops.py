"""CHANNELS.md 33: what no machine may answer, and the hourly cap that holds whatever the headers say."""

from datetime import timedelta

import pytest

from bot.mailcap import over_hourly_cap
from bot.merchant.schema import Limits
from tests.channels.email.mails import NOW, TOKENS, mail, payload, read


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_submitted"),
        ({"Auto_Submitted": "auto-generated; x=1"}, "auto_submitted"),
        ({"Precedence": "Bulk"}, "precedence"),
        ({"Precedence": "auto_reply"}, "precedence"),
        ({"List_Id": "<a.example>"}, "list"),
        ({"List_Unsubscribe": "<mailto:x@y>"}, "list"),
        ({"X_Autoreply": "yes"}, "autoresponder"),
        ({"X_Autorespond": "1"}, "autoresponder"),
        ({"X_Loop": "a"}, "autoresponder"),
        ({"Content_Type": "multipart/report; boundary=x"}, "report"),
        ({"From": "MAILER-DAEMON@gmail.com"}, "machine"),
        ({"From": "postmaster@gmail.com"}, "machine"),
        ({"From": "no-reply@gmail.com"}, "machine"),
        ({"From": "donotreply@gmail.com"}, "machine"),
        ({"From": "orders.no_reply@gmail.com"}, "machine"),
        ({"From": "bounces+123@gmail.com"}, "machine"),
        ({"From": "support@shop.example"}, "own"),
        ({"From": "support+x@shop.example"}, "own"),
        ({"From": ""}, "no_sender"),
        ({"Return_Path": "<>"}, "null_sender"),
    ],
)
def test_automatic_mail_is_silent_with_its_reason(headers: dict[str, str], why: str) -> None:
    assert read(mail(**headers)).silent == why


def test_a_null_envelope_sender_is_silent_and_an_unknown_one_is_judged_by_the_headers() -> None:
    assert read(mail(), mail_from="<>").silent == "null_sender"
    assert read(mail(), mail_from="").silent == "null_sender"
    assert read(mail(), mail_from=None).silent == ""
    assert read(mail(), mail_from="MAILER-DAEMON@x.example").silent == "machine"


def test_mail_to_or_from_a_return_path_of_ours_is_silent() -> None:
    assert read(mail(), rcpt_to=TOKENS.return_path(77)).silent == "return_path"
    assert read(mail(), mail_from=TOKENS.return_path(77)).silent == "return_path"


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Auto_Response_Suppress": "All"},
        {"Auto_Submitted": "no"},
        {"Precedence": "first-class"},
        {"From": "norah@gmail.com"},
        {"From": "bounceman@gmail.com"},
        {"From": "john.postmaster@gmail.com"},
    ],
)
def test_what_people_send_is_answered(headers: dict[str, str]) -> None:
    assert read(mail(**headers)).silent == ""


def test_a_program_that_only_asks_for_silence_is_answered() -> None:
    assert read(payload("outlook_reply.eml")).silent == ""


def test_the_hourly_cap_counts_the_last_hour_only() -> None:
    limits = Limits(mails_per_hour=3)
    lately = [NOW - timedelta(minutes=minutes) for minutes in (1, 30, 59)]
    assert over_hourly_cap(lately, limits, NOW)
    assert not over_hourly_cap(lately[:2], limits, NOW)
    assert not over_hourly_cap([*lately[:2], NOW - timedelta(minutes=60)], limits, NOW)
