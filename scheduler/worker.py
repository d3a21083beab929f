"""Threads that do what waits: answerers take turns, senders send. Woken at once in one process, by polling across many.

Decides nothing: which message is next, and whether two may run at once, the claims in the database decide. A thread
that is stopped finishes what it has begun; one that is killed loses nothing, because nothing left the database.
"""

import signal
import threading
from collections.abc import Callable
from time import monotonic

import structlog

from bot.service import Service
from bot.watch import where

POLL_SHARED = 0.12  # seconds between two looks where another process may have made the work
POLL_ALONE = 1.0  # where every piece of work rings, and a look is only for what comes due by itself
SILENT = 5.0  # seconds between two looks of the threads that leave polling to the first of their kind
PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds after a fault of the database, doubling

log = structlog.get_logger(__name__)


class Bell:
    """Wakes one of those who wait; a ring while all are at work is kept for the next who would wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        return self._rings

    def ring(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify()

    def ring_all(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Until it rings again since `heard`, or the time is over."""
        with self._changed:
            if self._rings == heard:
                self._changed.wait(seconds)


class Workers:
    """Threads over one service. `poll` is POLL_SHARED when other processes make or do work too, else POLL_ALONE."""

    def __init__(self, service: Service, *, answerers: int = 1, senders: int = 4, poll: float = POLL_ALONE) -> None:
        self._stopping = threading.Event()
        self._poll = poll
        self._inbox, self._outbox = Bell(), Bell()
        service.on_received, service.on_outgoing = self._inbox.ring, self._outbox.ring
        self._threads = [
            *self._team("answerer", service.answer_next, self._inbox, answerers),
            *self._team("sender", service.send_next, self._outbox, senders),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 30.0) -> bool:
        """Lets every thread finish what it has begun; whether all did in that time."""
        self._stopping.set()
        self._inbox.ring_all()
        self._outbox.ring_all()
        until = monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _team(self, name: str, work: Callable[[], bool], bell: Bell, size: int) -> list[threading.Thread]:
        return [
            threading.Thread(target=self._run, args=(work, bell, index == 0), name=f"{name}-{index + 1}", daemon=True)
            for index in range(size)
        ]

    def _run(self, work: Callable[[], bool], bell: Bell, first: bool) -> None:
        pause = PAUSE
        while not self._stopping.is_set():
            heard = bell.rings
            try:
                worked = work()
                pause = PAUSE
            except Exception as fault:
                log.error("worker_failed", fault=type(fault).__name__, at=where(fault), pause=pause)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            if worked:
                bell.ring()  # where one was, more may be: another thread looks too
            else:
                bell.wait(heard, self._poll if first else SILENT)


def run_worker(service: Service, *, answerers: int = 2, senders: int = 4, poll: float = POLL_SHARED) -> None:
    """Works until SIGTERM or SIGINT, then finishes what was begun. To be called in the main thread of a process."""
    stopped = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopped.set())
    workers = Workers(service, answerers=answerers, senders=senders, poll=poll)
    workers.start()
    log.info("worker_started", answerers=answerers, senders=senders)
    stopped.wait()
    finished = workers.stop()
    log.info("worker_stopped", finished=finished)
