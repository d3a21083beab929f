"""`flask shop import` and `flask shop export`: the shop's records in and out by file."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from bot.errors import ImportRefused
from bot.importing import KINDS
from bot.importing_text import SourceFile

Step = Callable[[int], None]


class Report(Protocol):
    @property
    def added(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def same(self) -> int: ...
    def as_json(self) -> dict[str, Any]: ...


class Data(Protocol):
    """What the commands need of `current_app.extensions["doorstep"]`."""

    def import_files(self, files: Sequence[SourceFile], *, start: Step, progress: Step) -> Report:
        """Stores every file's records in one transaction, or raises ImportRefused."""
        ...

    def export_text(self, *, messages: bool) -> Iterable[str]:
        """The export in pieces."""
        ...


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--kind", type=click.Choice(list(KINDS)), help="What a CSV holds whose name does not say it.")
@with_appcontext
def import_command(paths: tuple[Path, ...], kind: str | None) -> None:
    """Take in customers, products, orders and more from JSON, JSON Lines or CSV files, or folders of them."""
    files = [SourceFile(str(path), path.read_bytes(), kind) for path in _files(paths)]
    if not files:
        raise click.ClickException("there is no .json, .jsonl, .ndjson or .csv file to import")
    try:
        report = _import(files)
    except ImportRefused as refusal:
        for fault in refusal.faults:
            click.echo(str(fault), err=True)
        number = len(refusal.faults)
        click.echo(f"Nothing was imported: {number} fault{'s' if number != 1 else ''}.", err=True)
        raise SystemExit(1) from refusal
    for name, tally in report.as_json()["kinds"].items():
        click.echo(f"{name}: {tally['added']} added, {tally['changed']} changed, {tally['same']} unchanged")
    click.echo(f"{report.added} added, {report.changed} changed, {report.same} unchanged.")


@click.command("export")
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--messages", is_flag=True, help="What was said, too.")
@with_appcontext
def export_command(path: Path | None, messages: bool) -> None:
    """Write everything out in the import format, to a file or to standard output."""
    pieces = _data().export_text(messages=messages)
    if path is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    whole = path.with_name(path.name + ".part")  # an export cut short never looks like one
    with whole.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    whole.replace(path)


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            kinds = (".json", ".jsonl", ".ndjson", ".csv")
            yield from sorted(file for file in path.iterdir() if file.suffix.lower() in kinds)
        else:
            yield path


def _import(files: Sequence[SourceFile]) -> Report:
    """With a bar on a terminal, silently elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as bar:
        task = bar.add_task("Importing", total=None)
        return _data().import_files(
            files,
            start=lambda total: bar.update(task, total=total),
            progress=lambda step: bar.advance(task, step),
        )


def _data() -> Data:
    return cast(Data, current_app.extensions["doorstep"])
