"""A stand-in of ours for an OpenAI-compatible endpoint: a real HTTP server on loopback that answers as it is told to.

It speaks as much of the form as is needed; no hosted model was asked.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Keeps each request and answers as the server is told to."""

    server: "StandIn"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        try:
            self.server.answers(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.over = threading.Event()
        self.answers: Answers = says("refund", "my thing")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def end(self) -> None:
        """Lets go of every request, and waits for those who put one and gave up."""
        self.over.set()
        for thread in threading.enumerate():
            if thread.name == "second-opinion":
                thread.join(10)

    @property
    def asked(self) -> list[str]:
        """The messages asked about."""
        return [json.loads(sent["messages"][1]["content"])["message"] for _, _, sent in self.requests]


def says(label: str, span: str, **usage: Any) -> Answers:
    content = json.dumps({"intents": [{"label": label, "span": span}]})
    return sends(json.dumps({"choices": [{"message": {"content": content}}], "usage": usage}).encode())


def sends(body: bytes, status: int = 200, **headers: str) -> Answers:
    return lambda handler: handler.send(body, status, **headers)


def says_nothing(handler: Handler) -> None:
    handler.server.over.wait(30)
    handler.close_connection = True


def trickles_its_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.server.over.wait(0.1):
        handler.wfile.write(b" ")


def trickles_its_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.over.wait(0.1):
        handler.wfile.write(b"x")
    handler.close_connection = True


@contextmanager
def serving() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        thread = threading.Thread(target=stand_in.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield stand_in
        stand_in.end()
        stand_in.shutdown()
        thread.join()
