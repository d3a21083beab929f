"""The shop's people answer the mail about a case: to the customer, or not, as the mail proves who wrote it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Channel, Outgoing
from tests.front_desk import CARE, FrontDesk, front_desk
from tests.test_handoffs_api import PERSON, at_once


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[FrontDesk]:
    with front_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[FrontDesk]:
    with front_desk(sqlite_url, tmp_path) as opened:
        yield opened


def asked(desk: FrontDesk, *, whatsapp: bool = False) -> Outgoing:
    """A customer asked for a person; the mail about it."""
    desk.hears(PERSON, whatsapp=whatsapp)
    return desk.mails()[-1]


def test_an_answer_by_mail_goes_to_the_customer_where_they_wrote(desk: FrontDesk) -> None:
    mail = asked(desk)
    assert desk.answers(mail, "Hi Pat,\n\nyour mug is at the depot.") == 204
    assert desk.told()[-1] == "Hi Pat,\n\nyour mug is at the depot."  # without signature and quote
    assert desk.case()["claimed_by"] == CARE
    desk.hears("thank you")
    more = desk.mails()[-1]
    assert "thank you" in more.body.text
    desk.answers(more, "You are welcome.", message_id="<2@desk.example>")
    assert desk.told()[-1] == "You are welcome."
    assert [entry["who"] for entry in desk.case()["transcript"]][-3:] == ["agent", "customer", "agent"]


def test_the_same_mail_many_times_at_once_reaches_the_customer_once(desk: FrontDesk) -> None:
    mail = asked(desk)
    before = len(desk.told())
    assert at_once(*(lambda: desk.answers(mail, "On it.") for _ in range(3))) == [204, 204, 204]
    assert desk.told()[before:] == ["On it."]
    desk.answers(mail, "On it, really.", message_id="<1@desk.example>")  # a replay under the same id
    assert desk.told()[before:] == ["On it."]


@pytest.mark.parametrize("command", ["/close", "/give back", "/Give_Back", "/close\nSettled by phone."])
def test_a_command_on_the_first_line_gives_the_conversation_back(small: FrontDesk, command: str) -> None:
    mail = asked(small)
    before = len(small.told())
    small.answers(mail, command)
    assert len(small.told()) == before
    assert small.case()["state"] == "closed"
    assert small.case()["note"] == ("Settled by phone." if "\n" in command else None)
    small.hears("where is my order?")
    assert "5001" in small.told()[-1]


def refusal(desk: FrontDesk) -> str:
    """Why the last answer did not go, as its writer was told."""
    told = desk.mails()[-1]
    assert told.to == CARE
    assert told.headers["In-Reply-To"].endswith("@desk.example>")
    assert told.body.subject == "Your reply did not reach the customer"
    return told.body.text


def test_who_cannot_be_answered_is_told_to_the_agent_by_mail(small: FrontDesk) -> None:
    mail = asked(small)
    small.hears("STOP")
    before = len(small.told())
    small.answers(mail, "Are you there?")
    assert "opted out" in refusal(small)
    assert "Are you there?" in refusal(small)
    count = len(small.mails())
    small.answers(mail, "Are you there?")  # delivered twice by the mail server
    assert len(small.mails()) == count
    assert len(small.told()) == before


def test_the_whatsapp_window_is_told_by_mail(small: FrontDesk) -> None:
    mail = asked(small, whatsapp=True)
    small.clock.pass_by(hours=25)
    small.answers(mail, "Sorry for the wait.")
    assert "24 hours" in refusal(small)
    assert "Sorry for the wait." not in small.told(Channel.WHATSAPP)


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "No words of yours"), ("/clsoe", "is no command"), ("x" * 4001, "longer than 4000")],
)
def test_what_is_no_reply_is_told_by_mail(small: FrontDesk, text: str, why: str) -> None:
    mail = asked(small)
    before = len(small.told())
    small.answers(mail, text)
    assert why in refusal(small)
    assert len(small.told()) == before


def test_a_mailbox_that_answers_by_itself_without_saying_so_stops_being_answered(small: FrontDesk) -> None:
    mail = asked(small)
    small.hears("STOP")
    for number in range(25):
        small.answers(mail, "I am away.", message_id=f"<{number}@desk.example>")
    assert [row.key for row in small.rows("outbox")].count("handoff.undelivered") == 20


def test_a_case_never_reaches_the_customer_by_a_quote_that_no_program_marked(small: FrontDesk) -> None:
    mail = asked(small)
    before = len(small.told())
    small.answers(mail, f"On it.\n\n{mail.body.text}")
    small.answers(mail, "On it.\n\nWhy: asked for person\nMood: calm", message_id="<2@desk.example>")
    assert small.told()[before:] == ["On it.", "On it."]


def test_a_case_that_is_closed_or_somebody_elses_is_told_by_mail(small: FrontDesk) -> None:
    mail = asked(small)
    small.post("/1/claim", {"agent": "anna"})
    small.answers(mail, "Hello")
    assert "Somebody else" in refusal(small)
    small.post("/1/give_back")
    small.answers(mail, "Hello", message_id="<2@desk.example>")
    assert "The case is closed" in refusal(small)
    assert "Hello" not in small.told()


@pytest.mark.parametrize(
    "how",
    [
        {"dmarc": "fail"},
        {"dmarc": "none"},
        {"to": "hello+r1-aaaaaaaaaaaaaaaa@shop.example", "dmarc": "pass"},
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Subject": "Automatic reply: A customer"},
        {"Subject": "Abwesenheit: bis Montag"},
    ],
    ids=str,
)
def test_what_is_forged_unproven_or_written_by_a_machine_does_nothing(
    small: FrontDesk, how: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    mail = asked(small)
    before, mails = len(small.told()), len(small.mails())
    assert small.answers(mail, "I am out of the office.", **how) == 204
    assert (len(small.told()), len(small.mails())) == (before, mails)
    assert small.case()["state"] == "unclaimed"
    assert len([row for row in small.rows("inbox") if row.channel == "email"]) == 0
    assert "desk_mail_left" in caplog.text


def test_somebody_else_with_the_desks_reply_address_is_only_somebody_who_writes(small: FrontDesk) -> None:
    mail = asked(small)
    before = len(small.told())
    small.answers(mail, "Your refund is at http://evil.example", sender="mallory@evil.example")
    assert len(small.told()) == before
    assert small.case()["state"] == "unclaimed"
    assert [row.key for row in small.rows("outbox")].count("handoff.reply") == 0


def test_the_reply_address_of_another_customers_mail_leads_to_that_case_alone(small: FrontDesk) -> None:
    small.hears(PERSON, 0)
    small.hears(PERSON, 1)
    first, second = small.mails()[-2:]
    small.answers(second, "For the second.")
    assert (small.case(1)["state"], small.case(2)["state"]) == ("unclaimed", "claimed")
    assert [one.to for one in small.mouth.sent if one.body.text == "For the second."] == ["+15035551001"]
    assert first.outbox_id != second.outbox_id
