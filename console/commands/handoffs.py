"""`flask handoffs`: who waits for a person, the whole of a case, answering it, giving it back to the bot."""

import getpass
import json
from typing import TypeVar
from uuid import uuid4

import click
from flask.cli import with_appcontext

from bot.desk import MOST_AGENT, MOST_NOTE, MOST_TEXT, TOLD, Case, Refused, Why, is_storable
from console.parts import parts

T = TypeVar("T")


@click.group("handoffs", invoke_without_command=True)
@click.pass_context
@with_appcontext
def handoffs_group(context: click.Context) -> None:
    """List the cases with a person; `show ID`, `reply ID TEXT`, and `close ID`, which gives one back to the bot."""
    if context.invoked_subcommand is None:
        _list()


NUMBER = click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))


@handoffs_group.command("show")
@NUMBER
@with_appcontext
def show_command(number: int) -> None:
    """Print the whole case as JSON: the order, what was tried, the conversation so far."""
    click.echo(json.dumps(_granted(parts().desk.show(number), number), ensure_ascii=False, indent=1))


@handoffs_group.command("reply")
@NUMBER
@click.argument("text")
@click.option("--agent", default=getpass.getuser, metavar="NAME", help="Who writes; you, unless named.")
@click.option("--key", default=lambda: uuid4().hex, metavar="KEY", help="The same key again sends nothing again.")
@with_appcontext
def reply_command(number: int, text: str, agent: str, key: str) -> None:
    """Write to the customer, where they last wrote; the bot stays silent."""
    text, agent = text.strip(), agent.strip()
    fits = 0 < len(text) <= MOST_TEXT and 0 < len(agent) <= MOST_AGENT
    if not fits or not is_storable(text + agent):
        raise click.ClickException(f"a text has 1 to {MOST_TEXT} characters, a name 1 to {MOST_AGENT}")
    replied = _granted(parts().desk.reply(number, agent, text, key), number)
    click.echo(f"message {replied.message_id} goes out by {replied.channel.value}")


@handoffs_group.command("close")
@NUMBER
@click.option("--note", default="", metavar="TEXT", help="For the shop's people; the customer is not told.")
@with_appcontext
def close_command(number: int, note: str) -> None:
    """Close a case, whoever has it; the bot answers that customer again."""
    _granted(parts().desk.give_back(number, None, note[:MOST_NOTE]), number)
    click.echo(f"case {number} is closed")


def _granted(outcome: T | Refused, number: int) -> T:
    if not isinstance(outcome, Refused):
        return outcome
    if outcome.why is Why.NO_SUCH_CASE:
        raise click.ClickException(f"there is no case {number}; `flask handoffs` lists the open ones")
    what, do = TOLD[outcome.why]
    by = f" ({outcome.claimed_by})" if outcome.claimed_by else ""
    raise click.ClickException(f"case {number}: {what}{by}; {do}")


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    cases = parts().desk.open_cases()
    if not cases:
        click.echo("nobody waits for a person")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("ID", "WHO", "ORDER", "WHY", "ANSWER BY", "CLAIMED BY", "ABOUT"):
        table.add_column(title, overflow="fold")
    for case in cases:
        table.add_row(*_row(case))
    screen = Console()
    Console(width=None if screen.is_terminal else 160).print(table)


def _row(case: Case) -> tuple[str, ...]:
    by = case.expected_by.isoformat(timespec="minutes") if case.expected_by else ""
    kind = case.reason if case.silences_bot else f"{case.reason} (task)"
    return str(case.id), _who(case), case.order_id or "", kind, by, case.claimed_by or "", case.summary


def _who(case: Case) -> str:
    if case.customer is None:
        return "unknown sender"
    return f"{case.name} ({case.customer})" if case.name else case.customer
