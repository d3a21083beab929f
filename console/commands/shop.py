"""`flask shop check`, `preview` and `schema`: what a merchant uses while editing words. Changes no record."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import click

from bot.errors import Fault, ShopFilesError
from bot.merchant.golden import Reads, misread, told
from bot.merchant.jsonschema import schemas
from bot.merchant.load import Loaded, load_shop
from bot.merchant.shop import Shop
from bot.merchant.stories import Placed, Stories, chosen, read_stories
from bot.model import Channel, Choice, Rendered, Say
from bot.wording.keys import KEYS, facts_of
from bot.wording.paths import closest
from bot.wording.samples import FULL, NOW, ZONE, facts_for
from bot.wording.words import COMMON


class Failure(Protocol):
    """A test that did not come out as it has to: what was otherwise, and the conversation as it went."""

    @property
    def fault(self) -> Fault: ...

    @property
    def talk(self) -> Sequence[str]: ...


ReadFiles = Callable[[Path], Mapping[str, str]]
MakeReader = Callable[[Shop], Reads]
PlayStories = Callable[[Shop, Stories, Sequence[Placed]], Iterator[Failure | None]]
MANY = 3  # tests from which on a bar shows how far they are
MOST_SHOWN = 5  # choices shown of a question that may offer any of many


def shop_commands(
    directory: Path,
    read_files: ReadFiles,
    sms_segments: Callable[[Rendered], int],
    make_reader: MakeReader,
    play: PlayStories,
) -> tuple[click.Command, ...]:
    """The commands, to be added to the group `shop`. `sms_segments` counts what the SMS channel would send."""

    @click.command("check")
    @click.option("--tests", "names", multiple=True, metavar="NAME", help="only tests of this file or title")
    @click.option("--no-tests", is_flag=True, help="play no tests; their form is checked all the same")
    def check(names: tuple[str, ...], no_tests: bool) -> None:
        """Checks every file of the shop and plays its tests; exit 1 with file:line: key: what (suggestion)."""
        loaded = _load(directory, read_files)
        shop = loaded.shop
        stories, faults = read_stories(read_files(directory), keys_of(shop))
        _refuse(directory, faults)
        for warning in loaded.warnings:
            click.echo(f"warning: {_placed(directory, warning)}")
        wrong = misread(shop.golden, make_reader(shop)) if shop.golden else {}
        _refuse(directory, [told(each, read) for each, read in wrong.items()])
        some = () if no_tests else chosen(stories.placed, names)
        if names and not some and not no_tests:
            titles = [one.story.title for one in stories.placed]
            raise click.ClickException(f"there is no test {names[0]!r}; {closest(names[0], titles)}".rstrip("; "))
        _tell_failures(directory, _played(shop, stories, some, play))
        tests = f", {len(some)} tests passed" if some else ""
        click.echo(f"{directory}: no faults, {len(loaded.warnings)} warnings{tests}")

    @click.command("preview")
    @click.argument("key", required=False)
    @click.option("--channel", type=click.Choice([channel.value for channel in Channel]), help="only this channel")
    @click.option("--language", help="the shop's own when not given")
    @click.option("--all", "everything", is_flag=True, help="KEY on every channel; without KEY, every key")
    def preview(key: str | None, channel: str | None, language: str | None, everything: bool) -> None:
        """Shows a template with sample data on each channel, SMS with its number of segments."""
        shop = _load(directory, read_files).shop
        keys = tuple(name for name in keys_of(shop) if name == key or (everything and key is None))
        if not keys:
            tip = closest(key or "", list(keys_of(shop)))
            raise click.ClickException(f"there is no key {key!r}; {tip}" if key else "name a KEY, or give --all")
        channels = (Channel(channel),) if channel else tuple(Channel)
        for name in keys:
            for line in previewed(shop, name, channels, language or shop.settings.language, sms_segments):
                click.echo(line)

    @click.command("schema")
    @click.argument("name", required=False)
    @click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="write one file each into DIRECTORY")
    def schema(name: str | None, out: Path | None) -> None:
        """Prints the JSON Schemas of the shop's files and of the import format, or of the file NAME alone."""
        made = schemas()
        if name is not None and name not in made:
            raise click.ClickException(f"there is no schema {name!r}; schemas: {', '.join(made)}")
        chosen = made if name is None else {name: made[name]}
        if out is None:
            click.echo(json.dumps(made if name is None else made[name], indent=2, ensure_ascii=False))
            return
        out.mkdir(parents=True, exist_ok=True)
        for each, content in chosen.items():
            path = out / f"{each.split('.')[0]}.schema.json"
            path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            click.echo(str(path))

    return check, preview, schema


def keys_of(shop: Shop) -> tuple[str, ...]:
    """Every key that has words of its own: those of the product, and an answer for each question of faq/."""
    return (*(key for key in KEYS if key != COMMON), *(f"faq.{entry.id}" for entry in shop.faq))


def previewed(
    shop: Shop, key: str, channels: Sequence[Channel], language: str, sms_segments: Callable[[Rendered], int]
) -> Iterator[str]:
    """The lines that show one key; channels that would say the very same share a heading."""
    shown: dict[Rendered, list[str]] = {}
    for channel in channels:
        rendered = shop.words.render([_sample(key)], channel=channel, language=language, zone=ZONE, now=NOW)
        told = f"sms, segments: {sms_segments(rendered)}" if channel is Channel.SMS else channel.value
        shown.setdefault(rendered, []).append(told)
    for rendered, names in shown.items():
        yield f"--- {key} ({'; '.join(names)})"
        if rendered.subject:
            yield f"Subject: {rendered.subject}"
        yield rendered.text
        yield from (f"  [{choice.title}]" for choice in rendered.choices)
        yield ""


def _sample(key: str) -> Say:
    known = facts_of(key)
    assert known is not None
    names = tuple(name for name in known.facts if name in FULL)
    choices = tuple(Choice(id=name, title="") for name in known.choices[:MOST_SHOWN])
    return Say(key=key, facts=facts_for(names), choices=choices)


def _load(directory: Path, read_files: ReadFiles) -> Loaded:
    try:
        return load_shop(read_files(directory))
    except ShopFilesError as error:
        _refuse(directory, error.faults)
        raise


def _played(shop: Shop, stories: Stories, some: Sequence[Placed], play: PlayStories) -> list[Failure]:
    """Plays the tests, with a bar on a terminal where there are many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True)
    quiet = not screen.is_terminal or len(some) < MANY
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    failures = []
    with Progress(*columns, console=screen, disable=quiet, transient=True) as bar:
        for failure in bar.track(play(shop, stories, some), total=len(some), description="Playing tests"):
            failures += [failure] if failure else []
    return failures


def _tell_failures(directory: Path, failures: Sequence[Failure]) -> None:
    """Shows each with its conversation, and ends the command, if there are any."""
    for failure in failures:
        click.echo(_placed(directory, failure.fault))
        for line in failure.talk:
            click.echo("    " + line.replace("\n", "\n      "))
    if failures:
        click.echo(f"{directory}: {len(failures)} tests failed", err=True)
        raise SystemExit(1)


def _refuse(directory: Path, faults: Sequence[Fault]) -> None:
    """Shows the faults and ends the command, if there are any."""
    for fault in faults:
        click.echo(_placed(directory, fault))
    if faults:
        click.echo(f"{directory}: {len(faults)} faults", err=True)
        raise SystemExit(1)


def _placed(directory: Path, fault: Fault) -> str:
    """The fault with a path that a terminal or editor can open."""
    inside = fault.file if Path(fault.file) == directory else str(directory / fault.file)
    return str(Fault(inside, fault.line, fault.key, fault.what, fault.suggestion))
