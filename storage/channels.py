"""What channels ask of the tables beside the inbox and the outbox, each in a short transaction of its own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update

from bot.model import Address, Rendered
from storage.engine import reading
from storage.parties import ADDRESSES, TABLES, into

OUTBOX = TABLES["outbox"]
CONTENTS = TABLES["contents"]
RECENT = timedelta(days=90)  # mails answered later than that are read without knowing what we wrote
MOST_BODIES = 20


class ChannelBooks:
    """Reads and writes for the channels' senders and webhooks. `sent_bodies` are of the address's latest mails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def taken(self, provider_id: str) -> bool:
        """Whether some message of the outbox already goes by this provider's id."""
        with reading(self._engine) as connection:
            return (
                connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.provider_id == provider_id)).first() is not None
            )

    def content_sid(self, shape: str) -> str | None:
        with reading(self._engine) as connection:
            found = connection.execute(select(CONTENTS.c.sid).where(CONTENTS.c.shape == shape)).scalar_one_or_none()
        return None if found is None else str(found)

    def keep_content(self, shape: str, sid: str, now: datetime) -> None:
        """The first sid of a shape stays."""
        with self._engine.begin() as connection:
            connection.execute(into(connection, CONTENTS).values(shape=shape, sid=sid, at=now).on_conflict_do_nothing())

    def sent_bodies(self, address: Address, now: datetime) -> Sequence[str]:
        """What we lately wrote to this address, newest first, so that it is known again when quoted."""
        known = select(ADDRESSES.c.customer_id).where(
            ADDRESSES.c.channel == address.channel.value, ADDRESSES.c.key == address.key
        )
        query = (
            select(OUTBOX.c.body)
            .where(OUTBOX.c.customer_id.in_(known), OUTBOX.c.address_key == address.key)
            .where(OUTBOX.c.created_at > now - RECENT)
            .order_by(OUTBOX.c.id.desc())
            .limit(MOST_BODIES)
        )
        with reading(self._engine) as connection:
            return [Rendered.model_validate(body).text for body in connection.execute(query).scalars()]

    def suppress(self, outbox_id: int, why: str) -> None:
        """Nothing goes any more to the address that this message went to; an earlier reason stays."""
        sent_to = select(OUTBOX.c.channel, OUTBOX.c.address_key).where(OUTBOX.c.id == outbox_id)
        with self._engine.begin() as connection:
            found = connection.execute(sent_to).first()
            if found is None:
                return
            here = (ADDRESSES.c.channel == found.channel) & (ADDRESSES.c.key == found.address_key)
            free = update(ADDRESSES).where(here, ADDRESSES.c.suppressed.is_(None))
            connection.execute(free.values(suppressed=why))
