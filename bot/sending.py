"""One message on its way out: judged once more, leased, handed to its channel outside any transaction, and noted.

A lease that ran out, or no answer after the request left, is an unknown outcome: it is looked for, and sent again only
when it surely did not leave. Decides only how long to wait before the next try.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.consent import Drop, Hold, may_send
from bot.errors import SendLater, SendRefused, SendUnknown
from bot.hours import whereabouts_of
from bot.merchant.shop import Shop
from bot.model import Channel, Outgoing
from bot.ports import Clock, Sender
from bot.store import Ready, Store
from bot.watch import Watch, where

TRIES = 12
BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(minutes=15)
LEASE = timedelta(seconds=90)  # three time-outs of a provider's request
CALLBACK_WAIT = timedelta(seconds=30)  # an unknown outcome is looked for only then: the callback may tell it

log = structlog.get_logger(__name__)


class Sending:
    """The sender's work over the outbox; `jitter` gives 0…1."""

    def __init__(
        self,
        store: Store,
        shop: Callable[[], Shop],
        senders: Mapping[Channel, Sender],
        clock: Clock,
        watch: Watch,
        jitter: Callable[[], float],
    ) -> None:
        self.clock = clock
        self._store = store
        self._shop = shop
        self._senders = senders
        self._watch = watch
        self._jitter = jitter

    def send_next(self) -> bool:
        """Sends, holds, drops or looks for one message whose time has come. False: there is none."""
        now, shop = self.clock.now(), self._shop()
        with self._store.next_outgoing(now) as ready:
            if ready is None:
                return False
            outgoing = self._cleared(ready, shop, now)
            unknown = ready.unknown
        if outgoing is not None:
            self._deliver(outgoing, unknown=unknown)
        return True

    def _cleared(self, ready: Ready, shop: Shop, now: datetime) -> Outgoing | None:
        """Judges once more at the last moment (P6), and takes the lease of what may go."""
        outgoing = ready.outgoing
        if outgoing.audience == "customer" and not ready.unknown:
            decision = may_send(
                ready.contact,
                outgoing.category,
                now,
                consents=ready.consents,
                place=whereabouts_of(ready.customer, shop),
                exempt=ready.exempt,
                has_template=outgoing.template_sid is not None,
            )
            if isinstance(decision, Hold):
                ready.hold(decision.until, decision.why)
                return None
            if isinstance(decision, Drop):
                ready.drop(decision.why)
                self._watch.count("sent", channel=outgoing.channel, outcome="dropped")
                return None
            outgoing = outgoing.model_copy(update={"in_session": decision.in_session})
        ready.lease(now + LEASE)
        return outgoing

    def _deliver(self, outgoing: Outgoing, *, unknown: bool) -> None:
        outcome = "sent"
        try:
            sender = self._senders.get(outgoing.channel)
            if sender is None:
                raise SendRefused("no sender for this channel", "no_sender")
            provider_id = sender.find(outgoing) if unknown else sender.send(outgoing)
        except SendRefused as fault:
            outcome = "refused"
            self._refused(outgoing, fault)
        except SendLater as fault:
            outcome = "later"
            self._later(outgoing, fault, unknown=unknown)
        except Exception as fault:
            outcome = "unknown"
            self._unknown(outgoing, fault)
        else:
            now = self.clock.now()
            if provider_id is not None:
                self._store.sent(outgoing.outbox_id, provider_id, now)
            else:
                outcome = "not_found"
                self._store.later(outgoing.outbox_id, now, "was_not_sent", "")
        self._watch.count("sent", channel=outgoing.channel, outcome=outcome)

    def _refused(self, outgoing: Outgoing, fault: SendRefused) -> None:
        log.warning("send_refused", outbox=outgoing.outbox_id, channel=outgoing.channel, code=fault.code)
        self._store.failed(outgoing.outbox_id, "refused", fault.code)
        if fault.suppresses:
            self._store.suppress_recipient(outgoing.outbox_id, f"refused:{fault.code}")

    def _later(self, outgoing: Outgoing, fault: SendLater, *, unknown: bool) -> None:
        if outgoing.attempt >= TRIES:
            log.error("send_given_up", outbox=outgoing.outbox_id, channel=outgoing.channel, code=fault.code)
            self._store.failed(outgoing.outbox_id, "given_up", fault.code)
            return
        due_at = self.clock.now() + self._wait(outgoing.attempt, fault.after)
        if unknown:
            self._store.unknown(outgoing.outbox_id, due_at, fault.code)
        else:
            self._store.later(outgoing.outbox_id, due_at, "later", fault.code)

    def _unknown(self, outgoing: Outgoing, fault: Exception) -> None:
        code = fault.code if isinstance(fault, SendUnknown) else type(fault).__name__
        at = "" if isinstance(fault, SendUnknown) else where(fault)
        log.error("send_unknown", outbox=outgoing.outbox_id, channel=outgoing.channel, code=code, at=at)
        if outgoing.attempt >= TRIES:
            self._store.failed(outgoing.outbox_id, "given_up", code)
        else:
            wait = max(CALLBACK_WAIT, self._wait(outgoing.attempt, None))
            self._store.unknown(outgoing.outbox_id, self.clock.now() + wait, code)

    def _wait(self, attempt: int, after: float | None) -> timedelta:
        """Growing, with up to a quarter more by chance, and never less than the provider asked for."""
        grown: timedelta = min(BACKOFF * 2 ** (attempt - 1), LONGEST_BACKOFF)
        return max(grown, timedelta(seconds=after or 0)) + grown * (self._jitter() / 4)
