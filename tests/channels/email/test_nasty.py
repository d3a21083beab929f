"""CHANNELS.md 25 and 28: whatever comes is read or refused, never raises and never stalls.

`python -m tests.load` tells how long each takes beside the standard library's parsing of the same mail.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UnreadableMessage
from channels.email.mail import TEXT_BYTES
from channels.email.text import new_text
from tests.channels.email.mails import mail, payload, read
from tests.stalls import no_stall

HEAD = b"From: jane@gmail.com\r\nSubject: x\r\n"


def nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\nhello\r\n"


NASTY = {
    "on on on": mail("On " * 40_000),
    "on on on, in lines": mail("On On On 2025\r\n" * 9_000),
    "attributions without end": mail("On 1.1.2025 x:\r\n" * 8_000),
    "1,500 nested quotes": mail("".join(">" * depth + " deep\r\n" for depth in range(1_500))),
    "1,500 nested blockquotes": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>x" * 1_500,
    "unclosed tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 250_000,
    "header blocks": mail("From: a\r\n" * 20_000),
    "signatures": mail("x\r\n" + "--\r\n" * 40_000),
    "deep multiparts": nested(90),
    "deeper multiparts": nested(5_000),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000,
    "a huge header": HEAD + b"X-Big: " + b"a" * 3_000_000 + b"\r\n\r\nhello",
    "a header of a million lines": HEAD + b"X-Big: a\r\n" + b" b\r\n" * 300_000 + b"\r\nhello",
    "many headers": HEAD + b"X-Many: a\r\n" * 100_000 + b"\r\nhello",
    "an endless content type": HEAD + b"Content-Type: multipart/mixed" + b";" * 500_000 + b"\r\n\r\nhello",
    "an endless content type of quotes": HEAD + b"Content-Type: multipart/mixed" + b';"' * 200_000 + b"\r\n\r\nhello",
    "an endless folded content type": HEAD + b"Content-Type: text/plain;\r" + b" a;\r" * 200_000 + b"\r\n\r\nhello",
    "an endless from": b"From: " + b"a@b.example, " * 100_000 + b"\r\n\r\nhello",
    "a from of nested comments": b"From: " + b"(" * 50_000 + b"\r\n\r\nhello",
    "a from of blanks": b"From: " + b" " * 200_000 + b"<\r\n\r\nhello",
    "an endless subject of words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n\r\nhello",
    "an endless authentication result": HEAD
    + b"Authentication-Results: mx.shop.example;"
    + b"(" * 200_000
    + b"\r\n\r\nhello",
    "five megabytes of base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + (b"QUJD" * 18 + b"\r\n") * 70_000,
    "NUL bytes": HEAD + b"Message-ID: <\0a@b>\r\n\r\nhe\0llo\0",
    "an unknown charset": HEAD + b"Content-Type: text/plain; charset=klingon-1\r\n\r\nhello",
    "a charset that is none": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-b" * 80_000,
    "a wrong charset": HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\nhello",
    "a broken encoded word": b"From: =?utf-8?b?!!!?= <jane@gmail.com>\r\nSubject: =?x?b?w?=\r\n\r\nhello",
    "a broken multipart": HEAD + b"Content-Type: multipart/mixed\r\n\r\nhello",
    "raw eight-bit headers": b"From: J\xfcrgen <jane@gmail.com>\r\nSubject: \xff\xfe\r\n\r\nhello",
    "only headers": HEAD,
    "no headers": b"hello",
    "a report that is none": HEAD + b"Content-Type: message/delivery-status\r\n\r\n\r\n\r\n:::\r\n",
    "a mail within a mail": HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\nhello",
    "a file name that is none": HEAD
    + b"Content-Type: a/b; name*=x''%ff\r\nContent-Disposition: attachment; filename*0*=u\r\n\r\nx",
}


@pytest.mark.parametrize("raw", NASTY.values(), ids=NASTY.keys())
def test_a_nasty_mail_is_read_and_stalls_nothing(raw: bytes) -> None:
    with no_stall():
        message = read(raw)
    assert "\0" not in message.model_dump_json()
    assert "\\u0000" not in message.model_dump_json()


@pytest.mark.parametrize(
    "name", ["NUL bytes", "an unknown charset", "a broken multipart", "deep multiparts", "no headers", "a huge header"]
)
def test_the_words_are_found_all_the_same(name: str) -> None:
    assert "hello" in read(NASTY[name]).text


def test_a_body_is_capped_before_it_is_read() -> None:
    assert len(read(mail("word " * 200_000)).text) <= TEXT_BYTES


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("gb2312", "你好".encode("gb2312"), "你好"),
        ("iso-2022-jp", "こんにちは".encode("iso-2022-jp"), "こんにちは"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("us-ascii", "Grüße".encode("latin-1"), "Grüße"),
        ("nonsense", "Grüße".encode("latin-1"), "Grüße"),
        ("utf-8", "Grüße".encode("latin-1"), "Gr\ufffd\ufffde"),
    ],
)
def test_a_body_is_read_in_the_charset_it_names_or_the_likeliest(charset: str, data: bytes, text: str) -> None:
    assert read(HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + data).text == text


PRINTED = st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n")
LINES = st.sampled_from(
    [b"From: a@b.example\r\n", b"\r\n", b"--b\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n"]
)
HEADERS = st.sampled_from([b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Subject: ", b"References: ", b"To: "])


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES | HEADERS | st.binary(max_size=40), max_size=30))
def test_no_bytes_at_all_raise_anything_but_unreadable(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    try:
        read(raw, "x", "y")
    except UnreadableMessage:
        assert not raw.strip(b" \t\r\n\0\xef\xbb\xbf")


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(["gmail_reply.eml", "outlook_reply.eml", "bounce.eml"]), st.data())
def test_real_mails_with_bytes_changed_are_still_read(name: str, data: st.DataObject) -> None:
    raw = bytearray(payload(name))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(raw))


@settings(deadline=None, max_examples=150)
@given(st.text(PRINTED, max_size=300), st.text(max_size=300), st.lists(st.text(max_size=80), max_size=3))
def test_any_text_html_and_history_give_a_result_that_adds_nothing(text: str, html: str, sent: list[str]) -> None:
    found = new_text(text, html, sent)
    assert 0 <= found.confidence <= 1
    if not html.strip():
        assert set(found.text.split()) <= {word.lstrip(">＞|") for word in text.split()} | set(text.split())


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=200))
def test_plain_words_are_never_thrown_away(words: str) -> None:
    assert new_text(words, "", ()).text.split() == words.split()
