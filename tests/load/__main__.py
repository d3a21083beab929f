"""`python -m tests.load`: how close Doorstep comes to what the machine can do, as ratios, all in one run.

The ceiling is the least any webhook can be: bare Flask, Twilio's signature check, one committed insert, in the same
server with the same database settings. It and ours take turns, so that a busy machine slows both.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.load.mails import slowest_mail
from tests.load.reading import reading
from tests.load.running import seconds_until_ready, serving
from tests.load.turns import cpu_per_turn
from tests.load.wire import requests_per_second

ROUNDS = 5


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    asked.add_argument("--requests", type=int, default=1500, help="in each round")
    asked.add_argument("--turns", type=int, default=600)
    asked.add_argument("--database", help="a PostgreSQL address; SQLite in a new file when left out")
    given = asked.parse_args()
    table = Table(title="Doorstep under load", title_justify="left")
    for heading in ("measure", "value", "target"):
        table.add_column(heading)
    with tempfile.TemporaryDirectory() as folder:
        for row in measure(Path(folder), given.requests, given.turns, given.database):
            table.add_row(*row)
    Console(width=100).print(table)


def measure(folder: Path, requests: int, turns: int, database: str | None) -> list[tuple[str, str, str]]:
    bare, ours = webhooks(folder, requests, database)
    cpu = cpu_per_turn(folder, turns)
    ready, megabytes = seconds_until_ready(folder)
    mail = slowest_mail()
    alone, encoding = reading(encoder=False), reading(encoder=True)
    ratio = statistics.median(own / ceiling for own, ceiling in zip(ours, bare, strict=True))
    return [
        ("bare Flask + signature + one insert", f"{statistics.median(bare):,.0f} requests/s", ""),
        ("our webhook", f"{statistics.median(ours):,.0f} requests/s", ""),
        ("our webhook against that ceiling", f"{ratio:.0%}", "at least 80%"),
        ("CPU of a turn, from claim to stored reply", f"{cpu.turn:.2f} ms", "at most 2 ms"),
        ("CPU of taking the message in", f"{cpu.receive:.2f} ms", ""),
        ("CPU of sending the reply, without the wire", f"{cpu.send:.2f} ms", ""),
        ("resident memory of `flask serve` after its turns", f"{megabytes:.0f} MB", "at most 150 MB"),
        ("resident memory of the reader alone, without the encoder", f"{alone.megabytes:.0f} MB", "at most 110 MB"),
        ("the same with the encoder", f"{encoding.megabytes:.0f} MB", "at most 170 MB"),
        ("CPU of reading a message without the encoder, median", f"{alone.message:.2f} ms", "at most 1 ms"),
        ("the same with the encoder", f"{encoding.message:.2f} ms", "at most 4 ms"),
        ("that against encoding the message once", f"{encoding.message / encoding.encoding:.1f} times", ""),
        ("CPU of a reader's first start, before anything is kept", f"{encoding.first:.1f} s", "at most 3 s"),
        (f"the slowest hostile mail: {mail.name}", f"{mail.seconds:.2f} s", "at most 1 s"),
        ("that mail against the standard library's parsing", f"{mail.parsings:.1f} times", ""),
        ("from start to ready", f"{ready:.2f} s", "at most 3 s"),
    ]


def webhooks(folder: Path, requests: int, database: str | None) -> tuple[list[float], list[float]]:
    """Requests per second of the ceiling and of ours, round by round; the first round of each only warms up."""
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    with serving("bare", folder, database) as bare, serving("ours", folder, database) as ours:
        for round_number in range(ROUNDS + 1):
            for name, base in (("bare", bare), ("ours", ours)):
                rate = requests_per_second(base, requests)
                if round_number:
                    rates[name].append(rate)
    return rates["bare"], rates["ours"]


if __name__ == "__main__":
    main()
