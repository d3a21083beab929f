"""`flask understand`: what the bot reads in a text and why, and how well it reads a file of labelled messages."""

import csv
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.errors import ShopFilesError
from bot.merchant.load import load_shop
from bot.model import Choice, Expected, Kind, Reading
from bot.records import Order
from bot.understanding.measuring import Example, Measured, Tally, measure, percentile
from bot.understanding.reader import Reader

ReadFiles = Callable[[Path], Mapping[str, str]]
REASONS = 6  # words shown in favour of an intent
RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class Nobody:
    """What is known of a sender without records."""

    today: datetime
    orders: Sequence[Order] = ()


class TextGroup(click.Group):
    """A group whose first word, when it is no command of its own, is a text to be read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["read", *args]
        return super().parse_args(ctx, args)


def understand_command(directory: Path, read_files: ReadFiles) -> click.Group:
    """The group, reading with the phrases and store questions of the shop in `directory`."""

    @click.group("understand", cls=TextGroup)
    def understand() -> None:
        """Show what is read in TEXT, or measure a file: `understand TEXT`, `understand eval FILE.csv`."""

    @understand.command("read")
    @click.argument("text")
    @click.option("--expect", type=click.Choice([kind.value for kind in Kind]), help="as the answer to such a question")
    @click.option(
        "--choice", "titles", multiple=True, metavar="TITLE", help="a choice that question offers; repeatable"
    )
    @click.option("--language", help="the conversation's language so far")
    def read(text: str, expect: str | None, titles: Sequence[str], language: str | None) -> None:
        """Show the reading of TEXT and the words that speak for it."""
        reader, nobody = _reader(directory, read_files)
        choices = tuple(Choice(id=str(number), title=title) for number, title in enumerate(titles, 1))
        expected = Expected(name="open", kind=Kind(expect), choices=choices) if expect else None
        reading = reader.read(text, expected, nobody, language)
        for line in (*described(reading), *reasons(reader, text)):
            click.echo(line)

    @understand.command("eval")
    @click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--wrong", is_flag=True, help="list every message read otherwise")
    def evaluate(path: Path, wrong: bool) -> None:
        """Measure a CSV file with the columns text, intent and, if you like, language and channel."""
        reader, nobody = _reader(directory, read_files)
        examples = read_examples(path)
        reader.read(examples[0].text, None, nobody, None)
        taken: list[float] = []
        measured = measure(_read_all(reader, nobody, examples, taken))
        for line in (*reported(measured), *timed(taken)):
            click.echo(line)
        if wrong:
            for example, got in measured.wrong:
                click.echo(f"  {example.intent} read as {got}: {example.text}")

    return understand


def described(reading: Reading) -> Iterator[str]:
    """The parts of a reading that say something."""
    for name, value in reading.model_dump(mode="json", exclude_defaults=True).items():
        if name in ("wishes", "candidates"):
            for wish in value:
                how = "wish" if name == "wishes" else "perhaps"
                yield f"{how}: {wish['intent']} {wish['probability']:.2f}  {wish['text']!r}"
        elif name == "entities":
            yield from (f"{entity}: {found}" for entity, found in value.items())
        elif name != "text":
            yield f"{name}: {value}"


def reasons(reader: Reader, text: str) -> Iterator[str]:
    """The likeliest intents of the whole text, each with the words that speak for it."""
    judged = reader.judge(text)
    yield f"share of the words known: {judged.known:.0%}"
    for intent, probability in judged.ranked[:RUNNERS_UP]:
        words = ", ".join(
            f"{feature.strip('_^')} {weight:.2f}" for feature, weight in reader.why(text, intent)[:REASONS]
        )
        yield f"{intent} {probability:.2f}: {words or 'nothing speaks for it'}"


def read_examples(path: Path) -> list[Example]:
    """The labelled messages of a CSV file. Raises click.ClickException when it is none."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"text", "intent"} <= rows[0].keys():
        raise click.ClickException(f"{path}: the first line must name the columns text and intent, and messages follow")
    return [
        Example(row["text"] or "", row["intent"] or "", row.get("language") or "", row.get("channel") or "")
        for row in rows
    ]


def reported(measured: Measured) -> Iterator[str]:
    """The figures as lines of a table."""
    yield f"{'':24}{'messages':>9}{'right':>8}{'top two':>9}{'acted on':>10}{'of these right':>16}"
    yield _row("all", measured.whole)
    for title, tallies in (("language", measured.by_language), ("channel", measured.by_channel)):
        yield from (_row(f"{title} {name}", tally) for name, tally in sorted(tallies.items()))
    yield from (_row(name, tally) for name, tally in sorted(measured.by_intent.items()))
    if measured.kinds:
        yield f"kind of delivery problem right: {measured.kinds_right} of {measured.kinds}"
    if measured.strangers:
        yield f"none of our business, yet acted on: {measured.false_accepts} of {measured.strangers}"


def timed(taken: Sequence[float]) -> Iterator[str]:
    yield f"CPU per message: p50 {percentile(taken, 0.5):.2f} ms, p99 {percentile(taken, 0.99):.2f} ms"


def _row(name: str, tally: Tally) -> str:
    acted = f"{tally.acted_right / tally.acted:.1%}" if tally.acted else "-"
    return (
        f"{name:24}{tally.total:>9}{tally.accuracy:>8.1%}{tally.within_two / tally.total:>9.1%}"
        f"{tally.acted / tally.total:>10.1%}{acted:>16}"
    )


def _reader(directory: Path, read_files: ReadFiles) -> tuple[Reader, Nobody]:
    try:
        shop = load_shop(read_files(directory)).shop
    except ShopFilesError as error:
        raise click.ClickException(str(error)) from error
    settings = shop.settings
    reader = Reader(shop.phrases, shop.faq, language=settings.language, country=settings.country)
    return reader, Nobody(datetime.now(ZoneInfo(settings.time_zone)))


def _read_all(
    reader: Reader, nobody: Nobody, examples: Iterable[Example], taken: list[float]
) -> Iterator[tuple[Example, Reading, list[str]]]:
    for example in examples:
        started = time.process_time_ns()
        reading = reader.read(example.text, None, nobody, None)
        taken.append((time.process_time_ns() - started) / 1e6)
        yield example, reading, [intent for intent, _ in reader.judge(example.text).ranked[:RUNNERS_UP]]
