"""`flask serve`, and its parts apart: `web`, `worker`, `scheduler`, `migrate`."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from bot.errors import SettingsError, ShopFilesError
from console.parts import Background, Parts, parts, told

log = structlog.get_logger(__name__)

BuildApp = Callable[[], Flask]
CheckServing = Callable[[], object]


def serve_commands(build: BuildApp, check_serving: CheckServing) -> tuple[click.Command, ...]:
    """The commands. `build` makes an app ready to serve; `check_serving` raises SettingsError with every fault."""

    def begin() -> Parts:
        try:
            check_serving()
        except SettingsError as error:
            raise click.ClickException(told(error)) from error
        joined = parts()
        joined.tell_all()
        return joined

    @click.command("serve")
    @with_appcontext
    def serve() -> None:
        """Serve everything in this one process: webhooks, workers, scheduler."""
        joined = begin()
        if not joined.is_current():
            joined.migrate()
        serve_everything(current_app._get_current_object(), joined)  # type: ignore[attr-defined]

    @click.command("web")
    @with_appcontext
    def web() -> None:
        """Take requests in, with several processes; workers and scheduler run elsewhere."""
        from console.server import serve_in_processes

        joined = begin()
        check_migrated(joined)
        settings = joined.settings
        joined.engine.dispose()
        serve_in_processes(
            lambda: warmed(build()),
            host=settings.host,
            port=settings.port,
            processes=settings.web_processes,
            threads=settings.web_threads,
        )

    @click.command("worker")
    @with_appcontext
    def worker() -> None:
        """Answer and send what waits; start as many as you like."""
        joined = begin()
        run_until_stopped(joined, joined.workers, "worker")

    @click.command("scheduler")
    @with_appcontext
    def scheduler() -> None:
        """Wake due notices and sweep up; one is enough, two do no harm."""
        joined = begin()
        run_until_stopped(joined, joined.scheduler, "scheduler")

    @click.command("migrate")
    @with_appcontext
    def migrate() -> None:
        """Bring the database to this version."""
        parts().migrate()
        click.echo("the database is up to date")

    return serve, web, worker, scheduler, migrate


def serve_everything(app: Flask, joined: Parts, *, ready: Callable[[str], None] | None = None) -> None:
    """Serves until told to stop: the web server in this thread, workers, scheduler and shop files in others."""
    from console.server import Stop, serve_in_threads

    settings = joined.settings
    with background(joined, joined.workers, joined.scheduler):
        serve_in_threads(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.web_threads,
            stop=Stop().listen(),
            ready=ready or _say_ready,
        )
    log.info("stopped")


def run_until_stopped(joined: Parts, make: Callable[[], Background], name: str) -> None:
    from console.server import Stop

    check_migrated(joined)
    stop = Stop().listen()
    with background(joined, make):
        log.info("started", part=name)
        stop.wait()
    log.info("stopped", part=name)


@contextlib.contextmanager
def background(joined: Parts, *makers: Callable[[], Background]) -> Iterator[None]:
    """The shop's files watched and these threads at work; stopped in the opposite order."""
    try:
        joined.warm()
    except ShopFilesError as error:
        raise click.ClickException(f"the shop's files cannot be used:\n{error}") from error
    with contextlib.ExitStack() as stack:
        for make in (lambda: joined.files, *makers):
            running: Any = make()
            running.start()
            stack.callback(running.stop)
        yield


def check_migrated(joined: Parts) -> None:
    if not joined.is_current():
        raise click.ClickException("the database is not at this version: run `flask migrate` first")


def warmed(app: Flask) -> Flask:
    """The app with everything made that a first request would wait for, and the shop's files watched."""
    joined = parts(app)
    joined.warm()
    joined.files.start()
    return app


def _say_ready(address: str) -> None:
    log.info("serving", at=address)
