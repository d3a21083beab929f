"""`flask chat`: talk to the bot in the terminal, by the same inbox, turns and outbox as every other channel."""

import sys
import time
from collections.abc import Iterator, Mapping
from uuid import uuid4

import click
from flask.cli import with_appcontext

from bot.errors import SendRefused
from bot.model import Address, Channel, Message, Outgoing
from bot.ports import Sender
from console.parts import Parts, Service, parts

PATIENCE = 20.0  # seconds for a reply, should another process be writing it


class TerminalSender:
    """Hands over what is for this terminal, which reads it from the outbox; everything else goes the usual way."""

    def __init__(self, address: Address, usual: Sender | None) -> None:
        self._address = address
        self._usual = usual

    def send(self, outgoing: Outgoing) -> str:
        return f"terminal:{outgoing.outbox_id}" if self._mine(outgoing) else self._other().send(outgoing)

    def find(self, outgoing: Outgoing) -> str | None:
        return f"terminal:{outgoing.outbox_id}" if self._mine(outgoing) else self._other().find(outgoing)

    def _other(self) -> Sender:
        if self._usual is None:
            raise SendRefused("no sender for this channel", "no_sender")
        return self._usual

    def _mine(self, outgoing: Outgoing) -> bool:
        same = (outgoing.channel, outgoing.to) == (self._address.channel, self._address.raw)
        return same and outgoing.audience == "customer"


@click.command("chat")
@click.option("--as", "contact", metavar="PHONE_OR_EMAIL", help="Write as this customer; a stranger when left out.")
@click.option("--channel", type=click.Choice([channel.value for channel in Channel]), help="chat when not given")
@with_appcontext
def chat_command(contact: str | None, channel: str | None) -> None:
    """Talk to the bot in the terminal, one message a line."""
    joined = parts()
    joined.warm()
    chosen = Channel(channel or Channel.CHAT)
    address = _seat(joined, contact, chosen)
    if chosen is not Channel.CHAT and sys.stdin.isatty():
        click.echo(f"You write as {contact} by {chosen}; a server running now may send the replies there.", err=True)
    service = joined.service_with(_senders(joined.senders, address))
    for line in _lines():
        for shown in _exchange(joined, service, address, line):
            click.echo(shown)


def _seat(joined: Parts, contact: str | None, channel: Channel) -> Address:
    if contact is None:
        if channel is not Channel.CHAT:
            raise click.ClickException(f"--channel {channel} needs --as: whose address it is")
        name = f"terminal:{uuid4().hex}"
        return Address(channel=channel, raw=name, key=name)
    address = joined.take_seat(contact, channel)
    if address is None:
        raise click.ClickException(f"{contact} is not the contact of exactly one customer")
    return address


def _senders(usual: Mapping[Channel, Sender], address: Address) -> Mapping[Channel, Sender]:
    return {**usual, address.channel: TerminalSender(address, usual.get(address.channel))}


def _lines() -> Iterator[str]:
    """The lines of standard input, asked for when somebody is sitting there."""
    while True:
        if sys.stdin.isatty():
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


def _exchange(joined: Parts, service: Service, address: Address, text: str) -> Iterator[str]:
    """Sends one message and gives what comes back, as this channel would show it."""
    after = joined.newest_reply()
    provider_id = f"terminal:{uuid4().hex}"
    service.receive(Message(provider_id=provider_id, sender=address, text=text, received_at=joined.clock.now()))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        busy = service.answer_next() or service.send_next()
        if not busy and joined.is_settled(provider_id):
            break
        if not busy:
            time.sleep(0.05)
    for reply in joined.replies(address, after):
        if reply.state in ("dropped", "failed"):
            yield f"({reply.state}: {reply.reason})"
        else:
            yield from joined.shaped(address.channel, reply.body)
            yield ""
