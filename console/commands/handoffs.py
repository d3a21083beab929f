"""`flask handoffs`: who waits for a person, and giving a conversation back to the bot."""

import click
from flask.cli import with_appcontext

from console.parts import Case, parts


@click.group("handoffs", invoke_without_command=True)
@click.pass_context
@with_appcontext
def handoffs_group(context: click.Context) -> None:
    """List the cases with a person; `close ID` gives one back to the bot."""
    if context.invoked_subcommand is None:
        _list()


@handoffs_group.command("close")
@click.argument("number", metavar="ID", type=int)
@with_appcontext
def close_command(number: int) -> None:
    """Close a case; the bot answers that customer again."""
    if not parts().close_case(number):
        raise click.ClickException(f"there is no open case {number}")
    click.echo(f"case {number} is closed")


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    cases = parts().open_cases()
    if not cases:
        click.echo("nobody waits for a person")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("ID", "WHO", "ORDER", "WHY", "ANSWER BY", "ABOUT"):
        table.add_column(title, overflow="fold")
    for case in cases:
        table.add_row(*_row(case))
    screen = Console()
    Console(width=None if screen.is_terminal else 160).print(table)


def _row(case: Case) -> tuple[str, ...]:
    by = case.expected_by.isoformat(timespec="minutes") if case.expected_by else ""
    kind = case.reason if case.silences_bot else f"{case.reason} (task)"
    return str(case.id), _who(case), case.order_id or "", kind, by, case.summary


def _who(case: Case) -> str:
    if case.customer is None:
        return "unknown sender"
    name = " ".join(filter(None, (case.customer.first_name, case.customer.last_name)))
    return f"{name} ({case.customer.id})" if name else case.customer.id
