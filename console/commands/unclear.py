"""`flask understand export-unclear`: what customers wrote that was not understood, as a CSV file to label."""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from bot.understanding.redaction import redacted
from console.parts import Unclear, parts

COLUMNS = ("text", "intent", "guess", "language", "channel", "times")
HIDDEN = re.compile(r"\[\w+\]")
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would run


@click.command("export-unclear")
@click.argument("path", required=False, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="leave out what came before this day (UTC)")
@with_appcontext
def export_unclear(path: Path | None, since: datetime | None) -> None:
    """Write what was not understood to PATH, or show it.

    Fill in the column intent: `flask understand eval PATH` then measures it, and phrases worth knowing go into
    phrases/. Names, numbers and addresses are taken out; the same words in other letters count as one message.
    """
    rows = rows_of(parts().unclear_since(since.replace(tzinfo=UTC) if since else None))
    if path is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows([COLUMNS, *rows])
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    click.echo(f"{path}: {len(rows)} messages to label")


def rows_of(messages: Iterable[Unclear]) -> list[tuple[str | int, ...]]:
    """The lines of the file, the most frequent first; each text as it was written first."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    written: dict[str, str] = {}
    for unclear in messages:
        text = " ".join(redacted(unclear.text, unclear.names).split())
        if not any(character.isalpha() for character in HIDDEN.sub("", text)):
            continue
        key = text.casefold()
        written.setdefault(key, f"'{text}" if text.startswith(FORMULA) else text)
        counted[key, next(iter(unclear.guesses), ""), unclear.language, unclear.channel.value] += 1
    return [
        (written[key], "", guess, language, channel, times)
        for (key, guess, language, channel), times in counted.most_common()
    ]
