"""CHANNELS.md 1 to 5: the webhooks from the outside, with requests signed as Twilio signs them."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from bot.errors import SettingsError
from bot.model import DeliveryStatus, Message
from channels.twilio.settings import TwilioSettings
from channels.twilio.verify import raw_target
from channels.web import LARGEST, twilio_webhooks
from tests.channels.twilio_payloads import ACCOUNT, BASE, TOKEN, Form, encoded, payload, signature

INBOUND, STATUS = "/webhooks/twilio", "/webhooks/twilio/status"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


class Clock:
    def now(self) -> datetime:
        return NOW


class Shop:
    """What stands behind the webhooks: keeps what it is handed, once by provider id."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.deliveries: list[tuple[Any, ...]] = []
        self.broken = False

    def receive(self, message: Message) -> bool:
        if self.broken:
            raise OSError("the database is away")
        return self.messages.setdefault(message.provider_id, message) is message

    def record_delivery(self, *told: Any) -> None:
        self.deliveries.append(told)

    def client(self, base: str = BASE) -> FlaskClient:
        app = Flask(__name__)
        settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_base_url=base)
        app.register_blueprint(
            twilio_webhooks(settings, receive=self.receive, record_delivery=self.record_delivery, clock=Clock())
        )
        return app.test_client()


@pytest.fixture
def shop() -> Shop:
    return Shop()


def post(
    client: FlaskClient, path: str, form: Form, *, base: str = BASE, signed: str | None = None, **headers: str
) -> TestResponse:
    """Posts to `path`, signed for the public address unless another signature is given."""
    headers["X-Twilio-Signature"] = signature(base + path, form) if signed is None else signed
    return client.post(path, data=encoded(form), content_type=FORM, headers=headers)


def test_a_signed_message_is_taken_and_answered_with_nothing_to_say(shop: Shop) -> None:
    answer = post(shop.client(), INBOUND, payload("sms_text"))
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/xml", "<Response/>")
    (message,) = shop.messages.values()
    assert (message.text, message.received_at) == ("  Where is my order #W1001?  ", NOW)


@pytest.mark.parametrize(
    "name",
    ["sms_stop", "mms_photos", "whatsapp_button", "whatsapp_list", "whatsapp_location", "whatsapp_user_name"],
)
def test_every_kind_of_message_verifies_and_is_taken(shop: Shop, name: str) -> None:
    assert post(shop.client(), INBOUND, payload(name)).status_code == 200
    assert len(shop.messages) == 1


def test_a_message_delivered_again_is_answered_the_same(shop: Shop) -> None:
    client = shop.client()
    answers = [post(client, INBOUND, payload("sms_text")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(shop.messages) == 1


def test_a_status_is_recorded_with_its_outbox_row(shop: Shop) -> None:
    assert post(shop.client(), f"{STATUS}?outbox=42", payload("status_undelivered")).status_code == 200
    sid = "twilio:SM0123456789abcdef0123456789abcd08"
    assert shop.deliveries == [(sid, DeliveryStatus.UNDELIVERED, "30003", 42, NOW)]


def test_an_unknown_status_is_answered_and_changes_nothing(shop: Shop) -> None:
    assert post(shop.client(), STATUS, payload("status_read", MessageStatus="teleported")).status_code == 200
    assert shop.deliveries == []


# --- 1: who may speak here ----------------------------------------------------------------------------------------


def test_line_1_an_empty_token_is_refused_at_start() -> None:
    with pytest.raises(SettingsError, match="TWILIO_AUTH_TOKEN"):
        TwilioSettings(account_sid=ACCOUNT, auth_token=" ", public_base_url=BASE)


def test_line_1_all_faults_of_the_settings_are_told_at_once_and_the_token_is_not() -> None:
    with pytest.raises(SettingsError) as refused:
        TwilioSettings(account_sid="", auth_token="", public_base_url="shop.example", api_url="http://:x")
    assert len(refused.value.problems) == 4
    assert TOKEN not in repr(TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, public_base_url=BASE))


@pytest.mark.parametrize("path", [INBOUND, STATUS])
@pytest.mark.parametrize("signed", ["", "bm90IGEgc2lnbmF0dXJl", "Ж", "="])
def test_line_1_an_unsigned_request_has_no_effect(shop: Shop, path: str, signed: str) -> None:
    name = "sms_text" if path == INBOUND else "status_read"
    answer = post(shop.client(), path, payload(name), signed=signed.encode("utf-8").decode("latin-1"))
    assert answer.status_code == 403
    assert (shop.messages, shop.deliveries) == ({}, [])


def test_line_1_no_signature_at_all_has_no_effect(shop: Shop) -> None:
    assert shop.client().post(INBOUND, data=encoded(payload("sms_text")), content_type=FORM).status_code == 403


def test_line_1_another_shops_token_has_no_effect(shop: Shop) -> None:
    form = payload("sms_text")
    forged = signature(BASE + INBOUND, form, token="another")
    assert post(shop.client(), INBOUND, form, signed=forged).status_code == 403


def test_line_1_a_changed_parameter_has_no_effect(shop: Shop) -> None:
    signed = signature(BASE + INBOUND, payload("sms_text"))
    assert post(shop.client(), INBOUND, payload("sms_text", Body="refund me"), signed=signed).status_code == 403


def test_line_1_a_validator_that_raises_refuses(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> bool:
        raise RuntimeError("no")

    monkeypatch.setattr(RequestValidator, "validate", breaks)
    assert post(shop.client(), INBOUND, payload("sms_text")).status_code == 403


# --- 2: the public address and the unmodified form ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "signed_for"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example", "https://shop.example:443"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://shop.example:8443", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        ("https://shop.example/doorstep", "https://shop.example/doorstep"),
    ],
)
def test_line_2_the_public_address_counts_behind_a_proxy_that_ends_tls(shop: Shop, base: str, signed_for: str) -> None:
    answer = post(shop.client(base), INBOUND, payload("sms_text"), base=signed_for, Host="10.0.0.5:8000")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?outbox=7",
        "?shop=caf%C3%A9&x=%20%20",
        "?a=1&a=2&b=",
        "?x=%2f%2F",
        "?plus=a+b&q=%25",
    ],
)
def test_line_2_the_query_counts_as_it_came_over_the_wire(shop: Shop, query: str) -> None:
    assert post(shop.client(), INBOUND + query, payload("sms_text")).status_code == 200


@pytest.mark.parametrize(
    ("environ", "target"),
    [
        ({"REQUEST_URI": "/webhooks/twilio?a=%2F"}, "/webhooks/twilio?a=%2F"),
        ({"RAW_URI": "/webhooks/twilio?a=b"}, "/webhooks/twilio?a=b"),
        ({"REQUEST_URI": "http://10.0.0.5:8000/webhooks/twilio?a=b"}, "/webhooks/twilio?a=b"),
        ({"PATH_INFO": "/webhooks/twilio", "QUERY_STRING": "a=%2F&b="}, "/webhooks/twilio?a=%2F&b="),
        ({"SCRIPT_NAME": "/bot", "PATH_INFO": "/webhooks/twilio"}, "/bot/webhooks/twilio"),
        ({"RAW_URI": "/webhooks/twilio?a=caf\xc3\xa9"}, "/webhooks/twilio?a=café"),
    ],
    ids=["werkzeug", "gunicorn", "absolute", "waitress", "below a path", "unescaped"],
)
def test_line_2_the_address_is_the_same_from_every_server(environ: dict[str, str], target: str) -> None:
    assert raw_target(environ) == target


def test_line_2_a_changed_query_has_no_effect(shop: Shop) -> None:
    form = payload("status_read")
    signed = signature(f"{BASE}{STATUS}?outbox=1", form)
    assert post(shop.client(), f"{STATUS}?outbox=2", form, signed=signed).status_code == 403
    assert shop.deliveries == []


@pytest.mark.parametrize(
    "extra",
    [
        [("Body2", "")],
        [("Tag", "b"), ("Tag", "a"), ("Tag", "b")],
        [("Note", "  padded\t\r\nline  ")],
        [("Größe", "Ünïcödé 🎁")],
        [("SomethingNewTwilioSends", "1")],
        [("%41", "a=b&c")],
    ],
    ids=["blank", "repeated", "white space", "non-ASCII", "unknown", "escapes"],
)
def test_line_2_the_form_counts_unmodified(shop: Shop, extra: list[tuple[str, str]]) -> None:
    assert post(shop.client(), INBOUND, [*payload("sms_text"), *extra]).status_code == 200


def test_line_2_a_repeat_left_out_has_no_effect(shop: Shop) -> None:
    form = [*payload("sms_text"), ("Tag", "a"), ("Tag", "b")]
    signed = signature(BASE + INBOUND, form)
    assert post(shop.client(), INBOUND, form[:-1], signed=signed).status_code == 403


# --- 3: JSON and signature settings -------------------------------------------------------------------------------


def post_json(client: FlaskClient, body: bytes, query: str, **headers: str) -> TestResponse:
    headers["X-Twilio-Signature"] = signature(f"{BASE}{INBOUND}{query}")
    return client.post(INBOUND + query, data=body, content_type="application/json", headers=headers)


def hashed(body: bytes) -> str:
    return f"?bodySHA256={hashlib.sha256(body).hexdigest()}"


def test_line_3_a_json_body_with_its_hash_is_taken(shop: Shop) -> None:
    body = json.dumps(dict(payload("whatsapp_button")), ensure_ascii=False).encode()
    assert post_json(shop.client(), body, hashed(body)).status_code == 200
    (message,) = shop.messages.values()
    assert message.choice == "redeliver"


def test_line_3_a_json_body_without_its_hash_has_no_effect(shop: Shop) -> None:
    assert post_json(shop.client(), b"{}", "").status_code == 403
    assert post_json(shop.client(), json.dumps(dict(payload("sms_text"))).encode(), "").status_code == 403


def test_line_3_a_json_body_that_is_not_the_one_hashed_has_no_effect(shop: Shop) -> None:
    body = json.dumps(dict(payload("sms_text"))).encode()
    assert post_json(shop.client(), body.replace(b"Where", b"There"), hashed(body)).status_code == 403
    assert post_json(shop.client(), b"\xff\xfe", hashed(b"\xff\xfe")).status_code == 403


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"MessageSid": ["SM1"], "From": null}'])
def test_line_3_signed_json_that_is_no_message_is_unreadable(shop: Shop, body: bytes) -> None:
    assert post_json(shop.client(), body, hashed(body)).status_code == 400


def test_line_3_another_content_type_is_not_what_was_signed(shop: Shop) -> None:
    headers = {"X-Twilio-Signature": signature(BASE + INBOUND)}
    for kind in ("text/plain", "multipart/form-data; boundary=x"):
        answer = shop.client().post(INBOUND, data=b"x", content_type=kind, headers=headers)
        assert answer.status_code == 403


def test_line_3_the_algorithm_named_is_honoured(shop: Shop) -> None:
    form = payload("sms_text")
    named = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    stronger = signature(BASE + INBOUND, form, algorithm="sha256")
    assert post(shop.client(), INBOUND, form, signed=stronger, **named).status_code == 200
    assert post(shop.client(), INBOUND, form, **named).status_code == 403


def test_line_3_an_unknown_algorithm_has_no_effect(shop: Shop) -> None:
    named = {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_MD5"}
    assert post(shop.client(), INBOUND, payload("sms_text"), **named).status_code == 403


# --- what cannot be read, what is too large, what is our fault ----------------------------------------------------


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_signed_request_that_is_no_message_is_unreadable(shop: Shop, missing: str) -> None:
    form = [(name, value) for name, value in payload("mms_photos") if name != missing]
    assert post(shop.client(), INBOUND, form).status_code == 400
    assert shop.messages == {}


@pytest.mark.parametrize("path", [INBOUND, STATUS])
def test_a_body_too_large_is_not_even_looked_at(shop: Shop, path: str) -> None:
    assert post(shop.client(), path, payload("sms_text", Body="x" * LARGEST)).status_code == 413


def test_our_own_fault_leaves_the_provider_to_send_again(shop: Shop) -> None:
    shop.broken = True
    client = shop.client()
    assert post(client, INBOUND, payload("sms_text")).status_code == 500
    shop.broken = False
    assert post(client, INBOUND, payload("sms_text")).status_code == 200
    assert len(shop.messages) == 1


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_are_taken(shop: Shop, method: str) -> None:
    send: Callable[[str], TestResponse] = getattr(shop.client(), method)
    assert send(INBOUND).status_code == 405
