"""Buttons and lists on WhatsApp: one Content for each *shape*, made once, its words given at each sending.

ContentVariables hold no line breaks, so the lines of the text are the shape's skeleton and each line is a variable
(CHANNELS.md 13 and 14). Where Content cannot be had, the caller falls back to a numbered menu and we ask again later.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from bot.errors import SendFault
from bot.ports import Clock
from channels.limits import Form, Shaped, split

MOST_VARIABLES = 100  # https://www.twilio.com/docs/content/using-variables-with-content-api
LONGEST_VALUE = 250  # the same page: more is allowed and advised against
REST = timedelta(minutes=10)

GetContent = Callable[[str], str | None]
PutContent = Callable[[str, str], object]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Layout:
    """A shape (Content `types` with placeholders) and the words for its placeholders."""

    types: dict[str, Any]
    variables: dict[str, str]


class ContentBook:
    """The ContentSids of shapes: in memory, else in our table, else made. `get` and `put` keep a sid by digest."""

    def __init__(self, client: Client, account_sid: str, *, get: GetContent, put: PutContent, clock: Clock) -> None:
        self._client = client
        self._account = account_sid
        self._get = get
        self._put = put
        self._clock = clock
        self._known: dict[str, str] = {}
        self._rests_until: datetime | None = None

    def sid_of(self, layout: Layout) -> str | None:
        """None when it cannot be had now."""
        if self._rests_until and self._clock.now() < self._rests_until:
            return None
        digest = digest_of(self._account, layout)
        if digest not in self._known:
            sid = self._get(digest) or self._make(digest, layout)
            if sid is None:
                return None
            self._known[digest] = sid
        return self._known[digest]

    def rest(self, why: str) -> None:
        """No Content for some minutes: it was refused, or could not be made."""
        self._rests_until = self._clock.now() + REST
        log.warning("content_rests", why=why, until=self._rests_until.isoformat())

    def _make(self, digest: str, layout: Layout) -> str | None:
        wanted = {
            "friendly_name": f"doorstep_{digest[:16]}",
            "language": "en",
            "variables": {name: name for name in layout.variables},
            "types": layout.types,
        }
        try:
            made = self._client.content.v1.contents.create(ContentList.ContentCreateRequest(wanted))
        except SendFault as fault:
            self.rest(str(fault))
            return None
        if not made.sid:
            self.rest("no sid")
            return None
        self._put(digest, made.sid)
        return str(made.sid)


def layout_of(shaped: Shaped) -> Layout | None:
    """How buttons or a list are laid out; None when there are more lines than Content has variables."""
    variables: dict[str, str] = {}

    def held(value: str) -> str:
        variables[str(len(variables) + 1)] = one_line(value)
        return f"{{{{{len(variables)}}}}}"

    body = "\n".join(" ".join(held(piece) for piece in split(line, LONGEST_VALUE)) for line in _lines(shaped.parts[0]))
    if shaped.form is Form.REPLIES:
        actions = [{"type": "QUICK_REPLY", "title": held(item.title), "id": held(item.id)} for item in shaped.items]
        types: dict[str, Any] = {"twilio/quick-reply": {"body": body, "actions": actions}}
    else:
        button = held(shaped.button)
        items = []
        for item in shaped.items:
            row = {"item": held(item.title), "id": held(item.id)}
            items.append(row | ({"description": held(item.description)} if item.description else {}))
        types = {"twilio/list-picker": {"body": body, "button": button, "items": items}}
    return Layout(types, variables) if len(variables) <= MOST_VARIABLES else None


def one_line(value: str) -> str:
    """A value as ContentVariables take it: no line breaks, no tabs, no runs of blanks."""
    return re.sub(r"\s+", " ", value).strip()


def digest_of(account_sid: str, layout: Layout) -> str:
    """The shape's name in our table: another account has Contents of its own."""
    return hashlib.sha256(json.dumps([account_sid, layout.types], sort_keys=True).encode()).hexdigest()


def _lines(text: str) -> list[str]:
    """The text's lines, with at most one empty one between two paragraphs."""
    return re.sub(r"\n\s*\n", "\n\n", text.replace("\r\n", "\n")).split("\n")
