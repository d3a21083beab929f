"""Our own stand-in for Twilio's API on loopback: it keeps messages and contents, and fails when told to.

It knows no 24-hour window, opt-outs or rates; the faults a test needs are put in by the test. What it is sent is
checked against Twilio's own description in test_twilio_openapi.py, not here.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Fault:
    """What happens to a request instead of its answer. `after_taking` loses only the answer; `hang` is in seconds."""

    status: int = 0
    code: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    hang: float = 0
    after_taking: bool = False
    path: str = ""  # only requests whose path holds this
    passing: int = 0  # so many of these requests come through first


class StandIn:
    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.messages: list[dict[str, Any]] = []
        self.contents: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.url = ""
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def sent(self) -> list[dict[str, str]]:
        """The forms of all messages asked for, taken or not."""
        return [asked.form for asked in self.asked if asked.method == "POST" and asked.path.endswith("Messages.json")]

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], str]:
        self.asked.append(asked)
        fault = next((fault for fault in self.faults if fault.path in asked.path), None)
        if fault and fault.passing:
            fault.passing, fault = fault.passing - 1, None
        answer: tuple[int, dict[str, str], str] = (500, {}, "{}")
        if fault is None or fault.after_taking:
            status, document = self._take(asked)
            answer = (status, {}, json.dumps(document))
        if fault is None:
            return answer
        self.faults.remove(fault)
        time.sleep(fault.hang)
        if fault.text is not None or fault.status:
            problem = {"code": fault.code, "message": "the number +14155550100 is wrong", "status": fault.status}
            text = fault.text if fault.text is not None else json.dumps(problem)
            return fault.status or 200, fault.headers, text
        return answer

    def _take(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.path.endswith("/v1/Content"):
            sid = f"HX{len(self.contents):032x}"
            self.contents[sid] = json.loads(asked.body)
            return 201, {"sid": sid, "types": self.contents[sid]["types"]}
        if asked.method == "POST":
            return 201, self.keep(asked.form)
        to = asked.query.get("To", [""])[0]
        return 200, {"messages": [kept for kept in reversed(self.messages) if kept["to"] == to], "page": 0}

    def keep(self, form: dict[str, str], **changed: Any) -> dict[str, Any]:
        """Keeps a message as sent; of a Content the words are put together as a phone would show them."""
        message = {
            "sid": f"SM{len(self.messages):032x}",
            "to": form["To"],
            "from": form.get("From"),
            "body": form.get("Body") or self._shown(form),
            "direction": "outbound-api",
            "status": "queued",
            "date_created": format_datetime(self.now()),
            "date_sent": None,
        } | changed
        self.messages.append(message)
        return message

    def _shown(self, form: dict[str, str]) -> str:
        content = self.contents.get(form.get("ContentSid", ""))
        if content is None:
            return ""
        text = str(next(iter(content["types"].values()))["body"])
        for name, value in json.loads(form.get("ContentVariables", "{}")).items():
            text = text.replace("{{" + name + "}}", value)
        return text


@contextmanager
def standing_in() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()), body)
            status, headers, text = stand_in.answer(asked)
            try:
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
