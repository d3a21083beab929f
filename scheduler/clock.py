"""What happens by the clock: due notices, sweeps, and the jobs handed in. Ticks only: the rows are the plan.

APScheduler 3.11 keeps its jobs in memory here, because its own stores pickle, must not be shared between processes, and
drop what is a second late. Any number of processes may tick at once: the claims keep them apart.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC
from functools import partial

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.service import Service
from bot.watch import where

NOTICES_EVERY = 2.0  # seconds; a look costs what is due, not what is planned
SWEEP_EVERY = 5.0
NOTICES_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to run every so many seconds, never twice at once in this process."""

    name: str
    run: Callable[[], object]
    seconds: float


def make_scheduler(service: Service, jobs: Iterable[Job] = ()) -> BackgroundScheduler:
    """A scheduler that is not started yet; `start()` and `shutdown(wait=True)` are its own."""
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    own = (
        Job("notices", partial(fire_all_due, service), NOTICES_EVERY),
        Job("sweep", service.sweep, SWEEP_EVERY),
    )
    for job in (*own, *jobs):
        trigger = IntervalTrigger(seconds=job.seconds, timezone=UTC)
        scheduler.add_job(_run, trigger, args=(job,), id=job.name, name=job.name)
    return scheduler


def fire_all_due(service: Service) -> int:
    """Decides everything due by now, in portions; how many parties were dealt with."""
    now = service.clock.now()
    dealt = 0
    while True:
        more = service.fire_due(now, NOTICES_AT_ONCE)
        dealt += more
        if more < NOTICES_AT_ONCE:
            return dealt


def _run(job: Job) -> None:
    try:
        job.run()
    except Exception as fault:
        log.error("job_failed", job=job.name, fault=type(fault).__name__, at=where(fault))
