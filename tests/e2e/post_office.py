"""Mail from outside: a server on loopback that keeps what the shop sends, and mails as a provider would hand them in.

No DMARC is checked here, so the verdict is written into the mails, as a server that checks it does (RFC 8601).
"""

import threading
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid
from types import TracebackType

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from tests.e2e.outside import free_port

SHOP_ADDRESS = "hello@shop.example"
AUTHSERV = "mx.shop.example"
SECRET = "an-email-webhook-secret-of-the-tests"


class PostOffice:
    """Takes every mail and keeps it, in the order they came."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    def __enter__(self) -> "PostOffice":
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        with self._lock:
            self.mails.append(mail)  # type: ignore[arg-type]
        return "250 OK"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a shop that sends through this server and takes mail in."""
        return {
            "SMTP_URL": f"smtp://127.0.0.1:{self._controller.port}?starttls=false",
            "EMAIL_FROM": f"Shop <{SHOP_ADDRESS}>",
            "EMAIL_WEBHOOK_SECRET": SECRET,
            "EMAIL_AUTHSERV_ID": AUTHSERV,
        }

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] is not None and address in str(mail["To"])]


def text_of(mail: EmailMessage) -> str:
    """The plain words of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").strip()


def write_mail(
    sender: str,
    text: str,
    *,
    subject: str = "My order",
    dmarc: str | None = "pass",
    domain: str | None = None,
    answers: EmailMessage | None = None,
) -> EmailMessage:
    """A mail to the shop. `dmarc` None leaves the verdict out; `domain` is the one it is about, the sender's own if
    None; `answers` is the shop's mail that this one replies to."""
    mail = EmailMessage(policy=default)
    if dmarc is not None:
        found = domain or sender.rpartition("@")[2]
        mail["Authentication-Results"] = f"{AUTHSERV}; dmarc={dmarc} header.from={found}"
    mail["From"] = sender
    mail["To"] = str(answers["Reply-To"]) if answers else SHOP_ADDRESS
    mail["Subject"] = f"Re: {answers['Subject']}" if answers else subject
    mail["Message-ID"] = make_msgid(domain="customers.example")
    if answers:
        mail["In-Reply-To"] = str(answers["Message-ID"])
    mail.set_content(text)
    return mail


def hand_in(client: httpx.Client, base: str, mail: EmailMessage) -> int:
    """The status of the webhook's answer."""
    headers = {"Authorization": f"Bearer {SECRET}", "X-Envelope-From": str(mail["From"])}
    return client.post(f"{base}/webhooks/email/mime", content=mail.as_bytes(), headers=headers).status_code
