"""Starts what is measured as processes of their own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from tests.e2e.outside import ROOT, environment, free_port, inbound, phone, post_signed, ready, run, write_shop
from tests.e2e.stand_in_twilio import StandInTwilio

PATIENCE = 60.0
TURNS = 300  # before the memory is read


@contextmanager
def serving(which: str, folder: Path, database: str | None) -> Iterator[str]:
    """One of the two compared servers; its address."""
    port = free_port()
    url = database or f"sqlite:///{folder / which}.db"
    settings = environment(database_url=url, port=port, twilio_url="http://127.0.0.1:9")
    process = subprocess.Popen([sys.executable, "-m", "tests.load.servers", which], cwd=ROOT, env=settings)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def seconds_until_ready(folder: Path) -> tuple[float, float]:
    """Seconds from starting `flask serve` to its first ready answer, and its memory in MB after some hundred turns."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with StandInTwilio() as twilio:
        settings = environment(database_url=f"sqlite:///{folder / 'serve'}.db", port=port, twilio_url=twilio.url)
        run(settings, "shop", "import", str(write_shop(folder / "shop.json", 100)))
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"],
            cwd=ROOT,
            env=settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(base)
            seconds = time.perf_counter() - begun
            return seconds, _memory_after_turns(base, process.pid, twilio)
        finally:
            process.terminate()
            process.wait(30)


def _memory_after_turns(base: str, pid: int, twilio: StandInTwilio) -> float:
    with httpx.Client(timeout=30) as client:
        for number in range(TURNS):
            post_signed(client, base, inbound(phone(number % 100), "where is my order?"))
    until = time.monotonic() + PATIENCE
    while len(twilio.sent) < TURNS and time.monotonic() < until:
        time.sleep(0.1)
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _wait(base: str) -> None:
    until = time.monotonic() + PATIENCE
    while not ready(base):
        if time.monotonic() > until:
            raise RuntimeError(f"{base} does not get ready")
        time.sleep(0.01)
