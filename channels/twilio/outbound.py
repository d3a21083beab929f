"""Sends SMS and WhatsApp by Twilio and finds out afterwards whether a message left (CHANNELS.md 11, 13 to 15).

Consent, the 24-hour window and quiet hours were judged by the caller a moment ago; here the provider's rules count.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.errors import SendFault, SendLater, SendRefused, SendUnknown
from bot.model import Channel, Outgoing
from bot.ports import Clock
from channels.address import WHATSAPP, bare_of
from channels.limits import Form, Shaped, numbered, shape
from channels.twilio.codes import Remedy, needs_operator, remedy_of
from channels.twilio.content import ContentBook, GetContent, PutContent, layout_of, one_line
from channels.twilio.inbound import PROVIDER
from channels.twilio.settings import TwilioSettings
from channels.twilio.wire import client_of

LONGEST_VALIDITY = 36_000  # seconds; Twilio's own default
TEMPLATE = 1024  # characters of an approved template's words together
LISTED = 200  # newest messages to one recipient that are looked through
SKEW = timedelta(seconds=60)  # between our clock and theirs
SETTLE = timedelta(seconds=60)  # until a message that left is surely listed

log = structlog.get_logger(__name__)


class TwilioSender:
    """Fills `bot.ports.Sender` for SMS and WhatsApp. `taken`: whether an outbox row has this provider id already."""

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        get_content: GetContent,
        put_content: PutContent,
        taken: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._client = client_of(settings)
        self._contents = ContentBook(self._client, settings.account_sid, get=get_content, put=put_content, clock=clock)
        self._taken = taken
        self._clock = clock

    def send(self, outgoing: Outgoing) -> str:
        """The id of the first part. Of several parts a later attempt sends only those that have not left yet."""
        if outgoing.channel is Channel.WHATSAPP and not outgoing.in_session:
            return self._create(outgoing, _template(outgoing))
        shaped = shape(outgoing.channel, outgoing.body)
        if shaped.form is not Form.TEXT:
            provider_id = self._send_interactive(outgoing, shaped)
            if provider_id:
                return provider_id
        parts = numbered(outgoing.channel, outgoing.body).parts
        if not parts:
            raise SendRefused("nothing to say")
        return self._send_parts(outgoing, parts)

    def find(self, outgoing: Outgoing) -> str | None:
        """Asked no sooner than a read time-out after the attempt. A listed message counts whatever became of it."""
        try:
            listed = self._listed(outgoing)
        except SendFault as fault:
            raise SendLater("cannot be listed now", fault.code) from fault
        for parts in _ways_said(outgoing):
            left = _matched(parts, listed)
            if all(left):
                return left[0]
        age = self._clock.now() - outgoing.created_at
        if age < SETTLE:
            raise SendLater("may not be listed yet", after=(SETTLE - age).total_seconds())
        return None

    def _send_interactive(self, outgoing: Outgoing, shaped: Shaped) -> str | None:
        """None when it must go as a numbered menu: there is no Content, or Twilio refused it and not the recipient."""
        layout = layout_of(shaped)
        content = self._contents.sid_of(layout) if layout else None
        if layout is None or content is None:
            return None
        try:
            return self._create(outgoing, {"content_sid": content, "content_variables": _json(layout.variables)})
        except SendRefused as refused:
            if remedy_of(refused.code) is not Remedy.UNKNOWN:
                raise
            self._contents.rest(f"refused: {refused.code}")
            return None

    def _send_parts(self, outgoing: Outgoing, parts: Sequence[str]) -> str:
        """In order. Only the last part's callback names the outbox row: when it speaks, all parts have left."""
        again = len(parts) > 1 and outgoing.attempt > 1
        left = _matched(parts, self._listed(outgoing)) if again else [None] * len(parts)
        last = len(parts) - 1
        ids = [
            found or self._create(outgoing, {"body": part}, whole=number == last)
            for number, (part, found) in enumerate(zip(parts, left, strict=True))
        ]
        return ids[0]

    def _create(self, outgoing: Outgoing, words: dict[str, str], *, whole: bool = True) -> str:
        options = self._route(outgoing) | _validity(outgoing, self._clock.now()) | words
        callback = f"{self._settings.public_base_url.rstrip('/')}/webhooks/twilio/status"
        options["status_callback"] = f"{callback}?outbox={outgoing.outbox_id}" if whole else callback
        try:
            sid = self._client.messages.create(**options).sid
        except SendFault as fault:
            if needs_operator(fault.code):
                log.error("twilio_needs_mending", code=fault.code, outbox_id=outgoing.outbox_id)
            raise
        if not sid:
            raise SendUnknown("answered without a sid")
        return f"{PROVIDER}{sid}"

    def _route(self, outgoing: Outgoing) -> dict[str, Any]:
        settings = self._settings
        service = {"messaging_service_sid": settings.messaging_service_sid} if settings.messaging_service_sid else None
        if outgoing.channel is Channel.WHATSAPP:
            own = {"from_": WHATSAPP + bare_of(settings.whatsapp_from)} if settings.whatsapp_from else None
            route = own or service
        else:
            own = {"from_": settings.sms_from} if settings.sms_from else None
            route = service or own
        if route is None:
            raise SendRefused(f"no {outgoing.channel} sender is set up", other_channel=True)
        return {"to": _recipient(outgoing), **route}

    def _listed(self, outgoing: Outgoing) -> list[tuple[str, str]]:
        """Our messages to this recipient since the row was made that no other row owns, as (provider id, words).

        Not filtered by Twilio's DateSent, which a message still queued there has not got.
        """
        since = outgoing.created_at - SKEW
        listed = []
        for message in self._client.messages.list(to=_recipient(outgoing), limit=LISTED, page_size=LISTED):
            provider_id = f"{PROVIDER}{message.sid}"
            ours = str(message.direction or "").startswith("outbound")
            if ours and _moment(message.date_created, since) >= since and not self._taken(provider_id):
                listed.append((provider_id, str(message.body or "")))
        return listed


def _recipient(outgoing: Outgoing) -> str:
    bare = bare_of(outgoing.to)
    return WHATSAPP + bare if outgoing.channel is Channel.WHATSAPP else bare


def _template(outgoing: Outgoing) -> dict[str, str]:
    """An approved template and its words; free text is refused here as WhatsApp would (CHANNELS.md 13)."""
    if not outgoing.template_sid:
        raise SendRefused("no approved template outside the 24 hours", "63016", other_channel=True)
    values = [one_line(value) for value in outgoing.template_variables]
    if not all(values):
        raise SendRefused("a variable of the template is empty", "21656", other_channel=True)
    if sum(map(len, values)) > TEMPLATE:
        raise SendRefused("the words of the template are too long", "21656", other_channel=True)
    variables = {str(number): value for number, value in enumerate(values, 1)}
    return {"content_sid": outgoing.template_sid} | ({"content_variables": _json(variables)} if variables else {})


def _validity(outgoing: Outgoing, now: datetime) -> dict[str, int]:
    if outgoing.expires_at is None:
        return {}
    seconds = int((outgoing.expires_at - now).total_seconds())
    if seconds < 1:
        raise SendRefused("no longer worth delivering")
    return {"validity_period": seconds} if seconds < LONGEST_VALIDITY else {}


def _ways_said(outgoing: Outgoing) -> list[tuple[str, ...]]:
    """The bodies by which it may be listed: as a menu, above buttons, and of a template in words only Twilio knows.

    Whether the session was open when it was tried is no longer known, so every way is looked for, the surest first.
    """
    ways = [numbered(outgoing.channel, outgoing.body).parts]
    shaped = shape(outgoing.channel, outgoing.body)
    if shaped.form is not Form.TEXT:
        ways.append(shaped.parts)
    if outgoing.channel is Channel.WHATSAPP and outgoing.template_sid:
        ways.append(("",))
    return [parts for parts in ways if parts]


def _matched(parts: Sequence[str], listed: Sequence[tuple[str, str]]) -> list[str | None]:
    """For each part the oldest listed message that says it, each used once; one listed without words may say anything.

    Listed are the newest first.
    """
    free = [(provider_id, _alike(body)) for provider_id, body in reversed(listed)]
    found: list[str | None] = []
    for part in parts:
        wanted = _alike(part)
        ranked = [entry for entry in free if entry[1] == wanted]
        ranked += [entry for entry in free if not entry[1] or entry[1].endswith(wanted)]
        match = ranked[0] if ranked else None
        if match:
            free.remove(match)
        found.append(match[0] if match else None)
    return found


def _alike(text: str) -> str:
    """What stays of words when Twilio smart-encodes them; a trial account also puts a sentence before them."""
    letters = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))
    return letters or re.sub(r"\s", "", text)


def _moment(moment: object, otherwise: datetime) -> datetime:
    if not isinstance(moment, datetime):
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(variables: dict[str, str]) -> str:
    return json.dumps(variables, ensure_ascii=False)
