"""What the reader costs: a process that has only the reader loaded reads strangers' messages.

`python -m tests.load.reading on|off` is that process; it keeps what it learns where XDG_CACHE_HOME says.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.understanding.encoder import packaged_encoder
from bot.understanding.reader import Reader
from storage.shelf import FolderShelf
from tests.bot.understanding.conftest import CUSTOMER
from tests.e2e.outside import ROOT

MESSAGES = ROOT / "tests" / "bot" / "understanding" / "english.csv"
ROUNDS = 3  # the least of them counts: other processes only ever add


@dataclass(frozen=True)
class Cost:
    """Resident MB after the messages; CPU milliseconds of the median message, and of only encoding it, or 1 without
    the encoder; CPU seconds of the first start."""

    megabytes: float
    message: float
    encoding: float
    first: float


def reading(*, encoder: bool) -> Cost:
    """Measured in a process of its own, started twice: the first has nothing kept yet."""
    with tempfile.TemporaryDirectory() as cache:
        first, again = (_run(Path(cache), encoder) for _ in range(2))
    return Cost(again["megabytes"], again["message"], again["encoding"], first["start"])


def _run(cache: Path, encoder: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.load.reading", "on" if encoder else "off"]
    settings = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    ran = subprocess.run(command, cwd=ROOT, env=settings, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    encoder = packaged_encoder(FolderShelf()) if sys.argv[1] == "on" else None
    reader = Reader(shelf=FolderShelf(), encoder=encoder)
    if encoder:
        encoder.encode(["where is my order"])
    start = time.process_time()
    with MESSAGES.open(encoding="utf-8") as file:
        texts = list(dict.fromkeys(row["text"] for row in csv.DictReader(file)))
    told = {"start": start, "message": _median(lambda text: _read_anew(reader, text), texts), "encoding": 1.0}
    told["megabytes"] = psutil.Process().memory_info().rss / 1e6
    if encoder:
        told["encoding"] = _median(lambda text: encoder.encode([text.lower()]), texts)
    print(json.dumps(told))


def _read_anew(reader: Reader, text: str) -> None:
    reader._judge._kept.clear()  # what was judged before is remembered, and costs nothing
    reader.read(text, None, CUSTOMER, None)


def _median(work: Callable[[str], object], texts: list[str]) -> float:
    return statistics.median(min(_cpu(work, text) for _ in range(ROUNDS)) for text in texts)


def _cpu(work: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    work(text)
    return (time.thread_time() - begun) * 1000


if __name__ == "__main__":
    main()
