"""`flask demo`: the main job on a fresh machine, with a new sample shop at every start; no account and no key."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from bot.importing_text import SourceFile
from console.commands.serve import serve_everything
from console.demo.desk import Desk
from console.demo.routes import demo_blueprint, front_door
from console.demo.sample import sample, script
from console.parts import parts

DATABASE = Path("doorstep-demo.db")

Open = Callable[[str, Path], tuple[Flask, Desk]]
"""Makes the app of the demo for an address it will be reached at and a database that does not exist yet."""


def demo_command(open_demo: Open, where: Callable[[], tuple[str, int]]) -> click.Command:
    """The command; `where` gives the host and port to serve at."""

    @click.command("demo")
    def demo() -> None:
        """Try it: the sample shop, a phone in the browser, and a clock that can be moved."""
        host, port = where()
        _check_free(host, port)
        for file in (DATABASE, *(DATABASE.with_name(DATABASE.name + end) for end in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)
        app, desk = open_demo(f"http://{host}:{port}", DATABASE)
        with app.app_context():
            joined = parts(app)
            joined.migrate()
            now = desk.clock.now()
            joined.import_files([SourceFile("sample.json", json.dumps(sample(now)).encode())], **SILENT)
            app.register_blueprint(demo_blueprint(desk, script(now)))
            app.add_url_rule("/", view_func=front_door)
            serve_everything(app, joined, ready=_say_ready)

    return demo


SILENT: dict[str, Callable[[int], None]] = {"start": lambda total: None, "progress": lambda step: None}


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} is taken: set another PORT, as in `PORT=8001 flask demo`"
            ) from error


def _say_ready(address: str) -> None:
    click.echo(f"\n  Doorstep is ready: open {address}/demo\n  Stop it with Ctrl+C.\n")
