"""Whole turns with somebody to ask: over the real store and the real connector; the model is a stand-in of ours."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.model import Address, Channel, Expected, Reading, Wish
from bot.ports import Known
from bot.records import Customer
from connectors.second_opinion import FAILURES, TIMEOUT, Endpoint, SecondOpinion
from storage.engine import make_engine, migrate
from tests.bot.stories import order
from tests.connectors.model_stand_in import Handler, StandIn, says, says_nothing, sends, serving
from tests.works import PHONE, WordReader, Works

BENS_PHONE = "+15035550177"
BEN = Customer(id="c-2", first_name="Ben", phone=BENS_PHONE, email="ben@example.com")
NOT_HOME = order("FF-2002", ("attempt_failed", "not_home", 4), customer_id="c-2")
MAYA = Customer(id="c-1", first_name="Maya", last_name="Okafor", phone=PHONE, email="maya@example.com")
ORDER = order("FF-1001", ("in_transit", None, 5))
WHERE_OR_REFUND = "perhaps refund where_is_my_order"
KEPT = {"outbox": "id", "events": "id", "handoffs": "id", "conversations": "customer_id", "actions": "key"}


class Doubtful(WordReader):
    """Is unsure between the words behind "perhaps", and takes what stands behind "do" for a wish."""

    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        word, *intents = text.rpartition(".")[2].split() or [""]
        wishes = tuple(Wish(intent=intent, probability=0.3, text=text) for intent in intents)
        if word == "perhaps":
            return Reading(text=text, language="en", candidates=wishes)
        if word == "do":
            return Reading(text=text, language="en", wishes=wishes)
        return super().read(text, expected, known, language)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving() as stand_in:
        stand_in.answers = says("where_is_my_order", "where")
        yield stand_in


@pytest.fixture
def client(server: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(timeout=TIMEOUT) as made:
        yield made
        server.end()


@pytest.fixture
def works(database_url: str, server: StandIn, client: httpx.Client) -> Iterator[Works]:
    engine = make_engine(database_url)
    migrate(engine)
    made = Works(engine, reader=Doubtful(), advisor=SecondOpinion(Endpoint(server.url, "a-model"), client))
    made.add_customer(MAYA, ORDER)
    made.add_customer(BEN, NOT_HOME)
    yield made
    engine.dispose()


def keys(works: Works) -> list[str]:
    works.answer_all()
    return [row.key for row in works.rows("outbox")]


def offered(works: Works) -> list[str]:
    return [choice["id"] for choice in works.rows("outbox")[-1].body["choices"]]


def test_a_doubtful_message_is_answered_once_in_the_light_of_the_opinion(works: Works, server: StandIn) -> None:
    works.hear(WHERE_OR_REFUND)
    assert keys(works) == ["wismo.in_transit"]
    works.send_all()
    assert len(works.mouth.sent) == 1
    assert server.asked == [WHERE_OR_REFUND]


def test_nothing_is_kept_of_the_turn_that_waited_and_nothing_is_held_meanwhile(works: Works, server: StandIn) -> None:
    seen: dict[str, Any] = {}

    def look(handler: Handler) -> None:
        seen.update({table: works.rows(table, order) for table, order in KEPT.items()})
        seen["inbox"] = works.rows("inbox")
        works.hear("hello", phone="+15035550199")  # the database takes others in the meantime
        says("where_is_my_order", "where")(handler)

    server.answers = look
    works.hear(WHERE_OR_REFUND)
    works.answer_all()
    (waiting,) = seen.pop("inbox")
    assert (waiting.state, waiting.tries, waiting.reading, waiting.handled_at) == ("waiting", 0, None, None)
    assert seen == {table: [] for table in KEPT}
    assert [row.state for row in works.rows("inbox")] == ["done", "done"]
    assert [row.tries for row in works.rows("inbox")] == [0, 0]
    assert len(works.rows("outbox")) == 2


def test_what_changes_something_is_asked_about_all_the_same_with_the_likeliest_first(
    works: Works, server: StandIn
) -> None:
    server.answers = says("refund", "refund")
    works.hear("perhaps where_is_my_order refund")
    assert keys(works) == ["clarify.which"]
    assert offered(works)[:2] == ["refund", "where_is_my_order"]
    assert works.rows("handoffs") == []


def test_the_same_words_again_are_not_asked_about_again(works: Works, server: StandIn) -> None:
    works.hear(WHERE_OR_REFUND)
    works.hear(WHERE_OR_REFUND)
    assert keys(works) == ["wismo.in_transit"] * 2
    assert len(server.requests) == 1


def test_each_process_asks_for_itself_and_the_message_is_answered_once(
    works: Works, server: StandIn, client: httpx.Client
) -> None:
    other = Works(works.engine, reader=Doubtful(), advisor=SecondOpinion(Endpoint(server.url, "a-model"), client))
    works.hear(WHERE_OR_REFUND)
    assert works.service.answer_next()
    assert other.service.answer_next()
    assert works.rows("outbox") == []
    assert works.service.answer_next()
    assert not other.service.answer_next()
    assert keys(works) == ["wismo.in_transit"]


def test_the_names_and_numbers_of_the_customer_stay_in_the_shop(works: Works, server: StandIn) -> None:
    works.hear(f"Maya OKAFOR, Mimi, FF-1001, maya@example.com. {WHERE_OR_REFUND}", profile_name="Mimi")
    works.answer_all()
    assert server.asked == [f"[name] [name], [name], [number], [email]. {WHERE_OR_REFUND}"]


def test_a_mail_that_proved_nothing_keeps_the_names_of_whom_it_claims_to_be_from(works: Works, server: StandIn) -> None:
    sender = Address(channel=Channel.EMAIL, raw="Maya@Example.com", key="maya@example.com")
    works.hear(f"Maya here. {WHERE_OR_REFUND}", sender=sender, verified=False, profile_name="Maya O.")
    works.answer_all()
    assert server.asked == [f"[name] here. {WHERE_OR_REFUND}"]


@pytest.mark.parametrize("text", ["STOP", "person", "hello", "do where_is_my_order", "mumble"])
def test_what_is_clear_or_hopeless_is_not_asked_about(works: Works, server: StandIn, text: str) -> None:
    works.hear(text)
    works.answer_all()
    assert server.requests == []


@pytest.mark.parametrize("fields", [{"opt_out": "STOP"}, {"silent": "auto_reply"}])
def test_what_the_bot_is_not_to_answer_is_not_asked_about(
    works: Works, server: StandIn, fields: dict[str, str]
) -> None:
    works.hear(WHERE_OR_REFUND, **fields)
    assert keys(works) == []
    assert server.requests == []


def test_what_a_person_has_in_hand_is_not_asked_about(works: Works, server: StandIn) -> None:
    works.hear("person")
    works.hear(WHERE_OR_REFUND)
    works.answer_all()
    assert [row.state for row in works.rows("inbox")] == ["done", "done"]
    assert server.requests == []


@pytest.mark.parametrize(("flow", "binding"), [("complaint", []), ("delivery_problem", ["pickup"])])
def test_nothing_is_asked_while_a_question_or_a_confirmation_is_open(
    works: Works, server: StandIn, flow: str, binding: list[str]
) -> None:
    works.hear(f"do {flow}", phone=BENS_PHONE)
    works.answer_all()
    (conversation,) = works.rows("conversations", "customer_id")
    assert conversation.state["expected"].get("binding", []) == binding
    works.hear(WHERE_OR_REFUND, phone=BENS_PHONE)
    works.answer_all()
    assert server.requests == []


@pytest.mark.parametrize(
    "failing",
    [
        sends(b"{}", 500),
        sends(b"no json"),
        says("cancel_everything", "where"),
        says("refund", "words of its own"),
        says_nothing,
    ],
    ids=["refused", "no json", "no label of ours", "no words of theirs", "no answer"],
)
def test_one_who_fails_changes_nothing(works: Works, server: StandIn, failing: Any) -> None:
    alone = Works(works.engine, reader=Doubtful())
    alone.hear(WHERE_OR_REFUND, phone="+15035550198")
    assert keys(alone) == ["clarify.which"]
    without = offered(alone)
    server.answers = failing
    works.hear(WHERE_OR_REFUND, phone="+15035550199")
    assert keys(works) == ["clarify.which"] * 2
    assert offered(works) == without
    assert len(server.requests) == 1


def test_one_who_keeps_failing_is_left_alone_and_everybody_is_answered(works: Works, server: StandIn) -> None:
    server.answers = sends(b"{}", 500)
    for number in range(FAILURES + 3):
        works.hear(f"{'well ' * number}. {WHERE_OR_REFUND}", phone=f"+1503555020{number}")
    assert keys(works) == ["clarify.which"] * (FAILURES + 3)
    assert len(server.requests) == FAILURES
