"""The demo's page and what it asks for: people, their phone, the clock, and what a carrier might say."""

import hmac
from collections.abc import Sequence
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

import structlog
from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from httpx import HTTPError

from bot.desk import Case
from bot.model import Channel
from bot.records import Customer
from console.demo.course import Course
from console.demo.desk import Desk
from console.demo.providers import Providers, Typed
from console.demo.sample import Step
from console.demo.views import blank_view, customer_view, message_of_carrier, people_view

MOST_HOURS = 24 * 60
MOST_TEXT = 1600  # characters; what Twilio takes
CHANNELS = (Channel.WHATSAPP, Channel.SMS, Channel.EMAIL)
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; object-src 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

log = structlog.get_logger(__name__)


def demo_blueprint(desk: Desk, script: Sequence[Step]) -> Blueprint:
    """`/demo`. Posts need the page's own token, so that no other page can press its buttons."""
    blueprint = Blueprint("demo", __name__, template_folder="templates", static_folder="static", url_prefix="/demo")
    token = token_urlsafe(24)
    course, providers = Course(desk, script), Providers(desk)

    @blueprint.before_request
    def check_token() -> None:
        given = request.headers.get("X-Demo-Token", "")
        if request.method == "POST" and not hmac.compare_digest(given.encode(), token.encode()):
            abort(403)

    @blueprint.after_request
    def protect(response: Response) -> Response:
        if request.endpoint != "demo.static":
            response.headers.update(HEADERS)
        return response

    @blueprint.get("")
    def phone() -> str:
        return render_template("demo/phone.html", shop_name=desk.shop().settings.name, token=token)

    @blueprint.get("/api/people")
    def people() -> Response:
        return jsonify(people_view(desk))

    @blueprint.get("/api/view")
    def view() -> Response:
        customer = _found(desk, request.args.get("customer"))
        channel = _channel(request.args.get("channel"))
        return jsonify(customer_view(desk, customer, channel) if customer else blank_view(desk))

    @blueprint.post("/api/send")
    def send() -> tuple[Response, int]:
        asked = _asked()
        customer = _found(desk, asked.get("customer"))
        if customer is None:
            abort(404)
        try:
            status = providers.post(customer, _channel(asked.get("channel")), _typed(asked))
        except HTTPError as error:
            log.error("demo_webhook_unreached", fault=type(error).__name__)
            return jsonify(webhook=None), 502
        return jsonify(webhook=status), 200 if status < 300 else 502

    @blueprint.post("/api/clock")
    def clock() -> Response:
        hours = _asked().get("hours")
        if type(hours) is not int or not 0 < hours <= MOST_HOURS:
            abort(400)
        course.go_on(desk.clock.now() + timedelta(hours=hours))
        return jsonify(now=desk.clock.now().isoformat())

    @blueprint.post("/api/carrier")
    def carrier() -> Response:
        asked = _asked()
        status, reason = asked.get("status"), asked.get("reason")
        message = message_of_carrier(status, reason)
        if message is None:
            abort(400)
        event = {"at": desk.clock.now().isoformat(), "status": status, "reason": reason, "message": message}
        course.report(str(asked.get("shipment")), event)
        return jsonify(ok=True)

    @blueprint.post("/api/give-back")
    def give_back() -> Response:
        number = _asked().get("handoff")
        if type(number) is not int:
            abort(400)
        return jsonify(closed=isinstance(desk.give_back(number), Case))

    return blueprint


def front_door() -> Any:
    """`/` leads to the phone."""
    return redirect(url_for("demo.phone"))


def _asked() -> dict[str, Any]:
    asked = request.get_json()
    if not isinstance(asked, dict):
        abort(400)
    return asked


def _found(desk: Desk, customer_id: object) -> Customer | None:
    return next((person for person in desk.people() if person.id == customer_id), None)


def _channel(name: object) -> Channel:
    if not isinstance(name, str) or name not in CHANNELS:
        abort(400)
    return Channel(name)


def _typed(asked: dict[str, Any]) -> Typed:
    choice = asked.get("choice")
    return Typed(
        text=str(asked.get("text") or "")[:MOST_TEXT],
        choice=str(choice) if choice else None,
        listed=asked.get("listed") is True,
        subject=" ".join(str(asked.get("subject") or "").split())[:200],
        photo=asked.get("photo") is True,
    )
