"""A limit for texts made to hold a pattern up, far from what any machine takes for one that does not.

Speed itself is measured in `tests/load/`: this only tells a stall from an answer.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

LIMIT = 20.0  # seconds of this thread's CPU; a quadratic reading of the texts it is used with takes minutes


@contextmanager
def no_stall() -> Iterator[None]:
    began = time.thread_time()
    yield
    assert time.thread_time() - began < LIMIT
