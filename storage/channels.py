"""What channels ask of the tables beside the inbox and the outbox, each in a short transaction of its own."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select

from bot.actions import SetConsent
from bot.merchant.shop import Shop
from bot.model import Address, Category
from bot.ports import Clock
from storage.dealings import MakeActions
from storage.engine import reading
from storage.parties import ADDRESSES, CUSTOMERS, TABLES, into

INBOX = TABLES["inbox"]
OUTBOX = TABLES["outbox"]
CONTENTS = TABLES["contents"]


class ChannelBooks:
    """Reads and writes for the senders: whose a provider's id is, and the ContentSids of shapes made so far."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def taken(self, provider_id: str) -> bool:
        """Whether some message of the outbox already goes by this provider's id."""
        with reading(self._engine) as connection:
            return (
                connection.execute(select(OUTBOX.c.id).where(OUTBOX.c.provider_id == provider_id)).first() is not None
            )

    def seen(self, provider_id: str) -> bool:
        """Whether a message with this provider's id was ever taken in."""
        with reading(self._engine) as connection:
            found = connection.execute(select(INBOX.c.id).where(INBOX.c.provider_id == provider_id)).first()
        return found is not None

    def began(self, prefix: str) -> datetime | None:
        """When the first message of the provider whose ids begin so was taken in."""
        query = select(INBOX.c.received_at).where(INBOX.c.provider_id.startswith(prefix, autoescape=True))
        with reading(self._engine) as connection:
            return connection.execute(query.order_by(INBOX.c.id).limit(1)).scalar()

    def content_sid(self, shape: str) -> str | None:
        with reading(self._engine) as connection:
            found = connection.execute(select(CONTENTS.c.sid).where(CONTENTS.c.shape == shape)).scalar_one_or_none()
        return None if found is None else str(found)

    def keep_content(self, shape: str, sid: str) -> None:
        """The first sid of a shape stays."""
        with self._engine.begin() as connection:
            connection.execute(
                into(connection, CONTENTS).values(shape=shape, sid=sid, at=self._clock.now()).on_conflict_do_nothing()
            )


def withdraw_consent(
    connection: Connection, actions: MakeActions, address: Address, category: Category, shop: Shop, now: datetime
) -> bool:
    """Takes back the consent of whoever this address belongs to; False when it is nobody's. May be asked for again."""
    here = (ADDRESSES.c.channel == address.channel.value) & (ADDRESSES.c.key == address.key)
    party = connection.execute(select(ADDRESSES.c.customer_id).where(here)).scalar_one_or_none()
    if party is None:
        return False
    connection.execute(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == party).with_for_update(key_share=True))
    action = SetConsent(
        channel=address.channel, categories=(category,), given=False, source="unsubscribe link", words=""
    )
    actions(connection, party, address, shop, now).perform(action, f"{party}/{category}/{now.isoformat()}/unsubscribe")
    return True
