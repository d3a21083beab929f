"""The CPU time of reading mails made to hold a reader up, beside the standard library's parsing of the same bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32

from tests.channels.email.mails import read
from tests.channels.email.test_nasty import NASTY


@dataclass(frozen=True)
class Slowest:
    """Seconds of CPU of the mail that takes us longest, and how many of the standard library's parsings that is."""

    name: str
    seconds: float
    parsings: float


def slowest_mail() -> Slowest:
    read(next(iter(NASTY.values())))
    taken = {name: _cpu(lambda: read(raw)) for name, raw in NASTY.items()}  # noqa: B023
    name = max(taken, key=taken.__getitem__)
    bare = _cpu(lambda: message_from_bytes(NASTY[name], policy=compat32))
    return Slowest(name, taken[name], taken[name] / max(bare, 0.001))


def _cpu(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
