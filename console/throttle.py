"""How often one address may ask: only where guessing or flooding could pay. Answers 429.

Twilio's webhooks are left alone: a burst of true messages must never be turned away, and a forged one costs a hash.
Nothing here runs for a route that is not limited.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

log = structlog.get_logger(__name__)

REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class Rule:
    """So many a minute of one address; `refused_only` counts requests that showed a wrong secret, or none."""

    rate: RateLimitItem
    refused_only: bool = False


GUESSES = Rule(RateLimitItemPerMinute(60), refused_only=True)
VISITS = Rule(RateLimitItemPerMinute(120))
RULES: Mapping[str, Rule] = {"events": GUESSES, "handoffs": GUESSES, "email": GUESSES, "unsubscribe": VISITS}


class Throttle:
    """Counts in memory or, shared by all machines, in Redis. While Redis is away everybody is let in."""

    def __init__(self, redis_url: str | None) -> None:
        self._limiter = MovingWindowRateLimiter(
            storage_from_string(redis_url or "memory://", **({"wrap_exceptions": True} if redis_url else {}))
        )

    def limit(self, blueprint: Blueprint) -> None:
        """Limits a blueprint that has a rule, before it is registered."""
        rule = RULES.get(blueprint.name)
        if rule is None:
            return
        name = blueprint.name

        @blueprint.before_request
        def turn_away() -> Response | None:
            if self._asked(self._limiter.test if rule.refused_only else self._limiter.hit, rule, name):
                return None
            log.warning("too_many_requests", route=name)
            return Response(status=429, headers={"Retry-After": "60"})

        if rule.refused_only:

            @blueprint.after_request
            def count_refusal(response: Response) -> Response:
                if response.status_code in REFUSED:
                    self._asked(self._limiter.hit, rule, name)
                return response

    def _asked(self, ask: Callable[..., bool], rule: Rule, name: str) -> bool:
        try:
            return ask(rule.rate, name, request.remote_addr or "")
        except StorageError as error:
            log.error("limits_unreachable", fault=type(error).__name__)
            return True
