"""The two servers that are compared, each run as a process: `python -m tests.load.servers bare|ours`.

Both are served in the same way and use the same engine, `storage.engine.make_engine`; ours runs no workers meanwhile.
"""

import os
import sys
from datetime import UTC, datetime

from flask import Flask, Response, request
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from config import load_settings
from console.logs import set_up_logs
from console.server import Stop, serve_in_threads
from storage.engine import make_engine


def bare() -> Flask:
    """The least a webhook can do: check the signature, commit one row, answer."""
    engine = make_engine(os.environ["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS taken (sid TEXT PRIMARY KEY, body TEXT, at TEXT)"))
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    url = os.environ["PUBLIC_BASE_URL"] + "/webhooks/twilio"
    insert = text("INSERT INTO taken (sid, body, at) VALUES (:sid, :body, :at)")
    app = Flask("bare")

    @app.post("/webhooks/twilio")
    def take() -> Response:
        form = request.form
        if not validator.validate(url, form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status=403)
        with engine.begin() as connection:
            connection.execute(
                insert, {"sid": form["MessageSid"], "body": form["Body"], "at": datetime.now(UTC).isoformat()}
            )
        return Response("<Response/>", mimetype="text/xml")

    @app.get("/readyz")
    def readyz() -> str:
        return "ok"

    return app


def ours() -> Flask:
    from app import create_app
    from console.parts import parts

    app = create_app(load_settings(os.environ, serving=True))
    parts(app).migrate()
    parts(app).warm()
    return app


def main() -> None:
    app = {"bare": bare, "ours": ours}[sys.argv[1]]()
    set_up_logs("warning")
    serve_in_threads(app, host="127.0.0.1", port=int(os.environ["PORT"]), threads=8, stop=Stop().listen())


if __name__ == "__main__":
    main()
