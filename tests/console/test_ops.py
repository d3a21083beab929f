from flask import Flask
from flask.testing import FlaskClient

from console.metrics import Metrics
from console.ops import Check, ops_blueprint, queue_check
from storage.gauges import Backlog

TOKEN = "a-token-for-prometheus"


def client(
    checks: dict[str, Check] | None = None,
    gauges: Backlog | None = None,
    *,
    metrics: Metrics | None = None,
    token: str | None = None,
) -> FlaskClient:
    def waiting() -> Backlog:
        if gauges is None:
            raise RuntimeError("no database")
        return gauges

    app = Flask(__name__)
    app.register_blueprint(
        ops_blueprint(checks=lambda: checks or {}, gauges=waiting, metrics=metrics or Metrics(), metrics_token=token)
    )
    return app.test_client()


def test_a_process_that_answers_is_alive():
    assert client().get("/healthz").json == {"status": "ok"}


def test_a_database_out_of_reach_makes_the_server_unready():
    answer = client({"database": Check(False, detail={"what": "refused"}), "shop_files": Check(True)}).get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {
        "status": "unready",
        "checks": {"database": {"ok": False, "what": "refused"}, "shop_files": {"ok": True}},
    }


def test_a_queue_that_is_behind_is_told_while_webhooks_are_still_taken_in():
    late = queue_check(lambda: Backlog(inbox_waiting=9, inbox_oldest_seconds=600))

    answer = client({"database": Check(True), "queue": late}).get("/readyz")

    assert answer.status_code == 200
    assert answer.json["status"] == "behind"
    assert answer.json["checks"]["queue"]["inbox_oldest_seconds"] == 600


def test_metrics_tell_what_waits_and_what_was_done():
    metrics = Metrics()
    metrics.count("sent", channel="sms", outcome="sent")
    metrics.time("turn", 0.004)

    text = client(gauges=Backlog(inbox_waiting=3, outbox={"waiting": 2}), metrics=metrics).get("/metrics").text

    assert "doorstep_inbox_waiting 3.0" in text
    assert 'doorstep_outbox{state="waiting"} 2.0' in text
    assert 'doorstep_sent_total{channel="sms",outcome="sent"} 1.0' in text
    assert "doorstep_turn_seconds_count 1.0" in text


def test_metrics_are_told_without_the_database():
    answer = client().get("/metrics")

    assert answer.status_code == 200
    assert "doorstep_inbox_waiting" not in answer.text


def test_metrics_ask_for_their_token_when_one_is_set():
    asked = client(gauges=Backlog(), token=TOKEN)

    assert asked.get("/metrics").status_code == 401
    assert asked.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert asked.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
