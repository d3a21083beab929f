"""A real mail server for tests: OpenSMTPD on a loopback port, with its own configuration and a Maildir for customers.

What comes for the shop's domain is piped to the webhook; what comes for the customers' domain lands in their Maildir.
OpenSMTPD has one queue and one control socket per machine, so one runs at a time (a lock file keeps it so), as root.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHOP_DOMAIN = "shop.example"
CUSTOMER_DOMAIN = "customer.example"
GONE = f"gone@{CUSTOMER_DOMAIN}"  # its mail cannot be delivered, and bounces
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
LOCK = Path("/tmp/opensmtpd-tests.lock")

CONFIGURATION = """
listen on 127.0.0.1 port {port} hostname mail.{shop}

action "bot" mda "{pipe} {url} {secret} '%{{sender}}' '%{{rcpt}}'" user nobody virtual {{ "@" = nobody }}
action "customers" maildir "{maildir}" user nobody virtual {{ "@" = nobody }}
action "gone" mda "false" user nobody virtual {{ "@" = nobody }}

match from any for rcpt-to "{gone}" action "gone"
match from any for domain "{shop}" action "bot"
match from any for domain "{customers}" action "customers"
"""


@dataclass(frozen=True)
class MailServer:
    port: int
    maildir: Path

    def inject(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Sends by swaks; raises when the server does not take it."""
        command = ["swaks", "--server", "127.0.0.1", "--port", str(self.port), "--helo", CUSTOMER_DOMAIN, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)

    def delivered(self, count: int, seconds: float = 20) -> list[bytes]:
        """The mails in the customers' Maildir, once there are so many; fewer when the time is over."""
        until = time.monotonic() + seconds
        while len(found := sorted(self.maildir.glob("new/*"))) < count and time.monotonic() < until:
            time.sleep(0.05)
        return [path.read_bytes() for path in found]

    def try_again(self, done: Callable[[], bool], seconds: float = 20) -> None:
        """Has the server deliver what it deferred, until it is done or the time is over."""
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            _control("schedule", "all")
            time.sleep(0.2)


@contextmanager
def mail_server(directory: Path, url: str, secret: str) -> Iterator[MailServer]:
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = MailServer(_free_port(), directory / "Maildir")
        directory.chmod(0o755)
        server.maildir.mkdir()
        server.maildir.chmod(0o777)  # the server delivers as nobody
        process = _start(server, directory, url, secret)
        try:
            _clear_queue()
            _control("resume", "mda")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=10)


def _control(*arguments: str) -> str:
    command = [*AS_ROOT, str(shutil.which("smtpctl", path=PATH)), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=10).stdout


def _clear_queue() -> None:
    """Takes out what an earlier test left behind, and nothing else: the queue is the machine's."""
    for line in _control("show", "queue").splitlines():
        if f"@{SHOP_DOMAIN}|" in line or f"@{CUSTOMER_DOMAIN}|" in line:
            _control("remove", line.partition("|")[0])


def _start(server: MailServer, directory: Path, url: str, secret: str) -> subprocess.Popen[bytes]:
    pipe = f"perl {shutil.copy(Path(__file__).with_name('deliver.pl'), directory)}"
    configuration = directory / "smtpd.conf"
    facts = {
        "port": server.port,
        "shop": SHOP_DOMAIN,
        "customers": CUSTOMER_DOMAIN,
        "gone": GONE,
        "maildir": server.maildir,
    }
    configuration.write_text(CONFIGURATION.format(pipe=pipe, url=url, secret=secret, **facts))
    log = (directory / "smtpd.log").open("wb")
    command = [*AS_ROOT, str(shutil.which("smtpd", path=PATH)), "-d", "-P", "mda", "-f", str(configuration)]
    with log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    _wait_for(server.port, process, directory / "smtpd.log")
    return process


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"OpenSMTPD did not start: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
