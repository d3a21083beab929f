"""`flask doctor`: what of the set-up is wrong, and what to do about it. Changes nothing, sends nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import SettingsError, ShopFilesError
from bot.model import Channel
from console.parts import NAME, Parts, Unjoined

Probe = Callable[[], str | None]
PUBLIC_WAIT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Finding:
    """`bad` stops Doorstep from working; what is only worth knowing is told too."""

    about: str
    what: str
    bad: bool = False
    good: bool = False


def doctor_command(check_serving: Callable[[], object], probes: Callable[[Any], dict[str, Probe]]) -> click.Command:
    """The command. `probes` gives, for the settings, what asks each provider whether it takes our credentials."""

    @click.command("doctor")
    @with_appcontext
    def doctor() -> None:
        """Check settings, database, shop files, providers and the public address; exit 1 if one must be mended."""
        findings = list(_settings(check_serving))
        joined = current_app.extensions[NAME]
        if not isinstance(joined, Unjoined):
            findings += examine(joined, probes(joined.settings))
        for finding in findings:
            mark = "ok  " if finding.good else "MEND" if finding.bad else "note"
            click.echo(f"{mark} {finding.about}: {finding.what}")
        bad = sum(finding.bad for finding in findings)
        click.echo("everything is in order" if not bad else f"{bad} to mend")
        raise SystemExit(1 if bad else 0)

    return doctor


def examine(joined: Parts, probes: dict[str, Probe]) -> list[Finding]:
    findings = [*_database(joined), *_shop(joined)]
    for name, probe in probes.items():
        what = probe()
        findings.append(Finding(name, what or "reached, credentials taken", bad=bool(what), good=not what))
    return [*findings, *_public(joined.settings.public_base_url), *_notes(joined)]


def _settings(check_serving: Callable[[], object]) -> Iterator[Finding]:
    try:
        check_serving()
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", problem, bad=True)
    else:
        yield Finding("settings", "complete", good=True)


def _database(joined: Parts) -> Iterator[Finding]:
    try:
        current = joined.is_current()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding("database", f"out of reach: {reason}; look at DATABASE_URL", bad=True)
        return
    yield Finding("database", f"{joined.engine.dialect.name}, reached", good=True)
    if current:
        yield Finding("migrations", "up to date", good=True)
    else:
        yield Finding("migrations", "not at this version: run `flask migrate`", bad=True)


def _shop(joined: Parts) -> Iterator[Finding]:
    try:
        shop = joined.read_shop()
    except ShopFilesError as error:
        for fault in error.faults:
            yield Finding("shop files", str(fault), bad=True)
        return
    yield Finding("shop files", f"{shop.settings.name}, no faults", good=True)
    unset = [channel.value for channel in shop.settings.channels if channel not in joined.senders]
    if unset:
        yield Finding("channels", f"shop.yaml has {', '.join(unset)}, but nothing is set up to send there")


def _public(base: str | None) -> Iterator[Finding]:
    if base is None:
        yield Finding("public address", "PUBLIC_BASE_URL is not set: no provider can reach this server")
        return
    if urlsplit(base).scheme != "https":
        yield Finding("public address", f"{base} is not https: what customers write travels in the clear")
    what = _ask(base)
    yield Finding("public address", what or f"{base} answers", good=what is None)


def _ask(base: str) -> str | None:
    import httpx

    try:
        answer = httpx.get(f"{base}/healthz", timeout=PUBLIC_WAIT)
    except httpx.HTTPError as error:
        return f"{base}/healthz does not answer from here ({type(error).__name__}): is the server running?"
    if answer.status_code != 200:
        return f"{base}/healthz answers {answer.status_code}: does the proxy lead here?"
    return None


def _notes(joined: Parts) -> Sequence[Finding]:
    settings = joined.settings
    notes = []
    if settings.api_token is None:
        notes.append(Finding("API_TOKEN", "not set: /api/events and /api/handoffs let nobody in"))
    if settings.mail.webhook_secret and not settings.mail.authserv_id:
        notes.append(
            Finding(
                "EMAIL_AUTHSERV_ID",
                "not set: no mail counts as proven: everybody is asked for a code, answers to cases do nothing",
            )
        )
    if Channel.EMAIL not in joined.senders:
        notes.append(
            Finding("SMTP_URL", "not set: cases for a person reach nobody by mail; `flask handoffs` lists them")
        )
    return notes
