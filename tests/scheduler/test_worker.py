"""Workers: woken at once, stopped gently, killed without loss."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine

from scheduler.worker import Bell, Workers
from storage.engine import make_engine, migrate
from tests.works import Works

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    engine = make_engine(database_url)
    migrate(engine)
    yield Works(engine)
    engine.dispose()


def until(done: Callable[[], bool], seconds: float = 30.0) -> None:
    end = monotonic() + seconds
    while not done():
        assert monotonic() < end, "took too long"
        sleep(0.02)


def test_a_message_is_answered_at_once_without_waiting_for_a_poll(works: Works) -> None:
    workers = Workers(works.service, poll=60)
    workers.start()
    sleep(0.1)
    began = monotonic()
    works.hear()
    until(lambda: len(works.mouth.sent) == 1)
    assert workers.stop()
    assert monotonic() - began < 30  # half a poll


def test_work_of_another_process_is_found_by_polling(works: Works, database_url: str) -> None:
    workers = Workers(works.service, poll=0.05)
    workers.start()
    elsewhere = make_engine(database_url)
    Works(elsewhere).hear()
    until(lambda: len(works.mouth.sent) == 1)
    assert workers.stop()
    elsewhere.dispose()


def test_stopping_finishes_what_is_being_sent(works: Works) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold_up(_outgoing: object) -> None:
        begun.set()
        go_on.wait(10)

    works.mouth.before = hold_up
    workers = Workers(works.service)
    workers.start()
    works.hear()
    assert begun.wait(10)
    threading.Timer(0.2, go_on.set).start()
    assert workers.stop()
    assert [row.state for row in works.rows("outbox")] == ["sent"]


def test_a_fault_of_the_database_stops_no_worker(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    works = Works(engine)  # without tables
    workers = Workers(works.service, poll=0.05)
    workers.start()
    sleep(0.2)
    migrate(engine)
    works.hear()
    until(lambda: len(works.mouth.sent) == 1)
    assert workers.stop()
    engine.dispose()


def test_a_ring_while_everybody_works_is_not_forgotten() -> None:
    bell = Bell()
    heard = bell.rings
    bell.ring()
    began = monotonic()
    bell.wait(heard, 10)
    assert monotonic() - began < 1


def start_process(url: str, sent: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.scheduler.worker_process", url, str(sent)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def wait_for_start(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"


def test_a_worker_process_finishes_what_it_does_when_asked_to_stop(
    works: Works, database_url: str, tmp_path: Path
) -> None:
    process = start_process(database_url, tmp_path / "sent")
    wait_for_start(process)
    works.hear()
    until(lambda: [row.state for row in works.rows("outbox")] == ["sent"])
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.slow
def test_workers_killed_again_and_again_lose_nothing_and_do_nothing_twice(
    works: Works, database_url: str, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    chance = random.Random(7)
    customers, each, kills = 6, 12, 8
    processes = [start_process(database_url, sent) for _ in range(2)]
    for process in processes:
        wait_for_start(process)

    def write() -> None:
        for number in range(each):
            for customer in range(customers):
                works.hear(f"hello {number}", phone=f"+1503555010{customer}")
            sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(kills):
        sleep(chance.uniform(0.05, 0.5))
        victim = processes.pop(0)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        assert victim.stdout is not None
        victim.stdout.close()
        processes.append(start_process(database_url, sent))
        if chance.random() < 0.7:
            wait_for_start(processes[-1])
    writer.join()
    until(lambda: _all_sent(works, customers * each), 90)
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()
    _check_nothing_lost_doubled_or_disordered(works, sent, customers * each)


def _all_sent(works: Works, number: int) -> bool:
    states = Counter(row.state for row in works.rows("outbox"))
    return states == {"sent": number}


def _check_nothing_lost_doubled_or_disordered(works: Works, sent: Path, number: int) -> None:
    left = [tuple(map(int, line.split())) for line in sent.read_text().splitlines()]
    assert len(left) == len({outbox_id for outbox_id, _ in left}) == number
    assert [row.state for row in works.rows("inbox")] == ["done"] * number
    rows = {row.id: row for row in works.rows("outbox")}
    for party in {row.customer_id for row in rows.values()}:
        own = [row for row in rows.values() if row.customer_id == party]
        assert [row.inbox_id for row in own] == sorted({row.inbox_id for row in own})
        gone = [outbox_id for outbox_id, _ in left if rows[outbox_id].customer_id == party]
        assert gone == sorted(gone)


def test_the_engine_is_left_free_when_workers_stop(works: Works) -> None:
    engine: Engine = works.engine
    workers = Workers(works.service)
    workers.start()
    works.hear()
    assert workers.stop()
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
