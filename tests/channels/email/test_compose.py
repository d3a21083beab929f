"""CHANNELS.md 35, 36 and 39: the headers, bodies and bytes of what goes out."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from bot.errors import SendRefused
from bot.model import Category, Choice, File, Outgoing
from channels.email.compose import Composer
from tests.channels.email.mails import SETTINGS, SHOP, TOKENS, WORDS, outgoing, read

COMPOSER = Composer(SETTINGS, lambda: SHOP, WORDS.__getitem__)
CHOICES = (Choice(id="again", title="Bring it again"), Choice(id="pickup", title="Leave it at <the> kiosk"))


def composed(message: Outgoing) -> EmailMessage:
    parsed = message_from_bytes(COMPOSER.compose(message).data, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_a_notice_is_signed_dated_and_marked_as_made_by_a_machine() -> None:
    mail = composed(outgoing(subject="Your order W1001"))
    assert mail["From"] == "Acme <support@shop.example>"
    assert mail["To"] == "jane@gmail.com"
    assert mail["Subject"] == "Your order W1001"
    assert mail["Date"] == "Mon, 24 Nov 2025 09:30:00 +0000"
    assert mail["Reply-To"] == TOKENS.reply_to(77, "jane@gmail.com")
    assert mail["Message-ID"] == TOKENS.message_id(77, "jane@gmail.com")
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert mail["List-Unsubscribe"] is None


def test_an_answer_joins_the_thread_it_answers() -> None:
    headers = {"In-Reply-To": "<2@x>", "References": "<1@x> <2@x>", "Subject": "Where is it?"}
    mail = composed(outgoing(subject="Your order", headers=headers))
    assert (mail["In-Reply-To"], mail["References"]) == ("<2@x>", "<1@x> <2@x>")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Re: Where is it?", "auto-replied")
    again = composed(outgoing(headers=headers | {"Subject": "RE: Where is it?"}))
    assert again["Subject"] == "RE: Where is it?"


def test_the_envelope_sender_is_a_return_path_and_every_attempt_is_the_same_mail() -> None:
    first, second = COMPOSER.compose(outgoing()), COMPOSER.compose(outgoing())
    assert first.sender == TOKENS.return_path(77)
    assert first.message_id == second.message_id


def test_a_long_message_id_leaves_as_it_came() -> None:
    long = f"<{'a' * 70}{'b' * 120}@mail.example>"
    data = COMPOSER.compose(outgoing(headers={"In-Reply-To": long, "References": f"{'<1@x> ' * 3}{long}"})).data
    assert f"In-Reply-To: {long}\r\n".encode() in data
    assert long.encode() in data.split(b"References: ")[1].split(b"\r\nAuto")[0]


def test_a_long_thread_keeps_its_root_and_its_latest() -> None:
    many = " ".join(f"<{number}@x>" for number in range(400))
    assert composed(outgoing(headers={"References": many, "In-Reply-To": "<399@x>"}))["References"].split() == [
        "<0@x>",
        *(f"<{number}@x>" for number in range(391, 400)),
    ]


def test_no_header_can_be_brought_in_by_a_subject_an_id_or_a_shop_name() -> None:
    evil = "Hi\r\nBcc: eve@evil.example\nX: y\x00"
    mail = composed(outgoing(subject=evil, headers={"In-Reply-To": "<1@x>\r\nBcc: e@x", "Subject": evil}))
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail["In-Reply-To"] == "<1@x>"
    assert "\n" not in mail["Subject"]


def test_choices_are_numbered_in_text_and_buttons_that_answer_in_html() -> None:
    mail = composed(outgoing("What shall we do?", choices=CHOICES))
    assert part(mail, "plain") == "What shall we do?\n\n1. Bring it again\n2. Leave it at <the> kiosk\n"
    html = part(mail, "html")
    assert "2. Leave it at &lt;the&gt; kiosk</a>" in html
    reply_to = TOKENS.reply_to(77, "jane@gmail.com").replace("+", "%2B")
    assert f'href="mailto:{reply_to}?subject=Re%3A%20Acme&amp;body=2"' in html


def test_html_is_made_of_the_text_with_everything_escaped_and_links_made() -> None:
    html = part(composed(outgoing('<script>x</script>\nsee https://a.example/?b=1&c="2".\n\nBye')), "html")
    assert "<script>" not in html
    assert 'see <a href="https://a.example/?b=1&amp;c=" style' in html
    assert html.count("<p ") == 2


def test_other_languages_arrive_as_written() -> None:
    text = "Ваш заказ в пути.\n\n順調です 🙂 " + "ä" * 3000
    mail = composed(outgoing(text, subject="Ваш заказ 🙂"))
    assert part(mail, "plain").strip() == text
    assert mail["Subject"] == "Ваш заказ 🙂"
    assert max(len(line) for line in COMPOSER.compose(outgoing(text)).data.split(b"\r\n")) <= 998


def test_our_own_mail_quoted_back_in_full_is_no_word_of_the_customer() -> None:
    html = part(composed(outgoing("The carrier could not deliver W1001.", choices=CHOICES)), "html")
    raw = (
        b"From: jane@gmail.com\r\nSubject: Re: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>2</p>"
        + html.encode()
    )
    assert read(raw).text == "2"


@pytest.mark.parametrize("category", [Category.MARKETING, Category.REVIEW])
def test_what_sells_or_asks_a_favour_can_be_stopped_with_one_click(category: Category) -> None:
    mail = composed(outgoing(category=category))
    url = mail["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://bot.shop.example/u/")
    assert TOKENS.read_unsubscribe(url.rpartition("/")[2]) == ("jane@gmail.com", category.value)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        assert "Main Street 1, 10115 Berlin, DE" in part(mail, kind)
        assert url in part(mail, kind)


def test_a_file_goes_with_the_words_under_its_name() -> None:
    file = File(name="data.json", content_type="application/json", text='{"name": "Zoë"}')
    message = outgoing("attached is everything we hold")
    mail = composed(message.model_copy(update={"body": message.body.model_copy(update={"files": (file,)})}))
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("data.json", "application/json")
    assert attached.get_content().decode() == file.text
    assert "attached is everything we hold" in part(mail, "plain")


def test_a_mail_to_the_shop_itself_has_no_unsubscribe_link() -> None:
    assert composed(outgoing(category=Category.MARKETING, audience="shop"))["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "address",
    [
        "jane@gmail.com\r\nRCPT TO:<eve@evil.example>",
        "jane@gmail.com\n",
        "jane@gmail.com\x00",
        "jane@gmail.com,eve@evil.example",
        "<jane@gmail.com>",
        "jane gmail.com",
        "jane@",
        "",
        "nobody@unknown.invalid",
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(SendRefused, match="address"):
        COMPOSER.compose(outgoing(to=address))


def test_a_domain_beyond_ascii_goes_out_in_ascii_and_a_name_beyond_it_asks_for_smtputf8() -> None:
    assert COMPOSER.compose(outgoing(to="jane@bücher.example")).recipient == "jane@xn--bcher-kva.example"
    written = COMPOSER.compose(outgoing(to="jäne@gmail.com"))
    assert (written.utf8, "jäne@gmail.com".encode() in written.data) == (True, True)
