"""Asking another's model: what leaves, how long it may take, what is remembered and what is logged.

The endpoint is a stand-in of ours on loopback (model_stand_in.py); no hosted model was asked.
"""

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from structlog.testing import capture_logs

from bot.model import Reading, Wish
from bot.understanding.opinion import Opinion, Question, question_of
from connectors.second_opinion import AT_ONCE, FAILURES, MOST_BYTES, MOST_KEPT, REST, TIMEOUT, Endpoint, SecondOpinion
from tests.connectors.model_stand_in import (
    Answers,
    StandIn,
    says,
    says_nothing,
    sends,
    serving,
    trickles_its_body,
    trickles_its_head,
)

KEY = "sk-a-key-of-the-tests"
PROMPTLY = TIMEOUT + 1.5  # seconds: the limit, and what a busy machine adds
TAKEN = Opinion((("refund", "my thing"),))


def question(text: str = "what about my thing") -> Question:
    return Question(text, ("refund", "where_is_my_order"), "en")


@pytest.fixture
def server() -> Iterator[StandIn]:
    with serving() as stand_in:
        yield stand_in


class MovedClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def advisor(server: StandIn, clock: MovedClock) -> Iterator[SecondOpinion]:
    endpoint = Endpoint(server.url, "a-model", KEY, Decimal("0.15"), Decimal("0.60"))
    with httpx.Client(timeout=TIMEOUT) as client:
        yield SecondOpinion(endpoint, client, now=clock)
        server.end()


def opinion_of(advisor: SecondOpinion, asked: Question) -> Opinion | None:
    advisor.ask(asked)
    known, opinion = advisor.recall(asked)
    assert known
    return opinion


def ask_in_vain(advisor: SecondOpinion, times: int) -> None:
    for number in range(times):
        assert opinion_of(advisor, question(f"in vain {number} {time.monotonic()}")) is None


# -- what leaves -----------------------------------------------------------------------------------------------------


def test_an_answer_is_an_opinion(advisor: SecondOpinion) -> None:
    assert opinion_of(advisor, question()) == TAKEN


def test_the_key_goes_as_a_bearer_token_to_the_path_of_the_endpoint(advisor: SecondOpinion, server: StandIn) -> None:
    advisor.ask(question())
    ((path, headers, _),) = server.requests
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(server: StandIn) -> None:
    with httpx.Client(timeout=TIMEOUT) as client:
        SecondOpinion(Endpoint(server.url + "/", "a-model"), client).ask(question())
    ((path, headers, _),) = server.requests
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers


def test_nothing_but_the_redacted_text_and_the_labels_leaves(advisor: SecondOpinion, server: StandIn) -> None:
    text = "Maya Okafor, maya@example.com, +1 503 555 0100: what about FF-1001 for 12 Oak Street"
    guesses = tuple(Wish(intent=intent, probability=0.3, text=text) for intent in question().labels)
    asked = question_of(Reading(text=text, language="en", candidates=guesses), None, ["Maya", "Okafor"])
    assert asked is not None
    advisor.ask(asked)
    ((_, _, sent),) = server.requests
    assert set(sent) == {"model", "temperature", "max_tokens", "response_format", "messages"}
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert json.loads(sent["messages"][1]["content"]) == {
        "labels": ["refund", "where_is_my_order", "nothing"],
        "message": "[name] [name], [email], [number]: what about [number] for [address]",
    }
    everything = json.dumps(sent)
    for private in ("Maya", "Okafor", "example.com", "555", "1001", "Oak", KEY):
        assert private not in everything


def test_a_redirect_takes_the_question_nowhere_else(advisor: SecondOpinion, server: StandIn) -> None:
    server.answers = sends(b"", 307, Location=f"{server.url}/elsewhere")
    assert opinion_of(advisor, question()) is None
    assert [path for path, _, _ in server.requests] == ["/v1/chat/completions"]


# -- how long it may take --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slowly", [says_nothing, trickles_its_body, trickles_its_head])
def test_an_endpoint_that_takes_its_time_is_left(advisor: SecondOpinion, server: StandIn, slowly: Answers) -> None:
    server.answers = slowly
    began = time.monotonic()
    assert opinion_of(advisor, question()) is None
    assert time.monotonic() - began < PROMPTLY


def test_those_who_ask_at_the_same_time_do_not_wait_for_each_other(advisor: SecondOpinion, server: StandIn) -> None:
    server.answers = says_nothing
    asking = [threading.Thread(target=advisor.ask, args=(question(f"{number}"),)) for number in range(4)]
    began = time.monotonic()
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert time.monotonic() - began < PROMPTLY


def test_no_more_than_a_few_requests_are_ever_under_way(advisor: SecondOpinion, server: StandIn) -> None:
    server.answers = trickles_its_head
    asking = [threading.Thread(target=advisor.ask, args=(question(f"{number}"),)) for number in range(AT_ONCE + 4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(server.requests) <= AT_ONCE
    assert all(advisor.recall(question(f"{number}")) == (True, None) for number in range(AT_ONCE + 4))


def test_an_endpoint_that_is_not_there_is_no_opinion() -> None:
    with httpx.Client(timeout=TIMEOUT) as client:
        assert opinion_of(SecondOpinion(Endpoint("http://127.0.0.1:9/v1", "a-model"), client), question()) is None


# -- what it answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"7",
        b'"refund"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": "refund"}}]}',
        b'{"choices": [{"message": {"content": "{}"}}], "usage": []}',
        b'{"usage": {"prompt_tokens": "many", "completion_tokens": Infinity}}',
        b'{"usage": {"prompt_tokens": -5, "completion_tokens": {}}}',
        b"[" * 50_000,
        b" " * (MOST_BYTES + 1),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_whatever_it_answers_nothing_is_raised(advisor: SecondOpinion, server: StandIn, body: bytes) -> None:
    server.answers = sends(body)
    assert opinion_of(advisor, question()) is None


@pytest.mark.parametrize("told", [("cancel_order", "my thing"), ("refund", "all my money")])
def test_a_label_or_words_that_are_not_ours_are_worthless(
    advisor: SecondOpinion, server: StandIn, told: tuple[str, str]
) -> None:
    server.answers = says(*told)
    assert opinion_of(advisor, question()) is None


# -- the breaker -----------------------------------------------------------------------------------------------------


def test_after_three_failures_it_is_left_alone_for_a_minute_and_then_asked_again(
    advisor: SecondOpinion, server: StandIn, clock: MovedClock
) -> None:
    server.answers = sends(b"{}", 500)
    ask_in_vain(advisor, FAILURES + 2)
    assert len(server.requests) == FAILURES
    clock.seconds += REST - 1
    ask_in_vain(advisor, 1)
    assert len(server.requests) == FAILURES
    server.answers = says("refund", "my thing")
    clock.seconds += 2
    assert opinion_of(advisor, question()) == TAKEN
    assert opinion_of(advisor, question("and my thing")) == TAKEN


def test_one_failure_after_the_rest_and_it_rests_again(
    advisor: SecondOpinion, server: StandIn, clock: MovedClock
) -> None:
    server.answers = sends(b"{}", 503)
    ask_in_vain(advisor, FAILURES)
    clock.seconds += REST
    ask_in_vain(advisor, 3)
    assert len(server.requests) == FAILURES + 1


def test_failures_that_are_not_in_a_row_do_not_stop_it(advisor: SecondOpinion, server: StandIn) -> None:
    for number in range(FAILURES + 1):
        server.answers = sends(b"{}", 500)
        ask_in_vain(advisor, FAILURES - 1)
        server.answers = says("refund", "my thing")
        assert opinion_of(advisor, question(f"my thing {number}")) == TAKEN


def test_an_answer_worth_nothing_is_no_failure_of_the_endpoint(advisor: SecondOpinion, server: StandIn) -> None:
    server.answers = says("weather", "my thing")
    ask_in_vain(advisor, FAILURES + 2)
    assert len(server.requests) == FAILURES + 2


# -- what is remembered and logged -----------------------------------------------------------------------------------


def test_what_was_not_asked_is_not_known(advisor: SecondOpinion) -> None:
    assert advisor.recall(question()) == (False, None)


def test_what_was_asked_is_known_whatever_came_of_it(advisor: SecondOpinion, server: StandIn) -> None:
    advisor.ask(question())
    server.answers = sends(b"{}", 500)
    advisor.ask(question("and my other thing"))
    assert advisor.recall(question()) == (True, TAKEN)
    assert advisor.recall(question("and my other thing")) == (True, None)
    assert server.asked == ["what about my thing", "and my other thing"]


def test_only_the_latest_questions_are_remembered(advisor: SecondOpinion, server: StandIn, clock: MovedClock) -> None:
    advisor.ask(question())
    server.answers = sends(b"{}", 500)
    ask_in_vain(advisor, MOST_KEPT)
    assert advisor.recall(question()) == (False, None)


def test_tokens_and_cost_are_logged_and_neither_the_text_nor_the_key(
    advisor: SecondOpinion, server: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.answers = says("refund", "my thing", prompt_tokens=200, completion_tokens=50)
    with capture_logs() as logs:
        advisor.ask(question())
        server.answers = sends(b"{}", 500)
        advisor.ask(question("and my other thing"))
    taken, failure, failed = logs
    assert taken["event"] == failed["event"] == "second_opinion"
    assert (taken["outcome"], taken["tokens_in"], taken["tokens_out"]) == ("taken", 200, 50)
    assert Decimal(taken["cost"]) == Decimal("0.00006")
    assert (failure["event"], failure["fault"]) == ("second_opinion_failed", "HTTPStatusError")
    assert (failed["outcome"], Decimal(failed["cost"])) == ("failed", 0)
    told = repr(logs) + caplog.text
    for private in ("my thing", "my other thing", KEY, "Bearer"):
        assert private not in told


def test_the_key_is_not_in_the_printed_form() -> None:
    assert KEY not in repr(Endpoint("https://llm.example.com/v1", "a-model", KEY))
