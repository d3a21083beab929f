"""The mouth of the email channel: one connection, one mail, one event loop, all within a deadline (CHANNELS.md 36)."""

import asyncio
import contextlib

from aiosmtplib import SMTP, SMTPException

from bot.errors import SendRefused
from bot.model import Outgoing
from channels.email.compose import Composed, Composer
from channels.email.faults import Stage, fault_of
from channels.email.settings import Server, Tls
from channels.email.tokens import provider_id_of

DEADLINE_SECONDS = 30.0
GOODBYE_SECONDS = 2.0


class EmailSender:
    """Fills bot.ports.Sender, from any thread without an event loop of its own."""

    def __init__(self, server: Server, composer: Composer, *, deadline: float = DEADLINE_SECONDS) -> None:
        self._server = server
        self._composer = composer
        self._deadline = deadline

    def send(self, outgoing: Outgoing) -> str:
        composed = self._composer.compose(outgoing)
        asyncio.run(_Delivery(self._server, composed, self._deadline).run())
        return provider_id_of(outgoing.outbox_id)

    def find(self, outgoing: Outgoing) -> str | None:  # noqa: ARG002 - the port's shape
        """None, always: SMTP cannot be asked. Sending again repeats the Message-ID, which makes two copies one mail to
        those who look at it (CHANNELS.md 37)."""
        return None


class _Delivery:
    def __init__(self, server: Server, mail: Composed, deadline: float) -> None:
        self._mail = mail
        self._deadline = deadline
        self._stage = Stage.CONNECT
        self._client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls is Tls.IMPLICIT,
            start_tls=server.tls is Tls.STARTTLS,
            local_hostname=mail.sender.rpartition("@")[2],
            timeout=deadline,
        )

    async def run(self) -> None:
        """Raises a SendFault for whatever happens before the server's yes, and for nothing after it."""
        try:
            async with asyncio.timeout(self._deadline):
                await self._hand_over()
        except (SMTPException, OSError, TimeoutError) as error:
            raise fault_of(error, self._stage) from error
        else:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                await self._client.quit(timeout=GOODBYE_SECONDS)
        finally:
            self._client.close()

    async def _hand_over(self) -> None:
        await self._client.connect()
        if self._mail.utf8 and not self._client.supports_extension("smtputf8"):
            raise SendRefused("the server takes no address beyond ASCII", "5.6.7")
        encoding = "utf-8" if self._mail.utf8 else "ascii"
        options = ["SMTPUTF8"] if self._mail.utf8 else []
        self._stage = Stage.SENDER
        await self._client.mail(self._mail.sender, options=options, encoding=encoding)
        self._stage = Stage.RECIPIENT
        await self._client.rcpt(self._mail.recipient, encoding=encoding)
        self._stage = Stage.DATA
        await self._client.data(self._mail.data)
