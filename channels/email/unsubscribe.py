"""/u/<token>: GET shows a page and changes nothing (mail programs open links by themselves); POST unsubscribes at once.

RFC 8058: the POST comes from the mail program, without cookies or login; the signed token is the proof.
"""

from collections.abc import Callable

from flask import Blueprint, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.merchant.schema import ShopSettings
from bot.model import Address, Category, Channel
from channels.email.addresses import key_of
from channels.email.compose import TEMPLATES, UNSUBSCRIBE_WORDS, Words
from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens

ASK, DONE, GONE = "unsubscribe.ask", "unsubscribe.done", "unsubscribe.gone"

Unsubscribe = Callable[[Address, Category], object]


def unsubscribe_blueprint(
    settings: EmailSettings, shop: Callable[[], ShopSettings], words: Words, unsubscribe: Unsubscribe
) -> Blueprint:
    """`unsubscribe` commits before it returns, and may be called any number of times for the same link."""
    blueprint = Blueprint("unsubscribe", __name__)
    tokens = Tokens(settings)
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)

    def page(key: str, status: int, button: str = "") -> Response:
        facts = {"shop_name": shop().name, "words": words(key), "button": button}
        return Response(pages.get_template("unsubscribe.html.j2").render(facts), status, mimetype="text/html")

    @blueprint.get("/u/<token>")
    def ask(token: str) -> Response:
        return page(ASK, 200, words(UNSUBSCRIBE_WORDS)) if _read(tokens, token) else page(GONE, 404)

    @blueprint.post("/u/<token>")
    def take_away(token: str) -> Response:
        found = _read(tokens, token)
        if found is None:
            return page(GONE, 404)
        unsubscribe(*found)
        return page(DONE, 200)

    return blueprint


def _read(tokens: Tokens, token: str) -> tuple[Address, Category] | None:
    found = tokens.read_unsubscribe(token)
    if found is None or found[1] not in list(Category):
        return None
    address = Address(channel=Channel.EMAIL, raw=found[0], key=key_of(found[0]))
    return address, Category(found[1])
