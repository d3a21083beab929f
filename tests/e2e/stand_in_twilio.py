"""A stand-in for Twilio's Messages and Content on loopback. Ours: it keeps what is sent and lists it, nothing more."""

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4


@dataclass(frozen=True)
class Sent:
    """One message as it was handed over."""

    sid: str
    form: dict[str, str]
    at: float
    types: str = ""  # of its Content, the placeholders filled in

    @property
    def to(self) -> str:
        return self.form.get("To", "")

    @property
    def body(self) -> str:
        return str(self._content.get("body", "")) or self.form.get("Body", "")

    @property
    def buttons(self) -> dict[str, str]:
        """What may be tapped: each title with its id."""
        shown = [*self._content.get("actions", ()), *self._content.get("items", ())]
        return {one.get("title") or one["item"]: one["id"] for one in shown}

    @property
    def _content(self) -> dict[str, Any]:
        return dict(next(iter(json.loads(self.types).values()))) if self.types else {}


class StandInTwilio:
    """`sent` in the order it came; `slow` seconds pass before each answer."""

    def __init__(self, *, slow: float = 0.0) -> None:
        self.slow = slow
        self.sent: list[Sent] = []
        self.contents: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> "StandInTwilio":
        self._thread.start()
        return self

    def __exit__(self, *ignored: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def to(self, address: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.to == address]

    def take(self, form: dict[str, str]) -> Sent:
        types = self.contents.get(form.get("ContentSid", ""), "")
        for name, value in json.loads(form.get("ContentVariables") or "{}").items():
            types = types.replace("{{" + name + "}}", json.dumps(value)[1:-1])
        sent = Sent("SM" + uuid4().hex, form, time.time(), types)
        with self._lock:
            self.sent.append(sent)
        return sent

    def keep(self, content: dict[str, Any]) -> dict[str, Any]:
        sid = f"HX{len(self.contents):032x}"
        self.contents[sid] = json.dumps(content["types"])
        return {"sid": sid, "types": content["types"]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                if urlsplit(self.path).path.endswith("/v1/Content"):
                    self._answer(201, outer.keep(json.loads(body)))
                    return
                if not urlsplit(self.path).path.endswith("/Messages.json"):
                    self._answer(404, {"code": 20404, "message": "not found", "status": 404})
                    return
                time.sleep(outer.slow)
                self._answer(201, resource(outer.take(dict(parse_qsl(body, keep_blank_values=True)))))

            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                to = asked.get("To", [None])[0]
                found = [resource(sent) for sent in outer.sent if to in (None, sent.to)]
                self._answer(200, {"messages": found[::-1], "next_page_uri": None, "page": 0, "page_size": 50})

            def _answer(self, status: int, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *ignored: object) -> None:
                pass

        return Handler


def resource(sent: Sent) -> dict[str, object]:
    """A message as Twilio describes it."""
    moment = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(sent.at))
    return {
        "sid": sent.sid,
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": sent.body,
        "from": sent.form.get("From"),
        "to": sent.to,
        "status": "queued",
        "direction": "outbound-api",
        "date_created": moment,
        "date_sent": moment,
        "date_updated": moment,
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": sent.form.get("MessagingServiceSid"),
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "uri": f"/2010-04-01/Accounts/AC{'0' * 32}/Messages/{sent.sid}.json",
        "subresource_uris": {},
    }
