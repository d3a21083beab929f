"""An Outgoing to the bytes of a mail: who it is from for good, what it answers, and how it may be answered or refused.

The words come rendered; what is added here is structure: numbers before choices, links, headers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.errors import SendRefused
from bot.merchant.schema import ShopSettings
from bot.model import Category, Outgoing
from bot.records import PostalAddress
from channels.email.addresses import NOBODY, is_address
from channels.email.decoding import clean
from channels.email.settings import EmailSettings
from channels.email.tokens import Tokens

TEMPLATES = Path(__file__).parent / "templates"
UNSUBSCRIBE_WORDS = "unsubscribe.button"

#: CHANNELS.md 36: at the usual 78 characters a long Message-ID is encoded, and no program finds its thread.
POLICY = SMTP.clone(max_line_length=998)
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}[^\s<>\".,;:!?)\]'*_]")
_REPLY = re.compile(r"re\s?:", re.I)

Words = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Composed:
    """Ready for SMTP. `utf8` says that the server must speak SMTPUTF8 (RFC 6531)."""

    data: bytes
    sender: str
    recipient: str
    message_id: str
    utf8: bool


class Composer:
    """Composes for one shop. `shop` gives its settings as they are now; `words` renders a template key."""

    def __init__(self, settings: EmailSettings, shop: Callable[[], ShopSettings], words: Words) -> None:
        self._settings = settings
        self._shop = shop
        self._words = words
        self._tokens = Tokens(settings)
        loader = FileSystemLoader(TEMPLATES)
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._pages.filters["linked"] = _linked

    def compose(self, outgoing: Outgoing) -> Composed:
        """Raises SendRefused for an address that is none, before anything of it is written anywhere."""
        recipient = _wire_address(outgoing.to)
        mail = EmailMessage(policy=POLICY.clone(utf8=not recipient.isascii()))
        reply_to = self._tokens.reply_to(outgoing.outbox_id, outgoing.to)
        message_id = self._tokens.message_id(outgoing.outbox_id, outgoing.to)
        self._address(mail, outgoing, recipient, reply_to, message_id)
        _thread(mail, outgoing)
        unsubscribe = self._unsubscribe(mail, outgoing)
        self._fill(mail, outgoing, reply_to, unsubscribe)
        return Composed(
            data=mail.as_bytes(),
            sender=self._tokens.return_path(outgoing.outbox_id),
            recipient=recipient,
            message_id=message_id,
            utf8=not recipient.isascii(),
        )

    def _address(self, mail: EmailMessage, outgoing: Outgoing, to: str, reply_to: str, message_id: str) -> None:
        name = self._settings.name or self._shop().name
        mail["From"] = _header_address(self._settings.address, _one_line(name))
        mail["To"] = _header_address(to)
        mail["Reply-To"] = _header_address(reply_to)
        mail["Subject"] = self._subject(outgoing)
        mail["Date"] = format_datetime(outgoing.created_at)
        mail["Message-ID"] = message_id

    def _subject(self, outgoing: Outgoing) -> str:
        """An answer keeps the subject it answers: programs thread by it too."""
        answered = _one_line(outgoing.headers.get("Subject", ""))[:200]
        if answered and outgoing.headers.get("In-Reply-To"):
            return answered if _REPLY.match(answered) else f"Re: {answered}"
        return _one_line(outgoing.body.subject or "")[:200] or self._shop().name

    def _unsubscribe(self, mail: EmailMessage, outgoing: Outgoing) -> str | None:
        """RFC 8058, and only for what sells or asks a favour (CHANNELS.md 39)."""
        if outgoing.category is Category.TRANSACTIONAL or outgoing.audience != "customer":
            return None
        if not self._settings.public_base_url:
            raise SendRefused("PUBLIC_BASE_URL is needed for the unsubscribe link", "no_unsubscribe")
        token = self._tokens.unsubscribe(outgoing.to, outgoing.category.value)
        url = f"{self._settings.public_base_url.rstrip('/')}/u/{token}"
        mail["List-Unsubscribe"] = f"<{url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return url

    def _fill(self, mail: EmailMessage, outgoing: Outgoing, reply_to: str, unsubscribe: str | None) -> None:
        body = outgoing.body
        facts = {
            "text": clean(body.text).strip(),
            "paragraphs": [part.split("\n") for part in re.split(r"\n\s*\n", clean(body.text).strip())],
            "choices": [
                (number, choice.title, _answer_link(reply_to, str(mail["Subject"]), number))
                for number, choice in enumerate(body.choices, 1)
            ],
            "shop_name": self._shop().name,
            "postal_address": _postal(self._shop().postal_address) if unsubscribe else "",
            "unsubscribe": unsubscribe,
            "unsubscribe_words": self._words(UNSUBSCRIBE_WORDS) if unsubscribe else "",
        }
        text = self._pages.get_template("mail.txt.j2").render(facts)
        mail.set_content(text, cte="quoted-printable")
        mail.add_alternative(self._pages.get_template("mail.html.j2").render(facts), "html", cte="quoted-printable")
        for file in body.files:
            kind, _, subkind = file.content_type.partition("/")
            mail.add_attachment(file.text.encode(), kind, subkind, filename=file.name)


def _thread(mail: EmailMessage, outgoing: Outgoing) -> None:
    """What is answered, from In-Reply-To and References; and that a machine wrote it (RFC 3834)."""
    answered = _MESSAGE_ID.findall(outgoing.headers.get("In-Reply-To", ""))[:1]
    before = [*_MESSAGE_ID.findall(outgoing.headers.get("References", "")), *answered]
    references = list(dict.fromkeys(before))
    if answered:
        mail["In-Reply-To"] = answered[0]
    if references:
        mail["References"] = " ".join(references if len(references) <= 10 else [references[0], *references[-9:]])
    mail["Auto-Submitted"] = "auto-replied" if answered else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"


def _header_address(address: str, name: str = "") -> HeaderAddress:
    local, _, domain = address.rpartition("@")
    return HeaderAddress(name, local, domain)


def _wire_address(address: str) -> str:
    """With the domain in ASCII; SendRefused for what no mail may be sent to."""
    if not is_address(address) or address == NOBODY:
        raise SendRefused("not a mail address", "address")
    local, _, domain = address.rpartition("@")
    try:
        return address if domain.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise SendRefused("not a mail domain", "address") from error


def _answer_link(reply_to: str, subject: str, number: int) -> str:
    answered = subject if _REPLY.match(subject) else f"Re: {subject}"
    return f"mailto:{quote(reply_to, safe='@')}?subject={quote(answered)}&body={number}"


def _linked(line: str) -> Markup:
    """A line escaped, its web addresses made into links."""
    pieces, end = [], 0
    for match in _LINK.finditer(line):
        link = escape(match[0])
        pieces += [
            escape(line[end : match.start()]),
            Markup('<a href="{0}" style="color:#0b57d0">{0}</a>').format(link),
        ]
        end = match.end()
    return Markup("").join([*pieces, escape(line[end:])])


def _postal(address: PostalAddress | None) -> str:
    if address is None:
        return ""
    city = f"{address.postcode} {address.city}".strip()
    return ", ".join(part for part in (address.line1, address.line2, city, address.region, address.country) if part)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
