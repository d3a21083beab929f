"""A rating and what stands behind it. The invitation to publish is the same whatever the rating (CHANNELS.md 24)."""

from bot import identity
from bot.actions import OpenHandoff, RecordReview
from bot.facts import order_view
from bot.flows.which import which_order
from bot.model import Choice, Json, Kind, Sort
from bot.story import Case, Ending, Question
from bot.tracking import State, order_state

GOOD = 4
RATINGS = tuple(Choice(id=str(stars), title="") for stars in range(1, 6))


def review(case: Case) -> Ending:
    """From a rating 1…5 to the words behind it; a bad one is told to a person and help is offered."""
    order = which_order(case, lambda order: order_state(order) in (None, State.DELIVERED))
    case.focus = order.id
    if not identity.owns(case.world, order):
        identity.prove_by_code(case, order.customer_id)
    view = order_view(order, private=False)
    rating = case.need(
        Question(
            "rating",
            Kind.RATING,
            "review.ask",
            _rating,
            {"order": view},
            RATINGS,
            presumed=(case.heard("ratings") or [None])[0],
        )
    )
    case.once(RecordReview(order_id=order.id, rating=rating))
    publish = case.world.policies.review.publish_url
    key = "review.loved" if rating >= GOOD else "review.better"
    facts = {"order": view, "rating": rating}
    words = case.need(
        Question("words", Kind.TEXT, key, _words, facts, optional=True, presumed=case.answers.get("reason"))
    )
    if words:
        case.once(RecordReview(order_id=order.id, rating=rating, words=words))
    case.say("review.thanks", publish_url=publish)
    if rating >= GOOD:
        return case.end()
    case.once(
        OpenHandoff(
            reason="low_rating", order_id=order.id, flow="review", summary=words, silences_bot=False, label=order.id
        )
    )
    if case.confirm("help", "review.offer_help", sort=Sort.OFFER):
        return case.person("low_rating", order_id=order.id, proposed="make_it_right")
    return case.end("review.no_help")


def _rating(answer: Json) -> int | None:
    return answer if isinstance(answer, int) and 1 <= answer <= 5 else None


def _words(answer: Json) -> str | None:
    return answer if isinstance(answer, str) else None
