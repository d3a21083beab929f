"""Attacks from outside on a running shop: forged mails, guesses, floods of nonsense, and what its doors give away."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.outside import phone
from tests.e2e.post_office import AUTHSERV, SECRET, SHOP_ADDRESS, hand_in, write_mail
from tests.e2e.street import API_TOKEN, Sender, Street, open_street

MAYA = "maya@example.com"
TRACKING = "1Z999AA10000000000"
ASK = "where is my order?"


@pytest.fixture
def street(sqlite_url: str, tmp_path: Path) -> Iterator[Street]:
    """A running shop with three customers; the first can be reached by mail too."""
    with open_street("embedded", sqlite_url, tmp_path) as opened:
        opened.site.load(3)
        opened.site.start()
        customer = {"kind": "customers", "id": "c0", "first_name": "Maya", "phone": phone(0), "email": MAYA}
        assert opened.post_events(customer).status_code == 200
        yield opened


def verdict(domain: str = "example.com", *, server: str = AUTHSERV) -> str:
    return f"{server}; dmarc=pass header.from={domain}"


def forged(sender: str, *results: str, text: str = ASK, **headers: str) -> EmailMessage:
    """A mail with these verdicts in it, whoever wrote them."""
    mail = write_mail(MAYA, text, dmarc=None)
    del mail["From"]
    raw = EmailMessage()
    for result in results:
        raw["Authentication-Results"] = result
    raw["From"] = sender
    for name, value in (*mail.items(), *headers.items()):
        if name.lower() not in ("content-type", "content-transfer-encoding", "mime-version"):
            raw[name] = value
    raw.set_content(text)
    return raw


def posted(street: Street, raw: bytes, **headers: str) -> int:
    known = {"Authorization": f"Bearer {SECRET}"}
    return httpx.post(f"{street.site.base}/webhooks/email/mime", content=raw, headers=known | headers).status_code


def twice(line: str, raw: bytes) -> bytes:
    return line.encode() + b"\r\n" + raw


def test_no_forged_mail_is_told_of_an_order(street: Street):
    mails = [
        forged(MAYA),
        forged(MAYA, verdict(server="mx.elsewhere.example")),
        forged(MAYA, verdict("evil.example")),
        forged(MAYA, verdict(), verdict()),
        forged(MAYA, f"{AUTHSERV}; dmarc=fail header.from=example.com"),
        forged(MAYA, f"{AUTHSERV}; dmarc=fail (dmarc=pass) header.from=example.com"),
        forged(MAYA, f'{AUTHSERV}; spf=pass reason="x; dmarc=pass header.from=example.com"'),
        forged(MAYA, f"{AUTHSERV}; dkim=pass header.d=example.com; spf=pass smtp.mailfrom=example.com"),
        forged(f'"{MAYA}" <thief@evil.example>', verdict("evil.example")),
        forged("thief@evil.example", verdict("evil.example"), **{"Reply-To": MAYA, "Sender": MAYA}),
    ]
    raws = [mail.as_bytes() for mail in mails]
    raws.append(twice("From: thief@evil.example", forged(MAYA, verdict("evil.example")).as_bytes()))
    raws.append(twice(f"From: {MAYA}", forged("thief@evil.example", verdict("evil.example")).as_bytes()))
    assert [posted(street, raw) for raw in raws] == [204] * len(raws)
    street.wait_for([])

    told = "\n".join(mail.as_string() for mail in street.post.mails)
    assert street.post.mails
    assert TRACKING not in told
    assert "Mug" not in told

    true = forged(MAYA, verdict())
    assert posted(street, true.as_bytes()) == 204
    street.wait_for([f"email:{true['Message-ID']}"])
    assert TRACKING in "\n".join(street.heard(Sender("email", MAYA)))


def test_the_reply_address_of_one_customer_is_worth_nothing_to_another(street: Street):
    street.ask(Sender("email", MAYA), ASK)
    (answer,) = street.post.to(MAYA)
    stolen = write_mail("thief@evil.example", ASK, answers=answer)
    with httpx.Client() as client:
        assert hand_in(client, street.site.base, stolen) == 204
    street.wait_for([f"email:{stolen['Message-ID']}"])
    told = "\n".join(street.heard(Sender("email", "thief@evil.example")))
    assert told
    assert TRACKING not in told


def test_no_such_order_and_not_yours_sound_the_same(street: Street):
    first, second = Sender("sms", "+15035559001"), Sender("sms", "+15035559002")
    asked = [(first, "where is order 5001, thief@evil.example"), (second, "where is order 5999, thief@evil.example")]
    not_theirs, no_such = street.ask_all(asked)
    assert not_theirs.replace("5001", "N") == no_such.replace("5999", "N")
    assert TRACKING not in not_theirs


NONSENSE: dict[str, Any] = {
    "deep": "[" * 500_000,
    "no moment": {"placed_at": "9999-12-31T23:59:59-14:00"},
    "no money": {"lines": [{"id": "l", "sku": "M", "title": "Mug", "quantity": 1, "price": "1E+999999"}]},
    "no text": '{"customers": [{"id": "\\ud800"}]}',
}


def test_the_doors_answer_as_they_should_and_give_nothing_away(street: Street):
    base = street.site.base
    order = {"id": "z", "number": "9", "customer_id": "c0", "placed_at": "2026-11-15T10:00:00Z", "status": "pending"}
    order |= {"currency": "USD", "lines": [{"id": "l", "sku": "M", "title": "Mug", "quantity": 1, "price": "1.00"}]}
    token = {"Authorization": f"Bearer {API_TOKEN}"}
    for name, made in NONSENSE.items():
        body = made if isinstance(made, str) else json.dumps({"orders": [order | made]})
        assert httpx.post(f"{base}/api/events", content=body, headers=token).status_code == 400, name
    assert httpx.post(f"{base}/api/events", content=b"x" * 11_000_000, headers=token).status_code == 413
    assert httpx.post(f"{base}/api/events", json={}).status_code == 401
    assert httpx.post(f"{base}/webhooks/twilio/status", data={"MessageSid": "SM1"}).status_code == 403
    assert httpx.post(f"{base}/webhooks/email/mime", content=b"x").status_code == 401
    assert posted(street, b"x", Authorization="Bearer wrong") == 403
    assert posted(street, b"") == 400
    assert posted(street, b"From: " + b"(" * 20_000 + f"\r\nTo: {SHOP_ADDRESS}\r\n\r\nhi".encode()) == 204
    assert httpx.get(f"{base}/healthz", headers={"Host": "evil.example"}).json() == {"status": "ok"}

    street.ask(Sender("sms", phone(0)), ASK)
    given = httpx.get(f"{base}/metrics").text + httpx.get(f"{base}/readyz").text + street.site.logs()
    for private in (phone(0), phone(0)[2:], MAYA, TRACKING, ASK, SECRET, API_TOKEN, "Maya"):
        assert private not in given


def test_guessing_the_mail_servers_secret_is_slowed_down(street: Street):
    answers = {posted(street, b"x", Authorization=f"Bearer guess-{number}") for number in range(80)}
    assert answers == {403, 429}
