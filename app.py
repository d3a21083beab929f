"""The composition root: what `flask` and every WSGI server find here as `create_app`.

Nothing happens at import; making an app opens no connection and reads none of the merchant's files. Under a `flask`
command wrong settings are told by the command that needs them, so that `flask doctor` can run; anywhere else they stop
the app from being made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from flask import Blueprint, Flask, Response, request
from flask.cli import AppGroup

from bot.errors import SettingsError
from bot.merchant.shop import Shop
from bot.merchant.stories import Placed, Stories
from bot.model import Channel, Rendered
from bot.ports import Clock, Sender
from channels.limits import numbered, segments
from channels.setup import make_routes
from config import Settings, load_settings, read_environment
from connectors.events import events_blueprint
from connectors.handoffs import handoffs_blueprint
from console.commands.chat import chat_command
from console.commands.customer import customer_group
from console.commands.data import export_command, import_command
from console.commands.doctor import Probe, doctor_command
from console.commands.handoffs import handoffs_group
from console.commands.notices import notices_command
from console.commands.replay import replay_command
from console.commands.serve import serve_commands
from console.commands.shop import shop_commands
from console.commands.understand import understand_command
from console.demo.command import demo_command
from console.demo.desk import Desk
from console.metrics import Metrics
from console.ops import Checks, check, ops_blueprint, queue_check
from console.parts import NAME, Unjoined, told
from console.throttle import Throttle
from demo import open_demo
from joining import Joint, SystemClock, make_reader
from storage.merchant import load_files, read_files
from storage.shelf import FolderShelf

if TYPE_CHECKING:
    from bot.understanding.reader import Reader
    from rehearsal import Failure

MOST_BYTES = 32 * 1024 * 1024  # of a request, where its route allows no less


def create_app(
    settings: Settings | None = None, *, clock: Clock | None = None, senders: Mapping[Channel, Sender] | None = None
) -> Flask:
    """The app, ready to serve or to run commands. `senders` replace those that the settings would make."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    in_command = click.get_current_context(silent=True) is not None
    try:
        settings = settings or load_settings(read_environment(), serving=not in_command)
        joint = Joint(settings, clock or SystemClock(), senders)
    except SettingsError as error:
        if not in_command:
            raise
        app.extensions[NAME] = Unjoined(error)
    else:
        joint.log_faults() if in_command else joint.log_all()
        app.extensions[NAME] = joint.parts()
        _mount(app, joint)
    _register_commands(app, settings.shop_dir if settings else Path("shop"))
    return app


def _mount(app: Flask, joint: Joint) -> None:
    """Everything that answers requests."""
    settings = joint.settings
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    throttle = Throttle(settings.redis_url)
    for blueprint in _routes(joint):
        throttle.limit(blueprint)
        app.register_blueprint(blueprint)
    app.after_request(partial(_count_answer, joint.metrics))


def _routes(joint: Joint) -> Iterator[Blueprint]:
    token = joint.settings.metrics_token
    checks = partial(_checks, joint)
    yield ops_blueprint(checks=checks, gauges=joint.backlog, metrics=joint.metrics, metrics_token=token)
    yield events_blueprint(joint.settings.api_token, partial(joint.import_files, source="api"))
    yield handoffs_blueprint(joint.settings.api_token, lambda: joint.desk)
    yield from make_routes(
        joint.channels,
        inward=joint,
        unsubscribe=joint.unsubscribe,
        shop=lambda: joint.shop().settings,
        words=joint.words,
        clock=joint.clock,
    )


def _checks(joint: Joint) -> Checks:
    """What /readyz tells."""
    return {
        "database": check(joint.reach),
        "migrations": check(joint.is_migrated, otherwise="not at this version: run `flask migrate`"),
        "shop_files": check(joint.shop, detail=lambda: {"faults": len(joint.files.faults)}),
        "queue": queue_check(joint.backlog),
    }


def _count_answer(metrics: Metrics, response: Response) -> Response:
    if request.method == "POST":
        metrics.count("webhook_answers", endpoint=request.endpoint or "unknown", status=str(response.status_code))
    return response


def _register_commands(app: Flask, shop_dir: Path) -> None:
    shop = AppGroup("shop", help="The merchant's files, and the shop's records in and out.")
    for command in (
        *shop_commands(shop_dir, read_files, _sms_segments, _make_reader, _play_stories),
        import_command,
        export_command,
        replay_command,
    ):
        shop.add_command(command)
    commands = (
        shop,
        chat_command,
        handoffs_group,
        customer_group,
        notices_command,
        understand_command(lambda: load_files(shop_dir, FolderShelf()).shop, _make_reader),
        doctor_command(_check_serving, _probes),
        *serve_commands(create_app, _check_serving),
        demo_command(_open_demo, _demo_address),
    )
    for command in commands:
        app.cli.add_command(command)


def _play_stories(shop: Shop, stories: Stories, some: Sequence[Placed]) -> Iterator["Failure | None"]:
    """Plays a merchant's tests one by one in a folder that is thrown away."""
    from rehearsal import Stage, rehearse

    with TemporaryDirectory(prefix="doorstep-tests-") as folder:
        stage = Stage(shop, _make_reader, Path(folder))
        for placed in some:
            yield rehearse(stage, placed, stories.products)


def _make_reader(shop: Shop) -> "Reader":
    try:
        settings = load_settings(read_environment())
    except SettingsError as error:
        raise click.ClickException(told(error)) from error
    return make_reader(shop, encoder=settings.encoder)


def _open_demo(host: str, port: int, address: str, database: Path) -> tuple[Flask, Desk]:
    def make(settings: Settings, clock: Clock, senders: Mapping[Channel, Sender]) -> Flask:
        return create_app(settings, clock=clock, senders=senders)

    return open_demo(make, host, port, address, database, _demo_shop())


def _demo_shop() -> Path:
    """SHOP_DIR, else the files in this directory, else the sample that came with this program."""
    named = read_environment().get("SHOP_DIR")
    here = Path("shop")
    return Path(named) if named else here if (here / "shop.yaml").is_file() else Path(__file__).parent / here


def _demo_address() -> tuple[str, int]:
    """HOST and PORT; nothing else of the environment is the demo's."""
    environment = read_environment()
    known = {name: environment[name] for name in ("HOST", "PORT") if environment.get(name)}
    settings = load_settings(known)
    return settings.host, settings.port


def _check_serving() -> None:
    """Raises SettingsError with everything that keeps this environment from serving."""
    load_settings(read_environment(), serving=True)


def _sms_segments(rendered: Rendered) -> int:
    return sum(segments(part).count for part in numbered(Channel.SMS, rendered).parts)


def _probes(settings: Settings) -> dict[str, Probe]:
    """What asks each provider whether it takes our credentials."""
    from channels.probe import probe_smtp, probe_twilio
    from joining import channel_settings

    channels = channel_settings(settings)
    probes: dict[str, Callable[[], str | None]] = {}
    if channels.twilio:
        probes["Twilio"] = partial(probe_twilio, channels.twilio)
    if channels.smtp:
        probes["mail server"] = partial(probe_smtp, channels.smtp)
    return probes
