"""The two ways to serve: one process with threads (waitress), or several processes (gunicorn)."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from waitress import create_server, wasyncore

log = structlog.get_logger(__name__)

LARGEST_REQUEST = 32 * 1024 * 1024  # bytes; a mail with photos
DRAIN_SECONDS = 10.0


class Stop:
    """Set by SIGTERM or SIGINT; a second SIGINT is the ordinary interrupt."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def listen(self) -> "Stop":
        signal.signal(signal.SIGTERM, self._heard)
        signal.signal(signal.SIGINT, self._heard)
        return self

    def _heard(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._event.set()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def wait(self) -> None:
        while not self._event.wait(0.5):
            pass


def serve_in_threads(
    app: Flask, *, host: str, port: int, threads: int, stop: Stop, ready: Callable[[str], None] | None = None
) -> None:
    """Serves until asked to stop, then answers what it has begun. `ready` is told the address once it listens."""
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=threads,
        max_request_body_size=LARGEST_REQUEST,
        connection_limit=1000,
        ident="",
        clear_untrusted_proxy_headers=False,
    )
    if ready:
        ready(f"http://{_shown(host)}:{server.effective_port}")
    while not stop.asked:
        wasyncore.loop(timeout=0.5, map=sockets, count=1)
    _drain(server, sockets)


def _drain(server: Any, sockets: dict[int, Any]) -> None:
    """Lets requests under way be answered and their answers leave, for a while."""
    dispatcher, until = server.task_dispatcher, time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until and (dispatcher.queue or dispatcher.active_count or _unsent(sockets)):
        wasyncore.loop(timeout=0.05, map=sockets, count=1)
    dispatcher.shutdown()
    server.close()


def _unsent(sockets: dict[int, Any]) -> bool:
    return any(getattr(channel, "total_outbufs_len", 0) for channel in list(sockets.values()))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Processes(BaseApplication):  # type: ignore[misc]
    """gunicorn with our options; each process builds its own app, so that no connection is shared over a fork."""

    def __init__(self, build: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._build = build
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._build()


def serve_in_processes(build: Callable[[], Flask], *, host: str, port: int, processes: int, threads: int) -> None:
    """Serves with gunicorn until it is told to stop by SIGTERM; never returns."""
    Processes(
        build,
        {
            "bind": f"{_shown(host)}:{port}",
            "workers": processes,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 0,
            "control_socket_disable": True,
        },
    ).run()
