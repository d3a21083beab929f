"""`flask understand`: what the bot reads in a text and why, and how well it reads a file of labelled messages."""

import csv
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.errors import ShopFilesError
from bot.merchant.shop import Shop
from bot.model import Choice, Expected, Kind, Reading
from bot.records import Customer, Order, Product, Variant
from bot.understanding.measuring import KEYS, NO_WISH, WANTED_PRECISION, Example, Measured, measure, percentile
from bot.understanding.reader import Reader
from console.commands.unclear import export_unclear

ReadShop = Callable[[], Shop]
MakeReader = Callable[[Shop], Reader]
REASONS = 6  # words shown in favour of an intent
RUNNERS_UP = 3
MOST_CONFUSED = 20  # rows of the table of mistakes


@dataclass(frozen=True, slots=True)
class Nobody:
    """What is known of a sender without records."""

    today: datetime
    orders: Sequence[Order] = ()
    customer: Customer | None = None

    def variants(self) -> Sequence[Variant]:
        return ()

    def products(self) -> Sequence[Product]:
        return ()


class TextGroup(click.Group):
    """A group whose first word, when it is no command of its own, is a text to be read."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["read", *args]
        return super().parse_args(ctx, args)


def understand_command(read_shop: ReadShop, make_reader: MakeReader) -> click.Group:
    """The group, reading with the phrases and store questions of the shop."""

    @click.group("understand", cls=TextGroup)
    def understand() -> None:
        """Show what is read in TEXT and why, measure a file, or export what was not understood."""

    understand.add_command(export_unclear)

    def prepared() -> tuple[Reader, Nobody]:
        try:
            shop = read_shop()
        except ShopFilesError as error:
            raise click.ClickException(str(error)) from error
        return make_reader(shop), Nobody(datetime.now(ZoneInfo(shop.settings.time_zone)))

    @understand.command("read")
    @click.argument("text")
    @click.option("--expect", type=click.Choice([kind.value for kind in Kind]), help="as the answer to such a question")
    @click.option(
        "--choice", "titles", multiple=True, metavar="TITLE", help="a choice that question offers; repeatable"
    )
    @click.option("--language", help="the conversation's language so far")
    @click.option("--json", "as_json", is_flag=True, help="the Reading as JSON, with the ranked intents")
    def read(text: str, expect: str | None, titles: Sequence[str], language: str | None, as_json: bool) -> None:
        """Show the reading of TEXT and the words that speak for it."""
        reader, nobody = prepared()
        choices = tuple(Choice(id=str(number), title=title) for number, title in enumerate(titles, 1))
        expected = Expected(name="open", kind=Kind(expect), choices=choices) if expect else None
        reading = reader.read(text, expected, nobody, language)
        if as_json:
            ranked = reader.judge(text).ranked[:RUNNERS_UP]
            click.echo(json.dumps(reading.model_dump(mode="json") | {"ranked": ranked}, ensure_ascii=False, indent=2))
            return
        for line in (*described(reading), *reasons(reader, text)):
            click.echo(line)

    @understand.command("eval")
    @click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--by", type=click.Choice(list(KEYS)), multiple=True, help="the same figures by this; repeatable")
    @click.option("--wrong", is_flag=True, help="list every message read otherwise")
    def evaluate(path: Path, by: Sequence[str], wrong: bool) -> None:
        """Measure a CSV file with the columns text, intent and, if you like, language and channel."""
        reader, nobody = prepared()
        examples = read_examples(path)
        _check_labels(examples, reader)
        reader.read(examples[0].text, None, nobody, None)
        taken: list[float] = []
        measured = measure(_read_all(reader, nobody, examples, taken))
        for line in (*reported(measured, by), *timed(taken)):
            click.echo(line)
        for line in plotted(measured):
            click.echo(line)
        if wrong:
            for seen in measured.seen:
                if not seen.right:
                    click.echo(f"  {seen.example.intent} read as {seen.got}: {seen.example.text}")

    return understand


def described(reading: Reading) -> Iterator[str]:
    """The parts of a reading that say something."""
    for name, value in reading.model_dump(mode="json", exclude_defaults=True).items():
        if name in ("wishes", "candidates"):
            for wish in value:
                how = "wish" if name == "wishes" else "perhaps"
                label = ".".join(filter(None, (wish["intent"], wish.get("kind", ""))))
                yield f"{how}: {label} {wish['probability']:.2f}  {wish['text']!r}"
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
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{path}: this is no CSV file in UTF-8: {error}") from error
    if not rows or not {"text", "intent"} <= rows[0].keys():
        raise click.ClickException(f"{path}: the first line must name the columns text and intent, and messages follow")
    return [
        Example(row["text"] or "", row["intent"] or "", row.get("language") or "", row.get("channel") or "")
        for row in rows
    ]


def reported(measured: Measured, by: Sequence[str] = ()) -> Iterator[str]:
    """The figures as lines of a table, and what is most often taken for what."""
    yield f"{'':28}{'messages':>9}{'right':>8}{'top two':>9}{'acted on':>10}{'of these right':>16}"
    yield _row("all", measured)
    for key in by:
        yield from (_row(f"{key} {name}", part) for name, part in measured.by(KEYS[key]).items())
    yield f"macro-F1: {measured.macro_f1:.3f}"
    yield f"acted on with {WANTED_PRECISION:.0%} right: {measured.coverage:.1%} of what wants something"
    if measured.kinds[1]:
        yield "kind right where the intent is: {} of {}".format(*measured.kinds)
    if measured.strangers:
        yield f"none of our business, yet acted on: {measured.false_accepts:.1%} of {len(measured.strangers)}"
    mistakes = measured.confusion()
    if mistakes:
        yield "mistakes:"
        yield from (f"  {wanted} read as {got}: {count}" for wanted, got, count in mistakes[:MOST_CONFUSED])


def timed(taken: Sequence[float]) -> Iterator[str]:
    yield f"CPU per message: p50 {percentile(taken, 0.5):.2f} ms, p99 {percentile(taken, 0.99):.2f} ms"


def plotted(measured: Measured) -> Iterator[str]:
    """Coverage (across) against precision (up), in characters."""
    from uniplot import plot_to_string

    points = measured.curve()
    if len(points) >= 2:
        yield plot_to_string(
            xs=[coverage * 100 for coverage, _ in points],
            ys=[precision * 100 for _, precision in points],
            lines=True,
            title="right of what is acted on (%) against share acted on (%)",
            width=64,
            height=12,
        )


def _check_labels(examples: Sequence[Example], reader: Reader) -> None:
    """Tells of labels that can never be read: most likely they are called otherwise here."""
    known = {*reader.intents, "stop", "person", *NO_WISH}
    unknown = sorted({example.intent for example in examples if example.intent.partition(".")[0] not in known})
    if unknown:
        click.echo(f"not intents of ours: {', '.join(unknown)}; ours are {', '.join(sorted(reader.intents))}", err=True)


def _row(name: str, measured: Measured) -> str:
    acted = f"{measured.acted_right:.1%}" if measured.acted else "-"
    return (
        f"{name:28}{measured.total:>9}{measured.accuracy:>8.1%}{measured.top_two:>9.1%}"
        f"{measured.acted:>10.1%}{acted:>16}"
    )


def _read_all(
    reader: Reader, nobody: Nobody, examples: Iterable[Example], taken: list[float]
) -> Iterator[tuple[Example, Reading, Sequence[tuple[str, float]]]]:
    for example in examples:
        started = time.process_time_ns()
        reading = reader.read(example.text, None, nobody, None)
        taken.append((time.process_time_ns() - started) / 1e6)
        yield example, reading, reader.judge(example.text).ranked[:RUNNERS_UP]
