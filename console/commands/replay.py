"""`flask shop replay`: what was said, against words and policies as they are now. Changes no record, sends nothing."""

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from bot.errors import SettingsError, ShopFilesError
from bot.facts import masked
from bot.ports import Clock
from console.parts import told

VERDICTS = ("same", "other words", "other action", "not replayable")
PHONE = re.compile(r"\+\d{7,15}")


class Answer(Protocol):
    @property
    def keys(self) -> Sequence[str]: ...
    @property
    def text(self) -> str: ...
    @property
    def deeds(self) -> Sequence[object]: ...


class Turn(Protocol):
    @property
    def inbox_id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def channel(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def message(self) -> Any: ...
    @property
    def answer(self) -> Answer: ...


class Replayed(Protocol):
    """A turn as it was, and as it would be now."""

    @property
    def turn(self) -> Turn: ...
    @property
    def verdict(self) -> str: ...
    @property
    def answer(self) -> Answer | None: ...
    @property
    def why(self) -> str: ...
    @property
    def follows(self) -> bool: ...


class Replays(Protocol):
    def __call__(
        self,
        directory: Path | None,
        since: datetime | None,
        limit: int | None,
        start: Callable[[int], None],
        progress: Callable[[int], None],
    ) -> Sequence[Replayed]: ...


class Live(Protocol):
    """What the command needs of `current_app.extensions["doorstep"]`."""

    @property
    def clock(self) -> Clock: ...
    @property
    def replay(self) -> Replays:
        """Plays the newest `limit` turns since a moment against the files of a directory; may raise ShopFilesError."""
        ...


class Since(click.ParamType[timedelta | datetime]):
    """A moment, or how long ago: 7d, 12h."""

    name = "ISO|7d"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta | datetime:
        match = re.fullmatch(r"(\d{1,5})([dh])", str(value))
        if match:
            return timedelta(**{"days" if match[2] == "d" else "hours": int(match[1])})
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a moment such as 2026-03-15T12:00:00+00:00 nor 7d or 12h", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command("replay")
@click.option("--since", type=Since(), help="leave out what came before: a moment, or 7d, 12h; without it, everything")
@click.option("--limit", type=click.IntRange(min=1), help="only the newest N messages of customers")
@click.option("--shop", "directory", type=click.Path(file_okay=False, path_type=Path), help="instead of SHOP_DIR")
@click.option("--json", "as_json", is_flag=True, help="a JSON object, for machines")
@click.option("--fail-on-change", is_flag=True, help="exit 1 when anything would be answered otherwise")
@with_appcontext
def replay_command(
    since: timedelta | datetime | None, limit: int | None, directory: Path | None, as_json: bool, fail_on_change: bool
) -> None:
    """Play what customers wrote against the edited words and policies, and show what would be answered otherwise."""
    live = cast(Live, current_app.extensions["doorstep"])
    moment = live.clock.now() - since if isinstance(since, timedelta) else since
    try:
        turns = _played(live.replay, directory, moment, limit)
    except SettingsError as error:
        raise click.ClickException(told(error)) from error
    except ShopFilesError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise click.ClickException("the shop's files have faults; `flask shop check` tells more") from error
    if as_json:
        click.echo(json.dumps(as_object(turns), ensure_ascii=False, indent=1))
    else:
        _show(turns)
    if fail_on_change and any(one.verdict in ("other words", "other action") for one in turns):
        raise SystemExit(1)


def as_object(turns: Sequence[Replayed]) -> dict[str, Any]:
    """The counts, and each turn that is not the same."""
    counts = Counter(one.verdict for one in turns)
    changed = [
        {
            "message": one.turn.inbox_id,
            "at": one.turn.at.isoformat(),
            "channel": one.turn.channel,
            "from": _sender(one.turn),
            "customer": hidden(one.turn.text),
            "verdict": one.verdict,
            "why": one.why or None,
            "follows_a_change": one.follows,
            "then": _answer(one.turn.answer),
            "now": _answer(one.answer) if one.answer else None,
        }
        for one in turns
        if one.verdict != "same"
    ]
    return {"messages": len(turns), "counts": {name: counts[name] for name in VERDICTS}, "turns": changed}


def hidden(text: str) -> str:
    """The text with its phone numbers masked."""
    return PHONE.sub(lambda match: masked(match[0]), text)


def difference(one: Replayed) -> Iterator[tuple[str, str]]:
    """Lines of a readable diff with their mark: `-` as it was, `+` as it would be, blank where both agree."""
    if one.answer is None:
        return
    for line in difflib.ndiff(_lines(one.turn.answer), _lines(one.answer)):
        if not line.startswith("?"):
            yield line[0], line[2:]


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "keys": list(answer.keys),
        "text": hidden(answer.text),
        "actions": [hidden(str(deed)) for deed in answer.deeds],
    }


def _lines(answer: Answer) -> list[str]:
    said = [f"[{' '.join(answer.keys)}]", *answer.text.splitlines()] if answer.keys else ["(silent)"]
    return [hidden(line) for line in (*said, *(f"* {deed}" for deed in answer.deeds))]


def _sender(turn: Turn) -> str:
    return masked(turn.message.sender.key) if turn.message else ""


def _played(play: Replays, directory: Path | None, since: datetime | None, limit: int | None) -> Sequence[Replayed]:
    """With a bar on a terminal, silently elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as bar:
        task = bar.add_task("Replaying", total=None)
        return play(
            directory,
            since,
            limit,
            lambda total: bar.update(task, total=total),
            lambda step: bar.advance(task, step),
        )


def _show(turns: Sequence[Replayed]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    screen = Console(width=None if Console().is_terminal else 120, highlight=False)
    counts = Counter(one.verdict for one in turns)
    table = Table(title=f"{len(turns)} messages of customers", title_justify="left")
    table.add_column("now")
    table.add_column("messages", justify="right")
    for name in VERDICTS:
        table.add_row(name, str(counts[name]))
    screen.print(table)
    for why, count in Counter(one.why for one in turns if one.why).most_common():
        screen.print(Text(f"not replayable, {why}: {count}"))
    styles = {"-": "red", "+": "green"}
    for one in turns:
        if one.verdict in ("same", "not replayable"):
            continue
        turn = one.turn
        heading = f"{turn.at:%Y-%m-%d %H:%M} UTC, {turn.channel}, {_sender(turn)}: {one.verdict}"
        screen.print(Text(f"\n{heading}{', after an earlier change' if one.follows else ''}", style="bold"))
        screen.print(Text(f"  customer: {hidden(turn.text)}"))
        for mark, line in difference(one):
            screen.print(Text(f"  {mark} {line}", style=styles.get(mark, "")))
