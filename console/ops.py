"""GET /healthz, /readyz and /metrics: what machines ask of the server.

/healthz says that the process answers. /readyz says whether it may be sent requests: database, migrations and shop
files; a queue that is behind is told there but does not take the web process out of rotation, because webhooks must go
on being taken in while the workers catch up.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request

from console.metrics import Gauges, Metrics

log = structlog.get_logger(__name__)

BEHIND_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Check:
    """One finding of /readyz; `vital` ones make the server unready when they fail."""

    ok: bool
    vital: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)


Checks = Mapping[str, Check]


def ops_blueprint(
    *, checks: Callable[[], Checks], gauges: Callable[[], Gauges], metrics: Metrics, metrics_token: str | None = None
) -> Blueprint:
    """The three routes; `metrics_token` is the bearer token asked for at /metrics, if any."""
    blueprint = Blueprint("ops", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = checks()
        ready = all(check.ok for check in found.values() if check.vital)
        status = "unready" if not ready else "ok" if all(check.ok for check in found.values()) else "behind"
        told = {name: {"ok": check.ok, **check.detail} for name, check in found.items()}
        return jsonify(status=status, checks=told), 200 if ready else 503

    @blueprint.get("/metrics")
    def prometheus() -> Response:
        if metrics_token and not _bearer(metrics_token):
            return Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(metrics.exposition(_told(gauges)), content_type="text/plain; version=0.0.4; charset=utf-8")

    return blueprint


def check(ask: Callable[[], object], *, otherwise: str = "", detail: Callable[[], Mapping[str, Any]] = dict) -> Check:
    """A vital check: good unless asking raises or gives False. What is told of a fault is its kind, never its words."""
    try:
        good = ask() is not False
    except Exception as fault:
        log.error("readiness_check_failed", fault=type(fault).__name__)
        return Check(False, detail={"what": type(fault).__name__})
    return Check(good, detail=detail() if good else {"what": otherwise})


def queue_check(gauges: Callable[[], Gauges]) -> Check:
    """Whether the oldest waiting message or reply is older than a customer should ever wait."""
    found = _told(gauges)
    if found is None:
        return Check(False, vital=False)
    oldest = max(found.inbox_oldest_seconds, found.outbox_oldest_seconds)
    return Check(
        ok=oldest < BEHIND_SECONDS,
        vital=False,
        detail={
            "inbox_waiting": found.inbox_waiting,
            "inbox_oldest_seconds": round(found.inbox_oldest_seconds, 1),
            "outbox_oldest_seconds": round(found.outbox_oldest_seconds, 1),
        },
    )


def _told(gauges: Callable[[], Gauges]) -> Gauges | None:
    try:
        return gauges()
    except Exception:
        log.exception("gauges_unreadable")
        return None


def _bearer(token: str) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), token.encode())
