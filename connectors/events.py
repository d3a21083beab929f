"""`POST /api/events`: records in the import format from any system of the shop's, one or many, all stored or none.

Verifies, hands on, answers; stores nothing itself. 200 with a report once everything is committed; 400 with the faults;
401 without the token; 413 when too large.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.errors import ImportRefused
from bot.importing_text import SourceFile
from connectors.bearer import has_token

LARGEST = 10 * 1024 * 1024  # bytes of one request
LINES = ("application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonlines")


class Report(Protocol):
    def as_json(self) -> dict[str, Any]: ...


Accept = Callable[[Sequence[SourceFile]], Report]
"""Stores the records of these files in one transaction, or raises ImportRefused."""


def events_blueprint(token: str | None, accept: Accept, *, largest: int = LARGEST) -> Blueprint:
    """Without a token set, nobody is let in."""
    blueprint = Blueprint("events", __name__)

    @blueprint.post("/api/events")
    def take_events() -> tuple[Response, int]:
        if not has_token(token):
            return jsonify(error="not authorised"), 401
        request.max_content_length = largest
        try:
            content = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return jsonify(error="too large", largest=largest), 413
        name = "request.jsonl" if request.mimetype in LINES else "request"
        try:
            report = accept([SourceFile(name, content)])
        except ImportRefused as refusal:
            faults = [
                {"line": fault.line, "field": fault.key, "what": fault.what, "suggestion": fault.suggestion}
                for fault in refusal.faults
            ]
            return jsonify(error="refused", faults=faults), 400
        return jsonify(report.as_json()), 200

    return blueprint
