"""Doorstep as it is seen from outside: commands in processes of their own, signed requests over HTTP."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from twilio.request_validator import RequestValidator

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "an-auth-token-of-the-tests"
SMS = "+15005550006"
WHATSAPP = "+14155238886"
BEGAN = datetime.now(UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(*, database_url: str, port: int, twilio_url: str, **more: str) -> dict[str, str]:
    """The whole environment of a Doorstep process; nothing of the tests' own but the path."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "FLASK_SKIP_DOTENV": "1",
        "PYTHONUNBUFFERED": "1",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SECRET_KEY": "a-secret-key-of-the-tests-only",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "SHOP_DIR": str(ROOT / "shop"),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_SMS_FROM": SMS,
        "TWILIO_WHATSAPP_FROM": WHATSAPP,
        "TWILIO_API_URL": twilio_url,
        **more,
    }


class Process:
    """One `flask` command under way, its output in a file."""

    def __init__(self, command: str, environment: Mapping[str, str], folder: Path) -> None:
        self.log = folder / f"{command}-{uuid4().hex[:6]}.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", command],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Kills it and all it has started, at once."""
        self._signal_all(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        if self.running:
            self._process.terminate()
        try:
            return self._process.wait(25)
        finally:
            self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def run(environment: Mapping[str, str], *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """A `flask` command run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT,
        env=dict(environment),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def wait_until(true: Callable[[], bool], what: str, *, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain until {what}")


def ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def inbound(sender: str, text: str, *, sid: str | None = None) -> dict[str, str]:
    """The form of an SMS or, with `whatsapp:` before the sender, of a WhatsApp message."""
    return {
        "MessageSid": sid or "SM" + uuid4().hex,
        "AccountSid": "AC" + "0" * 32,
        "From": sender,
        "To": f"whatsapp:{WHATSAPP}" if sender.startswith("whatsapp:") else SMS,
        "Body": text,
        "NumMedia": "0",
    }


def post_signed(client: httpx.Client, base: str, form: Mapping[str, str]) -> int:
    """The status of the webhook's answer."""
    url = f"{base}/webhooks/twilio"
    signature = RequestValidator(TOKEN).compute_signature(url, dict(form))
    return client.post(url, data=dict(form), headers={"X-Twilio-Signature": signature}).status_code


def write_shop(path: Path, customers: int = 3) -> Path:
    """An import file: customers with a phone each and one shipped order each, numbered from 5001."""
    path.write_text(json.dumps({"customers": [_customer(n) for n in range(customers)], **_orders(customers)}))
    return path


def phone(number: int) -> str:
    return f"+1503555{1000 + number}"


def days_ago(days: int) -> str:
    """Recent enough for a parcel that moves to be on its way, whenever the tests run."""
    return (BEGAN - timedelta(days=days)).isoformat(timespec="seconds")


def _customer(number: int) -> dict[str, Any]:
    return {
        "id": f"c{number}",
        "first_name": f"Pat{number}",
        "phone": phone(number),
        "time_zone": "America/Los_Angeles",
    }


def _orders(customers: int) -> dict[str, Any]:
    return {
        "orders": [
            {
                "id": f"o{number}",
                "number": str(5001 + number),
                "customer_id": f"c{number}",
                "placed_at": days_ago(4),
                "status": "shipped",
                "currency": "USD",
                "lines": [{"id": f"l{number}", "sku": "MUG", "title": "Mug", "quantity": 1, "price": "12.00"}],
                "shipments": [
                    {
                        "id": f"s{number}",
                        "carrier": "UPS",
                        "tracking_number": f"1Z999AA1{number:010d}",
                        "line_ids": [f"l{number}"],
                        "shipped_at": days_ago(3),
                        "events": [{"at": days_ago(2), "status": "in_transit", "place": "Portland, OR"}],
                    }
                ],
            }
            for number in range(customers)
        ]
    }
