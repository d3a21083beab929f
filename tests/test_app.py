"""The parts joined: routes, commands and readiness of one app over a real database."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator

from app import create_app
from bot.errors import SettingsError
from config import load_settings
from console.parts import parts
from tests.e2e.outside import TOKEN, environment, inbound, phone, write_shop

API_TOKEN = "an-api-token-of-the-tests"


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Flask:
    settings = environment(database_url=database_url, port=80, twilio_url="http://127.0.0.1:9", API_TOKEN=API_TOKEN)
    made = create_app(load_settings(settings, serving=True))
    yield made
    parts(made).engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    parts(app).migrate()
    return app.test_client()


def load(client: FlaskClient, folder: Path) -> dict[str, int]:
    content = write_shop(folder / "shop.json", 2).read_bytes()
    answer = client.post("/api/events", data=content, headers={"Authorization": f"Bearer {API_TOKEN}"})
    assert answer.status_code == 200
    return answer.json


def post(client: FlaskClient, form: dict[str, str]) -> int:
    signature = RequestValidator(TOKEN).compute_signature("http://127.0.0.1:80/webhooks/twilio", form)
    return client.post("/webhooks/twilio", data=form, headers={"X-Twilio-Signature": signature}).status_code


def test_making_an_app_touches_no_database(tmp_path: Path):
    path = tmp_path / "untouched.db"
    settings = environment(database_url=f"sqlite:///{path}", port=80, twilio_url="http://127.0.0.1:9")

    create_app(load_settings(settings, serving=True))

    assert not path.exists()


def test_wrong_settings_stop_an_app_from_being_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with pytest.raises(SettingsError) as caught:
        create_app()

    assert {"PORT", "SECRET_KEY"} <= {problem.split()[0] for problem in caught.value.problems}


def test_it_is_ready_once_the_database_is_migrated(app: Flask):
    before = app.test_client().get("/readyz")
    parts(app).migrate()
    after = app.test_client().get("/readyz")

    assert (before.status_code, before.json["checks"]["migrations"]["ok"]) == (503, False)
    assert (after.status_code, after.json["status"]) == (200, "ok")


def test_a_question_goes_from_the_webhook_to_a_reply_from_the_record(app: Flask, client: FlaskClient, tmp_path: Path):
    load(client, tmp_path)

    assert post(client, inbound(phone(1), "where is my order?")) == 200
    assert parts(app).service.answer_next()

    [reply] = [entry for entry in exported(app)["messages"] if entry["direction"] == "in"]
    assert reply["text"] == "where is my order?"
    assert "doorstep_inbox_waiting 0.0" in client.get("/metrics").text
    assert 'doorstep_outbox{state="waiting"} 1.0' in client.get("/metrics").text


def test_a_delivery_that_came_twice_is_taken_once(client: FlaskClient):
    form = inbound("+15035550199", "hello")

    assert [post(client, form), post(client, form)] == [200, 200]
    assert 'doorstep_received_total{channel="sms",outcome="again"} 1.0' in client.get("/metrics").text


def test_a_request_too_large_is_turned_away(client: FlaskClient):
    headers = {"Authorization": f"Bearer {API_TOKEN}"}

    assert client.post("/api/events", data=b" " * (33 * 1024 * 1024), headers=headers).status_code == 413


def test_an_import_and_its_repetition(client: FlaskClient, tmp_path: Path):
    assert load(client, tmp_path)["added"] == 4
    assert load(client, tmp_path) == {**load(client, tmp_path), "added": 0, "changed": 0}


def exported(app: Flask) -> dict[str, list[dict[str, str]]]:
    return json.loads("".join(parts(app).export_text(messages=True)))
