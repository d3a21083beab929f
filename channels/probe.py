"""Whether the providers take our credentials: asked by hand from `flask doctor`, never while serving. Sends nothing."""

import asyncio

from aiosmtplib import SMTP, SMTPException

from bot.errors import SendFault
from channels.email.settings import Server, Tls
from channels.twilio.settings import TwilioSettings
from channels.twilio.wire import client_of

PATIENCE = 10.0  # seconds


def probe_twilio(settings: TwilioSettings) -> str | None:
    """What is wrong with the account, or None."""
    try:
        account = client_of(settings).api.accounts(settings.account_sid).fetch()
    except SendFault as fault:
        return f"Twilio refuses the account: {fault}"
    status = str(account.status or "")
    return None if status in ("", "active") else f"the Twilio account is {status}"


def probe_smtp(server: Server) -> str | None:
    """What is wrong between us and the mail server, or None."""
    try:
        asyncio.run(_greet(server))
    except (SMTPException, OSError, TimeoutError) as error:
        return f"the mail server at {server.host}:{server.port} is no use: {type(error).__name__}: {error}"
    return None


async def _greet(server: Server) -> None:
    client = SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls is Tls.IMPLICIT,
        start_tls=server.tls is Tls.STARTTLS,
        timeout=PATIENCE,
    )
    async with asyncio.timeout(PATIENCE):
        await client.connect()
        await client.noop()
        await client.quit()
