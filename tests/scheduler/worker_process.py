"""A worker process for tests that kill it: the real worker, over a sender that notes what left in a file.

The file is the provider's memory: it is written before the process may die of having sent, and asked when it did.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from bot import sending
from bot.model import Outgoing
from scheduler.clock import Job, make_scheduler
from scheduler.worker import run_worker
from storage.engine import make_engine
from tests.works import Mouth, MovedClock, Works, shop


class FileMouth(Mouth):
    """Each line is an outbox id and the attempt; a line is written whole or not at all."""

    path: Path

    def send(self, outgoing: Outgoing) -> str:
        sleep(0.005)
        with self.path.open("ab", buffering=0) as file:
            os.write(file.fileno(), f"{outgoing.outbox_id} {outgoing.attempt}\n".encode())
        sleep(0.005)
        return f"out:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        known = {line.split()[0] for line in self.path.read_text().splitlines()} if self.path.exists() else set()
        return f"out:{outgoing.outbox_id}" if str(outgoing.outbox_id) in known else None


class WallClock(MovedClock):
    def now(self) -> datetime:
        return datetime.now(UTC)


def main(url: str, path: str) -> None:
    sending.LEASE = sending.CALLBACK_WAIT = (
        sending.LEASE / 45
    )  # two seconds: a test does not wait for a minute and a half
    mouth = FileMouth()
    mouth.path = Path(path)
    shop()  # read before it says that it works
    works = Works(make_engine(url), clock=WallClock(), mouth=mouth)
    scheduler = make_scheduler(works.service, [Job("often", works.service.sweep, 0.5)])
    scheduler.start()
    print("working", flush=True)
    run_worker(works.service, answerers=2, senders=2, poll=0.05)
    scheduler.shutdown(wait=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
