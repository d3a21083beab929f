"""Which mails no machine may answer (RFC 3834, CHANNELS.md 33).

The hourly cap on what is sent to one address or in one thread, whatever the headers say, is `bot/mailcap.py`: it needs
to know what was sent.
"""

import re

from channels.email.mail import Mail
from channels.email.tokens import Tokens

_PRECEDENCES = {"bulk", "junk", "list", "auto_reply"}
_AUTORESPONDERS = ("x-autoreply", "x-autorespond", "x-loop")
_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|bounces?(?=[-+=]|$))|(?:.*[-_.+=])?(?:no|donot|do[-_.]not|dont)[-_.]?reply(?:[-_.+=].*)?$"
)
_DAEMONS = {"mailer-daemon", "postmaster"}


#: How programs begin the subject of an absence, for where a machine's words must surely go nowhere.
_ABSENCE = re.compile(
    r"\s*(?:auto(?:matic|mated)?[ -]?(?:reply|response)|out of (?:the )?office|automatische antwort|abwesenheit|"
    r"automatisch antwoord|afwezig|r[ée]ponse automatique|absence|absent|risposta automatica|fuori sede|assente|"
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|resposta autom[áa]tica|fora do escrit[óo]rio|ausente)\b",
    re.I,
)


def is_absence(subject: str) -> bool:
    """Whether a mail says by its subject that nobody read what it answers."""
    return _ABSENCE.match(subject) is not None


def silence(mail: Mail, mail_from: str | None, recipients: tuple[str, ...], author: str, tokens: Tokens) -> str:
    """Why nothing automatic may answer, or an empty text. An unknown envelope sender (None) excuses nothing: the
    headers are judged alone, Return-Path among them."""
    sender = mail_from if mail_from is not None else _return_path(mail)
    if any(tokens.is_return_path(address) for address in (*recipients, sender or "")):
        return "return_path"
    if sender == "":
        return "null_sender"
    return _of_headers(mail) or _of_sender(author, sender or "", tokens)


def _return_path(mail: Mail) -> str | None:
    line = mail.first("return-path").strip()
    return line.strip("<> \t") if line else None


def _of_headers(mail: Mail) -> str:
    automatic = [line.partition(";")[0].partition("(")[0].strip().lower() for line in mail.all("auto-submitted")]
    if any(value != "no" for value in automatic):
        return "auto_submitted"
    if mail.content_type == "multipart/report" or mail.report:
        return "report"
    if any(line.strip().lower() in _PRECEDENCES for line in mail.all("precedence")):
        return "precedence"
    if any(name.startswith("list-") for name in mail.headers):
        return "list"
    if any(name in mail.headers for name in _AUTORESPONDERS):
        return "autoresponder"
    return ""


def _of_sender(author: str, sender: str, tokens: Tokens) -> str:
    if not author:
        return "no_sender"
    if tokens.is_own(author):
        return "own"
    daemon = sender.rpartition("@")[0].lower() in _DAEMONS
    return "machine" if daemon or _MACHINES.match(author.rpartition("@")[0].lower()) else ""
