"""CHANNELS.md 31: whose From is proven. Everything that could be read in two ways is not."""

import pytest

from tests.channels.email.mails import mail, payload, read

PASS = "mx.shop.example; dmarc=pass (p=none) header.from=gmail.com"


def verified(*results: str, sender: str = "Jane <jane@gmail.com>") -> bool:
    lines = "".join(f"Authentication-Results: {line}\r\n" for line in results)
    return read(lines.encode() + mail(From=sender)).verified


def test_a_pass_by_our_own_server_aligned_with_from_is_proof() -> None:
    assert verified(PASS)
    assert verified("MX.Shop.Example 1; dkim=pass header.i=@gmail.com; dmarc=pass header.from=Gmail.com")
    assert verified(PASS, sender="Jane@GMAIL.com")
    assert verified("other.example; dmarc=fail header.from=gmail.com", PASS)


@pytest.mark.parametrize(
    "results",
    [
        (),
        ("other.example; dmarc=pass header.from=gmail.com",),
        ("mx.shop.example.evil.example; dmarc=pass header.from=gmail.com",),
        (PASS, PASS),
        (PASS, "mx.shop.example; dmarc=fail header.from=gmail.com"),
        (PASS, "mx.shop.example; ((("),
        ("mx.shop.example; dmarc=fail header.from=gmail.com",),
        ("mx.shop.example; dmarc=fail; dmarc=pass header.from=gmail.com",),
        ("mx.shop.example; dmarc=pass header.from=evil.example",),
        ("mx.shop.example; dmarc=pass header.from=mail.gmail.com",),
        ("mx.shop.example; dmarc=pass",),
        ("mx.shop.example; dmarc=pass header.from=gmail.com header.from=evil.example",),
        ("mx.shop.example; none",),
        ("mx.shop.example",),
        ('mx.shop.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=gmail.com"',),
        ("mx.shop.example; dkim=pass (dmarc=pass header.from=gmail.com) header.i=@gmail.com",),
        ("mx.shop.example; spf=pass smtp.mailfrom=gmail.com; dkim=pass header.d=gmail.com",),
        ("mx.shop.example; dmarc=pass header.from=gmail.com; " + "dkim=pass header.i=@a; " * 2000,),
        ("mx.shop.example; " + "(" * 5000,),
        ("dmarc=pass header.from=gmail.com",),
    ],
)
def test_missing_foreign_failing_doubled_and_unreadable_findings_prove_nothing(results: tuple[str, ...]) -> None:
    assert not verified(*results)


@pytest.mark.parametrize(
    "sender",
    [
        "jane@gmail.com, x@evil.example",
        "victim@gmail.com <jane@gmail.com>",
        "(x <victim@gmail.com>) jane@gmail.com",
        "<victim@gmail.com> <jane@gmail.com>",
        "group: jane@gmail.com;",
        '"unclosed <jane@gmail.com>',
        "jane@gmail.com\x00",
        "<@evil.example:jane@gmail.com>",
        "jane@@gmail.com",
    ],
)
def test_a_from_line_that_two_readers_could_read_differently_proves_nothing(sender: str) -> None:
    assert not verified(PASS, sender=sender)


def test_two_from_lines_prove_nothing() -> None:
    raw = f"Authentication-Results: {PASS}\r\nFrom: x@evil.example\r\n".encode() + mail()
    assert not read(raw).verified
    raw = f"Authentication-Results: {PASS}\r\nFrom: jane@gmail.com\r\n".encode() + mail()
    assert not read(raw).verified


def test_an_encoded_name_that_looks_like_an_address_changes_nobody() -> None:
    message = read(mail(From="=?utf-8?q?victim=40gmail.com_=3Cvictim=40gmail.com=3E?= <jane@gmail.com>"))
    assert message.sender.key == "jane@gmail.com"


def test_a_letter_that_only_lowers_to_an_ascii_one_is_another_address() -> None:
    assert read(mail(From="\u212aate@gmail.com")).sender.key != "kate@gmail.com"


def test_a_folded_real_header_is_read_whole() -> None:
    assert read(payload("gmail_reply.eml")).verified
