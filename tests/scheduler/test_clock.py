"""What happens by the clock: ticks that look at rows, and never two at once."""

import threading
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from scheduler import clock
from scheduler.clock import Job, fire_all_due, make_scheduler
from storage.engine import make_engine, migrate
from tests.works import Works


@pytest.fixture
def works(sqlite_url: str) -> Iterator[Works]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    yield Works(engine)
    engine.dispose()


def test_a_job_never_runs_twice_at_once_and_a_fault_does_not_end_it(works: Works) -> None:
    at_work, most, runs = [0], [0], [0]

    def run() -> None:
        at_work[0] += 1
        runs[0] += 1
        most[0] = max(most[0], at_work[0])
        sleep(0.05)
        at_work[0] -= 1
        raise ValueError("today it fails")

    scheduler = make_scheduler(works.service, [Job("faulty", run, 0.02)])
    scheduler.start()
    end = monotonic() + 5
    while runs[0] < 3 and monotonic() < end:
        sleep(0.02)
    scheduler.shutdown(wait=True)
    assert runs[0] >= 3
    assert most[0] == 1


def test_the_sweep_wakes_the_workers_for_what_a_push_missed(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "SWEEP_EVERY", 0.05)
    rung = threading.Event()
    works.service.on_received = rung.set
    scheduler = make_scheduler(works.service)
    scheduler.start()
    assert rung.wait(5)
    scheduler.shutdown(wait=True)


def test_due_notices_are_decided_in_portions_until_none_is_left(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "NOTICES_AT_ONCE", 3)
    for number in range(8):
        works.hear(phone=f"+1503555010{number}")
        works.run(
            "INSERT INTO notices (key, kind, customer_id, order_id, subject, due_at, state, planned_at)"
            " VALUES (:key, 'review', :party, 'gone', '{}', '2026-11-20 10:00:00', 'planned', '2026-11-01 10:00:00')",
            key=f"n{number}",
            party=number + 1,
        )
    assert fire_all_due(works.service) == 8
    assert {row.state for row in works.rows("notices")} == {"dropped"}
    assert fire_all_due(works.service) == 0


def test_a_faulty_notice_is_put_off_and_holds_up_no_other(works: Works) -> None:
    for number, kind in enumerate(("nonsense", "review")):
        works.hear(phone=f"+1503555010{number}")
        works.run(
            "INSERT INTO notices (key, kind, customer_id, order_id, subject, due_at, state, planned_at)"
            " VALUES (:key, :kind, :party, 'gone', '{}', '2026-11-20 10:00:00', 'planned', '2026-11-01 10:00:00')",
            key=f"n{number}",
            kind=kind,
            party=number + 1,
        )
    fire_all_due(works.service)
    assert [row.state for row in works.rows("notices")] == ["planned", "dropped"]
    assert works.rows("notices")[0].due_at > works.clock.now()
