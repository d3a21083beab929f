"""The demo's page and what it asks for: people, their phone, the clock, and what a carrier might say."""

import hmac
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for

from bot.facts import masked, summary
from bot.model import Channel
from bot.records import Customer, Order, OrderStatus, Shipment
from bot.tracking import order_state, progress_of
from console.demo.course import Course
from console.demo.desk import Desk
from console.demo.providers import post_message
from console.demo.sample import Step

MOST_HOURS = 24 * 60

#: What the page lets a carrier say of a parcel: title, status, reason, message.
CARRIER_SAYS: tuple[tuple[str, str, str | None, str], ...] = (
    ("Out for delivery", "out_for_delivery", None, "Out for delivery"),
    ("Delivered", "delivered", None, "Delivered, front door"),
    ("Nobody home", "attempt_failed", "not_home", "Nobody at home"),
    ("Address unknown", "exception", "wrong_address", "Address cannot be found"),
    ("Damaged", "exception", "damaged", "Package damaged in transit"),
    ("Delayed", "exception", "delayed", "Delayed at the depot"),
)
MESSAGES = {(status, reason): message for _, status, reason, message in CARRIER_SAYS}


def demo_blueprint(desk: Desk, script: Sequence[Step]) -> Blueprint:
    """`/` and `/demo`. Posts need the page's own token, so that no other page can press its buttons."""
    blueprint = Blueprint("demo", __name__, template_folder="templates", static_folder="static", url_prefix="/demo")
    token = token_urlsafe(24)
    course = Course(desk, script)

    @blueprint.before_request
    def check_token() -> None:
        given = request.headers.get("X-Demo-Token", "")
        if request.method == "POST" and not hmac.compare_digest(given.encode(), token.encode()):
            abort(403)

    @blueprint.get("")
    def phone() -> Response:
        page = Response(render_template("demo/phone.html", shop_name=desk.shop().settings.name, token=token))
        page.headers["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:"
        return page

    @blueprint.get("/api/people")
    def people() -> Response:
        return jsonify(people=[_person(desk, customer) for customer in desk.people()])

    @blueprint.get("/api/view")
    def view() -> Response:
        found = [person for person in desk.people() if person.id == request.args.get("customer")]
        return jsonify(_view(desk, found[0], _channel(request.args.get("channel", ""))) if found else _blank(desk))

    @blueprint.post("/api/send")
    def send() -> tuple[Response, int]:
        asked = request.get_json()
        customer = next((person for person in desk.people() if person.id == asked.get("customer")), None)
        if customer is None:
            abort(404)
        channel, text = _channel(asked.get("channel", "")), str(asked.get("text", ""))
        status = post_message(desk, customer, channel, text, asked.get("choice"), photo=bool(asked.get("photo")))
        return jsonify(webhook=status), 200 if status < 300 else 502

    @blueprint.post("/api/clock")
    def clock() -> Response:
        hours = request.get_json().get("hours")
        if not isinstance(hours, int) or not 0 < hours <= MOST_HOURS:
            abort(400)
        course.go_on(desk.clock.now() + timedelta(hours=hours))
        return jsonify(now=desk.clock.now().isoformat())

    @blueprint.post("/api/carrier")
    def carrier() -> Response:
        asked = request.get_json()
        message = MESSAGES.get((asked.get("status"), asked.get("reason")))
        if message is None:
            abort(400)
        event = {"at": desk.clock.now().isoformat(), "status": asked["status"], "reason": asked["reason"]}
        course.report(str(asked["shipment"]), {**event, "message": message})
        return jsonify(ok=True)

    @blueprint.post("/api/give-back")
    def give_back() -> Response:
        desk.give_back(int(request.get_json()["handoff"]))
        return jsonify(ok=True)

    return blueprint


def front_door() -> Any:
    """`/` leads to the phone."""
    return redirect(url_for("demo.phone"))


def _channel(name: str) -> Channel:
    if name not in set(Channel):
        abort(400)
    return Channel(name)


def _person(desk: Desk, customer: Customer) -> dict[str, Any]:
    orders = desk.orders(customer.id)
    name = f"{customer.first_name} {customer.last_name}"
    numbers = " ".join(order.number for order in orders)
    about = ", ".join(dict.fromkeys(_standing(desk, order) for order in orders)) or "no orders"
    return {"id": customer.id, "name": name, "about": about, "search": f"{name} {customer.phone} {numbers} {about}"}


def _standing(desk: Desk, order: Order) -> str:
    state = order_state(order)
    if state is None:
        policy = desk.shop().policies.tracking
        state = progress_of(order.shipments[0], desk.clock.now(), policy).state
    return state.value.replace("_", " ")


def _blank(desk: Desk) -> dict[str, Any]:
    zone = desk.shop().settings.time_zone
    return {"now": desk.clock.now().isoformat(), "zone": zone, "address": None, "counts": {}} | {
        name: [] for name in ("messages", "orders", "notices", "handoffs")
    }


def _view(desk: Desk, customer: Customer, channel: Channel) -> dict[str, Any]:
    zone = customer.time_zone or desk.shop().settings.time_zone
    everything = desk.messages(customer.id)
    entries = [entry for entry in everything if entry.channel is channel]
    address = customer.email if channel is Channel.EMAIL else customer.phone
    return {
        "now": desk.clock.now().isoformat(),
        "zone": zone,
        "address": masked(address) if address else None,
        "counts": Counter(entry.channel.value for entry in everything),
        "messages": [_message(desk, entry, zone) for entry in entries],
        "orders": [_order(desk, order) for order in desk.orders(customer.id)],
        "notices": [
            {
                "kind": notice.kind,
                "state": notice.state,
                "at": notice.at.isoformat(),
                "reason": notice.reason,
                "zone": zone,
            }
            for notice in desk.notices(customer.id)
        ],
        "handoffs": [
            {
                "id": handoff.id,
                "reason": handoff.reason,
                "summary": handoff.summary,
                "silences_bot": handoff.silences_bot,
            }
            for handoff in desk.handoffs(customer.id)
        ],
    }


def _message(desk: Desk, entry: Any, zone: str) -> dict[str, Any]:
    """As the channel shows it: buttons where it has them, else the numbered menu inside the text."""
    shaped = desk.shape(entry.channel, entry.rendered) if entry.rendered else None
    return {
        "direction": "in" if entry.inbound else "out",
        "channel": entry.channel.value,
        "at": entry.at.isoformat(),
        "zone": zone,
        "text": "\n\n".join(shaped.parts) if shaped else entry.text,
        "subject": entry.subject if entry.channel is Channel.EMAIL else None,
        "buttons": [{"id": item.id, "title": item.title} for item in shaped.items] if shaped else [],
        "note": entry.reason if entry.state in ("dropped", "failed") else "",
    }


def _order(desk: Desk, order: Order) -> dict[str, Any]:
    open_parcels = [parcel for parcel in order.shipments if parcel.delivered_at is None]
    if order.status is OrderStatus.CANCELLED:
        open_parcels = []
    return {
        "id": order.id,
        "number": order.number,
        "about": summary(order.lines),
        "status": _standing(desk, order),
        "carrier": [step for parcel in open_parcels for step in _carrier_steps(parcel, several=len(open_parcels) > 1)],
    }


def _carrier_steps(parcel: Shipment, *, several: bool) -> Iterator[dict[str, Any]]:
    for title, status, reason, _ in CARRIER_SAYS:
        shown = f"{title} ({parcel.tracking_number})" if several else title
        yield {"title": shown, "shipment": parcel.id, "status": status, "reason": reason}
