"""What customers say of themselves: consent given and taken back, and their ratings."""

from sqlalchemy import and_, insert, or_, select, update

from bot.actions import RecordReview, SetConsent
from bot.consent import OPTED_OUT
from bot.model import Category, Outcome
from storage.contacts import ADDRESSES
from storage.doing import Doing, done
from storage.ingest_people import CONSENTS
from storage.ingest_rest import REVIEWS
from storage.ledger_codes import OUTBOX
from storage.records import ORDERS


def set_consent(doing: Doing, action: SetConsent) -> Outcome:
    rows = [
        {
            "customer_id": doing.party,
            "channel": action.channel.value,
            "category": category.value,
            "given": action.given,
            "at": doing.now,
            "source": action.source,
            "words": action.words,
        }
        for category in action.categories
    ]
    doing.connection.execute(insert(CONSENTS), rows)
    if Category.TRANSACTIONAL in action.categories:
        _free(doing, action) if action.given else _shut(doing, action)
    if not action.given:
        _drop_waiting(doing, action)
    categories = [category.value for category in action.categories]
    doing.happened("consent", channel=action.channel.value, categories=categories, given=action.given)
    return done()


def _shut(doing: Doing, action: SetConsent) -> None:
    """The party's addresses on the channel, and the one the wish came from, whoever's it is: it needs no proof."""
    own = ADDRESSES.c.customer_id == doing.party
    if action.channel is doing.sender.channel:
        own = or_(own, ADDRESSES.c.key == doing.sender.key)
    here = and_(ADDRESSES.c.channel == action.channel.value, own)
    open_ones = here & ADDRESSES.c.suppressed.is_(None)
    doing.connection.execute(update(ADDRESSES).where(open_ones).values(suppressed=OPTED_OUT))


def _free(doing: Doing, action: SetConsent) -> None:
    """The party's own addresses on the channel; the one written from works, so any reason against it is void."""
    here = and_(ADDRESSES.c.channel == action.channel.value, ADDRESSES.c.customer_id == doing.party)
    void = or_(ADDRESSES.c.suppressed == OPTED_OUT, ADDRESSES.c.key == doing.sender.key)
    doing.connection.execute(update(ADDRESSES).where(here, void).values(suppressed=None))


def _drop_waiting(doing: Doing, action: SetConsent) -> None:
    """What waits for the channel is not sent any more (CHANNELS.md 22); planned notices are judged when due."""
    query = update(OUTBOX).where(
        OUTBOX.c.customer_id == doing.party,
        OUTBOX.c.channel == action.channel.value,
        OUTBOX.c.audience == "customer",
        OUTBOX.c.state == "waiting",
        OUTBOX.c.exempt.is_(False),
        OUTBOX.c.category.in_([category.value for category in action.categories]),
    )
    doing.connection.execute(query.values(state="dropped", reason=OPTED_OUT))


def record_review(doing: Doing, action: RecordReview) -> Outcome:
    """One review for each order: a new rating replaces the old, words are kept until others come."""
    owner = select(ORDERS.c.customer_id).where(ORDERS.c.source_id == action.order_id)
    party = doing.connection.execute(owner).scalar() or doing.party
    query = select(REVIEWS).where(REVIEWS.c.customer_id == party, REVIEWS.c.order_id == action.order_id)
    known = doing.connection.execute(query.with_for_update()).first()
    values = {"rating": action.rating, "words": action.words or (known.words if known else None)}
    if known:
        doing.connection.execute(update(REVIEWS).where(REVIEWS.c.id == known.id).values(values))
    else:
        new = {"customer_id": party, "order_id": action.order_id, "at": doing.now, **values}
        doing.connection.execute(insert(REVIEWS).values(new))
    doing.happened("review", order_id=action.order_id, rating=action.rating, words=bool(action.words))
    return done(rating=action.rating)
