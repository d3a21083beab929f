"""Claims: one party's messages one at a time and in order, whoever works, whatever fails."""

import threading
from time import monotonic

import pytest
from sqlalchemy import Engine, text

from scheduler.worker import Workers
from storage.engine import make_engine
from storage.inbox import MOST_WAITING
from tests.works import Works


@pytest.fixture
def works(engine: Engine) -> Works:
    return Works(engine)


def until(done: "object", seconds: float = 20.0) -> None:
    end = monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert monotonic() < end, "took too long"
        threading.Event().wait(0.02)


def test_forty_messages_of_one_customer_at_once_are_answered_in_order_by_two_working_processes(
    works: Works, database_url: str
) -> None:
    other = Works(make_engine(database_url), works.clock, works.mouth)
    teams = [Workers(each.service, answerers=2, senders=2, poll=0.05) for each in (works, other)]
    for team in teams:
        team.start()
    threads = [threading.Thread(target=works.hear, args=(f"hello {number}",)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(works.mouth.sent) == 40)
    assert all(team.stop() for team in teams)
    other.engine.dispose()
    rows = works.rows("outbox")
    answered = [row.inbox_id for row in rows]
    assert answered == sorted(answered)
    assert len(set(answered)) == 40
    assert [outgoing.outbox_id for outgoing in works.mouth.sent] == [row.id for row in rows]
    assert {row.state for row in works.rows("inbox")} == {"done"}


def test_a_failed_turn_is_tried_again_and_later_messages_wait_behind_it(works: Works) -> None:
    works.hear("boom")
    works.hear("hello")
    assert works.answer_all() == 1
    assert [row.state for row in works.rows("inbox")] == ["waiting", "waiting"]
    works.clock.pass_by(seconds=1)
    assert works.answer_all() == 0
    works.clock.pass_by(seconds=1)
    assert works.answer_all() == 1
    assert works.rows("inbox")[0].tries == 2
    assert works.reader.texts == ["boom", "boom"]


def test_a_failing_party_holds_up_nobody_else(works: Works) -> None:
    works.hear("boom")
    works.hear("hello", phone="+15035550199")
    works.answer_all()
    assert [row.state for row in works.rows("inbox")] == ["waiting", "done"]


def test_after_the_last_try_a_message_is_set_aside_a_person_told_and_the_party_goes_on(works: Works) -> None:
    works.hear("boom")
    works.hear("hello")
    for _ in range(7):
        works.answer_all()
        works.clock.pass_by(minutes=20)
    assert [row.state for row in works.rows("inbox")] == ["aside", "done"]
    assert [(row.reason, row.silences_bot) for row in works.rows("handoffs")] == [("failed", False)]
    assert works.rows("inbox")[0].error == "ValueError"


def test_a_failed_turn_leaves_nothing_half_done(works: Works) -> None:
    works.hear("boom")
    works.answer_all()
    assert works.rows("conversations", "customer_id") == []
    assert works.rows("outbox") == []


def test_the_last_try_works_even_where_no_person_can_be_told(works: Works) -> None:
    cascade = " CASCADE" if works.engine.dialect.name == "postgresql" else ""
    works.run(f"DROP TABLE handoffs{cascade}")
    works.hear("boom")
    for _ in range(6):
        works.answer_all()
        works.clock.pass_by(minutes=20)
    assert [row.state for row in works.rows("inbox")] == ["aside"]


@pytest.mark.postgres
def test_a_party_that_is_dealt_with_elsewhere_is_passed_over_and_may_write_on(postgres_url: str) -> None:
    from storage.engine import migrate

    engine = make_engine(postgres_url)
    migrate(engine)
    works = Works(engine)
    works.hear("hello")
    works.hear("hello", phone="+15035550199")
    with works.store.next_turn(works.clock.now()) as turn:
        assert turn is not None
        assert works.hear("while the turn lasts")  # not held up by the lock
        assert works.answer_all() == 1
        assert works.service.send_next()
    engine.dispose()


def test_claims_use_the_indexes_over_what_waits(works: Works, engine: Engine) -> None:
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    queries = {
        "ix_inbox_queue": "SELECT c.id FROM inbox JOIN customers c ON c.id = inbox.customer_id"
        " WHERE inbox.state = 'waiting' ORDER BY inbox.id LIMIT 1",
        "ix_outbox_open": "SELECT id FROM outbox WHERE state IN ('waiting', 'sending', 'unknown')"
        " AND state <> 'sending' AND due_at <= '2026-11-20' ORDER BY due_at, id LIMIT 1",
    }
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
        for index, query in queries.items():
            plan = "\n".join(str(row) for row in connection.execute(text(explain + query)))
            assert index in plan, plan


def test_the_cap_is_small_enough_for_a_claim_to_look_past_it() -> None:
    assert MOST_WAITING <= 500
