"""`POST /api/events`: who is let in, what is taken, and what is answered."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from bot.notices import plan
from connectors.events import events_blueprint
from storage.engine import make_engine, migrate
from storage.importing import import_files
from tests.storage.floor import MAYA, NOW, event, order, records, sample_shop, stored_order

TOKEN = "t" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'doorstep.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def client_of(engine: Engine, token: str | None = TOKEN, **more: Any) -> FlaskClient:
    app = Flask(__name__)
    accept = partial(import_files, engine, shop=sample_shop(), now=NOW, plan=plan, source="api")
    app.register_blueprint(events_blueprint(token, accept, **more))
    return app.test_client()


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return client_of(engine)


def test_records_are_taken_and_told_by_kind(client: FlaskClient, engine: Engine) -> None:
    answer = client.post("/api/events", json=records(), headers=BEARER)
    assert answer.status_code == 200
    assert answer.json == {
        "added": 3,
        "changed": 0,
        "same": 0,
        "kinds": {kind: {"added": 1, "changed": 0, "same": 0} for kind in ("customers", "products", "orders")},
    }
    assert stored_order(engine).number == "#1001"


def test_the_same_event_twice_has_one_effect(client: FlaskClient, engine: Engine) -> None:
    client.post("/api/events", json=records(), headers=BEARER)
    news = {"events": [{"kind": "tracking_events", "tracking_number": "1Z 999", **event("delivered", 1)}]}
    assert [client.post("/api/events", json=news, headers=BEARER).json["added"] for _ in range(2)] == [1, 0]
    assert len(stored_order(engine).shipments[0].events) == 2


def test_one_record_by_itself_is_enough(client: FlaskClient) -> None:
    assert client.post("/api/events", json={"kind": "customers", **MAYA}, headers=BEARER).json["added"] == 1


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/jsonl", "application/json"])
def test_json_lines_are_taken(client: FlaskClient, content_type: str) -> None:
    lines = [{"kind": "customers", **MAYA}, {"kind": "orders", **order()}]
    text = "\n".join(json.dumps(line) for line in lines)
    answer = client.post("/api/events", data=text, headers=BEARER, content_type=content_type)
    assert answer.json["added"] == 2


def test_faults_are_told_and_nothing_is_stored(client: FlaskClient) -> None:
    text = json.dumps(records(orders=[order(), order(id="o-2", shipments=[], totl=1)]), indent=1)
    answer = client.post("/api/events", data=text, headers=BEARER)
    assert answer.status_code == 400
    [fault] = answer.json["faults"]
    assert (fault["field"], fault["what"]) == ("orders[1].totl", "unknown field")
    assert "totl" in text.split("\n")[fault["line"] - 1]
    assert client.post("/api/events", json={"orders": [order()]}, headers=BEARER).status_code == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"[1]", b'{"orders": {}}', b'"orders"'])
def test_what_cannot_be_read_is_a_bad_request(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/events", data=body, headers=BEARER)
    assert answer.status_code == 400
    assert answer.json["faults"]


@pytest.mark.parametrize(
    "given", [None, "", TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_nobody_is_let_in_without_the_token(client: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    assert client.post("/api/events", json=records(), headers=headers).status_code == 401


def test_nobody_is_let_in_where_no_token_is_set(engine: Engine) -> None:
    for given in ("Bearer", "Bearer ", "Bearer None"):
        answer = client_of(engine, None).post("/api/events", json=records(), headers={"Authorization": given})
        assert answer.status_code == 401


def test_too_large_a_body_is_refused(engine: Engine) -> None:
    answer = client_of(engine, largest=100).post("/api/events", json=records(), headers=BEARER)
    assert answer.status_code == 413
