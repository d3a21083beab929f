"""`flask demo`: the main job on a fresh machine, with a new sample shop at every start; no account and no key.

Keeps nothing: its database lives in a folder of its own for as long as it runs, so that two demos never meet.
"""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask

from bot.errors import SettingsError, ShopFilesError
from bot.importing_text import SourceFile
from console.commands.serve import serve_everything
from console.demo.desk import Desk
from console.demo.sample import sample, script
from console.parts import parts, told

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what listens there is reached here

Open = Callable[[str, int, str, Path], tuple[Flask, Desk]]
"""Makes the app of the demo: host, port, the address it is reached at, a database that does not exist yet."""


def demo_command(open_demo: Open, where: Callable[[], tuple[str, int]]) -> click.Command:
    """The command; `where` gives the host and port to serve at, and raises SettingsError."""

    @click.command("demo")
    def demo() -> None:
        """Try it: the sample shop, a phone in the browser, and a clock that can be moved."""
        try:
            host, port = where()
        except SettingsError as error:
            raise click.ClickException(told(error)) from error
        port = _free_port(host, port)
        click.echo("Making the sample shop…")
        with TemporaryDirectory(prefix="doorstep-demo-", ignore_cleanup_errors=True) as folder:
            app, desk = open_demo(host, port, address_of(host, port), Path(folder) / "demo.db")
            _run(app, desk)
        click.echo("Stopped.")

    return demo


def address_of(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    reached = EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def _run(app: Flask, desk: Desk) -> None:
    from console.demo.routes import demo_blueprint, front_door

    with app.app_context():
        joined = parts(app)
        joined.migrate()
        now = desk.clock.now()
        source = SourceFile("sample.json", json.dumps(sample(now)).encode())
        try:
            joined.import_files([source], start=lambda total: None, progress=lambda step: None)
        except ShopFilesError as error:
            raise click.ClickException(f"the shop's files cannot be used:\n{error}") from error
        app.register_blueprint(demo_blueprint(desk, script(now)))
        app.add_url_rule("/", view_func=front_door)
        serve_everything(app, joined, ready=lambda _: _say_ready(desk.base_url))
        joined.engine.dispose()


def _free_port(host: str, port: int) -> int:
    """The port, when it can be listened at; for port 0 one that can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise click.ClickException(f"port {port} is not allowed here: set another PORT") from error
        except OSError as error:
            raise click.ClickException(_taken(host, port, error)) from error
        found: int = probe.getsockname()[1]
        return found


def _taken(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"HOST={host} is no address of this machine"
    return f"{host}:{port} is taken: set another PORT, as in `PORT={port + 1} flask demo` ({error.strerror})"


def _say_ready(address: str) -> None:
    click.echo(f"\n  Doorstep is ready: open {address}/demo\n  Stop it with Ctrl+C.\n")
