"""A mail with its envelope to a Message. Pure: who sent it, what is new in it, which mail of ours it answers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from bot.model import Address, Channel, Media, Message
from channels.email.addresses import NOBODY, Author, key_of, read_all, read_author
from channels.email.authenticity import dmarc_domain, is_verified
from channels.email.decoding import clean
from channels.email.loops import silence
from channels.email.mail import Mail, decode_words, read_mail
from channels.email.text import UNSURE, new_text
from channels.email.tokens import Tokens

MAX_REFERENCES = 20
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_REPLY_PREFIX = re.compile(
    r"(?:(?:re|aw|sv|vs|antw|odp|ref|rif|fwd?|wg|tr|rv|回复|答复|返信)\s?(?:\[\d+\])?\s?[:：]\s*)+", re.I
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every adapter hands on (CHANNELS.md 29). `mail_from` is "" for the null sender and None when not known,
    which proves nothing; `dmarc` is the From domain that passed DMARC by whom we trust, or None."""

    mail: Mail
    mail_from: str | None
    rcpt_to: tuple[str, ...]
    dmarc: str | None


def read_envelope(raw: bytes, mail_from: str | None, rcpt_to: str | None, authserv_id: str) -> Envelope:
    """For raw mail, whose verdict is in its Authentication-Results. Raises UnreadableMessage when there is nothing."""
    mail = read_mail(raw)
    return Envelope(
        mail=mail,
        mail_from=None if mail_from is None else mail_from.strip(" \t<>"),
        rcpt_to=read_all([rcpt_to]) if rcpt_to else (),
        dmarc=dmarc_domain(mail.all("authentication-results"), authserv_id),
    )


def recipients_of(envelope: Envelope) -> tuple[str, ...]:
    """Whom the mail is for, the envelope's word first."""
    headers = ("delivered-to", "x-original-to", "to", "cc")
    named = [line for name in headers for line in envelope.mail.all(name)]
    return tuple(dict.fromkeys((*envelope.rcpt_to, *read_all(named))))


def read_message(envelope: Envelope, tokens: Tokens, sent_bodies: Iterable[str], received_at: datetime) -> Message:
    """`sent_bodies` are texts we lately sent to this address: pieces of them are no words of the customer."""
    mail = envelope.mail
    author = read_author(mail.all("from"))
    address = author.address if author else NOBODY
    recipients = recipients_of(envelope)
    message_id = _first_id(mail)
    answered = tokens.answered(recipients, _answered_ids(mail), address)
    return Message(
        provider_id=f"email:{message_id or 'sha256:' + mail.digest}",
        sender=Address(channel=Channel.EMAIL, raw=address, key=key_of(address)),
        recipient=next(iter(recipients), ""),
        text=_words(mail, sent_bodies),
        subject=mail.decoded("subject")[:500] or None,
        media=_media(mail, message_id),
        profile_name=_name(author),
        verified=is_verified(author, envelope.dmarc),
        silent=silence(mail, envelope.mail_from, recipients, author.address if author else "", tokens),
        thread=None if answered is None else f"outbox:{answered}",
        message_id=message_id,
        references=_references(mail),
        received_at=received_at,
    )


def named_rows(envelope: Envelope, tokens: Tokens) -> tuple[int, ...]:
    """The outbox rows that the mail says it answers, whoever wrote it."""
    return tokens.named(recipients_of(envelope), _answered_ids(envelope.mail))


def is_surely_new(envelope: Envelope, sent_bodies: Iterable[str]) -> bool:
    """Whether the words of the message stood out from what the mail quotes."""
    return new_text(envelope.mail.text, envelope.mail.html, sent_bodies).confidence > UNSURE


def author_address(envelope: Envelope) -> Address:
    """Where the mail says it comes from, proven or not."""
    author = read_author(envelope.mail.all("from"))
    address = author.address if author else NOBODY
    return Address(channel=Channel.EMAIL, raw=address, key=key_of(address))


def _words(mail: Mail, sent_bodies: Iterable[str]) -> str:
    """The new text; the subject when nothing else was written, unless it is only ours come back."""
    text = new_text(mail.text, mail.html, sent_bodies).text
    subject = mail.decoded("subject")[:500]
    return text or ("" if _REPLY_PREFIX.match(subject) else subject)


def _first_id(mail: Mail) -> str | None:
    found = _MESSAGE_ID.fullmatch(clean(mail.first("message-id")).strip())
    return found[0] if found else None


def _answered_ids(mail: Mail) -> list[str]:
    """In-Reply-To, then References from the latest on (CHANNELS.md 38)."""
    answered = _MESSAGE_ID.findall(mail.first("in-reply-to"))
    return [*answered, *reversed(_MESSAGE_ID.findall(mail.first("references")))]


def _references(mail: Mail) -> tuple[str, ...]:
    """The thread so far, oldest first: its root and its latest."""
    line = clean(mail.first("references")) or clean(mail.first("in-reply-to"))
    ids = list(dict.fromkeys(_MESSAGE_ID.findall(line)))
    return tuple(ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]])


def _name(author: Author | None) -> str | None:
    name = decode_words(author.name).strip('" ')[:100] if author else ""
    return name or None


def _media(mail: Mail, message_id: str | None) -> tuple[Media, ...]:
    """RFC 2392 addresses: the part's number within its mail."""
    root = quote((message_id or mail.digest).strip("<>"), safe="@")
    return tuple(
        Media(url=f"mid:{root}/{part.number}", content_type=part.content_type, name=part.name)
        for part in mail.attachments
    )
