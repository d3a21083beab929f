"""What customers wrote that was not understood, for the merchant to label. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.model import Channel, Message, Reading
from bot.records import Customer
from storage.parties import CUSTOMERS, TABLES

INBOX = TABLES["inbox"]
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Unclear:
    """A message that was asked back about or put down as nothing; `guesses` are the intents offered, best first."""

    text: str
    language: str
    channel: Channel
    guesses: tuple[str, ...]
    names: tuple[str, ...]


def unclear_messages(connection: Connection, since: datetime | None = None) -> Iterator[Unclear]:
    """In the order they came; `since` leaves out what came before."""
    query = (
        select(INBOX.c.message, INBOX.c.reading, INBOX.c.channel, CUSTOMERS.c.record)
        .join_from(INBOX, CUSTOMERS, CUSTOMERS.c.id == INBOX.c.customer_id)
        .where(INBOX.c.state == "done", INBOX.c.reading.is_not(None))
        .order_by(INBOX.c.id)
        .execution_options(yield_per=BATCH)
    )
    if since is not None:
        query = query.where(INBOX.c.received_at >= since)
    for row in connection.execute(query):
        reading = Reading.model_validate(row.reading)
        message = Message.model_validate(row.message)
        if message.silent or message.opt_out or message.choice or not is_unclear(reading):
            continue
        customer = Customer.model_validate(row.record) if row.record else None
        own = (customer.first_name, customer.last_name) if customer else ()
        names = (*own, message.profile_name)
        yield Unclear(
            text=reading.text,
            language=reading.language,
            channel=Channel(row.channel),
            guesses=tuple(wish.intent for wish in reading.candidates),
            names=tuple(name for name in names if name),
        )


def is_unclear(reading: Reading) -> bool:
    """Whether a message with words was neither acted on nor an answer, a command or a taking back."""
    understood = (
        reading.wishes
        or reading.answered
        or reading.person
        or reading.stop
        or reading.start
        or reading.help
        or reading.never_mind
        or reading.correction
    )
    return not understood and any(character.isalpha() for character in reading.text)
