"""A cheap client: requests signed beforehand, written on kept connections, answers counted."""

import socket
import threading
import time
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from twilio.request_validator import RequestValidator

from tests.e2e.outside import TOKEN, inbound

CONNECTIONS = 8
SENDERS = 200  # different customers


def requests_per_second(base: str, count: int) -> float:
    """Posts so many different messages over a few connections; how many were taken in a second."""
    shares = [made(base, count // CONNECTIONS) for _ in range(CONNECTIONS)]
    gate = threading.Barrier(CONNECTIONS + 1)
    threads = [threading.Thread(target=_post, args=(base, share, gate)) for share in shares]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(map(len, shares)) / (time.perf_counter() - begun)


def made(base: str, count: int) -> list[bytes]:
    """Whole requests, each a new message of one of the senders."""
    url = f"{base}/webhooks/twilio"
    validator, host = RequestValidator(TOKEN), urlsplit(base).netloc
    requests = []
    for number in range(count):
        form = inbound(f"+1503555{1000 + number % SENDERS}", "where is my order?", sid="SM" + uuid4().hex)
        body = urlencode(form).encode()
        head = (
            f"POST /webhooks/twilio HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {validator.compute_signature(url, form)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


def _post(base: str, requests: list[bytes], gate: threading.Barrier) -> None:
    parts = urlsplit(base)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        gate.wait()
        for request in requests:
            wire.sendall(request)
            _read_answer(wire)


def _read_answer(wire: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += wire.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"answered {head.splitlines()[0].decode()}")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += wire.recv(65536)
