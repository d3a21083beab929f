"""`flask notices`: what is due at a moment, what would be sent, and what is held or dropped and why."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from bot.consent import Drop, Hold
from bot.facts import masked
from bot.outreach import Fired
from bot.ports import Clock


class Notices(Protocol):
    """What the command needs of `current_app.extensions["doorstep"]`."""

    @property
    def clock(self) -> Clock: ...

    def notice_round(self, now: datetime, *, send: bool) -> Iterable[Fired]:
        """Judges what is due at this moment; stores what comes of it only with `send`."""
        ...

    def send_waiting(self, now: datetime) -> int:
        """Sends what waits in the outbox as if it were this moment; how many messages."""
        ...


class Moment(click.ParamType[datetime]):
    """An ISO 8601 moment; without a zone it is taken as UTC."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment such as 2026-03-15T12:00:00+00:00", param, ctx)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command("notices")
@click.option("--now", "moment", type=Moment(), help="As if it were this moment, such as 2026-03-15T12:00:00+00:00.")
@click.option("--send", is_flag=True, help="Do one round: plan, judge, write to the outbox and send.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list, for machines.")
@with_appcontext
def notices_command(moment: datetime | None, send: bool, as_json: bool) -> None:
    """Show what is due, what would be sent, and what is held back and why. Changes nothing without --send."""
    notices = cast(Notices, current_app.extensions["doorstep"])
    now = moment or notices.clock.now()
    fired = sorted(notices.notice_round(now, send=send), key=lambda one: (one.notice.due_at, one.notice.key))
    sent = notices.send_waiting(now) if send else 0
    if as_json:
        click.echo(json.dumps([decision(one) for one in fired], ensure_ascii=False, indent=1))
        return
    _show(fired, now, sent if send else None)


def decision(fired: Fired) -> dict[str, Any]:
    """What became of a notice, as JSON."""
    notice, judgement, letter = fired.notice, fired.judgement, fired.letter
    said: dict[str, Any] = {
        "kind": notice.kind.value,
        "key": notice.key,
        "customer_id": fired.customer_id,
        "order_id": notice.order_id,
        "due_at": notice.due_at.isoformat(),
        "decision": "send",
        "reason": None,
        "until": None,
        "channel": None,
        "to": None,
        "template": None,
        "text": None,
        "choices": [],
    }
    if isinstance(judgement, Hold):
        return said | {"decision": "hold", "reason": judgement.why, "until": judgement.until.isoformat()}
    if isinstance(judgement, Drop) or letter is None:
        return said | {"decision": "drop", "reason": judgement.why if isinstance(judgement, Drop) else None}
    return said | {
        "channel": letter.channel.value,
        "to": masked(letter.address.key),
        "template": letter.key,
        "text": letter.body.text,
        "choices": [choice.title for choice in letter.body.choices],
    }


def _show(fired: Sequence[Fired], now: datetime, sent: int | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"Notices as of {now:%Y-%m-%d %H:%M} UTC", title_justify="left", show_lines=False)
    for heading in ("due (UTC)", "notice", "order", "decision", "to", "words or reason"):
        table.add_column(heading, overflow="fold")
    counts = {"send": 0, "hold": 0, "drop": 0}
    for one in fired:
        row = decision(one)
        counts[row["decision"]] += 1
        table.add_row(*(escape(text) for text in _cells(row, one)))
    screen = Console(width=None if Console().is_terminal else 160)
    if fired:
        screen.print(table)
    done = "sent" if sent is not None else "to send"
    screen.print(f"{counts['send']} {done}, {counts['hold']} held, {counts['drop']} dropped, of {len(fired)} due.")
    if sent is not None:
        screen.print(f"{sent} messages went out.")


def _cells(row: dict[str, Any], fired: Fired) -> tuple[str, ...]:
    due = f"{fired.notice.due_at:%Y-%m-%d %H:%M}"
    why = row["reason"] or ""
    if row["until"]:
        why += f" until {datetime.fromisoformat(row['until']):%Y-%m-%d %H:%M}"
    words = f"{row['template']}: {row['text']}" if row["text"] else why
    to = f"{row['channel']} {row['to']}" if row["channel"] else ""
    return due, row["kind"], row["order_id"], row["decision"], to, words
