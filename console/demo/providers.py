"""The providers' side of the demo: what Twilio or a mail server would post for what is typed on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from secrets import token_hex
from typing import Any

import httpx
from twilio.request_validator import RequestValidator

from bot.model import Channel
from bot.records import Customer
from console.demo.desk import Desk

TIMEOUT = 10.0  # seconds
#: One grey pixel: the photo that the page's camera takes.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63a8afaf0700030201"
    "7f6df33bc00000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was written or chosen on the page. `choice` is the id of a button or, with `listed`, of a list's row."""

    text: str
    choice: str | None = None
    listed: bool = False
    subject: str = ""
    photo: bool = False


class Providers:
    """Posts to this server's own webhooks over the loopback, never through a proxy of the machine's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._client = httpx.Client(trust_env=False, verify=False, timeout=TIMEOUT)  # noqa: S501 - plain HTTP

    def post(self, customer: Customer, channel: Channel, typed: Typed) -> int:
        """The HTTP status that the webhook answered."""
        if channel is Channel.EMAIL:
            return self._post_mail(customer, typed)
        return self._post_twilio(customer, channel, typed)

    def _post_twilio(self, customer: Customer, channel: Channel, typed: Typed) -> int:
        form = twilio_form(self._desk, customer, channel, typed)
        url = f"{self._desk.base_url}/webhooks/twilio"
        signature = RequestValidator(self._desk.twilio_token).compute_signature(url, form)
        return self._client.post(url, data=form, headers={"X-Twilio-Signature": signature}).status_code

    def _post_mail(self, customer: Customer, typed: Typed) -> int:
        mail = mail_of(self._desk, customer, typed, self._desk.messages(customer.id))
        headers = {
            "Authorization": f"Bearer {self._desk.email_secret}",
            "Content-Type": "message/rfc822",
            "X-Envelope-From": customer.email or "",
        }
        url = f"{self._desk.base_url}/webhooks/email/mime"
        return self._client.post(url, content=mail.as_bytes(), headers=headers).status_code


def twilio_form(desk: Desk, customer: Customer, channel: Channel, typed: Typed) -> dict[str, str]:
    """The fields of an inbound message; a choice travels with it only where the channel has buttons."""
    whatsapp = channel is Channel.WHATSAPP
    prefix, recipient = ("whatsapp:", desk.whatsapp_number) if whatsapp else ("", desk.sms_number)
    form = {
        "MessageSid": "SM" + token_hex(16),
        "AccountSid": "AC" + "0" * 32,
        "From": f"{prefix}{customer.phone}",
        "To": f"{prefix}{recipient}",
        "Body": typed.text,
        "NumMedia": "1" if typed.photo else "0",
    }
    if typed.photo:
        form["MediaUrl0"] = f"https://api.twilio.com/demo/Media/ME{token_hex(16)}"
        form["MediaContentType0"] = "image/png"
    if typed.choice and whatsapp:
        names = ("ListId", "ListTitle") if typed.listed else ("ButtonPayload", "ButtonText")
        form |= dict(zip(names, (typed.choice, typed.text), strict=True))
    return form


def mail_of(desk: Desk, customer: Customer, typed: Typed, timeline: Sequence[Any]) -> EmailMessage:
    """A new mail or, with an empty subject, the answer to the latest of ours, quoting it as mail programs do."""
    ours = [entry for entry in timeline if entry.channel is Channel.EMAIL and not entry.inbound]
    answered = ours[-1] if ours and not typed.subject else None
    mail = EmailMessage()
    mail["From"] = f"{customer.first_name} {customer.last_name} <{customer.email}>"
    mail["Date"] = format_datetime(desk.clock.now())
    mail["Message-ID"] = make_msgid(domain="example.com")
    mail["Authentication-Results"] = f"{desk.authserv_id}; dmarc=pass header.from=example.com"
    text = typed.text or " "
    if answered is None:
        mail["To"] = desk.email_address
        mail["Subject"] = typed.subject or "(no subject)"
    else:
        mail["To"], mail["In-Reply-To"] = desk.mail_names(answered.outbox_id, customer.email or "")
        mail["References"] = mail["In-Reply-To"]
        mail["Subject"] = answering(answered.subject or "")
        text = f"{text}\n\n{_quoted(desk, answered)}"
    mail.set_content(text)
    if typed.photo:
        mail.add_attachment(PHOTO, maintype="image", subtype="png", filename="photo.png")
    return mail


def answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _quoted(desk: Desk, entry: Any) -> str:
    when = entry.at.strftime("%a, %d %b %Y at %H:%M")
    lines = [f"> {line}".rstrip() for line in entry.text.splitlines()]
    return "\n".join([f"On {when}, {desk.shop().settings.name} <{desk.email_address}> wrote:", "", *lines])
