"""What the page suggests to write: four messages that suit how this customer's orders stand."""

from collections.abc import Collection, Iterator
from itertools import islice

MOST = 4

#: How an order stands → what somebody in that place might write; the most telling first.
SUIT: tuple[tuple[str, str], ...] = (
    ("attempt failed", "Deliver it again on Friday?"),
    ("damaged", "My parcel arrived damaged"),
    ("lost", "My parcel hasn't moved for days"),
    ("late", "Why is it taking so long?"),
    ("not shipped", "Did my order go through?"),
    ("delivered", "Delivered? I don't have it"),
    ("out for delivery", "Will it come today?"),
)


def suggestions(standings: Collection[str]) -> list[str]:
    return [*islice(_suiting(standings), MOST - 1), "Talk to a person"]


def _suiting(standings: Collection[str]) -> Iterator[str]:
    if standings:
        yield "Where is my order?"
    yield from (words for standing, words in SUIT if standing in standings)
    yield "Send me my receipt"
    yield "How long does shipping take?"
    yield "What is your return policy?"
    yield "When is my next subscription delivery?"
    yield "How many points do I have?"
