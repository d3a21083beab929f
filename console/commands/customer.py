"""`flask customer export ID` and `flask customer erase ID`: privacy requests that reached the shop another way.

The same code does them as when a customer asks in the conversation.
"""

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import with_appcontext

from console.parts import parts


@click.group("customer")
def customer_group() -> None:
    """What is held on one customer: write it out, or take it away."""


@customer_group.command("export")
@click.argument("customer_id", metavar="ID")
@click.argument("path", required=False, type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export_command(customer_id: str, path: Path | None) -> None:
    """Write everything on a customer, messages too, in the import format; to a file or to standard output."""
    pieces = _known(customer_id, parts().export_customer(customer_id))
    if path is None:
        click.echo("".join(pieces), nl=False)
        return
    whole = path.with_name(path.name + ".part")  # an export cut short never looks like one
    with whole.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
    whole.replace(path)


@customer_group.command("erase")
@click.argument("customer_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def erase_command(customer_id: str, yes: bool) -> None:
    """Delete everything personal of a customer at once; orders are kept, nameless, as long as policies.yaml says."""
    _known(customer_id, parts().export_customer(customer_id))
    if not yes:
        click.confirm(f"Delete everything personal of customer {customer_id}? It can't be undone", abort=True, err=True)
    parts().erase_customer(customer_id)
    years = parts().files.shop().policies.privacy.keep_orders_years
    click.echo(f"customer {customer_id} is erased; orders of the last {years} years are kept without a name")


def _known(customer_id: str, pieces: Iterable[str] | None) -> Iterable[str]:
    if pieces is None:
        raise click.ClickException(f"there is no customer with the id {customer_id}")
    return pieces
