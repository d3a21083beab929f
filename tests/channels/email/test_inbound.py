"""CHANNELS.md 28, 29, 32 and 38: a raw mail to a message, from real programs and with parts missing."""

from bot.model import Channel
from tests.channels.email.mails import NOW, TOKENS, mail, payload, read


def test_a_gmail_reply_reads_as_its_new_words_from_a_proven_sender() -> None:
    message = read(payload("gmail_reply.eml"))
    assert message.text == "Please bring it again on Friday 🙂"
    assert (message.sender.channel, message.sender.raw, message.sender.key) == (
        Channel.EMAIL,
        "Jane@gmail.com",
        "jane@gmail.com",
    )
    assert (message.verified, message.silent, message.profile_name) == (True, "", "Jane Müller")
    assert message.provider_id == "email:<CAF+abc123@mail.gmail.com>"
    assert message.references == ("<m4d-aaaaaaaaaaaaaaaa@shop.example>",)
    assert message.received_at == NOW


def test_an_outlook_reply_in_latin_1_reads_without_its_history_and_is_not_proven() -> None:
    message = read(payload("outlook_reply.eml"))
    assert (message.text, message.verified, message.silent) == ("Where is it? I paid £40.", False, "")


def test_a_photo_from_a_phone_is_kept_as_media_and_the_text_around_it_is_read() -> None:
    message = read(payload("apple_photo.eml"))
    assert message.text == "It arrived broken, see"
    assert [(item.url, item.content_type, item.name) for item in message.media] == [
        ("mid:7F0A@icloud.com/2", "image/jpeg", "IMG_2041.jpeg")
    ]


def test_a_letterhead_shown_inside_the_mail_is_no_photo() -> None:
    raw = payload("apple_photo.eml").replace(b"Content-Disposition: attachment", b"Content-Disposition: inline")
    assert read(raw).media == ()


def test_a_mail_without_a_message_id_is_named_by_its_bytes() -> None:
    first, second = read(mail("one")), read(mail("two"))
    assert first.provider_id.startswith("email:sha256:")
    assert first.provider_id == read(mail("one")).provider_id != second.provider_id


def test_an_odd_message_id_does_not_name_a_mail() -> None:
    assert read(mail(Message_ID="<a b>")).provider_id.startswith("email:sha256:")
    assert read(mail(Message_ID=f"<{'x' * 3000}@y>")).provider_id.startswith("email:sha256:")


def test_the_subject_speaks_when_the_body_is_empty_unless_it_is_ours_come_back() -> None:
    assert read(mail("", Subject="Where is W1001?")).text == "Where is W1001?"
    assert read(mail("", Subject="Re: Your order W1001")).text == ""
    assert read(mail("", Subject="=?utf-8?b?V28gaXN0IGVzPw==?=")).text == "Wo ist es?"


def test_no_from_no_subject_and_no_headers_at_all_are_still_messages() -> None:
    message = read(mail(From="", Subject=""))
    assert (message.silent, message.verified, message.sender.key) == ("no_sender", False, "nobody@unknown.invalid")
    assert read(b"just words").text == "just words"


def test_the_envelope_says_whom_it_was_for_before_the_headers_do() -> None:
    assert read(mail(), rcpt_to="help@shop.example").recipient == "help@shop.example"
    assert read(mail(To="Acme <support@shop.example>")).recipient == "support@shop.example"


def test_a_reply_to_our_signed_address_finds_the_mail_it_answers() -> None:
    message = read(mail(), rcpt_to=TOKENS.reply_to(77, "jane@gmail.com").upper())
    assert message.thread == "outbox:77"


def test_a_thread_token_from_anybody_else_gives_nothing() -> None:
    to = TOKENS.reply_to(77, "jane@gmail.com")
    assert read(mail(From="mallory@gmail.com"), rcpt_to=to).thread is None
    assert read(mail(), rcpt_to=to.replace("+r4d", "+r4e")).thread is None


def test_in_reply_to_and_then_references_find_the_mail_when_the_address_does_not() -> None:
    ours, older = TOKENS.message_id(77, "jane@gmail.com"), TOKENS.message_id(12, "jane@gmail.com")
    assert read(mail(In_Reply_To=ours, References=older)).thread == "outbox:77"
    assert read(mail(In_Reply_To="<x@rewritten>", References=f"{older} {ours} <x@y>")).thread == "outbox:77"
    assert read(mail(Subject="Re: Your order")).thread is None


def test_reply_to_and_cc_never_become_whom_we_answer() -> None:
    message = read(mail(Reply_To="mallory@evil.example", Cc="eve@evil.example", Sender="x@evil.example"))
    assert message.sender.raw == "jane@gmail.com"


def test_pieces_of_what_we_sent_lately_are_left_out() -> None:
    ours = "The carrier could not deliver your parcel today because nobody was at home. What shall we do?"
    assert read(mail(f"Friday\n\n{ours}"), sent=(ours,)).text == "Friday"
