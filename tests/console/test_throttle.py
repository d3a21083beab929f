from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient

from console.throttle import Throttle


def client(name: str, status: int, redis_url: str | None = None) -> FlaskClient:
    blueprint = Blueprint(name, __name__)
    blueprint.post("/")(lambda: Response(status=status))
    Throttle(redis_url).limit(blueprint)
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    return app.test_client()


def statuses(asked: FlaskClient, times: int, address: str = "203.0.113.7") -> list[int]:
    return [asked.post("/", environ_base={"REMOTE_ADDR": address}).status_code for _ in range(times)]


def test_who_shows_a_wrong_secret_too_often_is_turned_away():
    asked = client("events", 401)

    assert statuses(asked, 61) == [401] * 60 + [429]


def test_one_address_turned_away_leaves_the_others_be():
    asked = client("events", 401)
    statuses(asked, 61)

    assert statuses(asked, 1, "203.0.113.8") == [401]


def test_who_shows_the_right_secret_is_never_turned_away():
    assert set(statuses(client("email", 204), 300)) == {204}


def test_a_page_is_shown_only_so_often():
    assert statuses(client("unsubscribe", 200), 121)[-1] == 429


def test_bursts_of_twilio_are_never_turned_away():
    assert set(statuses(client("twilio", 403), 300)) == {403}


def test_while_redis_is_away_everybody_is_let_in():
    assert set(statuses(client("unsubscribe", 200, "redis://127.0.0.1:1/0"), 3)) == {200}
