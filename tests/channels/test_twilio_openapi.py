"""Every kind of request we make, checked against Twilio's own OpenAPI description (not ours)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from openapi_core.validation.request.exceptions import RequestValidationError

from channels.limits import MESSAGE
from tests.channels.test_twilio_outbound import LONG, NOW, Desk, sms, template, whatsapp
from tests.channels.twilio_stand_in import Asked, Fault, standing_in

DESCRIPTION = Path(__file__).parents[3] / "shared" / "data" / "twilio_messages_content.json"
pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def twilio() -> OpenAPI:
    return OpenAPI.from_dict(json.loads(DESCRIPTION.read_text(encoding="utf-8")))


def as_described(asked: Asked) -> MockRequest:
    host = "https://content.twilio.com" if asked.path.startswith("/v1/Content") else "https://api.twilio.com"
    return MockRequest(
        host,
        asked.method.lower(),
        asked.path,
        args={name: values[0] for name, values in asked.query.items()},
        headers=asked.headers,
        data=asked.body or None,
        content_type=asked.headers.get("Content-Type", "").partition(";")[0],
    )


def every_kind_of_request() -> list[Asked]:
    with standing_in() as stand_in:
        desk = Desk(stand_in)
        plain, serviced = desk.sender(), desk.sender(messaging_service_sid="MG" + "1" * 32)
        for sender in (plain, serviced):
            sender.send(sms("Your parcel is on its way. 🎁", expires_at=NOW + timedelta(minutes=5)))
            sender.send(sms(LONG))
            sender.send(sms("Well?", "Yes please", "No thanks"))
            sender.send(whatsapp("Hello\n\nAna & Bob + 100 % = ?"))
            sender.send(whatsapp("Did it help?\n\nPlease say.", "Yes", "No"))
            sender.send(whatsapp("Which one?", "Kettle", "Tent", "Lamp", "Merino sweater, navy blue, size M"))
            sender.send(template("W1001", "Friday"))
            sender.send(template())
        stand_in.faults = [Fault(status=429, passing=1)]
        with pytest.raises(Exception, match="too many"):
            plain.send(sms(LONG))
        plain.send(sms(LONG, attempt=2))
        plain.find(whatsapp())
        return stand_in.asked


def test_every_request_is_as_twilio_describes_it(twilio: OpenAPI) -> None:
    asked = every_kind_of_request()
    assert {(request.method, request.path.rpartition("/")[2]) for request in asked} == {
        ("POST", "Messages.json"),
        ("GET", "Messages.json"),
        ("POST", "Content"),
    }
    for request in asked:
        twilio.validate_request(as_described(request))


def test_every_field_is_one_that_twilio_knows() -> None:
    """The description allows further fields, so their names are compared one by one."""
    described = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    messages = described["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    form = messages["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]
    query = {parameter["name"] for parameter in messages["get"]["parameters"]}
    content = described["components"]["schemas"]["ContentCreateRequest"]["properties"]
    for request in every_kind_of_request():
        if request.path.endswith("/v1/Content"):
            assert set(json.loads(request.body)) <= set(content)
        elif request.method == "GET":
            assert set(request.query) <= query
        else:
            fields: dict[str, Any] = dict(parse_qsl(request.body.decode(), strict_parsing=True))
            assert set(fields) <= set(form)
            assert len(fields.get("Body", "")) <= MESSAGE


def test_the_check_can_fail(twilio: OpenAPI) -> None:
    asked = next(request for request in every_kind_of_request() if request.path.endswith("/v1/Content"))
    wrong = Asked(asked.method, asked.path, asked.query, asked.headers, asked.body.replace(b"QUICK_REPLY", b"QUICK"))
    with pytest.raises(RequestValidationError):
        twilio.validate_request(as_described(wrong))
