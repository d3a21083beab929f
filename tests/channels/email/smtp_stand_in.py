"""An SMTP server on loopback, with the faults that servers have."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class StandIn:
    """`answers` replaces the answer to MAIL, RCPT or DATA; "close" hangs up, "wait" never answers."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - the server's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.encrypted.append(session.ssl is not None)
        self.taken.append(envelope)
        answer = self.answers.get("DATA", "250 OK")
        if answer == "close":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if answer == "wait":
            await asyncio.sleep(5)
        return answer

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"p@ss", handled=False)


@contextmanager
def standing_in(answers: dict[str, str] | None = None, **options: Any) -> Iterator[StandIn]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stand_in = StandIn(answers or {}, port=port)
    controller = Controller(
        stand_in, hostname="127.0.0.1", port=port, authenticator=stand_in.authenticate, enable_SMTPUTF8=True, **options
    )
    controller.start()
    try:
        yield stand_in
    finally:
        controller.stop()


def certificate(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own for localhost, and the file to trust it by."""
    key, cert = directory / "key.pem", directory / "cert.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, cert
