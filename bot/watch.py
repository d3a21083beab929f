"""What whoever runs Doorstep is told of its work: counts, times, and where a fault was. Never what anybody wrote."""

import traceback
from typing import Protocol


class Watch(Protocol):
    """What the measures of operation are told."""

    def count(self, name: str, **labels: str) -> None: ...

    def time(self, name: str, seconds: float) -> None: ...


class Unwatched:
    def count(self, name: str, **labels: str) -> None:
        pass

    def time(self, name: str, seconds: float) -> None:
        pass


def where(fault: Exception) -> str:
    """The places a fault passed, without its words: these may hold what a customer wrote."""
    frames = traceback.extract_tb(fault.__traceback__)
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-6:]))
