"""How often one address may ask: only where guessing or flooding could pay. Answers 429.

Twilio's webhooks are left alone: a burst of true messages must never be turned away, and a forged one costs a hash.
"""

from collections.abc import Mapping

from flask import Blueprint, Flask, Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

REFUSED = (401, 403)
GUESSES = "60 per minute"  # refused requests, where a secret is shown
VISITS = "120 per minute"  # of any kind, where a page is shown
LIMITED: Mapping[str, str] = {"events": GUESSES, "email": GUESSES, "unsubscribe": VISITS}


def limit_requests(app: Flask, redis_url: str | None) -> None:
    """Limits the blueprints named in LIMITED, counted in memory or, shared by all machines, in Redis."""
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=redis_url or "memory://",
        strategy="moving-window",
        in_memory_fallback_enabled=bool(redis_url),
        swallow_errors=True,
    )
    for name, rate in LIMITED.items():
        blueprint = app.blueprints.get(name)
        if isinstance(blueprint, Blueprint):
            _limit(limiter, blueprint, rate)


def _limit(limiter: Limiter, blueprint: Blueprint, rate: str) -> None:
    if rate == GUESSES:
        limiter.limit(rate, deduct_when=_was_refused)(blueprint)
    else:
        limiter.limit(rate)(blueprint)


def _was_refused(response: Response) -> bool:
    return response.status_code in REFUSED
