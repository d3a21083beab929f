"""CHANNELS.md 36 and 37: handing mail over, and what each fault means for it."""

import gc
import socket
import threading
from pathlib import Path

import pytest

from bot.errors import SendLater, SendRefused, SendUnknown
from bot.model import Outgoing
from channels.email.compose import Composer
from channels.email.outbound import EmailSender
from channels.email.settings import Server, Tls
from tests.channels.email.mails import SETTINGS, SHOP, TOKENS, WORDS, outgoing
from tests.channels.email.smtp_stand_in import StandIn, certificate, standing_in

COMPOSER = Composer(SETTINGS, lambda: SHOP, WORDS.__getitem__)


def sender(port: int, deadline: float = 5.0) -> EmailSender:
    return EmailSender(Server("127.0.0.1", port, Tls.NONE), COMPOSER, deadline=deadline)


def send(stand_in: StandIn, message: Outgoing | None = None, deadline: float = 5.0) -> str:
    return sender(stand_in.port, deadline).send(message or outgoing())


def test_a_mail_is_handed_over_with_its_return_path() -> None:
    with standing_in() as server:
        assert send(server) == "email:77"
    (taken,) = server.taken
    assert (taken.mail_from, taken.rcpt_tos) == (TOKENS.return_path(77), ["jane@gmail.com"])
    assert isinstance(taken.content, bytes)
    assert b"It arrives tomorrow." in taken.content


def test_a_line_of_one_dot_arrives_as_one() -> None:
    with standing_in() as server:
        send(server, outgoing("one\n.\n..two"))
    assert isinstance(server.taken[0].content, bytes)
    assert b"one\r\n.\r\n..two" in server.taken[0].content


def test_many_threads_send_at_once_each_over_its_own_connection() -> None:
    with standing_in() as server:
        mails = [outgoing().model_copy(update={"outbox_id": number}) for number in range(1, 13)]
        threads = [threading.Thread(target=send, args=(server, mail)) for mail in mails]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {envelope.mail_from for envelope in server.taken} == {TOKENS.return_path(mail.outbox_id) for mail in mails}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"MAIL": "451 4.3.0 Try again"}, "4.3.0"),
        ({"RCPT": "450 Greylisted"}, "450"),
        ({"DATA": "452 4.2.2 Mailbox full"}, "4.2.2"),
        ({"DATA": "421 4.7.0 Too many"}, "4.7.0"),
    ],
)
def test_a_passing_refusal_is_sent_later(answers: dict[str, str], code: str) -> None:
    with standing_in(answers) as server, pytest.raises(SendLater) as fault:
        send(server)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("answers", "code", "suppresses"),
    [
        ({"RCPT": "550 5.1.1 No such user"}, "5.1.1", True),
        ({"RCPT": "550 No such user here"}, "550", True),
        ({"RCPT": "553 5.1.3 Bad address"}, "5.1.3", True),
        ({"RCPT": "550 5.7.1 Not welcome"}, "5.7.1", False),
        ({"RCPT": "554 Rejected"}, "554", False),
        ({"MAIL": "550 5.1.8 Sender refused"}, "5.1.8", False),
        ({"DATA": "554 5.6.0 Looks like spam"}, "5.6.0", False),
        ({"DATA": "550 5.1.1 whatever"}, "5.1.1", False),
    ],
)
def test_a_final_refusal_ends_the_mail_and_only_a_dead_recipient_the_address(
    answers: dict[str, str], code: str, suppresses: bool
) -> None:
    with standing_in(answers) as server, pytest.raises(SendRefused) as fault:
        send(server)
    assert (fault.value.code, fault.value.suppresses) == (code, suppresses)


def test_a_fault_never_quotes_an_address() -> None:
    with standing_in({"RCPT": "550 5.1.1 <jane@gmail.com> unknown"}) as server, pytest.raises(SendRefused) as fault:
        send(server)
    assert "jane" not in str(fault.value)


def test_a_refused_connection_is_sent_later() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(SendLater):
            sender(closed.getsockname()[1]).send(outgoing())


def test_a_server_that_never_greets_is_given_up_at_the_deadline_and_tried_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(SendLater):
        sender(mute.getsockname()[1], deadline=0.3).send(outgoing())


@pytest.mark.parametrize("fault", ["close", "wait"])
def test_no_answer_after_the_mail_left_is_unknown_and_the_next_attempt_is_the_same_mail(fault: str) -> None:
    with standing_in({"DATA": fault}) as server:
        with pytest.raises(SendUnknown):
            send(server, deadline=0.5)
        assert sender(server.port).find(outgoing()) is None
        server.answers.clear()
        send(server)
    first, second = (envelope.content for envelope in server.taken)
    assert isinstance(first, bytes)
    assert isinstance(second, bytes)
    name = f"Message-ID: {TOKENS.message_id(77, 'jane@gmail.com')}\r\n".encode()
    assert name in first
    assert name in second


def test_a_server_that_asks_for_a_login_gets_it_over_tls_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with standing_in(tls_context=context, require_starttls=True, auth_required=True) as server:
        there = Server("localhost", server.port, Tls.STARTTLS, "me", "p@ss")
        EmailSender(there, COMPOSER).send(outgoing())
        wrong = Server("localhost", server.port, Tls.STARTTLS, "me", "other")
        with pytest.raises(SendLater):
            EmailSender(wrong, COMPOSER).send(outgoing())
    assert (server.encrypted, server.logins) == ([True], [b"me"] * 3)  # the wrong one in each way on offer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves its socket to the GC
def test_a_server_without_tls_or_with_a_strangers_certificate_gets_nothing(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    for offered in (None, context):
        with standing_in(tls_context=offered) as server:
            there = Server("localhost", server.port, Tls.STARTTLS, "me", "p@ss")
            with pytest.raises(SendLater):
                EmailSender(there, COMPOSER).send(outgoing())
        assert (server.taken, server.logins) == ([], [])
    gc.collect()
