"""What every action is done with: the transaction, for whom, for which shop, when. And the mail that actions send."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from bot.contact import email_key
from bot.facts import View, customer_view
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Outcome, Say, Status
from bot.records import Customer
from bot.reply import Draft, draft
from storage.outbox import insert_draft
from storage.records import SqlRecords, table
from storage.tables import EventRow

EVENTS = table(EventRow)


@dataclass(frozen=True, slots=True)
class Doing:
    """`party` is the row of `customers` that the conversation is with; `sender` where its message came from."""

    connection: Connection
    party: int
    sender: Address
    shop: Shop
    now: datetime
    secret: str

    @property
    def records(self) -> SqlRecords:
        return SqlRecords(self.connection, self.shop.catalog)

    def happened(self, kind: str, **data: Any) -> None:
        row = {"customer_id": self.party, "at": self.now, "kind": kind, "data": data}
        self.connection.execute(insert(EVENTS).values(row))

    def write(self, key: str, facts: Mapping[str, Any], to: Address, customer: Customer | None) -> Draft | None:
        """A message about this, in the customer's language and zone; in the shop's where there is no customer."""
        settings = self.shop.settings
        return draft(
            [Say(key=key, facts=dict(facts))],
            to,
            self.shop,
            language=(customer.language if customer else None) or settings.language,
            zone=(customer.time_zone if customer else None) or settings.time_zone,
            now=self.now,
        )

    def mail_shop(self, key: str, facts: Mapping[str, Any], handoff_id: int | None = None) -> None:
        """To the shop's own people, where it names an address for them; with a case, their answer leads back to it."""
        to = self.shop.settings.handoff.email
        written = (
            self.write(key, facts, Address(channel=Channel.EMAIL, raw=to, key=email_key(to)), None) if to else None
        )
        if written:
            self.post(replace(written, audience="shop", handoff_id=handoff_id), self.party)

    def post(self, written: Draft, party: int) -> None:
        insert_draft(self.connection, party, written, self.now)

    def writer_view(self) -> View:
        """The customer as the shop's people are told of them; of a stranger, where they write from."""
        customer = self.records.customer_of(self.party)
        view = customer_view(customer)
        if customer is None:
            view["email" if self.sender.channel is Channel.EMAIL else "phone"] = self.sender.key
        return view


def done(**data: Any) -> Outcome:
    return Outcome(status=Status.DONE, data=data)


def pending(**data: Any) -> Outcome:
    return Outcome(status=Status.PENDING, data=data)


def refused(code: str) -> Outcome:
    return Outcome(status=Status.REFUSED, code=code)
