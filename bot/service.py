"""The order of doing, over the ports: receive, answer_next, send_next, fire_due, sweep, record_delivery.

Holds no decision: what a message means, what is said, whether it may go are asked of the mind. Nothing is sent or
waited for inside a transaction; what fails is written down with ids and comes again, later and later, or goes to a
person.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from time import perf_counter
from zoneinfo import ZoneInfo

import structlog

from bot import conversation, outreach
from bot.actions import OpenHandoff
from bot.consent import Drop, Hold
from bot.hours import whereabouts_of
from bot.mailcap import HOUR, over_hourly_cap
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Conversation, DeliveryStatus, Event, Expected, Kind, Message, Reading
from bot.notices import Go, Judgement, Notice, csat_after
from bot.ports import Advisor, Clock, Reader, Records, Sender
from bot.records import Customer, Order, Product, Variant
from bot.reply import Draft, draft, threading
from bot.sending import Sending
from bot.store import Inbound, Outreach, Store, Turn
from bot.understanding.opinion import Question, question_of, reranked
from bot.watch import Unwatched, Watch, where
from bot.world import joined, world_of

TRIES = 6  # failed turns before a message is set aside
BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=15)
FAULTY_NOTICE_WAIT = timedelta(minutes=10)
MOST_PRODUCTS = 50  # whose variants a text is compared with
BATCH = 20  # parties of one transaction of fire_due

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Facts:
    """What understanding may compare a text with; fills `ports.Known`."""

    today: datetime
    orders: Sequence[Order]
    records: Records
    customer: Customer | None = None
    asked: Expected | None = None

    def variants(self) -> Sequence[Variant]:
        return [variant for product in (*self._bought, *self._offered) for variant in product.variants]

    def products(self) -> Sequence[Product]:
        return self._bought

    @cached_property
    def _bought(self) -> tuple[Product, ...]:
        """Looked up only when a text speaks of a thing bought, a size or a colour, and then once."""
        ids = {line.product_id: None for order in self.orders for line in order.lines if line.product_id}
        products = [self.records.product(product_id) for product_id in list(ids)[:MOST_PRODUCTS]]
        return tuple(product for product in products if product)

    @property
    def _offered(self) -> tuple[Product, ...]:
        """The product whose variants are asked about, where nobody bought it."""
        if self.asked is None or self.asked.kind is not Kind.VARIANT or not self.asked.choices:
            return ()
        product = self.records.product_of_sku(self.asked.choices[0].id)
        return (product,) if product and product not in self._bought else ()


class _Unsure(Exception):
    """A turn that waits for a second opinion: nothing of it is kept, and it is taken again once there is one."""

    def __init__(self, question: Question) -> None:
        super().__init__("a second opinion is wanted")
        self.question = question


class Service:
    """`shop` gives the files as they are now; `suppresses` says which codes of a delivery report end an address.

    `on_received` and `on_outgoing` are called after the commit that makes work; they wake who does it.
    """

    def __init__(
        self,
        store: Store,
        reader: Reader,
        shop: Callable[[], Shop],
        senders: Mapping[Channel, Sender],
        clock: Clock,
        *,
        suppresses: Callable[[str], bool] = lambda code: False,
        watch: Watch | None = None,
        jitter: Callable[[], float] = random.random,
        advisor: Advisor | None = None,
    ) -> None:
        self._advisor = advisor
        self.clock = clock
        self.on_received: Callable[[], None] = _nobody
        self.on_outgoing: Callable[[], None] = _nobody
        self._store = store
        self._reader = reader
        self._shop = shop
        self._channels = frozenset(senders)
        self._suppresses = suppresses
        self._watch = watch or Unwatched()
        self._sending = Sending(store, shop, senders, clock, self._watch, jitter)

    # -- in --------------------------------------------------------------------------------------------------------

    def receive(self, message: Message) -> bool:
        """Keeps an inbound message; it is durable when this returns. False: it was here before."""
        receipt = self._store.receive(message, self.clock.now())
        if not receipt.new:
            self._watch.count("received", channel=message.sender.channel, outcome="again")
            return False
        self._watch.count("received", channel=message.sender.channel, outcome="aside" if receipt.aside else "new")
        if receipt.aside:
            log.warning("message_set_aside", provider_id=message.provider_id, reason="flood")
        else:
            self.on_received()
        return True

    # -- answering -------------------------------------------------------------------------------------------------

    def answer_next(self) -> bool:
        """Takes one turn: the oldest waiting message of a party nobody deals with. False: there is none."""
        now, shop = self.clock.now(), self._shop()
        began = perf_counter()
        inbound: Inbound | None = None
        try:
            with self._store.next_turn(now) as turn:
                if turn is None:
                    return False
                inbound = turn.inbound
                self._answer(turn, shop, now)
        except _Unsure as unsure:
            if self._advisor:
                self._advisor.ask(unsure.question)
            return True
        except Exception as fault:
            if inbound is None:
                raise
            self._count_failure(inbound, fault)
            return True
        self._watch.time("turn", perf_counter() - began)
        self.on_outgoing()
        return True

    def _answer(self, turn: Turn, shop: Shop, now: datetime) -> None:
        """The turn from reading to outbox."""
        message = turn.inbound.message
        before = joined(turn.conversation, message)
        world = world_of(turn, message.sender, shop, now, verified=message.verified, conversation=before)
        today = now.astimezone(ZoneInfo(world.zone))
        known = Facts(today, world.orders, world.records, world.customer, before.expected)
        whole = _text_of(message, before.expected)
        language = before.language or (world.customer.language if world.customer else None)

        def reread(expected: Expected, text: str | None = None) -> Reading:
            return self._reader.read(whole if text is None else text, expected, known, language)

        reading = self._reader.read(whole, before.expected, known, language)
        if self._advisor and _is_ours(message, before):
            names = _names_of(turn.party.customer or world.customer, message)
            reading = _advised(self._advisor, reading, before.expected, names)
        act = turn.actions(message.sender, shop, now).perform
        taken = conversation.turn(before, message, reading, world, act, reread)
        turn.save(taken.conversation, now)
        turn.note(taken.events, now)
        customer = turn.party.customer
        if customer and message.verified and conversation.is_resolved(taken):
            asked = csat_after(customer, whereabouts_of(customer, shop), shop, now)
            turn.plan([asked] if asked else [], now)
        reply = None
        if not message.silent:
            reply = draft(
                taken.says,
                message.sender,
                shop,
                language=taken.conversation.language or shop.settings.language,
                zone=world.zone,
                now=now,
                exempt=taken.exempt,
                inbox_id=turn.inbound.id,
                headers=threading(message),
            )
        if reply and not self._capped(turn, reply, shop, now):
            turn.post(reply, now)
        turn.done(reading, now)

    def _capped(self, turn: Turn, reply: Draft, shop: Shop, now: datetime) -> bool:
        """Whether this mail address had its hour's worth: two bots facing each other stop."""
        if reply.channel is not Channel.EMAIL:
            return False
        sent = turn.written_since(reply.address, now - HOUR)
        if not over_hourly_cap(sent, shop.settings.limits, now):
            return False
        turn.note([Event(kind="reply_capped", data={"inbox_id": turn.inbound.id, "key": reply.key})], now)
        log.warning("reply_capped", party=turn.party.id, inbox=turn.inbound.id)
        return True

    def _count_failure(self, inbound: Inbound, fault: Exception) -> None:
        """Puts the party off, longer each time; at last sets the message aside and asks a person."""
        name, tries = type(fault).__name__, inbound.tries + 1
        log.error("turn_failed", party=inbound.party, inbox=inbound.id, tries=tries, fault=name, at=where(fault))
        self._watch.count("turn_failed", fault=name)
        if tries < TRIES:
            wait = min(BACKOFF * 2 ** (tries - 1), LONGEST_BACKOFF)
            with self._store.again(inbound) as turn:
                if turn:
                    turn.set_back(name, self.clock.now() + wait)
            return
        try:
            self._give_up(inbound, name, ask=True)
        except Exception as second:
            log.error("handoff_failed", party=inbound.party, inbox=inbound.id, fault=type(second).__name__)
            self._give_up(inbound, name, ask=False)
        self.on_outgoing()

    def _give_up(self, inbound: Inbound, fault: str, *, ask: bool) -> None:
        now, shop = self.clock.now(), self._shop()
        with self._store.again(inbound) as turn:
            if turn is None:
                return
            turn.set_aside(fault, now)
            turn.note([Event(kind="message_set_aside", data={"inbox_id": inbound.id, "fault": fault})], now)
            if ask:
                action = OpenHandoff(reason="failed", silences_bot=False, label=f"-{inbound.id}")
                turn.actions(inbound.message.sender, shop, now).perform(action, f"{inbound.party}/{inbound.id}/failed")
        log.error("message_set_aside", party=inbound.party, inbox=inbound.id, reason=fault)

    # -- sending ---------------------------------------------------------------------------------------------------

    def send_next(self) -> bool:
        """Sends, holds, drops or looks for one message whose time has come. False: there is none."""
        return self._sending.send_next()

    # -- what the provider says ------------------------------------------------------------------------------------

    def record_delivery(
        self, provider_id: str, status: DeliveryStatus, error_code: str | None, outbox_id: int | None, at: datetime
    ) -> None:
        """Keeps a delivery report, in whatever order and however often it comes."""
        address = self._store.record_delivery(provider_id, status, error_code, outbox_id, at)
        self._watch.count("delivery", status=status)
        if address and error_code and self._suppresses(error_code):
            self._store.suppress(address.channel, address.key, f"refused:{error_code}")

    def suppress_recipient(self, outbox_id: int, why: str) -> None:
        """Nothing goes to the address of this message any more: it bounced for good, or its owner complained."""
        self._store.suppress_recipient(outbox_id, why)

    def sent_bodies(self, address: Address) -> Iterable[str]:
        """The texts lately sent to an address, newest first: what a reply may quote."""
        return self._store.bodies_sent(address)

    # -- reaching out ----------------------------------------------------------------------------------------------

    def fire_due(self, now: datetime, limit: int = 1000) -> int:
        """Decides due notices, longest due first; how many parties were dealt with. Busy ones come next time."""
        shop = self._shop().reaching(self._channels)

        def deal(dealing: Outreach, notice: Notice) -> None:
            self._count_notice(notice, outreach.fire(dealing, notice, shop, now).judgement)

        def faulted(dealing: Outreach, notice: Notice | None, fault: Exception) -> None:
            name, until = type(fault).__name__, now + FAULTY_NOTICE_WAIT
            known = notice.id if notice else None
            log.error("notice_failed", party=dealing.party.id, notice=known, fault=name, at=where(fault))
            if notice:
                dealing.hold(notice, until, f"fault:{name}")
            else:
                dealing.put_off(now, until, f"fault:{name}")

        parties = self._store.due_parties(now, limit)
        dealt = sum(self._store.reach_out(batch, now, deal, faulted) for batch in _batches(parties))
        if dealt:
            self.on_outgoing()
        return dealt

    def _count_notice(self, notice: Notice, judgement: Judgement) -> None:
        why = judgement.why if isinstance(judgement, Hold | Drop) else ""
        decision = "send" if isinstance(judgement, Go) else "hold" if isinstance(judgement, Hold) else "drop"
        self._watch.count("notice", kind=notice.kind, decision=decision, reason=why)

    def sweep(self) -> None:
        """What no event wakes: leases that ran out, and whatever a push missed."""
        if self._store.expire_leases(self.clock.now()):
            log.warning("leases_ran_out")
        self.on_received()
        self.on_outgoing()


def _batches(parties: Sequence[int]) -> Iterable[Sequence[int]]:
    return (parties[start : start + BATCH] for start in range(0, len(parties), BATCH))


def _is_ours(message: Message, before: Conversation) -> bool:
    """Whether the bot will answer at all: not what no machine may answer, an opt-out, or what a person has in hand."""
    return not (message.silent or message.opt_out or before.held_since)


def _names_of(customer: Customer | None, message: Message) -> list[str]:
    own = (customer.first_name, customer.last_name) if customer else ()
    return [name for name in (*own, message.profile_name) if name]


def _advised(advisor: Advisor, reading: Reading, expected: Expected | None, names: Sequence[str]) -> Reading:
    """The reading in the light of a second opinion, if one is wanted. Raises _Unsure when it was not asked for yet."""
    question = question_of(reading, expected, names)
    if question is None:
        return reading
    asked, opinion = advisor.recall(question)
    if not asked:
        raise _Unsure(question)
    return reranked(reading, opinion)


def _nobody() -> None:
    """Nobody is to be woken: workers elsewhere look for themselves."""


def _text_of(message: Message, expected: Expected | None) -> str:
    """The words, or the id of an offered choice that was tapped."""
    offered = expected is not None and any(choice.id == message.choice for choice in expected.choices)
    return message.choice if message.choice and (offered or not message.text) else message.text
